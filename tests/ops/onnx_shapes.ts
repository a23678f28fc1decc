/** Nodes of ONNX that move values: transpose, slice, pad, concat, take and reshapeAll. */
import { type Shape, sizeOf } from "../../src/core/tensor.ts";
import type { Node } from "../../src/ir/node.ts";
import { concat, map, ops, pad, slice, take, transpose } from "../../src/mod.ts";
import {
  allGiven,
  axisFrom,
  axisOf,
  filled,
  given,
  has,
  listOf,
  numberOf,
  numbersOf,
  type OnnxBuild,
  type OnnxNode,
  shapeOf,
  textOf,
  valued,
} from "./onnx_case.ts";

const { reshapeAll } = ops;

/** Axes with one of them put elsewhere. */
function moved(rank: number, axis: number, to: number): readonly number[] {
  const others = Array.from({ length: rank }, (_, at) => at).filter((at) => at !== axis);
  return others.toSpliced(to, 0, axis);
}

/** `x` with an axis as its last one, and what puts it back. */
export function withLast(x: Node, axis: number): { readonly last: Node; readonly back: (y: Node) => Node } {
  const rank = x.type.shape.length, there = moved(rank, axis, rank - 1), back = moved(rank, rank - 1, axis);
  return { last: transpose(x, there), back: (y) => transpose(y, back) };
}

/** Positions of an axis, in any order and number; `shape` is that of the indices, which takes the axis' place. */
export function takeAlong(
  node: OnnxNode,
  x: Node,
  axis: number,
  indices: readonly number[],
  shape: Shape,
): Node {
  const own = x.type.shape, rank = own.length, size = own[axis]!;
  const first = rank === 1 ? reshapeAll(x, [size, 1]) : transpose(x, moved(rank, axis, 0));
  const places = valued(node, shape, indices.map((index) => axisFrom(index, size)), { dtype: "u32" });
  const taken = take(first, places), count = shape.length;
  if (rank === 1) return reshapeAll(taken, shape);
  // The indices' axes are in front: they go where the axis was.
  const others = Array.from({ length: rank - 1 }, (_, at) => count + at);
  return transpose(taken, others.toSpliced(axis, 0, ...Array.from(shape, (_, at) => at)));
}

function sliced(node: OnnxNode): Node {
  const shape = shapeOf(node), [starts, ends, axes, steps] = [1, 2, 3, 4].map((i) => numbersOf(node, i));
  return starts!.reduce((x, start, k) => {
    const axis = axisFrom(has(node, 3) ? axes![k]! : k, shape.length), step = steps![k] ?? 1;
    const size = shape[axis]!, [low, high] = step > 0 ? [0, size] : [-1, size - 1];
    const bounded = (at: number) => Math.min(Math.max(at < 0 ? at + size : at, low), high);
    const from = bounded(start), count = Math.ceil((bounded(ends![k]!) - from) / step);
    if (step === 1) return slice(x, { axis, start: from, size: count });
    return takeAlong(node, x, axis, Array.from({ length: count }, (_, i) => from + i * step), [count]);
  }, given(node));
}

function padded(node: OnnxNode): Node {
  const mode = textOf(node, "mode", "constant");
  if (mode !== "constant") throw new Error(`No padding of mode ${mode}`);
  const pads = numbersOf(node, 1), [value = 0] = numbersOf(node, 2), rank = pads.length / 2;
  const zeroed = map([given(node)], (x) => x.sub(value));
  const around = pads.slice(0, rank).reduce(
    (x, before, axis) => pad(x, { axis, before, after: pads[rank + axis]! }),
    zeroed,
  );
  return map([around], (x) => x.add(value));
}

function reshaped(node: OnnxNode): Node {
  const shape = shapeOf(node),
    asked = numbersOf(node, 1).map((size, axis) => size === 0 ? shape[axis]! : size);
  const known = asked.filter((size) => size !== -1);
  return reshapeAll(given(node), asked.map((size) => size === -1 ? sizeOf(shape) / sizeOf(known) : size));
}

