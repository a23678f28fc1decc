/**
 * matmul_lists: C = Xᵀ·B with X as lists by columns (_lists.ts). The rewrite `lists` makes it of matmul_bytes.
 * Shapes: lists of X [M,K], B [M,N] → C [K,N].   M rows (batch), K inputs, N units.
 */
import { tensorType } from "../core/tensor.ts";
import type { Op, OpCase } from "../ir/op.ts";
import { BLOCK_ROWS } from "./_bytes.ts";
import { forEachEntry, type ListsAttrs, listsLayout, listsPlaces, randomLists } from "./_lists.ts";
import { fits, flatGrid, ROUNDING } from "./_support.ts";

/** Calls `visit` with each non-zero of column t of X: its value, and the row. */
function forEachOfColumn(
  lists: Parameters<typeof forEachEntry>[0],
  attrs: ListsAttrs,
  t: number,
  visit: (value: number, row: number) => void,
) {
  for (let first = 0, group = t; first < attrs.rows; first += BLOCK_ROWS, group += attrs.inputs) {
    forEachEntry(lists, attrs, group, (value, row) => visit(value, first + row));
  }
}

export const matmulListsOp: Op<ListsAttrs> = {
  name: "matmul_lists",
  operands: ["lists", "b"],
  infer([lists, b], attrs) {
    fits(
      lists!.shape[0] === listsLayout(attrs).words && attrs.byColumns &&
        b!.shape.join() === `${attrs.rows},${attrs.columns}`,
      "multiply lists of",
      [lists!, b!],
      `B must be f32[${attrs.rows},${attrs.columns}] and the lists those of ${attrs.inputs} columns`,
    );
    return tensorType("f32", [attrs.inputs, attrs.columns]);
  },
  reference({ inputs: [lists, b], output, attrs }) {
    for (let t = 0; t < attrs.inputs; t++) {
      const sums = new Float64Array(attrs.columns);
      forEachOfColumn(lists!, attrs, t, (value, row) => {
        for (let j = 0; j < attrs.columns; j++) sums[j]! += value * b!.data[row * b!.pitch + j]!;
      });
      sums.forEach((sum, j) => output.data[t * output.pitch + j] = sum);
    }
  },
  tolerance({ inputs: [lists, b], attrs }, output) {
    return (index) => {
      const j = index % output.pitch;
      let magnitude = 0;
      forEachOfColumn(lists!, attrs, Math.floor(index / output.pitch), (value, row) => {
        magnitude += Math.abs(value * b!.data[row * b!.pitch + j]!);
      });
      return 2 * attrs.rows * ROUNDING * magnitude;
    };
  },
  flops: ({ attrs }) => 2 * attrs.rows * attrs.inputs * attrs.columns,
  wgsl: ({ attrs }) => ({
    overrides: { M: attrs.rows, K: attrs.inputs, N: attrs.columns, ...listsPlaces(attrs) },
    workgroups: flatGrid(attrs.inputs * Math.ceil(attrs.columns / 4)),
  }),
  wasm: ({ attrs }) => ({
    units: attrs.inputs,
    args: [attrs.rows, attrs.inputs, attrs.columns, ...Object.values(listsPlaces(attrs))],
  }),
  cases: [
    listsCase(1, 1, 1),
    listsCase(1, 784, 30),
    listsCase(131, 37, 29),
    listsCase(259, 37, 5),
    listsCase(7, 20, 67),
    listsCase(11385, 29, 30),
  ],
};

function listsCase(rows: number, inputs: number, columns: number): OpCase<ListsAttrs> {
  const lists = { rows, inputs, columns, byColumns: true };
  return {
    label: `${inputs}×${rows}·${rows}×${columns}`,
    inputs: [
      { shape: [listsLayout(lists).words], fill: { make: () => randomLists(lists) }, dtype: "u32" },
      { shape: [rows, columns], fill: "normal" },
    ],
    attrs: lists,
  };
}
