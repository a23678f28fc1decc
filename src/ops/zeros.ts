/**
 * zeros: a vector of zeros, such as the bias of a layer that has none. It depends on nothing, so a plan makes it once, in
 * its setup.   Shapes: → z [N].
 */
import { tensorType } from "../core/tensor.ts";
import { type Node, node } from "../ir/node.ts";
import type { Op } from "../ir/op.ts";
import { exact, flatGrid, vectorsOf } from "./_support.ts";

type ZerosAttrs = { readonly rows: number };

export const zerosOp: Op<ZerosAttrs> = {
  name: "zeros",
  operands: [],
  infer: (_inputs, { rows }) => tensorType("f32", [rows]),
  reference: ({ output }) => void output.data.fill(0),
  tolerance: exact,
  flops: () => 0,
  wgsl: ({ output }) => ({
    overrides: { VECTORS: vectorsOf(output) },
    workgroups: flatGrid(vectorsOf(output)),
  }),
  wasm: ({ output }) => ({ units: vectorsOf(output), args: [] }),
  cases: [1, 4, 13, 128, 11385].map((rows) => ({ label: `[${rows}]`, inputs: [], attrs: { rows } })),
};

/** Node for `rows` zeros. */
export function zeros(rows: number, label = "zeros"): Node {
  return node(zerosOp, [], { rows }, label);
}
