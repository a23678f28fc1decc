/** Images as ops see them: [B,H,W,C], channels last, or [B,H,W] where there is one channel. */
import { pitchOf, type Shape } from "../core/tensor.ts";

/** Legend: B images, H rows (height), W columns (width), C channels. */
export interface Images {
  readonly count: number;
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  /** Elements from a pixel to its right neighbour: 1 without a channel axis, else the channels with their pads. */
  readonly pixel: number;
  /** Elements from a row of an image to the next. */
  readonly row: number;
  /** Elements from an image to the next. */
  readonly image: number;
}

/** Whether a tensor can hold images: three or four axes. */
export function holdsImages(shape: Shape): boolean {
  return shape.length === 3 || shape.length === 4;
}

/** Sizes and distances of the images in a tensor of shape [B,H,W,C] or [B,H,W]. */
export function imagesOf(shape: Shape): Images {
  const [count, height, width, channels = 1] = shape, pitch = pitchOf(shape);
  const pixel = shape.length === 4 ? pitch : 1, row = shape.length === 4 ? width! * pitch : pitch;
  return { count: count!, height: height!, width: width!, channels, pixel, row, image: height! * row };
}
