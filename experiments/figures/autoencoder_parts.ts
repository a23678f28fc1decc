/** Figures of one autoencoder and the classifier of its codes. */
import type { ImageSet } from "../../src/data/mnist.ts";
import type { Shape } from "../../src/core/tensor.ts";
import { bars, curves, type Figure } from "../../src/plot/mod.ts";
import { evenColumns } from "../../src/plot/tile_grid.ts";
import { type Tile, tiles } from "../../src/plot/tiles.ts";
import type { FitResult } from "../../src/train/fit.ts";
import { SPLIT_NAMES, type SplitName } from "../../src/data/data_set.ts";
import { endedInWords, trainingFigures } from "./training_figures.ts";
import { imagesAt, shownImages } from "../measures/reconstruction.ts";

/** What a figure of errors shows on each set. */
export type BySplit = Readonly<Record<SplitName, number>>;

/** Names of the sets as figures have them. */
export const SPLIT_TITLES: Readonly<Record<SplitName, string>> = {
  train: "Train",
  validation: "Validation",
  test: "Test",
};
/** Weight images in a figure; a wider code shows its first ones. */
const MAX_WEIGHTS = 100;
export const MSE_LABEL = "Mean squared error per pixel";

/** The loss of the reconstruction against epochs, and that of the best linear code of the width as a line. */
export function reconstructionCurves(
  result: FitResult,
  title: { readonly network: string; readonly seed: number; readonly monitor: string },
  pca: { readonly nodes: number; readonly validation: number },
): Figure {
  const { history } = result, x = history.map(({ epoch }) => epoch), ends = [x[0] ?? 1, x.at(-1) ?? 1];
  const best = history.at(-1)?.stopping?.bestEpoch;
  return curves([
    { label: "train", role: "train", x, y: history.map(({ loss }) => loss) },
    { label: "validation", role: "validation", x, y: history.map(({ valLoss }) => valLoss) },
    // A code as wide as the image leaves no error, which a log axis cannot show.
    ...(pca.validation > 0
      ? [{ label: `PCA, ${pca.nodes} components, validation`, x: ends, y: ends.map(() => pca.validation) }]
      : []),
  ], {
    name: "reconstruction_loss",
    title: "Reconstruction loss against epochs",
    subtitle: endedInWords(result, title),
    xLabel: "Epoch",
    yLabel: MSE_LABEL,
    yScale: "log",
    marks: best === undefined ? [] : [{ x: best, label: `best ${title.monitor}: epoch ${best}` }],
  });
}

/** Average reconstruction losses on the three sets, ours and others beside them. */
export function lossBars(
  subtitle: string,
  groups: readonly { readonly label: string; readonly errors: Partial<BySplit> }[],
): Figure {
  return bars(
    groups.map(({ label, errors }) => ({
      label,
      values: SPLIT_NAMES.flatMap((split) =>
        errors[split] === undefined ? [] : [{ label: SPLIT_TITLES[split], value: errors[split] }]
      ),
    })),
    { name: "average_loss", title: "Average reconstruction loss", subtitle, yLabel: MSE_LABEL, decimals: 5 },
  );
}

/** Images row by row under one another: the same test images, and what became of them. */
export function imageRows(
  { name, title, subtitle }: { readonly name: string; readonly title: string; readonly subtitle: string },
  [height, width]: Shape,
  rows: readonly { readonly label: string; readonly values: ArrayLike<number> }[],
): Figure {
  const pixels = height! * width!, columns = rows[0]!.values.length / pixels;
  const images = rows.flatMap(({ values }) =>
    Array.from({ length: columns }, (_, i): Tile => ({
      pixels: Array.from({ length: pixels }, (_, at) => values[i * pixels + at]!),
      width: width!,
      height: height!,
    }))
  );
  const rowLabels = rows.map(({ label }) => label);
  return tiles({ name, title, subtitle, images, columns, scale: "ink", domain: [0, 1], rowLabels });
}

/** The images that figures show, as numbers from 0 to 1. */
export function shownAsNumbers(test: ImageSet): Float32Array {
  return Float32Array.from(imagesAt(test, shownImages(test)), (byte) => byte / 255);
}

/** Weight images of a layer's first units, on one scale about zero. */
export function weightFigure(
  images: readonly Float32Array[],
  [height, width]: Shape,
  network: string,
): Figure {
  const shown = images.slice(0, MAX_WEIGHTS), all = shown.length === images.length;
  return tiles({
    name: "weights",
    title: "Weights of the encoder, w/‖w‖",
    subtitle: `${network}; ${
      all ? `all ${images.length} units` : `the first ${MAX_WEIGHTS} of ${images.length} units`
    }`,
    images: shown.map((pixels): Tile => ({ pixels, width: width!, height: height! })),
    columns: evenColumns(shown.length, shown.length > 64 ? 10 : 8),
    scale: "diverging",
    domain: weightDomain(shown),
  });
}

/** Ends of one scale for weight images: 99 of 100 values lie within, so that single ones do not bleach the others. */
export function weightDomain(images: readonly Float32Array[]): readonly [number, number] {
  const sizes = Float32Array.from(images.flatMap((image) => Array.from(image, Math.abs))).sort();
  const end = sizes[Math.floor(0.99 * (sizes.length - 1))] || 1;
  return [-end, end];
}

/** Loss, accuracy and confusion matrices of the classifier of the codes, in files of their own. */
export function classifierFigures(
  result: FitResult,
  title: { readonly network: string; readonly seed: number; readonly monitor: string },
): readonly Figure[] {
  return trainingFigures(result, title).map((figure) =>
    figure.name.startsWith("confusion") ? figure : { ...figure, name: `classifier_${figure.name}` }
  );
}
