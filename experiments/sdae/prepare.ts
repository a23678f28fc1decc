/** Report B, part B: from settings and images to trainings. */
import { require, UsageError } from "../../src/core/errors.ts";
import { sizeOf } from "../../src/core/tensor.ts";
import { mnist, REPORT_B, type Splits } from "../../src/data/mnist.ts";
import { dense } from "../../src/nn/dense.ts";
import { initializeWeights, type Model, sequential } from "../../src/nn/model.ts";
import { toJson } from "../../src/runs/json.ts";
import { joinModels } from "../../src/train/compose.ts";
import type { LayerTraining, PretrainOptions } from "../../src/train/pretrain.ts";
import type { Trained } from "../../src/train/saved.ts";
import { checkBatch, checkParameters } from "../train_run.ts";
import type { Published, RunOptions, Training } from "../training.ts";
import {
  isPublishedSetting,
  kindOf,
  SDAE_RECIPES,
  sdaeOptimizer,
  type SdaeSettings,
  sdaeStack,
  trainingNoise,
} from "./sdae.ts";

const FULL = { first: { train: 60_000, test: 10_000 } } as const;

/** Reads the first images of MNIST, or of a folder: as many as are wanted, or as are there. */
export async function loadData(
  { data, digits, full }: Pick<RunOptions, "data" | "digits"> & Pick<SdaeSettings, "full">,
): Promise<Splits> {
  const shrink = data !== undefined || digits !== undefined;
  const splits = await mnist({
    ...(full ? FULL : REPORT_B),
    shrink,
    ...(data !== undefined && { data }),
    ...(digits && { digits }),
  });
  require(
    splits.test.rows > 0,
    () => `${splits.source.from} has no test images of these digits: give it some in its t10k files`,
  );
  return splits;
}

/** The stack for the images; throws when the settings do not fit them. */
export function stackFor(settings: SdaeSettings, data: Splits): Model {
  checkBatch(settings.batch, data);
  const stack = sdaeStack(settings, sizeOf(data.train.imageShape));
  checkParameters(stack, `--arch ${settings.arch.join()}`);
  return stack;
}

/** How `pretrainLayers` trains each layer. */
export function pretrainOptions(settings: SdaeSettings, data: Splits, seed: number): PretrainOptions {
  const { beta, rho, epochs, paperQuirks } = settings, noise = trainingNoise(settings);
  return {
    optimizer: sdaeOptimizer(settings),
    batch: checkBatch(settings.batch, data),
    epochs,
    seed,
    dropLast: paperQuirks,
    ...(noise && { noise }),
    ...(beta > 0 && { sparsity: { rho, beta } }),
  };
}

/** One layer's training as an experiment declares it. */
export function layerTraining(
  settings: SdaeSettings,
  data: Splits,
  { name: layer, model, options: { loss, encoder, weights } }: Pick<
    LayerTraining,
    "name" | "model" | "options"
  >,
): Training {
  return {
    ...common(settings, data),
    name: SDAE_RECIPES[kindOf(settings)].pretrain,
    title: `${layer} as a denoising autoencoder`,
    model,
    ...(loss && { loss }),
    ...(encoder && { encoder }),
    ...(weights && { weights }),
    published: null,
    metrics: ({ loss, penalty }) => penalty === undefined ? {} : { cost: loss + penalty },
    figures: () => Promise.resolve([]),
  };
}

/** What all trainings of some settings have in common. */
function common(settings: SdaeSettings, data: Splits) {
  const { epochs, paperQuirks } = settings;
  return {
    settings: toJson(settings),
    data,
    batch: checkBatch(settings.batch, data),
    dropLast: paperQuirks,
    optimizer: sdaeOptimizer(settings),
    epochs,
    expectedEpochs: epochs,
  };
}

/** The classifier on top of trained layers, all of which it trains on. `findings` and `figures` are the caller's. */
export function classifierTraining(
  settings: SdaeSettings,
  data: Splits,
  { encoder, seed }: { readonly encoder: Trained; readonly seed: number },
): Omit<Training, "figures"> {
  const { classify, published } = SDAE_RECIPES[kindOf(settings)], { classes } = data.train;
  // The report draws the weights of all layers by one function.
  const output = dense(classes.length, { activation: "identity", initializer: settings.initializer });
  const top = sequential(encoder.model.outputShape, [output]);
  const { model, weights } = joinModels(encoder, { model: top, weights: initializeWeights(top, seed) });
  return {
    ...common(settings, data),
    name: classify,
    title: `all layers trained${settings.momentum > 0 ? `, momentum ${settings.momentum}` : ""}`,
    model,
    weights,
    measureTest: true,
    published: publishedFor(settings, data, published.classify),
  };
}

/** What the report prints, where the settings and the images are its own. */
export function publishedFor(
  settings: SdaeSettings,
  { source, train, test }: Splits,
  of: Published,
): Published | null {
  const isPublishedData = source.original && train.classes.length === 10 &&
    train.rows === REPORT_B.first.train && test.rows === REPORT_B.first.test;
  return isPublishedSetting(settings) && isPublishedData ? of : null;
}

/** Refuses a layer that the stack does not have: `--layer 4` of three. */
export function checkLayer(layer: number, { arch }: SdaeSettings): void {
  if (layer <= arch.length) return;
  throw new UsageError(`--layer takes a layer from 1 to ${arch.length}, the last of --arch, got ${layer}`);
}
