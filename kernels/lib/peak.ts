// What a thread can do at most, for the benchmarks: multiply-adds in registers, and reads in order.
// Both compute units [begin, end) and write one row of 16 f32 (a cache line) per unit, so that nothing is left out.

/**
 * Multiply-adds of a round: 12 accumulators of 4 lanes, more than latency × throughput asks for (4 × 2). The
 * factor is an argument because engines make a constant anew at each use, which would take most of the time.
 */
export function peakFma(begin: i32, end: i32, out: usize, rounds: i32, factor: f32): void {
  const x = f32x4.splat(factor);
  for (let unit = begin; unit < end; unit++) {
    // Different starts, so that no compiler makes one of several.
    let a = x, b = f32x4.add(a, x), c = f32x4.add(b, x), d = f32x4.add(c, x), e = f32x4.add(d, x);
    let f = f32x4.add(e, x), g = f32x4.add(f, x), h = f32x4.add(g, x), i = f32x4.add(h, x);
    let j = f32x4.add(i, x), k = f32x4.add(j, x), l = f32x4.add(k, x);
    for (let round: i32 = 0; round < rounds; round++) {
      a = f32x4.relaxed_madd(x, x, a);
      b = f32x4.relaxed_madd(x, x, b);
      c = f32x4.relaxed_madd(x, x, c);
      d = f32x4.relaxed_madd(x, x, d);
      e = f32x4.relaxed_madd(x, x, e);
      f = f32x4.relaxed_madd(x, x, f);
      g = f32x4.relaxed_madd(x, x, g);
      h = f32x4.relaxed_madd(x, x, h);
      i = f32x4.relaxed_madd(x, x, i);
      j = f32x4.relaxed_madd(x, x, j);
      k = f32x4.relaxed_madd(x, x, k);
      l = f32x4.relaxed_madd(x, x, l);
    }
    const low = f32x4.add(f32x4.add(f32x4.add(a, b), f32x4.add(c, d)), f32x4.add(e, f));
    const high = f32x4.add(f32x4.add(f32x4.add(g, h), f32x4.add(i, j)), f32x4.add(k, l));
    v128.store(out + (<usize> unit << 6), f32x4.add(low, high));
  }
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
    v128.store(out + (<usize> unit << 6), v128.xor(v128.xor(a, b), v128.xor(c, d)));
  }
}
