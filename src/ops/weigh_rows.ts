/**
 * weigh_rows: the share of each row in a weighted mean over the real rows of a batch, the first `count`, where `count` is
 * the step's: s[i] = w[i] / Σ_j d[j] for them, 0 for the rest; all 0 where the sum is 0. With d = w it is the mean of
 * rows that count w; a loss that weighs classes by itself divides by other sums than it multiplies with.
 * Shapes: weights w [M], divisors d [M] → s [M].   M rows (batch).
 */
import { tensorType } from "../core/tensor.ts";
import { type Node, node } from "../ir/node.ts";
import type { Op, OpCase } from "../ir/op.ts";
import { fits, ROUNDING, sameTypes } from "./_support.ts";

export const weighRowsOp: Op = {
  name: "weigh_rows",
  operands: ["weights", "divisors"],
  step: true,
  infer(inputs) {
    const { shape } = sameTypes("weigh rows by", inputs);
    fits(shape.length === 1, "weigh rows by", inputs, "both must be f32[rows]");
    return tensorType("f32", shape);
  },
  reference({ inputs: [weights, divisors], output, step }) {
    const rows = output.type.shape[0]!;
    let sum = 0;
    for (let i = 0; i < Math.min(step.count, rows); i++) sum += divisors!.data[i]!;
    for (let i = 0; i < rows; i++) output.data[i] = i < step.count && sum > 0 ? weights!.data[i]! / sum : 0;
  },
  // No divisor is negative, so that the sum has no more than an error of its length.
  tolerance: ({ step }, written) => (index) => (step.count + 3) * ROUNDING * Math.abs(written.data[index]!),
  flops: ({ output }) => 2 * output.shape[0]!,
  // Two numbers a row: one workgroup, and one thread, have the sum sooner than they could share it.
  wgsl: ({ output }) => ({ overrides: { M: output.shape[0]! }, workgroups: [1, 1, 1] }),
  wasm: ({ output }) => ({ units: 1, args: [output.shape[0]!] }),
  cases: [weighCase(1), weighCase(32), weighCase(32, 25), weighCase(13, 7), weighCase(11385)],
};

function weighCase(rows: number, count = rows): OpCase {
  return {
    label: `${count} of ${rows} rows`,
    inputs: [{ shape: [rows], fill: "positive" }, { shape: [rows], fill: "positive" }],
    attrs: {},
    step: { count },
  };
}

/** Node for the share of each row in the weighted mean over the real rows of a batch. */
export function weighRows(weights: Node, divisors: Node, label = "row_shares"): Node {
  return node(weighRowsOp, [weights, divisors], {}, label);
}
