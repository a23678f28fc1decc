/** Figures over all trainings of `deno task cnn`: the report's figures 16 and 17, with their spread over seeds. */
import { curves, type Figure, type Series } from "../../src/plot/mod.ts";
import type { JsonObject } from "../../src/runs/json.ts";
import { meanAndInterval } from "../../src/train/metrics.ts";
import { metricsOf } from "../resume.ts";
import type { CnnCell } from "./cells.ts";
import { CNN_RECIPES } from "./cnn.ts";
import { methodsIn } from "./verdicts.ts";

interface History {
  readonly cell: CnnCell;
  readonly metrics: readonly JsonObject[];
}

/** Test accuracy and training cost of the methods against epochs; none where the runs' folders are gone. */
export async function compareFigures(
  cells: readonly CnnCell[],
  folders: readonly string[],
): Promise<readonly Figure[]> {
  const all = await Promise.all(
    cells.map(async (cell) => ({ cell, metrics: await metricsOf(cell, folders) })),
  );
  const histories = all.filter(({ metrics }) => metrics.length > 0);
  if (histories.length === 0) return [];
  const seeds = new Set(histories.map(({ cell }) => cell.seed)).size;
  const spread = seeds === 1 ? "one seed" : `${seeds} seeds: mean and standard deviation`;
  return [
    curves({
      name: "comparison_accuracy",
      title: "Test accuracy by method",
      subtitle: `CNN, ${spread}`,
      xLabel: "Epoch",
      yLabel: "Test accuracy",
      yDomain: levelDomain(histories.map(({ cell }) => cell.levelAccuracy)),
      series: linesOf(histories, "testAccuracy", "linear"),
    }),
    curves({
      name: "comparison_cost",
      title: "Training cost by method",
      subtitle: `CNN, ${spread}${seeds === 1 ? "" : " of the logarithm"}`,
      xLabel: "Epoch",
      yLabel: "Mean cross-entropy (nats)",
      yScale: "log",
      series: linesOf(histories, "loss", "log"),
    }),
  ];
}

/** From some two points below the lowest level to above the highest. */
function levelDomain(levels: readonly number[]): readonly [number, number] {
  const low = Math.max(0, Math.floor((Math.min(...levels) - 0.02) * 50 + 1e-9) / 50);
  return [low, Math.min(1, Math.ceil((Math.max(...levels) + 0.005) * 100) / 100)];
}

/** A line per method: the mean over its seeds, and a band of one standard deviation to either side. */
function linesOf(
  histories: readonly History[],
  member: "testAccuracy" | "loss",
  scale: "linear" | "log",
): readonly Series[] {
  return methodsIn(histories.map(({ cell }) => cell)).map((method) => {
    const own = histories.filter(({ cell }) => cell.method === method).map(({ metrics }) => metrics);
    // Of trainings that ended early, the epochs that all have.
    const epochs = Math.min(...own.map(({ length }) => length));
    const spreads = Array.from(
      { length: epochs },
      (_, i) =>
        spreadOf(
          own.map((metrics) => metrics[i]![member]).filter((value) => typeof value === "number"),
          scale,
        ),
    );
    return {
      label: CNN_RECIPES[method].name,
      x: Array.from({ length: epochs }, (_, i) => i + 1),
      y: spreads.map(({ middle }) => middle),
      ...(own.length > 1 && {
        band: { low: spreads.map(({ low }) => low), high: spreads.map(({ high }) => high) },
      }),
    };
  });
}

function spreadOf(values: readonly number[], scale: "linear" | "log") {
  if (values.length === 0) return { middle: NaN, low: NaN, high: NaN };
  const { mean, sd } = meanAndInterval(scale === "log" ? values.map(Math.log) : values);
  const back = scale === "log" ? Math.exp : (value: number) => value;
  return { middle: back(mean), low: back(mean - sd), high: back(mean + sd) };
}
