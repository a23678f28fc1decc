// centred_sums: S[b,0,c] = Σ_p A[b,p,c] and S[b,1,c] = Σ_p A[b,p,c]·(X[b,p,c] − m[c]).   A, X [B,P,C], m [C] → S [B,2,C].
// Split: vectors of four channels of an image. Each has two sums of either kind, of even places and of odd ones; two
// vectors at a time.
import { fma } from "./lib/math";

export function centred_sums(
  begin: i32, end: i32, a: usize, x: usize, means: usize, s: usize, places: i32, vectors: i32,
): void {
  const row = <usize> vectors << 4;
  for (let at = begin; at < end;) {
    const image = at / vectors, first = at % vectors, last = min(vectors, first + end - at);
    const start = <usize> image * <usize> places * row, to = s + <usize> image * (row << 1);
    let j = first;
    for (; j + 2 <= last; j += 2) {
      const by = <usize> j << 4;
      sums2(a + start + by, x + start + by, row, places, means + by, to + by);
    }
    if (j < last) {
      const by = <usize> j << 4;
      sums1(a + start + by, x + start + by, row, places, means + by, to + by);
    }
    at += last - first;
  }
}

function sums2(a: usize, x: usize, row: usize, places: i32, means: usize, to: usize): void {
  const m0 = v128.load(means), m1 = v128.load(means, 16), toX = x - a;
  let s0 = f32x4.splat(0), s1 = s0, t0 = s0, t1 = s0, p0 = s0, p1 = s0, q0 = s0, q1 = s0;
  let at = a, p: i32 = 0;
  for (; p + 2 <= places; p += 2) {
    const odd = at + row;
    const a0 = v128.load(at), a1 = v128.load(at, 16), b0 = v128.load(odd), b1 = v128.load(odd, 16);
    s0 = f32x4.add(s0, a0);
    s1 = f32x4.add(s1, a1);
    t0 = f32x4.add(t0, b0);
    t1 = f32x4.add(t1, b1);
    p0 = fma(a0, f32x4.sub(v128.load(at + toX), m0), p0);
    p1 = fma(a1, f32x4.sub(v128.load(at + toX, 16), m1), p1);
    q0 = fma(b0, f32x4.sub(v128.load(odd + toX), m0), q0);
    q1 = fma(b1, f32x4.sub(v128.load(odd + toX, 16), m1), q1);
    at = odd + row;
  }
  for (; p < places; p++) {
    const a0 = v128.load(at), a1 = v128.load(at, 16);
    s0 = f32x4.add(s0, a0);
    s1 = f32x4.add(s1, a1);
    p0 = fma(a0, f32x4.sub(v128.load(at + toX), m0), p0);
    p1 = fma(a1, f32x4.sub(v128.load(at + toX, 16), m1), p1);
  }
  s0 = f32x4.add(s0, t0);
  s1 = f32x4.add(s1, t1);
  p0 = f32x4.add(p0, q0);
  p1 = f32x4.add(p1, q1);
  v128.store(to, s0);
  v128.store(to, s1, 16);
  v128.store(to + row, p0);
  v128.store(to + row, p1, 16);
}

function sums1(a: usize, x: usize, row: usize, places: i32, means: usize, to: usize): void {
  const mean = v128.load(means), toX = x - a;
  let s = f32x4.splat(0), t = s, u = s, v = s, at = a, p: i32 = 0;
  for (; p + 2 <= places; p += 2) {
    const even = v128.load(at), odd = v128.load(at + row);
    s = f32x4.add(s, even);
    t = f32x4.add(t, odd);
    u = fma(even, f32x4.sub(v128.load(at + toX), mean), u);
    v = fma(odd, f32x4.sub(v128.load(at + row + toX), mean), v);
    at += row << 1;
  }
  if (p < places) {
    const even = v128.load(at);
    s = f32x4.add(s, even);
    u = fma(even, f32x4.sub(v128.load(at + toX), mean), u);
  }
  v128.store(to, f32x4.add(s, t));
  v128.store(to + row, f32x4.add(u, v));
}