function split(node: OnnxNode): readonly Node[] {
  const axis = axisOf(node, 0), x = given(node), count = node.outputs.length;
  const sizes = has(node, 1)
    ? numbersOf(node, 1)
    : new Array<number>(count).fill(shapeOf(node)[axis]! / count);
  return sizes.map((size, k) =>
    slice(x, { axis, start: sizes.slice(0, k).reduce((a, b) => a + b, 0), size })
  );
}

/** [N,b,b,C,H,W] or, where channels come first, [N,C,b,b,H,W], as [N,C,H·b,W·b]: one of the two blocks at a time. */
function depthToSpace(node: OnnxNode): Node {
  const [n, channels, h, w] = shapeOf(node),
    b = numberOf(node, "blocksize", 1),
    c = channels! / b ** 2,
    x = given(node);
  const result = [n!, c, h! * b, w! * b];
  if (textOf(node, "mode", "DCR") === "CRD") {
    const columns = transpose(reshapeAll(x, [n! * c * b, b, h! * w!]), [0, 2, 1]);
    return reshapeAll(transpose(reshapeAll(columns, [n! * c, b, h!, w! * b]), [0, 2, 1, 3]), result);
  }
  const columns = transpose(reshapeAll(x, [n! * b, b, c * h! * w!]), [0, 2, 1]);
  return reshapeAll(transpose(reshapeAll(columns, [n!, b, c * h!, w! * b]), [0, 2, 1, 3]), result);
}

function spaceToDepth(node: OnnxNode): Node {
  const [n, c, height, width] = shapeOf(node),
    b = numberOf(node, "blocksize", 1),
    h = height! / b,
    w = width! / b;
  const rows = transpose(reshapeAll(given(node), [n!, c! * h, b, w * b]), [0, 2, 1, 3]);
  const columns = transpose(reshapeAll(rows, [n! * b, c! * h * w, b]), [0, 2, 1]);
  return reshapeAll(columns, [n!, c! * b ** 2, h, w]);
}

function upsampled(node: OnnxNode): Node {
  const [, , factorY, factorX] = numbersOf(node, 1);
  const images = transpose(given(node), [0, 2, 3, 1]);
  return transpose(ops.upsample2d(images, { factor: [factorY!, factorX!] }), [0, 3, 1, 2]);
}

/** Sizes with ones where axes are put in. */
function unsqueezed(node: OnnxNode): Node {
  const axes = has(node, 1) ? numbersOf(node, 1) : listOf(node, "axes")!,
    rank = shapeOf(node).length + axes.length;
  const put = axes.map((axis) => axisFrom(axis, rank)), left = [...shapeOf(node)];
  return reshapeAll(
    given(node),
    Array.from({ length: rank }, (_, at) => put.includes(at) ? 1 : left.shift()!),
  );
}

function squeezed(node: OnnxNode): Node {
  const shape = shapeOf(node), axes = numbersOf(node, 1).map((axis) => axisFrom(axis, shape.length));
  return reshapeAll(given(node), shape.filter((_size, at) => !axes.includes(at)));
}

export const SHAPE_NODES: Readonly<Record<string, OnnxBuild>> = {
  Concat: (node) => concat(allGiven(node), { axis: axisOf(node, 0) }),
  Flatten: (node) => {
    const shape = shapeOf(node), axis = axisOf(node, 1);
    return reshapeAll(given(node), [sizeOf(shape.slice(0, axis)), sizeOf(shape.slice(axis))]);
  },
  Reshape: reshaped,
  Slice: sliced,
  Transpose: (node) =>
    transpose(given(node), listOf(node, "perm") ?? shapeOf(node).map((_size, axis) => axis).reverse()),
  Squeeze: squeezed,
  Unsqueeze: unsqueezed,
  Pad: padded,
  Split: (node) => ({ outputs: split(node) }),
  Expand: (node) => map([given(node), filled(node, numbersOf(node, 1), 0)], (x) => x),
  Tile: (node) =>
    numbersOf(node, 1).reduce(
      (x, times, axis) => concat(new Array<Node>(times).fill(x), { axis }),
      given(node),
    ),
  Gather: (node) => takeAlong(node, given(node), axisOf(node, 0), numbersOf(node, 1), shapeOf(node, 1)),
  DepthToSpace: depthToSpace,
  SpaceToDepth: spaceToDepth,
  Upsample: upsampled,
};
