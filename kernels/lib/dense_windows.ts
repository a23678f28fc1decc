// Windows that move over images of which most values are not zero: what windows.ts computes, the same bits, by tiles of six
// positions × 16 channels in registers. An image is copied into the middle of zeros where the window reaches past it; the
// pixels under a row of the window lie side by side, so a tile is a product of six such rows by packed weights. Where the
// source is spread, targets of one phase (their place modulo the spread) meet the same taps, every spread-th of the window:
// each phase is a convolution of its own, without gaps. Only for an engine that joins vectors (lib/layout.ts).
//
// Work, as in src/ops/_conv_scratch.ts: masks, two tables of places per phase, the image with its borders.
import { joinsVectors } from "./layout";
import { clearPads, fma, RELU } from "./math";
import { ZEROS } from "./rows";
import {
  ceilDiv, floorDiv, kh, kw, left, sourceHeight, sourcePixel, sourceRow, sourceWidth, spreadX, spreadY, strideX, strideY,
  targetHeight, targetPixel, targetRow, targetWidth, top,
} from "./window_moves";

/** Positions of a tile. */
const TILE: i32 = 6;
/** Source rows and columns under any window, and how the image lies that is read: as it is, or with borders. */
let lowY: i32, highY: i32, lowX: i32, highX: i32, isInside: bool, rowBytes: usize;

/** Whether a target of `pixel` values a pixel can be computed by tiles at all. */
export function hasDenseTiles(pixel: i32): bool {
  return joinsVectors() && (pixel & 15) == 0;
}

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

/** Prepares `work` for images of the same size: masks of `channels` channels, places of all phases, empty borders. */
export function setDense(work: usize, channels: i32): void {
  lowY = ceilDiv(-top, spreadY);
  lowX = ceilDiv(-left, spreadX);
  highY = max(lowY, floorDiv((targetHeight - 1) * strideY - top + kh - 1, spreadY));
  highX = max(lowX, floorDiv((targetWidth - 1) * strideX - left + kw - 1, spreadX));
  isInside = lowY >= 0 && lowX >= 0 && highY < sourceHeight && highX < sourceWidth;
  if (isInside) lowY = lowX = 0;
  rowBytes = <usize> (isInside ? sourceRow : (highX - lowX + 1) * sourcePixel) << 2;
  let at = work;
  for (let c: i32 = 0; c < targetPixel; c += 4, at += 16) v128.store(at, clearPads(i32x4.splat(-1), c, channels));
  for (let py: i32 = 0; py < spreadY; py++) {
    for (let px: i32 = 0; px < spreadX; px++) at = setPlaces(at, py, px);
  }
  if (!isInside) memory.fill(at, 0, <usize> (highY - lowY + 1) * rowBytes);
}

/** For each target of a phase, where its window starts and where it lies, the last repeated to whole tiles. */
function setPlaces(at: usize, py: i32, px: i32): usize {
  const firstY = firstTap(top, py, strideY, spreadY), firstX = firstTap(left, px, strideX, spreadX);
  let count: i32 = 0;
  for (let ty = py; ty < targetHeight; ty += spreadY) {
    const sy = (firstY + ty * strideY - top) / spreadY - lowY;
    for (let tx = px; tx < targetWidth; tx += spreadX) {
      const sx = (firstX + tx * strideX - left) / spreadX - lowX;
      store<i32>(at, sy * <i32> rowBytes + ((sx * sourcePixel) << 2));
      store<i32>(at, (ty * targetRow + tx * targetPixel) << 2, 4);
      at += 8;
      count++;
    }
  }
  for (; count % TILE != 0; count++, at += 8) store<u64>(at, load<u64>(at - 8));
  return at;
}

/** An image: all channels of the target, by weights packed 16 channels after 16; `bias` may be 0: none. */
export function denseOver(source: usize, target: usize, packed: usize, bias: usize, work: usize, activation: i32): void {
  const tables = work + (<usize> targetPixel << 2);
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
    const start = bias == 0 ? ZEROS : bias + (<usize> c << 2);
    let table = tables;
    for (let py: i32 = 0; py < spreadY; py++) {
      const ky = firstTap(top, py, strideY, spreadY), rows = tapsFrom(ky, kh, spreadY);
      for (let px: i32 = 0; px < spreadX; px++) {
        const kx = firstTap(left, px, strideX, spreadX), columns = tapsFrom(kx, kw, spreadX);
        const end = table + placesBytes(py, px), weights = packed + (rows * columns > 0 ? densePackedAt(ky, kx) : 0);
        for (; table < end; table += TILE << 3) {
          window6x16(
            image, table, rowBytes, columns > 0 ? rows : 0, columns * sourcePixel, weights, start, least,
            work + (<usize> c << 2), target + (<usize> c << 2),
          );
        }
      }
    }
    packed += densePackedBytes();
  }
}

