/**
 * softmax_cross_entropy: the loss of each row, from logits, so that it cannot overflow:
 * loss[i] = log Σ_c exp(z[i,c] - max_i) + max_i - z[i, label[i]].
 * Shapes: logits z [M,C], labels u32 [M] → losses [M], in nats.   M rows (batch), C classes.
 */
import { gradientLabel } from "../ir/gradients.ts";
import { type Node, node } from "../ir/node.ts";
import type { Op } from "../ir/op.ts";
import { tensorType } from "../core/tensor.ts";
import { classCases, rowsAndClasses, softmaxSum } from "./_classes.ts";
import { flatGrid, ROUNDING } from "./_support.ts";
import { softmaxCrossEntropyGrad } from "./softmax_cross_entropy_grad.ts";

export const softmaxCrossEntropyOp: Op = {
  name: "softmax_cross_entropy",
  operands: ["logits", "labels"],
  infer: (inputs) => tensorType("f32", [rowsAndClasses("take the cross-entropy of", inputs)[0]]),
  grad(value, dLosses) {
    const [logits, labels] = value.inputs;
    return [softmaxCrossEntropyGrad(logits!, labels!, dLosses, gradientLabel(logits!)), undefined];
  },
  reference({ inputs, output }) {
    const [logits, labels] = inputs;
    for (let i = 0; i < output.type.shape[0]!; i++) {
      const { largest, sum } = softmaxSum(logits!, i);
      output.data[i] = Math.log(sum) + largest - logits!.data[i * logits!.pitch + labels!.data[i]!]!;
    }
  },
  tolerance({ inputs }) {
    const [logits, labels] = inputs, classes = logits!.type.shape[1]!;
    return (index) => {
      const { largest } = softmaxSum(logits!, index);
      const picked = logits!.data[index * logits!.pitch + labels!.data[index]!]!;
      // Each exponential is good to about 8 roundings; the logarithm of their sum turns that into an absolute error.
      return (2 * classes + 16 + 4 * (Math.abs(largest) + Math.abs(picked))) * ROUNDING;
    };
  },
  flops: ({ inputs }) => 8 * inputs[0]!.shape[0]! * inputs[0]!.shape[1]!,
  wgsl: ({ inputs: [logits] }) => ({
    overrides: { M: logits!.shape[0]!, C: logits!.shape[1]! },
    workgroups: flatGrid(logits!.shape[0]!),
  }),
  wasm: ({ inputs: [logits] }) => ({ units: logits!.shape[0]!, args: [logits!.shape[1]!] }),
  cases: classCases(),
};

/** Node for the cross-entropy of each row of logits with its label, in nats. */
export function softmaxCrossEntropy(logits: Node, labels: Node, label = "losses"): Node {
  return node(softmaxCrossEntropyOp, [logits, labels], {}, label);
}
