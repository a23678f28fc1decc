/** Report B, part A: a convolutional network on the ten digits, trained by three methods. */
import { number } from "../src/cli/flags.ts";
import type { Shape } from "../src/core/tensor.ts";
import type { ImageSplits } from "../src/data/mnist.ts";
import { conv2d } from "../src/nn/conv2d.ts";
import { dense } from "../src/nn/dense.ts";
import { flatten } from "../src/nn/flatten.ts";
import { maxPool2d } from "../src/nn/max_pool2d.ts";
import { type Model, sequential } from "../src/nn/model.ts";
import type { Optimizer } from "../src/optim/optimizer.ts";
import { rmsprop } from "../src/optim/rmsprop.ts";
import { sgd } from "../src/optim/sgd.ts";
import { FULL_B, REPORT_B } from "./images/selections.ts";
import { declare, type Experiment, type Prepared, type Training } from "./lab/experiment.ts";
import { checkBatch } from "./lab/limits.ts";
import { MOMENTUM_FLAG, NETWORK_FLAGS, SHUFFLE_SETTING, TRAIN_FLAGS } from "./lab/options.ts";
import type { SettingTable } from "./lab/settings.ts";
import { kernelFindings } from "./measures/kernel_findings.ts";

/** In the order of the report. */
export const CNN_METHODS = ["sgd", "momentum", "rmsprop"] as const;
export type CnnMethod = typeof CNN_METHODS[number];

export interface CnnSettings {
  readonly method: CnnMethod;
  readonly learningRate: number;
  /** Only for the method that has one. */
  readonly momentum?: number;
  /** Weight decay, of weights and biases. */
  readonly decay: number;
  /** `all`: one batch of the whole training set. */
  readonly batch: number | "all";
  readonly epochs: number;
  readonly shuffle: boolean;
  /** Whether each of equal maxima of a pooling window takes its gradient, as in the report's library. */
  readonly sharedTies: boolean;
  /** All 60,000 and 10,000 images instead of the first 12,000 and 2,000. */
  readonly full: boolean;
  /** What the report's listing does unsaid: it drops the short last batch, and logs the cost times n/(n+1) of n batches. */
  readonly paperQuirks: boolean;
}

const TABLE: SettingTable<CnnSettings> = {
  learningRate: { flag: "lr", ...TRAIN_FLAGS.lr },
  momentum: { flag: "momentum", ...MOMENTUM_FLAG.momentum },
  decay: {
    flag: "decay",
    value: "X",
    help: "weight decay, of weights and biases",
    parse: number(0, 1000, { inclusive: true }),
  },
  batch: { flag: "batch", ...NETWORK_FLAGS.batch },
  epochs: { flag: "epochs", ...TRAIN_FLAGS.epochs },
  shuffle: SHUFFLE_SETTING,
  sharedTies: {
    flag: "shared-ties",
    help: "each of equal maxima of a pooling window takes its gradient, as in Theano (default: the first)",
  },
  full: { flag: "full", help: "train on all 60,000 images and test on all 10,000" },
  paperQuirks: {
    flag: "paper-quirks",
    help: "as the report's listing: drop the short last batch, log the cost times n/(n+1) of n batches",
  },
};

const COMMON = {
  decay: 1e-4,
  batch: 128,
  epochs: 100,
  shuffle: true,
  sharedTies: false,
  full: false,
  paperQuirks: false,
} as const;

interface Recipe {
  /** For sentences. */
  readonly title: string;
  /** For figures and tables. */
  readonly name: string;
  /** Of the report. */
  readonly section: string;
  readonly settings: CnnSettings;
  build(settings: CnnSettings): Optimizer;
}

