// Products of rows by their non-zeros (nonzeros.ts): Y += Σ value · row of W. Exact, and fast for pixels and ReLU
// outputs while the rows of W stay in a near cache; wide products of numbers take dense.ts instead.
import { joinsVectors } from "./layout";
import { clearPads, fma } from "./math";
import { TO_PLACES } from "./nonzeros";

/**
 * Whether rows of `k` inputs times a matrix of `n` columns are better taken by their non-zeros than by tiles: for
 * long rows, where listing them pays, and narrow matrices, which stay in a near cache.
 */
// @ts-ignore: decorator
@inline
export function takesNonZeros(k: i32, n: i32): bool {
  return k >= 128 && n <= 64;
}

/** Where up to 64 sums start that start from zero. */
export const ZEROS: usize = memory.data(256, 16);

/** The value of an entry, in every lane. */
// @ts-ignore: decorator
@inline
function valueAt(isBytes: bool, at: usize, scale: f32): v128 {
  return isBytes ? f32x4.splat(<f32> load<u8>(at) * scale) : v128.load32_splat(at);
}

/** Where the row lies that it multiplies. */
// @ts-ignore: decorator
@inline
function placeAt(isBytes: bool, at: usize, stride: usize): usize {
  return isBytes ? <usize> load<u8>(at) * stride : <usize> load<u32>(at);
}

/** Y block of 16 vectors (64 columns) = its start + Σ over the list: joined, the 8 sums that keep two multipliers busy. */
// @ts-ignore: decorator
@inline
function addList16(
  isBytes: bool, list: usize, end: usize, toPlaces: usize, scale: f32, stride: usize, w: usize, from: usize, y: usize,
): void {
  let a0 = v128.load(from), a1 = v128.load(from, 16), a2 = v128.load(from, 32), a3 = v128.load(from, 48);
  let a4 = v128.load(from, 64), a5 = v128.load(from, 80), a6 = v128.load(from, 96), a7 = v128.load(from, 112);
  let a8 = v128.load(from, 128), a9 = v128.load(from, 144), a10 = v128.load(from, 160), a11 = v128.load(from, 176);
  let a12 = v128.load(from, 192), a13 = v128.load(from, 208), a14 = v128.load(from, 224), a15 = v128.load(from, 240);
  for (let at = list; at < end; at += isBytes ? 1 : 4) {
    const value = valueAt(isBytes, at, scale), row = w + placeAt(isBytes, at + toPlaces, stride);
    a0 = fma(value, v128.load(row), a0);
    a1 = fma(value, v128.load(row, 16), a1);
    a2 = fma(value, v128.load(row, 32), a2);
    a3 = fma(value, v128.load(row, 48), a3);
    a4 = fma(value, v128.load(row, 64), a4);
    a5 = fma(value, v128.load(row, 80), a5);
    a6 = fma(value, v128.load(row, 96), a6);
    a7 = fma(value, v128.load(row, 112), a7);
    a8 = fma(value, v128.load(row, 128), a8);
    a9 = fma(value, v128.load(row, 144), a9);
    a10 = fma(value, v128.load(row, 160), a10);
    a11 = fma(value, v128.load(row, 176), a11);
    a12 = fma(value, v128.load(row, 192), a12);
    a13 = fma(value, v128.load(row, 208), a13);
    a14 = fma(value, v128.load(row, 224), a14);
    a15 = fma(value, v128.load(row, 240), a15);
  }
  v128.store(y, a0);
  v128.store(y, a1, 16);
  v128.store(y, a2, 32);
  v128.store(y, a3, 48);
  v128.store(y, a4, 64);
  v128.store(y, a5, 80);
  v128.store(y, a6, 96);
  v128.store(y, a7, 112);
  v128.store(y, a8, 128);
  v128.store(y, a9, 144);
  v128.store(y, a10, 160);
  v128.store(y, a11, 176);
  v128.store(y, a12, 192);
  v128.store(y, a13, 208);
  v128.store(y, a14, 224);
  v128.store(y, a15, 240);
}

