/** Report A, chapter 1: five optimizers on 784-a-b-c-5 and the digits 0, 2, 4, 6, 7. */
import { number } from "../src/cli/flags.ts";
import { sizeOf } from "../src/core/tensor.ts";
import type { ImageSplits } from "../src/data/mnist.ts";
import { dense } from "../src/nn/dense.ts";
import { type Model, sequential } from "../src/nn/model.ts";
import type { Activation } from "../src/ops/_activation.ts";
import { adam } from "../src/optim/adam.ts";
import type { Optimizer } from "../src/optim/optimizer.ts";
import { rmsprop } from "../src/optim/rmsprop.ts";
import { sgd } from "../src/optim/sgd.ts";
import type { Monitor } from "../src/train/stop.ts";
import { REPORT_A } from "./images/selections.ts";
import { declare, type Experiment, type Prepared } from "./lab/experiment.ts";
import { checkBatch, checkParameters } from "./lab/limits.ts";
import { networkName } from "./lab/network_name.ts";
import { MOMENTUM_FLAG, NETWORK_FLAGS, SHUFFLE_SETTING, TRAIN_FLAGS } from "./lab/options.ts";
import type { SettingTable } from "./lab/settings.ts";

export const Q1_OPTIMIZERS = ["sgd", "vgd", "nag", "rmsprop", "adam"] as const;
export type Q1Optimizer = typeof Q1_OPTIMIZERS[number];

export interface Q1Settings {
  readonly optimizer: Q1Optimizer;
  readonly learningRate: number;
  /** `all`: one batch of the whole training set. */
  readonly batch: number | "all";
  /** Only for the optimizers that have one. */
  readonly momentum?: number;
  /** What RMSProp keeps of its mean of squares at each step. */
  readonly rho?: number;
  /** Whether Adam adds its ε before the second moment is corrected, as Keras does. */
  readonly rawEpsilon?: boolean;
  readonly epochs: number;
  readonly arch: readonly number[];
  readonly activation: Activation;
  readonly monitor: Monitor;
  readonly minDelta: number;
  readonly patience: number;
  readonly shuffle: boolean;
}

const TABLE: SettingTable<Q1Settings> = {
  learningRate: { flag: "lr", ...TRAIN_FLAGS.lr },
  batch: { flag: "batch", ...NETWORK_FLAGS.batch },
  momentum: { flag: "momentum", ...MOMENTUM_FLAG.momentum },
  rho: {
    flag: "rho",
    value: "X",
    help: "what is kept of the mean of squares at each step, from 0 to below 1",
    parse: number(0, 0.999999, { inclusive: true }),
  },
  rawEpsilon: {
    flag: "keras-epsilon",
    help: "add ε to the root of the second moment before its correction, as Keras does",
  },
  epochs: { flag: "epochs", ...TRAIN_FLAGS.epochs },
  arch: { flag: "arch", ...NETWORK_FLAGS.arch },
  activation: { flag: "activation", ...TRAIN_FLAGS.activation },
  monitor: { flag: "monitor", ...TRAIN_FLAGS.monitor },
  minDelta: { flag: "min-delta", ...TRAIN_FLAGS["min-delta"] },
  patience: { flag: "patience", ...TRAIN_FLAGS.patience },
  shuffle: SHUFFLE_SETTING,
};

/**
 * What the report prints for all optimizers (learning rate, smallest change, most epochs), and where it is silent, our
 * reading: ReLU, and Keras's EarlyStopping on the validation loss with patience 15 (see docs/reproduction.md).
 */
const COMMON = {
  learningRate: 0.001,
  epochs: 100_000,
  arch: [30, 20, 10],
  activation: "relu",
  monitor: "val_loss",
  minDelta: 1e-4,
  patience: 15,
  shuffle: true,
} as const;

interface Recipe {
  readonly title: string;
  /** Of the report. */
  readonly section: string;
  readonly settings: Q1Settings;
  /** Shortens a training to a look. */
  readonly quickEpochs: number;
  /** Of a run on one thread, about. */
  readonly minutes: number;
  /** What our runs come to, about: for the progress bar. */
  readonly expectedEpochs: number;
  build(settings: Q1Settings): Optimizer;
}