/** Each method as sections 1.3 to 1.5 of the report set it. */
export const CNN_RECIPES: Readonly<Record<CnnMethod, Recipe>> = {
  sgd: {
    title: "stochastic gradient descent",
    name: "SGD",
    settings: { ...COMMON, method: "sgd", learningRate: 0.05 },
    section: "1.3",
    // p ← p − lr·(g + λ·p)
    build: ({ learningRate, decay }) => sgd({ learningRate, weightDecay: decay }),
  },
  momentum: {
    title: "SGD with momentum",
    name: "momentum",
    settings: { ...COMMON, method: "momentum", learningRate: 0.05, momentum: 0.1 },
    section: "1.4",
    // v ← γ·v − lr·(g + λ·p), p ← p + v
    build: ({ learningRate, decay, momentum = 0.1 }) => sgd({ learningRate, momentum, weightDecay: decay }),
  },
  rmsprop: {
    title: "RMSProp",
    name: "RMSProp",
    settings: { ...COMMON, method: "rmsprop", learningRate: 0.001 },
    section: "1.5",
    // s ← ρ·s + (1−ρ)·g², p ← p − lr·(g/√(s+ε) + λ·p)
    build: ({ learningRate, decay }) =>
      rmsprop({ learningRate, rho: 0.9, epsilon: 1e-6, weightDecay: decay, decoupled: true }),
  },
};

/**
 * The report's network: 27,860 parameters on images of 28×28 and ten digits.
 *
 * The report's library turns kernels by 180° (true convolution), ours lays them on as they are. Initial weights are
 * drawn alike for every place of a kernel, so training is the same in distribution either way; and a kernel that is
 * not turned looks like the pattern that it answers to, which is what the figures of the filters show.
 */
export function cnnModel(
  inputShape: Shape,
  classes: number,
  { sharedTies = false }: Partial<Pick<CnnSettings, "sharedTies">> = {},
): Model {
  return sequential(inputShape, [
    conv2d(15, 9, { activation: "relu" }),
    maxPool2d(2, { sharesTies: sharedTies }),
    conv2d(20, 5, { activation: "relu" }),
    maxPool2d(2, { sharesTies: sharedTies }),
    flatten(),
    dense(100, { activation: "relu" }),
    dense(classes),
  ]);
}

/** Of a run on one thread: 100 epochs of the 12,000 images. */
const MINUTES = 0.75;

function experimentOf(method: CnnMethod): Experiment<CnnSettings> {
  const { settings, title, section } = CNN_RECIPES[method];
  return declare<CnnSettings>({
    name: `cnn-${method}`,
    about: `Train Report B's convolutional network with ${title} (section ${section})`,
    table: TABLE,
    defaults: settings,
    quick: { epochs: 1 },
    minutes: ({ epochs, full }) => 0.03 + MINUTES * epochs / 100 * (full ? 5 : 1),
    images: ({ full }) => full ? FULL_B : REPORT_B,
    prepare: (wanted, data, { seed }) => prepare(wanted, data, seed),
  });
}

function prepare(settings: CnnSettings, data: ImageSplits, seed: number): Prepared {
  const { train, test } = data;
  const { method, paperQuirks, epochs, shuffle } = settings;
  const { title, name, build } = CNN_RECIPES[method];
  const batch = checkBatch(settings.batch, train);
  const updates = Math.floor(train.rows / batch);
  // The listing's list of costs starts with a zero, which counts in its mean.
  const costFactor = paperQuirks ? updates / (updates + 1) : 1;
  const training: Training = {
    model: cnnModel(train.inputShape, train.classNames.length, settings),
    batch,
    dropLast: paperQuirks,
    optimizer: build(settings),
    epochs,
    expectedEpochs: epochs,
    shuffle,
    measureTest: true,
    ...(paperQuirks && { metrics: ({ loss }) => ({ reportedCost: loss * costFactor }) }),
  };
  return {
    title,
    stages: [{ name: null, training: () => training }],
    async measure([result], { executor }) {
      const { summary, words, inputs } = await kernelFindings(result!, test, executor);
      return {
        summary,
        words,
        models: { "model.safetensors": result! },
        async figures() {
          const { cnnFigures } = await import("./figures/cnn_figures.ts");
          return cnnFigures(result!, { method: name, costFactor, seed, inputs });
        },
      };
    },
  };
}

export const CNN_EXPERIMENTS: readonly Experiment[] = CNN_METHODS.map(experimentOf);
