// weigh_rows: s[i] = w[i] / Σ_j d[j] for the step's real rows, 0 for the rest; all 0 where the sum is 0.
// weights w [M], divisors d [M] → s [M].   Split: none, it is one unit. The sum is taken from the first row to the last.
import { stepCount } from "./lib/layout";

export function weigh_rows(
  begin: i32,
  end: i32,
  weights: usize,
  divisors: usize,
  shares: usize,
  step: usize,
  m: i32,
): void {
  if (begin >= end) return;
  const count = min<i32>(stepCount(step), m);
  let sum: f32 = 0;
  for (let i = 0; i < count; i++) sum += load<f32>(divisors + (<usize> i << 2));
  for (let i = 0; i < m; i++) {
    const at = <usize> i << 2;
    store<f32>(shares + at, i < count && sum > 0 ? load<f32>(weights + at) / sum : 0);
  }
}
