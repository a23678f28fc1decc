/** Report B, part B: a stacked denoising autoencoder 784-900-625-400, and the classifier that starts from it. */
import { UsageError } from "../../src/core/errors.ts";
import { corruption } from "../../src/nn/corruption.ts";
import { dense } from "../../src/nn/dense.ts";
import type { Initializer } from "../../src/nn/initializers.ts";
import type { Layer } from "../../src/nn/layer.ts";
import { type Model, sequential } from "../../src/nn/model.ts";
import type { Optimizer } from "../../src/optim/optimizer.ts";
import { sgd } from "../../src/optim/sgd.ts";
import type { Published } from "../training.ts";

/** How layers may start; see docs/reproduction.md. */
export const SDAE_INITIALIZERS = [
  "glorot_uniform_sigmoid",
  "glorot_uniform",
] as const satisfies readonly Initializer[];

/** What can be set on the command line; the report's value is the default. */
export interface SdaeSettings {
  /** Widths of the layers. */
  readonly arch: readonly number[];
  /** Of every training: each layer's, and the classifier's. */
  readonly learningRate: number;
  readonly momentum: number;
  readonly batch: number | "all";
  readonly epochs: number;
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

const COMMON = {
  arch: [900, 625, 400],
  learningRate: 0.1,
  batch: 128,
  epochs: 25,
  noise: 0.1,
  rho: 0.05,
  initializer: "glorot_uniform_sigmoid",
  full: false,
  paperQuirks: false,
} as const;

/** Without the penalty as in questions 1 and 2 of the report, or with it as in question 3. */
export type SdaeKind = "plain" | "sparse";

interface Recipe {
  /** In figures and tables. */
  readonly title: { readonly pretrain: string; readonly classify: string };
  readonly settings: SdaeSettings;
  /** Names of the runs; they start the names of their folders. */
  readonly pretrain: string;
  readonly classify: string;
  /** What the report prints of them. */
  readonly published: { readonly pretrain: Published; readonly classify: Published };
}

export const SDAE_RECIPES: Readonly<Record<SdaeKind, Recipe>> = {
  plain: {
    title: { pretrain: "Q1, plain", classify: "Q2, plain" },
    settings: { ...COMMON, momentum: 0, beta: 0 },
    pretrain: "sdae-pretrain",
    classify: "sdae-classify",
    published: {
      pretrain: {
        section: "2.3",
        words:
          "the loss of layer 1 falls to about 60, that of layer 2 is above 400, that of layer 3 in between",
      },
      classify: { section: "2.4", words: "test accuracy still rising at the end", test: { accuracy: 0.911 } },
    },
  },
  sparse: {
    title: { pretrain: "Q3, sparse", classify: "Q3, sparse" },
    settings: { ...COMMON, momentum: 0.1, beta: 0.5 },
    pretrain: "sdae-sparse-pretrain",
    classify: "sdae-sparse",
    published: {
      pretrain: {
        section: "2.5",
        words:
          "the losses of layers 2 and 3 are lower than without the penalty, that of layer 1 is a bit higher",
      },
      classify: { section: "2.5", words: "curves alone" },
    },
  },
};

export function kindOf({ beta }: Pick<SdaeSettings, "beta">): SdaeKind {
  return beta > 0 ? "sparse" : "plain";
}

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

/** Plain gradient descent, or v ← γ·v − lr·g, p ← p + v. */
export function sdaeOptimizer({ learningRate, momentum }: SdaeSettings): Optimizer {
  return sgd({ learningRate, ...(momentum > 0 && { momentum }) });
}

/** Refuses settings that contradict each other, before anything is read. */
export function checkSettings(kind: SdaeKind, settings: SdaeSettings): void {
  if (kind === "sparse" && settings.beta === 0) {
    throw new UsageError("A sparse training needs a penalty: give --beta a number above 0");
  }
}

/** Whether the settings are the report's. */
export function isPublishedSetting(settings: SdaeSettings): boolean {
  // Its quirks and its initial weights are readings of ours.
  const rest = ({ paperQuirks: _, initializer: __, ...others }: SdaeSettings) =>
    JSON.stringify(Object.entries(others).sort(([a], [b]) => (a < b ? -1 : 1)));
  return rest(settings) === rest(SDAE_RECIPES[kindOf(settings)].settings);
}
