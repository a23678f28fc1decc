// binary_cross_entropy: rows[i] = Σ_j |z|·(1-x where z > 0, else x) + log(1 + exp(-|z|)).
// z, x [M,N] → rows [M].   Split: rows. Vectors at even and at odd places of a row have a sum each.
// Limits: 32 bytes of scratch, through which the sums go.
import { pitchBytes, scratch } from "./lib/layout";
import { log1p4 } from "./lib/logarithm";
import { clearPads, exp4, fma, sum4 } from "./lib/math";

export function binary_cross_entropy(begin: i32, end: i32, z: usize, x: usize, rows: usize, n: i32): void {
  const pitch = pitchBytes(n), pairs = <usize> (n & ~7) << 2, sums = scratch();
  for (let i = begin; i < end; i++) {
    const zi = z + <usize> i * pitch, xi = x + <usize> i * pitch;
    let even = f32x4.splat(0), odd = even;
    for (let at: usize = 0; at < pairs; at += 32) {
      even = f32x4.add(even, entropy(v128.load(zi + at), v128.load(xi + at)));
      odd = f32x4.add(odd, entropy(v128.load(zi + at, 16), v128.load(xi + at, 16)));
    }
    v128.store(sums, even);
    v128.store(sums, odd, 16);
    let sum = f32x4.add(v128.load(sums), v128.load(sums, 16));
    for (let j = n & ~7; j < n; j += 4) {
      const at = <usize> j << 2;
      sum = f32x4.add(sum, clearPads(entropy(v128.load(zi + at), v128.load(xi + at)), j, n));
    }
    store<f32>(rows + (<usize> i << 2), sum4(sum));
  }
}

// @ts-ignore: decorator
@inline
function entropy(logit: v128, target: v128): v128 {
  const one = f32x4.splat(1), size = f32x4.abs(logit), more = log1p4(exp4(f32x4.neg(size)));
  return fma(size, v128.bitselect(f32x4.sub(one, target), target, f32x4.gt(logit, f32x4.splat(0))), more);
}
