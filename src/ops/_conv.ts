/**
 * What the three convolution ops share: settings, sizes, checks and cases.
 * Legend: B images, H×W pixels, C channels; KH×KW window, N filters; OH×OW positions of the window.
 * Images are [B,H,W,C] or, with one channel, [B,H,W]; weights [KH,KW,C,N].
 */
import { formatShape, type Shape, type TensorType } from "../core/tensor.ts";
import { type Images, imagesOf } from "./_images.ts";

/** How a window moves over an image, as a node's settings hold it. */
export type ConvAttrs = {
  readonly strideY: number;
  readonly strideX: number;
  readonly padTop: number;
  readonly padBottom: number;
  readonly padLeft: number;
  readonly padRight: number;
  /** True convolution: the kernel is turned by 180° over the image. Otherwise cross-correlation. */
  readonly flip: boolean;
};

/** One stride, no padding, not flipped. */
export const PLAIN_CONV: ConvAttrs = {
  strideY: 1,
  strideX: 1,
  padTop: 0,
  padBottom: 0,
  padLeft: 0,
  padRight: 0,
  flip: false,
};

/** Rows or columns of the result: positions at which a window of `kernel` fits into `size` padded values. */
export function positions(size: number, kernel: number, stride: number, padding: number): number {
  return Math.floor((size + padding - kernel) / stride) + 1;
}

export interface ConvSizes {
  readonly x: Images;
  readonly kh: number;
  readonly kw: number;
  readonly n: number;
  readonly oh: number;
  readonly ow: number;
}

/** All sizes of a convolution from the types of its images and weights. */
export function convSizes(x: Shape, weights: Shape, attrs: ConvAttrs): ConvSizes {
  const images = imagesOf(x), [kh, kw, , n] = weights;
  return {
    x: images,
    kh: kh!,
    kw: kw!,
    n: n!,
    oh: positions(images.height, kh!, attrs.strideY, attrs.padTop + attrs.padBottom),
    ow: positions(images.width, kw!, attrs.strideX, attrs.padLeft + attrs.padRight),
  };
}

/** What is wrong with a window on images; `undefined` when it fits. */
export function windowProblem(x: Shape, window: Shape, attrs: ConvAttrs): string | undefined {
  const { height, width } = imagesOf(x), [kh, kw] = window;
  const rows = height + attrs.padTop + attrs.padBottom, columns = width + attrs.padLeft + attrs.padRight;
  if (kh! > rows || kw! > columns) {
    return `the window ${formatShape([kh!, kw!])} is larger than the padded image ${
      formatShape([rows, columns])
    }`;
  }
  const isCount = (value: number, least: number) => Number.isSafeInteger(value) && value >= least;
  if (!isCount(attrs.strideY, 1) || !isCount(attrs.strideX, 1)) {
    return `strides must be positive whole numbers, got ${formatShape([attrs.strideY, attrs.strideX])}`;
  }
  const pads = [attrs.padTop, attrs.padBottom, attrs.padLeft, attrs.padRight];
  if (!pads.every((pad) => isCount(pad, 0))) {
    return `padding must be whole numbers of 0 or more, got ${formatShape(pads)}`;
  }
  return undefined;
}

/** Multiply-adds of the convolution, and of either gradient, as if no window reached into the padding. */
export function convTerms({ x, kh, kw, n, oh, ow }: ConvSizes): number {
  return x.count * oh * ow * n * kh * kw * x.channels;
}

/** The numbers that the kernels take, in the order of the WASM kernels' arguments. */
export function convNumbers({ x, kh, kw, n, oh, ow }: ConvSizes, attrs: ConvAttrs) {
  return {
    H: x.height,
    W: x.width,
    C: x.channels,
    PIXEL: x.pixel,
    ROW: x.row,
    KH: kh,
    KW: kw,
    N: n,
    OH: oh,
    OW: ow,
    STRIDE_Y: attrs.strideY,
    STRIDE_X: attrs.strideX,
    PAD_TOP: attrs.padTop,
    PAD_LEFT: attrs.padLeft,
    FLIP: +attrs.flip,
  };
}

/** A tap: a position of the window, a place in it, and the pixel under it, as places in the padded layouts. */
export type VisitTap = (position: number, tap: number, pixel: number) => void;

