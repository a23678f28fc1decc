/**
 * softmax_cross_entropy_grad: dZ[i,c] = (softmax(z[i])[c] - [c = label[i]]) · dLoss[i].
 * Shapes: logits z [M,C], labels u32 [M], dLosses [M] → dLogits [M,C].   M rows (batch), C classes.
 */
import { type Node, node } from "../ir/node.ts";
import type { Op } from "../ir/op.ts";
import { tensorType } from "../core/tensor.ts";
import { classCases, probabilityError, rowsAndClasses, softmaxSum } from "./_classes.ts";
import { fits, flatGrid, LEAST_NORMAL, ROUNDING } from "./_support.ts";

export const softmaxCrossEntropyGradOp: Op = {
  name: "softmax_cross_entropy_grad",
  operands: ["logits", "labels", "dLosses"],
  infer(inputs) {
    const [m, c] = rowsAndClasses("differentiate the cross-entropy of", inputs);
    fits(
      inputs[2]!.shape.length === 1 && inputs[2]!.shape[0] === m,
      "weigh",
      inputs,
      `dLosses must be f32[${m}]`,
    );
    return tensorType("f32", [m, c]);
  },
  reference({ inputs, output }) {
    const [logits, labels, dLosses] = inputs, [m, classes] = output.type.shape;
    for (let i = 0; i < m!; i++) {
      const { largest, sum } = softmaxSum(logits!, i);
      for (let c = 0; c < classes!; c++) {
        const probability = Math.exp(logits!.data[i * logits!.pitch + c]! - largest) / sum;
        const target = labels!.data[i] === c ? 1 : 0;
        output.data[i * output.pitch + c] = (probability - target) * dLosses!.data[i]!;
      }
    }
  },
  tolerance({ inputs: [logits, , dLosses] }, { data, pitch }) {
    return (index) => {
      const dLoss = Math.abs(dLosses!.data[Math.floor(index / pitch)]!);
      // A small probability times a small gradient may be too small for a normal number as well.
      return probabilityError(logits!, index) * dLoss + 2 * ROUNDING * Math.abs(data[index]!) + LEAST_NORMAL;
    };
  },
  flops: ({ output }) => 8 * output.shape[0]! * output.shape[1]!,
  wgsl: ({ output }) => ({
    overrides: { M: output.shape[0]!, C: output.shape[1]! },
    workgroups: flatGrid(output.shape[0]!),
  }),
  wasm: ({ output }) => ({ units: output.shape[0]!, args: [output.shape[1]!] }),
  cases: classCases([{ shape: [1], fill: "normal" }]),
};

/** Node for the gradient of `softmaxCrossEntropy` by the logits, given that by the losses. */
export function softmaxCrossEntropyGrad(logits: Node, labels: Node, dLosses: Node, label?: string): Node {
  return node(softmaxCrossEntropyGradOp, [logits, labels, dLosses], {}, label);
}