/** Y block of 8 vectors (32 columns) = its start + Σ over the list; `w`, `from` and `y` point at the block. */
// @ts-ignore: decorator
@inline
function addList8(
  isBytes: bool, list: usize, end: usize, toPlaces: usize, scale: f32, stride: usize, w: usize, from: usize, y: usize,
): void {
  let a0 = v128.load(from), a1 = v128.load(from, 16), a2 = v128.load(from, 32), a3 = v128.load(from, 48);
  let a4 = v128.load(from, 64), a5 = v128.load(from, 80), a6 = v128.load(from, 96), a7 = v128.load(from, 112);
  for (let at = list; at < end; at += isBytes ? 1 : 4) {
    const value = valueAt(isBytes, at, scale), row = w + placeAt(isBytes, at + toPlaces, stride);
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
function addList4(
  isBytes: bool, list: usize, end: usize, toPlaces: usize, scale: f32, stride: usize, w: usize, from: usize, y: usize,
): void {
  let a0 = v128.load(from), a1 = v128.load(from, 16), a2 = v128.load(from, 32), a3 = v128.load(from, 48);
  for (let at = list; at < end; at += isBytes ? 1 : 4) {
    const value = valueAt(isBytes, at, scale), row = w + placeAt(isBytes, at + toPlaces, stride);
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
function addList1(
  isBytes: bool, list: usize, end: usize, toPlaces: usize, scale: f32, stride: usize, w: usize, from: usize, y: usize,
): void {
  let a0 = v128.load(from);
  for (let at = list; at < end; at += isBytes ? 1 : 4) {
    const value = valueAt(isBytes, at, scale), row = w + placeAt(isBytes, at + toPlaces, stride);
    a0 = fma(value, v128.load(row), a0);
  }
  v128.store(y, a0);
}

/**
 * One row of `bytes` bytes: Y = start + Σ over a list (see nonzeros.ts) of value · (row of W at its offset). The
 * start lies at `from`, which may be `y`; 0 stands for zeros.
 */
export function sparseRow(
  list: usize, end: usize, toOffsets: usize, w: usize, from: usize, y: usize, bytes: usize,
): void {
  along(false, list, end, toOffsets, 0, 0, w, from, y, bytes);
}

/** Bytes of a row up to which a list of bytes is gone through once: of more it is widened first (nonzeros.ts). */
export const BYTES_ROW: usize = 256;

/** The same for a list of bytes, whose values are multiples of `scale`, and places of `stride`. */
export function sparseByteRow(
  list: usize, end: usize, scale: f32, stride: usize, w: usize, from: usize, y: usize, bytes: usize,
): void {
  along(true, list, end, TO_PLACES, scale, stride, w, from, y, bytes);
}

// @ts-ignore: decorator
@inline
function along(
  isBytes: bool, list: usize, end: usize, toPlaces: usize, scale: f32, stride: usize, w: usize, from: usize, y: usize,
  bytes: usize,
): void {
  let at: usize = 0;
  const widest = joinsVectors() ? bytes : 0;
  for (; at + 256 <= widest; at += 256) {
    addList16(isBytes, list, end, toPlaces, scale, stride, w + at, from == 0 ? ZEROS : from + at, y + at);
  }
  for (; at + 128 <= bytes; at += 128) {
    addList8(isBytes, list, end, toPlaces, scale, stride, w + at, from == 0 ? ZEROS : from + at, y + at);
  }
  for (; at + 64 <= bytes; at += 64) {
    addList4(isBytes, list, end, toPlaces, scale, stride, w + at, from == 0 ? ZEROS : from + at, y + at);
  }
  for (; at < bytes; at += 16) {
    addList1(isBytes, list, end, toPlaces, scale, stride, w + at, from == 0 ? ZEROS : from + at, y + at);
  }
}

/** Bytes of the columns that a pass over lists takes at a time: 32 of them, 64 where vectors are joined. */
// @ts-ignore: decorator
@inline
export function listedBytes(): usize {
  return joinsVectors() ? 256 : 128;
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
