/** Report A, chapter 1: five optimizers on 784-a-b-c-5 and the digits 0, 2, 4, 6, 7. */
import type { Activation } from "../../src/ops/_activation.ts";
import { dense } from "../../src/nn/dense.ts";
import { type Model, sequential } from "../../src/nn/model.ts";
import { adam } from "../../src/optim/adam.ts";
import type { Optimizer } from "../../src/optim/optimizer.ts";
import { rmsprop } from "../../src/optim/rmsprop.ts";
import { sgd } from "../../src/optim/sgd.ts";
import type { Monitor } from "../../src/train/stop.ts";
import { ARCHITECTURES, PUBLISHED_RUNS, type Q1Optimizer } from "./published.ts";

/** What can be set on the command line; the report's value or our reading of it is the default. */
export interface Q1Settings {
  readonly optimizer: Q1Optimizer;
  readonly learningRate: number;
  /** Only for the optimizers that have one. */
  readonly momentum?: number;
  /** `all`: one batch of the whole training set. */
  readonly batch: number | "all";
  readonly epochs: number;
  readonly arch: readonly number[];
  readonly activation: Activation;
  readonly monitor: Monitor;
  readonly minDelta: number;
  readonly patience: number;
}

/**
 * What the report prints for all optimizers (learning rate, smallest change, most epochs), and where it is
 * silent, our reading: ReLU, and Keras's EarlyStopping on the validation loss with patience 15 (see
 * docs/reproduction.md).
 */
const COMMON = {
  learningRate: 0.001,
  epochs: 100_000,
  arch: ARCHITECTURES[0],
  activation: "relu",
  monitor: "val_loss",
  minDelta: 1e-4,
  patience: 15,
} as const;

interface Recipe {
  readonly title: string;
  readonly settings: Q1Settings;
  build(settings: Q1Settings): Optimizer;
}

/** Each optimizer as section 1.3 of the report sets it. */
export const Q1_RECIPES: Readonly<Record<Q1Optimizer, Recipe>> = {
  sgd: {
    title: "stochastic gradient descent",
    settings: { ...COMMON, optimizer: "sgd", batch: 1 },
    build: ({ learningRate }) => sgd({ learningRate }),
  },
  vgd: {
    title: "vanilla (full-batch) gradient descent",
    settings: { ...COMMON, optimizer: "vgd", batch: "all" },
    build: ({ learningRate }) => sgd({ learningRate }),
  },
  nag: {
    title: "Nesterov's accelerated gradient",
    settings: { ...COMMON, optimizer: "nag", batch: 32, momentum: 0.9 },
    build: ({ learningRate, momentum = 0.9 }) => sgd({ learningRate, momentum, nesterov: true }),
  },
  rmsprop: {
    title: "RMSProp",
    settings: { ...COMMON, optimizer: "rmsprop", batch: 32, momentum: 0.9 },
    build: ({ learningRate, momentum = 0.9 }) => rmsprop({ learningRate, momentum, rho: 0.99 }),
  },
  adam: {
    title: "Adam",
    settings: { ...COMMON, optimizer: "adam", batch: 32 },
    build: ({ learningRate }) => adam({ learningRate, beta1: 0.9, beta2: 0.999, epsilon: 1e-8 }),
  },
};

/** The report's network: hidden layers of the given widths, and logits for the classes. */
export function q1Model(
  { arch, activation }: Pick<Q1Settings, "arch" | "activation">,
  { pixels, classes }: { readonly pixels: number; readonly classes: number },
): Model {
  const hidden = arch.map((units) => dense(units, { activation }));
  return sequential(pixels, [...hidden, dense(classes, { activation: "identity" })]);
}

/** Whether the settings are the report's, but for the architecture: only then are its numbers the yardstick. */
export function isPublishedSetting(settings: Q1Settings): boolean {
  const { settings: published } = Q1_RECIPES[settings.optimizer];
  const { arch: _, ...rest } = settings, { arch: __, ...wanted } = published;
  return JSON.stringify(sorted(rest)) === JSON.stringify(sorted(wanted));
}

function sorted(record: object): [string, unknown][] {
  return Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1));
}

/** How long a run is expected to be, for the progress bar: the published number of epochs. */
export function expectedEpochs({ optimizer, epochs }: Q1Settings): number {
  return Math.min(epochs, PUBLISHED_RUNS[optimizer].epochs);
}
