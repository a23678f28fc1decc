import { require } from "../core/errors.ts";
import { checkOptions, shown } from "../core/option_names.ts";
import { columnsOf } from "../core/tensor.ts";
import { leaf } from "../ir/leaf.ts";
import type { Node } from "../ir/node.ts";
import { where } from "../ops/expression/expression.ts";
import { imageVariance } from "../ops/image_variance.ts";
import { map } from "../ops/map.ts";
import { reduceMean, reduceSum } from "../ops/reduce.ts";
import { scaleChannels } from "../ops/_scale_channels.ts";
import { rowWeights } from "../ops/row_weights.ts";
import { weightedSumRows } from "../ops/weighted_sum_rows.ts";
import { type Layer, parameter } from "./layer.ts";

/** Settings of `batchNorm`. */
export interface BatchNormOptions {
  /** Added to the variance, so that nothing is divided by 0. Default 1e-5. */
  readonly epsilon?: number;
  /** How much of a batch goes into the running statistics, from 0 to 1. Default 0.1. */
  readonly momentum?: number;
}

/**
 * Batch normalization: each channel (of flat rows, each column) gets the mean 0 and the variance 1 over the batch, and
 * then a scale and a shift that are trained. While training, running means and variances are kept: evaluation goes by
 * those, and so does training where the layer is frozen. They belong to the model: they are saved, resumed and restored
 * with its weights.
 *
 * Shapes: rows […,C] → the same; scale, shift, running mean and variance [C]. Throws when a setting is out of range.
 * Source: Ioffe and Szegedy, "Batch normalization" (2015); PyTorch's `BatchNorm2d`, whose momentum this is (the running
 * variance takes the unbiased variance of a batch).
 *
 * @example
 * ```ts
 * import { activation, batchNorm, conv2d, sequential } from "descent";
 * const model = sequential([8, 8, 3], [
 *   conv2d(16, 3),
 *   batchNorm(),
 *   activation("relu"),
 * ]);
 * console.log(model.states.length); // 2
 * ```
 */
export function batchNorm(options: BatchNormOptions = {}): Layer {
  checkOptions("batchNorm", options, { epsilon: true, momentum: true });
  const { epsilon = 1e-5, momentum = 0.1 } = options;
  require(
    epsilon > 0 && epsilon < Infinity,
    () => `The epsilon of batchNorm() must be a positive number, got ${shown(epsilon)}`,
  );
  require(
    momentum >= 0 && momentum <= 1,
    () => `The momentum of batchNorm() must be from 0 to 1, got ${shown(momentum)}`,
  );
  return {
    kind: "batch_norm",
    config: { epsilon, momentum },
    build(name, inputShape) {
      const channels = columnsOf(inputShape), fan = { fanIn: channels, fanOut: channels };
      const scale = parameter(`${name}/scale`, [channels], { initializer: "ones", ...fan });
      const shift = parameter(`${name}/shift`, [channels], { initializer: "zeros", ...fan });
      const mean = leaf("state", `${name}/mean`, [channels]),
        variance = leaf("state", `${name}/variance`, [channels]);
      const normalize = (x: Node, m: Node, v: Node) => {
        const factor = map([scale.node, v], (s, v) => s.div(v.add(epsilon).sqrt()), {
          label: `${name}/factor`,
        });
        return scaleChannels(x, m, factor, shift.node, name);
      };
      return {
        outputShape: inputShape,
        parameters: [scale, shift],
        states: [
          { node: mean, initial: new Float32Array(channels) },
          { node: variance, initial: new Float32Array(channels).fill(1) },
        ],
        apply(x, { training, isFrozen, rowShares = rowWeights(x.type.shape[0]!), update, stateNow }) {
          if (!training || isFrozen) return normalize(x, mean, variance);
          const batch = batchMoments(x, rowShares, name), now = (state: Node) => stateNow?.(state) ?? state;
          update?.(
            mean,
            map([now(mean), batch.mean], (old, now) => old.mul(1 - momentum).add(now.mul(momentum))),
          );
          update?.(
            variance,
            map(
              [now(variance), batch.variance, batch.inverseCount],
              // The unbiased variance is n/(n − 1) times the batch's, and 1/n is known; of one value there is none.
              (old, now, one) =>
                where(one.equal(1), old, old.mul(1 - momentum).add(now.div(one.neg().add(1)).mul(momentum))),
            ),
          );
          return normalize(x, batch.mean, batch.variance);
        },
      };
    },
  };
}

/** Mean and variance of each channel over the real rows of a batch, and one over the number of values that went into them: [1]. */
function batchMoments(x: Node, rowShares: Node, name: string) {
  const between = x.type.shape.map((_size, axis) => axis).slice(1, -1);
  const perImage = between.reduce((product, axis) => product * x.type.shape[axis]!, 1);
  const rowMeans = between.length === 0 ? x : reduceMean(x, { axes: between });
  const mean = weightedSumRows(rowMeans, rowShares, `${name}/batch_mean`);
  // How far a row's values are from their mean, and that from the batch's: squares of neither are large.
  const spread = between.length === 0
    ? map([x, mean], (value, m) => value.sub(m).square(), { label: `${name}/squares` })
    : map(
      [imageVariance(x, rowMeans, `${name}/row_variances`), rowMeans, mean],
      (within, row, m) => within.add(row.sub(m).square()),
      { label: `${name}/squares` },
    );
  const variance = weightedSumRows(spread, rowShares, `${name}/batch_variance`);
  // Equal shares of n rows are 1/n, and so is the sum of their squares.
  const shareSquares = reduceSum(map([rowShares], (share) => share.mul(share)), {
    axes: [0],
    keepAxes: true,
  });
  return { mean, variance, inverseCount: map([shareSquares], (sum) => sum.div(perImage)) };
}
