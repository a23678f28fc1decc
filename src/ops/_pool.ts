/**
 * What the four pooling ops share: settings, sizes and checks.
 * Legend: B images, H×W pixels, C channels; KH×KW window, strides sy and sx; OH×OW positions of the window.
 * OH = ⌊(H + top + bottom − KH)/sy⌋ + 1, likewise OW: pixels that do not fill a window are left out, as in Theano
 * (ignore_border) and by default in PyTorch. With `ceil` they have a window of their own that reaches past the padded
 * image, if it begins before its end: ⌈ ⌉ instead of ⌊ ⌋. Pixels outside the image are not there.
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
  /** Pixels around the image that windows may lie on, fewer than the window has. Absent: 0. */
  readonly padTop?: number;
  readonly padBottom?: number;
  readonly padLeft?: number;
  readonly padRight?: number;
  /** Windows may reach past the end of the padded image. */
  readonly ceil?: true;
  /** Of average pooling: the mean of the pixels of the image alone. Absent: pads count as zeros. */
  readonly excludesPads?: true;
};

/** A window of `window` pixels, height by width; strides default to the window's own sizes. */
export interface PoolOptions {
  readonly window: readonly [height: number, width: number];
  readonly stride?: readonly [y: number, x: number];
  readonly sharesTies?: boolean;
  readonly padding?: readonly [top: number, bottom: number, left: number, right: number];
  readonly ceil?: boolean;
  readonly excludesPads?: boolean;
  readonly label?: string;
}

export function poolAttrs(options: PoolOptions): PoolAttrs {
  const { window, stride = window, sharesTies = false, padding, ceil = false, excludesPads = false } =
    options;
  const [padTop = 0, padBottom = 0, padLeft = 0, padRight = 0] = padding ?? [];
  return {
    windowHeight: window[0],
    windowWidth: window[1],
    strideY: stride[0],
    strideX: stride[1],
    ...(sharesTies && { sharesTies }),
    ...(padTop + padBottom + padLeft + padRight !== 0 && { padTop, padBottom, padLeft, padRight }),
    ...(ceil && { ceil }),
    ...(excludesPads && { excludesPads }),
  };
}

/** Positions of a window along an axis of `size` pixels with pads before and after. */
export function pooledSize(
  size: number,
  { window, stride, before = 0, after = 0, ceil = false }: {
    readonly window: number;
    readonly stride: number;
    readonly before?: number | undefined;
    readonly after?: number | undefined;
    readonly ceil?: boolean | undefined;
  },
): number {
  const floor = positions(size, window, stride, before + after);
  if (!ceil) return floor;
  const all = Math.ceil((size + before + after - window) / stride) + 1;
  // As in PyTorch, no window lies in the padding behind the image alone.
  return (all - 1) * stride >= size + before ? all - 1 : all;
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
    oh: pooledSize(x.height, {
      window: attrs.windowHeight,
      stride: attrs.strideY,
      before: attrs.padTop,
      after: attrs.padBottom,
      ceil: attrs.ceil,
    }),
    ow: pooledSize(x.width, {
      window: attrs.windowWidth,
      stride: attrs.strideX,
      before: attrs.padLeft,
      after: attrs.padRight,
      ceil: attrs.ceil,
    }),
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
  const { padTop = 0, padBottom = 0, padLeft = 0, padRight = 0 } = attrs;
  const isPad = (pad: number, window: number) => Number.isSafeInteger(pad) && pad >= 0 && pad < window;
  fits(
    [padTop, padBottom].every((pad) => isPad(pad, window[0]!)) &&
      [padLeft, padRight].every((pad) => isPad(pad, window[1]!)),
    verb,
    [x],
    `padding ${formatShape([padTop, padBottom, padLeft, padRight])} must be whole numbers of 0 or more, ` +
      `less than the window ${formatShape(window)}`,
  );
  const rows = height! + padTop + padBottom, columns = width! + padLeft + padRight;
  fits(
    window[0]! <= rows && window[1]! <= columns,
    verb,
    [x],
    `the window ${formatShape(window)} is larger than the image ${formatShape([rows, columns])}`,
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
    PAD_TOP: attrs.padTop ?? 0,
    PAD_LEFT: attrs.padLeft ?? 0,
  };
}

/** Those of average pooling of images of shape `shape`. `UNEVEN`: not every window is a mean of as many values. */
export function averageNumbers(shape: Shape, attrs: PoolAttrs) {
  const sizes = poolSizes(shape, attrs), { x, oh, ow } = sizes;
  const { padTop = 0, padBottom = 0, padLeft = 0, padRight = 0 } = attrs;
  const isPast = (oh - 1) * attrs.strideY + attrs.windowHeight > x.height + padTop + padBottom ||
    (ow - 1) * attrs.strideX + attrs.windowWidth > x.width + padLeft + padRight;
  return {
    ...poolNumbers(sizes, attrs),
    PAD_BOTTOM: padBottom,
    PAD_RIGHT: padRight,
    EXCLUDES: attrs.excludesPads ? 1 : 0,
    UNEVEN: isPast || attrs.excludesPads ? 1 : 0,
  };
}

/** Values of which a window at `o` of an axis is the mean: those of the image, or with pads, but never past them. */
function counted(
  o: number,
  size: number,
  [window, stride, before = 0, after = 0]: Axis,
  excludes: boolean,
): number {
  const from = o * stride - before, to = Math.min(from + window, size + after);
  return excludes ? Math.min(to, size) - Math.max(from, 0) : to - from;
}

type Axis = readonly [
  window: number,
  stride: number,
  before?: number | undefined,
  after?: number | undefined,
];

/** 1/values of the window at each position of an image. */
export function sharesOf({ x, oh, ow }: PoolSizes, attrs: PoolAttrs): Float64Array {
  const excludes = attrs.excludesPads === true;
  const down: Axis = [attrs.windowHeight, attrs.strideY, attrs.padTop, attrs.padBottom];
  const across: Axis = [attrs.windowWidth, attrs.strideX, attrs.padLeft, attrs.padRight];
  return Float64Array.from({ length: oh * ow }, (_, position) => {
    const rows = counted(Math.floor(position / ow), x.height, down, excludes);
    return 1 / (rows * counted(position % ow, x.width, across, excludes));
  });
}

/** Values that lie under windows, one under several counted for each, pads too. */
export function poolTerms({ x, oh, ow }: PoolSizes, attrs: PoolAttrs): number {
  return x.count * oh * ow * x.channels * attrs.windowHeight * attrs.windowWidth;
}

/**
 * Visits every pair of a window and a pixel of the image under it, windows and their pixels in row-major order. `at` is the
 * element of the window's first channel in Y, `pixel` that of the pixel's in X.
 */
export function forEachPixel(
  { x, oh, ow }: PoolSizes,
  attrs: PoolAttrs,
  visit: (at: number, pixel: number, isFirst: boolean) => void,
): void {
  const { padTop = 0, padLeft = 0 } = attrs;
  for (let position = 0; position < x.count * oh * ow; position++) {
    const image = Math.floor(position / (oh * ow)), oy = Math.floor(position / ow) % oh, ox = position % ow;
    const top = oy * attrs.strideY - padTop, left = ox * attrs.strideX - padLeft;
    let isFirst = true;
    for (let iy = Math.max(0, top); iy < Math.min(x.height, top + attrs.windowHeight); iy++) {
      for (let ix = Math.max(0, left); ix < Math.min(x.width, left + attrs.windowWidth); ix++) {
        visit(position * x.pixel, image * x.image + iy * x.row + ix * x.pixel, isFirst);
        isFirst = false;
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
