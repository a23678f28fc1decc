import { sizeOf } from "../core/tensor.ts";
import { reshape } from "../ops/reshape.ts";
import type { Layer } from "./layer.ts";

/**
 * Rows of any shape as flat rows, the last axis running fastest: what `dense` needs after images. It costs nothing where
 * the values lie side by side already, which is where the channels are a multiple of four.
 *
 * Shapes: rows [A,B,…] → rows [A·B·…].
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { conv2d, dense, flatten, sequential } from "descent";
 * const model = sequential([7, 7], [conv2d(20, 5, { activation: "relu" }), flatten(), dense(10)]); // [3,3,20] → [180] → [10]
 * assertEquals(model.layers[1]!.built.outputShape, [180]);
 * ```
 */
export function flatten(): Layer {
  return {
    kind: "flatten",
    config: {},
    build(name, inputShape) {
      const outputShape = [sizeOf(inputShape)];
      return { outputShape, parameters: [], apply: (x) => reshape(x, outputShape, name) };
    },
  };
}
