// dropout: Y = X ∘ mask · scale, keeping the elements whose random word is at least `limit`.   X → Y, of one shape.
// Split: vectors of four elements; vector v draws the Philox block with counter [v, step, lane, stream].
import { stepNumber, stepSeedHigh, stepSeedLow } from "./lib/layout";
import { philox4x32 } from "./lib/philox";

export function dropout(
  begin: i32,
  end: i32,
  x: usize,
  y: usize,
  step: usize,
  limit: u32,
  scale: f32,
  lane: u32,
  stream: u32,
): void {
  const factor = f32x4.splat(scale), below = i32x4.splat(<i32> limit);
  const number = stepNumber(step), low = stepSeedLow(step), high = stepSeedHigh(step);
  for (let v = begin; v < end; v++) {
    const at = <usize> v << 4, words = philox4x32(<u32> v, number, lane, stream, low, high);
    const kept = f32x4.mul(v128.load(x + at), factor);
    v128.store(y + at, v128.and(kept, i32x4.ge_u(words, below)));
  }
}
