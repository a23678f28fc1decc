// record: metrics[slot, column] = Σ values[i] over the first `count` rows, summed in float64.
// values [M], metrics [S,P], updated.   Split: none (one unit).
import { stepCount, stepSlot } from "./lib/layout";

export function record(
  begin: i32,
  end: i32,
  values: usize,
  metrics: usize,
  step: usize,
  m: i32,
  pitch: i32,
  column: i32,
): void {
  if (begin >= end) return;
  let sum: f64 = 0;
  for (let i: i32 = 0, rows = min(m, stepCount(step)); i < rows; i++) {
    sum += <f64> load<f32>(values + (<usize> i << 2));
  }
  store<f32>(metrics + (stepSlot(step) * <usize> pitch + <usize> column << 2), <f32> sum);
}
