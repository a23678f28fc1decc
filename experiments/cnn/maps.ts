/** What the layers of a trained network answer to images: feature maps, and kernels that never answer. */
import type { DataSet } from "../../src/data/mnist.ts";
import { type Shape, sizeOf } from "../../src/core/tensor.ts";
import type { Executor } from "../../src/exec/executor.ts";
import { layerOutputs, predict } from "../../src/train/predict.ts";
import type { Trained } from "../../src/train/saved.ts";
import { SHOWN_LAYERS } from "./cnn.ts";

/** Images of one run of `layerOutputs`: the maps of C1 take 24 kB each. */
const PART = 500;

/** The maps of one layer for one image, or the largest over several. */
export interface LayerMaps {
  /** `C1`. */
  readonly name: string;
  /** [height, width, maps]. */
  readonly shape: Shape;
  /** Dense, of one image. */
  readonly values: Float32Array;
}

/** One test image and what the network makes of it. */
export interface ShownInput {
  /** Position in the test set, from 0. */
  readonly row: number;
  readonly pixels: Uint8Array;
  /** Height and width. */
  readonly shape: Shape;
  readonly label: string;
  readonly predicted: string;
  readonly layers: readonly LayerMaps[];
}

function shapeOf({ model }: Trained, layer: string): Shape {
  return model.layers.find(({ name }) => name === layer)!.built.outputShape;
}

/** The first images of a set with the maps of every layer that the report shows. */
export async function shownInputs(
  trained: Trained,
  { images, imageShape, labels, rows, classes }: DataSet,
  { count, executor }: { readonly count: number; readonly executor: Executor },
): Promise<readonly ShownInput[]> {
  const shown = Math.min(count, rows),
    pixels = images.length / rows,
    chosen = images.subarray(0, shown * pixels);
  const layers = SHOWN_LAYERS.map(({ layer }) => layer);
  const outputs = await layerOutputs(trained, chosen, { layers, executor });
  const { classes: predicted } = await predict(trained, chosen, { executor });
  return Array.from({ length: shown }, (_, row) => ({
    row,
    pixels: images.subarray(row * pixels, (row + 1) * pixels),
    shape: imageShape,
    label: classes[labels[row]!]!,
    predicted: classes[predicted[row]!]!,
    layers: SHOWN_LAYERS.map(({ layer, name }) => {
      const shape = shapeOf(trained, layer), size = sizeOf(shape);
      return { name, shape, values: outputs.get(layer)!.subarray(row * size, (row + 1) * size) };
    }),
  }));
}

/** The convolutional layers: those whose maps are answers of kernels. */
const KERNEL_LAYERS = SHOWN_LAYERS.filter(({ layer }) => layer.startsWith("conv2d"));

/** The largest answer of each kernel of a layer over a whole set. */
export interface LargestAnswers {
  readonly name: string;
  readonly largest: Float32Array;
}

/** The largest answer of each kernel of C1 and C2, over all images of a set and all positions. */
export async function largestAnswers(
  trained: Trained,
  { images, rows }: DataSet,
  executor: Executor,
): Promise<readonly LargestAnswers[]> {
  const pixels = images.length / rows, layers = KERNEL_LAYERS.map(({ layer }) => layer);
  const found = KERNEL_LAYERS.map(({ layer, name }) => ({
    name,
    largest: new Float32Array(shapeOf(trained, layer).at(-1)!).fill(-Infinity),
  }));
  for (let first = 0; first < rows; first += PART) {
    const part = images.subarray(first * pixels, Math.min(rows, first + PART) * pixels);
    const outputs = await layerOutputs(trained, part, { layers, executor });
    found.forEach(({ largest }, i) => {
      raise(largest, outputs.get(layers[i]!)!);
    });
  }
  return found;
}

/** Raises each channel's largest value to what occurs in `values`, whose last axis is the channels. */
function raise(largest: Float32Array, values: Float32Array): void {
  const maps = largest.length;
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (value > largest[i % maps]!) largest[i % maps] = value;
  }
}

/** The maps of a layer, counted from 1, in which nothing is above zero. */
export function inactiveMaps({ shape, values }: Pick<LayerMaps, "shape" | "values">): readonly number[] {
  const largest = new Float32Array(shape.at(-1)!).fill(-Infinity);
  raise(largest, values);
  return inactive(largest);
}

/** Positions, counted from 1, of kernels whose largest answer is not above zero. */
export function inactive(largest: Float32Array): readonly number[] {
  return Array.from(largest, (value, i) => value > 0 ? 0 : i + 1).filter((position) => position > 0);
}
