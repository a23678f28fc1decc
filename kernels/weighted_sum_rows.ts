// weighted_sum_rows: s[j] = Σ_i r[i]·Y[i,j].   Y [M,N], r [M] → s [N].
// Split: vectors of four columns; each is summed from the first row to the last. Four at a time use up a cache line.
import { fma } from "./lib/math";

export function weighted_sum_rows(begin: i32, end: i32, y: usize, r: usize, s: usize, m: i32, pitch: i32): void {
  const row = <usize> pitch << 2, last = r + (<usize> m << 2);
  let j = begin;
  for (; j + 4 <= end; j += 4) {
    const out = s + (<usize> j << 4);
    let at = y + (<usize> j << 4);
    let a = f32x4.splat(0), b = a, c = a, d = a;
    for (let weight = r; weight < last; weight += 4) {
      const w = v128.load32_splat(weight);
      a = fma(w, v128.load(at), a);
      b = fma(w, v128.load(at, 16), b);
      c = fma(w, v128.load(at, 32), c);
      d = fma(w, v128.load(at, 48), d);
      at += row;
    }
    v128.store(out, a);
    v128.store(out, b, 16);
    v128.store(out, c, 32);
    v128.store(out, d, 48);
  }
  for (; j < end; j++) {
    let sum = f32x4.splat(0), at = y + (<usize> j << 4);
    for (let weight = r; weight < last; weight += 4) {
      sum = fma(v128.load32_splat(weight), v128.load(at), sum);
      at += row;
    }
    v128.store(s + (<usize> j << 4), sum);
  }
}
