/** Figures of a fine-tuned classifier: curves, confusion, and how it reads reconstructions. */
import type { ImageSplits } from "../../src/data/mnist.ts";
import { confusionMatrix, curves, type Figure } from "../../src/plot/mod.ts";
import { tilePanels } from "../../src/plot/panels.ts";
import type { FitResult } from "../../src/train/fit.ts";
import type { Trained } from "../../src/train/saved.ts";
import type { Executor } from "../../src/exec/executor.ts";
import type { Readings } from "../measures/readings.ts";
import { asNumbers, outputsOf, shownImages } from "../measures/stacked_layers.ts";
import { tilesOf } from "./stack_figures.ts";
import { accuracyDomain, endedInWords, trainingFigures } from "./training_figures.ts";

/** What the figures are made of besides the training. */
export interface FineTuningStory {
  /** `784-900-625-400-10, Q2, plain`. */
  readonly network: string;
  readonly seed: number;
  readonly data: ImageSplits;
  readonly executor: Executor;
  /** The layers with their decoders. */
  readonly autoencoder: Trained;
  readonly read: Readings;
  /** The printed test accuracy, where there is one. */
  readonly published: number | undefined;
}

export async function fineTuningFigures(
  result: FitResult,
  { network, seed, data: { test }, executor, autoencoder, read, published }: FineTuningStory,
): Promise<readonly Figure[]> {
  const title = { network, seed };
  const { images, positions } = shownImages(test, seed);
  const reconstructions = await outputsOf(autoencoder, images, executor);
  const common = { columns: 10, scale: "ink", domain: [0, 1] } as const;
  const [truths, originals, reconstructed] = [test.targets, read.originals, read.reconstructions].map(
    (classes) => positions.map((at) => test.classNames[classes[at]!]!),
  ) as [string[], string[], string[]];
  const asRead = (names: readonly string[]) =>
    names.map((name, i) => name === truths[i] ? name : `${truths[i]} → ${name}`);
  const misread = (names: readonly string[]) => names.filter((name, i) => name !== truths[i]).length;
  return [
    ...trainingFigures(result, title).map((figure) =>
      figure.name === "accuracy" ? accuracyFigure(result, title, published) : figure
    ),
    confusionMatrix({ classes: test.classNames, counts: read.counts }, {
      name: "reconstruction_agreement",
      title: "Reconstructions as the classifier reads them",
      subtitle: `${test.rows.toLocaleString("en")} test images; ${
        (100 * read.agreement).toFixed(1)
      }% are read as the same digit either way`,
      axes: { rows: "Original read as", columns: "Reconstruction read as" },
    }),
    tilePanels({
      name: "reconstructions_read",
      title: "Reconstructions and what the classifier reads",
      subtitle: `Seed ${seed}; of ${positions.length}, ${misread(originals)} images and ${
        misread(reconstructed)
      } reconstructions are misread (label → reading)`,
      panels: [
        {
          ...common,
          title: "Test images",
          images: tilesOf(asNumbers(images), test.inputShape, asRead(originals)),
        },
        {
          ...common,
          title: "Reconstructions",
          images: tilesOf(reconstructions, test.inputShape, asRead(reconstructed)),
        },
      ],
    }),
  ];
}

/** Accuracy against epochs, and the published one at the end as a line. */
function accuracyFigure(
  result: FitResult,
  title: { readonly network: string; readonly seed: number },
  published: number | undefined,
): Figure {
  const { history } = result;
  const x = history.map(({ epoch }) => epoch);
  const ends = [x[0] ?? 1, x.at(-1) ?? 1];
  const train = history.map(({ accuracy }) => accuracy);
  const test = history.map(({ testAccuracy }) => testAccuracy);
  // The first epochs would flatten the others.
  const shown = [...train, ...test].filter((value) => value !== undefined).sort((a, b) => a - b);
  const least = shown[Math.floor(shown.length / 5)] ?? 0;
  return curves([
    { label: "train", role: "train", x, y: train },
    { label: "test", role: "test", x, y: test },
    ...(published === undefined
      ? []
      : [{ label: "published, test", role: "published" as const, x: ends, y: ends.map(() => published) }]),
  ], {
    name: "accuracy",
    title: "Accuracy against epochs",
    subtitle: endedInWords(result, title),
    xLabel: "Epoch",
    yLabel: "Accuracy",
    yDomain: accuracyDomain([least, ...(published === undefined ? [] : [published])]),
  });
}
