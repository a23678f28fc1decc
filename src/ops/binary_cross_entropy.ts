/**
 * binary_cross_entropy: the loss of each row, the sum over its values of the cross-entropy between a target
 * x in [0,1] and the probability σ(z), from the logit z, so that nothing overflows:
 * rows[b] = Σ_j max(z,0) − z·x + log(1 + exp(−|z|)) = Σ_j |z|·(1−x where z > 0, else x) + log(1 + exp(−|z|)).
 * Shapes: logits z [M,N], targets x [M,N] → rows [M], in nats.   M rows (batch), N values a row.
 *
 * All terms of the second form are positive, so that the sum loses no digits. Targets may be soft; the loss is
 * then at least their own entropy.
 */
import { gradientLabel } from "../ir/gradients.ts";
import { type Node, node } from "../ir/node.ts";
import type { Op, OpCase, View } from "../ir/op.ts";
import { type Shape, sizeOf, tensorType } from "../core/tensor.ts";
import { fits, flatGrid, LEAST_NORMAL, ROUNDING, sameTypes } from "./_support.ts";
import { binaryCrossEntropyGrad } from "./binary_cross_entropy_grad.ts";

export const binaryCrossEntropyOp: Op = {
  name: "binary_cross_entropy",
  operands: ["logits", "targets"],
  infer(inputs) {
    const { shape } = sameTypes("take the binary cross-entropy of", inputs);
    fits(shape.length === 2, "take the binary cross-entropy of", inputs, "both must be matrices");
    return tensorType("f32", [shape[0]!]);
  },
  grad({ inputs: [logits, targets] }, dRows) {
    return [binaryCrossEntropyGrad(logits!, targets!, dRows, gradientLabel(logits!)), undefined];
  },
  reference({ inputs: [logits, targets], output }) {
    const [m, n] = logits!.type.shape;
    for (let i = 0; i < m!; i++) {
      let sum = 0;
      for (let j = 0; j < n!; j++) sum += termAt(logits!, targets!, i * logits!.pitch + j);
      output.data[i] = sum;
    }
  },
  tolerance({ inputs: [logits, targets] }) {
    const n = logits!.type.shape[1]!;
    return (index) => {
      let error = n * LEAST_NORMAL;
      for (let j = 0; j < n; j++) {
        const at = index * logits!.pitch + j;
        // Exponential, quotient and logarithm of a term are each good to a few units.
        error += (n + 16) * ROUNDING * termAt(logits!, targets!, at);
      }
      return error;
    };
  },
  flops: ({ inputs: [logits] }) => 16 * sizeOf(logits!.shape),
  // One workgroup per row at most: its threads share the columns and meet in a tree.
  wgsl: ({ inputs: [logits] }) => ({
    overrides: { M: logits!.shape[0]!, N: logits!.shape[1]! },
    workgroups: flatGrid(logits!.shape[0]! * 256),
  }),
  wasm: ({ inputs: [logits] }) => ({
    units: logits!.shape[0]!,
    args: [logits!.shape[1]!],
    scratchBytes: 32,
  }),
  cases: [
    entropyCase([1, 1]),
    entropyCase([1, 784]),
    entropyCase([7, 13]),
    entropyCase([32, 784], true),
    entropyCase([128, 625]),
    entropyCase([11385, 29]),
  ],
};

function termAt(logits: View, targets: View, at: number): number {
  const z = logits.data[at]!, x = targets.data[at]!;
  return Math.abs(z) * (z > 0 ? 1 - x : x) + Math.log1p(Math.exp(-Math.abs(z)));
}

function entropyCase(shape: Shape, bench = false): OpCase {
  return {
    label: `[${shape}]`,
    inputs: [{ shape, fill: "normal" }, { shape, fill: "positive" }],
    attrs: {},
    bench,
  };
}

/**
 * Node for the binary cross-entropy of each row of logits with its targets: the sum over the row, in nats.
 * Targets must lie in [0,1]; no gradient flows to them. Throws `DescentError` when the shapes differ.
 *
 * @example
 * ```ts
 * import { assert } from "@std/assert";
 * import { leaf } from "../ir/leaf.ts";
 * import { binaryCrossEntropy } from "./binary_cross_entropy.ts";
 * const logits = leaf("input", "logits", [128, 784]), pixels = leaf("input", "pixels", [128, 784]);
 * assert(binaryCrossEntropy(logits, pixels).type.shape.join() === "128");
 * ```
 */
export function binaryCrossEntropy(logits: Node, targets: Node, label = "losses"): Node {
  return node(binaryCrossEntropyOp, [logits, targets], {}, label);
}
