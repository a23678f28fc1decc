import { require } from "../core/errors.ts";
import { checkOptions, shown } from "../core/option_names.ts";
import { MOST_ROWS } from "../ops/_embedding.ts";
import { embedding as embeddingNode } from "../ops/embedding.ts";
import type { Initializer } from "./initializers.ts";
import { checkInitializer, type Layer, parameter, refuseShape } from "./layer.ts";

/** Settings of `embedding`. */
export interface EmbeddingOptions {
  /** Of the table. Default `lecun_normal`: normal values of variance 1/size, so that a row has a length of about 1. */
  readonly initializer?: Initializer;
}

/**
 * A trained vector of `size` values for each of `count` things, such as words: every whole number of its input becomes the
 * row of a table that it counts.
 *
 * Inputs are whole numbers from 0 to `count` − 1 as a table of numbers holds them (float32 has all of them up to 2²⁴), or
 * bytes with a scaling of { scale: 1, offset: 0 }. `fit` and `predict` refuse others where they are a model's inputs; where
 * layers make them, what is no such number gives a row of NaN. A layer before it gets no gradient.
 *
 * Shapes: rows [L] → rows [L,size], rows [A,L] → rows [A,L,size]; the table [count,size]. Throws when a size is not a
 * positive whole number; building it throws when its input has three axes.
 *
 * @example
 * ```ts
 * import { assert } from "@std/assert";
 * import { countParameters, dense, embedding, flatten, sequential } from "descent";
 * const model = sequential(8, [embedding(1000, 16), flatten(), dense(2)]);
 * assert(countParameters(model) === 1000 * 16 + 8 * 16 * 2 + 2);
 * ```
 */
export function embedding(count: number, size: number, options: EmbeddingOptions = {}): Layer {
  checkOptions("embedding", options, { initializer: true });
  const { initializer = "lecun_normal" } = options;
  const isCount = (value: number) => Number.isSafeInteger(value) && value > 0;
  require(
    isCount(count) && count <= MOST_ROWS && isCount(size),
    () =>
      `An embedding takes how many things there are, up to ${MOST_ROWS}, and the size of their vectors, got ` +
      `${shown(count)} and ${shown(size)}`,
  );
  checkInitializer(initializer);
  return {
    kind: "embedding",
    config: { count, size, initializer },
    build(name, inputShape) {
      if (inputShape.length > 2) {
        refuseShape(name, "embedding", inputShape, "rows of one or two axes of indices");
      }
      const table = parameter(`${name}/weights`, [count, size], { initializer, fanIn: size, fanOut: size });
      return {
        outputShape: [...inputShape, size],
        parameters: [table],
        apply: (x) => embeddingNode(x, table.node, name),
      };
    },
  };
}

/** Such a layer from what is saved of it. */
export function embeddingFromConfig({ count, size, initializer }: Layer["config"]): Layer {
  return embedding(count as number, size as number, { initializer: initializer as Initializer });
}
