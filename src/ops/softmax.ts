/**
 * softmax: probabilities of each row of logits, p[i,c] = exp(z[i,c] - max_i) / Σ_c exp(z[i,c] - max_i).
 * Shapes: logits z [M,C] → probabilities [M,C].   M rows (batch), C classes.
 */
import { type Node, node } from "../ir/node.ts";
import type { Op } from "../ir/op.ts";
import { tensorType } from "../core/tensor.ts";
import { classCases, probabilityError, softmaxSum } from "./_classes.ts";
import { fits, flatGrid } from "./_support.ts";

export const softmaxOp: Op = {
  name: "softmax",
  operands: ["logits"],
  infer(inputs) {
    fits(inputs[0]!.shape.length === 2, "take the softmax of", inputs, "logits must be f32[rows,classes]");
    return tensorType("f32", inputs[0]!.shape);
  },
  reference({ inputs: [logits], output }) {
    const [m, classes] = output.type.shape;
    for (let i = 0; i < m!; i++) {
      const { largest, sum } = softmaxSum(logits!, i);
      for (let c = 0; c < classes!; c++) {
        output.data[i * output.pitch + c] = Math.exp(logits!.data[i * logits!.pitch + c]! - largest) / sum;
      }
    }
  },
  tolerance: ({ inputs: [logits] }) => (index) => probabilityError(logits!, index),
  flops: ({ output }) => 6 * output.shape[0]! * output.shape[1]!,
  wgsl: ({ output }) => ({
    overrides: { M: output.shape[0]!, C: output.shape[1]! },
    workgroups: flatGrid(output.shape[0]!),
  }),
  wasm: ({ output }) => ({ units: output.shape[0]!, args: [output.shape[1]!] }),
  cases: classCases().map(({ inputs: [logits], ...rest }) => ({ ...rest, inputs: [logits!] })),
};

/** Node for the probabilities of each row of logits. For a loss use `softmaxCrossEntropy`, which cannot overflow. */
export function softmax(logits: Node, label = "probabilities"): Node {
  return node(softmaxOp, [logits], {}, label);
}
