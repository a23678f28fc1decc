/** What the layers of a trained network answer to images: feature maps, and kernels that never answer. */
import type { ImageSet } from "../../src/data/mnist.ts";
import { type Shape, sizeOf } from "../../src/core/tensor.ts";
import type { Executor } from "../../src/exec/executor.ts";
import { classify, layerOutputs } from "../../src/train/predict.ts";
import type { Trained } from "../../src/train/saved.ts";

/** The layers whose maps the report shows, by the names of the model's layers. */
export const SHOWN_LAYERS = [
  { layer: "conv2d_1", name: "C1", what: "convolution 9×9 and ReLU" },
  { layer: "max_pool2d_2", name: "S1", what: "largest of 2×2" },
  { layer: "conv2d_3", name: "C2", what: "convolution 5×5 and ReLU" },
  { layer: "max_pool2d_4", name: "S2", what: "largest of 2×2" },
] as const;

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
  { inputs, inputShape, targets, rows, classNames }: ImageSet,
  { count, executor }: { readonly count: number; readonly executor: Executor },
): Promise<readonly ShownInput[]> {
  const shown = Math.min(count, rows);
  const pixels = inputs.length / rows;
  const chosen = inputs.subarray(0, shown * pixels);
  const layers = SHOWN_LAYERS.map(({ layer }) => layer);
  const outputs = await layerOutputs(trained, chosen, { layers, executor });
  const { classes: predicted } = await classify(trained, chosen, { executor });
  return Array.from({ length: shown }, (_, row) => ({
    row,
    pixels: inputs.subarray(row * pixels, (row + 1) * pixels),
    shape: inputShape,
    label: classNames[targets[row]!]!,
    predicted: classNames[predicted[row]!]!,
    layers: SHOWN_LAYERS.map(({ layer, name }) => {
      const shape = shapeOf(trained, layer);
      const size = sizeOf(shape);
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
  { inputs, rows }: ImageSet,
  executor: Executor,
): Promise<readonly LargestAnswers[]> {
  const pixels = inputs.length / rows;
  const layers = KERNEL_LAYERS.map(({ layer }) => layer);
  const found = KERNEL_LAYERS.map(({ layer, name }) => ({
    name,
    largest: new Float32Array(shapeOf(trained, layer).at(-1)!).fill(-Infinity),
  }));
  for (let first = 0; first < rows; first += PART) {
    const part = inputs.subarray(first * pixels, Math.min(rows, first + PART) * pixels);
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

/** Test images that are moved. */
const MOVED = 500;

/**
 * How much each layer's maps change when the images move by one pixel to the right: the mean over images of
 * ‖map(moved x) − map(x)‖ / ‖map(x)‖, at the same places. A layer whose maps are invariant to small moves has 0; one
 * that answers nothing to any image has null.
 */
export async function shiftChanges(
  trained: Trained,
  { inputs, inputShape, rows }: ImageSet,
  executor: Executor,
): Promise<Readonly<Record<string, number | null>>> {
  const count = Math.min(MOVED, rows);
  const pixels = inputs.length / rows;
  const still = inputs.subarray(0, count * pixels);
  const layers = SHOWN_LAYERS.map(({ layer }) => layer);
  const before = await layerOutputs(trained, still, { layers, executor });
  const after = await layerOutputs(trained, movedRight(still, inputShape), { layers, executor });
  return Object.fromEntries(SHOWN_LAYERS.map(({ layer, name }) => {
    const changes = relativeChanges(before.get(layer)!, after.get(layer)!, count);
    const sum = changes.reduce((sum, value) => sum + value, 0);
    return [name, changes.length === 0 ? null : sum / changes.length];
  }));
}

/** Images of which each row begins with an empty pixel and has lost its last. */
function movedRight(images: Uint8Array, [, width]: Shape): Uint8Array {
  const moved = new Uint8Array(images.length);
  for (let at = 0; at < images.length; at++) if (at % width! > 0) moved[at] = images[at - 1]!;
  return moved;
}

/** Of each image; one whose maps are all zero says nothing. */
function relativeChanges(before: Float32Array, after: Float32Array, images: number): readonly number[] {
  const size = before.length / images;
  return Array.from({ length: images }, (_, image) => {
    let difference = 0;
    let whole = 0;
    for (let at = image * size; at < (image + 1) * size; at++) {
      difference += (after[at]! - before[at]!) ** 2;
      whole += before[at]! ** 2;
    }
    return Math.sqrt(difference / whole);
  }).filter((value) => Number.isFinite(value));
}
