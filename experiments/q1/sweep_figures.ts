/** Figures over the twenty runs of `q1`. */
import { curves, dotComparison, type Figure } from "../../src/plot/mod.ts";
import type { Splits } from "../../src/data/mnist.ts";
import { sizeOf } from "../../src/core/tensor.ts";
import { wilsonInterval } from "../../src/train/metrics.ts";
import { ARCHITECTURES, PUBLISHED_TABLES, Q1_OPTIMIZERS, type Q1Optimizer } from "./published.ts";
import { accuracyDomain } from "../figures.ts";
import { metricsOf } from "../resume.ts";
import type { Cell } from "./sweep.ts";

const TITLES: Readonly<Record<Q1Optimizer, string>> = {
  sgd: "SGD",
  vgd: "VGD",
  nag: "NAG",
  rmsprop: "RMSProp",
  adam: "Adam",
};
/** Validation accuracy beside the published one, and the curves of all optimizers on the first architecture. */
export async function sweepFigures(
  cells: readonly Cell[],
  { folders, data }: { readonly folders: readonly string[]; readonly data: Splits },
): Promise<readonly Figure[]> {
  const figures = [accuracyDots(cells, data)];
  const first = ARCHITECTURES[0].join(), chosen = cells.filter(({ arch }) => arch === first);
  const histories = await Promise.all(
    chosen.map(async (cell) => ({ cell, metrics: await metricsOf(cell, folders) })),
  );
  const known = histories.filter(({ metrics }) => metrics.length > 0);
  if (known.length > 0) {
    figures.push(
      overlay(known, data, "valLoss"),
      overlay(known, data, "valAccuracy"),
    );
  }
  return figures;
}

/** `784-30-20-10-5`, or with letters in place of the widths. */
function networkName({ train }: Splits, hidden: readonly (number | string)[]): string {
  return [sizeOf(train.imageShape), ...hidden, train.classes.length].join("-");
}

function accuracyDots(cells: readonly Cell[], data: Splits): Figure {
  const images = data.validation.rows;
  const rows = Q1_OPTIMIZERS.flatMap((optimizer) =>
    ARCHITECTURES.flatMap((arch, a) => {
      const cell = cells.find((one) => one.optimizer === optimizer && one.arch === arch.join());
      if (cell === undefined) return [];
      const { low, high } = wilsonInterval(
        Math.round(cell.validationAccuracy * images),
        images,
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
    subtitle: `Optimizers on architectures ${networkName(data, ["a", "b", "c"])}`,
    xLabel: `Accuracy on ${images.toLocaleString("en")} images`,
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
  data: Splits,
  key: "valLoss" | "valAccuracy",
): Figure {
  const isLoss = key === "valLoss";
  const column = (metrics: History["metrics"], name: string) =>
    metrics.map((line) => typeof line[name] === "number" ? line[name] : undefined);
  return curves({
    name: isLoss ? "overlay_loss" : "overlay_accuracy",
    title: `Validation ${isLoss ? "loss" : "accuracy"} by optimizer`,
    subtitle: networkName(data, ARCHITECTURES[0]),
    xLabel: "Epoch",
    yLabel: isLoss ? "Mean cross-entropy (nats)" : "Accuracy",
    xScale: "log",
    yScale: isLoss ? "log" : "linear",
    ...(isLoss ? {} : { yDomain: accuracyDomain(histories.map(({ cell }) => cell.validationAccuracy)) }),
    series: histories.map(({ cell, metrics }) => ({
      label: TITLES[cell.optimizer],
      x: column(metrics, "epoch"),
      y: column(metrics, key),
    })),
  });
}
