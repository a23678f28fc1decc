/**
 * What the four pooling ops share: settings, sizes, checks and cases.
 * Legend: B images, H×W pixels, C channels; KH×KW window, strides sy and sx; OH×OW positions of the window.
 * OH = ⌊(H − KH)/sy⌋ + 1, likewise OW: pixels that do not fill a window are left out, as in Theano (ignore_border) and by
 * default in PyTorch.
 */
import { formatShape, type Shape, type TensorType, tensorType } from "../core/tensor.ts";
import type { View } from "../ir/op.ts";
import { positions } from "./_conv.ts";
import { type Images, imagesOf } from "./_images.ts";
import { fits } from "./_support.ts";

/** A window and how it moves, as a node's settings hold it. */
export type PoolAttrs = {
  readonly windowHeight: number;
  readonly windowWidth: number;
  readonly strideY: number;
  readonly strideX: number;
  /** Of max pooling: every one of equal maxima takes the window's whole gradient, as in Theano. Absent: the first does. */
  readonly sharesTies?: true;
};

/** A window of `window` pixels, height by width; strides default to the window's own sizes. */
export interface PoolOptions {
  readonly window: readonly [height: number, width: number];
  readonly stride?: readonly [y: number, x: number];
  readonly sharesTies?: boolean;
  readonly label?: string;
}

export function poolAttrs({ window, stride = window, sharesTies = false }: PoolOptions): PoolAttrs {
  return {
    windowHeight: window[0],
    windowWidth: window[1],
    strideY: stride[0],
    strideX: stride[1],
    ...(sharesTies && { sharesTies }),
  };
}

export interface PoolSizes {
  readonly x: Images;
  readonly oh: number;
  readonly ow: number;
}

export function poolSizes(shape: Shape, attrs: PoolAttrs): PoolSizes {
  const x = imagesOf(shape);
  return {
    x,
    oh: positions(x.height, attrs.windowHeight, attrs.strideY, 0),
    ow: positions(x.width, attrs.windowWidth, attrs.strideX, 0),
  };
}

/** Type of a pooled tensor; throws the sentence for images that cannot be pooled so. */
export function pooledType(op: string, x: TensorType, attrs: PoolAttrs): TensorType {
  const verb = `apply ${op} to`, window = [attrs.windowHeight, attrs.windowWidth];
  fits(x.shape.length === 4 && x.dtype === "f32", verb, [x], "images are f32[count,height,width,channels]");
  const isCount = (value: number) => Number.isSafeInteger(value) && value > 0;
  fits(
    [...window, attrs.strideY, attrs.strideX].every(isCount),
    verb,
    [x],
    `window ${formatShape(window)} and strides ${formatShape([attrs.strideY, attrs.strideX])} ` +
      "must be positive whole numbers",
  );
  const [count, height, width, channels] = x.shape;
  fits(
    window[0]! <= height! && window[1]! <= width!,
    verb,
    [x],
    `the window ${formatShape(window)} is larger than the image ${formatShape([height!, width!])}`,
  );
  const { oh, ow } = poolSizes(x.shape, attrs);
  return tensorType("f32", [count!, oh, ow, channels!]);
}

/** Type of the images, checked against the gradient of what was pooled from them. */
export function pooledGradType(op: string, x: TensorType, dY: TensorType, attrs: PoolAttrs): TensorType {
  const { shape } = pooledType(op, x, attrs);
  fits(`${shape}` === `${dY.shape}`, `apply ${op} to`, [x, dY], `dY must be ${formatShape(shape)}`);
  return x;
}

/** The numbers that the kernels take, in the order of the WASM kernels' arguments. */
export function poolNumbers({ x, oh, ow }: PoolSizes, attrs: PoolAttrs) {
  return {
    H: x.height,
    W: x.width,
    VECTORS: x.pixel / 4,
    OH: oh,
    OW: ow,
    KH: attrs.windowHeight,
    KW: attrs.windowWidth,
    STRIDE_Y: attrs.strideY,
    STRIDE_X: attrs.strideX,
  };
}

/** Values that lie under windows, one under several counted for each. */
export function poolTerms({ x, oh, ow }: PoolSizes, attrs: PoolAttrs): number {
  return x.count * oh * ow * x.channels * attrs.windowHeight * attrs.windowWidth;
}

/**
 * Visits every pair of a window and a pixel under it, windows and their pixels in row-major order. `at` is the element of
 * the window's first channel in Y, `pixel` that of the pixel's in X.
 */
