// What the kernels on logits share.   Legend: C classes; `row` points at one row of logits.
import { clearPads, exp4, sum4 } from "./math";

/** Position of the largest of `classes` logits; the first one where several are equal. */
export function argmax(row: usize, classes: i32): i32 {
  let best: i32 = 0, largest = load<f32>(row);
  for (let c: i32 = 1; c < classes; c++) {
    const value = load<f32>(row + (<usize> c << 2));
    if (value > largest) {
      largest = value;
      best = c;
    }
  }
  return best;
}

/** The largest of `classes` logits; NaN if one is NaN. */
export function largestOf(row: usize, classes: i32): f32 {
  let largest = load<f32>(row);
  for (let c: i32 = 1; c < classes; c++) largest = max<f32>(largest, load<f32>(row + (<usize> c << 2)));
  return largest;
}

/** exp(logits - largest) of four classes from `c`; 0 past the last class. */
// @ts-ignore: decorator
@inline
function shiftedExp(row: usize, c: i32, classes: i32, largest: v128): v128 {
  return clearPads(exp4(f32x4.sub(v128.load(row + (<usize> c << 2)), largest)), c, classes);
}

/** Writes exp(logit - largest) of a row of logits to `out`, zeros in its pads, and returns their sum. */
export function exponentials(row: usize, out: usize, classes: i32): f32 {
  const shift = f32x4.splat(largestOf(row, classes));
  let sum = f32x4.splat(0);
  for (let c: i32 = 0; c < classes; c += 4) {
    const powers = shiftedExp(row, c, classes, shift);
    v128.store(out + (<usize> c << 2), powers);
    sum = f32x4.add(sum, powers);
  }
  return sum4(sum);
}

/** Σ_c exp(logit - largest). */
export function sumOfExp(row: usize, classes: i32, largest: f32): f32 {
  const shift = f32x4.splat(largest);
  let sum = f32x4.splat(0);
  for (let c: i32 = 0; c < classes; c += 4) sum = f32x4.add(sum, shiftedExp(row, c, classes, shift));
  return sum4(sum);
}
