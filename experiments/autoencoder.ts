/** Report A, chapters 2 to 4: autoencoders with one and three hidden layers, and denoising ones. */
import { number, oneOf, wholeNumber, widths } from "../src/cli/flags.ts";
import { sizeOf } from "../src/core/tensor.ts";
import type { ImageSplits } from "../src/data/mnist.ts";
import { reconstructionError } from "../src/nn/losses.ts";
import { initializeWeights, type Model } from "../src/nn/model.ts";
import { ACTIVATIONS } from "../src/ops/_activation.ts";
import { CORRUPTIONS } from "../src/ops/corrupt.ts";
import { adam } from "../src/optim/adam.ts";
import { joinModels } from "../src/train/compose.ts";
import type { FitResult } from "../src/train/fit.ts";
import type { Trained } from "../src/train/saved.ts";
import {
  autoencoderModel,
  type AutoencoderName,
  AUTOENCODERS,
  type AutoencoderSettings,
  classifierModel,
  encoderOf,
  noiseInWords,
  quietAutoencoder,
  RECIPES,
  widthsInWords,
} from "./autoencoder_model.ts";
import { REPORT_A } from "./images/selections.ts";
import {
  declare,
  type Experiment,
  type MeasureContext,
  type Prepared,
  type Training,
} from "./lab/experiment.ts";
import { checkBatch, checkParameters } from "./lab/limits.ts";
import { networkName } from "./lab/network_name.ts";
import { NETWORK_FLAGS, positiveWhole, SHUFFLE_SETTING, TRAIN_FLAGS } from "./lab/options.ts";
import type { SettingTable } from "./lab/settings.ts";
import { measureAutoencoder } from "./measures/autoencoder_measures.ts";
import { errorTable, summarizeAutoencoder } from "./measures/autoencoder_summary.ts";
import { latentCodes } from "./measures/latent_codes.ts";
import { Q1_RECIPES } from "./q1.ts";

const TABLE: SettingTable<AutoencoderSettings> = {
  nodes: { flag: "nodes", value: "N", help: "width of the code", parse: wholeNumber(1, 65536) },
  noise: {
    flag: "noise",
    value: "X",
    help: "share of the pixels that get noise at each step, from 0 to 1",
    parse: number(0, 1, { inclusive: true }),
  },
  corruption: {
    flag: "corruption",
    value: "NAME",
    help: `what becomes of a pixel that is hit: ${CORRUPTIONS.join(", ")}`,
    parse: oneOf(CORRUPTIONS),
  },
  deviation: {
    flag: "deviation",
    value: "X",
    help: "standard deviation of gaussian noise",
    parse: number(0, 1000, { inclusive: true }),
  },
  epochs: { flag: "epochs", ...TRAIN_FLAGS.epochs, help: "at most this many epochs of the autoencoder" },
  learningRate: { flag: "lr", ...TRAIN_FLAGS.lr, help: "learning rate of the autoencoder" },
  batch: { flag: "batch", ...NETWORK_FLAGS.batch },
  activation: {
    flag: "activation",
    value: "NAME",
    help: `of the hidden layers, the code included: ${ACTIVATIONS.join(", ")}`,
    parse: oneOf(ACTIVATIONS),
  },
  outputActivation: {
    flag: "output-activation",
    value: "NAME",
    help: "of the reconstruction: sigmoid or identity",
    parse: oneOf(["sigmoid", "identity"]),
  },
  patience: { flag: "patience", ...TRAIN_FLAGS.patience },
  minDelta: { flag: "min-delta", ...TRAIN_FLAGS["min-delta"] },
  monitor: {
    flag: "monitor",
    value: "NAME",
    help: "what early stopping of the autoencoder watches: loss or val_loss",
    parse: oneOf(["loss", "val_loss"]),
  },
  shuffle: SHUFFLE_SETTING,
  "classifier.arch": {
    flag: "arch",
    value: "A,B,C",
    help: "widths of the classifier's hidden layers",
    parse: widths,
  },
  "classifier.epochs": {
    flag: "classifier-epochs",
    value: "N",
    help: "at most this many epochs of the classifier",
    parse: positiveWhole,
  },
  "classifier.restoreBest": {
    flag: "last-weights",
    help: "keep the weights of the classifier's last epoch (default: of its best)",
    on: false,
  },
  "classifier.fineTune": {
    flag: "fine-tune",
    help: "train the encoder on with the classifier (default: it stays as it is)",
  },
};

/** Settings of noise, which autoencoders without any have no flags for. */
const { noise: _, corruption: __, deviation: ___, ...PLAIN_TABLE } = TABLE;

/** What the classifiers of the report's tables take, about, for the progress bar. */
const EXPECTED_CLASSIFIER_EPOCHS = 40;
/** Of a run on one thread, for each unit of the widest hidden layers together and epoch. */
const MINUTES_PER_UNIT = 1.6e-5;

