/**
 * What upsample2d and its gradient share. Along an axis, result o lies at (o + ½)/factor − ½ of the pixels' centres, not
 * before the first: as in PyTorch (align_corners false) and Keras.
 */
import { formatShape, type Shape, type TensorType } from "../core/tensor.ts";
import { fits } from "./_support.ts";

export type UpsampleAttrs = {
  readonly factorY: number;
  readonly factorX: number;
  /** Between the two nearest pixels of each axis; else the nearest is repeated. */
  readonly bilinear: boolean;
};

/** The two pixels of an axis between which a result lies, and how much of the second it takes. */
export interface Between {
  readonly low: number;
  readonly high: number;
  readonly part: number;
}

export function between(at: number, factor: number, size: number, bilinear: boolean): Between {
  const nearest = Math.floor(at / factor);
  if (!bilinear) return { low: nearest, high: nearest, part: 0 };
  // In whole numbers, so that float32 kernels round once, in the division.
  const place = Math.max(0, 2 * at + 1 - factor), low = Math.floor(place / (2 * factor));
  return { low, high: Math.min(low + 1, size - 1), part: place % (2 * factor) / (2 * factor) };
}

/** Calls `visit` for each pair of a result and a pixel that it takes a share of, as rows of [B,OH,OW] and [B,H,W]. */
export function forEachShare(
  [count, height, width]: Shape,
  { factorY, factorX, bilinear }: UpsampleAttrs,
  visit: (position: number, pixel: number, share: number) => void,
): void {
  const oh = height! * factorY, ow = width! * factorX;
  for (let position = 0; position < count! * oh * ow; position++) {
    const image = Math.floor(position / (oh * ow));
    const y = between(Math.floor(position / ow) % oh, factorY, height!, bilinear);
    const x = between(position % ow, factorX, width!, bilinear);
    const pixel = (row: number, column: number) => (image * height! + row) * width! + column;
    if (!bilinear) {
      visit(position, pixel(y.low, x.low), 1);
      continue;
    }
    visit(position, pixel(y.low, x.low), (1 - y.part) * (1 - x.part));
    visit(position, pixel(y.low, x.high), (1 - y.part) * x.part);
    visit(position, pixel(y.high, x.low), y.part * (1 - x.part));
    visit(position, pixel(y.high, x.high), y.part * x.part);
  }
}

/** Shape of the result; throws the sentence for images that cannot be made larger so. */
export function upsampledShape(op: string, x: TensorType, { factorY, factorX }: UpsampleAttrs): Shape {
  fits(
    x.shape.length === 4 && x.dtype === "f32",
    `apply ${op} to`,
    [x],
    "images are f32[count,height,width,channels]",
  );
  fits(
    [factorY, factorX].every((factor) => Number.isSafeInteger(factor) && factor > 0),
    `apply ${op} to`,
    [x],
    `factors must be positive whole numbers, got ${formatShape([factorY, factorX])}`,
  );
  const [count, height, width, channels] = x.shape;
  return [count!, height! * factorY, width! * factorX, channels!];
}

/** The numbers that the kernels take, in the order of the WASM kernels' arguments. `shape` is that of the images. */
export function upsampleNumbers([, height, width, channels]: Shape, attrs: UpsampleAttrs) {
  return {
    H: height!,
    W: width!,
    VECTORS: Math.ceil(channels! / 4),
    FACTOR_Y: attrs.factorY,
    FACTOR_X: attrs.factorX,
    BILINEAR: +attrs.bilinear,
  };
}

/** A geometry that both ops are tested with. */
export interface UpsampleCase {
  readonly x: Shape;
  readonly y: Shape;
  readonly attrs: UpsampleAttrs;
  readonly label: string;
  readonly bench: boolean;
}

function upsampleCase(
  x: Shape,
  factorY: number,
  factorX: number,
  bilinear: boolean,
  bench = false,
): UpsampleCase {
  const [count, height, width, channels] = x, y = [count!, height! * factorY, width! * factorX, channels!];
  const label = `${formatShape(x)} by ${factorY}×${factorX}${bilinear ? " bilinear" : ""}`;
  return { x, y, attrs: { factorY, factorX, bilinear }, label, bench };
}

export const UPSAMPLE_CASES: readonly UpsampleCase[] = [true, false].flatMap((bilinear) => [
  upsampleCase([1, 1, 1, 1], 1, 1, bilinear),
  upsampleCase([1, 1, 1, 5], 3, 2, bilinear),
  upsampleCase([2, 3, 4, 3], 2, 2, bilinear),
  upsampleCase([5, 7, 2, 13], 3, 4, bilinear),
  upsampleCase([1, 5, 3, 8], 1, 5, bilinear),
  upsampleCase([3, 2, 6, 7], 6, 1, bilinear),
  upsampleCase([11385, 2, 1, 1], 1, 2, bilinear),
  upsampleCase([128, 14, 14, 16], 2, 2, bilinear, true),
]);
