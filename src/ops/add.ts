/**
 * add: C = A + B, element by element; collects the gradients of a value with several users.
 * Shapes: A, B → C, all the same.
 */
import { type Node, node } from "../ir/node.ts";
import type { Op } from "../ir/op.ts";
import { type Shape, sizeOf } from "../core/tensor.ts";
import { flatGrid, forEachElement, ROUNDING, sameTypes, vectorsOf } from "./_support.ts";

export const addOp: Op = {
  name: "add",
  operands: ["a", "b"],
  infer: (inputs) => sameTypes("add", inputs),
  grad: (_value, dC) => [dC, dC],
  reference({ inputs, output }) {
    forEachElement(output.type.shape, output.pitch, (at) => {
      output.data[at] = inputs[0]!.data[at]! + inputs[1]!.data[at]!;
    });
  },
  tolerance: (_call, sum) => (index) => 2 * ROUNDING * Math.abs(sum.data[index]!),
  flops: ({ output }) => sizeOf(output.shape),
  wgsl: ({ output }) => ({
    overrides: { VECTORS: vectorsOf(output) },
    workgroups: flatGrid(vectorsOf(output)),
  }),
  wasm: ({ output }) => ({ units: vectorsOf(output), args: [] }),
  cases: [addCase([1]), addCase([30]), addCase([7, 13]), addCase([784, 900], true)],
};

function addCase(shape: Shape, bench = false) {
  return {
    label: `[${shape}]`,
    inputs: [{ shape, fill: "normal" }, { shape, fill: "normal" }],
    attrs: {},
    bench,
  } as const;
}

/** Node for the elementwise sum of two values of one shape. */
export function add(a: Node, b: Node, label?: string): Node {
  return node(addOp, [a, b], {}, label);
}
