/**
 * assign: a state becomes a value: s[i] = v[i], once all of the step that reads the state has read it.
 * Shapes: state s, value v, the same → s, updated.
 */
import { formatType, sizeOf, storageOf } from "../core/tensor.ts";
import { type Node, node } from "../ir/node.ts";
import type { Op, OpCase } from "../ir/op.ts";
import { exact, flatGrid, sameTypes, vectorsOf } from "./_support.ts";

export const assignOp: Op = {
  name: "assign",
  operands: ["state", "value"],
  updates: [0],
  infer: (inputs) => sameTypes("assign to", inputs),
  reference({ inputs: [state, value] }) {
    for (let i = 0; i < storageOf(state!.type.shape); i++) state!.data[i] = value!.data[i]!;
  },
  tolerance: exact,
  flops: () => 0,
  wgsl: ({ output }) => ({
    overrides: { VECTORS: vectorsOf(output) },
    workgroups: flatGrid(vectorsOf(output)),
  }),
  wasm: ({ output }) => ({ units: vectorsOf(output), args: [] }),
  cases: [assignCase([1]), assignCase([11385]), assignCase([13]), assignCase([7, 1]), assignCase([32, 13])],
};

function assignCase(shape: readonly number[]): OpCase {
  return {
    label: `${formatType({ dtype: "f32", shape })}, ${sizeOf(shape)} values`,
    inputs: [{ shape, fill: "normal" }, { shape, fill: "normal" }],
    attrs: {},
  };
}

/** Node that makes a state what `value` is. */
export function assign(state: Node, value: Node): Node {
  return node(assignOp, [state, value], {}, `${state.label}/new`);
}
