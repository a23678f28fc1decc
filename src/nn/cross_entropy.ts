/** Cross-entropy with classes, which may weigh differently, be smoothed, or be passed over. */
import { require } from "../core/errors.ts";
import { checkOptions, shown } from "../core/option_names.ts";
import { sizeOf } from "../core/tensor.ts";
import { leaf } from "../ir/leaf.ts";
import type { Node } from "../ir/node.ts";
import { countCorrect } from "../ops/count_correct.ts";
import { map } from "../ops/map.ts";
import { oneHot } from "../ops/one_hot.ts";
import { reduceMax, reduceSum } from "../ops/reduce.ts";
import { softmaxCrossEntropy } from "../ops/softmax_cross_entropy.ts";
import { type ClassifierLoss, describeLoss } from "./loss.ts";

/** Settings of `crossEntropy`. */
export interface CrossEntropyOptions {
  /** How much the rows of each class count, in the order of the classes. Default 1 each. */
  readonly classWeights?: readonly number[];
  /** Share of the target that is spread over all classes, from 0 to below 1. Default 0. */
  readonly labelSmoothing?: number;
  /** Rows of this class index count neither in losses nor in accuracies. It may be one that the model does not have. */
  readonly ignore?: number;
}

/**
 * Cross-entropy of the softmax of logits with class indices, in nats. The model's last layer must give logits.
 *
 * `classWeights`, `labelSmoothing` and `ignore` mean what they mean in PyTorch's `CrossEntropyLoss`: with weights a mean
 * is divided by the sum of the weights of its rows. Throws when they are out of range.
 *
 * @example
 * ```ts
 * import { crossEntropy, dense, fit, sequential } from "descent";
 * const train = { inputs: Float32Array.of(0, 1, 2, 3), inputShape: [1], targets: Uint8Array.of(0, 0, 0, 1) };
 * const loss = crossEntropy({ classWeights: [1, 3], labelSmoothing: 0.1 });
 * await fit(sequential(1, [dense(2)]), { train }, { loss, epochs: 2 });
 * ```
 */
export function crossEntropy(options: CrossEntropyOptions = {}): ClassifierLoss {
  checkOptions("crossEntropy", options, { classWeights: true, labelSmoothing: true, ignore: true });
  const { classWeights, labelSmoothing = 0, ignore } = options;
  require(
    classWeights === undefined ||
      Array.isArray(classWeights) && classWeights.length > 0 &&
        classWeights.every((weight) => weight >= 0 && weight < Infinity),
    () =>
      `The classWeights must be a list of numbers of 0 or more, one for each class, got ${
        shown(classWeights)
      }`,
  );
  require(
    !classWeights?.every((weight) => weight === 0),
    () => `The classWeights are all 0, got ${shown(classWeights)}: give one that counts a number above 0`,
  );
  require(
    labelSmoothing >= 0 && labelSmoothing < 1,
    () => `The labelSmoothing must be 0 or more and below 1, got ${shown(labelSmoothing)}`,
  );
  require(
    ignore === undefined || Number.isSafeInteger(ignore) && ignore >= 0,
    () => `The class to ignore must be an index, a whole number of 0 or more, got ${shown(ignore)}`,
  );
  const isPlain = classWeights === undefined && labelSmoothing === 0;
  const weights = classWeights && leaf("data", "class_weights", [classWeights.length]);
  return {
    name: describeLoss("softmax cross-entropy", options),
    compares: "classes",
    rows: ({ output, targets }) =>
      isPlain
        ? softmaxCrossEntropy(output, targets!)
        : weighedCrossEntropy(output, targets!, { labelSmoothing, weights }),
    correct: ({ output, targets }) => countCorrect(output, targets!),
    ...(classWeights && { classWeights, constants: new Map([[weights!, classWeights]]) }),
    ...(ignore !== undefined && { ignore }),
  };
}

/** Σ_c t_c · (log Σ exp(z − m) + (m − z_c)), m the largest logit, for each row, with targets t_c = w_c · ((1 − ε)·[c = y] + ε/C). */
function weighedCrossEntropy(
  logits: Node,
  indices: Node,
  { labelSmoothing, weights }: { readonly labelSmoothing: number; readonly weights: Node | undefined },
): Node {
  const classes = logits.type.shape[1]!, axes = [1], keepAxes = true;
  require(
    weights === undefined || sizeOf(weights.type.shape) === classes,
    () =>
      `There are ${sizeOf(weights!.type.shape)} classWeights, but the model tells ${classes} classes apart`,
  );
  const largest = reduceMax(logits, { axes, keepAxes });
  const sums = reduceSum(map([logits, largest], (z, most) => z.sub(most).exp()), { axes, keepAxes });
  const hot = oneHot(indices, { classes }), [on, off] = [1 - labelSmoothing, labelSmoothing / classes];
  const terms = weights === undefined
    ? map(
      [logits, largest, sums, hot],
      (z, most, sum, t) => t.mul(on).add(off).mul(sum.log().add(most.sub(z))),
    )
    : map(
      [logits, largest, sums, hot, weights],
      (z, most, sum, t, w) => t.mul(on).add(off).mul(w).mul(sum.log().add(most.sub(z))),
    );
  return reduceSum(terms, { axes, label: "losses" });
}
