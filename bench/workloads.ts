/** What is timed: the trainings W1 to W6 of the experiments, the products W7, and the calls of a trained network W11. */
import { conv2d } from "../src/nn/conv2d.ts";
import { corruption } from "../src/nn/corruption.ts";
import { dense } from "../src/nn/dense.ts";
import { flatten } from "../src/nn/flatten.ts";
import { crossEntropy } from "../src/nn/cross_entropy.ts";
import type { Loss } from "../src/nn/loss.ts";
import { reconstructionCrossEntropy, reconstructionError } from "../src/nn/losses.ts";
import { maxPool2d } from "../src/nn/max_pool2d.ts";
import { type Model, sequential } from "../src/nn/model.ts";
import { tiedDense } from "../src/nn/tied_dense.ts";
import { adam, type Optimizer, sgd } from "../src/optim/mod.ts";

/** A training whose steps are timed. */
export interface TrainingWorkload {
  readonly name: "W1" | "W2" | "W3" | "W4" | "W5" | "W6";
  readonly title: string;
  /** Names the network: workloads of one network start from the same weights. */
  readonly network: NetworkName;
  readonly batch: number | "all";
  readonly optimizer: () => Optimizer;
  readonly loss: () => Loss;
  /** Rows, from the first, whose loss is printed before and after; all if left out. */
  readonly lossRows?: number;
}

export type NetworkName = "classifier" | "autoencoder" | "cnn" | "denoising" | "predictor";

export const PIXELS = 784;

/** The networks by name, for images of 28 × 28 pixels. */
export const NETWORKS: Readonly<Record<NetworkName, () => Model>> = {
  classifier: () =>
    sequential(PIXELS, [
      dense(30, { activation: "relu" }),
      dense(20, { activation: "relu" }),
      dense(10, { activation: "relu" }),
      dense(5),
    ]),
  autoencoder: () =>
    sequential(PIXELS, [dense(512, { activation: "relu" }), dense(PIXELS, { activation: "sigmoid" })]),
  cnn: () =>
    sequential([28, 28], [
      conv2d(15, 9, { activation: "relu" }),
      maxPool2d(),
      conv2d(20, 5, { activation: "relu" }),
      maxPool2d(),
      flatten(),
      dense(100, { activation: "relu" }),
      dense(10),
    ]),
  denoising: () =>
    sequential(PIXELS, [corruption(0.1), dense(900, { activation: "sigmoid" }), tiedDense("dense_2")]),
  predictor: () =>
    sequential(PIXELS, [dense(128, { activation: "relu" }), dense(64, { activation: "relu" }), dense(10)]),
};

const classifier = { network: "classifier", loss: crossEntropy } as const;
const slowAdam = () => adam({ learningRate: 1e-3 });

export const TRAININGS: readonly TrainingWorkload[] = [
  {
    name: "W1",
    title: "MLP 784-30-20-10-5, SGD, batch 1",
    ...classifier,
    batch: 1,
    optimizer: () => sgd({ learningRate: 1e-3 }),
  },
  { name: "W2", title: "MLP 784-30-20-10-5, Adam, batch 32", ...classifier, batch: 32, optimizer: slowAdam },
  {
    name: "W3",
    title: "MLP 784-30-20-10-5, gradient descent, full batch",
    ...classifier,
    batch: "all",
    optimizer: () => sgd({ learningRate: 0.1 }),
  },
  {
    name: "W4",
    title: "CNN of two convolutions (15@9×9, 20@5×5), SGD, batch 128",
    network: "cnn",
    batch: 128,
    optimizer: () => sgd({ learningRate: 0.05, weightDecay: 1e-4 }),
    loss: crossEntropy,
    lossRows: 1024,
  },
  {
    name: "W5",
    title: "denoising autoencoder 784-900 with tied weights, 10% masked, SGD, batch 128",
    network: "denoising",
    batch: 128,
    optimizer: () => sgd({ learningRate: 0.1 }),
    loss: reconstructionCrossEntropy,
    lossRows: 1024,
  },
  {
    name: "W6",
    title: "autoencoder 784-512-784, Adam, batch 32",
    network: "autoencoder",
    batch: 32,
    optimizer: slowAdam,
    loss: reconstructionError,
    lossRows: 1024,
  },
];

/** Sizes n of the n × n products of W7, each a workload of its own: `W7-256` … */
export const PRODUCT_SIZES = [256, 512, 1024] as const;

/** Rows of a call of W11, each a workload of its own: `W11-1` … */
export const CALL_ROWS = [1, 256] as const;

/** Every workload that runs, in order. */
export const WORKLOAD_NAMES: readonly string[] = [...TRAININGS.map(({ name }) => name), "W7", "W11"];
