import { checkOptions } from "../core/option_names.ts";
import { maxPool2d as maxPool2dNode } from "../ops/max_pool2d.ts";
import type { Layer } from "./layer.ts";
import type { Pair } from "./pair.ts";
import { type MaxPoolOptions, poolLayer } from "./pool.ts";

/**
 * The largest value of each channel in every window of `window` pixels (a number, or [height, width]; default 2), which
 * moves by `stride` (default: its own size). Padding is passed over. What does not fill a window at the bottom or right is
 * left out, unless `ceilMode` is set. The first maximum of a window takes its gradient.
 *
 * Shapes: rows [H,W,C] → rows [OH,OW,C]; with the padding P of both sides OH = ⌊(H + P − window)/stride⌋ + 1, and ⌈ ⌉ with
 * `ceilMode`, but no window begins behind the image. The numbers are those of PyTorch's MaxPool2d. Throws when a size is
 * not a positive whole number or the padding not less than the window; building it throws when its input holds no images
 * with channels or they are smaller than the window.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { conv2d, maxPool2d, sequential } from "descent";
 * const halved = sequential([28, 28], [conv2d(15, 9), maxPool2d()]); // 20×20 positions, halved
 * const overlapping = sequential([28, 28], [conv2d(15, 9), maxPool2d(3, { stride: 2 })]);
 * assertEquals(halved.outputShape, [10, 10, 15]);
 * assertEquals(overlapping.outputShape, [9, 9, 15]);
 * ```
 */
export function maxPool2d(window: Pair = 2, options: MaxPoolOptions = {}): Layer {
  checkOptions("maxPool2d", options, { stride: true, padding: true, ceilMode: true, sharesTies: true });
  return poolLayer("max_pool2d", maxPool2dNode, window, options);
}
