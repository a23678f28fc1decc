/** Report B, part A: a convolutional network on the ten digits, trained by three methods. */
import { conv2d } from "../../src/nn/conv2d.ts";
import { dense } from "../../src/nn/dense.ts";
import { flatten } from "../../src/nn/flatten.ts";
import { maxPool2d } from "../../src/nn/max_pool2d.ts";
import { type Model, sequential } from "../../src/nn/model.ts";
import type { Optimizer } from "../../src/optim/optimizer.ts";
import { rmsprop } from "../../src/optim/rmsprop.ts";
import { sgd } from "../../src/optim/sgd.ts";
import type { Shape } from "../../src/core/tensor.ts";
import type { Published } from "../training.ts";

/** In the order of the report. */
export const CNN_METHODS = ["sgd", "momentum", "rmsprop"] as const;
export type CnnMethod = typeof CNN_METHODS[number];

/** What can be set on the command line; the report's value is the default. */
export interface CnnSettings {
  readonly method: CnnMethod;
  readonly learningRate: number;
  /** Weight decay, of weights and biases. */
  readonly decay: number;
  /** Only for the method that has one. */
  readonly momentum?: number;
  /** `all`: one batch of the whole training set. */
  readonly batch: number | "all";
  readonly epochs: number;
  /** All 60,000 and 10,000 images instead of the first 12,000 and 2,000. */
  readonly full: boolean;
  /** What the report's listing does unsaid: it drops the short last batch, and logs the cost times n/(n+1) of n batches. */
  readonly paperQuirks: boolean;
}

const COMMON = { decay: 1e-4, batch: 128, epochs: 100, full: false, paperQuirks: false } as const;

interface Recipe {
  /** For sentences. */
  readonly title: string;
  /** For figures and tables. */
  readonly name: string;
  readonly settings: CnnSettings;
  readonly published: Published;
  build(settings: CnnSettings): Optimizer;
}

/** Each method as sections 1.3 to 1.5 of the report set it. */
export const CNN_RECIPES: Readonly<Record<CnnMethod, Recipe>> = {
  sgd: {
    title: "stochastic gradient descent",
    name: "SGD",
    settings: { ...COMMON, method: "sgd", learningRate: 0.05 },
    published: {
      section: "1.3",
      words: "test accuracy about 0.96 after about 20 epochs, training cost about 0.001 after 100",
    },
    // p ← p − lr·(g + λ·p)
    build: ({ learningRate, decay }) => sgd({ learningRate, weightDecay: decay }),
  },
  momentum: {
    title: "SGD with momentum",
    name: "momentum",
    settings: { ...COMMON, method: "momentum", learningRate: 0.05, momentum: 0.1 },
    published: {
      section: "1.4",
      words: "test accuracy above SGD's and reached earlier, training cost no different",
    },
    // v ← γ·v − lr·(g + λ·p), p ← p + v
    build: ({ learningRate, decay, momentum = 0.1 }) => sgd({ learningRate, momentum, weightDecay: decay }),
  },
  rmsprop: {
    title: "RMSProp",
    name: "RMSProp",
    settings: { ...COMMON, method: "rmsprop", learningRate: 0.001 },
    published: {
      section: "1.5",
      words: "test accuracy, convergence and training cost the best of the three, no dead kernel",
    },
    // s ← ρ·s + (1−ρ)·g², p ← p − lr·(g/√(s+ε) + λ·p)
    build: ({ learningRate, decay }) =>
      rmsprop({ learningRate, rho: 0.9, epsilon: 1e-6, weightDecay: decay, decoupled: true }),
  },
};

/** The layers whose maps the report shows, by the names of the model's layers. */
export const SHOWN_LAYERS = [
  { layer: "conv2d_1", name: "C1", what: "convolution 9×9 and ReLU" },
  { layer: "max_pool2d_2", name: "S1", what: "largest of 2×2" },
  { layer: "conv2d_3", name: "C2", what: "convolution 5×5 and ReLU" },
  { layer: "max_pool2d_4", name: "S2", what: "largest of 2×2" },
] as const;

/**
 * The report's network: 27,860 parameters on images of 28×28 and ten digits.
 *
 * The report's library turns kernels by 180° (true convolution), ours lays them on as they are. Initial weights are
 * drawn alike for every place of a kernel, so training is the same in distribution either way; and a kernel that is
 * not turned looks like the pattern that it answers to, which is what the figures of the filters show.
 */
export function cnnModel(inputShape: Shape, classes: number): Model {
  return sequential(inputShape, [
    conv2d(15, 9),
    maxPool2d(2),
    conv2d(20, 5),
    maxPool2d(2),
    flatten(),
    dense(100),
    dense(classes, { activation: "identity" }),
  ]);
}

/** Whether the settings are the report's; its quirks do not matter. */
export function isPublishedSetting({ paperQuirks: _, ...settings }: CnnSettings): boolean {
  const { paperQuirks: __, ...published } = CNN_RECIPES[settings.method].settings;
  const sorted = (record: object) => JSON.stringify(Object.entries(record).sort());
  return sorted(settings) === sorted(published);
}
