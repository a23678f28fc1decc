// Products of rows with a matrix, shared by linear and matmul: Y[i,:] = init + Σ_k X[i,k]·W[k,:].
// Legend: K inputs, N columns; all strides in bytes. Two ways:
//   sparseRow  adds one row of W for each non-zero of a row of X (nonzeros.ts). Exact, and fast for pixels and
//              ReLU outputs; best while a block of W's rows stays in the L1 cache.
//   denseTile  4 rows × 8 columns in registers; best for wide W, where X is read once per 8 columns.
import { clearPads, fma } from "./math";

/** Widest matrix, in columns, for which rows are taken one at a time by their non-zeros. */
export const SPARSE_COLUMNS: i32 = 64;

/** Y block of 8 vectors (32 columns) += Σ over the list; `w` and `y` point at the block. */
// @ts-ignore: decorator
@inline
function addList8(list: usize, end: usize, toOffsets: usize, w: usize, y: usize): void {
  let a0 = v128.load(y), a1 = v128.load(y, 16), a2 = v128.load(y, 32), a3 = v128.load(y, 48);
  let a4 = v128.load(y, 64), a5 = v128.load(y, 80), a6 = v128.load(y, 96), a7 = v128.load(y, 112);
  for (let at = list; at < end; at += 4) {
    const row = w + <usize> load<u32>(at + toOffsets), value = v128.load32_splat(at);
    a0 = fma(value, v128.load(row), a0);
    a1 = fma(value, v128.load(row, 16), a1);
    a2 = fma(value, v128.load(row, 32), a2);
    a3 = fma(value, v128.load(row, 48), a3);
    a4 = fma(value, v128.load(row, 64), a4);
    a5 = fma(value, v128.load(row, 80), a5);
    a6 = fma(value, v128.load(row, 96), a6);
    a7 = fma(value, v128.load(row, 112), a7);
  }
  v128.store(y, a0);
  v128.store(y, a1, 16);
  v128.store(y, a2, 32);
  v128.store(y, a3, 48);
  v128.store(y, a4, 64);
  v128.store(y, a5, 80);
  v128.store(y, a6, 96);
  v128.store(y, a7, 112);
}

/** The same for 4 vectors (16 columns). */
// @ts-ignore: decorator
@inline
function addList4(list: usize, end: usize, toOffsets: usize, w: usize, y: usize): void {
  let a0 = v128.load(y), a1 = v128.load(y, 16), a2 = v128.load(y, 32), a3 = v128.load(y, 48);
  for (let at = list; at < end; at += 4) {
    const row = w + <usize> load<u32>(at + toOffsets), value = v128.load32_splat(at);
    a0 = fma(value, v128.load(row), a0);
    a1 = fma(value, v128.load(row, 16), a1);
    a2 = fma(value, v128.load(row, 32), a2);
    a3 = fma(value, v128.load(row, 48), a3);
  }
  v128.store(y, a0);
  v128.store(y, a1, 16);
  v128.store(y, a2, 32);
  v128.store(y, a3, 48);
}

/** The same for 1 vector (4 columns). */
// @ts-ignore: decorator
@inline
function addList1(list: usize, end: usize, toOffsets: usize, w: usize, y: usize): void {
  let a0 = v128.load(y);
  for (let at = list; at < end; at += 4) {
    a0 = fma(v128.load32_splat(at), v128.load(w + <usize> load<u32>(at + toOffsets)), a0);
  }
  v128.store(y, a0);
}

/** One row: Y += Σ over a list (see nonzeros.ts) of value · (row of W at its offset), for a row of `bytes` bytes. */
export function sparseRow(list: usize, end: usize, toOffsets: usize, w: usize, y: usize, bytes: usize): void {
  let at: usize = 0;
  for (; at + 128 <= bytes; at += 128) addList8(list, end, toOffsets, w + at, y + at);
  for (; at + 64 <= bytes; at += 64) addList4(list, end, toOffsets, w + at, y + at);
  for (; at < bytes; at += 16) addList1(list, end, toOffsets, w + at, y + at);
}

