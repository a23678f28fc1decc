// Products with a transposed matrix: dot products of long rows with rows.
import { joinsVectors, scratch } from "./layout";
import { clearPads, fma, sums4 } from "./math";

/**
 * Sums the products of two rows of A with four of B into eight pairs, vector by vector: those at even places into the
 * first of a pair, those at odd places into the second. Both at once, for an engine that joins them.
 */
// @ts-ignore: decorator
@inline
function addPairs(a0: usize, a1: usize, b0: usize, b1: usize, b2: usize, b3: usize, bytes: usize, sums: usize): void {
  const zero = f32x4.splat(0);
  let s0 = zero, s1 = zero, s2 = zero, s3 = zero, r0 = zero, r1 = zero, r2 = zero, r3 = zero;
  let t0 = zero, t1 = zero, t2 = zero, t3 = zero, u0 = zero, u1 = zero, u2 = zero, u3 = zero;
  for (let at: usize = 0; at < bytes; at += 32) {
    const x0 = v128.load(a0 + at), y0 = v128.load(a0 + at, 16), x1 = v128.load(a1 + at), y1 = v128.load(a1 + at, 16);
    const v0 = v128.load(b0 + at), w0 = v128.load(b0 + at, 16), v1 = v128.load(b1 + at), w1 = v128.load(b1 + at, 16);
    const v2 = v128.load(b2 + at), w2 = v128.load(b2 + at, 16), v3 = v128.load(b3 + at), w3 = v128.load(b3 + at, 16);
    s0 = fma(x0, v0, s0);
    t0 = fma(y0, w0, t0);
    r0 = fma(x1, v0, r0);
    u0 = fma(y1, w0, u0);
    s1 = fma(x0, v1, s1);
    t1 = fma(y0, w1, t1);
    r1 = fma(x1, v1, r1);
    u1 = fma(y1, w1, u1);
    s2 = fma(x0, v2, s2);
    t2 = fma(y0, w2, t2);
    r2 = fma(x1, v2, r2);
    u2 = fma(y1, w2, u2);
    s3 = fma(x0, v3, s3);
    t3 = fma(y0, w3, t3);
    r3 = fma(x1, v3, r3);
    u3 = fma(y1, w3, u3);
  }
  v128.store(sums, s0);
  v128.store(sums, t0, 16);
  v128.store(sums, s1, 32);
  v128.store(sums, t1, 48);
  v128.store(sums, s2, 64);
  v128.store(sums, t2, 80);
  v128.store(sums, s3, 96);
  v128.store(sums, t3, 112);
  v128.store(sums, r0, 128);
  v128.store(sums, u0, 144);
  v128.store(sums, r1, 160);
  v128.store(sums, u1, 176);
  v128.store(sums, r2, 192);
  v128.store(sums, u2, 208);
  v128.store(sums, r3, 224);
  v128.store(sums, u3, 240);
}

/** The same for one of each pair: with `from` 0 the first, with 16 the second. */
// @ts-ignore: decorator
@inline
function addHalf(
  a0: usize, a1: usize, b0: usize, b1: usize, b2: usize, b3: usize, from: usize, bytes: usize, sums: usize,
): void {
  let s0 = f32x4.splat(0), s1 = s0, s2 = s0, s3 = s0, r0 = s0, r1 = s0, r2 = s0, r3 = s0;
  for (let at = from; at < bytes; at += 32) {
    const x0 = v128.load(a0 + at), x1 = v128.load(a1 + at);
    const w0 = v128.load(b0 + at), w1 = v128.load(b1 + at), w2 = v128.load(b2 + at), w3 = v128.load(b3 + at);
    s0 = fma(x0, w0, s0);
    r0 = fma(x1, w0, r0);
    s1 = fma(x0, w1, s1);
    r1 = fma(x1, w1, r1);
    s2 = fma(x0, w2, s2);
    r2 = fma(x1, w2, r2);
    s3 = fma(x0, w3, s3);
    r3 = fma(x1, w3, r3);
  }
  const to = sums + from;
  v128.store(to, s0);
  v128.store(to, s1, 32);
  v128.store(to, s2, 64);
  v128.store(to, s3, 96);
  v128.store(to, r0, 128);
  v128.store(to, r1, 160);
  v128.store(to, r2, 192);
  v128.store(to, r3, 224);
}

/** Four dots from their pairs of sums at `at`, and from the products of the last vectors where their count is odd. */
// @ts-ignore: decorator
@inline
function total(at: usize, last: usize, b0: usize, b1: usize, b2: usize, b3: usize): v128 {
  let s0 = v128.load(at), s1 = v128.load(at, 32), s2 = v128.load(at, 64), s3 = v128.load(at, 96);
  if (last != 0) {
    const x = v128.load(last);
    s0 = fma(x, v128.load(b0), s0);
    s1 = fma(x, v128.load(b1), s1);
    s2 = fma(x, v128.load(b2), s2);
    s3 = fma(x, v128.load(b3), s3);
  }
  s0 = f32x4.add(s0, v128.load(at, 16));
  s1 = f32x4.add(s1, v128.load(at, 48));
  s2 = f32x4.add(s2, v128.load(at, 80));
  s3 = f32x4.add(s3, v128.load(at, 112));
  return sums4(s0, s1, s2, s3);
}

/**
 * Rows [begin, end) of C = bias + A·Bᵀ, two rows × four columns at a time. The pads of the rows of both are zero, so dots
 * run over whole vectors; term t of a dot is summed in part t modulo 8, and the parts are added at the end. An element's
 * sum is the same whether its row has a neighbour or not. Limits: 256 bytes of scratch.
 */
export function dots(
  begin: i32, end: i32, a: usize, aRow: usize, b: usize, bRow: usize, bias: usize, c: usize, cRow: usize, n: i32,
): void {
  const sums = scratch(), even = aRow & ~31, isOdd = (aRow & 16) != 0;
  for (let j: i32 = 0; j < n; j += 4) {
    // Columns past the last repeat it; their lanes are cleared.
    const b0 = b + <usize> j * bRow;
    const b1 = b + <usize> min(j + 1, n - 1) * bRow;
    const b2 = b + <usize> min(j + 2, n - 1) * bRow;
    const b3 = b + <usize> min(j + 3, n - 1) * bRow;
    const start = bias == 0 ? f32x4.splat(0) : v128.load(bias + (<usize> j << 2));
    for (let i = begin; i < end; i += 2) {
      const a0 = a + <usize> i * aRow, a1 = i + 1 < end ? a0 + aRow : a0;
      const c0 = c + <usize> i * cRow + (<usize> j << 2), c1 = i + 1 < end ? c0 + cRow : c0;
      if (joinsVectors()) addPairs(a0, a1, b0, b1, b2, b3, even, sums);
      else {
        addHalf(a0, a1, b0, b1, b2, b3, 0, even, sums);
        addHalf(a0, a1, b0, b1, b2, b3, 16, even, sums);
      }
      const last0 = isOdd ? a0 + even : 0, last1 = isOdd ? a1 + even : 0;
      const d0 = b0 + even, d1 = b1 + even, d2 = b2 + even, d3 = b3 + even;
      v128.store(c0, clearPads(f32x4.add(start, total(sums, last0, d0, d1, d2, d3)), j, n));
      v128.store(c1, clearPads(f32x4.add(start, total(sums + 128, last1, d0, d1, d2, d3)), j, n));
    }
  }
}
