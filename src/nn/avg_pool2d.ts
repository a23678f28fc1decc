import { checkOptions } from "../core/option_names.ts";
import { avgPool2d as avgPool2dNode } from "../ops/avg_pool2d.ts";
import type { Layer } from "./layer.ts";
import type { Pair } from "./pair.ts";
import { type AvgPoolOptions, poolLayer } from "./pool.ts";

/**
 * The mean of each channel in every window of `window` pixels (a number, or [height, width]; default 2), which moves by
 * `stride` (default: its own size). Padding counts as zeros, or with `countIncludePad: false` not at all. What does not
 * fill a window at the bottom or right is left out, unless `ceilMode` is set; what lies past the padding never counts.
 *
 * Shapes: rows [H,W,C] → rows [OH,OW,C], as of `maxPool2d`. The numbers are those of PyTorch's AvgPool2d. Throws as
 * `maxPool2d` does.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { avgPool2d, conv2d, sequential } from "descent";
 * const model = sequential([28, 28], [conv2d(20, 5), avgPool2d()]); // 24×24 positions, halved
 * assertEquals(model.outputShape, [12, 12, 20]);
 * ```
 */
export function avgPool2d(window: Pair = 2, options: AvgPoolOptions = {}): Layer {
  checkOptions("avgPool2d", options, { stride: true, padding: true, ceilMode: true, countIncludePad: true });
  return poolLayer("avg_pool2d", avgPool2dNode, window, options);
}
