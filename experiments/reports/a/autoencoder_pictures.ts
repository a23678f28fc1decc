/** Pictures from the trained autoencoders of a chapter: the same images reconstructed by each, and their weights. */
import { DescentError } from "../../../src/core/errors.ts";
import { sizeOf } from "../../../src/core/tensor.ts";
import { referenceExecutor } from "../../../src/exec/reference.ts";
import { modelConfig, modelFromConfig } from "../../../src/nn/registry.ts";
import type { Figure } from "../../../src/plot/mod.ts";
import type { Tile } from "../../../src/plot/tiles.ts";
import { tilePanels } from "../../../src/plot/panels.ts";
import { layerOutputs } from "../../../src/train/predict.ts";
import type { Trained } from "../../../src/train/saved.ts";
import { imageRows, shownAsNumbers, weightDomain } from "../../figures/autoencoder_parts.ts";
import { imagesAt, shownImages, weightImages } from "../../measures/reconstruction.ts";
import type { Found } from "../item.ts";
import type { ChapterRuns, Variant } from "./chapter_runs.ts";
import { BEST_NODES } from "./runs.ts";

const PANEL_COLUMNS = 16;
const PANEL_ROWS = 4;

interface Loaded {
  readonly variant: Variant;
  readonly trained: Trained;
}

/** Reconstructions and weights of the lowest seed of each; nothing where no model is left. */
export async function chapterPictures(chapter: ChapterRuns, found: Found): Promise<readonly Figure[]> {
  const models = await loadModels(chapter, found);
  if (models.length === 0) return [];
  return [await reconstructions(chapter, models), weightPanels(chapter, models)];
}

/** The autoencoders whose weights are still there, and of these images. */
async function loadModels({ variants, data }: ChapterRuns, { modelOf }: Found): Promise<readonly Loaded[]> {
  const models: Loaded[] = [];
  for (const variant of variants) {
    try {
      const trained = await modelOf(variant.runs[0]!);
      if (sizeOf(trained.model.inputShape) === sizeOf(data.test.inputShape)) {
        models.push({ variant, trained });
      }
    } catch (error) {
      if (!(error instanceof DescentError)) throw error;
    }
  }
  return models;
}

/** The same test images from every autoencoder under one another; where there is noise, under the corrupted ones. */
async function reconstructions(
  { data: { test }, network, by }: ChapterRuns,
  models: readonly Loaded[],
): Promise<Figure> {
  const executor = referenceExecutor();
  const images = imagesAt(test, shownImages(test));
  const rows = [{ label: "Original", values: shownAsNumbers(test) }];
  for (const { variant: { title, noise }, trained } of models) {
    const noisy = corrupting(trained);
    const { layers } = noisy.model;
    const outputs = await layerOutputs(noisy, images, { executor });
    if (noise > 0) rows.push({ label: title, values: outputs.get(layers[0]!.name)! });
    rows.push({
      label: by === "noise" && noise > 0 ? "reconstruction" : title,
      values: outputs.get(layers.at(-1)!.name)!,
    });
  }
  const title = "Test images and their reconstructions";
  return imageRows({ name: "reconstructions", title, subtitle: network }, test.inputShape, rows);
}

/** The saved autoencoder corrupts while it trains alone; here it does always, as where it was validated. */
function corrupting({ model, weights }: Trained): Trained {
  const { inputShape, layers } = modelConfig(model);
  const always = layers.map(({ kind, config }) => ({
    kind,
    config: kind === "corruption" ? { ...config, always: true } : config,
  }));
  return { model: modelFromConfig({ inputShape, layers: always }), weights };
}

/** Weight images of a narrow code, one as wide as the image, and a wider one; or by noise: on one scale. */
function weightPanels(chapter: ChapterRuns, models: readonly Loaded[]): Figure {
  const { data: { test: { inputShape: [height, width] } }, network, by } = chapter;
  const wanted = by === "noise" ? models : chosenWidths(models, height! * width!);
  const panels = wanted.map(({ variant, trained }) => {
    const all = weightImages(trained);
    return { title: variant.title, shown: all.slice(0, PANEL_COLUMNS * PANEL_ROWS), all: all.length };
  });
  const domain = weightDomain(panels.flatMap(({ shown }) => shown));
  return tilePanels({
    name: "weights",
    title: "Weights of the encoder, w/‖w‖",
    subtitle: `${network}; one scale`,
    panels: panels.map(({ title, shown, all }) => ({
      title: `${title}: ${shown.length === all ? `all ${all}` : `the first ${shown.length} of ${all}`} units`,
      images: shown.map((pixels): Tile => ({ pixels, width: width!, height: height! })),
      columns: PANEL_COLUMNS,
      scale: "diverging" as const,
      domain,
    })),
  });
}

/** The width that the report shows, the one of the image and the widest; those that are there. */
function chosenWidths(models: readonly Loaded[], pixels: number): readonly Loaded[] {
  const widest = models.at(-1)!;
  const wanted = models.filter(({ variant }) =>
    variant.nodes === BEST_NODES || variant.nodes === pixels || variant === widest.variant
  );
  return wanted.length > 0 ? wanted : models.slice(0, 1);
}