/**
 * Visits every pair of a pixel and a tap that lies on it. `position` counts rows of [B,OH,OW,N], `tap` counts the
 * C rows of a place in the window, [KH,KW], flipped if asked to; `pixel` is the element of its first channel.
 */
export function forEachTap({ x, kh, kw, oh, ow }: ConvSizes, attrs: ConvAttrs, visit: VisitTap): void {
  for (let at = 0; at < x.count * oh * ow; at++) {
    const image = Math.floor(at / (oh * ow)), oy = Math.floor(at / ow) % oh, ox = at % ow;
    for (let ky = 0; ky < kh; ky++) {
      const iy = oy * attrs.strideY + ky - attrs.padTop;
      if (iy < 0 || iy >= x.height) continue;
      for (let kx = 0; kx < kw; kx++) {
        const ix = ox * attrs.strideX + kx - attrs.padLeft;
        if (ix < 0 || ix >= x.width) continue;
        const tap = attrs.flip ? (kh - 1 - ky) * kw + kw - 1 - kx : ky * kw + kx;
        visit(at, tap, image * x.image + iy * x.row + ix * x.pixel);
      }
    }
  }
}

/** A geometry that the three ops are tested with. */
export interface ConvCase {
  readonly x: Shape;
  readonly window: readonly [height: number, width: number];
  readonly filters: number;
  readonly attrs: ConvAttrs;
  readonly label: string;
  readonly bench: boolean;
}

function convCase(
  x: Shape,
  window: readonly [number, number],
  filters: number,
  { bench = false, ...changed }: Partial<ConvAttrs> & { readonly bench?: boolean } = {},
): ConvCase {
  const settings = Object.entries(changed).map(([key, value]) => ` ${key} ${value}`).join("");
  const label = `${formatShape(x)} ⋆ ${filters}@${window.join("×")}${settings}`;
  return { x, window, filters, attrs: { ...PLAIN_CONV, ...changed }, label, bench };
}

export const CONV_CASES: readonly ConvCase[] = [
  convCase([1, 1, 1], [1, 1], 1),
  convCase([1, 1, 1, 1], [1, 1], 5),
  convCase([128, 28, 28], [9, 9], 15, { bench: true }),
  convCase([128, 10, 10, 15], [5, 5], 20, { bench: true }),
  convCase([3, 28, 28], [9, 9], 15, { flip: true }),
  convCase([1, 10, 10, 15], [5, 5], 20, { flip: true }),
  convCase([2, 11, 11], [11, 11], 7),
  convCase([2, 12, 13, 3], [11, 11], 13),
  convCase([5, 6, 7, 5], [6, 7], 11),
  convCase([2, 9, 8, 7], [1, 1], 17),
  convCase([3, 9, 11, 2], [2, 3], 6, { strideY: 3, strideX: 4 }),
  convCase([2, 13, 10, 4], [3, 3], 8, {
    strideY: 2,
    strideX: 2,
    padTop: 1,
    padBottom: 1,
    padLeft: 1,
    padRight: 1,
  }),
  convCase([2, 7, 7, 3], [3, 5], 4, { padTop: 1, padBottom: 2, padLeft: 4, padRight: 0, flip: true }),
  convCase([2, 5, 6], [3, 3], 24, { strideX: 2, padTop: 3, padBottom: 3, padLeft: 3, padRight: 3 }),
  convCase([7, 4, 4, 1], [3, 3], 3, { padTop: 1, padBottom: 1, padLeft: 1, padRight: 1 }),
  convCase([2, 8, 8, 16], [3, 3], 37, { padTop: 1, padBottom: 1, padLeft: 1, padRight: 1, bench: true }),
  convCase([1, 20, 3, 33], [4, 2], 2, { strideY: 3 }),
  convCase([11385, 3, 4], [2, 3], 5),
];

/** Shape of a result: [B,OH,OW,N]. */
export function convShape({ x, oh, ow, n }: ConvSizes): Shape {
  return [x.count, oh, ow, n];
}

/** Whether a type can be the weights of a convolution over images of type `x`. */
export function weightsFit(x: TensorType, weights: TensorType): boolean {
  return weights.shape.length === 4 && weights.shape[2] === imagesOf(x.shape).channels;
}
