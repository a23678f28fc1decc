/** Figures of a fine-tuned classifier: curves, confusion, and how it reads reconstructions. */
import type { Splits } from "../../src/data/mnist.ts";
import { confusionMatrix, curves, type Figure, tilePanels } from "../../src/plot/mod.ts";
import type { FitResult } from "../../src/train/fit.ts";
import type { Trained } from "../../src/train/saved.ts";
import { accuracyDomain, endedInWords, trainingFigures } from "../figures.ts";
import { networkName } from "../tell.ts";
import type { TrainingContext } from "../training.ts";
import type { Readings } from "./classify.ts";
import { asNumbers, outputsOf, shownImages } from "./measures.ts";
import { tilesOf } from "./pretraining_figures.ts";
import { kindOf, SDAE_RECIPES, type SdaeSettings } from "./sdae.ts";

export async function classifierFigures(
  result: FitResult,
  { test }: Splits,
  { seed, executor }: TrainingContext,
  { settings, autoencoder, read }: {
    readonly settings: SdaeSettings;
    readonly autoencoder: Trained;
    readonly read: Readings;
  },
): Promise<readonly Figure[]> {
  const recipe = SDAE_RECIPES[kindOf(settings)], published = recipe.published.classify.test?.accuracy;
  const title = { network: `${networkName(result.model)}, ${recipe.title.classify}`, seed };
  const { images, positions } = shownImages(test, seed);
  const reconstructions = await outputsOf(autoencoder, images, executor);
  const common = { columns: 10, scale: "gray", domain: [0, 1] } as const;
  const named = (classes: Uint8Array) => positions.map((at) => test.classes[classes[at]!]!);
  const original = named(read.originals), after = named(read.reconstructions);
  const other = after.filter((name, i) => name !== original[i]).length;
  return [
    ...trainingFigures(result, title).map((figure) =>
      figure.name === "accuracy" ? accuracyFigure(result, title, published) : figure
    ),
    confusionMatrix({
      name: "reconstruction_agreement",
      title: "Reconstructions as the classifier reads them",
      subtitle: `${test.rows.toLocaleString("en")} test images; ${
        (100 * read.agreement).toFixed(1)
      }% are read as the same digit either way`,
      axes: { rows: "Original read as", columns: "Reconstruction read as" },
      classes: test.classes,
      counts: read.counts,
    }),
    tilePanels({
      name: "reconstructions_read",
      title: "Reconstructions and what the classifier reads",
      subtitle:
        `Seed ${seed}; ${other} of ${positions.length} read as another digit than their originals (→)`,
      panels: [
        { ...common, title: "Test images", images: tilesOf(asNumbers(images), test.imageShape, original) },
        {
          ...common,
          title: "Reconstructions",
          images: tilesOf(
            reconstructions,
            test.imageShape,
            after.map((name, i) => name === original[i] ? name : `${original[i]} → ${name}`),
          ),
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
  const { history } = result, x = history.map(({ epoch }) => epoch), ends = [x[0] ?? 1, x.at(-1) ?? 1];
  const train = history.map(({ accuracy }) => accuracy),
    test = history.map(({ testAccuracy }) => testAccuracy);
  // The first epochs would flatten the others.
  const shown = [...train, ...test].filter((value) => value !== undefined).sort((a, b) => a - b);
  const least = shown[Math.floor(shown.length / 5)] ?? 0;
  return curves({
    name: "accuracy",
    title: "Accuracy against epochs",
    subtitle: endedInWords(result, title),
    xLabel: "Epoch",
    yLabel: "Accuracy",
    yDomain: accuracyDomain([least, ...(published === undefined ? [] : [published])]),
    series: [
      { label: "train", role: "train", x, y: train },
      { label: "test", role: "test", x, y: test },
      ...(published === undefined
        ? []
        : [{ label: "published, test", role: "published" as const, x: ends, y: ends.map(() => published) }]),
    ],
  });
}