export function forEachPixel(
  { x, oh, ow }: PoolSizes,
  attrs: PoolAttrs,
  visit: (at: number, pixel: number, isFirst: boolean) => void,
): void {
  for (let position = 0; position < x.count * oh * ow; position++) {
    const image = Math.floor(position / (oh * ow)), oy = Math.floor(position / ow) % oh, ox = position % ow;
    const corner = image * x.image + oy * attrs.strideY * x.row + ox * attrs.strideX * x.pixel;
    for (let ky = 0; ky < attrs.windowHeight; ky++) {
      for (let kx = 0; kx < attrs.windowWidth; kx++) {
        visit(position * x.pixel, corner + ky * x.row + kx * x.pixel, ky + kx === 0);
      }
    }
  }
}

/** Whether `value` takes the place of the largest so far: NaN is larger than every number, equals are not larger. */
function exceeds(value: number, best: number): boolean {
  return !(value <= best) && !Number.isNaN(best);
}

/** For each element of Y the element of X that is its maximum: the first of equals. Pads point at pads. */
export function maximaOf({ type: { shape }, data }: View, attrs: PoolAttrs): Int32Array {
  const sizes = poolSizes(shape, attrs), { count, pixel: pitch } = sizes.x;
  const found = new Int32Array(count * sizes.oh * sizes.ow * pitch);
  forEachPixel(sizes, attrs, (at, pixel, isFirst) => {
    for (let c = 0; c < pitch; c++) {
      if (isFirst || exceeds(data[pixel + c]!, data[found[at + c]!]!)) found[at + c] = pixel + c;
    }
  });
  return found;
}

/** Calls `visit` with each element of Y and each element of X that equals its maximum; NaN equals NaN here. */
export function forEachMaximum(
  x: View,
  attrs: PoolAttrs,
  visit: (at: number, from: number) => void,
): void {
  const sizes = poolSizes(x.type.shape, attrs);
  const first = maximaOf(x, attrs);
  if (attrs.sharesTies !== true) return first.forEach((from, at) => visit(at, from));
  forEachPixel(sizes, attrs, (at, pixel) => {
    for (let c = 0; c < sizes.x.pixel; c++) {
      if (Object.is(x.data[pixel + c]! + 0, x.data[first[at + c]!]! + 0)) visit(at + c, pixel + c);
    }
  });
}

/** A geometry that the four ops are tested with. */
export interface PoolCase {
  readonly x: Shape;
  readonly y: Shape;
  readonly attrs: PoolAttrs;
  readonly label: string;
  readonly bench: boolean;
  /** Also test it with equal values in a window. */
  readonly ties: boolean;
}

type CaseOptions = {
  readonly stride?: readonly [number, number];
  readonly bench?: boolean;
  readonly ties?: boolean;
};

function poolCase(
  x: Shape,
  window: readonly [number, number],
  { stride = window, bench = false, ties = false }: CaseOptions = {},
): PoolCase {
  const attrs = poolAttrs({ window, stride }), { oh, ow } = poolSizes(x, attrs);
  const label = `${formatShape(x)} by ${window.join("×")} every ${stride.join("×")}`;
  return { x, y: [x[0]!, oh, ow, x[3]!], attrs, label, bench, ties };
}

export const POOL_CASES: readonly PoolCase[] = [
  poolCase([1, 1, 1, 1], [1, 1]),
  poolCase([128, 20, 20, 15], [2, 2], { bench: true }),
  poolCase([128, 6, 6, 20], [2, 2], { bench: true }),
  poolCase([3, 7, 9, 5], [2, 2], { ties: true }),
  poolCase([2, 5, 4, 1], [2, 2]),
  poolCase([5, 2, 2, 13], [2, 2]),
  poolCase([1, 6, 6, 17], [2, 2]),
  poolCase([3, 5, 6, 7], [1, 1]),
  poolCase([2, 9, 8, 3], [1, 1], { stride: [4, 3] }),
  poolCase([2, 6, 7, 5], [6, 7], { ties: true }),
  poolCase([1, 11, 11, 3], [11, 11]),
  poolCase([2, 13, 12, 2], [11, 11], { stride: [1, 1] }),
  poolCase([2, 9, 11, 6], [2, 3], { stride: [4, 5] }),
  poolCase([3, 9, 9, 11], [3, 3], { stride: [2, 2], ties: true }),
  poolCase([2, 6, 7, 5], [3, 3], { stride: [1, 1], ties: true }),
  poolCase([2, 5, 5, 4], [2, 2], { stride: [1, 1] }),
  poolCase([2, 6, 6, 4], [2, 2], { stride: [2, 3] }),
  poolCase([2, 8, 7, 9], [4, 2], { stride: [1, 3] }),
  poolCase([11385, 2, 3, 1], [2, 2]),
  poolCase([11385, 3, 3, 2], [2, 2], { stride: [1, 1] }),
];
