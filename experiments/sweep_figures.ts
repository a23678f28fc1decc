/** Figures over the twenty runs of `q1`. */
import { join } from "node:path";
import { curves, dotComparison, type Figure } from "../src/plot/mod.ts";
import { readRun } from "../src/runs/read.ts";
import { wilsonInterval } from "../src/train/metrics.ts";
import { ARCHITECTURES, PUBLISHED_TABLES, Q1_OPTIMIZERS, type Q1Optimizer } from "./published.ts";
import type { Cell } from "./sweep.ts";

const TITLES: Readonly<Record<Q1Optimizer, string>> = {
  sgd: "SGD",
  vgd: "VGD",
  nag: "NAG",
  rmsprop: "RMSProp",
  adam: "Adam",
};
/** Images of the validation set, behind each accuracy. */
const VALIDATION_ROWS = 3795;

/** Validation accuracy beside the published one, and the curves of all optimizers on the first architecture. */
export async function sweepFigures(cells: readonly Cell[], out: string): Promise<readonly Figure[]> {
  const figures = [accuracyDots(cells)];
  const first = ARCHITECTURES[0].join(), chosen = cells.filter(({ arch }) => arch === first);
  const histories = await Promise.all(
    chosen.map(async (cell) => ({ cell, metrics: (await readRun(join(out, cell.run))).metrics })),
  );
  const known = histories.filter(({ metrics }) => metrics.length > 0);
  if (known.length > 0) {
    figures.push(
      overlay(known, "valLoss", "Validation loss", "Mean cross-entropy (nats)"),
      overlay(known, "valAccuracy", "Validation accuracy", "Accuracy"),
    );
  }
  return figures;
}

function accuracyDots(cells: readonly Cell[]): Figure {
  const rows = Q1_OPTIMIZERS.flatMap((optimizer) =>
    ARCHITECTURES.flatMap((arch, a) => {
      const cell = cells.find((one) => one.optimizer === optimizer && one.arch === arch.join());
      if (cell === undefined) return [];
      const { low, high } = wilsonInterval(
        Math.round(cell.validationAccuracy * VALIDATION_ROWS),
        VALIDATION_ROWS,
      );
      return [{
        label: arch.join("-"),
        group: TITLES[optimizer],
        ours: cell.validationAccuracy,
        low,
        high,
        published: PUBLISHED_TABLES.validationAccuracy[optimizer][a]!,
      }];
    })
  );
  return dotComparison({
    name: "validation_accuracy",
    title: "Validation accuracy, ours and published",
    subtitle: "Five optimizers on four architectures 784-a-b-c-5",
    xLabel: "Accuracy on 3,795 images",
    role: "validation",
    rows,
    intervalLabel: "Lines: 95% Wilson interval of our accuracy",
    decimals: 4,
  });
}

interface History {
  readonly cell: Cell;
  readonly metrics: readonly Readonly<Record<string, unknown>>[];
}

function overlay(
  histories: readonly History[],
  key: "valLoss" | "valAccuracy",
  title: string,
  yLabel: string,
): Figure {
  const column = (metrics: History["metrics"], name: string) =>
    metrics.map((line) => typeof line[name] === "number" ? line[name] : undefined);
  return curves({
    name: key === "valLoss" ? "overlay_loss" : "overlay_accuracy",
    title: `${title} of five optimizers`,
    subtitle: `784-${ARCHITECTURES[0].join("-")}-5`,
    xLabel: "Epoch (log scale)",
    yLabel,
    xScale: "log",
    yScale: key === "valLoss" ? "log" : "linear",
    series: histories.map(({ cell, metrics }) => ({
      label: TITLES[cell.optimizer],
      x: column(metrics, "epoch"),
      y: column(metrics, key),
    })),
  });
}
