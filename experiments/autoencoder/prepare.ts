/** Report A, chapters 2 to 4: from settings and images to two trainings, of the autoencoder and of the classifier of its codes. */
import { require } from "../../src/core/errors.ts";
import { sizeOf } from "../../src/core/tensor.ts";
import { REPORT_A, type Splits } from "../../src/data/mnist.ts";
import { initializeWeights } from "../../src/nn/model.ts";
import { reconstructionError } from "../../src/nn/losses.ts";
import { adam } from "../../src/optim/adam.ts";
import { toJson } from "../../src/runs/json.ts";
import { joinModels } from "../../src/train/compose.ts";
import type { FitResult } from "../../src/train/fit.ts";
import type { Trained } from "../../src/train/saved.ts";
import { SPLIT_NAMES } from "../../src/train/session.ts";
import { Q1_RECIPES } from "../q1/q1.ts";
import { checkBatch, checkParameters } from "../train_run.ts";
import type { Training } from "../training.ts";
import {
  autoencoderModel,
  type AutoencoderSettings,
  classifierModel,
  encoderOf,
  isPublishedSetting,
  RECIPES,
} from "./autoencoder.ts";

/** An autoencoder and what follows it, bound to images; nothing is trained. */
export interface Prepared {
  readonly settings: AutoencoderSettings;
  readonly data: Splits;
  readonly autoencoder: Training;
  /** The training of the classifier of the codes that a trained autoencoder gives. */
  classifierOf(trained: Trained, seed: number): Training;
  /** Encoder and trained classifier as one model, which takes images. */
  joined(trained: Trained, classifier: FitResult): Trained;
  /** Whether settings and images are the report's, so that its numbers are the yardstick. */
  readonly isPublished: boolean;
}

/** Binds the settings to the data, before anything is written; throws when they do not fit. */
export function prepareAutoencoder(settings: AutoencoderSettings, data: Splits): Prepared {
  const empty = SPLIT_NAMES.find((split) => data[split].rows === 0);
  require(
    empty === undefined,
    () => `${data.source.from} leaves no ${empty} images: give at least 5 images of each digit`,
  );
  const { name, learningRate, epochs, monitor, minDelta, patience, nodes } = settings;
  const { arch, fineTune, restoreBest, epochs: classifierEpochs } = settings.classifier;
  const pixels = sizeOf(data.train.imageShape), classes = data.train.classes.length;
  const batch = checkBatch(settings.batch, data), model = autoencoderModel(settings, pixels);
  checkParameters(model, `--nodes ${nodes}`);
  const classifier = classifierModel(settings, nodes, classes);
  checkParameters(classifier, `--arch ${arch.join()}`);
  const optimizer = adam({ learningRate, beta1: 0.9, beta2: 0.999, epsilon: 1e-8 });
  const common = { name, data, published: null, figures: () => Promise.resolve([]) };
  const adamOfQ1 = Q1_RECIPES.adam, { settings: q1 } = adamOfQ1;
  return {
    settings,
    data,
    autoencoder: {
      ...common,
      title: `Adam: ${RECIPES[name].title}`,
      settings: toJson({ ...settings, batch }),
      model,
      batch,
      optimizer,
      loss: reconstructionError(),
      epochs,
      expectedEpochs: epochs,
      stopping: { monitor, minDelta, patience },
    },
    classifierOf(trained, seed) {
      const encoder = encoderOf(trained, settings);
      const shared = {
        ...common,
        title: `Adam: the classifier of the codes${fineTune ? ", and the encoder with it" : ""}`,
        settings: toJson(settings.classifier),
        batch: q1.batch === "all" ? data.train.rows : Math.min(q1.batch, data.train.rows),
        optimizer: adamOfQ1.build(q1),
        epochs: classifierEpochs,
        expectedEpochs: Math.min(classifierEpochs, EXPECTED_CLASSIFIER_EPOCHS),
        stopping: { monitor: q1.monitor, minDelta: q1.minDelta, patience: q1.patience, restoreBest },
      };
      if (!fineTune) return { ...shared, model: classifier, encoder };
      const fresh = { model: classifier, weights: initializeWeights(classifier, seed) };
      return { ...shared, ...joinModels(encoder, fresh) };
    },
    joined: (trained, { model, weights }) =>
      fineTune ? { model, weights } : joinModels(encoderOf(trained, settings), { model, weights }),
    isPublished: isPublishedSetting(settings) && isPublishedData(data),
  };
}

/** What the classifiers of the report's tables take, about, for the progress bar. */
const EXPECTED_CLASSIFIER_EPOCHS = 40;

/** Whether these are images of MNIST chosen as the report's. */
function isPublishedData({ source, train }: Splits): boolean {
  return source.original && train.classes.join() === REPORT_A.digits.join();
}
