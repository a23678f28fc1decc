/** Report B, part B: the stack 784-900-625-400, what is set of it, and what it is built of. */
import { sizeOf } from "../src/core/tensor.ts";
import type { ImageSet } from "../src/data/mnist.ts";
import { corruption } from "../src/nn/corruption.ts";
import { dense } from "../src/nn/dense.ts";
import type { Initializer } from "../src/nn/initializers.ts";
import type { Layer } from "../src/nn/layer.ts";
import { type Model, sequential } from "../src/nn/model.ts";
import type { Optimizer } from "../src/optim/optimizer.ts";
import { sgd } from "../src/optim/sgd.ts";
import { type LayerwiseStack, layerwiseStack } from "../src/train/pretrain.ts";
import { checkBatch, checkParameters } from "./lab/limits.ts";

/** How layers may start; see docs/reproduction.md. */
export const SDAE_INITIALIZERS = [
  "glorot_uniform_sigmoid",
  "glorot_uniform",
] as const satisfies readonly Initializer[];

export interface SdaeSettings {
  /** Widths of the layers. */
  readonly arch: readonly number[];
  /** Of every training: each layer's, and the classifier's. */
  readonly learningRate: number;
  readonly momentum: number;
  readonly batch: number | "all";
  readonly epochs: number;
  readonly shuffle: boolean;
  /** Probability with which a value is masked. */
  readonly noise: number;
  /** Weight of the penalty for codes that are not sparse; 0 for none. */
  readonly beta: number;
  /** Wanted mean activation, where there is a penalty. */
  readonly rho: number;
  readonly initializer: typeof SDAE_INITIALIZERS[number];
  /** All 60,000 and 10,000 images instead of the first 12,000 and 2,000. */
  readonly full: boolean;
  /** What the report's listing does unsaid: corruption stays on where nothing is trained, and short last batches are dropped. */
  readonly paperQuirks: boolean;
}

/** What the report prints of all trainings, and what its library's tutorials draw initial weights by. */
const COMMON = {
  arch: [900, 625, 400],
  learningRate: 0.1,
  batch: 128,
  epochs: 25,
  shuffle: true,
  noise: 0.1,
  rho: 0.05,
  initializer: "glorot_uniform_sigmoid",
  full: false,
  paperQuirks: false,
} as const;

/** Without the penalty as in questions 1 and 2 of the report, or with it as in question 3. */
export const SDAE_DEFAULTS = {
  plain: { ...COMMON, momentum: 0, beta: 0 },
  sparse: { ...COMMON, momentum: 0.1, beta: 0.5 },
} as const satisfies Readonly<Record<string, SdaeSettings>>;

export type SdaeKind = keyof typeof SDAE_DEFAULTS;

export function kindOf({ beta }: Pick<SdaeSettings, "beta">): SdaeKind {
  return beta > 0 ? "sparse" : "plain";
}

/** The experiments that train the layers. */
export const SDAE_PRETRAININGS = {
  plain: "sdae-pretrain",
  sparse: "sdae-sparse-pretrain",
} as const satisfies Readonly<Record<SdaeKind, string>>;

/** Of each kind, what figures call its trainings. */
export const SDAE_TITLES = {
  plain: { pretrain: "Q1, plain", classify: "Q2, plain" },
  sparse: { pretrain: "Q3, sparse", classify: "Q3, sparse" },
} as const;

/** The layers as they encode; with the report's quirks each is given corrupted values even then. */
export function sdaeStack(
  { arch, noise: rate, initializer, paperQuirks }: SdaeSettings,
  pixels: number,
): Model {
  const always = paperQuirks && rate > 0 ? [corruption(rate, { always: true })] : [];
  return sequential(
    pixels,
    arch.flatMap((units) => [...always, dense(units, { activation: "sigmoid", initializer })]),
  );
}

/** What a layer's input goes through while it is trained, where the layers hold no noise themselves. */
export function trainingNoise({ noise: rate, paperQuirks }: SdaeSettings): Layer | undefined {
  return paperQuirks || rate === 0 ? undefined : corruption(rate);
}

/** The stack for some images, ready to be trained layer by layer; throws when it is too large to be. */
export function sdaeLayers(
  settings: SdaeSettings,
  { inputShape }: ImageSet,
  seed: number,
): LayerwiseStack & { readonly stack: Model } {
  const { arch, beta, rho } = settings;
  const stack = sdaeStack(settings, sizeOf(inputShape));
  checkParameters(stack, `--arch ${arch.join()}`);
  const noise = trainingNoise(settings);
  const sparsity = beta > 0 ? { rho, beta } : undefined;
  return {
    stack,
    ...layerwiseStack(stack, { seed, ...(noise && { noise }), ...(sparsity && { sparsity }) }),
  };
}

/** Plain gradient descent, or v ← γ·v − lr·g, p ← p + v. */
export function sdaeOptimizer({ learningRate, momentum }: SdaeSettings): Optimizer {
  return sgd({ learningRate, ...(momentum > 0 && { momentum }) });
}

/** What all trainings of some settings have in common. */
export function commonTraining(settings: SdaeSettings, train: ImageSet) {
  const { epochs, paperQuirks, shuffle } = settings;
  return {
    batch: checkBatch(settings.batch, train),
    dropLast: paperQuirks,
    optimizer: sdaeOptimizer(settings),
    epochs,
    expectedEpochs: epochs,
    shuffle,
  };
}
