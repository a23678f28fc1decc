/** Nodes of ONNX that change shapes, or say them. */
import { sizeOf } from "../core/tensor.ts";
import { concatFromConfig } from "../nn/concat.ts";
import { REARRANGE_LAYERS } from "../nn/rearrange.ts";
import { ELEMENT, type OnnxNode } from "./messages.ts";
import { axesOf } from "./read_layers.ts";
import type { Reader, ReadNode } from "./reader.ts";
import { type Given, orderOf, plain, type Rows, rowsOf, withAxes } from "./rows.ts";
import { listOf, numberOf, refuseNode, tensorAttribute, tensorOf, textOf, type Whole } from "./tensors.ts";
import { permuted } from "./translation.ts";

/** The same values under another shape of a row, which need no layer. */
function reshaped(node: OnnxNode, x: Rows, shape: readonly number[]): Rows {
  if (sizeOf(shape) !== sizeOf(x.shape) || shape.length === 0) {
    refuseNode(node, `puts rows of shape [${x.shape}] under the shape [${shape}]: a row must stay a row`);
  }
  return { ...x, shape };
}

const flattened: ReadNode = (node, from) => {
  const x = from.rows(node), axis = numberOf(node, "axis", 1);
  if (axis !== 1 && axis !== -x.shape.length) {
    refuseNode(node, `flattens from axis ${axis} on, and a row must stay a row`);
  }
  return reshaped(node, x, [sizeOf(x.shape)]);
};

const reshape: ReadNode = (node, from) => {
  const x = from.known(node, 0), asked = listOf(node, "shape") ?? settingOf(node, from, 1);
  if (x.kind === "whole") return x;
  if (x.kind === "numbers") {
    const sizes = asked.map(Number), rest = sizeOf(sizes.filter((size) => size !== -1));
    const shape = sizes.map((size) => size === -1 ? x.data.length / rest : size);
    if (sizeOf(shape) !== x.data.length) {
      refuseNode(node, `puts ${x.data.length} values under the shape [${asked}]`);
    }
    return { ...x, shape };
  }
  const [first, ...row] = asked;
  const isBatch = first === "batch" || first === 0 || first === from.batch ||
    first === -1 && !row.includes(-1);
  if (!isBatch) {
    refuseNode(
      node,
      `asks for the shape [${asked}], whose first axis is not the batch: export the model with a batch of any size`,
    );
  }
  const given = row.map((size, i) => size === 0 ? x.shape[i] ?? 0 : Number(size));
  const rest = sizeOf(given.filter((size) => size !== -1));
  return reshaped(node, x, given.map((size) => size === -1 ? sizeOf(x.shape) / rest : size));
};

/** Numbers of a list that may hold the batch's. */
function settingOf(node: OnnxNode, from: Reader, input: number): readonly (number | "batch")[] {
  const found = from.known(node, input);
  return found.kind === "whole" ? found.values : from.whole(node, input);
}

/** Axes of size 1 that go, or come. */
const squeezed = (comes: boolean): ReadNode => (node, from) => {
  const x = from.known(node, 0), asked = axesOf(node, from);
  if (x.kind === "whole") return comes ? { ...x, shape: [x.values.length] } : { ...x, shape: [] };
  const shape = x.kind === "rows" ? [0, ...x.shape] : [...x.shape];
  const rank = shape.length + (comes ? asked?.length ?? 0 : 0);
  const axes = (asked ?? shape.flatMap((size, axis) => size === 1 ? [axis] : [])).map((axis) =>
    axis < 0 ? axis + rank : axis
  );
  const isWrong = axes.some((axis) => axis < 0 || axis >= rank || !comes && shape[axis] !== 1);
  if (isWrong || x.kind === "rows" && axes.includes(0)) {
    refuseNode(node, `changes the axes [${axes}] of rows of shape [${shape.slice(1)}]`);
  }
  const changed = comes
    ? axes.toSorted((a, b) => a - b).reduce((sizes, axis) => sizes.toSpliced(axis, 0, 1), shape)
    : shape.filter((_size, axis) => !axes.includes(axis));
  return x.kind === "rows" ? reshaped(node, x, changed.slice(1)) : { ...x, shape: changed };
};

