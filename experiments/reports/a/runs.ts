/** Which of our runs answer Report A: of the optimizers of chapter 1, and of the autoencoders of chapters 2 to 4. */
import type { Wanted } from "../item.ts";

/** In the order of the report's tables and sections. */
export const OPTIMIZERS = ["sgd", "vgd", "nag", "rmsprop", "adam"] as const;
export type OptimizerName = typeof OPTIMIZERS[number];

/** As the report calls them. */
export const OPTIMIZER_TITLES: Readonly<Record<OptimizerName, string>> = {
  sgd: "SGD",
  vgd: "VGD",
  nag: "NAG",
  rmsprop: "RMSProp",
  adam: "Adam",
};

/** Hidden layers of the four networks; the first are those of the best models. */
export const ARCHITECTURES = [[30, 20, 10], [15, 30, 10], [25, 15, 8], [18, 20, 12]] as const;
export type Architecture = typeof ARCHITECTURES[number];

/** Images of the sets: 2,277, 759 and 759 of each of five digits. */
export const IMAGES = { train: 11_385, validation: 3795, test: 3795 } as const;

/** Runs of an optimizer; of the best model where no architecture is named. */
export function optimizerRuns(
  optimizer: OptimizerName,
  arch: Architecture = ARCHITECTURES[0],
): Wanted {
  const experiment = `q1-${optimizer}`;
  return arch === ARCHITECTURES[0] ? { experiment } : { experiment, change: { arch } };
}

/** Nesterov's method as it is printed, with momentum. What ran had none: plain descent, an update for 32 images. */
export const NAG_AS_PRINTED: Wanted = { experiment: "q1-nag", change: { momentum: 0.9 } };

/** Chapters 2 and 3: autoencoders of several widths. */
export type WidthExperiment = "q2-autoencoder" | "q3-autoencoder";

/** The width of the models that the report calls best. */
export const BEST_NODES = 64;

/** Runs of an autoencoder whose code has so many nodes. */
export function widthRuns(experiment: WidthExperiment, nodes: number = BEST_NODES): Wanted {
  return nodes === BEST_NODES ? { experiment } : { experiment, change: { nodes } };
}

/** Shares of the pixels that get noise, as the report has them. */
export const NOISES = [0.2, 0.4] as const;

/** Runs of a denoising autoencoder; without noise it is the best one of chapter 2. */
export function noiseRuns(noise: 0 | typeof NOISES[number]): Wanted {
  if (noise === 0) return widthRuns("q2-autoencoder");
  const experiment = "q4-denoising";
  return noise === NOISES[0] ? { experiment } : { experiment, change: { noise } };
}

/** `20% noise`; `no noise`. */
export function noiseTitle(noise: number): string {
  return noise === 0 ? "no noise" : `${(100 * noise).toFixed(0)}% noise`;
}
