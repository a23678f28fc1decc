/** Scratch bytes of the WASM kernels of the convolution ops; see kernels/lib/windows.ts and conv2d_weight_grad.ts there. */
import { roundUp } from "../core/tensor.ts";
import { type ConvAttrs, type ConvSizes, isGeneral } from "./_conv.ts";
import { listBytes } from "./_support.ts";

/** Positions of a tile of 1 to 5 vectors of channels; the same as in kernels/lib/windows.ts. */
const TILE_POSITIONS = [6, 6, 4, 3, 2] as const;

/** Images in, images out, and the window between them. */
interface Windows {
  readonly sourceHeight: number;
  readonly sourceWidth: number;
  readonly sourcePixel: number;
  readonly kh: number;
  readonly kw: number;
  /** Columns from a position of the window to the next. */
  readonly strideX: number;
  readonly targetHeight: number;
  readonly targetWidth: number;
  readonly targetPixel: number;
  /** Rows and columns from one pixel of the images in to the next, of the images out. */
  readonly spreadY: number;
  readonly spreadX: number;
  /** Pixels under all windows, borders among them. */
  readonly reached: number;
}

/** For the widest tile: weights of a block of channels, masks, a spare band, what each row reaches, lists and their starts. */
function windowBytes(
  { sourceHeight, sourceWidth, sourcePixel, kh, kw, strideX, targetHeight }: Windows,
): number {
  const tiles = TILE_POSITIONS.map((count, i) => {
    const margin = (count - 1) * strideX, columns = Math.min(sourceWidth, kw + margin);
    const weights = kh * (kw + 2 * margin) * sourcePixel * 16 * (i + 1);
    const masks = 16 * (i + 1), spare = masks * count * targetHeight;
    return weights + masks + spare + listBytes(roundUp(sourceHeight * columns * sourcePixel, 4));
  });
  return Math.max(...tiles) + 12 * targetHeight + 4 * (sourceHeight + 1) + 16;
}

/** The same where few values are zero: weights of all channels, and what either way of tiles takes. */
function tiledBytes(windows: Windows): number {
  const { sourcePixel, kh, kw, targetHeight, targetWidth, targetPixel, spreadY, spreadX, reached } = windows;
  const channels = roundUp(targetPixel, 16), weights = 4 * kh * kw * sourcePixel * channels;
  // Masks, biases, and a tile that is not written as a whole.
  const blocks = 8 * channels + 512, places = 8 * (targetHeight * targetWidth + 7 * spreadY * spreadX);
  const tiles = Math.max(blocks + places + 4 * sourcePixel * reached, 4 * channels + winogradBytes(windows));
  return weights + tiles + 64;
}

/** Of kernels/lib/winograd.ts: maps, weights, values and sums at 36 points, places of 12 tiles, an image with its borders. */
function winogradBytes({ sourcePixel, targetPixel, targetHeight, targetWidth, kh, kw }: Windows): number {
  if (kh !== 3 || kw !== 3) return 0;
  const points = 36 * (4 * sourcePixel * targetPixel + 48 * (sourcePixel + targetPixel) + 192);
  const pixels = (roundUp(targetHeight, 4) + 2) * (roundUp(targetWidth, 4) + 2);
  // Which pixels are not zero, and the image itself.
  return 1280 + points + 192 + (1 + 4 * sourcePixel) * pixels + 24;
}

/** Of kernels/lib/winograd_products.ts: maps, sums, and values and gradients of 24 tiles at 36 points, an image and its gradients. */
function winogradProductBytes({ x, kh, kw, oh, ow, n }: ConvSizes): number {
  if (kh !== 3 || kw !== 3) return 0;
  const points = 36 * (4 * x.pixel * roundUp(n, 4) + 96 * (x.pixel + roundUp(n, 4)) + 192);
  const [height, width] = [roundUp(oh, 4), roundUp(ow, 4)];
  return 1152 + points + 4 * x.pixel * (height + 2) * (width + 2) + 4 * roundUp(n, 4) * height * width;
}

/** Of a window with gaps or groups, which packs its weights for `columns` results of `terms` terms a tap. */
function generalBytes({ kh, kw }: ConvSizes, columns: number, terms: number): number {
  return 4 * kh * kw * roundUp(columns, 4) * terms;
}

/** Of `conv2d`. */
export function convListBytes(sizes: ConvSizes, attrs: ConvAttrs): number {
  const { x, kh, kw, oh, ow, n } = sizes, { strideY, strideX } = attrs;
  if (isGeneral(attrs)) return generalBytes(sizes, sizes.n, sizes.seen);
  const source = { sourceHeight: x.height, sourceWidth: x.width, sourcePixel: x.pixel };
  const target = { targetHeight: oh, targetWidth: ow, targetPixel: roundUp(n, 4), spreadY: 1, spreadX: 1 };
  const reached = ((oh - 1) * strideY + kh) * ((ow - 1) * strideX + kw);
  const windows = { ...source, ...target, kh, kw, strideX, reached };
  return Math.max(windowBytes(windows), tiledBytes(windows));
}

/** Of `conv2d_input_grad`, whose source are the gradients; an image of one channel is first made of whole vectors. */
export function convInputListBytes(sizes: ConvSizes, attrs: ConvAttrs): number {
  const { x, kh, kw, oh, ow, n, groups } = sizes;
  if (isGeneral(attrs)) return generalBytes(sizes, x.channels, n / groups);
  const source = { sourceHeight: oh, sourceWidth: ow, sourcePixel: roundUp(n, 4) };
  const target = { targetHeight: x.height, targetWidth: x.width, targetPixel: x.pixel };
  const { strideY: spreadY, strideX: spreadX } = attrs;
  const reached = (Math.ceil((x.height + kh) / spreadY) + 1) * (Math.ceil((x.width + kw) / spreadX) + 1);
  const windows = { ...source, ...target, kh, kw, strideX: 1, spreadY, spreadX, reached };
  const turned = 4 * kh * kw * n * roundUp(x.pixel, 4);
  return turned + Math.max(windowBytes(windows) + 16 * x.height * x.width, tiledBytes(windows));
}

/** Positions of which lists are made at a time; the same as in kernels/conv2d_weight_grad.ts. */
const LISTED_POSITIONS = 1024;

/** Of `conv2d_weight_grad`: places of the windows, four lists, the sums of all filters, and padded images; or tiles and one image. */
export function convWeightListBytes(sizes: ConvSizes, attrs: ConvAttrs): number {
  const { x, kh, kw, oh, ow, n } = sizes;
  if (isGeneral(attrs)) return 0;
  const positions = roundUp(oh * ow, 4);
  const images = Math.min(x.count, Math.max(1, Math.floor(LISTED_POSITIONS / positions)));
  const isPadded = attrs.padTop + attrs.padBottom + attrs.padLeft + attrs.padRight > 0;
  const padded = isPadded
    ? ((oh - 1) * attrs.strideY + kh) * roundUp(((ow - 1) * attrs.strideX + kw) * x.pixel, 4)
    : 0;
  const run = roundUp(kw * x.pixel, 4);
  const lists = 4 * positions + 4 * listBytes(images * positions) + 4 * kh * run * roundUp(n, 4) +
    4 * images * padded;
  // Tiles of six values of the window and 16 filters have 384 bytes of sums; of fewer filters, gradients are made 16 wide.
  const wide = roundUp(n, 4) < 16 ? 64 * oh * ow : 0;
  const tiles = 384 * kh * Math.ceil(kw * x.pixel / 6) * Math.ceil(n / 16) + 4 * padded + wide;
  return Math.max(lists, tiles, winogradProductBytes(sizes)) + 64;
}
