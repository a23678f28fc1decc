/**
 * gather: a batch of rows from a table of bytes, scaled to numbers: X[i,:] = scale · table[order[start + min(i, count-1)],:],
 * where `start` and `count` are the step's. With `whole`, start is 0 and count is M, whatever the step says.
 * Shapes: table u8 [R,D], order u32 [L] → X [M,D].   M rows (batch), D values a row.
 */
import { type Node, node } from "../ir/node.ts";
import type { Op, OpCase } from "../ir/op.ts";
import { pitchOf, sizeOf, tensorType } from "../core/tensor.ts";
import { fits, flatGrid, relative, vectorsOf } from "./_support.ts";

type GatherAttrs = { readonly rows: number; readonly scale: number; readonly whole: boolean };

export const gatherOp: Op<GatherAttrs> = {
  name: "gather",
  operands: ["table", "order"],
  step: true,
  stepless: ({ whole }) => whole,
  infer(inputs, { rows }) {
    const [table, order] = inputs;
    fits(
      table!.dtype === "u8" && table!.shape.length === 2 && order!.dtype === "u32" &&
        order!.shape.length === 1,
      "gather from",
      inputs,
      "the table must be u8[rows,values] and the order u32[positions]",
    );
    return tensorType("f32", [rows, table!.shape[1]!]);
  },
  reference({ inputs: [table, order], output, attrs, step }) {
    const [rows, columns] = output.type.shape;
    const { start, count } = attrs.whole ? { start: 0, count: rows! } : step;
    for (let i = 0; i < rows!; i++) {
      const row = order!.data[start + Math.min(i, count - 1)]!;
      for (let c = 0; c < columns!; c++) {
        output.data[i * output.pitch + c] = attrs.scale * table!.data[row * table!.pitch + c]!;
      }
    }
  },
  tolerance: relative(2),
  flops: ({ output }) => sizeOf(output.shape),
  wgsl: ({ output, attrs }) => ({
    overrides: { M: attrs.rows, D: output.shape[1]!, SCALE: attrs.scale, WHOLE: +attrs.whole },
    workgroups: flatGrid(vectorsOf(output)),
  }),
  wasm: ({ output, attrs }) => ({
    units: attrs.rows,
    args: [attrs.rows, pitchOf(output.shape), attrs.scale, +attrs.whole],
  }),
  cases: [
    gatherCase(1, 1, 1),
    gatherCase(100, 784, 32, { start: 7, count: 32 }, { bench: true }),
    gatherCase(100, 784, 32, { start: 75, count: 25 }),
    gatherCase(50, 13, 7, { start: 3, count: 5 }),
    gatherCase(1000, 784, 1, { start: 999, count: 1 }),
    gatherCase(11385, 28, 11385, { start: 0, count: 1 }, { whole: true, bench: true }),
  ],
};

function gatherCase(
  tableRows: number,
  columns: number,
  rows: number,
  { start = 0, count = rows } = {},
  { whole = false, bench = false } = {},
): OpCase<GatherAttrs> {
  return {
    label: `${whole ? "all" : `${count} at ${start}`} of [${tableRows},${columns}] into ${rows} rows`,
    inputs: [
      { shape: [tableRows, columns], fill: "bytes", dtype: "u8" },
      { shape: [tableRows], fill: "permutation", dtype: "u32" },
    ],
    attrs: { rows, scale: 1 / 255, whole },
    step: { start, count },
    bench,
  };
}

/** Settings of `gather` and `gatherElements`. */
export interface GatherOptions {
  /** Rows of the batch. */
  readonly rows: number;
  /** The batch is the first `rows` positions of the order at every step. Default false. */
  readonly whole?: boolean;
  readonly label?: string;
}

/** Node for a batch of rows of a byte table, times `scale` (default 1/255: pixels to [0, 1]). */
export function gather(
  table: Node,
  order: Node,
  { rows, whole = false, label = "x", scale = 1 / 255 }: GatherOptions & { readonly scale?: number },
): Node {
  return node(gatherOp, [table, order], { rows, scale, whole }, label);
}
