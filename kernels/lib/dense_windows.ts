// Windows that move over images of which most values are not zero: what windows.ts computes, the same bits, by tiles of six
// positions × 16 channels in registers, and of eight × eight for the last channels where no more are left
// (dense_window_tiles.ts). An image is copied into the middle of zeros where the window reaches past it; the pixels under a
// row of the window lie side by side, so a tile is a product of some such rows by packed weights. Where the source is spread,
// targets of one phase (their place modulo the spread) meet the same taps, every spread-th of the window: each phase is a
// convolution of its own, without gaps. Only for an engine that joins vectors (lib/layout.ts).
//
// Work, as in src/ops/_conv_scratch.ts: masks and biases of whole blocks of 16 channels, a tile that is not written as a
// whole, a table of places per phase, the image with its borders.
import { window6x16, window8x8 } from "./dense_window_tiles";
import { clearPads, RELU } from "./math";
import {
  ceilDiv, floorDiv, kh, kw, left, sourceHeight, sourcePixel, sourceRow, sourceWidth, spreadX, spreadY, strideX, strideY,
  targetHeight, targetPixel, targetRow, targetWidth, top,
} from "./window_moves";

/** Positions of the tiles, and where a tile has them that is not written as a whole. */
const TILE: i32 = 6, LAST_TILE: i32 = 8;
const SPARE = memory.data<u32>([0, 0, 64, 0, 128, 0, 192, 0, 256, 0, 320, 0, 384, 0, 448, 0]), SPARE_BYTES: usize = 512;
/** Source rows and columns under any window, and how the image lies that is read: as it is, or with borders. */
let lowY: i32, highY: i32, lowX: i32, highX: i32, isInside: bool, rowBytes: usize;

/** Taps of the window at `first`, `first` + spread, … */
// @ts-ignore: decorator
@inline
function tapsFrom(first: i32, size: i32, spread: i32): i32 {
  return first < size ? (size - first + spread - 1) / spread : 0;
}

/** Taps of the phases before the one that starts at tap `first`. */
function tapsBefore(first: i32, size: i32, spread: i32): i32 {
  let taps: i32 = 0;
  for (let i: i32 = 0; i < first; i++) taps += tapsFrom(i, size, spread);
  return taps;
}

/** The first tap that targets of phase `phase` meet. */
// @ts-ignore: decorator
@inline
function firstTap(over: i32, phase: i32, stride: i32, spread: i32): i32 {
  const rest = (over - phase * stride) % spread;
  return rest < 0 ? rest + spread : rest;
}

/** Bytes of the packed weights of 16 channels. */
export function densePackedBytes(): usize {
  return <usize> (kh * kw * sourcePixel) << 6;
}

/** Where in them tap (ky, kx) of the source's first channel lies; the next channel is 64 bytes on. */
export function densePackedAt(ky: i32, kx: i32): usize {
  const ry = ky % spreadY, rx = kx % spreadX;
  const before = tapsBefore(ry, kh, spreadY) * kw + tapsFrom(ry, kh, spreadY) * tapsBefore(rx, kw, spreadX);
  return <usize> ((before + ky / spreadY * tapsFrom(rx, kw, spreadX) + kx / spreadX) * sourcePixel) << 6;
}

/** Prepares `work` for images of the same size: masks of `channels` channels, biases (0: none), places, empty borders. */
export function setDense(work: usize, channels: i32, bias: usize): void {
  lowY = ceilDiv(-top, spreadY);
  lowX = ceilDiv(-left, spreadX);
  highY = max(lowY, floorDiv((targetHeight - 1) * strideY - top + kh - 1, spreadY));
  highX = max(lowX, floorDiv((targetWidth - 1) * strideX - left + kw - 1, spreadX));
  isInside = lowY >= 0 && lowX >= 0 && highY < sourceHeight && highX < sourceWidth;
  if (isInside) lowY = lowX = 0;
  rowBytes = <usize> (isInside ? sourceRow : (highX - lowX + 1) * sourcePixel) << 2;
  const padded = (targetPixel + 15) & ~15, biases = <usize> padded << 2;
  let at = work;
  for (let c: i32 = 0; c < padded; c += 4, at += 16) {
    v128.store(at, clearPads(i32x4.splat(-1), c, channels));
    v128.store(at + biases, bias == 0 || c >= targetPixel ? f32x4.splat(0) : v128.load(bias + (<usize> c << 2)));
  }
  at += biases + SPARE_BYTES;
  for (let py: i32 = 0; py < spreadY; py++) {
    for (let px: i32 = 0; px < spreadX; px++) at = setPlaces(at, py, px);
  }
  if (!isInside) memory.fill(at, 0, <usize> (highY - lowY + 1) * rowBytes);
}

