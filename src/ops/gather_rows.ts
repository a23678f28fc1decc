/**
 * gather_rows: a batch of rows from a table of numbers, as they are: X[i,:] = table[order[start + min(i, count-1)],:],
 * where `start` and `count` are the step's. With `whole`, start is 0 and count is M, whatever the step says.
 * Shapes: table [R,D], order u32 [L] → X [M,D].   M rows (batch), D values a row.
 */
import { pitchOf, tensorType } from "../core/tensor.ts";
import { type Node, node } from "../ir/node.ts";
import type { Op, OpCase } from "../ir/op.ts";
import { exact, fits, flatGrid, vectorsOf } from "./_support.ts";
import type { GatherOptions } from "./gather.ts";

type GatherRowsAttrs = { readonly rows: number; readonly whole: boolean };

export const gatherRowsOp: Op<GatherRowsAttrs> = {
  name: "gather_rows",
  operands: ["table", "order"],
  step: true,
  stepless: ({ whole }) => whole,
  infer(inputs, { rows }) {
    const [table, order] = inputs;
    fits(
      table!.dtype === "f32" && table!.shape.length === 2 && order!.dtype === "u32" &&
        order!.shape.length === 1,
      "gather rows from",
      inputs,
      "the table must be f32[rows,values] and the order u32[positions]",
    );
    return tensorType("f32", [rows, table!.shape[1]!]);
  },
  reference({ inputs: [table, order], output, attrs, step }) {
    const [rows, columns] = output.type.shape;
    const { start, count } = attrs.whole ? { start: 0, count: rows! } : step;
    for (let i = 0; i < rows!; i++) {
      const row = order!.data[start + Math.min(i, count - 1)]!;
      for (let c = 0; c < columns!; c++) {
        output.data[i * output.pitch + c] = table!.data[row * table!.pitch + c]!;
      }
    }
  },
  tolerance: exact,
  flops: () => 0,
  wgsl: ({ output, attrs }) => ({
    overrides: { M: attrs.rows, D: output.shape[1]!, WHOLE: +attrs.whole },
    workgroups: flatGrid(vectorsOf(output)),
  }),
  wasm: ({ output, attrs }) => ({
    units: attrs.rows,
    args: [attrs.rows, pitchOf(output.shape), +attrs.whole],
  }),
  cases: [
    rowsCase(1, 1, 1),
    rowsCase(150, 4, 32, { start: 7, count: 32 }, { bench: true }),
    rowsCase(100, 13, 32, { start: 75, count: 25 }),
    rowsCase(50, 1, 7, { start: 3, count: 5 }),
    rowsCase(11385, 29, 11385, { start: 0, count: 1 }, { whole: true }),
  ],
};

function rowsCase(
  tableRows: number,
  columns: number,
  rows: number,
  { start = 0, count = rows } = {},
  { whole = false, bench = false } = {},
): OpCase<GatherRowsAttrs> {
  return {
    label: `${whole ? "all" : `${count} at ${start}`} of [${tableRows},${columns}] into ${rows} rows`,
    inputs: [
      { shape: [tableRows, columns], fill: "normal" },
      { shape: [tableRows], fill: "permutation", dtype: "u32" },
    ],
    attrs: { rows, whole },
    step: { start, count },
    bench,
  };
}

/** Node for a batch of rows of a table of numbers, picked as `gather` picks its rows. */
export function gatherRows(
  table: Node,
  order: Node,
  { rows, whole = false, label = "x" }: GatherOptions,
): Node {
  return node(gatherRowsOp, [table, order], { rows, whole }, label);
}
