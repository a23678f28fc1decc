// Tiles of the dense product, for wide matrices: every row of W is read once per tile. Values of X for row i and
// input t lie at x + i·xRow + t·xStep, so that X may be stored either way round; strides are in bytes. All tiles
// sum each element in the order of K, so that neither the choice of tiles nor the split over threads shows.
import { fma } from "./math";

/**
 * Y = S + X·W for 6 rows × 8 columns: 12 sums, 2 vectors of W and a value of X fill the 16 registers. S may be Y, or one row for
 * all, such as biases, with `sRow` 0.
 */
// @ts-ignore: decorator
@inline
export function tile6x8(
  x: usize, xRow: usize, xStep: usize, k: i32, w: usize, wRow: usize, s: usize, sRow: usize, y: usize, yRow: usize,
): void {
  const y1 = y + yRow, y2 = y1 + yRow, y3 = y2 + yRow, y4 = y3 + yRow, y5 = y4 + yRow;
  const s1 = s + sRow, s2 = s1 + sRow, s3 = s2 + sRow, s4 = s3 + sRow, s5 = s4 + sRow;
  const x1 = xRow, x2 = x1 + xRow, x3 = x2 + xRow, x4 = x3 + xRow, x5 = x4 + xRow;
  let a0 = v128.load(s), a1 = v128.load(s, 16);
  let b0 = v128.load(s1), b1 = v128.load(s1, 16);
  let c0 = v128.load(s2), c1 = v128.load(s2, 16);
  let d0 = v128.load(s3), d1 = v128.load(s3, 16);
  let e0 = v128.load(s4), e1 = v128.load(s4, 16);
  let f0 = v128.load(s5), f1 = v128.load(s5, 16);
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
    const ve = v128.load32_splat(value + x4);
    e0 = fma(ve, w0, e0);
    e1 = fma(ve, w1, e1);
    const vf = v128.load32_splat(value + x5);
    f0 = fma(vf, w0, f0);
    f1 = fma(vf, w1, f1);
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
  v128.store(y4, e0);
  v128.store(y4, e1, 16);
  v128.store(y5, f0);
  v128.store(y5, f1, 16);
}

/** The same for 4 rows × 8 columns. */
// @ts-ignore: decorator
@inline
export function tile4x8(
  x: usize, xRow: usize, xStep: usize, k: i32, w: usize, wRow: usize, s: usize, sRow: usize, y: usize, yRow: usize,
): void {
  const y1 = y + yRow, y2 = y1 + yRow, y3 = y2 + yRow;
  const s1 = s + sRow, s2 = s1 + sRow, s3 = s2 + sRow;
  const x1 = xRow, x2 = x1 + xRow, x3 = x2 + xRow;
  let a0 = v128.load(s), a1 = v128.load(s, 16);
  let b0 = v128.load(s1), b1 = v128.load(s1, 16);
  let c0 = v128.load(s2), c1 = v128.load(s2, 16);
  let d0 = v128.load(s3), d1 = v128.load(s3, 16);
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

/** The same for a row × 8 columns. */
// @ts-ignore: decorator
@inline
export function tile1x8(
  x: usize, xRow: usize, xStep: usize, k: i32, w: usize, wRow: usize, s: usize, sRow: usize, y: usize, yRow: usize,
): void {
  let a0 = v128.load(s), a1 = v128.load(s, 16);
  let row = w, value = x;
  for (let t: i32 = 0; t < k; t++) {
    const w0 = v128.load(row), w1 = v128.load(row, 16);
    const va = v128.load32_splat(value);
    a0 = fma(va, w0, a0);
    a1 = fma(va, w1, a1);
    row += wRow;
    value += xStep;
  }
  v128.store(y, a0);
  v128.store(y, a1, 16);
}

/** The same for 6 rows × 4 columns. */
// @ts-ignore: decorator
@inline
export function tile6x4(
  x: usize, xRow: usize, xStep: usize, k: i32, w: usize, wRow: usize, s: usize, sRow: usize, y: usize, yRow: usize,
): void {
  const y1 = y + yRow, y2 = y1 + yRow, y3 = y2 + yRow, y4 = y3 + yRow, y5 = y4 + yRow;
  const s1 = s + sRow, s2 = s1 + sRow, s3 = s2 + sRow, s4 = s3 + sRow, s5 = s4 + sRow;
  const x1 = xRow, x2 = x1 + xRow, x3 = x2 + xRow, x4 = x3 + xRow, x5 = x4 + xRow;
  let a0 = v128.load(s);
  let b0 = v128.load(s1);
  let c0 = v128.load(s2);
  let d0 = v128.load(s3);
  let e0 = v128.load(s4);
  let f0 = v128.load(s5);
  let row = w, value = x;
  for (let t: i32 = 0; t < k; t++) {
    const w0 = v128.load(row);
    a0 = fma(v128.load32_splat(value), w0, a0);
    b0 = fma(v128.load32_splat(value + x1), w0, b0);
    c0 = fma(v128.load32_splat(value + x2), w0, c0);
    d0 = fma(v128.load32_splat(value + x3), w0, d0);
    e0 = fma(v128.load32_splat(value + x4), w0, e0);
    f0 = fma(v128.load32_splat(value + x5), w0, f0);
    row += wRow;
    value += xStep;
  }
  v128.store(y, a0);
  v128.store(y1, b0);
  v128.store(y2, c0);
  v128.store(y3, d0);
  v128.store(y4, e0);
  v128.store(y5, f0);
}

/** The same for a row × 4 columns. */
// @ts-ignore: decorator
@inline
export function tile1x4(
  x: usize, xRow: usize, xStep: usize, k: i32, w: usize, wRow: usize, s: usize, sRow: usize, y: usize, yRow: usize,
): void {
  let a0 = v128.load(s);
  let row = w, value = x;
  for (let t: i32 = 0; t < k; t++) {
    const w0 = v128.load(row);
    const va = v128.load32_splat(value);
    a0 = fma(va, w0, a0);
    row += wRow;
    value += xStep;
  }
  v128.store(y, a0);
}
