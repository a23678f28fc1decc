/** Numbers printed in Report A ("optimizers and autoencoders", IIT Mandi CS671, 2022), chapter 1. */
import type { ScoreName } from "../../src/runs/layout.ts";

/** Scores of one model on one set. */
export type PublishedScores = Readonly<Record<ScoreName, number>>;

export interface PublishedRun {
  /** Section of the report. */
  readonly section: string;
  readonly epochs: number;
  readonly train: PublishedScores;
  readonly validation: PublishedScores;
  readonly test: PublishedScores;
}

function scores(accuracy: number, precision: number, recall: number, f1: number): PublishedScores {
  return { accuracy, precision, recall, f1 };
}

/** The metric tables of sections 1.3.1 to 1.3.5, for 784-30-20-10-5. */
export const PUBLISHED_RUNS = {
  sgd: {
    section: "1.3.1",
    epochs: 28,
    train: scores(0.9996, 0.9996, 0.9996, 0.9996),
    validation: scores(0.9823, 0.9824, 0.9823, 0.9823),
    test: scores(0.9808, 0.9808, 0.9808, 0.9808),
  },
  vgd: {
    section: "1.3.2",
    epochs: 31625,
    train: scores(0.9685, 0.9685, 0.9685, 0.9684),
    validation: scores(0.9626, 0.9626, 0.9626, 0.9626),
    test: scores(0.957, 0.9571, 0.957, 0.957),
  },
  nag: {
    section: "1.3.3",
    epochs: 320,
    train: scores(0.9963, 0.9963, 0.9963, 0.9963),
    validation: scores(0.9771, 0.9771, 0.9771, 0.9771),
    test: scores(0.9744, 0.9745, 0.9744, 0.9745),
  },
  rmsprop: {
    section: "1.3.4",
    epochs: 305,
    train: scores(0.9962, 0.9962, 0.9962, 0.9962),
    validation: scores(0.9792, 0.9792, 0.9792, 0.9792),
    test: scores(0.9752, 0.9753, 0.9752, 0.9752),
  },
  adam: {
    section: "1.3.5",
    epochs: 25,
    train: scores(0.9996, 0.9996, 0.9996, 0.9996),
    validation: scores(0.9847, 0.9847, 0.9847, 0.9847),
    test: scores(0.9834, 0.9834, 0.9834, 0.9834),
  },
} as const satisfies Record<string, PublishedRun>;

export type Q1Optimizer = keyof typeof PUBLISHED_RUNS;

/** In the order of the report's tables. */
export const Q1_OPTIMIZERS = [
  "sgd",
  "vgd",
  "nag",
  "rmsprop",
  "adam",
] as const satisfies readonly Q1Optimizer[];

/** Hidden layers of the four networks. */
export const ARCHITECTURES = [[30, 20, 10], [15, 30, 10], [25, 15, 8], [18, 20, 12]] as const;

type Cells = Readonly<Record<Q1Optimizer, readonly [number, number, number, number]>>;

/** Tables 1.2.2 to 1.2.4; one number per architecture, in the order of `ARCHITECTURES`. */
export const PUBLISHED_TABLES = {
  trainAccuracy: {
    sgd: [0.9998, 0.9999, 0.9999, 0.9999],
    vgd: [0.9654, 0.9914, 0.9906, 0.9887],
    nag: [0.9908, 0.9949, 0.9937, 0.9937],
    rmsprop: [0.9937, 0.9956, 0.9837, 0.9891],
    adam: [0.9993, 0.9991, 0.9993, 0.9992],
  },
  validationAccuracy: {
    sgd: [0.9834, 0.9815, 0.9836, 0.9818],
    vgd: [0.9607, 0.9742, 0.9712, 0.975],
    nag: [0.9744, 0.9768, 0.9799, 0.9794],
    rmsprop: [0.9789, 0.9768, 0.9707, 0.9749],
    adam: [0.9823, 0.9791, 0.9805, 0.9799],
  },
  epochs: {
    sgd: [28, 26, 31, 43],
    vgd: [31625, 30795, 32871, 31896],
    nag: [320, 301, 300, 303],
    rmsprop: [305, 280, 282, 285],
    adam: [25, 33, 27, 29],
  },
} as const satisfies Record<string, Cells>;
