// Tiles of 16 columns for an engine that joins pairs of neighbouring vectors into one of 256 bits (see joinsVectors in
// lib/layout.ts): two thirds of its 16 registers are sums. Elsewhere the sums would not fit, and tiles.ts has narrower
// ones. The order of summation is as there: the numbers are the same, bit for bit.
import { fma } from "./math";

/** Y = S + X·W for 6 rows × 16 columns: joined, 12 sums, 2 vectors of W and a value of X. */
export function tile6x16(
  x: usize, xRow: usize, xStep: usize, k: i32, w: usize, wRow: usize, s: usize, sRow: usize, y: usize, yRow: usize,
): void {
  const y1 = y + yRow, y2 = y1 + yRow, y3 = y2 + yRow, y4 = y3 + yRow, y5 = y4 + yRow;
  const s1 = s + sRow, s2 = s1 + sRow, s3 = s2 + sRow, s4 = s3 + sRow, s5 = s4 + sRow;
  const x1 = xRow, x2 = x1 + xRow, x3 = x2 + xRow, x4 = x3 + xRow, x5 = x4 + xRow;
  let a0 = v128.load(s), a1 = v128.load(s, 16), a2 = v128.load(s, 32), a3 = v128.load(s, 48);
  let b0 = v128.load(s1), b1 = v128.load(s1, 16), b2 = v128.load(s1, 32), b3 = v128.load(s1, 48);
  let c0 = v128.load(s2), c1 = v128.load(s2, 16), c2 = v128.load(s2, 32), c3 = v128.load(s2, 48);
  let d0 = v128.load(s3), d1 = v128.load(s3, 16), d2 = v128.load(s3, 32), d3 = v128.load(s3, 48);
  let e0 = v128.load(s4), e1 = v128.load(s4, 16), e2 = v128.load(s4, 32), e3 = v128.load(s4, 48);
  let f0 = v128.load(s5), f1 = v128.load(s5, 16), f2 = v128.load(s5, 32), f3 = v128.load(s5, 48);
  let row = w, value = x;
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
    row += wRow;
    value += xStep;
  }
  v128.store(y, a0);
  v128.store(y, a1, 16);
  v128.store(y, a2, 32);
  v128.store(y, a3, 48);
  v128.store(y1, b0);
  v128.store(y1, b1, 16);
  v128.store(y1, b2, 32);
  v128.store(y1, b3, 48);
  v128.store(y2, c0);
  v128.store(y2, c1, 16);
  v128.store(y2, c2, 32);
  v128.store(y2, c3, 48);
  v128.store(y3, d0);
  v128.store(y3, d1, 16);
  v128.store(y3, d2, 32);
  v128.store(y3, d3, 48);
  v128.store(y4, e0);
  v128.store(y4, e1, 16);
  v128.store(y4, e2, 32);
  v128.store(y4, e3, 48);
  v128.store(y5, f0);
  v128.store(y5, f1, 16);
  v128.store(y5, f2, 32);
  v128.store(y5, f3, 48);
}

/** The same for 4 rows × 16 columns: the 8 sums that two multiply-adds a cycle, each of 4 cycles, can be busy with. */
// @ts-ignore: decorator
@inline
export function tile4x16(
  x: usize, xRow: usize, xStep: usize, k: i32, w: usize, wRow: usize, s: usize, sRow: usize, y: usize, yRow: usize,
): void {
  const y1 = y + yRow, y2 = y1 + yRow, y3 = y2 + yRow;
  const s1 = s + sRow, s2 = s1 + sRow, s3 = s2 + sRow;
  const x1 = xRow, x2 = x1 + xRow, x3 = x2 + xRow;
  let a0 = v128.load(s), a1 = v128.load(s, 16), a2 = v128.load(s, 32), a3 = v128.load(s, 48);
  let b0 = v128.load(s1), b1 = v128.load(s1, 16), b2 = v128.load(s1, 32), b3 = v128.load(s1, 48);
  let c0 = v128.load(s2), c1 = v128.load(s2, 16), c2 = v128.load(s2, 32), c3 = v128.load(s2, 48);
  let d0 = v128.load(s3), d1 = v128.load(s3, 16), d2 = v128.load(s3, 32), d3 = v128.load(s3, 48);
  let row = w, value = x;
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
    row += wRow;
    value += xStep;
  }
  v128.store(y, a0);
  v128.store(y, a1, 16);
  v128.store(y, a2, 32);
  v128.store(y, a3, 48);
  v128.store(y1, b0);
  v128.store(y1, b1, 16);
  v128.store(y1, b2, 32);
  v128.store(y1, b3, 48);
  v128.store(y2, c0);
  v128.store(y2, c1, 16);
  v128.store(y2, c2, 32);
  v128.store(y2, c3, 48);
  v128.store(y3, d0);
  v128.store(y3, d1, 16);
  v128.store(y3, d2, 32);
  v128.store(y3, d3, 48);
}

/** The same for a row × 16 columns. */
// @ts-ignore: decorator
@inline
export function tile1x16(
  x: usize, xRow: usize, xStep: usize, k: i32, w: usize, wRow: usize, s: usize, sRow: usize, y: usize, yRow: usize,
): void {
  let a0 = v128.load(s), a1 = v128.load(s, 16), a2 = v128.load(s, 32), a3 = v128.load(s, 48);
  let row = w, value = x;
  for (let t: i32 = 0; t < k; t++) {
    const w0 = v128.load(row), w1 = v128.load(row, 16), w2 = v128.load(row, 32), w3 = v128.load(row, 48);
    const va = v128.load32_splat(value);
    a0 = fma(va, w0, a0);
    a1 = fma(va, w1, a1);
    a2 = fma(va, w2, a2);
    a3 = fma(va, w3, a3);
    row += wRow;
    value += xStep;
  }
  v128.store(y, a0);
  v128.store(y, a1, 16);
  v128.store(y, a2, 32);
  v128.store(y, a3, 48);
}
