/**
 * gather_labels: the labels of a batch: y[i] = table[order[start + min(i, count-1)]], where `start` and `count`
 * are the step's. With `whole`, start is 0 and count is M, whatever the step says.
 * Shapes: table u32 [R], order u32 [L] → y u32 [M].   M rows (batch).
 */
import { type Node, node } from "../ir/node.ts";
import type { Op, OpCase } from "../ir/op.ts";
import { tensorType } from "../core/tensor.ts";
import { exact, fits, flatGrid } from "./_support.ts";
import type { GatherOptions } from "./gather.ts";

type GatherLabelsAttrs = { readonly rows: number; readonly whole: boolean };

export const gatherLabelsOp: Op<GatherLabelsAttrs> = {
  name: "gather_labels",
  operands: ["table", "order"],
  step: true,
  stepless: ({ whole }) => whole,
  infer(inputs, { rows }) {
    const [table, order] = inputs;
    fits(
      table!.dtype === "u32" && table!.shape.length === 1 && order!.dtype === "u32" &&
        order!.shape.length === 1,
      "gather labels from",
      inputs,
      "the table must be u32[rows] and the order u32[positions]",
    );
    return tensorType("u32", [rows]);
  },
  reference({ inputs: [table, order], output, attrs, step }) {
    const rows = output.type.shape[0]!;
    const { start, count } = attrs.whole ? { start: 0, count: rows } : step;
    for (let i = 0; i < rows; i++) {
      output.data[i] = table!.data[order!.data[start + Math.min(i, count - 1)]!]!;
    }
  },
  tolerance: exact,
  flops: () => 0,
  wgsl: ({ attrs }) => ({
    overrides: { M: attrs.rows, WHOLE: +attrs.whole },
    workgroups: flatGrid(attrs.rows),
  }),
  wasm: ({ attrs }) => ({ units: attrs.rows, args: [attrs.rows, +attrs.whole] }),
  cases: [
    labelsCase(1, 1),
    labelsCase(100, 32, { start: 7, count: 32 }),
    labelsCase(100, 32, { start: 75, count: 25 }),
    labelsCase(53, 7, { start: 3, count: 5 }),
    labelsCase(11385, 11385, { start: 0, count: 1 }, true),
  ],
};

function labelsCase(
  tableRows: number,
  rows: number,
  { start = 0, count = rows } = {},
  whole = false,
): OpCase<GatherLabelsAttrs> {
  return {
    label: `${whole ? "all" : `${count} at ${start}`} of [${tableRows}] into ${rows} rows`,
    inputs: [
      { shape: [tableRows], fill: { below: 65536 }, dtype: "u32" },
      { shape: [tableRows], fill: "permutation", dtype: "u32" },
    ],
    attrs: { rows, whole },
    step: { start, count },
  };
}

/** Node for the labels of a batch, picked as `gather` picks its rows. */
export function gatherLabels(
  table: Node,
  order: Node,
  { rows, whole = false, label = "y" }: GatherOptions,
): Node {
  return node(gatherLabelsOp, [table, order], { rows, whole }, label);
}
