/** Figures over all autoencoders of a chapter. */
import { join } from "node:path";
import { sizeOf } from "../../src/core/tensor.ts";
import { referenceExecutor } from "../../src/exec/reference.ts";
import { type Figure, type Tile, tilePanels } from "../../src/plot/mod.ts";
import { layerOutputs } from "../../src/train/predict.ts";
import { loadModel, type Trained } from "../../src/train/saved.ts";
import { runOf } from "../resume.ts";
import { autoencoderModel, encoderOf, RECIPES } from "./autoencoder.ts";
import { type AutoencoderCell, cellTitle, noiseTitle } from "./cells.ts";
import {
  accuracyByWidth,
  accuracyDots,
  averageLosses,
  type ChapterFigures,
  errorByWidth,
  lossOverlay,
  networkOf,
} from "./charts.ts";
import { imageRows, shownAsNumbers, weightDomain } from "./figures.ts";
import { imagesAt, shownImages, weightImages } from "./measures.ts";

export async function chapterFigures(chapter: ChapterFigures): Promise<readonly Figure[]> {
  const models = await loadModels(chapter), figures = [lossOverlay(chapter), averageLosses(chapter)];
  if (chapter.table) {
    figures.push(errorByWidth(chapter, chapter.table), accuracyByWidth(chapter, chapter.table));
  } else figures.push(accuracyDots(chapter));
  if (models.length > 0) figures.push(await reconstructions(chapter, models), weightPanels(chapter, models));
  return figures;
}

interface Loaded {
  readonly cell: AutoencoderCell;
  readonly trained: Trained;
}

/** The autoencoders whose run folders are still there. */
async function loadModels({ cells, folders }: ChapterFigures): Promise<readonly Loaded[]> {
  const models: Loaded[] = [];
  for (const cell of cells) {
    const run = await runOf(cell, folders);
    if (run) models.push({ cell, trained: await loadModel(join(run.path, "model.safetensors")) });
  }
  return models;
}

/** The same test images from every autoencoder under one another; where there is noise, under the corrupted ones. */
async function reconstructions(chapter: ChapterFigures, models: readonly Loaded[]): Promise<Figure> {
  const { data: { test }, settings, by } = chapter, executor = referenceExecutor();
  const images = imagesAt(test, shownImages(test)), pixels = sizeOf(test.imageShape);
  const rows = [{ label: "Original", values: shownAsNumbers(test) }];
  for (const { cell, trained } of models) {
    const own = { ...settings, nodes: cell.nodes, noise: cell.noise };
    const noisy = { model: autoencoderModel(own, pixels), weights: trained.weights },
      { layers } = noisy.model;
    const outputs = await layerOutputs(noisy, images, { executor });
    if (cell.noise > 0) {
      rows.push({ label: noiseTitle(cell.noise), values: outputs.get(layers[0]!.name)! });
    }
    rows.push({
      label: by === "nodes" ? `${cell.nodes} nodes` : cell.noise > 0 ? "reconstruction" : "no noise",
      values: outputs.get(layers.at(-1)!.name)!,
    });
  }
  return imageRows(
    {
      name: "reconstructions",
      title: "Test images and their reconstructions",
      subtitle: networkOf(chapter),
    },
    test.imageShape,
    rows,
  );
}

const PANEL_COLUMNS = 16, PANEL_ROWS = 4;

/** Weight images of a narrow code, one as wide as the image, and a wider one; or by noise: on one scale. */
function weightPanels(chapter: ChapterFigures, models: readonly Loaded[]): Figure {
  const { data: { test: { imageShape: [height, width] } }, settings, by } = chapter;
  const wanted = by === "noise" ? models : chosenWidths(models, height! * width!);
  const panels = wanted.map(({ cell, trained }) => {
    // The saved autoencoder corrupts while it trains alone, but the layer is there.
    const all = weightImages(encoderOf(trained, { ...settings, noise: cell.noise }));
    const shown = all.slice(0, PANEL_COLUMNS * PANEL_ROWS);
    return { cell, shown, all: all.length };
  });
  const domain = weightDomain(panels.flatMap(({ shown }) => shown));
  return tilePanels({
    name: "weights",
    title: "Weights of the encoder, w/‖w‖",
    subtitle: `${networkOf(chapter)}; one scale`,
    panels: panels.map(({ cell, shown, all }) => ({
      title: `${cellTitle(cell, by)}: ${
        shown.length === all ? `all ${all}` : `the first ${shown.length} of ${all}`
      } units`,
      images: shown.map((pixels): Tile => ({ pixels, width: width!, height: height! })),
      columns: PANEL_COLUMNS,
      scale: "diverging" as const,
      domain,
    })),
  });
}

/** The width that the report shows, the one of the image and the widest; those that are there. */
function chosenWidths(models: readonly Loaded[], pixels: number): readonly Loaded[] {
  const { nodes } = RECIPES["q2-autoencoder"].settings, widest = models.at(-1)!;
  const wanted = models.filter(({ cell }) =>
    cell.nodes === nodes || cell.nodes === pixels || cell === widest.cell
  );
  return wanted.length > 0 ? wanted : models.slice(0, 1);
}
