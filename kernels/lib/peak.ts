// What a thread can do at most, for the benchmarks: multiply-adds in registers, and reads in order.
// Both compute units [begin, end) and write one row of 16 f32 (a cache line) per unit, so that nothing is left out.
import { joinsVectors } from "./layout";
import { fma } from "./math";

/**
 * Multiply-adds of a round: 12 accumulators of 4 lanes, more than latency × throughput asks for (4 × 2); where the engine
 * joins vectors, a round is half of one on 12 pairs. The factor is an argument because engines make a constant anew at
 * each use, which would take most of the time.
 */
export function peakFma(begin: i32, end: i32, out: usize, rounds: i32, factor: f32): void {
  const x = f32x4.splat(factor);
  if (joinsVectors()) {
    for (let unit = begin; unit < end; unit++) pairs(out + (<usize> unit << 6), rounds >> 1, factor);
    return;
  }
  for (let unit = begin; unit < end; unit++) {
    // Different starts, so that no compiler makes one of several.
    let a = x, b = f32x4.add(a, x), c = f32x4.add(b, x), d = f32x4.add(c, x), e = f32x4.add(d, x);
    let f = f32x4.add(e, x), g = f32x4.add(f, x), h = f32x4.add(g, x), i = f32x4.add(h, x);
    let j = f32x4.add(i, x), k = f32x4.add(j, x), l = f32x4.add(k, x);
    for (let round: i32 = 0; round < rounds; round++) {
      a = fma(x, x, a);
      b = fma(x, x, b);
      c = fma(x, x, c);
      d = fma(x, x, d);
      e = fma(x, x, e);
      f = fma(x, x, f);
      g = fma(x, x, g);
      h = fma(x, x, h);
      i = fma(x, x, i);
      j = fma(x, x, j);
      k = fma(x, x, k);
      l = fma(x, x, l);
    }
    const low = f32x4.add(f32x4.add(f32x4.add(a, b), f32x4.add(c, d)), f32x4.add(e, f));
    const high = f32x4.add(f32x4.add(f32x4.add(g, h), f32x4.add(i, j)), f32x4.add(k, l));
    v128.store(out + (<usize> unit << 6), f32x4.add(low, high));
  }
}

/** The same on 12 pairs, of which the engine sees that they are neighbours where they are read and written. */
function pairs(at: usize, rounds: i32, factor: f32): void {
  const x = f32x4.splat(factor);
  let a0 = v128.load(at), a1 = v128.load(at, 16);
  let b0 = f32x4.add(a0, x), b1 = f32x4.add(a1, x);
  let c0 = f32x4.add(b0, x), c1 = f32x4.add(b1, x);
  let d0 = f32x4.add(c0, x), d1 = f32x4.add(c1, x);
  let e0 = f32x4.add(d0, x), e1 = f32x4.add(d1, x);
  let f0 = f32x4.add(e0, x), f1 = f32x4.add(e1, x);
  let g0 = f32x4.add(f0, x), g1 = f32x4.add(f1, x);
  let h0 = f32x4.add(g0, x), h1 = f32x4.add(g1, x);
  let i0 = f32x4.add(h0, x), i1 = f32x4.add(h1, x);
  let j0 = f32x4.add(i0, x), j1 = f32x4.add(i1, x);
  let k0 = f32x4.add(j0, x), k1 = f32x4.add(j1, x);
  let l0 = f32x4.add(k0, x), l1 = f32x4.add(k1, x);
  for (let round: i32 = 0; round < rounds; round++) {
    a0 = fma(x, x, a0);
    a1 = fma(x, x, a1);
    b0 = fma(x, x, b0);
    b1 = fma(x, x, b1);
    c0 = fma(x, x, c0);
    c1 = fma(x, x, c1);
    d0 = fma(x, x, d0);
    d1 = fma(x, x, d1);
    e0 = fma(x, x, e0);
    e1 = fma(x, x, e1);
    f0 = fma(x, x, f0);
    f1 = fma(x, x, f1);
    g0 = fma(x, x, g0);
    g1 = fma(x, x, g1);
    h0 = fma(x, x, h0);
    h1 = fma(x, x, h1);
    i0 = fma(x, x, i0);
    i1 = fma(x, x, i1);
    j0 = fma(x, x, j0);
    j1 = fma(x, x, j1);
    k0 = fma(x, x, k0);
    k1 = fma(x, x, k1);
    l0 = fma(x, x, l0);
    l1 = fma(x, x, l1);
  }
  const first0 = f32x4.add(f32x4.add(f32x4.add(a0, b0), f32x4.add(c0, d0)), f32x4.add(e0, f0));
  const last0 = f32x4.add(f32x4.add(f32x4.add(g0, h0), f32x4.add(i0, j0)), f32x4.add(k0, l0));
  const first1 = f32x4.add(f32x4.add(f32x4.add(a1, b1), f32x4.add(c1, d1)), f32x4.add(e1, f1));
  const last1 = f32x4.add(f32x4.add(f32x4.add(g1, h1), f32x4.add(i1, j1)), f32x4.add(k1, l1));
  v128.store(at, f32x4.add(first0, last0));
  v128.store(at, f32x4.add(first1, last1), 16);
}

/** Unit u reads `bytes` bytes (a multiple of 128) from source + u·bytes on, `repeats` times over. */
export function peakRead(
  begin: i32,
  end: i32,
  source: usize,
  out: usize,
  bytes: i32,
  repeats: i32,
): void {
  for (let unit = begin; unit < end; unit++) {
    const first = source + <usize> unit * <usize> bytes, last = first + <usize> bytes;
    let a = f32x4.splat(0), b = a, c = a, d = a;
    for (let repeat: i32 = 0; repeat < repeats; repeat++) {
      for (let at = first; at < last; at += 128) {
        a = v128.xor(a, v128.load(at));
        b = v128.xor(b, v128.load(at, 16));
        c = v128.xor(c, v128.load(at, 32));
        d = v128.xor(d, v128.load(at, 48));
        a = v128.xor(a, v128.load(at, 64));
        b = v128.xor(b, v128.load(at, 80));
        c = v128.xor(c, v128.load(at, 96));
        d = v128.xor(d, v128.load(at, 112));
      }
    }
    const line = out + (<usize> unit << 6);
    v128.store(line, v128.xor(a, c));
    v128.store(line, v128.xor(b, d), 16);
  }
}
