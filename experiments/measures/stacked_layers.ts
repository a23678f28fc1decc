/** What is measured of trained layers: what they had to reconstruct, how active they are, and what comes out of the stack. */
import { permutation, STREAM } from "../../src/core/random.ts";
import type { ImageSet } from "../../src/data/mnist.ts";
import type { Executor } from "../../src/exec/executor.ts";
import { layerOutputs } from "../../src/train/predict.ts";
import type { Trained } from "../../src/train/saved.ts";

/** Images of one run of `layerOutputs`: the codes of the report's layers take 8 kB each. */
const PART = 2000;
/** Test images that figures show. */
const SHOWN = 100;

/** Of one layer, over a set of images. */
export interface LayerMeasures {
  /**
   * Mean entropy of what the layer is to reconstruct, pixels or codes taken as probabilities and summed over an image, in
   * nats: no reconstruction has a lower cross-entropy.
   */
  readonly targetEntropy: number;
  /** Mean activation of each unit. */
  readonly activations: Float64Array;
}

/** Names of the dense layers of an encoder, from the lowest. */
export function denseLayers({ model }: Trained): readonly string[] {
  return model.layers.filter(({ layer }) => layer.kind === "dense").map(({ name }) => name);
}

/** Measures each dense layer of an encoder on a set. */
export async function measureLayers(
  encoder: Trained,
  { inputs, rows }: ImageSet,
  executor: Executor,
): Promise<readonly LayerMeasures[]> {
  const layers = denseLayers(encoder);
  const pixels = inputs.length / rows;
  const sums = layers.map((name) => new Float64Array(encoder.weights.get(`${name}/bias`)!.length));
  const entropies = layers.map(() => 0);
  for (let first = 0; first < rows; first += PART) {
    const part = inputs.subarray(first * pixels, Math.min(rows, first + PART) * pixels);
    const codes = await layerOutputs(encoder, part, { layers, executor });
    let target: Float32Array = Float32Array.from(part, (byte) => byte / 255);
    for (const [i, name] of layers.entries()) {
      entropies[i]! += entropyOf(target);
      target = codes.get(name)!;
      addRows(sums[i]!, target);
    }
  }
  return layers.map((_, i) => ({
    targetEntropy: entropies[i]! / rows,
    activations: sums[i]!.map((sum) => sum / rows),
  }));
}

function entropyOf(probabilities: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < probabilities.length; i++) {
    const p = probabilities[i]!;
    if (p > 0 && p < 1) sum -= p * Math.log(p) + (1 - p) * Math.log1p(-p);
  }
  return sum;
}

function addRows(sums: Float64Array, rows: Float32Array): void {
  for (let i = 0; i < rows.length; i++) sums[i % sums.length]! += rows[i]!;
}

export function meanOf(values: ArrayLike<number>): number {
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i]!;
  return sum / values.length;
}

/** What the last layer of a model gives: dense [images, …]. */
export async function outputsOf(
  trained: Trained,
  images: Uint8Array,
  executor: Executor,
): Promise<Float32Array> {
  const { name } = trained.model.layers.at(-1)!;
  return (await layerOutputs(trained, images, { layers: [name], executor })).get(name)!;
}

/** The images that figures show: 100 of the set, drawn by seed, or all if there are fewer. */
export function shownImages({ inputs, rows }: ImageSet, seed: number) {
  const pixels = inputs.length / rows;
  const positions = Array.from(permutation(rows, { seed, stream: STREAM.split }).subarray(0, SHOWN));
  const chosen = new Uint8Array(positions.length * pixels);
  positions.forEach((at, i) => chosen.set(inputs.subarray(at * pixels, (at + 1) * pixels), i * pixels));
  return { positions, images: chosen };
}

/** Mean squared difference of values from 0 to 1 from bytes. */
export function meanSquaredError(values: Float32Array, images: Uint8Array): number {
  let sum = 0;
  for (let i = 0; i < images.length; i++) sum += (values[i]! - images[i]! / 255) ** 2;
  return sum / images.length;
}

/** Mean squared difference of a pixel from its right and its lower neighbour: less of it is more blur. */
export function sharpnessOf(values: Float32Array, [height, width]: readonly number[]): number {
  const pixels = height! * width!;
  let sum = 0;
  for (let at = 0; at < values.length; at++) {
    const column = at % width!;
    const row = Math.floor(at % pixels / width!);
    if (column + 1 < width!) sum += (values[at]! - values[at + 1]!) ** 2;
    if (row + 1 < height!) sum += (values[at]! - values[at + width!]!) ** 2;
  }
  return sum / values.length;
}

export function asNumbers(images: Uint8Array): Float32Array {
  return Float32Array.from(images, (byte) => byte / 255);
}

export function asBytes(values: Float32Array): Uint8Array {
  return Uint8Array.from(values, (value) => Math.round(255 * value));
}

/** Weights of the units of a dense layer as images of length 1, w/‖w‖: the inputs that excite them most. */
export function weightImages({ weights }: Trained, layer: string, count = Infinity): readonly Float32Array[] {
  const values = weights.get(`${layer}/weights`)!;
  const units = weights.get(`${layer}/bias`)!.length;
  return Array.from({ length: Math.min(count, units) }, (_, unit) => {
    const image = Float32Array.from({ length: values.length / units }, (_, i) => values[i * units + unit]!);
    const norm = Math.hypot(...image);
    return norm === 0 ? image : image.map((value) => value / norm);
  });
}

/** The two sides of a picture of `count` values, as near to a square as they come. */
export function sidesOf(count: number): readonly [height: number, width: number] {
  let height = Math.floor(Math.sqrt(count));
  while (count % height !== 0) height--;
  return [height, count / height];
}
