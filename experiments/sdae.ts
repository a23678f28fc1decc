/** Report B, part B: a stacked denoising autoencoder 784-900-625-400, and the classifier that starts from it. */
import { number, oneOf } from "../src/cli/flags.ts";
import { UsageError } from "../src/core/errors.ts";
import type { ImageSplits } from "../src/data/mnist.ts";
import type { LayerTraining } from "../src/train/pretrain.ts";
import { FULL_B, REPORT_B } from "./images/selections.ts";
import { declare, type Experiment, type Prepared, type Training } from "./lab/experiment.ts";
import { networkName } from "./lab/network_name.ts";
import { MOMENTUM_FLAG, NETWORK_FLAGS, SHUFFLE_SETTING, TRAIN_FLAGS } from "./lab/options.ts";
import type { SettingTable } from "./lab/settings.ts";
import { measureStack } from "./measures/stack_measures.ts";
import { adoptLayers, freshLayers, OF_LAYERS, prepareClassifier } from "./sdae_classifier.ts";
import {
  commonTraining,
  kindOf,
  SDAE_DEFAULTS,
  SDAE_INITIALIZERS,
  SDAE_PRETRAININGS,
  SDAE_TITLES,
  type SdaeKind,
  sdaeLayers,
  type SdaeSettings,
} from "./sdae_model.ts";

const TABLE: SettingTable<SdaeSettings> = {
  arch: { flag: "arch", ...NETWORK_FLAGS.arch, help: "widths of the layers" },
  noise: {
    flag: "noise",
    value: "X",
    help: "probability with which a value of a layer's input is masked",
    parse: number(0, 1, { inclusive: true }),
  },
  initializer: {
    flag: "initializer",
    value: "NAME",
    help: `of the layers' weights: ${SDAE_INITIALIZERS.join(", ")}`,
    parse: oneOf(SDAE_INITIALIZERS),
  },
  epochs: { flag: "epochs", ...TRAIN_FLAGS.epochs, help: "epochs of each training" },
  learningRate: { flag: "lr", ...TRAIN_FLAGS.lr },
  momentum: { flag: "momentum", ...MOMENTUM_FLAG.momentum },
  batch: { flag: "batch", ...NETWORK_FLAGS.batch },
  beta: {
    flag: "beta",
    value: "X",
    help: "weight of the penalty for codes that are not sparse; 0 for none",
    parse: number(0, 1e6, { inclusive: true }),
  },
  rho: { flag: "rho", value: "X", help: "wanted mean activation of every unit", parse: number(0, 0.999999) },
  shuffle: SHUFFLE_SETTING,
  full: { flag: "full", help: "train on all 60,000 images and test on all 10,000" },
  paperQuirks: {
    flag: "paper-quirks",
    help:
      "as the report's listing: corruption stays on where nothing is trained, short last batches are dropped",
  },
};

/** A classifier on plain layers has no penalty. */
const { beta: _, rho: __, ...PLAIN_TABLE } = TABLE;

/** Of a run on one thread: 25 epochs of the 12,000 images. */
const PRETRAIN_MINUTES = 1.2;
const CLASSIFY_MINUTES = 0.55;

const COMMON = {
  quick: { epochs: 1 },
  images: ({ full }: SdaeSettings) => full ? FULL_B : REPORT_B,
} as const;

function minutesOf({ epochs, full }: SdaeSettings, minutes: number): number {
  return 0.05 + minutes * epochs / 25 * (full ? 5 : 1);
}

function pretraining(kind: SdaeKind, about: string): Experiment<SdaeSettings> {
  return declare<SdaeSettings>({
    ...COMMON,
    name: SDAE_PRETRAININGS[kind],
    about,
    table: TABLE,
    defaults: SDAE_DEFAULTS[kind],
    minutes: (settings) => minutesOf(settings, PRETRAIN_MINUTES),
    check: (settings) => requirePenalty(kind, settings),
    prepare: (settings, data, { seed }) => preparePretraining(settings, data, seed),
  });
}

