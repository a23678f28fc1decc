/** The figures of Report B, part A: of single runs by name, and the methods over seeds as curves with their spread. */
import type { Figure, Series } from "../../../src/plot/mod.ts";
import { meanAndInterval } from "../../../src/train/metrics.ts";
import { CNN_METHODS } from "../../cnn.ts";
import { type FigureItem, type Found, withChange } from "../item.ts";
import { ALL_METHODS, nameOf, wantedOf } from "./methods.ts";

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
  readonly lines: readonly (readonly Line[])[];
}

interface Drawing {
  /** What the line of a method is made of: `one seed`. */
  readonly spread: string;
  readonly found: Found;
}

/** One figure of the methods that have runs; none where no method has. */
async function drawComparison(
  found: Found,
  figureOf: (histories: readonly History[], drawing: Drawing) => Promise<Figure>,
): Promise<readonly Figure[]> {
  const { find, metricsOf } = found;
  const all = await Promise.all(CNN_METHODS.map(async (method) => {
    const lines = await Promise.all(find(wantedOf(method)).map(metricsOf));
    return { name: nameOf(method), lines: lines.filter(({ length }) => length > 0) };
  }));
  const histories = all.filter(({ lines }) => lines.length > 0);
  if (histories.length === 0) return [];
  const seeds = Math.max(...histories.map(({ lines }) => lines.length));
  const spread = seeds === 1 ? "one seed" : `${seeds} seeds: mean and standard deviation`;
  return [await figureOf(histories, { spread, found })];
}

async function accuracyFigure(
  histories: readonly History[],
  { spread, found }: Drawing,
): Promise<Figure> {
  const { curves } = await import("../../../src/plot/curves.ts");
  const series = histories.map((history) => seriesOf(history, "testAccuracy", "linear"));
  return curves(series, {
    name: "comparison_accuracy",
    title: "Test accuracy by method",
    subtitle: withChange(`CNN, ${spread}`, found),
    xLabel: "Epoch",
    yLabel: "Test accuracy",
    yDomain: levelDomain(series),
  });
}

async function costFigure(histories: readonly History[], { spread, found }: Drawing): Promise<Figure> {
  const { curves } = await import("../../../src/plot/curves.ts");
  return curves(histories.map((history) => seriesOf(history, "loss", "log")), {
    name: "comparison_cost",
    title: "Training cost by method",
    subtitle: withChange(`CNN, ${spread}${spread === "one seed" ? "" : " of the logarithm"}`, found),
    xLabel: "Epoch",
    yLabel: "Mean cross-entropy (nats)",
    yScale: "log",
  });
}

/** Of all that is drawn but what lies below in the first fifth of the epochs, which would flatten the rest. */
export function levelDomain(series: readonly Series[]): readonly [number, number] {
  const numbers = (values: Series["y"], from = 0) =>
    Array.from(values).slice(from).filter((value): value is number => Number.isFinite(value));
  const late = series.flatMap(({ y, band }) =>
    [y, band?.low ?? []].flatMap((values) => numbers(values, Math.floor(y.length / 5)))
  );
  const all = series.flatMap(({ y, band }) => [y, band?.high ?? []].flatMap((values) => numbers(values)));
  if (late.length === 0) return [0, 1];
  const low = Math.max(0, Math.floor((Math.min(...late) - 0.005) * 50 + 1e-9) / 50);
  return [low, Math.min(1, Math.ceil((Math.max(...all) + 0.005) * 100 - 1e-9) / 100)];
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
