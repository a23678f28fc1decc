/** Charts over the autoencoders of a chapter: errors and accuracies, means of the seeds with where these begin and end. */
import { bars, curves, type Figure, type Series } from "../../../src/plot/mod.ts";
import { dotComparison } from "../../../src/plot/dots.ts";
import { SPLIT_NAMES } from "../../../src/data/data_set.ts";
import { MSE_LABEL, SPLIT_TITLES } from "../../figures/autoencoder_parts.ts";
import type { Found } from "../item.ts";
import { meanOf } from "../statistics.ts";
import type { ChapterRuns, Variant } from "./chapter_runs.ts";
import { numberAt, valuesOf } from "./judging.ts";
import { columnOf, endsOf, INTERVAL_LABEL } from "./seeds.ts";

const VALIDATION_ERROR = "reconstruction.validation.mse";
const TEST_ACCURACY = "classifier.test.accuracy";
const VALIDATION_ACCURACY = "classifier.validation.accuracy";

function numbersOf({ runs }: Variant, path: string): readonly number[] {
  return valuesOf(runs, numberAt(path));
}

/** The variants that have a number. */
function having({ variants }: ChapterRuns, path: string): readonly Variant[] {
  return variants.filter((variant) => numbersOf(variant, path).length > 0);
}

/** The validation error against epochs, of the lowest seed of each; one whose metrics are gone is left out. */
export async function lossOverlay(
  { variants, network }: ChapterRuns,
  { metricsOf }: Found,
): Promise<Figure | undefined> {
  const series = await Promise.all(variants.map(async ({ title, runs }): Promise<Series> => {
    const lines = (await metricsOf(runs[0]!)).filter(({ stage }) => stage === "autoencoder");
    return { label: title, x: columnOf(lines, "epoch"), y: columnOf(lines, "valLoss") };
  }));
  const known = series.filter(({ x }) => x.length > 0);
  if (known.length === 0) return undefined;
  return curves(known, {
    name: "loss_overlay",
    title: "Validation error of the reconstruction",
    subtitle: network,
    xLabel: "Epoch",
    yLabel: MSE_LABEL,
    xScale: "log",
    yScale: "log",
  });
}

/** Errors on the three sets. */
export function averageLosses(chapter: ChapterRuns): Figure | undefined {
  const { by, network } = chapter;
  const known = having(chapter, VALIDATION_ERROR);
  if (known.length === 0) return undefined;
  return bars(
    known.map((variant) => ({
      label: by === "nodes" ? `${variant.nodes}` : variant.title,
      values: SPLIT_NAMES.flatMap((split) => {
        const values = numbersOf(variant, `reconstruction.${split}.mse`);
        return values.length === 0
          ? []
          : [{ label: SPLIT_TITLES[split], value: meanOf(values), ...endsOf(values) }];
      }),
    })),
    {
      name: "average_loss",
      title: "Average reconstruction loss",
      subtitle: network,
      ...(by === "nodes" && { xLabel: "Nodes of the code" }),
      yLabel: MSE_LABEL,
      decimals: 4,
    },
  );
}

/** Means by width, with a band from the lowest to the highest seed. */
function byWidth(known: readonly Variant[], path: string, role: "validation" | "test"): Series {
  const all = known.map((variant) => numbersOf(variant, path));
  const ends = all.map((values) => ({ low: Math.min(...values), high: Math.max(...values) }));
  const isSpread = all.some((values) => values.length > 1);
  return {
    label: "ours",
    role,
    x: known.map(({ nodes }) => nodes),
    y: all.map(meanOf),
    ...(isSpread && { band: { low: ends.map(({ low }) => low), high: ends.map(({ high }) => high) } }),
  };
}

/** What the band is, where there is one. */
function bandWords({ band }: Series): string {
  return band ? "; band: from the lowest to the highest seed" : "";
}

export function errorByWidth(chapter: ChapterRuns): Figure | undefined {
  const { network, table } = chapter;
  const known = having(chapter, VALIDATION_ERROR);
  if (known.length === 0) return undefined;
  const ours = byWidth(known, VALIDATION_ERROR, "validation");
  const published = table.map(({ validation }) => validation.published);
  // As many components as there are pixels leave no error, which a log axis cannot show.
  const linear = known.flatMap((variant) => {
    const errors = numbersOf(variant, "pca.validation.mse").filter((error) => error > 1e-9);
    return errors.length === 0 ? [] : [{ nodes: variant.nodes, error: meanOf(errors) }];
  });
  return curves([
    ours,
    { label: "published", role: "published", x: table.map(({ nodes }) => nodes), y: published },
    ...(linear.length === 0
      ? []
      : [{ label: "PCA", x: linear.map(({ nodes }) => nodes), y: linear.map(({ error }) => error) }]),
  ], {
    name: "mse_by_width",
    title: "Error of the reconstruction against the width of the code",
    subtitle: `${network}, validation set${bandWords(ours)}`,
    xLabel: "Nodes of the code",
    yLabel: MSE_LABEL,
    xScale: "log",
    yScale: "log",
    yDomain: errorDomain([...known.flatMap((variant) => numbersOf(variant, VALIDATION_ERROR)), ...published]),
  });
}

/** From a round number below the smallest error to one above the largest: PCA goes on down to nothing. */
function errorDomain(errors: readonly number[]): readonly [number, number] {
  const high = Math.max(...errors);
  const power = 10 ** Math.floor(Math.log10(high));
  const top = [2, 5, 10].find((digit) => digit * power >= high)!;
  return [10 ** Math.floor(Math.log10(Math.min(...errors))), top * power];
}

export function accuracyByWidth(chapter: ChapterRuns): Figure | undefined {
  const { network, table, data: { test } } = chapter;
  const known = having(chapter, TEST_ACCURACY);
  if (known.length === 0) return undefined;
  const ours = byWidth(known, TEST_ACCURACY, "test");
  return curves([
    ours,
    {
      label: "published",
      role: "published",
      x: table.map(({ nodes }) => nodes),
      y: table.map(({ accuracy }) => accuracy.published),
    },
  ], {
    name: "accuracy_by_width",
    title: "Accuracy of the classifier against the width of the code",
    subtitle: `${network}, ${test.rows.toLocaleString("en")} test images${bandWords(ours)}`,
    xLabel: "Nodes of the code",
    yLabel: "Test accuracy",
    xScale: "log",
  });
}

export function accuracyDots(chapter: ChapterRuns): Figure | undefined {
  const { network, data: { validation } } = chapter;
  const rows = having(chapter, VALIDATION_ACCURACY).map(({ title, published, ...variant }) => {
    const values = numbersOf({ title, ...variant }, VALIDATION_ACCURACY);
    return {
      label: title,
      ours: meanOf(values),
      ...endsOf(values),
      ...(published !== undefined && { published }),
    };
  });
  if (rows.length === 0) return undefined;
  return dotComparison({
    name: "validation_accuracy",
    title: "Validation accuracy of the classifier, ours and published",
    subtitle: network,
    xLabel: `Accuracy on ${validation.rows.toLocaleString("en")} images`,
    role: "validation",
    ...(rows.some(({ low }) => low !== undefined) && { intervalLabel: INTERVAL_LABEL }),
    decimals: 4,
    rows,
  });
}
