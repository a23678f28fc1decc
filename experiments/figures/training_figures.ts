/** Figures of a training: curves and confusion matrices. */
import {
  confusionMatrix,
  type Figure,
  learningCurves,
  type Mark,
  type ScaleType,
} from "../../src/plot/mod.ts";
import type { FitResult } from "../../src/train/fit.ts";
import { SPLIT_NAMES } from "../../src/data/data_set.ts";

/** What the figures of a training are titled with. */
export interface FigureTitle {
  /** `784-30-20-10-5, Adam`. */
  readonly network: string;
  readonly seed: number;
  /** What early stopping watched, if it did. */
  readonly monitor?: string;
  /** What the loss is, with its unit. Default `Mean cross-entropy (nats)`. */
  readonly lossLabel?: string;
  readonly lossScale?: ScaleType;
  /** Ends of the axis of accuracies; it follows the values if left out. */
  readonly accuracyDomain?: readonly [number, number];
  /** Rules on the figure of accuracies, besides that of early stopping. */
  readonly accuracyMarks?: readonly Mark[];
}

type Ended = Pick<FitResult, "history" | "results" | "stopped" | "restoredEpoch">;

/** Loss against epochs, and of a classifier accuracy against epochs and a confusion matrix per set. */
export function trainingFigures(ended: Ended, title: FigureTitle): readonly Figure[] {
  const { history, results } = ended, { network, monitor, lossLabel = "Mean cross-entropy (nats)" } = title;
  const best = monitor === undefined ? undefined : history.at(-1)?.stopping?.bestEpoch;
  const marks = best === undefined ? [] : [{ x: best, label: `best ${monitor}: epoch ${best}` }];
  const common = { subtitle: endedInWords(ended, title), marks };
  const isClassifier = Object.values(results).some(({ accuracy }) => accuracy !== undefined);
  return [
    learningCurves(ended, {
      ...common,
      yLabel: lossLabel,
      ...(title.lossScale && { yScale: title.lossScale }),
    }),
    ...(isClassifier
      ? [learningCurves(ended, {
        ...common,
        measure: "accuracy",
        marks: [...marks, ...title.accuracyMarks ?? []],
        // A percent: what differs by less is not to look as if it did.
        yMinSpan: 0.01,
        ...(title.accuracyDomain && { yDomain: title.accuracyDomain }),
      })]
      : []),
    ...confusionFigures(results, network),
  ];
}

/** `784-30-20-10-5, Adam, seed 1; 23 epochs (early stopping)`: the subtitle of a training's curves. */
export function endedInWords(
  { history, stopped, restoredEpoch }: Pick<Ended, "history" | "stopped" | "restoredEpoch">,
  { network, seed }: Pick<FigureTitle, "network" | "seed">,
): string {
  const epochs = `${history.length} epoch${history.length === 1 ? "" : "s"} (${stopped})`;
  return `${network}, seed ${seed}; ${epochs}${
    restoredEpoch === undefined ? "" : `, weights of epoch ${restoredEpoch}`
  }`;
}

/** A confusion matrix for each set that has one. */
export function confusionFigures(results: FitResult["results"], network: string): readonly Figure[] {
  return SPLIT_NAMES.flatMap((name) => {
    const { confusion, accuracy } = results[name] ?? {};
    if (confusion === undefined || accuracy === undefined) return [];
    const { classes, counts } = confusion;
    const images = counts.flat().reduce((sum, count) => sum + count, 0).toLocaleString("en");
    const title = `Confusion matrix, ${name} set`;
    const subtitle = `${network}; accuracy ${accuracy.toFixed(4)} on ${images} images`;
    return [confusionMatrix({ classes, counts }, { name: `confusion_${name}`, title, subtitle })];
  });
}

/** From a round number below where curves end up to 1: where the worst of them begins would flatten the others. */
export function accuracyDomain(ends: readonly number[]): readonly [number, number] {
  const worst = ends.length === 0 ? 0 : Math.min(...ends);
  return [Math.max(0, Math.floor(worst * 20 - 1) / 20), 1];
}
