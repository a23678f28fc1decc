/** Parts of values of a network, or of nodes of a graph, and their axes in another order. */
import { require } from "../core/errors.ts";
import { shown } from "../core/option_names.ts";
import type { Shape } from "../core/tensor.ts";
import type { Node } from "../ir/node.ts";
import {
  padOf,
  type PadOptions,
  resized,
  sliceOf,
  type SliceOptions,
  transposedShape,
  transposeNode,
  windowNode,
} from "../ops/rearrange.ts";
import type { Layer } from "./layer.ts";
import { isValue, through, type Value } from "./network.ts";

export type { PadOptions, SliceOptions };

/**
 * A part of a value of a network, or of a node: `size` positions from `start` on along an axis. Axes are those of the shape
 * that is seen: of a node with the batch in front, of a value without.
 *
 * Throws where it reaches past the end; of a value, when the network is put together.
 *
 * @example
 * ```ts
 * import { dense, input, modelOf, sequential, slice } from "descent";
 * const x = input(10), left = slice(x, { size: 4 }), right = slice(x, { start: 4 });
 * const model = modelOf({ x }, { left: left.pipe(dense(2)), right });
 * console.log(model.outputs.map(({ shape }) => shape)); // [ [ 2 ], [ 6 ] ]
 *
 * sequential([28, 28], [(image) => slice(image, { axis: 0, start: 4, size: 20 })]);
 * ```
 */
export function slice(value: Value, options: SliceOptions): Value;
/** A part of a node of 1 to 4 axes. */
export function slice(x: Node, options: SliceOptions): Node;
export function slice(x: Value | Node, options: SliceOptions): Value | Node {
  if (isValue(x)) return through(sliceLayer(options), [x]);
  requireEither("slice", x);
  return windowNode(x, { ...sliceOf(x.type.shape, options), label: "slice" });
}

/**
 * A value of a network, or a node, with zeros before and after it along an axis; see `slice`.
 *
 * Throws on counts below 0 and an axis that is none.
 *
 * @example
 * ```ts
 * import { sequential, pad } from "descent";
 * const model = sequential([27, 27], [(image) => pad(image, { axis: 0, after: 1 })]);
 * console.log(model.outputShape); // [ 28, 27 ]
 * ```
 */
export function pad(value: Value, options: PadOptions): Value;
/** A node of 1 to 4 axes with zeros around it. */
export function pad(x: Node, options: PadOptions): Node;
export function pad(x: Value | Node, options: PadOptions): Value | Node {
  if (isValue(x)) return through(padLayer(options), [x]);
  requireEither("pad", x);
  return windowNode(x, { ...padded(x.type.shape, options), label: "pad" });
}

/**
 * A value of a network, or a node, under its axes in another order: axis k of the result is axis `axes[k]` of `x`. Axes are
 * those of the shape that is seen; the batch of a value stays in front.
 *
 * Throws where `axes` are not all of them; of a value, when the network is put together.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { leaf, sequential, transpose } from "descent";
 * const model = sequential([28, 28, 3], [(image) => transpose(image, [2, 0, 1])]);
 * assertEquals(model.outputShape, [3, 28, 28]);
 * assertEquals(transpose(leaf("input", "x", [32, 10]), [1, 0]).type.shape, [10, 32]);
 * ```
 */
export function transpose(value: Value, axes: readonly number[]): Value;
/** A node of 1 to 4 axes under them in another order. */
export function transpose(x: Node, axes: readonly number[]): Node;
export function transpose(x: Value | Node, axes: readonly number[]): Value | Node {
  if (isValue(x)) return through(transposeLayer(axes), [x]);
  requireEither("transpose", x);
  return transposeNode(x, axes, "transpose");
}

function requireEither(called: string, x: Node): void {
  require(
    x?.op !== undefined,
    () => `${called}() takes a value of a network, or a node, got ${shown(x)}`,
  );
}

/** The window that pads: it starts before the first position. */
function padded(shape: Shape, options: PadOptions) {
  const { axis, before, after } = padOf(shape, options);
  return { axis, start: -before, size: before + shape[axis]! + after };
}

function sliceLayer(options: SliceOptions): Layer {
  return windowLayer("slice", { ...options }, (shape) => sliceOf(shape, options));
}

function padLayer(options: PadOptions): Layer {
  return windowLayer("pad", { ...options }, (shape) => padded(shape, options));
}

function windowLayer(
  kind: string,
  config: Layer["config"],
  windowOf: (shape: Shape) => Required<SliceOptions>,
): Layer {
  return {
    kind,
    config,
    build(name, inputShape) {
      const { axis, start, size } = windowOf(inputShape);
      return {
        outputShape: resized(inputShape, axis, size),
        parameters: [],
        apply: (x) => windowNode(x, { axis: axis + 1, start, size, label: name }),
      };
    },
  };
}

function transposeLayer(axes: readonly number[]): Layer {
  return {
    kind: "transpose",
    config: { axes: String(axes) },
    build: (name, inputShape) => ({
      outputShape: transposedShape(inputShape, axes),
      parameters: [],
      apply: (x) => transposeNode(x, [0, ...axes.map((axis) => axis + 1)], name),
    }),
  };
}

/** The layers as they were saved, by kind. */
export const REARRANGE_LAYERS = {
  slice: (config: Layer["config"]) => sliceLayer(config as SliceOptions),
  pad: (config: Layer["config"]) => padLayer(config as PadOptions),
  transpose: ({ axes }: Layer["config"]) => transposeLayer(String(axes).split(",").map(Number)),
};
