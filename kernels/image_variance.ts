// image_variance: V[b,c] = (1/P) Σ_p (X[b,p,c] − m[b,c])².   X [B,P,C], m [B,C] → V [B,C].
// Split: vectors of four channels of an image. Each has two sums, of even places and of odd ones; four vectors at a time
// use up a cache line.
import { fma } from "./lib/math";

export function image_variance(begin: i32, end: i32, x: usize, means: usize, v: usize, places: i32, vectors: i32): void {
  const row = <usize> vectors << 4, share = f32x4.splat(<f32> 1 / <f32> places);
  for (let at = begin; at < end;) {
    const image = at / vectors, first = at % vectors, last = min(vectors, first + end - at);
    const from = x + <usize> image * <usize> places * row, m = means + <usize> image * row, to = v + <usize> image * row;
    let j = first;
    for (; j + 4 <= last; j += 4) squares4(from + (<usize> j << 4), row, places, m + (<usize> j << 4), share, to + (<usize> j << 4));
    for (; j < last; j++) squares1(from + (<usize> j << 4), row, places, m + (<usize> j << 4), share, to + (<usize> j << 4));
    at += last - first;
  }
}

function squares4(x: usize, row: usize, places: i32, m: usize, share: v128, to: usize): void {
  const m0 = v128.load(m), m1 = v128.load(m, 16), m2 = v128.load(m, 32), m3 = v128.load(m, 48);
  let a0 = f32x4.splat(0), a1 = a0, a2 = a0, a3 = a0, b0 = a0, b1 = a0, b2 = a0, b3 = a0;
  let at = x, p: i32 = 0;
  for (; p + 2 <= places; p += 2) {
    const odd = at + row;
    const x0 = f32x4.sub(v128.load(at), m0), x1 = f32x4.sub(v128.load(at, 16), m1);
    const x2 = f32x4.sub(v128.load(at, 32), m2), x3 = f32x4.sub(v128.load(at, 48), m3);
    a0 = fma(x0, x0, a0);
    a1 = fma(x1, x1, a1);
    a2 = fma(x2, x2, a2);
    a3 = fma(x3, x3, a3);
    const y0 = f32x4.sub(v128.load(odd), m0), y1 = f32x4.sub(v128.load(odd, 16), m1);
    const y2 = f32x4.sub(v128.load(odd, 32), m2), y3 = f32x4.sub(v128.load(odd, 48), m3);
    b0 = fma(y0, y0, b0);
    b1 = fma(y1, y1, b1);
    b2 = fma(y2, y2, b2);
    b3 = fma(y3, y3, b3);
    at = odd + row;
  }
  for (; p < places; p++) {
    const x0 = f32x4.sub(v128.load(at), m0), x1 = f32x4.sub(v128.load(at, 16), m1);
    const x2 = f32x4.sub(v128.load(at, 32), m2), x3 = f32x4.sub(v128.load(at, 48), m3);
    a0 = fma(x0, x0, a0);
    a1 = fma(x1, x1, a1);
    a2 = fma(x2, x2, a2);
    a3 = fma(x3, x3, a3);
  }
  a0 = f32x4.mul(f32x4.add(a0, b0), share);
  a1 = f32x4.mul(f32x4.add(a1, b1), share);
  a2 = f32x4.mul(f32x4.add(a2, b2), share);
  a3 = f32x4.mul(f32x4.add(a3, b3), share);
  v128.store(to, a0);
  v128.store(to, a1, 16);
  v128.store(to, a2, 32);
  v128.store(to, a3, 48);
}

function squares1(x: usize, row: usize, places: i32, m: usize, share: v128, to: usize): void {
  const mean = v128.load(m);
  let a = f32x4.splat(0), b = a, at = x, p: i32 = 0;
  for (; p + 2 <= places; p += 2) {
    const even = f32x4.sub(v128.load(at), mean), odd = f32x4.sub(v128.load(at + row), mean);
    a = fma(even, even, a);
    b = fma(odd, odd, b);
    at += row << 1;
  }
  if (p < places) {
    const even = f32x4.sub(v128.load(at), mean);
    a = fma(even, even, a);
  }
  v128.store(to, f32x4.mul(f32x4.add(a, b), share));
}
