/** How much the weight images of a layer look like digits. */
import { normal, STREAM } from "../../src/core/random.ts";
import type { ImageSet } from "../../src/data/mnist.ts";
import { meanOf } from "./stacked_layers.ts";

/** Images that weight images are held against. */
const HELD_AGAINST = 500;

/** A weight image that correlates so strongly with some digit shows its outline. */
const OUTLINE = 0.5;
/** Images of noise that are held against digits too. */
const NOISE_IMAGES = 100;

/** Of all weight images of a layer. */
export type Likeness = {
  /** Mean of their largest correlations with a training image. */
  readonly mean: number;
  /** Share of those whose largest correlation is 0.5 or more. */
  readonly share: number;
  /** The mean that images of noise have: what chance gives. */
  readonly noise: number;
};

/** Holds weight images against the first training images. */
export function likenessOf(weights: readonly Float32Array[], train: ImageSet): Likeness {
  const likeness = digitLikeness(weights, train);
  return {
    mean: meanOf(likeness),
    share: likeness.filter((one) => one >= OUTLINE).length / likeness.length,
    noise: meanOf(likenessOfNoise(train, NOISE_IMAGES)),
  };
}

/** How much each weight image looks like a digit: its largest correlation with one of the first 500 training images. */
export function digitLikeness(
  weights: readonly Float32Array[],
  { inputs, rows }: ImageSet,
): readonly number[] {
  const pixels = inputs.length / rows;
  const count = Math.min(rows, HELD_AGAINST);
  const digits = Array.from(
    { length: count },
    (_, i) => centred(Float32Array.from(inputs.subarray(i * pixels, (i + 1) * pixels))),
  );
  return weights.map((image) => {
    const direction = centred(image);
    return digits.reduce((most, digit) => Math.max(most, product(direction, digit)), -1);
  });
}

/** The same of images of noise: what chance gives. */
export function likenessOfNoise(set: ImageSet, count: number): readonly number[] {
  const pixels = set.inputs.length / set.rows;
  const images = Array.from(
    { length: count },
    (_, lane) => Float32Array.from(normal(pixels, { seed: 1, stream: STREAM.weights, lane })),
  );
  return digitLikeness(images, set);
}

/** Less its mean, and of length 1. */
function centred(image: Float32Array): Float32Array {
  const mean = image.reduce((sum, value) => sum + value, 0) / image.length;
  const away = image.map((value) => value - mean);
  const length = Math.hypot(...away);
  return length === 0 ? away : away.map((value) => value / length);
}

function product(a: Float32Array, b: Float32Array): number {
  let sum = 0;
  for (let i = 0; i < a.length; i++) sum += a[i]! * b[i]!;
  return sum;
}