function requirePenalty(kind: SdaeKind, { beta }: SdaeSettings): void {
  if (kind === "sparse" && beta === 0) {
    throw new UsageError("A sparse training needs a penalty: give --beta a number above 0");
  }
}

function preparePretraining(settings: SdaeSettings, data: ImageSplits, seed: number): Prepared {
  const layers = sdaeLayers(settings, data.train, seed);
  return {
    title: pretrainingInWords(settings),
    network: networkName(layers.stack),
    stages: layers.names.map((_, i) => ({
      name: `layer ${i + 1}`,
      training: (results) => layerTraining(settings, data, layers.next(results)),
    })),
    async measure(results, { executor, published }) {
      const pretrained = layers.assemble(results);
      const context = { data, executor, published };
      const { summary, words, measures } = await measureStack(pretrained, results, context);
      return {
        summary,
        words,
        models: { "model.safetensors": pretrained.autoencoder },
        async figures() {
          const { stackFigures } = await import("./figures/stack_figures.ts");
          const title = SDAE_TITLES[kindOf(settings)].pretrain;
          const { beta, rho } = settings;
          const shown = { title, rho: beta > 0 ? rho : undefined, data, measures, seed, executor };
          return await stackFigures({ ...pretrained, results }, shown);
        },
      };
    },
  };
}

function pretrainingInWords({ momentum, noise, beta, rho, paperQuirks }: SdaeSettings): string {
  const masked = `${Number((100 * noise).toFixed(4))}% masked`;
  return [
    "gradient descent, layer after layer",
    ...(momentum > 0 ? [`momentum ${momentum}`] : []),
    `${masked}${paperQuirks ? ", at evaluation too" : ""}`,
    ...(beta > 0 ? [`penalty ${beta}·Σ KL(${rho} ‖ mean activation)`] : []),
  ].join(", ");
}

function layerTraining(
  settings: SdaeSettings,
  data: ImageSplits,
  { model, loss, weights, encoder }: LayerTraining,
): Training {
  return {
    ...commonTraining(settings, data.train),
    model,
    loss,
    weights,
    ...(encoder && { encoder }),
    metrics: ({ loss, penalty }) => penalty === undefined ? {} : { cost: loss + penalty },
  };
}

function classifier(kind: SdaeKind, name: string, { about, before }: {
  readonly about: string;
  readonly before: Experiment<SdaeSettings>;
}): Experiment<SdaeSettings> {
  return declare<SdaeSettings>({
    ...COMMON,
    name,
    about,
    table: kind === "plain" ? PLAIN_TABLE : TABLE,
    defaults: SDAE_DEFAULTS[kind],
    minutes: (settings) => minutesOf(settings, CLASSIFY_MINUTES),
    check: (settings) => requirePenalty(kind, settings),
    from: {
      experiment: before as Experiment,
      // What the classifier is trained by, its layers are: the report has one recipe for all trainings of a question.
      settings: (settings) => settings,
      adopt: (settings, run) => adoptLayers(settings, run, kind),
      keeps: OF_LAYERS,
    },
    prepare(settings, data, { seed, from }) {
      const autoencoder = from?.model ?? freshLayers(settings, data, seed);
      return prepareClassifier(settings, data, { kind, seed, autoencoder, ...(from && { from: from.run }) });
    },
  });
}

const PRETRAIN = pretraining(
  "plain",
  "Pre-train Report B's stacked denoising autoencoder, layer after layer (question 1)",
);
const SPARSE_PRETRAIN = pretraining(
  "sparse",
  "Pre-train it with momentum and a penalty for codes that are not sparse (question 3)",
);

export const SDAE_EXPERIMENTS: readonly Experiment[] = [
  PRETRAIN,
  classifier("plain", "sdae-classify", {
    about: "Fine-tune a classifier that starts from Report B's pre-trained layers (question 2)",
    before: PRETRAIN,
  }),
  SPARSE_PRETRAIN,
  classifier("sparse", "sdae-sparse", {
    about: "The same with momentum, from layers with a penalty for codes that are not sparse (question 3)",
    before: SPARSE_PRETRAIN,
  }),
];
