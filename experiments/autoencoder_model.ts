/** The networks of Report A's chapters 2 to 4: what is set of them, and what they are built of and cut into. */
import { corruption } from "../src/nn/corruption.ts";
import { dense } from "../src/nn/dense.ts";
import { type Model, sequential } from "../src/nn/model.ts";
import type { Activation } from "../src/ops/_activation.ts";
import type { Corruption } from "../src/ops/corrupt.ts";
import { firstLayers, sliceLayers } from "../src/train/compose.ts";
import type { Trained } from "../src/train/saved.ts";

/** In the order of the report; each is the name of a command. */
export const AUTOENCODERS = ["q2-autoencoder", "q3-autoencoder", "q4-denoising"] as const;
export type AutoencoderName = typeof AUTOENCODERS[number];

export interface AutoencoderSettings {
  readonly name: AutoencoderName;
  /** Width of the code. */
  readonly nodes: number;
  /** Widths of the layers before the code; those behind it mirror them. */
  readonly sides: readonly number[];
  /** Of all hidden layers, the code included. */
  readonly activation: Activation;
  readonly outputActivation: Activation;
  readonly learningRate: number;
  /** `all`: one batch of the whole training set. */
  readonly batch: number | "all";
  readonly epochs: number;
  readonly monitor: "loss" | "val_loss";
  readonly minDelta: number;
  readonly patience: number;
  readonly shuffle: boolean;
  /** Share of the pixels that get noise at each step; 0 for none. */
  readonly noise: number;
  readonly corruption: Corruption;
  /** Standard deviation of Gaussian noise. */
  readonly deviation: number;
  /** Widths of the hidden layers of the classifier of the codes; the rest of it is as `q1-adam`. */
  readonly "classifier.arch": readonly number[];
  readonly "classifier.epochs": number;
  /** Whether the encoder is trained on with it. */
  readonly "classifier.fineTune": boolean;
  /**
   * Whether the weights of its best epoch are kept, not those of its last: on wide codes the accuracy goes up and down by
   * a point from epoch to epoch, and the report's accuracies do not.
   */
  readonly "classifier.restoreBest": boolean;
}

/**
 * The activations are those that come nearest to the report's errors without exceeding them, the rest is as in chapter 1
 * (see docs/reproduction.md). No count of epochs in its tables is above 58.
 */
const COMMON = {
  sides: [],
  activation: "sigmoid",
  outputActivation: "identity",
  learningRate: 0.001,
  batch: 32,
  epochs: 60,
  monitor: "val_loss",
  minDelta: 1e-4,
  patience: 15,
  shuffle: true,
  noise: 0,
  corruption: "masking",
  deviation: 0.5,
  "classifier.arch": [30, 20, 10],
  "classifier.epochs": 1000,
  "classifier.fineTune": false,
  "classifier.restoreBest": true,
} as const;

interface Recipe {
  /** For sentences: "an autoencoder with …". */
  readonly title: string;
  /** Chapter of the report. */
  readonly chapter: 2 | 3 | 4;
  readonly settings: AutoencoderSettings;
}

/** The best model of each chapter. */
export const RECIPES: Readonly<Record<AutoencoderName, Recipe>> = {
  "q2-autoencoder": {
    title: "one hidden layer",
    chapter: 2,
    settings: { ...COMMON, name: "q2-autoencoder", nodes: 64 },
  },
  "q3-autoencoder": {
    title: "three hidden layers",
    chapter: 3,
    settings: {
      ...COMMON,
      name: "q3-autoencoder",
      nodes: 64,
      sides: [256],
      activation: "relu",
      outputActivation: "sigmoid",
    },
  },
  "q4-denoising": {
    title: "one hidden layer and noise on its input",
    chapter: 4,
    settings: { ...COMMON, name: "q4-denoising", nodes: 64, noise: 0.2 },
  },
};

/** Widths of the layers, the sides of the code mirrored: 784-256-64-256-784. The corruption before them has none. */
export function autoencoderModel(
  { nodes, sides, activation, outputActivation, ...noise }: AutoencoderSettings,
  pixels: number,
  { always = true }: { readonly always?: boolean } = {},
): Model {
  const hidden = [...sides, nodes, ...sides.toReversed()].map((units) => dense(units, { activation }));
  return sequential(pixels, [
    ...corruptionOf(noise, always),
    ...hidden,
    dense(pixels, { activation: outputActivation }),
  ]);
}

/**
 * While it trains, a denoising autoencoder is validated on corrupted images too, the same each time: that is what it
 * learns to mend. `always` false leaves images as they are.
 */
function corruptionOf(
  { noise, corruption: kind, deviation }: Pick<AutoencoderSettings, "noise" | "corruption" | "deviation">,
  always: boolean,
) {
  return noise === 0 ? [] : [corruption(noise, { kind, deviation, always })];
}

/** The layers up to the code, without the corruption before them. */
export function encoderOf(trained: Trained, { sides, noise }: AutoencoderSettings): Trained {
  const depth = sides.length + 1;
  return noise === 0 ? firstLayers(trained, depth) : sliceLayers(trained, 1, depth + 1);
}

/** The trained autoencoder as it is used: it takes images as they are. */
export function quietAutoencoder(
  { weights }: Trained,
  settings: AutoencoderSettings,
  pixels: number,
): Trained {
  return { model: autoencoderModel(settings, pixels, { always: false }), weights };
}

/** The report's classifier, for codes of a width. */
export function classifierModel(
  settings: AutoencoderSettings,
  code: number,
  classes: number,
): Model {
  return sequential(code, [
    ...settings["classifier.arch"].map((units) => dense(units, { activation: "relu" })),
    dense(classes),
  ]);
}

/** `784-256-64-256-784`. */
export function widthsInWords(
  { nodes, sides }: Pick<AutoencoderSettings, "nodes" | "sides">,
  pixels: number,
): string {
  return [pixels, ...sides, nodes, ...sides.toReversed(), pixels].join("-");
}

/** `, masking 20%`; nothing without noise. */
export function noiseInWords({ noise, corruption: kind }: AutoencoderSettings): string {
  return noise === 0 ? "" : `, ${kind.replaceAll("_", " ")} ${Number((100 * noise).toFixed(4))}%`;
}
