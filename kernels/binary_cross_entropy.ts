// binary_cross_entropy: rows[i] = Σ_j |z|·(1-x where z > 0, else x) + log(1 + exp(-|z|)).
// z, x [M,N] → rows [M].   Split: rows.
import { pitchBytes } from "./lib/layout";
import { log1p4 } from "./lib/logarithm";
import { clearPads, exp4, fma, sum4 } from "./lib/math";

export function binary_cross_entropy(begin: i32, end: i32, z: usize, x: usize, rows: usize, n: i32): void {
  const pitch = pitchBytes(n), zero = f32x4.splat(0), one = f32x4.splat(1);
  for (let i = begin; i < end; i++) {
    const zi = z + <usize> i * pitch, xi = x + <usize> i * pitch;
    let sum = zero;
    for (let j: i32 = 0; j < n; j += 4) {
      const logit = v128.load(zi + (<usize> j << 2)), target = v128.load(xi + (<usize> j << 2));
      const size = f32x4.abs(logit), more = log1p4(exp4(f32x4.neg(size)));
      const share = v128.bitselect(f32x4.sub(one, target), target, f32x4.gt(logit, zero));
      sum = f32x4.add(sum, clearPads(fma(size, share, more), j, n));
    }
    store<f32>(rows + (<usize> i << 2), sum4(sum));
  }
}
