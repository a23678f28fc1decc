/**
 * outer_product: C[i,j] = a[i]·b[j], the gradient of a weighted sum of rows.
 * Shapes: a [M], b [N] → C [M,N].
 */
import { type Node, node } from "../ir/node.ts";
import type { Op, OpCase } from "../ir/op.ts";
import { sizeOf, tensorType } from "../core/tensor.ts";
import { fits, flatGrid, relative, vectorsOf } from "./_support.ts";

export const outerProductOp: Op = {
  name: "outer_product",
  operands: ["a", "b"],
  infer(inputs) {
    const [a, b] = inputs;
    fits(
      a!.shape.length === 1 && b!.shape.length === 1,
      "multiply every pair of",
      inputs,
      "both must be vectors",
    );
    return tensorType("f32", [a!.shape[0]!, b!.shape[0]!]);
  },
  reference({ inputs: [a, b], output }) {
    const [m, n] = output.type.shape;
    for (let i = 0; i < m!; i++) {
      for (let j = 0; j < n!; j++) output.data[i * output.pitch + j] = a!.data[i]! * b!.data[j]!;
    }
  },
  tolerance: relative(2),
  flops: ({ output }) => sizeOf(output.shape),
  wgsl: ({ output }) => ({
    overrides: { VECTORS: vectorsOf(output), N: output.shape[1]! },
    workgroups: flatGrid(vectorsOf(output)),
  }),
  wasm: ({ output }) => ({ units: output.shape[0]!, args: [output.shape[1]!] }),
  cases: [
    productCase(1, 1),
    productCase(7, 13),
    productCase(1, 30),
    productCase(128, 900, true),
    productCase(11385, 29),
  ],
};

function productCase(m: number, n: number, bench = false): OpCase {
  return {
    label: `[${m}]·[${n}]`,
    inputs: [{ shape: [m], fill: "normal" }, { shape: [n], fill: "normal" }],
    attrs: {},
    bench,
  };
}

/** Node for the products of every element of `a` with every element of `b`: a matrix with a row per element of `a`. */
export function outerProduct(a: Node, b: Node, label?: string): Node {
  return node(outerProductOp, [a, b], {}, label);
}
