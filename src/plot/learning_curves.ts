/** How a training went: losses or accuracies of its epochs. */
import { require } from "../core/errors.ts";
import { checkOptions, shown } from "../core/option_names.ts";
import { curves, CURVES_NAMES, type CurvesOptions } from "./curves.ts";
import type { Figure } from "./figure.ts";
import type { Series } from "./series.ts";
import type { Role } from "./theme.ts";

/** What is known of an epoch. */
export interface LearningEpoch {
  /** Counts from 1. */
  readonly epoch: number;
  /** While training. */
  readonly loss: number;
  /** While training: the share of right answers. */
  readonly accuracy?: number;
  /** On the validation set, after the epoch. */
  readonly valLoss?: number;
  /** On the validation set, after the epoch. */
  readonly valAccuracy?: number;
  /** On the test set, after the epoch. */
  readonly testLoss?: number;
  /** On the test set, after the epoch. */
  readonly testAccuracy?: number;
  /** Early stopping after this epoch. */
  readonly stopping?: { readonly bestEpoch?: number };
}

/** A training, as `fit` gives it, or its history alone. */
export interface LearningHistory {
  /** Epoch after epoch. */
  readonly history: readonly LearningEpoch[];
}

/** Settings of `learningCurves`; of its axes all that `curves` has. */
export interface LearningCurvesOptions extends CurvesOptions {
  /** What to draw; default `loss`. */
  readonly measure?: "loss" | "accuracy";
}

/** Where a logarithm makes the first epochs as wide as the last. */
const MANY_EPOCHS = 2000;

const MEMBERS = {
  loss: { train: "loss", validation: "valLoss", test: "testLoss" },
  accuracy: { train: "accuracy", validation: "valAccuracy", test: "testAccuracy" },
} as const;

/**
 * Losses or accuracies of a training against its epochs: of the training set as it was while training, of the others as
 * they were after each epoch. A rule stands at the best epoch where early stopping looked for one.
 *
 * @throws DescentError if what is given has no history, or there is no accuracy to be drawn
 *
 * @example
 * ```ts
 * import { dense, fit, sequential } from "descent";
 * import { mnist } from "descent/mnist";
 * import { learningCurves } from "descent/plot";
 * const data = await mnist({ train: 256, validation: 64 });
 * const trained = await fit(sequential(784, [dense(10)]), data, { epochs: 2 });
 * const figure = learningCurves(trained, { measure: "accuracy" });
 * await Deno.writeTextFile(await Deno.makeTempFile({ suffix: ".svg" }), figure.svg);
 * ```
 */
export function learningCurves(trained: LearningHistory, options: LearningCurvesOptions = {}): Figure {
  checkOptions("learningCurves", options, { ...CURVES_NAMES, measure: true });
  const { measure = "loss", ...rest } = options, history = trained?.history;
  require(
    Array.isArray(history),
    () => `learningCurves() takes what fit() gives, got ${shown(trained)} without a history`,
  );
  require(
    Object.hasOwn(MEMBERS, measure),
    () => `The measure of learning curves is loss or accuracy, got ${shown(measure)}`,
  );
  require(
    measure === "loss" || history.every(({ accuracy }) => accuracy !== undefined),
    "This training has no accuracies, since its loss knows no right or wrong: draw the losses",
  );
  const best = history.at(-1)?.stopping?.bestEpoch;
  return curves(seriesOf(history, measure), {
    name: measure,
    title: measure === "loss" ? "Loss against epochs" : "Accuracy against epochs",
    xLabel: "Epoch",
    yLabel: measure === "loss" ? "Loss" : "Accuracy",
    xScale: history.length > MANY_EPOCHS ? "log" : "linear",
    marks: best === undefined ? [] : [{ x: best, label: `best: epoch ${best}` }],
    ...rest,
  });
}

/** A line for each set that was measured. */
function seriesOf(history: readonly LearningEpoch[], measure: keyof typeof MEMBERS): readonly Series[] {
  const x = history.map(({ epoch }) => epoch);
  return Object.entries(MEMBERS[measure]).flatMap(([set, member]) => {
    const role = set as Role;
    if (role !== "train" && history[0]?.[member] === undefined) return [];
    return [{ label: role, role, x, y: history.map((record) => record[member]) }];
  });
}
