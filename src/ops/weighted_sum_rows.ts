/**
 * weighted_sum_rows: s[j] = Σ_b r[b]·Y[b,j]. With the weights of `row_weights` (1/count for real rows, 0 for
 * repeated ones) it is the mean of each column over the real rows of a batch: the mean activation of each unit.
 * Shapes: Y [M,N], weights r [M] → s [N].   M rows (batch), N units.
 */
import { type Node, node } from "../ir/node.ts";
import type { Op, OpCase } from "../ir/op.ts";
import { gradientLabel } from "../ir/gradients.ts";
import { pitchOf, sizeOf, tensorType } from "../core/tensor.ts";
import { outerProduct } from "./outer_product.ts";
import { fits, ROUNDING } from "./_support.ts";

export const weightedSumRowsOp: Op = {
  name: "weighted_sum_rows",
  operands: ["y", "weights"],
  infer(inputs) {
    const [y, weights] = inputs, [m, n] = y!.shape;
    fits(y!.shape.length === 2, "sum the rows of", inputs, "the first must be a matrix");
    fits(
      weights!.shape.length === 1 && weights!.shape[0] === m,
      "weigh",
      inputs,
      `the weights must be f32[${m}]`,
    );
    return tensorType("f32", [n!]);
  },
  grad: ({ inputs: [y, weights] }, dS) => [outerProduct(weights!, dS, gradientLabel(y!)), undefined],
  reference({ inputs: [y, weights], output }) {
    const [m, n] = y!.type.shape;
    for (let j = 0; j < n!; j++) {
      let sum = 0;
      for (let i = 0; i < m!; i++) sum += weights!.data[i]! * y!.data[i * y!.pitch + j]!;
      output.data[j] = sum;
    }
  },
  tolerance({ inputs: [y, weights] }) {
    const m = y!.type.shape[0]!;
    return (index) => {
      let magnitude = 0;
      for (let i = 0; i < m; i++) magnitude += Math.abs(weights!.data[i]! * y!.data[i * y!.pitch + index]!);
      return 2 * (m + 1) * ROUNDING * magnitude;
    };
  },
  flops: ({ inputs: [y] }) => 2 * sizeOf(y!.shape),
  // One workgroup per 4 columns: its threads share the rows and meet in a tree.
  wgsl: ({ inputs: [y] }) => ({
    overrides: { M: y!.shape[0]!, N: y!.shape[1]! },
    workgroups: [pitchOf(y!.shape) / 4, 1, 1],
  }),
  wasm: ({ inputs: [y] }) => ({ units: pitchOf(y!.shape) / 4, args: [y!.shape[0]!, pitchOf(y!.shape)] }),
  cases: [
    sumCase(1, 1),
    sumCase(1, 30),
    sumCase(13, 7),
    sumCase(128, 900, true),
    sumCase(300, 129),
    sumCase(11385, 29),
  ],
};

function sumCase(m: number, n: number, bench = false): OpCase {
  return {
    label: `[${m},${n}]`,
    inputs: [{ shape: [m, n], fill: "positive" }, { shape: [m], fill: "normal" }],
    attrs: {},
    bench,
  };
}

/**
 * Node for the weighted sum of the rows of `y`, one number per column. No gradient flows to the weights. Throws
 * `DescentError` unless there is one weight for each row.
 *
 * @example
 * ```ts
 * import { assert } from "@std/assert";
 * import { leaf } from "../ir/leaf.ts";
 * import { rowWeights } from "./row_weights.ts";
 * import { weightedSumRows } from "./weighted_sum_rows.ts";
 * const meanActivation = weightedSumRows(leaf("input", "codes", [128, 900]), rowWeights(128));
 * assert(meanActivation.type.shape.join() === "900");
 * ```
 */
export function weightedSumRows(y: Node, weights: Node, label?: string): Node {
  return node(weightedSumRowsOp, [y, weights], {}, label);
}
