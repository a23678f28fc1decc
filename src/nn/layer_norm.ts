import { require } from "../core/errors.ts";
import { checkOptions, shown } from "../core/option_names.ts";
import { map } from "../ops/map.ts";
import { reduceMean } from "../ops/reduce.ts";
import { type Layer, parameter } from "./layer.ts";

/** Settings of `layerNorm`. */
export interface LayerNormOptions {
  /** Added to the variance, so that nothing is divided by 0. Default 1e-5. */
  readonly epsilon?: number;
}

/**
 * Layer normalization: the values of each row get the mean 0 and the variance 1, and then a scale and a shift each, which
 * are trained. It does not depend on the batch.
 *
 * Shapes: rows of any shape → the same; scale and shift of that shape. Throws when epsilon is out of range.
 * Source: Ba, Kiros and Hinton, "Layer normalization" (2016); PyTorch's `LayerNorm` over all axes of a row.
 *
 * @example
 * ```ts
 * import { dense, layerNorm, sequential } from "descent";
 * const model = sequential(20, [dense(64, { activation: "relu" }), layerNorm(), dense(3)]);
 * console.log(model.parameters.length); // 6
 * ```
 */
export function layerNorm(options: LayerNormOptions = {}): Layer {
  checkOptions("layerNorm", options, { epsilon: true });
  const { epsilon = 1e-5 } = options;
  require(
    epsilon > 0 && epsilon < Infinity,
    () => `The epsilon of layerNorm() must be a positive number, got ${shown(epsilon)}`,
  );
  return {
    kind: "layer_norm",
    config: { epsilon },
    build(name, inputShape) {
      const fan = { fanIn: 1, fanOut: 1 }, axes = inputShape.map((_, axis) => axis + 1);
      const scale = parameter(`${name}/scale`, inputShape, { initializer: "ones", ...fan });
      const shift = parameter(`${name}/shift`, inputShape, { initializer: "zeros", ...fan });
      return {
        outputShape: inputShape,
        parameters: [scale, shift],
        apply(x) {
          const mean = reduceMean(x, { axes, keepAxes: true });
          const centred = map([x, mean], (value, m) => value.sub(m), { label: `${name}/centred` });
          const squares = map([centred], (value) => value.mul(value), { label: `${name}/squares` });
          const variance = reduceMean(squares, { axes, keepAxes: true });
          return map(
            [centred, variance, scale.node, shift.node],
            (value, v, s, b) => value.div(v.add(epsilon).sqrt()).mul(s).add(b),
            { label: name },
          );
        },
      };
    },
  };
}
