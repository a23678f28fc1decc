/** Figures of a run, each as SVG, PNG and CSV in its folder. */
import { confusionMatrix, curves, type Figure, type Series, toPng } from "../src/plot/mod.ts";
import type { RunWriter } from "../src/runs/run.ts";
import type { EpochRecord, FitResult } from "../src/train/fit.ts";
import type { SplitName } from "../src/train/session.ts";

/** What the figures of a classifier's training are titled with. */
export interface FigureTitle {
  /** `784-30-20-10-5, Adam`. */
  readonly network: string;
  readonly seed: number;
  /** What early stopping watched. */
  readonly monitor: string;
}

/** Loss and accuracy against epochs, and a confusion matrix per set. */
export function trainingFigures(
  { history, results, stopped, restoredEpoch }: Pick<
    FitResult,
    "history" | "results" | "stopped" | "restoredEpoch"
  >,
  { network, seed, monitor }: FigureTitle,
): readonly Figure[] {
  const best = history.at(-1)?.stopping?.bestEpoch,
    marks = best === undefined ? [] : [{ x: best, label: `best ${monitor}: epoch ${best}` }];
  const ended = `${history.length} epoch${history.length === 1 ? "" : "s"} (${stopped})${
    restoredEpoch === undefined ? "" : `, weights of epoch ${restoredEpoch}`
  }`;
  const subtitle = `${network}, seed ${seed}; ${ended}`;
  const common = {
    subtitle,
    xLabel: "Epoch",
    marks,
    xScale: history.length > 2000 ? "log" : "linear",
  } as const;
  return [
    curves({
      ...common,
      name: "loss",
      title: "Loss against epochs",
      yLabel: "Mean cross-entropy (nats)",
      series: trainAndValidation(history, "loss", "valLoss"),
    }),
    curves({
      ...common,
      name: "accuracy",
      title: "Accuracy against epochs",
      yLabel: "Accuracy",
      series: trainAndValidation(history, "accuracy", "valAccuracy"),
    }),
    ...(["train", "validation", "test"] as const).flatMap((name) =>
      confusionFigure(name, results[name], network)
    ),
  ];
}

function confusionFigure(
  name: SplitName,
  result: FitResult["results"][SplitName],
  network: string,
): Figure[] {
  if (result === undefined) return [];
  const { confusion: { classes, counts }, accuracy } = result;
  const images = counts.flat().reduce((sum, count) => sum + count, 0).toLocaleString("en");
  const title = `Confusion matrix, ${name} set`;
  const subtitle = `${network}; accuracy ${accuracy.toFixed(4)} on ${images} images`;
  return [confusionMatrix({ name: `confusion_${name}`, title, subtitle, classes, counts })];
}

function trainAndValidation(
  history: readonly EpochRecord[],
  train: "loss" | "accuracy",
  validation: "valLoss" | "valAccuracy",
): readonly Series[] {
  const x = history.map(({ epoch }) => epoch), hasValidation = history[0]?.[validation] !== undefined;
  return [
    { label: "train", role: "train", x, y: history.map((record) => record[train]) },
    ...(hasValidation
      ? [{
        label: "validation",
        role: "validation" as const,
        x,
        y: history.map((record) => record[validation]),
      }]
      : []),
  ];
}

/** Writes figures into `figures/` of the run. */
export async function writeFigures(run: RunWriter, figures: readonly Figure[]): Promise<void> {
  for (const { name, svg, csv } of figures) {
    await run.writeFile(`figures/${name}.svg`, svg);
    await run.writeFile(`figures/${name}.csv`, csv);
    await run.writeFile(`figures/${name}.png`, await toPng(svg));
  }
}
