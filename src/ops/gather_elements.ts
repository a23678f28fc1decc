/**
 * gather_elements: one element for each row of a batch, such as its class index or its weight:
 * y[i] = table[order[start + min(i, count-1)]], where `start` and `count` are the step's. With `whole`, start is 0 and
 * count is M, whatever the step says.
 * Shapes: table u32 or f32 [R], order u32 [L] → y [M] of the same type.   M rows (batch).
 */
import { type Node, node } from "../ir/node.ts";
import type { Op, OpCase } from "../ir/op.ts";
import { tensorType } from "../core/tensor.ts";
import { exact, fits, flatGrid } from "./_support.ts";
import type { GatherOptions } from "./gather.ts";

type GatherElementsAttrs = { readonly rows: number; readonly whole: boolean };

export const gatherElementsOp: Op<GatherElementsAttrs> = {
  name: "gather_elements",
  operands: ["table", "order"],
  step: true,
  stepless: ({ whole }) => whole,
  infer(inputs, { rows }) {
    const [table, order] = inputs;
    fits(
      table!.dtype !== "u8" && table!.shape.length === 1 && order!.dtype === "u32" &&
        order!.shape.length === 1,
      "gather elements from",
      inputs,
      "the table must be u32[rows] or f32[rows] and the order u32[positions]",
    );
    return tensorType(table!.dtype, [rows]);
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
    elementsCase(1, 1),
    elementsCase(100, 32, { start: 7, count: 32 }),
    elementsCase(100, 32, { start: 75, count: 25 }),
    elementsCase(53, 7, { start: 3, count: 5 }),
    elementsCase(11385, 11385, { start: 0, count: 1 }, true),
  ],
};

function elementsCase(
  tableRows: number,
  rows: number,
  { start = 0, count = rows } = {},
  whole = false,
): OpCase<GatherElementsAttrs> {
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

/** Node for the elements of a vector that belong to a batch, picked as `gather` picks its rows. */
export function gatherElements(
  table: Node,
  order: Node,
  { rows, whole = false, label = "y" }: GatherOptions,
): Node {
  return node(gatherElementsOp, [table, order], { rows, whole }, label);
}
