/**
 * take: entries of a table by their indices: y[i] = table[indices[i]], as an embedding looks words up. An index past the
 * last entry gives NaN.
 * Shapes: table [R,…sizes] of 2 to 4 axes, indices u32 [I] or [B,I] → y [...indices, …sizes], of at most 4 axes.
 */
import { columnsOf, formatShape, rowsOf, type Shape, storageOf, tensorType } from "../core/tensor.ts";
import { gradientLabel } from "../ir/gradients.ts";
import { type Node, node } from "../ir/node.ts";
import type { CallTypes, Op, OpCase } from "../ir/op.ts";
import { exact, fits, flatGrid, vectorsOf } from "./_support.ts";
import { positionOf } from "./_indices.ts";
import { takeGrad } from "./take_grad.ts";

/** What both kernels need, in the order of the WASM kernel's parameters. */
function sizesOf({ inputs: [table, indices] }: CallTypes) {
  const entries = table!.shape[0]!, { shape } = indices!;
  return {
    ENTRIES: entries,
    INDEX_COLUMNS: columnsOf(shape),
    COLUMNS: columnsOf(table!.shape),
    VECTORS: vectorsOf(table!) / entries,
  };
}

export const takeOp: Op = {
  name: "take",
  operands: ["table", "indices"],
  infer(inputs) {
    const [table, indices] = inputs, shape = [...indices!.shape, ...table!.shape.slice(1)];
    fits(
      table!.dtype === "f32" && table!.shape.length >= 2 && indices!.dtype === "u32" &&
        [1, 2].includes(indices!.shape.length) && shape.length <= 4,
      "take entries of",
      inputs,
      "the table must be f32[entries,…], the indices u32 of 1 or 2 axes, and the result has at most 4",
    );
    return tensorType("f32", shape);
  },
  grad: ({ inputs: [table, indices] }, dOutput) => [
    takeGrad(indices!, dOutput, table!.type.shape[0]!, gradientLabel(table!)),
    undefined,
  ],
  reference({ inputs: [table, indices], output }) {
    const { shape } = table!.type, entries = shape[0]!, size = storageOf(shape) / entries;
    const count = rowsOf(indices!.type.shape) * columnsOf(indices!.type.shape), columns = columnsOf(shape);
    for (let i = 0; i < count; i++) {
      const entry = indices!.data[positionOf(indices!, i)]!;
      for (let at = 0; at < size; at++) {
        if (at % output.pitch >= columns) continue;
        output.data[i * size + at] = entry < entries ? table!.data[entry * size + at]! : NaN;
      }
    }
  },
  tolerance: exact,
  flops: () => 0,
  wgsl: (types) => ({
    overrides: {
      COUNT: rowsOf(types.inputs[1]!.shape) * columnsOf(types.inputs[1]!.shape),
      ...sizesOf(types),
    },
    workgroups: flatGrid(vectorsOf(types.output)),
  }),
  wasm: (types) => {
    const { shape } = types.inputs[1]!;
    return { units: rowsOf(shape) * columnsOf(shape), args: Object.values(sizesOf(types)) };
  },
  cases: [
    takeCase([1, 1], [1]),
    takeCase([5, 13], [7]),
    takeCase([53, 16], [32, 7], { bench: true }),
    takeCase([3, 3, 7], [5]),
    takeCase([3, 2, 5], [4, 3]),
    // Every third index is past the end.
    takeCase([4, 5], [13], { below: 6 }),
    takeCase([11385, 5], [29]),
  ],
};

function takeCase(table: Shape, indices: Shape, { below = table[0]!, bench = false } = {}): OpCase {
  return {
    label: `${formatShape(indices)} below ${below} of ${formatShape(table)}`,
    inputs: [{ shape: table, fill: "normal" }, { shape: indices, fill: { below }, dtype: "u32" }],
    attrs: {},
    bench,
    notSmooth: below > table[0]!,
  };
}

/**
 * Node for entries of a `table` [R,…] by `indices`, a u32 vector or matrix: as an embedding looks words up, or as rows are
 * put in another order. Equal indices share the entry, and their gradients are added. An index past the last entry gives
 * NaN. Throws `DescentError` where the types do not fit.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { leaf, take } from "descent";
 * const words = leaf("input", "words", [32, 20], "u32");
 * const vectors = take(leaf("parameter", "table", [1000, 64]), words);
 * assertEquals(vectors.type.shape, [32, 20, 64]);
 * ```
 */
export function take(table: Node, indices: Node, label?: string): Node {
  return node(takeOp, [table, indices], {}, label);
}
