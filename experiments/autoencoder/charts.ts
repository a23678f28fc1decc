/** Charts over all autoencoders of a chapter: errors and accuracies against what it varies. */
import { sizeOf } from "../../src/core/tensor.ts";
import type { Splits } from "../../src/data/mnist.ts";
import { bars, curves, dotComparison, type Figure } from "../../src/plot/mod.ts";
import { wilsonInterval } from "../../src/train/metrics.ts";
import { SPLIT_NAMES } from "../../src/train/session.ts";
import { type AutoencoderSettings, widthsInWords } from "./autoencoder.ts";
import { type AutoencoderCell, cellTitle, noiseTitle } from "./cells.ts";
import { MSE_LABEL, SPLIT_TITLES } from "./figures.ts";
import { pcaErrors } from "./measures.ts";
import { CHAPTER_4, type PublishedRow } from "./published.ts";

/** What the figures of a chapter are drawn from. */
export interface ChapterFigures {
  readonly cells: readonly AutoencoderCell[];
  readonly settings: AutoencoderSettings;
  readonly data: Splits;
  readonly folders: readonly string[];
  readonly by: "nodes" | "noise";
  /** Lines of the metrics of each run. */
  readonly metrics: ReadonlyMap<string, readonly Readonly<Record<string, unknown>>[]>;
  /** The published table, where there is one. */
  readonly table: readonly PublishedRow[] | undefined;
}

/** `784-h-784`; with the width where the chapter does not vary it. */
export function networkOf({ settings, data, by }: ChapterFigures): string {
  const pixels = sizeOf(data.test.imageShape), name = widthsInWords(settings, pixels);
  if (by === "noise") return `${name}, ${settings.corruption.replaceAll("_", " ")} noise`;
  const middle = settings.sides.length + 1;
  return name.split("-").map((width, i) => i === middle ? "h" : width).join("-");
}

export function lossOverlay(chapter: ChapterFigures): Figure {
  const { cells, metrics, by } = chapter;
  return curves({
    name: "loss_overlay",
    title: "Validation error of the reconstruction",
    subtitle: networkOf(chapter),
    xLabel: "Epoch",
    yLabel: MSE_LABEL,
    xScale: "log",
    yScale: "log",
    series: cells.map((cell) => {
      const lines = (metrics.get(cell.run) ?? []).filter(({ stage }) => stage === "autoencoder");
      const column = (name: string) =>
        lines.map((line) => typeof line[name] === "number" ? line[name] : undefined);
      return { label: cellTitle(cell, by), x: column("epoch"), y: column("valLoss") };
    }),
  });
}

export function averageLosses(chapter: ChapterFigures): Figure {
  const { cells, by } = chapter;
  return bars({
    name: "average_loss",
    title: "Average reconstruction loss",
    subtitle: networkOf(chapter),
    ...(by === "nodes" && { xLabel: "Nodes of the code" }),
    yLabel: MSE_LABEL,
    decimals: 4,
    groups: cells.map((cell) => ({
      label: by === "nodes" ? `${cell.nodes}` : noiseTitle(cell.noise),
      values: SPLIT_NAMES.map((split) => ({ label: SPLIT_TITLES[split], value: cell.mse[split] })),
    })),
  });
}

export function errorByWidth(chapter: ChapterFigures, table: readonly PublishedRow[]): Figure {
  const { cells, data } = chapter, x = cells.map(({ nodes }) => nodes);
  const { validation } = pcaErrors(data), components = x.filter((nodes) => nodes < validation.length - 1);
  return curves({
    name: "mse_by_width",
    title: "Error of the reconstruction against the width of the code",
    subtitle: `${networkOf(chapter)}, validation set`,
    xLabel: "Nodes of the code",
    yLabel: MSE_LABEL,
    xScale: "log",
    yScale: "log",
    yDomain: errorDomain([...cells.map(({ mse }) => mse.validation), ...table.map((row) => row.validation)]),
    series: [
      { label: "ours", role: "validation", x, y: cells.map(({ mse }) => mse.validation) },
      {
        label: "published",
        role: "published",
        x: table.map(({ nodes }) => nodes),
        y: table.map((row) => row.validation),
      },
      { label: "PCA", x: components, y: components.map((k) => validation[k]!) },
    ],
  });
}

/** From a round number below the smallest error to one above the largest: PCA goes on down to nothing. */
function errorDomain(errors: readonly number[]): readonly [number, number] {
  const high = Math.max(...errors), power = 10 ** Math.floor(Math.log10(high));
  const top = [2, 5, 10].find((digit) => digit * power >= high)!;
  return [10 ** Math.floor(Math.log10(Math.min(...errors))), top * power];
}

export function accuracyByWidth(chapter: ChapterFigures, table: readonly PublishedRow[]): Figure {
  const { cells, data: { test } } = chapter, x = cells.map(({ nodes }) => nodes);
  const ends = cells.map(({ accuracy }) => wilsonInterval(Math.round(accuracy.test * test.rows), test.rows));
  return curves({
    name: "accuracy_by_width",
    title: "Accuracy of the classifier against the width of the code",
    subtitle: `${networkOf(chapter)}; band: 95% interval on ${test.rows.toLocaleString("en")} test images`,
    xLabel: "Nodes of the code",
    yLabel: "Test accuracy",
    xScale: "log",
    series: [
      {
        label: "ours",
        role: "test",
        x,
        y: cells.map(({ accuracy }) => accuracy.test),
        band: { low: ends.map(({ low }) => low), high: ends.map(({ high }) => high) },
      },
      {
        label: "published",
        role: "published",
        x: table.map(({ nodes }) => nodes),
        y: table.map(({ testAccuracy }) => testAccuracy),
      },
    ],
  });
}

export function accuracyDots(chapter: ChapterFigures): Figure {
  const { cells, data: { validation: { rows } } } = chapter;
  return dotComparison({
    name: "validation_accuracy",
    title: "Validation accuracy of the classifier, ours and published",
    subtitle: networkOf(chapter),
    xLabel: `Accuracy on ${rows.toLocaleString("en")} images`,
    role: "validation",
    intervalLabel: "Lines: 95% Wilson interval of our accuracy",
    decimals: 4,
    rows: cells.map(({ noise, accuracy: { validation } }) => {
      const { low, high } = wilsonInterval(Math.round(validation * rows), rows);
      const published = CHAPTER_4.find((one) => one.noise === noise)?.validationAccuracy;
      return {
        label: noiseTitle(noise),
        ours: validation,
        low,
        high,
        ...(published !== undefined && { published }),
      };
    }),
  });
}
