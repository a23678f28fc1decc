/**
 * What the three convolution ops share: settings, sizes and checks.
 * Legend: B images, H×W pixels, C channels; KH×KW window, N filters, G groups; OH×OW positions of the window.
 * Images are [B,H,W,C] or, with one channel, [B,H,W]; weights [KH,KW,C/G,N].
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
  /** Pixels from a row of the window to the next. Absent: 1. */
  readonly dilationY?: number;
  /** Pixels from a column of the window to the next. Absent: 1. */
  readonly dilationX?: number;
  /** Filters j·N/G … see channels j·C/G … alone. Absent: 1. */
  readonly groups?: number;
};

/** Whether the window has gaps or sees some channels only: these have kernels of their own. */
export function isGeneral({ dilationY = 1, dilationX = 1, groups = 1 }: ConvAttrs): boolean {
  return dilationY > 1 || dilationX > 1 || groups > 1;
}

/** Settings of which those are left out that change nothing, so that one convolution has one description. */
export function convAttrs(changed: Partial<ConvAttrs>): ConvAttrs {
  const { dilationY = 1, dilationX = 1, groups = 1, ...rest } = changed;
  return {
    ...PLAIN_CONV,
    ...rest,
    ...(dilationY !== 1 && { dilationY }),
    ...(dilationX !== 1 && { dilationX }),
    ...(groups !== 1 && { groups }),
  };
}

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

/** Pixels from the first to the last under a window of `kernel` with gaps. */
export function windowSpan(kernel: number, dilation = 1): number {
  return (kernel - 1) * dilation + 1;
}

export interface ConvSizes {
  readonly x: Images;
  readonly kh: number;
  readonly kw: number;
  readonly n: number;
  readonly oh: number;
  readonly ow: number;
  readonly groups: number;
  /** Channels that a filter sees, C/G. */
  readonly seen: number;
}

/** All sizes of a convolution from the types of its images and weights. */
export function convSizes(x: Shape, weights: Shape, attrs: ConvAttrs): ConvSizes {
  const images = imagesOf(x), [kh, kw, seen, n] = weights, { dilationY, dilationX, groups = 1 } = attrs;
  return {
    x: images,
    kh: kh!,
    kw: kw!,
    n: n!,
    oh: positions(
      images.height,
      windowSpan(kh!, dilationY),
      attrs.strideY,
      attrs.padTop + attrs.padBottom,
    ),
    ow: positions(images.width, windowSpan(kw!, dilationX), attrs.strideX, attrs.padLeft + attrs.padRight),
    groups,
    seen: seen!,
  };
}

/** What is wrong with a window on images; `undefined` when it fits. */
export function windowProblem(x: Shape, window: Shape, attrs: ConvAttrs): string | undefined {
  const { height, width, channels } = imagesOf(x), [windowHeight, windowWidth, , filters] = window;
  const { dilationY = 1, dilationX = 1, groups = 1 } = attrs;
  const kh = windowSpan(windowHeight!, dilationY), kw = windowSpan(windowWidth!, dilationX);
  const rows = height + attrs.padTop + attrs.padBottom, columns = width + attrs.padLeft + attrs.padRight;
  if (kh > rows || kw > columns) {
    return `the window ${formatShape([kh, kw])} is larger than the padded image ${
      formatShape([rows, columns])
    }`;
  }
  const isCount = (value: number, least: number) => Number.isSafeInteger(value) && value >= least;
  if (!isCount(attrs.strideY, 1) || !isCount(attrs.strideX, 1)) {
    return `strides must be positive whole numbers, got ${formatShape([attrs.strideY, attrs.strideX])}`;
  }
  if (!isCount(dilationY, 1) || !isCount(dilationX, 1)) {
    return `dilations must be positive whole numbers, got ${formatShape([dilationY, dilationX])}`;
  }
  if (!isCount(groups, 1) || channels % groups !== 0 || filters! % groups !== 0) {
    return `${groups} groups do not share ${channels} channels and ${filters} filters evenly`;
  }
  const pads = [attrs.padTop, attrs.padBottom, attrs.padLeft, attrs.padRight];
  if (!pads.every((pad) => isCount(pad, 0))) {
    return `padding must be whole numbers of 0 or more, got ${formatShape(pads)}`;
  }
  return undefined;
}

/** Multiply-adds of the convolution, and of either gradient, as if no window reached into the padding. */
export function convTerms({ x, kh, kw, n, oh, ow, seen }: ConvSizes): number {
  return x.count * oh * ow * n * kh * kw * seen;
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
    ...(isGeneral(attrs) &&
      { DILATION_Y: attrs.dilationY ?? 1, DILATION_X: attrs.dilationX ?? 1, GROUPS: attrs.groups ?? 1 }),
  };
}

/** Shape of a result: [B,OH,OW,N]. */
export function convShape({ x, oh, ow, n }: ConvSizes): Shape {
  return [x.count, oh, ow, n];
}

/** Whether a type can be the weights of a convolution over images of type `x`. */
export function weightsFit(x: TensorType, weights: TensorType, { groups = 1 }: ConvAttrs): boolean {
  return weights.shape.length === 4 && weights.shape[2]! * groups === imagesOf(x.shape).channels;
}
