// Dense products by tiles in registers (tiles.ts, wide_tiles.ts): a few columns of W at a time for all rows of X. With many
// rows the columns are packed side by side first; a transposed matrix always is. Each element is summed in the order of K.
import { joinsVectors, pitchBytes } from "./layout";
import { ZEROS } from "./rows";
import { tile1x4, tile1x8, tile4x8, tile6x4, tile6x8 } from "./tiles";
import { tile1x16, tile4x16, tile6x16 } from "./wide_tiles";

/** Terms of K that are summed at a time: their part of 16 columns of W takes 16 KiB. As in src/ops/_support.ts. */
const PART: i32 = 256;
/** Rows from which it pays to pack those columns side by side, and where they are all in the same few sets of the cache. */
const PACK_ROWS: i32 = 64, PACK_APART_ROWS: i32 = 16;
/** Bytes of 16 packed columns, and columns of X that are made rows at a time, behind them. */
const PACK_BYTES: usize = 16384;
const COLUMNS: i32 = 96;

/** Rows of X from which tiles of a transposed matrix are as fast as dot products. As the bits differ, all threads' together. */
export const TRANSPOSE_ROWS: i32 = 16;

/**
 * Y = bias + X·W for rows [begin, end), by tiles; no bias: 0. With `adds` Y += X·W. `pack` is room for PACK_BYTES and COLUMNS
 * rows of PART values.
 */
export function denseRows(
  begin: i32, end: i32, x: usize, xRow: usize, xStep: usize, k: i32,
  w: usize, wRow: usize, bias: usize, adds: bool, y: usize, yRow: usize, pack: usize,
): void {
  if (isApart(xStep)) {
    apartRows(begin, end, x, xStep, k, w, wRow, bias, y, yRow, pack);
    return;
  }
  const packs = end - begin >= (isApart(wRow) ? PACK_APART_ROWS : PACK_ROWS), part = packs ? PART : k;
  for (let first: i32 = 0; first < k; first += part) {
    const terms = min(part, k - first), xk = x + <usize> first * xStep, wk = w + <usize> first * wRow;
    const goesOn = adds || first > 0;
    for (let at: usize = 0, width: usize = 0; at < yRow; at += width) {
      width = tileWidth(yRow - at);
      if (packs) copyColumns(wk + at, wRow, terms, width, pack, width);
      const columns = packs ? pack : wk + at, row = packs ? width : wRow;
      tileRows(begin, end, xk, xRow, xStep, terms, columns, row, goesOn ? 0 : startAt(bias, at), y + at, yRow, width);
    }
  }
}

/** Y = bias + X·Bᵀ for rows [begin, end), by the same tiles: 16 rows of B at a time are transposed. */
export function transposedRows(
  begin: i32, end: i32, x: usize, xRow: usize, k: i32, b: usize, bRow: usize, n: i32, bias: usize, y: usize, yRow: usize,
  pack: usize,
): void {
  for (let first: i32 = 0; first < k; first += PART) {
    const terms = min(PART, k - first), offset = <usize> first << 2;
    for (let at: usize = 0, width: usize = 0; at < yRow; at += width) {
      width = tileWidth(yRow - at);
      packTransposed(b + offset, bRow, terms, <i32> (at >> 2), n, width, pack);
      const start = first > 0 ? 0 : startAt(bias, at);
      tileRows(begin, end, x + offset, xRow, 4, terms, pack, width, start, y + at, yRow, width);
    }
  }
}

/** Where a tile's row of biases lies, or of zeros. */
// @ts-ignore: decorator
@inline
function startAt(bias: usize, at: usize): usize {
  return bias == 0 ? ZEROS : bias + at;
}

/** Whether values so many bytes apart are all in the same few sets of a cache. */
// @ts-ignore: decorator
@inline
function isApart(bytes: usize): bool {
  return (bytes & 4095) == 0;
}

/**
 * Rows of Y from columns of X whose values are all in the same few sets of the cache: so many columns are made rows first.
 */
function apartRows(
  begin: i32, end: i32, x: usize, xStep: usize, k: i32, w: usize, wRow: usize, bias: usize, y: usize, yRow: usize, pack: usize,
): void {
  const rowsAt = pack + PACK_BYTES;
  for (let first: i32 = 0; first < k; first += PART) {
    const terms = min(PART, k - first), row = pitchBytes(terms), from = x + <usize> first * xStep;
    for (let i = begin & ~3; i < end; i += COLUMNS) {
      const to = min(i + COLUMNS, end);
      packTransposed(from + (<usize> i << 2), xStep, to - i, 0, terms, row, rowsAt);
      denseRows(
        max(begin, i), to, rowsAt - <usize> i * row, row, 4, terms, w + <usize> first * wRow, wRow, bias, first > 0, y, yRow,
        pack,
      );
    }
  }
}

