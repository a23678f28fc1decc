/** Inputs brought to a mean of 0 and a standard deviation of 1, by what was learned of the training rows. */
import { require } from "../core/errors.ts";
import { checkOptions, shown } from "../core/option_names.ts";
import { columnsOf, type Shape, sizeOf } from "../core/tensor.ts";
import { leaf } from "../ir/leaf.ts";
import { map } from "../ops/map.ts";
import { type Layer, refuseShape } from "./layer.ts";

/** The part of a set that is looked at. */
export interface StandardizedRows {
  /** Dense, rows × the product of `inputShape`. */
  readonly inputs: Float32Array | Uint8Array;
  /** Shape of one row. */
  readonly inputShape: Shape;
  /** What bytes stand for: byte · scale + offset. Default pixels from 0 to 1. */
  readonly scaling?: { readonly scale: number; readonly offset?: number };
}

/** What a layer of this kind keeps. */
interface Moments {
  readonly mean: Float32Array;
  /** One over the standard deviation. */
  readonly scale: Float32Array;
}

/**
 * A first layer that takes from each input the mean that it has over the training rows, and divides it by its standard
 * deviation. Of flat rows each column has its own; of images each channel. Mean and deviation belong to the model: they
 * are saved with it, later rows go through the same layer, and training does not change them. What is the same in all rows
 * becomes 0.
 *
 * Throws when there are no rows.
 *
 * Source: scikit-learn's `StandardScaler`, and Keras's `Normalization`.
 *
 * @example
 * ```ts
 * import { dense, fit, meanSquaredError, predict, sequential, standardize } from "descent";
 * const inputs = Float32Array.of(2001, 7, 2002, 9, 2003, 8);
 * const train = { inputs, inputShape: [2], targets: Float32Array.of(1, 2, 3) };
 * const model = sequential(2, [standardize(train), dense(1)]);
 * const trained = await fit(model, { train }, { loss: meanSquaredError(), epochs: 2 });
 * const [answer] = await predict(trained, Float32Array.of(2004, 8)); // standardized by the same means
 * ```
 */
export function standardize(train: StandardizedRows): Layer {
  require(
    train?.inputs instanceof Float32Array || train?.inputs instanceof Uint8Array,
    () => `standardize() looks at the training rows, as in standardize(data.train), got ${shown(train)}`,
  );
  const { inputs, inputShape } = train, { scale = 1 / 255, offset = 0 } = train.scaling ?? {};
  if (train.scaling) {
    checkOptions("The scaling of standardize()", train.scaling, { scale: true, offset: true });
  }
  require(
    Array.isArray(inputShape) && inputs.length > 0 && inputs.length % sizeOf(inputShape) === 0,
    () => `standardize() needs rows of shape ${shown(inputShape)}, got ${inputs.length} values`,
  );
  const isBytes = inputs instanceof Uint8Array,
    { mean, deviation } = momentsOf(inputs, momentCount(inputShape));
  const [factor, shift] = isBytes ? [scale, offset] : [1, 0];
  return layerOf({
    mean: Float32Array.from(mean, (value) => value * factor + shift),
    scale: Float32Array.from(deviation, (value) => value === 0 ? 1 : 1 / Math.abs(value * factor)),
  });
}

/** The layer as it was saved: its values come with the weights. */
export function standardizeFromConfig(): Layer {
  return layerOf(undefined);
}

function layerOf(moments: Moments | undefined): Layer {
  return {
    kind: "standardize",
    config: {},
    build(name, inputShape) {
      const count = momentCount(inputShape);
      if (moments !== undefined && moments.mean.length !== count) {
        refuseShape(
          name,
          "standardize",
          inputShape,
          `${moments.mean.length} columns or channels, as its rows have`,
        );
      }
      const mean = leaf("data", `${name}/mean`, [count]), scale = leaf("data", `${name}/scale`, [count]);
      return {
        outputShape: inputShape,
        parameters: [],
        states: [
          { node: mean, initial: moments?.mean ?? new Float32Array(count) },
          { node: scale, initial: moments?.scale ?? new Float32Array(count).fill(1) },
        ],
        apply: (x) => map([x, mean, scale], (value, m, s) => value.sub(m).mul(s), { label: name }),
      };
    },
  };
}

/** Columns of a flat row, channels of an image. */
function momentCount(inputShape: Shape): number {
  return inputShape.length === 2 ? 1 : columnsOf(inputShape);
}

/** Mean and deviation of every `count`-th value, in two passes: a large mean takes no digits from the deviation. */
function momentsOf(values: ArrayLike<number>, count: number) {
  const mean = new Float64Array(count), squares = new Float64Array(count), rows = values.length / count;
  for (let i = 0; i < values.length; i++) mean[i % count]! += values[i]! / rows;
  for (let i = 0; i < values.length; i++) squares[i % count]! += (values[i]! - mean[i % count]!) ** 2 / rows;
  // What rounding alone makes of a constant is no deviation.
  const deviation = squares.map((square, c) =>
    Math.sqrt(square) <= 1e-12 * Math.abs(mean[c]!) ? 0 : Math.sqrt(square)
  );
  return { mean, deviation };
}
