/** What is timed: the trainings W1 to W6 of the experiments and W8 to W10 of the examples, the products W7, and the calls of a trained network W11. */
import { crossEntropy } from "../src/nn/cross_entropy.ts";
import type { Loss } from "../src/nn/loss.ts";
import type { Model } from "../src/nn/model.ts";
import { reconstructionCrossEntropy, reconstructionError } from "../src/nn/losses.ts";
import { adam, type Optimizer, sgd } from "../src/optim/mod.ts";
import { evidenceBound, type NetworkName } from "./networks.ts";

/** A training whose steps can be timed. */
export interface Training {
  /** Its network, by name or made anew. */
  readonly network: NetworkName | (() => Model);
  /** What it learns from: digits of MNIST, or what `shapeImages` draws. Default digits. */
  readonly images?: ImagesName;
  readonly batch: number | "all";
  readonly optimizer: () => Optimizer;
  readonly loss: () => Loss;
  /** Rows, from the first, whose loss is printed before and after; all if left out. */
  readonly lossRows?: number;
}

/** A training that has a name. */
export interface TrainingWorkload extends Training {
  readonly name: "W1" | "W2" | "W3" | "W4" | "W5" | "W6" | "W8" | "W9" | "W10";
  readonly title: string;
  /** Workloads of one network start from the same weights. */
  readonly network: NetworkName;
}

export type ImagesName = "digits" | "shapes";

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
  {
    name: "W8",
    title: "CNN of two convolutions (32@3×3, 64@3×3) with dropout, Adam, batch 128",
    network: "mnist_cnn",
    batch: 128,
    optimizer: slowAdam,
    loss: crossEntropy,
    lossRows: 1024,
  },
  {
    name: "W9",
    title: "residual network of three blocks (16, 32, 64) with batch norm, SGD with momentum, batch 32",
    network: "residual",
    images: "shapes",
    batch: 32,
    optimizer: () => sgd({ learningRate: 0.05, momentum: 0.9, weightDecay: 1e-4 }),
    loss: crossEntropy,
  },
  {
    name: "W10",
    title: "variational autoencoder 784-128-2-512-784 with layer norm and GELU, Adam, batch 128",
    network: "variational",
    batch: 128,
    optimizer: slowAdam,
    loss: evidenceBound,
    lossRows: 1024,
  },
];

/**
 * Steps from the first weights, with nothing drawn by chance, after which all sides must have the same loss: so they
 * have the same gradients and updates.
 */
export const CHECKED_STEPS = 5;

/** Sizes n of the n × n products of W7, each a workload of its own: `W7-256` … */
export const PRODUCT_SIZES = [256, 512, 1024] as const;

/** Rows of a call of W11, each a workload of its own: `W11-1` … */
export const CALL_ROWS = [1, 256] as const;

/** Every workload that runs, in order. */
export const WORKLOAD_NAMES: readonly string[] = [...TRAININGS.map(({ name }) => name), "W7", "W11"]
  .toSorted((a, b) => Number(a.slice(1)) - Number(b.slice(1)));
