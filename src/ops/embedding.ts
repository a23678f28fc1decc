/**
 * embedding: Y[…,i,:] = E[X[…,i],:], the row of a table for each index. Indices are whole numbers from 0, as float32, which
 * has all of them up to 2²⁴; anything else gives a row of NaN, and no gradient.
 * Shapes: X […,L], E [V,S] → Y […,L,S].   V rows of S values each.
 */
import { columnsOf, formatShape, rowsOf, tensorType } from "../core/tensor.ts";
import { gradientLabel } from "../ir/gradients.ts";
import { type Node, node } from "../ir/node.ts";
import type { Op, OpCase } from "../ir/op.ts";
import { exact, fits, flatGrid, vectorsOf } from "./_support.ts";
import { EMBEDDING_CASES, forEachIndex, MOST_ROWS } from "./_embedding.ts";
import { embeddingGrad } from "./embedding_grad.ts";

export const embeddingOp: Op = {
  name: "embedding",
  operands: ["indices", "table"],
  infer(inputs) {
    const [x, table] = inputs;
    fits(
      inputs.every(({ dtype }) => dtype === "f32") && x!.shape.length >= 1 && x!.shape.length <= 3 &&
        table!.shape.length === 2,
      "look up",
      inputs,
      "indices are f32 of one to three axes, the table is f32[rows,values]",
    );
    fits(table!.shape[0]! <= MOST_ROWS, "look up", inputs, `a table has at most ${MOST_ROWS} rows`);
    return tensorType("f32", [...x!.shape, table!.shape[1]!]);
  },
  grad({ inputs: [x, table] }, dOutput) {
    return [
      undefined,
      embeddingGrad(x!, dOutput, { count: table!.type.shape[0]!, label: gradientLabel(table!) }),
    ];
  },
  reference({ inputs: [x, table], output }) {
    const columns = columnsOf(output.type.shape);
    forEachIndex(x!, table!.type.shape[0]!, (at, row) => {
      for (let c = 0; c < columns; c++) {
        output.data[at * output.pitch + c] = row === undefined ? NaN : table!.data[row * table!.pitch + c]!;
      }
    });
  },
  tolerance: exact,
  flops: () => 0,
  wgsl: ({ inputs: [x, table], output }) => ({
    overrides: {
      ROWS: rowsOf(output.shape),
      LENGTH: columnsOf(x!.shape),
      V: table!.shape[0]!,
      S: table!.shape[1]!,
    },
    workgroups: flatGrid(vectorsOf(output)),
  }),
  wasm: ({ inputs: [x, table], output }) => ({
    units: rowsOf(output.shape),
    args: [columnsOf(x!.shape), table!.shape[0]!, table!.shape[1]!],
  }),
  cases: EMBEDDING_CASES.map(({ x, table, bench }): OpCase => ({
    label: `${formatShape(x)} of ${formatShape(table)}`,
    inputs: [{ shape: x, fill: { below: table[0]! } }, { shape: table, fill: "normal" }],
    attrs: {},
    bench,
  })),
};

/** Node for the rows of `table` at `indices`; see the top of this file. Throws when the table is none. */
export function embedding(indices: Node, table: Node, label?: string): Node {
  return node(embeddingOp, [indices, table], {}, label);
}