const transpose: ReadNode = (node, from) => {
  const x = from.known(node, 0);
  if (x.kind === "whole") return x;
  const rank = x.kind === "rows" ? x.shape.length + 1 : x.shape.length;
  const axes = listOf(node, "perm") ?? Array.from({ length: rank }, (_, i) => rank - 1 - i);
  if (axes.toSorted((a, b) => a - b).some((axis, i) => axis !== i) || axes.length !== rank) {
    refuseNode(node, `has the axes [${axes}], which are not all of ${rank}`);
  }
  if (x.kind === "numbers") {
    from.claim(node, x.data.length);
    return { ...x, ...permuted(x, axes) };
  }
  if (axes[0] !== 0) refuseNode(node, `moves the batch to another axis, [${axes}]`);
  const own = axes.slice(1).map((axis) => axis - 1), last = own.length - 1;
  const shape = own.map((axis) => x.shape[axis]!), channels = orderOf(x);
  const toLast = own.every((axis, k) => axis === (k === last ? 0 : k + 1));
  const toFirst = own.every((axis, k) => axis === (k === 0 ? last : k - 1));
  // What lies so already, or is taken so by the layers that follow, is not moved.
  if (toLast && channels === x.shape[0]) return { ...x, shape, channels: undefined };
  if (toFirst && channels === undefined) return { ...x, shape, channels: shape[0] };
  const layer = REARRANGE_LAYERS.transpose({ axes: own.join() });
  return rowsOf(from.plainLayer(node, layer, plain(x)));
};

/** The rows of a layer that works along one axis, which may lie elsewhere than it is seen. */
function along(given: Given, isLast: boolean): Rows {
  if (!isLast) return rowsOf(given);
  const channels = given.lies.at(-1)!;
  return rowsOf(given, [channels, ...given.lies.slice(0, -1)], channels);
}

const concat: ReadNode = (node, from) => {
  const all = (node.inputs ?? []).map((_name, i) => from.known(node, i)), [first] = all;
  if (all.every((one): one is Whole => one.kind === "whole")) {
    from.claim(node, all.reduce((sum, one) => sum + one.values.length, 0));
    const values = all.flatMap((one) => one.values);
    return { kind: "whole", shape: [values.length], values };
  }
  const rows = all.map((_one, i) => from.rows(node, i)), x = first as Rows, rank = x.shape.length + 1;
  const asked = numberOf(node, "axis", 1), axis = (asked < 0 ? asked + rank : asked) - 1;
  if (axis < 0) refuseNode(node, "puts the rows of batches behind one another");
  const ways = rows.map(withAxes), isLast = ways.every((way) => way.isLast);
  const layer = concatFromConfig({ axis: isLast ? ways[0]!.axisOf(axis) : axis });
  const given = rows.map((one, i) => isLast ? ways[i]!.given : plain(one));
  return along(from.plainLayer(node, layer, ...given), isLast);
};

/** Zeros around a value, an axis after another. */
const pad: ReadNode = (node, from) => {
  const x = from.rows(node), sides = listOf(node, "pads") ?? from.whole(node, 1), rank = x.shape.length + 1;
  const value = from.has(node, 2) ? from.numbers(node, 2).data[0] : numberOf(node, "value", 0);
  const axes = from.has(node, 3) ? from.whole(node, 3) : Array.from({ length: rank }, (_, axis) => axis);
  if (textOf(node, "mode", "constant") !== "constant" || value !== 0 || sides.length !== 2 * axes.length) {
    refuseNode(node, "pads with something else than zeros, which pad() does not");
  }
  const { given, isLast, axisOf } = withAxes(x);
  let padded = given;
  for (const [i, asked] of axes.entries()) {
    const axis = (asked < 0 ? asked + rank : asked) - 1, before = sides[i]!, after = sides[i + axes.length]!;
    if (before === 0 && after === 0) continue;
    if (axis < 0) refuseNode(node, "adds rows to the batch");
    padded = from.plainLayer(node, REARRANGE_LAYERS.pad({ axis: axisOf(axis), before, after }), padded);
  }
  return along(padded, isLast);
};

