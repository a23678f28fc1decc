import { require } from "../core/errors.ts";
import { dropout as dropoutNode } from "../ops/dropout.ts";
import type { Layer } from "./layer.ts";

/**
 * Drops each input with probability `rate` while training, and scales the others by 1/(1 - rate); does nothing
 * otherwise. Shapes: rows of any shape, as they are given. Throws when `rate` is not at least 0 and below 1.
 *
 * @example
 * ```ts
 * import { dense, dropout, sequential } from "descent";
 * const model = sequential(784, [dense(100, { activation: "relu" }), dropout(0.5), dense(10)]);
 * ```
 */
export function dropout(rate: number): Layer {
  require(rate >= 0 && rate < 1, () => `The dropout rate must be at least 0 and below 1, got ${rate}`);
  return {
    kind: "dropout",
    config: { rate },
    build: (name, inputShape, position) => ({
      outputShape: inputShape,
      parameters: [],
      apply: (x, { training }) =>
        training && rate > 0 ? dropoutNode(x, { rate, lane: position, label: name }) : x,
    }),
  };
}
