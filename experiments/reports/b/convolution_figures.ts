/** The figures of Report B, part A: of single runs by name, and the methods over seeds as curves with their spread. */
import type { RunFacts } from "../../../src/runs/facts.ts";
import { curves, type Figure, type Series } from "../../../src/plot/mod.ts";
import { meanAndInterval } from "../../../src/train/metrics.ts";
import { CNN_METHODS } from "../../cnn.ts";
import type { FigureItem, Found } from "../item.ts";
import { ALL_METHODS, nameOf, wantedOf } from "./methods.ts";
import { numberAt, valuesOf } from "./numbers.ts";

const PARTS = [
  { words: "test accuracy and training cost against epochs", figures: ["accuracy", "loss"] },
  { words: "first test image", figures: ["feature_maps_1"] },
  { words: "its maps after each convolution and pooling", figures: ["feature_maps_1"], unnumbered: true },
  { words: "second test image", figures: ["feature_maps_2"] },
  { words: "its maps after each convolution and pooling", figures: ["feature_maps_2"], unnumbered: true },
] as const;

const ofMethods = CNN_METHODS.flatMap((method, m) =>
  PARTS.map(({ words, figures, ...part }, i): FigureItem => {
    const number = 1 + m * PARTS.length + i;
    return {
      kind: "figure",
      id: `B-F${number}`,
      place: `Figure ${number}${"unnumbered" in part ? ", not numbered in print" : ""}`,
      words: `${nameOf(method)}: ${words}`,
      needs: [wantedOf(method)],
      figures,
    };
  })
);

export const CONVOLUTION_FIGURES: readonly FigureItem[] = [
  ...ofMethods,
  {
    kind: "figure",
    id: "B-F16",
    place: "Figure 16",
    words: "test accuracy of the three methods, over all seeds",
    needs: ALL_METHODS,
    figures: ["comparison_accuracy"],
    draw: (found) => drawComparison(found, accuracyFigure),
  },
  {
    kind: "figure",
    id: "B-F17",
    place: "Figure 17",
    words: "training cost of the three methods, over all seeds",
    needs: ALL_METHODS,
    figures: ["comparison_cost"],
    draw: (found) => drawComparison(found, costFigure),
  },
];

type Line = Readonly<Record<string, unknown>>;

/** The runs of one method with the lines of their epochs. */
interface History {
  readonly name: string;
  readonly runs: readonly RunFacts[];
  readonly lines: readonly (readonly Line[])[];
}

/** One figure of the methods that have runs; none where no method has. */
async function drawComparison(
  { find, metricsOf }: Found,
  figureOf: (histories: readonly History[], spread: string) => Figure,
): Promise<readonly Figure[]> {
  const all = await Promise.all(CNN_METHODS.map(async (method) => {
    const runs = find(wantedOf(method));
    const lines = await Promise.all(runs.map(metricsOf));
    return { name: nameOf(method), runs, lines: lines.filter(({ length }) => length > 0) };
  }));
  const histories = all.filter(({ lines }) => lines.length > 0);
  if (histories.length === 0) return [];
  const seeds = Math.max(...histories.map(({ lines }) => lines.length));
  return [figureOf(histories, seeds === 1 ? "one seed" : `${seeds} seeds: mean and standard deviation`)];
}

function accuracyFigure(histories: readonly History[], spread: string): Figure {
  return curves(histories.map((history) => seriesOf(history, "testAccuracy", "linear")), {
    name: "comparison_accuracy",
    title: "Test accuracy by method",
    subtitle: `CNN, ${spread}`,
    xLabel: "Epoch",
    yLabel: "Test accuracy",
    yDomain: levelDomain(histories.flatMap(({ runs }) => valuesOf(runs, numberAt("levelAccuracy")))),
  });
}

function costFigure(histories: readonly History[], spread: string): Figure {
  return curves(histories.map((history) => seriesOf(history, "loss", "log")), {
    name: "comparison_cost",
    title: "Training cost by method",
    subtitle: `CNN, ${spread}${spread === "one seed" ? "" : " of the logarithm"}`,
    xLabel: "Epoch",
    yLabel: "Mean cross-entropy (nats)",
    yScale: "log",
  });
}

/** From some two points below the lowest level to above the highest: the first epochs would flatten the rest. */
function levelDomain(levels: readonly number[]): readonly [number, number] {
  if (levels.length === 0) return [0, 1];
  const low = Math.max(0, Math.floor((Math.min(...levels) - 0.02) * 50 + 1e-9) / 50);
  return [low, Math.min(1, Math.ceil((Math.max(...levels) + 0.005) * 100) / 100)];
}

/** The mean over a method's seeds, and a band of one standard deviation to either side. */
function seriesOf(
  { name, lines }: History,
  member: "testAccuracy" | "loss",
  scale: "linear" | "log",
): Series {
  // Of trainings that ended early, the epochs that all have.
  const epochs = Math.min(...lines.map(({ length }) => length));
  const spreads = Array.from({ length: epochs }, (_, i) => {
    const values = lines.map((run) => run[i]![member]).filter((value) => typeof value === "number");
    return spreadOf(values, scale);
  });
  return {
    label: name,
    x: Array.from({ length: epochs }, (_, i) => i + 1),
    y: spreads.map(({ middle }) => middle),
    ...(lines.length > 1 && {
      band: { low: spreads.map(({ low }) => low), high: spreads.map(({ high }) => high) },
    }),
  };
}

function spreadOf(values: readonly number[], scale: "linear" | "log") {
  if (values.length === 0) return { middle: NaN, low: NaN, high: NaN };
  const { mean, sd } = meanAndInterval(scale === "log" ? values.map(Math.log) : values);
  const back = scale === "log" ? Math.exp : (value: number) => value;
  return { middle: back(mean), low: back(mean - sd), high: back(mean + sd) };
}
