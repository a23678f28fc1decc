// row_weights: w[i] = 1/count for i < count, else 0, with the step's count.   → w [M].   Split: rows.
import { stepCount, stepWeight } from "./lib/layout";

export function row_weights(begin: i32, end: i32, w: usize, step: usize): void {
  const count = stepCount(step), weight = stepWeight(step);
  for (let i = begin; i < end; i++) store<f32>(w + (<usize> i << 2), i < count ? weight : 0);
}
