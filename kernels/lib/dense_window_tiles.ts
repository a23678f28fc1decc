// Tiles of positions × channels in registers, for dense_windows.ts: joined, 12 or 8 sums. A tile starts from the biases, and
// what it writes is not below `least`, and zero where `masks` has zeros.
import { fma } from "./math";

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

/**
 * Six positions × 16 channels: `rows` rows of the window of `k` values each, `rowBytes` apart; the weights one after another.
 * From `places` on, eight bytes apart, lies where the windows start, from `into` on where in `y` the targets are.
 */
export function window6x16(
  x: usize, places: usize, into: usize, rowBytes: usize, rows: i32, k: i32, w: usize, bias: usize, least: f32,
  masks: usize, y: usize,
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
  put16(y + <usize> load<u32>(into), a0, a1, a2, a3, floor, masks);
  put16(y + <usize> load<u32>(into, 8), b0, b1, b2, b3, floor, masks);
  put16(y + <usize> load<u32>(into, 16), c0, c1, c2, c3, floor, masks);
  put16(y + <usize> load<u32>(into, 24), d0, d1, d2, d3, floor, masks);
  put16(y + <usize> load<u32>(into, 32), e0, e1, e2, e3, floor, masks);
  put16(y + <usize> load<u32>(into, 40), f0, f1, f2, f3, floor, masks);
}

/** Writes eight channels of a position, not below `floor`, and zeros where `masks` has them. */
// @ts-ignore: decorator
@inline
function put8(y: usize, s0: v128, s1: v128, floor: v128, masks: usize): void {
  s0 = v128.and(f32x4.pmax(s0, floor), v128.load(masks));
  s1 = v128.and(f32x4.pmax(s1, floor), v128.load(masks, 16));
  v128.store(y, s0);
  v128.store(y, s1, 16);
}

/** The same for eight positions × eight channels, whose weights are half as far apart. */
export function window8x8(
  x: usize, places: usize, into: usize, rowBytes: usize, rows: i32, k: i32, w: usize, bias: usize, least: f32,
  masks: usize, y: usize,
): void {
  const x0 = <usize> load<u32>(places), x1 = <usize> load<u32>(places, 8) - x0, x2 = <usize> load<u32>(places, 16) - x0;
  const x3 = <usize> load<u32>(places, 24) - x0, x4 = <usize> load<u32>(places, 32) - x0;
  const x5 = <usize> load<u32>(places, 40) - x0, x6 = <usize> load<u32>(places, 48) - x0;
  const x7 = <usize> load<u32>(places, 56) - x0, nextRow = rowBytes - (<usize> k << 2);
  let a0 = v128.load(bias), a1 = v128.load(bias, 16);
  let b0 = a0, b1 = a1, c0 = a0, c1 = a1, d0 = a0, d1 = a1, e0 = a0, e1 = a1;
  let f0 = a0, f1 = a1, g0 = a0, g1 = a1, h0 = a0, h1 = a1;
  let row = w, value = x + x0;
  for (let r: i32 = 0; r < rows; r++) {
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
      const vg = v128.load32_splat(value + x6);
      g0 = fma(vg, w0, g0);
      g1 = fma(vg, w1, g1);
      const vh = v128.load32_splat(value + x7);
      h0 = fma(vh, w0, h0);
      h1 = fma(vh, w1, h1);
      row += 32;
      value += 4;
    }
    value += nextRow;
  }
  const floor = f32x4.splat(least);
  put8(y + <usize> load<u32>(into), a0, a1, floor, masks);
  put8(y + <usize> load<u32>(into, 8), b0, b1, floor, masks);
  put8(y + <usize> load<u32>(into, 16), c0, c1, floor, masks);
  put8(y + <usize> load<u32>(into, 24), d0, d1, floor, masks);
  put8(y + <usize> load<u32>(into, 32), e0, e1, floor, masks);
  put8(y + <usize> load<u32>(into, 40), f0, f1, floor, masks);
  put8(y + <usize> load<u32>(into, 48), g0, g1, floor, masks);
  put8(y + <usize> load<u32>(into, 56), h0, h1, floor, masks);
}