function experimentOf(name: AutoencoderName): Experiment<AutoencoderSettings> {
  const { title, chapter, settings } = RECIPES[name];
  return declare<AutoencoderSettings>({
    name,
    about: `Train Report A's autoencoder with ${title}, then a classifier of its codes (chapter ${chapter})`,
    table: settings.noise > 0 ? TABLE : PLAIN_TABLE,
    defaults: settings,
    quick: { epochs: 1, "classifier.epochs": 2 },
    minutes({ nodes, sides, epochs, noise }) {
      const units = sides.length === 0 ? nodes : sides[0]! + 0.65 * nodes;
      return 0.08 + MINUTES_PER_UNIT * epochs * (units + 60) * (noise > 0 ? 1.3 : 1);
    },
    images: () => REPORT_A,
    prepare: (wanted, data, { seed }) => prepare(wanted, data, seed),
  });
}

function prepare(settings: AutoencoderSettings, data: ImageSplits, seed: number): Prepared {
  const { name, nodes } = settings;
  const model = autoencoderModel(settings, sizeOf(data.train.inputShape));
  checkParameters(model, `--nodes ${nodes}`);
  const classifier = classifierModel(settings, nodes, data.train.classNames.length);
  checkParameters(classifier, `--arch ${settings["classifier.arch"].join()}`);
  const autoencoder = autoencoderTraining(settings, data, model);
  return {
    title: `Adam: ${RECIPES[name].title}`,
    stages: [
      { name: "autoencoder", training: () => autoencoder },
      {
        name: "classifier",
        training: ([trained]) => classifierTraining(settings, data, { trained: trained!, classifier, seed }),
      },
    ],
    measure: ([trained, classified], context) =>
      measure(settings, data, { trained: trained!, classified: classified!, context }),
  };
}

function autoencoderTraining(settings: AutoencoderSettings, data: ImageSplits, model: Model): Training {
  const { learningRate, epochs, monitor, minDelta, patience, shuffle } = settings;
  return {
    model,
    batch: checkBatch(settings.batch, data.train),
    optimizer: adam({ learningRate, beta1: 0.9, beta2: 0.999, epsilon: 1e-8 }),
    loss: reconstructionError(),
    epochs,
    expectedEpochs: epochs,
    stopping: { monitor, minDelta, patience },
    shuffle,
  };
}

/** The classifier of the codes that a trained autoencoder gives; with fine-tuning, of the images. */
function classifierTraining(
  settings: AutoencoderSettings,
  data: ImageSplits,
  { trained, classifier, seed }: {
    readonly trained: FitResult;
    readonly classifier: Model;
    readonly seed: number;
  },
): Training {
  const { settings: q1, build } = Q1_RECIPES.adam;
  const epochs = settings["classifier.epochs"];
  const encoder = encoderOf(trained, settings);
  const { monitor, minDelta, patience } = q1;
  const common = {
    batch: Math.min(q1.batch === "all" ? data.train.rows : q1.batch, data.train.rows),
    optimizer: build(q1),
    epochs,
    expectedEpochs: Math.min(epochs, EXPECTED_CLASSIFIER_EPOCHS),
    stopping: { monitor, minDelta, patience, restoreBest: settings["classifier.restoreBest"] },
    shuffle: settings.shuffle,
  };
  if (!settings["classifier.fineTune"]) return { ...common, model: classifier, encoder };
  const fresh = { model: classifier, weights: initializeWeights(classifier, seed) };
  return { ...common, ...joinModels(encoder, fresh) };
}

async function measure(
  settings: AutoencoderSettings,
  data: ImageSplits,
  { trained, classified, context }: {
    readonly trained: FitResult;
    readonly classified: FitResult;
    readonly context: MeasureContext;
  },
) {
  const { executor, seed, published } = context;
  const { nodes, noise, monitor } = settings;
  const pixels = sizeOf(data.test.inputShape);
  const quiet = quietAutoencoder(trained, settings, pixels);
  const encoder = encoderOf(trained, settings);
  const measured = await measureAutoencoder({ trained, quiet, encoder, nodes }, data, executor);
  const isFineTuned = settings["classifier.fineTune"];
  const joined: Trained = isFineTuned ? classified : joinModels(encoder, classified);
  const latent = await latentCodes(data.test, { codes: measured.codes, classifier: joined, executor });
  const stages = { trained, classifier: classified };
  return {
    summary: {
      nodes,
      noise,
      ...summarizeAutoencoder(measured, stages, { isFineTuned }),
      latent: latent.summary,
    },
    models: { "model.safetensors": quiet, "classifier.safetensors": joined },
    files: latent.files,
    words: [errorTable(measured, stages, { isNoisy: noise > 0, published })],
    async figures() {
      const { autoencoderFigures } = await import("./figures/autoencoder_figures.ts");
      const network = `${widthsInWords(settings, pixels)}${noiseInWords(settings)}`;
      const of = isFineTuned ? "images, encoder trained too" : `codes of ${network}`;
      return autoencoderFigures({
        network,
        classifierNetwork: `${networkName(classified.model)} on ${of}`,
        nodes,
        isNoisy: noise > 0,
        monitor,
        seed,
        data,
        ...stages,
        measured,
        published,
      });
    },
  };
}

export const AUTOENCODER_EXPERIMENTS: readonly Experiment[] = AUTOENCODERS.map(experimentOf);