/**
 * Four rows × 8 columns: Y += X·W over K. Values of X for row i and input t lie at x + i·xRow + t·xStep, so
 * that X may be stored either way round.
 */
// @ts-ignore: decorator
@inline
export function denseTile4x8(
  x: usize,
  xRow: usize,
  xStep: usize,
  k: i32,
  w: usize,
  wRow: usize,
  y: usize,
  yRow: usize,
): void {
  const y1 = y + yRow, y2 = y1 + yRow, y3 = y2 + yRow;
  const x1 = xRow, x2 = xRow + xRow, x3 = x2 + xRow;
  let a0 = v128.load(y), a1 = v128.load(y, 16), b0 = v128.load(y1), b1 = v128.load(y1, 16);
  let c0 = v128.load(y2), c1 = v128.load(y2, 16), d0 = v128.load(y3), d1 = v128.load(y3, 16);
  let row = w, value = x;
  for (let t: i32 = 0; t < k; t++) {
    const w0 = v128.load(row), w1 = v128.load(row, 16);
    const va = v128.load32_splat(value);
    a0 = fma(va, w0, a0);
    a1 = fma(va, w1, a1);
    const vb = v128.load32_splat(value + x1);
    b0 = fma(vb, w0, b0);
    b1 = fma(vb, w1, b1);
    const vc = v128.load32_splat(value + x2);
    c0 = fma(vc, w0, c0);
    c1 = fma(vc, w1, c1);
    const vd = v128.load32_splat(value + x3);
    d0 = fma(vd, w0, d0);
    d1 = fma(vd, w1, d1);
    row += wRow;
    value += xStep;
  }
  v128.store(y, a0);
  v128.store(y, a1, 16);
  v128.store(y1, b0);
  v128.store(y1, b1, 16);
  v128.store(y2, c0);
  v128.store(y2, c1, 16);
  v128.store(y3, d0);
  v128.store(y3, d1, 16);
}

/** One row × 4 columns, for the edges of the tiles. */
// @ts-ignore: decorator
@inline
export function denseTile1x4(x: usize, xStep: usize, k: i32, w: usize, wRow: usize, y: usize): void {
  let a = v128.load(y), row = w, value = x;
  for (let t: i32 = 0; t < k; t++) {
    a = fma(v128.load32_splat(value), v128.load(row), a);
    row += wRow;
    value += xStep;
  }
  v128.store(y, a);
}

/**
 * Rows [begin, end): Y += X·W over K, by tiles of 4×8 with single rows and vectors at the edges. Each element
 * is summed in the order of K whatever the tile, so the split over threads does not show in the result.
 */
export function denseRows(
  begin: i32,
  end: i32,
  x: usize,
  xRow: usize,
  xStep: usize,
  k: i32,
  w: usize,
  wRow: usize,
  y: usize,
  yRow: usize,
): void {
  const wide = yRow & ~31;
  let i = begin;
  for (; i + 4 <= end; i += 4) {
    const xi = x + <usize> i * xRow, yi = y + <usize> i * yRow;
    for (let at: usize = 0; at < wide; at += 32) {
      denseTile4x8(xi, xRow, xStep, k, w + at, wRow, yi + at, yRow);
    }
    for (let r: usize = 0; wide < yRow && r < 4; r++) {
      denseTile1x4(xi + r * xRow, xStep, k, w + wide, wRow, yi + r * yRow + wide);
    }
  }
  for (; i < end; i++) {
    const xi = x + <usize> i * xRow, yi = y + <usize> i * yRow;
    for (let at: usize = 0; at < yRow; at += 16) denseTile1x4(xi, xStep, k, w + at, wRow, yi + at);
  }
}

/** Sets the pads of rows [begin, end) to zero: beside a NaN they would be NaN. */
export function clearRowPads(begin: i32, end: i32, y: usize, yRow: usize, columns: i32): void {
  if ((columns & 3) == 0) return;
  const first = columns & ~3;
  for (let i = begin; i < end; i++) {
    const at = y + <usize> i * yRow + (<usize> first << 2);
    v128.store(at, clearPads(v128.load(at), first, columns));
  }
}
