import { require } from "../core/errors.ts";
import { shown } from "../core/option_names.ts";
import { formatShape, type Shape, sizeOf } from "../core/tensor.ts";
import { reshape as reshapeNode } from "../ops/reshape.ts";
import { type Layer, refuseShape } from "./layer.ts";

/** Axes of a tensor with its batch, and of what the ops for images take. */
const MAX_AXES = 3;

/**
 * Rows under another shape, the last axis running fastest: what a decoder needs between a dense layer and its images. It
 * costs nothing where both layouts are the same, which is where the last axes are multiples of four.
 *
 * Shapes: rows [A,B,…] → rows `shape`, of as many values. Throws when `shape` is no list of one to three positive whole
 * numbers; building it throws when its input has another number of values.
 *
 * @example
 * ```ts
 * import { assert } from "@std/assert";
 * import { reshape } from "descent";
 * assert(`${reshape([7, 7, 16]).build("images", [784], 0).outputShape}` === "7,7,16");
 * ```
 */
export function reshape(shape: Shape): Layer {
  require(
    Array.isArray(shape) && shape.length > 0 && shape.length <= MAX_AXES &&
      shape.every((size) => Number.isSafeInteger(size) && size > 0),
    () =>
      `reshape() takes the shape of a row, one to ${MAX_AXES} positive whole numbers, got ${shown(shape)}`,
  );
  return {
    kind: "reshape",
    config: { shape: shape.join() },
    build(name, inputShape) {
      if (sizeOf(inputShape) !== sizeOf(shape)) {
        refuseShape(name, "reshape", inputShape, `${sizeOf(shape)} values, for ${formatShape(shape)}`);
      }
      return { outputShape: [...shape], parameters: [], apply: (x) => reshapeNode(x, shape, name) };
    },
  };
}

/** Such a layer from what is saved of it. */
export function reshapeFromConfig({ shape }: Layer["config"]): Layer {
  return reshape(`${shape}`.split(",").map(Number));
}
