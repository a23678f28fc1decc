/** What the ops share that multiply by rows of bytes without gathering them first. Legend: R table rows, M batch rows, K bytes a row. */
import type { TensorType } from "../core/tensor.ts";
import type { CaseInput, ReferenceCall, View } from "../ir/op.ts";
import { BYTE_LIST, fits } from "./_support.ts";

/** Settings of a gather that an op has taken in; see gather.ts. */
export type BytesAttrs = { readonly rows: number; readonly scale: number; readonly whole: boolean };

/** Refuses a table and an order that are none; returns K. */
export function bytesPerRow(verb: string, table: TensorType, order: TensorType): number {
  fits(
    table.dtype === "u8" && table.shape.length === 2 && order.dtype === "u32" && order.shape.length === 1,
    verb,
    [table, order],
    "the table must be u8[rows,values] and the order u32[positions]",
  );
  return table.shape[1]!;
}

/** Element (row of the batch, column) of the gathered rows. */
export function bytesReader(
  table: View,
  order: View,
  { attrs, step }: Pick<ReferenceCall<BytesAttrs>, "attrs" | "step">,
): (row: number, column: number) => number {
  const { start, count } = attrs.whole ? { start: 0, count: attrs.rows } : step;
  return (row, column) =>
    attrs.scale * table.data[order.data[start + Math.min(row, count - 1)]! * table.pitch + column]!;
}

/** Rows of a block of the WASM kernels that list columns, and columns listed together: as in kernels/lib/columns.ts. */
export const BLOCK_ROWS = 256;
const COLUMNS = 16;

/** Scratch bytes of the lists of columns. */
export function columnScratch(): number {
  return 4 * 260 + 4 * 16 + BYTE_LIST * COLUMNS;
}

/** Table and order of a case. */
export function bytesInputs(tableRows: number, k: number): readonly CaseInput[] {
  return [
    { shape: [tableRows, k], fill: "bytes", dtype: "u8" },
    { shape: [tableRows], fill: "permutation", dtype: "u32" },
  ];
}
