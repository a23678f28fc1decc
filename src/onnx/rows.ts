/**
 * Values of an ONNX graph that depend on the rows, while they become values of a network. ONNX has images [C,H,W] and layers
 * here take [H,W,C]: how a value lies is kept beside the shape that the file sees, and changed where a layer asks for it.
 */
import { require } from "../core/errors.ts";
import { formatShape, sameShape, type Shape, sizeOf } from "../core/tensor.ts";
import { elementwiseFromConfig } from "../nn/elementwise.ts";
import { flatten } from "../nn/flatten.ts";
import type { Layer } from "../nn/layer.ts";
import { through, type Value } from "../nn/network.ts";
import { REARRANGE_LAYERS } from "../nn/rearrange.ts";
import { reshape } from "../nn/reshape.ts";
import { type Expr, inputExpr } from "../ops/expression/expression.ts";
import { formatExpression } from "../ops/expression/format.ts";

/** A value of each row. */
export interface Rows {
  readonly kind: "rows";
  /** Of one row, as the file sees it. */
  readonly shape: Shape;
  /** A number of channels: its values lie [the rest, channels], and the file sees [channels, the rest]. Absent: as it lies. */
  readonly channels?: number | undefined;
  /** The shape of one row as it lies. */
  readonly lies: Shape;
  /** The values of the network that it is made of, and the expression that makes it of them. */
  readonly of: readonly Value[];
  readonly f: Expr;
}

/** What a layer gives: rows that lie in its output's shape. */
export interface Given {
  readonly value: Value;
  readonly lies: Shape;
}

/** Most axes of a row. */
const MOST_AXES = 3;

export function rowsOf({ value, lies }: Given, shape: Shape = lies, channels?: number): Rows {
  return { kind: "rows", shape, channels, lies, of: [value], f: inputExpr(0) };
}

/** Whether a value of a network is these rows already, without an expression. */
export function isMade({ f }: Rows): boolean {
  return f.kind === "input";
}

/** The value of the network that the rows are. */
function valueOf(rows: Rows): Value {
  return isMade(rows)
    ? rows.of[0]!
    : through(elementwiseFromConfig({ f: formatExpression(rows.f) }), rows.of);
}

/** The same rows as a value of their own. */
export function asMade(rows: Rows): Rows {
  return { ...rows, of: [valueOf(rows)], f: inputExpr(0) };
}

/** What a layer gives for values that lie in these shapes; throws what it says, with this name. */
export function applied(layer: Layer, name: string, given: readonly Given[], mark?: object): Given {
  const shapes = given.map(({ lies }) => lies);
  const { outputShape } = layer.build(name, shapes[0]!, 0, new Map(), shapes);
  require(
    outputShape.length <= MOST_AXES,
    () => `${name} gives rows of shape ${formatShape(outputShape)}: here they have up to ${MOST_AXES} axes`,
  );
  return { value: through(layer, given.map(({ value }) => value), mark), lies: outputShape };
}

/** The rows under another shape of as many values, in the order in which they lie. */
function lyingAs(rows: Rows, lies: Shape): Given {
  const value = valueOf(rows);
  if (sameShape(rows.lies, lies)) return { value, lies };
  const layer = lies.length === 1 ? flatten() : reshape(lies);
  return applied(layer, "reshape", [{ value, lies: rows.lies }]);
}

/** The channels by which values of so many lie otherwise than the file sees them; undefined where that changes nothing. */
export function orderOf({ channels, shape }: Pick<Rows, "channels" | "shape">): number | undefined {
  return channels === 1 || channels === sizeOf(shape) ? undefined : channels;
}

function transposed(given: Given, axes: readonly number[]): Given {
  return applied(REARRANGE_LAYERS.transpose({ axes: axes.join() }), "transpose", [given]);
}

/** The rows as they are seen. */
export function plain(rows: Rows): Given {
  const { shape } = rows, channels = orderOf(rows), count = sizeOf(shape);
  if (channels === undefined) return lyingAs(rows, shape);
  if (shape.length === MOST_AXES && shape[0] === channels) {
    return transposed(lyingAs(rows, [...shape.slice(1), channels]), [2, 0, 1]);
  }
  const moved = transposed(lyingAs(rows, [count / channels, channels]), [1, 0]);
  return lyingAs(rowsOf(moved), shape);
}

/** Rows [channels, …], lying with their channels last. */
export function channelsLast(rows: Rows): Given {
  const [channels, ...pixels] = rows.shape as [number, ...number[]], order = orderOf(rows);
  const isSame = orderOf({ channels, shape: rows.shape }) === undefined;
  if (order === channels || order === undefined && isSame) return lyingAs(rows, [...pixels, channels]);
  return transposed(plain(rows), [...pixels.map((_size, axis) => axis + 1), 0]);
}

/** All values of a row side by side, as they lie. */
export function flat(rows: Rows): Given {
  return lyingAs(rows, [sizeOf(rows.shape)]);
}

/** Where the value that the file sees at `i` of so many lies. */
export function placeOf(i: number, count: number, channels: number | undefined): number {
  if (channels === undefined) return i;
  const rest = count / channels;
  return i % rest * channels + Math.floor(i / rest);
}

/** Values in the order of a row that may lie with its channels last. */
export function asTheyLie(values: Float32Array, channels: number | undefined): Float32Array {
  if (channels === undefined) return values;
  const moved = new Float32Array(values.length);
  values.forEach((value, i) => moved[placeOf(i, values.length, channels)] = value);
  return moved;
}

/** Rows in whichever order they lie, and which of their axes each one that the file sees is. */
export function withAxes(
  rows: Rows,
): { readonly given: Given; readonly isLast: boolean; axisOf(axis: number): number } {
  const isLast = rows.shape.length > 1 && orderOf(rows) === rows.shape[0];
  const given = isLast ? channelsLast(rows) : plain(rows), last = rows.shape.length - 1;
  return { given, isLast, axisOf: (axis) => !isLast ? axis : axis === 0 ? last : axis - 1 };
}