/** A part of a value along some of its axes. */
const slice: ReadNode = (node, from) => {
  const x = from.known(node, 0), starts = listOf(node, "starts") ?? from.whole(node, 1);
  const ends = listOf(node, "ends") ?? from.whole(node, 2),
    axes = axesOf(node, from, 3) ?? starts.map((_start, i) => i);
  const steps = from.has(node, 4) ? from.whole(node, 4) : starts.map(() => 1);
  if (steps.some((step) => step !== 1)) {
    refuseNode(node, `takes every value of steps [${steps}], and slice() takes all between two places`);
  }
  const within = (place: number, size: number) =>
    Math.min(size, Math.max(0, place < 0 ? place + size : place));
  if (x.kind === "whole") {
    from.claim(node, x.values.length);
    const count = x.values.length,
      values = x.values.slice(within(starts[0]!, count), within(ends[0]!, count));
    return { kind: "whole", shape: [values.length], values };
  }
  const rows = from.rows(node), rank = rows.shape.length + 1, { given, isLast, axisOf } = withAxes(rows);
  let part = given;
  for (const [i, asked] of axes.entries()) {
    const axis = (asked < 0 ? asked + rank : asked) - 1;
    if (axis < 0 || axis >= rank - 1) {
      refuseNode(node, `takes a part of axis ${asked} of rows of shape [${rows.shape}]`);
    }
    const size = rows.shape[axis]!, start = within(starts[i]!, size), end = within(ends[i]!, size);
    if (start === 0 && end === size) continue;
    part = from.plainLayer(
      node,
      REARRANGE_LAYERS.slice({ axis: axisOf(axis), start, size: end - start }),
      part,
    );
  }
  return along(part, isLast);
};

const constant: ReadNode = (node) => {
  const tensor = tensorAttribute(node, "value"), number = numberOf(node, "value_float", NaN);
  const whole = listOf(node, "value_ints") ??
    (Number.isNaN(numberOf(node, "value_int", NaN)) ? undefined : [numberOf(node, "value_int", 0)]);
  if (tensor !== undefined) return tensorOf(tensor, node.outputs?.[0]);
  if (whole !== undefined) return { kind: "whole", shape: [whole.length], values: whole };
  if (Number.isNaN(number)) refuseNode(node, "holds no numbers");
  return { kind: "numbers", shape: [], data: Float32Array.of(number) };
};

const FLOATS: readonly number[] = [ELEMENT.float, ELEMENT.double, ELEMENT.float16];

/** Numbers are of one type here; what would be rounded is refused, but for places of a table. */
const cast: ReadNode = (node, from) => {
  const x = from.known(node, 0), to = numberOf(node, "to", 0), next = from.next(node);
  if (x.kind !== "rows") from.claim(node, sizeOf(x.shape));
  if (x.kind === "numbers" && to === ELEMENT.int64) {
    return { kind: "whole", shape: x.shape, values: [...x.data] };
  }
  if (x.kind === "whole" && FLOATS.includes(to)) {
    const data = Float32Array.from(from.whole(node, 0));
    return { kind: "numbers", shape: x.shape, data };
  }
  if (x.kind === "rows" && !FLOATS.includes(to) && next?.operator !== "Gather") {
    refuseNode(node, "makes whole numbers of a value, which are looked up in a table here and nothing else");
  }
  return x;
};

const shapeOf: ReadNode = (node, from) => {
  const { shape } = from.rows(node);
  return { kind: "whole", shape: [shape.length + 1], values: ["batch", ...shape] };
};

const same: ReadNode = (node, from) => from.known(node, 0);

/** Readers by operator. */
export const SHAPE_READERS: Readonly<Record<string, ReadNode>> = {
  Flatten: flattened,
  Reshape: reshape,
  Squeeze: squeezed(false),
  Unsqueeze: squeezed(true),
  Transpose: transpose,
  Concat: concat,
  Pad: pad,
  Slice: slice,
  Constant: constant,
  Cast: cast,
  Shape: shapeOf,
  Identity: same,
  Dropout: same,
};