/** Copies `width` bytes of each of `terms` rows of W to rows `stride` bytes apart. */
export function copyColumns(w: usize, wRow: usize, terms: i32, width: usize, into: usize, stride: usize): void {
  for (let t: i32 = 0; t < terms; t++, w += wRow, into += stride) {
    let at: usize = 0;
    for (; at + 64 <= width; at += 64) {
      const a = v128.load(w + at), b = v128.load(w + at, 16), c = v128.load(w + at, 32), d = v128.load(w + at, 48);
      v128.store(into + at, a);
      v128.store(into + at, b, 16);
      v128.store(into + at, c, 32);
      v128.store(into + at, d, 48);
    }
    for (; at < width; at += 16) v128.store(into + at, v128.load(w + at));
  }
}

/** Bytes of the columns that are taken next: 16 columns where vectors are joined, 8, or 4. */
// @ts-ignore: decorator
@inline
function tileWidth(left: usize): usize {
  return left >= 64 && joinsVectors() ? 64 : left >= 32 ? 32 : 16;
}

/** Columns j … of Bᵀ side by side; rows of B past the last repeat it. */
function packTransposed(b: usize, bRow: usize, k: i32, j: i32, n: i32, width: usize, pack: usize): void {
  for (let at: usize = 0; at < width; at += 16, j += 4) {
    const b0 = b + <usize> min(j, n - 1) * bRow, b1 = b + <usize> min(j + 1, n - 1) * bRow;
    const b2 = b + <usize> min(j + 2, n - 1) * bRow, b3 = b + <usize> min(j + 3, n - 1) * bRow;
    let to = pack + at;
    for (let t: usize = 0, bytes = <usize> k << 2; t < bytes; t += 16, to += width << 2) {
      const r0 = v128.load(b0 + t), r1 = v128.load(b1 + t), r2 = v128.load(b2 + t), r3 = v128.load(b3 + t);
      const low01 = i32x4.shuffle(r0, r1, 0, 4, 1, 5), low23 = i32x4.shuffle(r2, r3, 0, 4, 1, 5);
      const high01 = i32x4.shuffle(r0, r1, 2, 6, 3, 7), high23 = i32x4.shuffle(r2, r3, 2, 6, 3, 7);
      v128.store(to, i32x4.shuffle(low01, low23, 0, 1, 4, 5));
      v128.store(to + width, i32x4.shuffle(low01, low23, 2, 3, 6, 7));
      v128.store(to + (width << 1), i32x4.shuffle(high01, high23, 0, 1, 4, 5));
      v128.store(to + width * 3, i32x4.shuffle(high01, high23, 2, 3, 6, 7));
    }
  }
}

/** Y += X·W for rows [begin, end) of 16 columns. */
export function rowsOf16(
  begin: i32, end: i32, x: usize, xRow: usize, xStep: usize, k: i32, w: usize, wRow: usize, y: usize, yRow: usize,
): void {
  for (let at: usize = 0, width: usize = 0; at < 64; at += width) {
    width = tileWidth(64 - at);
    tileRows(begin, end, x, xRow, xStep, k, w + at, wRow, 0, y + at, yRow, width);
  }
}

/** Y = a row of starts + X·W for rows [begin, end) of `width` bytes; if `start` is 0, Y += X·W. */
function tileRows(
  begin: i32, end: i32, x: usize, xRow: usize, xStep: usize, k: i32, w: usize, wRow: usize, start: usize, y: usize,
  yRow: usize, width: usize,
): void {
  const sRow = start == 0 ? yRow : 0;
  for (let i = begin, rows: i32 = 0; i < end; i += rows) {
    const xi = x + <usize> i * xRow, yi = y + <usize> i * yRow, s = start == 0 ? yi : start;
    rows = width == 16 ? (end - i >= 6 ? 6 : 1) : tileHeight(end - i);
    if (width == 64) {
      if (rows == 6) tile6x16(xi, xRow, xStep, k, w, wRow, s, sRow, yi, yRow);
      else if (rows == 4) tile4x16(xi, xRow, xStep, k, w, wRow, s, sRow, yi, yRow);
      else tile1x16(xi, xRow, xStep, k, w, wRow, s, sRow, yi, yRow);
    } else if (width == 32) {
      if (rows == 6) tile6x8(xi, xRow, xStep, k, w, wRow, s, sRow, yi, yRow);
      else if (rows == 4) tile4x8(xi, xRow, xStep, k, w, wRow, s, sRow, yi, yRow);
      else tile1x8(xi, xRow, xStep, k, w, wRow, s, sRow, yi, yRow);
    } else if (rows == 6) tile6x4(xi, xRow, xStep, k, w, wRow, s, sRow, yi, yRow);
    else tile1x4(xi, xRow, xStep, k, w, wRow, s, sRow, yi, yRow);
  }
}

/** Rows that the next tile of 8 or 16 columns takes. Eight rows are two tiles of four, not one of six and two single rows. */
// @ts-ignore: decorator
@inline
function tileHeight(left: i32): i32 {
  return left >= 6 && left != 8 ? 6 : left >= 4 ? 4 : 1;
}
