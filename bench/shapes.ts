/** Coloured images of discs, squares and rings that the residual network learns to tell apart. */
import { STREAM, uniform } from "../src/core/random.ts";
import type { ImageSet } from "../src/data/mnist.ts";

/** Rows and columns of an image. */
export const SHAPE_EDGE = 32;
const CHANNELS = 3;
const PIXELS = SHAPE_EDGE ** 2;
/** What an image draws for its shape's size and place, and for two colours. */
const CHOICES = 3 + 2 * CHANNELS;

/** How far a point is from the middle of a shape: inside it is below 1. */
const DISTANCES = [
  (x: number, y: number) => Math.hypot(x, y),
  (x: number, y: number) => Math.max(Math.abs(x), Math.abs(y)),
  (x: number, y: number) => 4 * Math.abs(Math.hypot(x, y) - 0.75),
] as const;

/** How many shapes there are. */
export const SHAPE_CLASSES = DISTANCES.length;

/** Enough for an epoch of 32 batches of 32. */
const SHAPE_ROWS = 1024;

/**
 * Images [32, 32, 3] as bytes, the shapes in turn, in a size, place and colours of their own and with noise on every
 * pixel: the same on every machine.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { shapeImages } from "./shapes.ts";
 * const { inputs, targets } = shapeImages(4);
 * assertEquals([inputs.length, [...targets]], [4 * 32 * 32 * 3, [0, 1, 2, 0]]);
 * ```
 */
export function shapeImages(rows = SHAPE_ROWS): ImageSet {
  const inputs = new Uint8Array(rows * PIXELS * CHANNELS);
  const targets = Uint8Array.from({ length: rows }, (_, row) => row % SHAPE_CLASSES);
  for (let row = 0; row < rows; row++) {
    const drawn = uniform(CHOICES + PIXELS * CHANNELS, { seed: 1, stream: STREAM.noise, step: row });
    const [size, left, top] = [5 + 6 * drawn[0]!, 10 + 12 * drawn[1]!, 10 + 12 * drawn[2]!];
    const noise = drawn.subarray(CHOICES), image = inputs.subarray(row * noise.length);
    for (let at = 0; at < noise.length; at++) {
      const channel = at % CHANNELS, pixel = (at - channel) / CHANNELS, column = pixel % SHAPE_EDGE;
      const distance = DISTANCES[targets[row]!]!(
        (column - left) / size,
        ((pixel - column) / SHAPE_EDGE - top) / size,
      );
      const [light, colour] = distance < 1 ? [90, 3 + CHANNELS] : [0, 3];
      image[at] = light + 120 * drawn[colour + channel]! + 40 * noise[at]!;
    }
  }
  const classNames = ["disc", "square", "ring"];
  return { inputs, inputShape: [SHAPE_EDGE, SHAPE_EDGE, CHANNELS], targets, classNames, rows };
}