function placesBytes(py: i32, px: i32): usize {
  const count = tapsFrom(py, targetHeight, spreadY) * tapsFrom(px, targetWidth, spreadX);
  return <usize> ((count + TILE - 1) / TILE * TILE) << 3;
}

/** Writes 16 channels of a position, not below `floor`, and zeros where `masks` has them. */
// @ts-ignore: decorator
@inline
function put16(y: usize, s0: v128, s1: v128, s2: v128, s3: v128, floor: v128, masks: usize): void {
  s0 = v128.and(f32x4.pmax(s0, floor), v128.load(masks));
  s1 = v128.and(f32x4.pmax(s1, floor), v128.load(masks, 16));
  s2 = v128.and(f32x4.pmax(s2, floor), v128.load(masks, 32));
  s3 = v128.and(f32x4.pmax(s3, floor), v128.load(masks, 48));
  v128.store(y, s0);
  v128.store(y, s1, 16);
  v128.store(y, s2, 32);
  v128.store(y, s3, 48);
}

/** Six positions × 16 channels: `rows` rows of the window of `k` values each, `rowBytes` apart; the weights one after another. */
function window6x16(
  x: usize, places: usize, rowBytes: usize, rows: i32, k: i32, w: usize, bias: usize, least: f32, masks: usize, y: usize,
): void {
  const x0 = <usize> load<u32>(places), x1 = <usize> load<u32>(places, 8) - x0, x2 = <usize> load<u32>(places, 16) - x0;
  const x3 = <usize> load<u32>(places, 24) - x0, x4 = <usize> load<u32>(places, 32) - x0;
  const x5 = <usize> load<u32>(places, 40) - x0, nextRow = rowBytes - (<usize> k << 2);
  let a0 = v128.load(bias), a1 = v128.load(bias, 16), a2 = v128.load(bias, 32), a3 = v128.load(bias, 48);
  let b0 = a0, b1 = a1, b2 = a2, b3 = a3, c0 = a0, c1 = a1, c2 = a2, c3 = a3;
  let d0 = a0, d1 = a1, d2 = a2, d3 = a3, e0 = a0, e1 = a1, e2 = a2, e3 = a3;
  let f0 = a0, f1 = a1, f2 = a2, f3 = a3;
  let row = w, value = x + x0;
  for (let r: i32 = 0; r < rows; r++) {
    for (let t: i32 = 0; t < k; t++) {
      const w0 = v128.load(row), w1 = v128.load(row, 16), w2 = v128.load(row, 32), w3 = v128.load(row, 48);
      const va = v128.load32_splat(value);
      a0 = fma(va, w0, a0);
      a1 = fma(va, w1, a1);
      a2 = fma(va, w2, a2);
      a3 = fma(va, w3, a3);
      const vb = v128.load32_splat(value + x1);
      b0 = fma(vb, w0, b0);
      b1 = fma(vb, w1, b1);
      b2 = fma(vb, w2, b2);
      b3 = fma(vb, w3, b3);
      const vc = v128.load32_splat(value + x2);
      c0 = fma(vc, w0, c0);
      c1 = fma(vc, w1, c1);
      c2 = fma(vc, w2, c2);
      c3 = fma(vc, w3, c3);
      const vd = v128.load32_splat(value + x3);
      d0 = fma(vd, w0, d0);
      d1 = fma(vd, w1, d1);
      d2 = fma(vd, w2, d2);
      d3 = fma(vd, w3, d3);
      const ve = v128.load32_splat(value + x4);
      e0 = fma(ve, w0, e0);
      e1 = fma(ve, w1, e1);
      e2 = fma(ve, w2, e2);
      e3 = fma(ve, w3, e3);
      const vf = v128.load32_splat(value + x5);
      f0 = fma(vf, w0, f0);
      f1 = fma(vf, w1, f1);
      f2 = fma(vf, w2, f2);
      f3 = fma(vf, w3, f3);
      row += 64;
      value += 4;
    }
    value += nextRow;
  }
  const floor = f32x4.splat(least);
  put16(y + <usize> load<u32>(places, 4), a0, a1, a2, a3, floor, masks);
  put16(y + <usize> load<u32>(places, 12), b0, b1, b2, b3, floor, masks);
  put16(y + <usize> load<u32>(places, 20), c0, c1, c2, c3, floor, masks);
  put16(y + <usize> load<u32>(places, 28), d0, d1, d2, d3, floor, masks);
  put16(y + <usize> load<u32>(places, 36), e0, e1, e2, e3, floor, masks);
  put16(y + <usize> load<u32>(places, 44), f0, f1, f2, f3, floor, masks);
}
