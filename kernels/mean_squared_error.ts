// mean_squared_error: loss[i] = (1/N) Σ_j (y[i,j] - t[i,j])².   y, t [M,N] → losses [M].   Split: rows.
// Pads of both are zero, so sums run over whole vectors.
import { pitchBytes } from "./lib/layout";
import { fma, sum4 } from "./lib/math";

export function mean_squared_error(begin: i32, end: i32, y: usize, t: usize, losses: usize, n: i32): void {
  const row = pitchBytes(n);
  for (let i = begin; i < end; i++) {
    const yi = y + <usize> i * row, ti = t + <usize> i * row;
    let sum = f32x4.splat(0);
    for (let at: usize = 0; at < row; at += 16) {
      const error = f32x4.sub(v128.load(yi + at), v128.load(ti + at));
      sum = fma(error, error, sum);
    }
    store<f32>(losses + (<usize> i << 2), sum4(sum) / <f32> n);
  }
}