/** Each optimizer as section 1.3 of the report sets it; where its numbers refute what it prints, as they have it. */
export const Q1_RECIPES: Readonly<Record<Q1Optimizer, Recipe>> = {
  sgd: {
    title: "stochastic gradient descent",
    section: "1.3.1",
    settings: { ...COMMON, optimizer: "sgd", batch: 1 },
    quickEpochs: 3,
    minutes: 0.05,
    expectedEpochs: 28,
    build: ({ learningRate }) => sgd({ learningRate }),
  },
  vgd: {
    title: "vanilla (full-batch) gradient descent",
    section: "1.3.2",
    settings: { ...COMMON, optimizer: "vgd", batch: "all" },
    quickEpochs: 60,
    minutes: 1.4,
    // The rule stops ours long before the report's 31,625.
    expectedEpochs: 11_000,
    build: ({ learningRate }) => sgd({ learningRate }),
  },
  nag: {
    title: "Nesterov's accelerated gradient",
    section: "1.3.3",
    // Printed is 0.9. Its numbers are those of none, which is what Keras takes where only `nesterov` is set.
    settings: { ...COMMON, optimizer: "nag", batch: 32, momentum: 0 },
    quickEpochs: 3,
    minutes: 0.2,
    expectedEpochs: 300,
    build: ({ learningRate, momentum = 0 }) => sgd({ learningRate, momentum, nesterov: momentum > 0 }),
  },
  rmsprop: {
    title: "RMSProp",
    section: "1.3.4",
    settings: { ...COMMON, optimizer: "rmsprop", batch: 32, momentum: 0.9, rho: 0.99 },
    quickEpochs: 3,
    minutes: 0.05,
    expectedEpochs: 24,
    build: ({ learningRate, momentum = 0.9, rho = 0.99 }) => rmsprop({ learningRate, momentum, rho }),
  },
  adam: {
    title: "Adam",
    section: "1.3.5",
    settings: { ...COMMON, optimizer: "adam", batch: 32, rawEpsilon: false },
    quickEpochs: 3,
    minutes: 0.05,
    expectedEpochs: 25,
    build: ({ learningRate, rawEpsilon = false }) =>
      adam({ learningRate, beta1: 0.9, beta2: 0.999, epsilon: 1e-8, rawEpsilon }),
  },
};

/** The report's network: hidden layers of the given widths, and logits for the classes. */
export function q1Model(
  { arch, activation }: Pick<Q1Settings, "arch" | "activation">,
  train: ImageSplits["train"],
): Model {
  const hidden = arch.map((units) => dense(units, { activation }));
  return sequential(sizeOf(train.inputShape), [
    ...hidden,
    dense(train.classNames.length),
  ]);
}

function experimentOf(optimizer: Q1Optimizer): Experiment<Q1Settings> {
  const { title, section, settings: defaults, quickEpochs, minutes } = Q1_RECIPES[optimizer];
  return declare<Q1Settings>({
    name: `q1-${optimizer}`,
    about: `Train Report A's network with ${title} (section ${section})`,
    table: TABLE,
    defaults,
    quick: { epochs: quickEpochs },
    minutes: ({ epochs }) => Math.min(minutes, epochs * minutes / Q1_RECIPES[optimizer].expectedEpochs),
    images: () => REPORT_A,
    prepare: (settings, data) => prepare(settings, data),
  });
}

function prepare(settings: Q1Settings, data: ImageSplits): Prepared {
  const { optimizer, arch, epochs, monitor, minDelta, patience, shuffle } = settings;
  const { title, build, expectedEpochs } = Q1_RECIPES[optimizer];
  const isPlain = optimizer === "nag" && settings.momentum === 0;
  const model = q1Model(settings, data.train);
  checkParameters(model, `--arch ${arch.join()}`);
  const training = {
    model,
    batch: checkBatch(settings.batch, data.train),
    optimizer: build(settings),
    epochs,
    expectedEpochs: Math.min(epochs, expectedEpochs),
    stopping: { monitor, minDelta, patience },
    shuffle,
  };
  return {
    title: isPlain ? `${title}, without momentum: plain gradient descent` : title,
    stages: [{ name: null, training: () => training }],
    measure: ([result], { seed }) =>
      Promise.resolve({
        summary: {},
        models: { "model.safetensors": result! },
        words: [],
        async figures() {
          const { trainingFigures } = await import("./figures/training_figures.ts");
          return trainingFigures(result!, {
            network: `${networkName(model)}, q1-${optimizer}`,
            seed,
            monitor,
          });
        },
      }),
  };
}

export const Q1_EXPERIMENTS: readonly Experiment[] = Q1_OPTIMIZERS.map(experimentOf);
