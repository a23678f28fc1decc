/**
 * take_grad: the gradient of take by its table: dTable[v] = Σ dY[i] over the i whose index is v, in their order.
 * Shapes: indices u32 [I] or [B,I], dY [...indices, …sizes] → dTable [entries, …sizes].
 */
import { columnsOf, formatShape, rowsOf, type Shape, storageOf, tensorType } from "../core/tensor.ts";
import { type Node, node } from "../ir/node.ts";
import type { CallTypes, Op, OpCase, ReferenceCall } from "../ir/op.ts";
import { fits, flatGrid, ROUNDING, vectorsOf } from "./_support.ts";
import { positionOf } from "./_indices.ts";

type TakeGradAttrs = { readonly entries: number };

/** What both kernels need, in the order of the WASM kernel's parameters. */
function sizesOf({ inputs: [indices], output }: CallTypes<TakeGradAttrs>) {
  return {
    INDEX_ROWS: rowsOf(indices!.shape),
    INDEX_COLUMNS: columnsOf(indices!.shape),
    VECTORS: vectorsOf(output) / output.shape[0]!,
  };
}

/** The sum of what `valueOf` makes of the gradients of each entry. */
function sums(
  { inputs: [indices, dY], output }: ReferenceCall<TakeGradAttrs>,
  valueOf: (dY: number) => number,
): Float64Array {
  const { shape } = output.type,
    size = storageOf(shape) / shape[0]!,
    found = new Float64Array(size * shape[0]!);
  const count = rowsOf(indices!.type.shape) * columnsOf(indices!.type.shape);
  for (let i = 0; i < count; i++) {
    const entry = indices!.data[positionOf(indices!, i)]!;
    if (entry >= shape[0]!) continue;
    for (let at = 0; at < size; at++) found[entry * size + at]! += valueOf(dY!.data[i * size + at]!);
  }
  return found;
}

export const takeGradOp: Op<TakeGradAttrs> = {
  name: "take_grad",
  operands: ["indices", "dY"],
  infer(inputs, { entries }) {
    const [indices, dY] = inputs, rank = indices!.shape.length;
    fits(
      indices!.dtype === "u32" && rank <= 2 && dY!.dtype === "f32" && dY!.shape.length > rank &&
        indices!.shape.every((size, axis) => size === dY!.shape[axis]),
      "add up gradients of",
      inputs,
      "there must be one for each index",
    );
    return tensorType("f32", [entries, ...dY!.shape.slice(rank)]);
  },
  reference(call) {
    call.output.data.set(sums(call, (dY) => dY));
  },
  // Each sum is of as many terms as have its index, at most all of them.
  tolerance(call) {
    const sizes = sums(call, Math.abs), { shape } = call.inputs[0]!.type;
    const terms = rowsOf(shape) * columnsOf(shape);
    return (at) => terms * ROUNDING * sizes[at]!;
  },
  flops: ({ inputs: [, dY] }) => storageOf(dY!.shape),
  wgsl: (types) => ({
    overrides: { ENTRIES: types.attrs.entries, ...sizesOf(types) },
    workgroups: flatGrid(vectorsOf(types.output)),
  }),
  wasm: (types) => ({ units: types.attrs.entries, args: Object.values(sizesOf(types)) }),
  cases: [
    gradCase([1], [1], 1),
    gradCase([7], [13], 5),
    gradCase([32, 7], [16], 53, { bench: true }),
    // Every third index is past the end.
    gradCase([13], [5], 4, { below: 6 }),
    gradCase([13, 1], [5], 3),
    gradCase([5], [3, 7], 2),
    gradCase([11385], [5], 13),
  ],
};

function gradCase(
  indices: Shape,
  sizes: Shape,
  entries: number,
  { below = entries, bench = false } = {},
): OpCase<TakeGradAttrs> {
  return {
    label: `${formatShape(indices)} below ${below} of ${entries} entries of ${formatShape(sizes)}`,
    inputs: [
      { shape: indices, fill: { below }, dtype: "u32" },
      { shape: [...indices, ...sizes], fill: "normal" },
    ],
    attrs: { entries },
    bench,
  };
}

/** Node for the gradient of `take` by its table of so many `entries`. */
export function takeGrad(indices: Node, dY: Node, entries: number, label?: string): Node {
  return node(takeGradOp, [indices, dY], { entries }, label);
}
