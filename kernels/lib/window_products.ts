// The gradient of a convolution by its weights where few gradients are zero: sums over positions of window values times
// gradients, by tiles of six values of a row of the window × 16 filters in registers. Sums run from the first position to
// the last, as those over lists do (window_sums.ts): the same bits. Only for an engine that joins vectors.
import { fma } from "./math";

/** Window values of a tile. */
const TILE: i32 = 6;
/** Bytes of its sums. */
const TILE_BYTES: usize = 384;
/** Positions that are summed at a time, so that their windows and gradients stay in the first cache. */
const POSITIONS: i32 = 128;

/** Tiles of a row of a window of `run` values, which are at least six; the last may overlap the one before. */
// @ts-ignore: decorator
@inline
function tilesOf(run: i32): i32 {
  return (run + TILE - 1) / TILE;
}

/** Tiles of windows of `kh` rows of `run` values and `filters` filters. */
export function productTiles(kh: i32, run: i32, filters: i32): i32 {
  return tilesOf(run) * kh * ((filters + 15) >> 4);
}

/** The first filter of a block of 16; the last may overlap the one before. */
// @ts-ignore: decorator
@inline
function firstFilter(block: i32, filters: i32): i32 {
  return max(0, min(block << 4, filters - 16));
}

/**
 * Adds an image to the sums of tiles [begin, end). `x` is the first window, `xStep` and `xRow` the bytes from one to the
 * next along and across the image, `windowRow` those from a row of a window to the next; gradients have `yPixel` bytes a
 * pixel, at least 64, and are of `filters` filters.
 */
export function addProducts(
  begin: i32, end: i32, x: usize, xStep: usize, xRow: usize, windowRow: usize, dY: usize, yPixel: usize,
  filters: i32, oh: i32, ow: i32, kh: i32, run: i32, sums: usize,
): void {
  const chunk = max(1, POSITIONS / ow), tiles = tilesOf(run), nextRow = xRow - <usize> ow * xStep;
  for (let oy: i32 = 0; oy < oh; oy += chunk) {
    const rows = min(chunk, oh - oy), windows = x + <usize> oy * xRow, gradients = dY + <usize> (oy * ow) * yPixel;
    let into = sums;
    for (let tile = begin; tile < end; tile++, into += TILE_BYTES) {
      const first = min(tile % tiles * TILE, run - TILE), ky = tile / tiles % kh, block = tile / tiles / kh;
      const values = windows + <usize> ky * windowRow + (<usize> first << 2);
      products6x16(values, xStep, nextRow, gradients + (<usize> firstFilter(block, filters) << 2), yPixel, ow, rows, into);
    }
  }
}

/** Writes the sums of tiles [begin, end) to the weights' gradient. */
export function storeProducts(
  begin: i32, end: i32, sums: usize, dW: usize, filters: i32, kh: i32, kw: i32, pixel: i32, channels: i32, flip: i32,
): void {
  const run = kw * pixel, tiles = tilesOf(run), row = <usize> filters << 2;
  for (let tile = begin; tile < end; tile++, sums += TILE_BYTES) {
    const own = tile % tiles * TILE, first = min(own, run - TILE), ky = tile / tiles % kh, block = tile / tiles / kh;
    const filter = block << 4, from = sums + (<usize> (filter - firstFilter(block, filters)) << 2);
    for (let i = own - first; i < TILE; i++) {
      const kx = (first + i) / pixel, c = (first + i) % pixel;
      if (c >= channels) continue;
      const tap = flip ? (kh - 1 - ky) * kw + kw - 1 - kx : ky * kw + kx;
      const into = dW + <usize> (tap * channels + c) * row + (<usize> filter << 2);
      memory.copy(into, from + (<usize> i << 6), <usize> min(16, filters - filter) << 2);
    }
  }
}

/** Six window values × 16 filters, over `rows` rows of `count` positions. */
function products6x16(
  x: usize, xStep: usize, nextRow: usize, dY: usize, yPixel: usize, count: i32, rows: i32, sums: usize,
): void {
  let a0 = v128.load(sums, 0), a1 = v128.load(sums, 16), a2 = v128.load(sums, 32), a3 = v128.load(sums, 48);
  let b0 = v128.load(sums, 64), b1 = v128.load(sums, 80), b2 = v128.load(sums, 96), b3 = v128.load(sums, 112);
  let c0 = v128.load(sums, 128), c1 = v128.load(sums, 144), c2 = v128.load(sums, 160), c3 = v128.load(sums, 176);
  let d0 = v128.load(sums, 192), d1 = v128.load(sums, 208), d2 = v128.load(sums, 224), d3 = v128.load(sums, 240);
  let e0 = v128.load(sums, 256), e1 = v128.load(sums, 272), e2 = v128.load(sums, 288), e3 = v128.load(sums, 304);
  let f0 = v128.load(sums, 320), f1 = v128.load(sums, 336), f2 = v128.load(sums, 352), f3 = v128.load(sums, 368);
  let row = dY, value = x;
  for (let r: i32 = 0; r < rows; r++) {
    for (let t: i32 = 0; t < count; t++) {
      const w0 = v128.load(row), w1 = v128.load(row, 16), w2 = v128.load(row, 32), w3 = v128.load(row, 48);
      const va = v128.load32_splat(value);
      a0 = fma(va, w0, a0);
      a1 = fma(va, w1, a1);
      a2 = fma(va, w2, a2);
      a3 = fma(va, w3, a3);
      const vb = v128.load32_splat(value, 4);
      b0 = fma(vb, w0, b0);
      b1 = fma(vb, w1, b1);
      b2 = fma(vb, w2, b2);
      b3 = fma(vb, w3, b3);
      const vc = v128.load32_splat(value, 8);
      c0 = fma(vc, w0, c0);
      c1 = fma(vc, w1, c1);
      c2 = fma(vc, w2, c2);
      c3 = fma(vc, w3, c3);
      const vd = v128.load32_splat(value, 12);
      d0 = fma(vd, w0, d0);
      d1 = fma(vd, w1, d1);
      d2 = fma(vd, w2, d2);
      d3 = fma(vd, w3, d3);
      const ve = v128.load32_splat(value, 16);
      e0 = fma(ve, w0, e0);
      e1 = fma(ve, w1, e1);
      e2 = fma(ve, w2, e2);
      e3 = fma(ve, w3, e3);
      const vf = v128.load32_splat(value, 20);
      f0 = fma(vf, w0, f0);
      f1 = fma(vf, w1, f1);
      f2 = fma(vf, w2, f2);
      f3 = fma(vf, w3, f3);
      row += yPixel;
      value += xStep;
    }
    value += nextRow;
  }
  v128.store(sums, a0, 0);
  v128.store(sums, a1, 16);
  v128.store(sums, a2, 32);
  v128.store(sums, a3, 48);
  v128.store(sums, b0, 64);
  v128.store(sums, b1, 80);
  v128.store(sums, b2, 96);
  v128.store(sums, b3, 112);
  v128.store(sums, c0, 128);
  v128.store(sums, c1, 144);
  v128.store(sums, c2, 160);
  v128.store(sums, c3, 176);
  v128.store(sums, d0, 192);
  v128.store(sums, d1, 208);
  v128.store(sums, d2, 224);
  v128.store(sums, d3, 240);
  v128.store(sums, e0, 256);
  v128.store(sums, e1, 272);
  v128.store(sums, e2, 288);
  v128.store(sums, e3, 304);
  v128.store(sums, f0, 320);
  v128.store(sums, f1, 336);
  v128.store(sums, f2, 352);
  v128.store(sums, f3, 368);
}
