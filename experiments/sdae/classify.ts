/** Fine-tuning a classifier on trained layers, and what it makes of their reconstructions. */
import type { Splits } from "../../src/data/mnist.ts";
import type { Choice } from "../../src/exec/choose.ts";
import type { Executor } from "../../src/exec/executor.ts";
import type { JsonObject } from "../../src/runs/json.ts";
import { toJson } from "../../src/runs/json.ts";
import { predict, type Prediction } from "../../src/train/predict.ts";
import type { Trained } from "../../src/train/saved.ts";
import { checkFirstStep } from "../plan.ts";
import type { Screen } from "../screen.ts";
import { introduce } from "../tell.ts";
import { type TrainedRun, trainRun } from "../train_run.ts";
import type { Findings, RunOptions, Training } from "../training.ts";
import type { Pretraining } from "./from.ts";
import { asBytes, outputsOf } from "./measures.ts";
import { classifierTraining, publishedFor } from "./prepare.ts";
import { kindOf, SDAE_RECIPES, type SdaeSettings } from "./sdae.ts";

/** What a classifier takes images and their reconstructions for. */
export interface Readings {
  readonly originals: Prediction["classes"];
  readonly reconstructions: Prediction["classes"];
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
  { test }: Splits,
  executor: Executor,
): Promise<Readings> {
  const { classes: originals } = await predict(classifier, test.images, { executor });
  const bytes = asBytes(await outputsOf(autoencoder, test.images, executor));
  const { classes: reconstructions } = await predict(classifier, bytes, { executor });
  const counts = test.classes.map(() => test.classes.map(() => 0));
  originals.forEach((original, i) => counts[original]![reconstructions[i]!]! += 1);
  const share = (isSo: (i: number) => boolean) =>
    originals.reduce((sum, _, i) => sum + (isSo(i) ? 1 : 0), 0) / test.rows;
  return {
    originals,
    reconstructions,
    counts,
    agreement: share((i) => originals[i] === reconstructions[i]),
    accuracy: share((i) => test.labels[i] === reconstructions[i]),
  };
}

/** Trains the classifier from a pre-training, and writes the run folder. */
export async function runClassifier(
  settings: SdaeSettings,
  data: Splits,
  { pretraining, choice, screen, options, check = false }: {
    readonly pretraining: Pretraining;
    readonly choice: Choice;
    readonly screen: Screen;
    readonly options: RunOptions & { readonly group?: string };
    readonly check?: boolean;
  },
): Promise<TrainedRun> {
  const training = classifierFrom(settings, data, pretraining, options.seed);
  introduce(screen, training, choice);
  if (check) screen.say(`${await checkFirstStep(training, choice.executor, options)}\n`);
  return await trainRun(training, choice, screen, options);
}

function classifierFrom(
  settings: SdaeSettings,
  data: Splits,
  pretraining: Pretraining,
  seed: number,
): Training {
  const { encoder, autoencoder } = pretraining,
    training = classifierTraining(settings, data, { encoder, seed });
  const wasPublished = publishedFor(
    pretraining.settings,
    data,
    SDAE_RECIPES[kindOf(settings)].published.pretrain,
  );
  return {
    ...training,
    settings: { ...training.settings, pretraining: pretraining.id },
    published: wasPublished && training.published,
    async findings(result, { executor }) {
      return findingsOf(await readings(result, autoencoder, data, executor), pretraining);
    },
    async figures(result, context) {
      const { classifierFigures } = await import("./classifier_figures.ts");
      const read = await readings(result, autoencoder, data, context.executor);
      return await classifierFigures(result, data, context, { settings, autoencoder, read });
    },
  };
}

function findingsOf({ agreement, accuracy, originals }: Readings, { id, seed }: Pretraining): Findings {
  const summary: JsonObject = {
    pretraining: { run: id, seed },
    reconstructions: toJson({ images: originals.length, agreement, accuracy }),
  };
  return {
    summary,
    words: [
      `Layers from ${id}`,
      `Test images and their reconstructions taken for the same digit: ${(100 * agreement).toFixed(1)}%; ` +
      `reconstructions taken for the right one: ${(100 * accuracy).toFixed(1)}%`,
    ],
  };
}
