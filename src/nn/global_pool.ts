import type { Node } from "../ir/node.ts";
import { reduceMax, reduceMean, type ReduceOptions } from "../ops/reduce.ts";
import { type Layer, refuseShape } from "./layer.ts";

function globalPool(kind: string, reduce: (x: Node, options: ReduceOptions) => Node): Layer {
  return {
    kind,
    config: {},
    build(name, inputShape) {
      if (inputShape.length !== 3) refuseShape(name, kind, inputShape, "images [height,width,channels]");
      return {
        outputShape: [inputShape[2]!],
        parameters: [],
        apply: (x) => reduce(x, { axes: [1, 2], label: name }),
      };
    },
  };
}

/**
 * The mean of each channel over the whole image: what ends most convolutional networks before their last dense layer.
 *
 * Shapes: rows [H,W,C] → rows [C]. Building it throws when its input holds no images with channels.
 *
 * @example
 * ```ts
 * import { assert } from "@std/assert";
 * import { globalAvgPool2d } from "descent";
 * assert(`${globalAvgPool2d().build("pool", [7, 7, 64], 0).outputShape}` === "64");
 * ```
 */
export function globalAvgPool2d(): Layer {
  return globalPool("global_avg_pool2d", reduceMean);
}

/**
 * The largest value of each channel over the whole image; NaN if one is. Equal maxima share the gradient, as in PyTorch's
 * `amax`; in its AdaptiveMaxPool2d the first takes all of it.
 *
 * Shapes: rows [H,W,C] → rows [C]. Building it throws when its input holds no images with channels.
 *
 * @example
 * ```ts
 * import { assert } from "@std/assert";
 * import { globalMaxPool2d } from "descent";
 * assert(`${globalMaxPool2d().build("pool", [7, 7, 64], 0).outputShape}` === "64");
 * ```
 */
export function globalMaxPool2d(): Layer {
  return globalPool("global_max_pool2d", reduceMax);
}
