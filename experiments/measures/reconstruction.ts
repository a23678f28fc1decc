/** What is measured of a trained autoencoder beyond its loss: errors of single images, its weights, and PCA beside it. */
import { require } from "../../src/core/errors.ts";
import type { Shape } from "../../src/core/tensor.ts";
import { sizeOf } from "../../src/core/tensor.ts";
import type { ImageSet, ImageSplits } from "../../src/data/mnist.ts";
import { pca, reconstructionErrors } from "../../src/data/pca.ts";
import type { Executor } from "../../src/exec/executor.ts";
import { layerOutputs } from "../../src/train/predict.ts";
import type { Trained } from "../../src/train/saved.ts";
import { SPLIT_NAMES, type SplitName } from "../../src/data/data_set.ts";

/** A mean over images and how far it may be off: its standard error. */
export interface MeanError {
  readonly mean: number;
  readonly standardError: number;
}

/** What the last layer of a model gives for images: dense [images, …its output shape]. */
export async function outputsOf(
  trained: Trained,
  images: Uint8Array,
  executor: Executor,
): Promise<Float32Array> {
  const last = trained.model.layers.at(-1)!.name;
  return (await layerOutputs(trained, images, { layers: [last], executor })).get(last)!;
}

/** Mean squared error of each image: of `values`, as long as the images, from the bytes as numbers from 0 to 1. */
export function imageErrors(values: Float32Array, { inputs, rows }: ImageSet): Float64Array {
  require(
    values.length === inputs.length,
    () => `Cannot compare ${values.length} values with ${inputs.length} pixels`,
  );
  const pixels = inputs.length / rows, errors = new Float64Array(rows);
  for (let row = 0; row < rows; row++) {
    let sum = 0;
    for (let at = row * pixels; at < (row + 1) * pixels; at++) sum += (values[at]! - inputs[at]! / 255) ** 2;
    errors[row] = sum / pixels;
  }
  return errors;
}

export function meanError(errors: Float64Array): MeanError {
  const count = errors.length, mean = errors.reduce((sum, error) => sum + error, 0) / count;
  const squares = errors.reduce((sum, error) => sum + (error - mean) ** 2, 0);
  return { mean, standardError: Math.sqrt(squares / Math.max(1, count - 1) / count) };
}

/** Errors of the best linear code of each width from 0 to the number of pixels, on each set. */
export type PcaErrors = Readonly<Record<SplitName, readonly number[]>>;

const baselines = new WeakMap<ImageSplits, PcaErrors>();

/**
 * Mean squared errors of the principal components of the training images, by set and number of components. Takes some
 * seconds the first time that it is asked about images.
 */
export function pcaErrors(data: ImageSplits): PcaErrors {
  const known = baselines.get(data);
  if (known !== undefined) return known;
  const columns = sizeOf(data.train.inputShape), widths = Array.from({ length: columns + 1 }, (_, k) => k);
  const fitted = pca(data.train.inputs, { columns });
  const errorsOn = (name: SplitName) => reconstructionErrors(fitted, data[name].inputs, widths);
  const errors = Object.fromEntries(SPLIT_NAMES.map((name) => [name, errorsOn(name)])) as PcaErrors;
  baselines.set(data, errors);
  return errors;
}

/** The error of as many components as a code has values: none is left where it has as many as there are pixels. */
export function pcaErrorOf(errors: PcaErrors, split: SplitName, nodes: number): number {
  return errors[split][Math.min(nodes, errors[split].length - 1)]!;
}

/**
 * Weight images of the units of an encoder's first layer: x = w/‖w‖, the input of length 1 that excites the unit most.
 * Source: the report's section 2.2.5.
 */
export function weightImages({ model, weights }: Trained): readonly Float32Array[] {
  const name = model.layers.find(({ layer }) => layer.kind === "dense")!.name;
  const values = weights.get(`${name}/weights`)!, units = weights.get(`${name}/bias`)!.length;
  return Array.from({ length: units }, (_, unit) => {
    const image = Float32Array.from(
      { length: values.length / units },
      (_, pixel) => values[pixel * units + unit]!,
    );
    const norm = Math.hypot(...image);
    return norm === 0 ? image : image.map((value) => value / norm);
  });
}

/** Where at least a hundredth of the images has ink: elsewhere weights stay as they were drawn. */
export function inkedPixels({ inputs, rows }: ImageSet): readonly boolean[] {
  const pixels = inputs.length / rows, counts = new Uint32Array(pixels);
  inputs.forEach((byte, at) => counts[at % pixels]! += byte > 0 ? 1 : 0);
  return Array.from(counts, (count) => count >= rows / 100);
}

/**
 * How noisy weight images are where there is ink: the mean squared difference of neighbouring pixels over twice their mean
 * square, averaged over the images. 0 for a smooth image, 1 for white noise.
 */
export function roughnessOf(
  images: readonly Float32Array[],
  [height, width]: Shape,
  inked: readonly boolean[],
): number {
  const pairs: [number, number][] = [];
  inked.forEach((isInked, at) => {
    if (!isInked) return;
    if ((at + 1) % width! !== 0 && inked[at + 1]) pairs.push([at, at + 1]);
    if (at + width! < height! * width! && inked[at + width!]) pairs.push([at, at + width!]);
  });
  const values = images.flatMap((image) => {
    let difference = 0, size = 0;
    for (const [a, b] of pairs) {
      difference += (image[a]! - image[b]!) ** 2;
      size += image[a]! ** 2 + image[b]! ** 2;
    }
    return size === 0 ? [] : [difference / size];
  });
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/** Positions of the first images of each class, `perClass` of each, class after class. */
export function shownImages({ targets, classNames }: ImageSet, perClass = 2): readonly number[] {
  return classNames.flatMap((_, label) =>
    Array.from(targets.keys()).filter((at) => targets[at] === label).slice(0, perClass)
  );
}

/** The images at some positions, as bytes. */
export function imagesAt({ inputs, rows }: ImageSet, positions: readonly number[]): Uint8Array {
  const pixels = inputs.length / rows, chosen = new Uint8Array(positions.length * pixels);
  positions.forEach((at, i) => chosen.set(inputs.subarray(at * pixels, (at + 1) * pixels), i * pixels));
  return chosen;
}
