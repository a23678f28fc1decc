/**
 * clip_value: g ← max(−MAX, min(g, MAX)), each value for itself; NaN stays.
 * Shapes: g of any shape, updated.   Source: `torch.nn.utils.clip_grad_value_`.
 */
import { type Node, node } from "../ir/node.ts";
import type { Op, OpCase } from "../ir/op.ts";
import { fits, flatGrid, relative, vectorsOf } from "./_support.ts";

type ClipValueAttrs = { readonly maxValue: number };

export const clipValueOp: Op<ClipValueAttrs> = {
  name: "clip_value",
  operands: ["grads"],
  updates: [0],
  infer(inputs) {
    fits(inputs[0]!.dtype === "f32", "clip the values of", inputs, "they must be f32");
    return inputs[0]!;
  },
  reference({ inputs: [grads], attrs: { maxValue } }) {
    const { data } = grads!;
    for (let i = 0; i < data.length; i++) data[i] = Math.max(-maxValue, Math.min(data[i]!, maxValue));
  },
  // The bound itself is rounded.
  tolerance: relative(1),
  flops: ({ output }) => 8 * vectorsOf(output),
  wgsl: ({ output, attrs }) => ({
    overrides: { VECTORS: vectorsOf(output), MAX_VALUE: attrs.maxValue },
    workgroups: flatGrid(vectorsOf(output)),
  }),
  wasm: ({ output, attrs }) => ({ units: vectorsOf(output), args: [attrs.maxValue] }),
  cases: [
    clipCase([1], 0.1),
    clipCase([7], 0.3),
    clipCase([7], 0),
    clipCase([3, 5], 1),
    clipCase([11385, 1], 0.5),
    clipCase([24448], 0.1, true),
  ],
};

function clipCase(shape: readonly number[], maxValue: number, bench = false): OpCase<ClipValueAttrs> {
  return {
    label: `[${shape}] to ${maxValue}`,
    inputs: [{ shape, fill: "normal" }],
    attrs: { maxValue },
    bench,
  };
}

/** Node that clips the values of `grads` in place. */
export function clipValue(grads: Node, maxValue: number, label = "clip_value"): Node {
  return node(clipValueOp, [grads], { maxValue }, label);
}
