/** Nodes of ONNX that put values together: reductions, their positions, and softmax along an axis. */
import { sizeOf } from "../../src/core/tensor.ts";
import type { Node } from "../../src/ir/node.ts";
import { argmax, map, ops, reduceMax, reduceMean, reduceMin, reduceSum, slice } from "../../src/mod.ts";
import type { ReduceOptions } from "../../src/mod.ts";
import {
  axisFrom,
  axisOf,
  given,
  listOf,
  numberOf,
  numbersOf,
  type OnnxBuild,
  shapeOf,
  valued,
} from "./onnx_case.ts";
import type { OnnxNode } from "./onnx_case.ts";
import { takeAlong, withLast } from "./onnx_shapes.ts";

const { oneHot, reshapeAll } = ops;

function axesOf(node: OnnxNode): readonly number[] {
  const rank = shapeOf(node).length, asked = listOf(node, "axes") ?? numbersOf(node, 1);
  if (asked.length > 0) return asked.map((axis) => axisFrom(axis, rank));
  return numberOf(node, "noop_with_empty_axes", 0) === 1 ? [] : shapeOf(node).map((_size, axis) => axis);
}

/** A reduction of what `before` makes of the values, of which `after` makes the result. */
function reduction(
  reduce: (x: Node, options: ReduceOptions) => Node,
  before: (x: Node) => Node = (x) => x,
  after: (x: Node) => Node = (x) => x,
): OnnxBuild {
  return (node) => {
    const axes = axesOf(node), keepAxes = numberOf(node, "keepdims", 1) === 1, x = before(given(node));
    return after(axes.length === 0 ? map([x], (value) => value) : reduce(x, { axes, keepAxes }));
  };
}

const abs = (x: Node) => map([x], (value) => value.abs());
const square = (x: Node) => map([x], (value) => value.square());
const sqrt = (x: Node) => map([x], (value) => value.sqrt());
const log = (x: Node) => map([x], (value) => value.log());

/** Products: position after position of an axis. */
function reduceProd(x: Node, { axes, keepAxes }: ReduceOptions): Node {
  const product = axes.reduce((y, axis) => {
    const positions = Array.from(
      { length: y.type.shape[axis]! },
      (_, start) => slice(y, { axis, start, size: 1 }),
    );
    return positions.reduce((a, b) => map([a, b], (left, right) => left.mul(right)));
  }, x);
  const shape = x.type.shape.filter((_size, axis) => !axes.includes(axis));
  return keepAxes || shape.length === 0 ? product : reshapeAll(product, shape);
}

export const REDUCTION_NODES: Readonly<Record<string, OnnxBuild>> = {
  ReduceSum: reduction(reduceSum),
  ReduceMean: reduction(reduceMean),
  ReduceMax: reduction(reduceMax),
  ReduceMin: reduction(reduceMin),
  ReduceProd: reduction(reduceProd),
  ReduceL1: reduction(reduceSum, abs),
  ReduceL2: reduction(reduceSum, square, sqrt),
  ReduceSumSquare: reduction(reduceSum, square),
  ReduceLogSum: reduction(reduceSum, undefined, log),
};

/** Rows of an axis as a matrix, and what makes of a matrix of rows a tensor of the node's shape again. */
export function asRows(x: Node, axis: number): { readonly rows: Node; readonly back: (y: Node) => Node } {
  const { last, back } = withLast(x, axis), { shape } = last.type, classes = shape.at(-1)!;
  return {
    rows: reshapeAll(last, [sizeOf(shape) / classes, classes]),
    back: (y) => back(reshapeAll(y, shape)),
  };
}

/** Where the largest is; of equal ones the first or, found from the other end, the last. */
function largest(node: OnnxNode, x: Node): Node {
  const axis = axisOf(node, 0), size = shapeOf(node)[axis]!, { last } = withLast(x, axis);
  if (numberOf(node, "select_last_index", 0) === 0) return argmax(last);
  const reversed = takeAlong(node, x, axis, range(size).toReversed(), [size]);
  const { rows } = asRows(reversed, axis);
  // As numbers, since u32 are no operands of map.
  const places = valued(node, [size], range(size).toReversed());
  const picked = map([oneHot(argmax(rows), { classes: size }), places], (is, place) => is.mul(place));
  return reshapeAll(reduceSum(picked, { axes: [1] }), last.type.shape.slice(0, -1));
}

const range = (count: number) => Array.from({ length: count }, (_, i) => i);

export const POSITION_NODES: Readonly<Record<string, OnnxBuild>> = {
  ArgMax: (node) => largest(node, given(node)),
  ArgMin: (node) => largest(node, map([given(node)], (x) => x.neg())),
};

/** log p = z - max z - log Σ e^(z - max z), along the last axis. */
export function logSoftmaxOfLast(z: Node): Node {
  const axes = [z.type.shape.length - 1], most = reduceMax(z, { axes, keepAxes: true });
  const shifted = map([z, most], (value, m) => value.sub(m));
  const sums = reduceSum(map([shifted], (value) => value.exp()), { axes, keepAxes: true });
  return map([shifted, sums], (value, sum) => value.sub(sum.log()));
}

/** What is done with the rows of an axis. */
const alongAxis = (make: (rows: Node, classes: number) => Node): OnnxBuild => (node) => {
  const axis = axisOf(node, -1), { rows, back } = asRows(given(node), axis);
  return back(make(rows, rows.type.shape[1]!));
};

export const SOFTMAX_NODES: Readonly<Record<string, OnnxBuild>> = {
  Softmax: alongAxis((rows) => ops.softmax(rows)),
  LogSoftmax: alongAxis(logSoftmaxOfLast),
  Hardmax: alongAxis((rows, classes) => oneHot(argmax(rows), { classes })),
};
