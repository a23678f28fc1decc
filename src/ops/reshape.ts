/**
 * reshape: the values of each row in the same dense order, under other axes. Where both layouts are the same bytes, as
 * of [B,784] and [B,28,28], the result is the operand itself and costs nothing; else it is a copy with other pads.
 * Shapes: X [B,…] → Y [B,…sizes], of as many values a row; with `first` X → Y [first,…sizes], of as many values.
 */
import { require } from "../core/errors.ts";
import {
  columnsOf,
  formatShape,
  pitchOf,
  rowsOf,
  sameShape,
  type Shape,
  sizeOf,
  tensorType,
} from "../core/tensor.ts";
import { gradientLabel } from "../ir/gradients.ts";
import { type Node, node } from "../ir/node.ts";
import type { Op, OpCase } from "../ir/op.ts";
import { exact, fits, flatGrid, vectorsOf } from "./_support.ts";

type ReshapeAttrs = {
  /** Shape of one row, such as `28,28`; empty where the result is a vector. */
  readonly sizes: string;
  /** Rows of the result. Absent: as many as the operand has. */
  readonly first?: number;
};

function sizesOf({ sizes }: ReshapeAttrs): Shape {
  return sizes === "" ? [] : sizes.split(",").map(Number);
}

/** In how many parts of whole rows both tensors fall apart along their first axes: threads share these. */
function partsOf(a: Shape, b: Shape): number {
  if (a.length < 2 || b.length < 2) return 1;
  let [large, small] = [a[0]!, b[0]!];
  while (small > 0) [large, small] = [small, large % small];
  return large;
}

/** Whether tensors of two shapes with as many values are the same bytes: their rows end alike, or nowhere in pads. */
function sameLayout(a: Shape, b: Shape): boolean {
  const isDense = (shape: Shape) => columnsOf(shape) === pitchOf(shape);
  return rowsOf(a) === rowsOf(b) || (isDense(a) && isDense(b));
}

export const reshapeOp: Op<ReshapeAttrs> = {
  name: "reshape",
  operands: ["x"],
  alias: ({ inputs, output }) => sameLayout(inputs[0]!.shape, output.shape),
  infer([x], attrs) {
    const row = sizesOf(attrs), shape = x!.shape, { first } = attrs;
    if (first !== undefined) {
      const all = tensorType("f32", [first, ...row]), count = sizeOf(shape), wanted = sizeOf(all.shape);
      fits(x!.dtype === "f32", "reshape", [x!], "it must be f32 values");
      fits(
        count === wanted,
        "reshape",
        [x!],
        `it holds ${count} values, ${formatShape(all.shape)} takes ${wanted}`,
      );
      return all;
    }
    fits(shape.length >= 1 && x!.dtype === "f32", "reshape", [x!], "it must be rows of f32 values");
    const from = sizeOf(shape.slice(1)), to = sizeOf(row);
    fits(from === to, "reshape", [x!], `a row holds ${from} values, ${formatShape(row)} takes ${to}`);
    return tensorType("f32", [shape[0]!, ...row]);
  },
  grad: ({ inputs: [x] }, dOutput) => [reshapeAll(dOutput, x!.type.shape, gradientLabel(x!))],
  reference({ inputs: [x], output }) {
    const from = columnsOf(x!.type.shape),
      to = columnsOf(output.type.shape),
      count = sizeOf(output.type.shape);
    for (let i = 0; i < count; i++) {
      const source = Math.floor(i / from) * x!.pitch + i % from;
      output.data[Math.floor(i / to) * output.pitch + i % to] = x!.data[source]!;
    }
  },
  tolerance: exact,
  flops: () => 0,
  wgsl: ({ inputs: [x], output }) => ({
    overrides: { ROWS: rowsOf(output.shape), FROM: columnsOf(x!.shape), TO: columnsOf(output.shape) },
    workgroups: flatGrid(vectorsOf(output)),
  }),
  wasm: ({ inputs: [x], output }) => {
    const parts = partsOf(x!.shape, output.shape);
    return {
      units: parts,
      args: [sizeOf(output.shape) / parts, columnsOf(x!.shape), columnsOf(output.shape)],
    };
  },
  // These need the copy: where the layouts agree no call is made.
  cases: [
    reshapeCase([1, 1, 5], [5, 1]),
    reshapeCase([1, 2], [2, 1]),
    reshapeCase([128, 6, 6, 15], [540], true),
    reshapeCase([128, 540], [6, 6, 15], true),
    reshapeCase([7, 49], [7, 7]),
    reshapeCase([13, 7, 7], [49]),
    reshapeCase([5, 3, 4, 5], [4, 15]),
    reshapeCase([3, 2, 37], [37, 2]),
    reshapeCase([2, 1, 13], [13, 1]),
    reshapeCase([4, 8, 8], [64, 1]),
    reshapeCase([6, 23, 2], [46]),
    reshapeCase([11385, 3, 3], [9]),
    reshapeAllCase([3, 5], [15]),
    reshapeAllCase([15], [3, 5]),
    reshapeAllCase([6, 10], [4, 15]),
    reshapeAllCase([3, 4, 5], [20, 3]),
    reshapeAllCase([7, 13], [1, 91]),
    reshapeAllCase([2, 3, 5, 7], [7, 5, 3, 2]),
    reshapeAllCase([11385, 3], [3, 11385]),
  ],
};

function reshapeAllCase(shape: Shape, [first, ...sizes]: Shape): OpCase<ReshapeAttrs> {
  return {
    label: `all of ${formatShape(shape)} to ${formatShape([first!, ...sizes])}`,
    inputs: [{ shape, fill: "normal" }],
    attrs: { sizes: sizes.join(), first: first! },
  };
}

function reshapeCase(shape: Shape, sizes: Shape, bench = false): OpCase<ReshapeAttrs> {
  return {
    label: `${formatShape(shape)} to ${formatShape([shape[0]!, ...sizes])}`,
    inputs: [{ shape, fill: "normal" }],
    attrs: { sizes: sizes.join() },
    bench,
  };
}

/**
 * Node for `x` [B,…] as [B,…sizes]; `x` itself where it has these sizes already. Throws when a row of `x` has another
 * number of values.
 */
export function reshape(x: Node, sizes: Shape, label?: string): Node {
  // A message about a row says more than one about all values.
  reshapeOp.infer([x.type], { sizes: sizes.join() });
  return reshapeAll(x, [x.type.shape[0]!, ...sizes], label);
}

/**
 * Node for all values of `x` in their order as a tensor of `shape`, whose first axis may be another too: what was one
 * row of a batch may be several. `x` itself where it has this shape already. Throws when `x` has another number of values.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { leaf, ops } from "descent";
 * const words = leaf("input", "words", [32, 20, 64]);
 * assertEquals(ops.reshapeAll(words, [640, 64]).type.shape, [640, 64]);
 * ```
 */
export function reshapeAll(x: Node, shape: Shape, label?: string): Node {
  const from = x.op === reshapeOp ? x.inputs[0]! : x, [first, ...sizes] = shape;
  require(
    first !== undefined,
    () => `reshapeAll() takes a shape of one axis or more, got ${formatShape(shape)}`,
  );
  const attrs = { sizes: sizes.join(), ...(first !== from.type.shape[0] && { first }) };
  const value = node(reshapeOp, [from], attrs, label);
  return sameShape(value.type.shape, from.type.shape) ? from : value;
}
