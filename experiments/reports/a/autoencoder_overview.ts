/** Figures over all autoencoders of a chapter of Report A: the same for one hidden layer, three, and noise. */
import { sizeOf } from "../../../src/core/tensor.ts";
import type { ImageSplits } from "../../../src/data/mnist.ts";
import type { Figure } from "../../../src/plot/mod.ts";
import type { RunFacts } from "../../../src/runs/facts.ts";
import { type Found, type Wanted, withChange } from "../item.ts";
import {
  accuracyByWidth,
  accuracyDots,
  averageLosses,
  errorByWidth,
  lossOverlay,
} from "./autoencoder_charts.ts";
import { chapterPictures } from "./autoencoder_pictures.ts";
import type { ChapterRuns, Variant } from "./chapter_runs.ts";
import { CHAPTER_4, type PrintedWidth, TABLE_2_1, TABLE_3_1 } from "./printed_autoencoders.ts";
import { BEST_NODES, noiseRuns, NOISES, noiseTitle, type WidthExperiment, widthRuns } from "./runs.ts";

/** Chapter 2. */
export async function oneLayerFigures(found: Found): Promise<readonly Figure[]> {
  return await widthFigures(found, "q2-autoencoder", TABLE_2_1);
}

/** Chapter 3. */
export async function threeLayerFigures(found: Found): Promise<readonly Figure[]> {
  return await widthFigures(found, "q3-autoencoder", TABLE_3_1);
}

/** Chapter 4, and the autoencoder without noise beside it. */
export async function denoisingFigures(found: Found): Promise<readonly Figure[]> {
  const variants = ([0, ...NOISES] as const).map((noise) => ({
    title: noiseTitle(noise),
    nodes: BEST_NODES,
    noise,
    wanted: noiseRuns(noise),
    ...publishedOf(noise),
  }));
  return await chapterFigures(found, variants, { by: "noise", table: [] });
}

function publishedOf(noise: number): { readonly published?: number } {
  const line = CHAPTER_4.find((one) => one.noise === noise);
  return line ? { published: line.validation.published } : {};
}

async function widthFigures(
  found: Found,
  experiment: WidthExperiment,
  table: readonly PrintedWidth[],
): Promise<readonly Figure[]> {
  const variants = table.map(({ nodes }) => ({
    title: `${nodes.toLocaleString("en")} nodes`,
    nodes,
    noise: 0,
    wanted: widthRuns(experiment, nodes),
  }));
  return await chapterFigures(found, variants, { by: "nodes", table });
}

/** Draws what there is; nothing where there is no run at all. */
async function chapterFigures(
  found: Found,
  all: readonly (Omit<Variant, "runs"> & { readonly wanted: Wanted })[],
  { by, table }: Pick<ChapterRuns, "by" | "table">,
): Promise<readonly Figure[]> {
  const variants = all.map(({ wanted, ...variant }): Variant => ({ ...variant, runs: found.find(wanted) }))
    .filter(({ runs }) => runs.length > 0);
  const first = variants.at(-1)?.runs[0];
  if (first === undefined) return [];
  const data = await found.imagesOf(first);
  const chapter: ChapterRuns = {
    variants,
    by,
    table,
    data,
    network: withChange(networkOf(first, by, data), found),
  };
  const charts = [
    await lossOverlay(chapter, found),
    averageLosses(chapter),
    ...(by === "nodes" ? [errorByWidth(chapter), accuracyByWidth(chapter)] : [accuracyDots(chapter)]),
  ];
  return [...charts.filter((chart) => chart !== undefined), ...await chapterPictures(chapter, found)];
}

/** `784-256-h-256-784`; with the width, and with what becomes of a pixel, where the chapter varies the noise. */
function networkOf({ settings }: RunFacts, by: "nodes" | "noise", { test }: ImageSplits): string {
  const pixels = sizeOf(test.inputShape);
  const sides = (settings.sides ?? "").split(", ").filter((side) => side !== "");
  const code = by === "nodes" ? "h" : settings.nodes ?? BEST_NODES;
  const widths = [pixels, ...sides, code, ...sides.toReversed(), pixels].join("-");
  return by === "nodes"
    ? widths
    : `${widths}, ${(settings.corruption ?? "masking").replaceAll("_", " ")} noise`;
}