/** For each target of a phase, where its window starts and where it lies, the last repeated to whole tiles. */
function setPlaces(at: usize, py: i32, px: i32): usize {
  const firstY = firstTap(top, py, strideY, spreadY), firstX = firstTap(left, px, strideX, spreadX);
  const start = at;
  for (let ty = py; ty < targetHeight; ty += spreadY) {
    const sy = (firstY + ty * strideY - top) / spreadY - lowY;
    for (let tx = px; tx < targetWidth; tx += spreadX) {
      const sx = (firstX + tx * strideX - left) / spreadX - lowX;
      store<i32>(at, sy * <i32> rowBytes + ((sx * sourcePixel) << 2));
      store<i32>(at, (ty * targetRow + tx * targetPixel) << 2, 4);
      at += 8;
    }
  }
  for (const end = start + placesBytes(py, px); at < end; at += 8) store<u64>(at, load<u64>(at - 8));
  return at;
}

/** An image: all channels of the target, by weights packed 16 channels after 16. */
export function denseOver(source: usize, target: usize, packed: usize, work: usize, activation: i32): void {
  const biases = <usize> ((targetPixel + 15) & ~15) << 2, spare = work + (biases << 1), tables = spare + SPARE_BYTES;
  let image = source;
  if (!isInside) {
    image = tables;
    for (let py: i32 = 0; py < spreadY; py++) {
      for (let px: i32 = 0; px < spreadX; px++) image += placesBytes(py, px);
    }
    const fromX = max(0, lowX), bytes = <usize> (max(0, min(sourceWidth, highX + 1) - fromX) * sourcePixel) << 2;
    for (let sy = max(0, lowY); sy <= highY && sy < sourceHeight; sy++) {
      const into = image + <usize> (sy - lowY) * rowBytes + (<usize> ((fromX - lowX) * sourcePixel) << 2);
      memory.copy(into, source + (<usize> (sy * sourceRow + fromX * sourcePixel) << 2), bytes);
    }
  }
  const least: f32 = activation == RELU ? 0 : -Infinity;
  for (let c: i32 = 0; c < targetPixel; c += 16) {
    const masks = work + (<usize> c << 2), to = target + (<usize> c << 2), bytes = <usize> min(16, targetPixel - c) << 2;
    const isNarrow = bytes <= 32, isWhole = bytes == 64 || bytes == 32, tile = isNarrow ? LAST_TILE : TILE;
    let table = tables;
    for (let py: i32 = 0; py < spreadY; py++) {
      const ky = firstTap(top, py, strideY, spreadY), rows = tapsFrom(ky, kh, spreadY);
      for (let px: i32 = 0; px < spreadX; px++) {
        const kx = firstTap(left, px, strideX, spreadX), columns = tapsFrom(kx, kw, spreadX);
        const offset = rows * columns > 0 ? densePackedAt(ky, kx) : 0, weights = packed + (isNarrow ? offset >> 1 : offset);
        const end = table + placesBytes(py, px), last = table + placeBytes(placesOf(py, px), tile);
        for (; table < last; table += tile << 3) {
          const into = isWhole ? table + 4 : SPARE, y = isWhole ? to : spare, taps = columns > 0 ? rows : 0;
          if (isNarrow) {
            window8x8(image, table, into, rowBytes, taps, columns * sourcePixel, weights, masks + biases, least, masks, y);
          } else window6x16(image, table, into, rowBytes, taps, columns * sourcePixel, weights, masks + biases, least, masks, y);
          if (!isWhole) putSpare(spare, table + 4, tile, to, bytes);
        }
        table = end;
      }
    }
    packed += densePackedBytes();
  }
}

/** Writes `bytes` bytes of each position of the spare tile to their places. */
function putSpare(spare: usize, places: usize, positions: i32, target: usize, bytes: usize): void {
  for (let p: i32 = 0; p < positions; p++, spare += 64, places += 8) {
    const to = target + <usize> load<u32>(places);
    for (let at: usize = 0; at < bytes; at += 16) v128.store(to + at, v128.load(spare + at));
  }
}

/** Targets of a phase. */
// @ts-ignore: decorator
@inline
function placesOf(py: i32, px: i32): i32 {
  return tapsFrom(py, targetHeight, spreadY) * tapsFrom(px, targetWidth, spreadX);
}

/** Bytes of the places of so many targets, to whole tiles. */
// @ts-ignore: decorator
@inline
function placeBytes(count: i32, tile: i32): usize {
  return <usize> ((count + tile - 1) / tile * tile) << 3;
}

/** Bytes of a phase's table, for tiles of either kind. */
function placesBytes(py: i32, px: i32): usize {
  const count = placesOf(py, px);
  return max(placeBytes(count, TILE), placeBytes(count, LAST_TILE));
}
