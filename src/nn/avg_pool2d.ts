import { checkOptions } from "../core/option_names.ts";
import { avgPool2d as avgPool2dNode } from "../ops/avg_pool2d.ts";
import type { Layer } from "./layer.ts";
import type { Pair } from "./pair.ts";
import { poolLayer, type PoolLayerOptions } from "./pool.ts";

/**
 * The mean of each channel in every window of `window` pixels (a number, or [height, width]; default 2), which moves by
 * `stride` (default: its own size). What does not fill a window at the bottom or right is left out.
 *
 * Shapes: rows [H,W,C] → rows [OH,OW,C]; OH = ⌊(H − window)/stride⌋ + 1. Throws as `maxPool2d` does.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { avgPool2d, conv2d, sequential } from "descent";
 * const model = sequential([28, 28], [conv2d(20, 5), avgPool2d()]); // 24×24 positions, halved
 * assertEquals(model.outputShape, [12, 12, 20]);
 * ```
 */
export function avgPool2d(window: Pair = 2, options: Pick<PoolLayerOptions, "stride"> = {}): Layer {
  checkOptions("avgPool2d", options, { stride: true });
  return poolLayer("avg_pool2d", avgPool2dNode, window, options);
}
