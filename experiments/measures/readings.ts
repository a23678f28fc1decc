/** What a classifier makes of images and of their reconstructions. */
import type { ImageSplits } from "../../src/data/mnist.ts";
import type { Executor } from "../../src/exec/executor.ts";
import { type Classification, classify } from "../../src/train/predict.ts";
import type { Trained } from "../../src/train/saved.ts";
import { asBytes, outputsOf } from "./stacked_layers.ts";

/** What a classifier takes images and their reconstructions for. */
export interface Readings {
  readonly originals: Classification["classes"];
  readonly reconstructions: Classification["classes"];
  /** `counts[a][b]`: images taken for class a whose reconstructions are taken for b. */
  readonly counts: readonly (readonly number[])[];
  /** Share of the images that are taken for the same either way. */
  readonly agreement: number;
  /** Share of the reconstructions that are taken for what the image is. */
  readonly accuracy: number;
}

/** Classifies the test images, and what comes out of the pre-trained stack for them, rounded to bytes. */
export async function readings(
  classifier: Trained,
  autoencoder: Trained,
  { test }: ImageSplits,
  executor: Executor,
): Promise<Readings> {
  const { classes: originals } = await classify(classifier, test.inputs, { executor });
  const bytes = asBytes(await outputsOf(autoencoder, test.inputs, executor));
  const { classes: reconstructions } = await classify(classifier, bytes, { executor });
  const counts = test.classNames.map(() => test.classNames.map(() => 0));
  originals.forEach((original, i) => counts[original]![reconstructions[i]!]! += 1);
  const share = (isSo: (i: number) => boolean) =>
    originals.reduce((sum, _, i) => sum + (isSo(i) ? 1 : 0), 0) / test.rows;
  return {
    originals,
    reconstructions,
    counts,
    agreement: share((i) => originals[i] === reconstructions[i]),
    accuracy: share((i) => test.targets[i] === reconstructions[i]),
  };
}
