/**
 * row_weights: w[i] = 1/count for the first `count` rows of a batch, 0 for the rest, where `count` is the
 * step's. It turns a sum over rows into the mean over the real ones: the last batch of an epoch may be short.
 * Shapes: → w [M].   M rows (batch).
 */
import { type Node, node } from "../ir/node.ts";
import type { Op } from "../ir/op.ts";
import { tensorType } from "../core/tensor.ts";
import { flatGrid, relative } from "./_support.ts";

type RowWeightsAttrs = { readonly rows: number };

export const rowWeightsOp: Op<RowWeightsAttrs> = {
  name: "row_weights",
  operands: [],
  step: true,
  infer: (_inputs, { rows }) => tensorType("f32", [rows]),
  reference({ output, step }) {
    const rows = output.type.shape[0]!;
    for (let i = 0; i < rows; i++) output.data[i] = i < step.count ? 1 / step.count : 0;
  },
  tolerance: relative(2),
  flops: ({ attrs }) => attrs.rows,
  wgsl: ({ attrs }) => ({ overrides: { M: attrs.rows }, workgroups: flatGrid(attrs.rows) }),
  wasm: ({ attrs }) => ({ units: attrs.rows, args: [] }),
  cases: [
    { label: "one row", inputs: [], attrs: { rows: 1 }, step: { count: 1 } },
    { label: "full batch of 32", inputs: [], attrs: { rows: 32 }, step: { count: 32 } },
    { label: "25 of 32", inputs: [], attrs: { rows: 32 }, step: { count: 25 } },
    { label: "7 of 13", inputs: [], attrs: { rows: 13 }, step: { count: 7 } },
    { label: "full batch of 11385", inputs: [], attrs: { rows: 11385 }, step: { count: 11385 } },
  ],
};

/** Node for the weight of each row in the mean over the real rows of a batch. */
export function rowWeights(rows: number, label = "row_weights"): Node {
  return node(rowWeightsOp, [], { rows }, label);
}
