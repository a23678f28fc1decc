/** Everything that is measured of one trained autoencoder, once. */
import type { ImageSet, ImageSplits } from "../../src/data/mnist.ts";
import type { Executor } from "../../src/exec/executor.ts";
import type { FitResult } from "../../src/train/fit.ts";
import { layerOutputs } from "../../src/train/predict.ts";
import type { Trained } from "../../src/train/saved.ts";
import { SPLIT_NAMES, type SplitName } from "../../src/data/data_set.ts";
import {
  imageErrors,
  imagesAt,
  inkedPixels,
  meanError,
  outputsOf,
  pcaErrorOf,
  pcaErrors,
  roughnessOf,
  shownImages,
  weightImages,
} from "./reconstruction.ts";

/** Errors on one set. */
export interface SetErrors {
  /** Mean squared error per pixel, as trained: of a denoising autoencoder from corrupted images. */
  readonly mse: number;
  /** From images as they are, and the standard error of this mean. */
  readonly cleanMse: number;
  readonly standardError: number;
  /** Of as many principal components, on the same set. */
  readonly pca: number;
}

export interface AutoencoderMeasures {
  readonly errors: Readonly<Record<SplitName, SetErrors>>;
  /** Mean squared difference of the corrupted test images from the test images; without noise there is none. */
  readonly corruptionMse?: number;
  readonly weights: readonly Float32Array[];
  /** Of the weight images. */
  readonly roughness: number;
  /** Units of the code that are 0 for every test image. */
  readonly deadUnits: number;
  /** Codes of the test images, dense. */
  readonly codes: Float32Array;
  /** The same images of the two sets, corrupted where there is noise, and reconstructed from what is above them. */
  readonly shown: Readonly<Record<"validation" | "test", ShownImages>>;
}

/** Images and what becomes of them, as numbers from 0 to 1. */
export interface ShownImages {
  readonly original: Float32Array;
  readonly corrupted?: Float32Array;
  readonly reconstruction: Float32Array;
}

/** A trained autoencoder as it was trained, as it is used (without corruption), and cut after its code. */
export interface TrainedAutoencoder {
  readonly trained: FitResult;
  readonly quiet: Trained;
  readonly encoder: Trained;
  /** Width of the code. */
  readonly nodes: number;
}

/** Measures a trained autoencoder on the three sets; takes seconds. */
export async function measureAutoencoder(
  { trained, quiet, encoder, nodes }: TrainedAutoencoder,
  data: ImageSplits,
  executor: Executor,
): Promise<AutoencoderMeasures> {
  const { test, validation } = data;
  const baseline = pcaErrors(data);
  const errors: Partial<Record<SplitName, SetErrors>> = {};
  for (const split of SPLIT_NAMES) {
    const outputs = await outputsOf(quiet, data[split].inputs, executor);
    const { mean, standardError } = meanError(imageErrors(outputs, data[split]));
    const mse = trained.results[split]!.loss;
    errors[split] = { mse, cleanMse: mean, standardError, pca: pcaErrorOf(baseline, split, nodes) };
  }
  const weights = weightImages(encoder);
  const codes = await outputsOf(encoder, test.inputs, executor);
  return {
    errors: errors as AutoencoderMeasures["errors"],
    ...(noiseLayer(trained) !== undefined && { corruptionMse: await corruptionMse(trained, test, executor) }),
    weights,
    roughness: roughnessOf(weights, test.inputShape, inkedPixels(data.train)),
    deadUnits: deadIn(codes, nodes),
    codes,
    shown: {
      validation: await showImages(trained, validation, executor),
      test: await showImages(trained, test, executor),
    },
  };
}

/** Name of the layer that corrupts, if there is one. */
function noiseLayer({ model }: Trained): string | undefined {
  return model.layers.find(({ layer }) => layer.kind === "corruption")?.name;
}

async function corruptionMse(
  trained: Trained,
  test: ImageSet,
  executor: Executor,
): Promise<number> {
  const layer = noiseLayer(trained)!;
  const noisy = (await layerOutputs(trained, test.inputs, { layers: [layer], executor })).get(layer)!;
  return meanError(imageErrors(noisy, test)).mean;
}

async function showImages(
  trained: Trained,
  set: ImageSet,
  executor: Executor,
): Promise<ShownImages> {
  const images = imagesAt(set, shownImages(set));
  const noise = noiseLayer(trained);
  const last = trained.model.layers.at(-1)!.name;
  const layers = [...(noise === undefined ? [] : [noise]), last];
  const outputs = await layerOutputs(trained, images, { layers, executor });
  return {
    original: Float32Array.from(images, (byte) => byte / 255),
    ...(noise !== undefined && { corrupted: outputs.get(noise)! }),
    reconstruction: outputs.get(last)!,
  };
}

function deadIn(codes: Float32Array, units: number): number {
  const alive = new Set<number>();
  codes.forEach((value, at) => {
    if (value !== 0) alive.add(at % units);
  });
  return units - alive.size;
}
