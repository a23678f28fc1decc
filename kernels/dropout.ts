// dropout: Y = X ∘ mask · scale, keeping the elements whose random word is at least `limit`.   X → Y, of one shape.
// Split: vectors of four elements; vector v draws the Philox block with counter [v, step, lane, stream].
// Scratch: 128 bytes, the words of eight vectors.
import { scratch, stepNumber, stepSeedHigh, stepSeedLow } from "./lib/layout";
import { philoxBlocks } from "./lib/philox_blocks";

/** Vectors of which the words are drawn at a time. */
const BLOCKS: i32 = 8;

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
  const factor = f32x4.splat(scale), below = i32x4.splat(<i32> limit), words = scratch();
  const number = stepNumber(step), low = stepSeedLow(step), high = stepSeedHigh(step);
  for (let v = begin; v < end; v += BLOCKS) {
    const from = x + (<usize> v << 4), to = y + (<usize> v << 4), last = <usize> min(BLOCKS, end - v) << 4;
    philoxBlocks(v, number, lane, stream, low, high, words);
    for (let at: usize = 0; at < last; at += 16) {
      const kept = f32x4.mul(v128.load(from + at), factor);
      v128.store(to + at, v128.and(kept, i32x4.ge_u(v128.load(words + at), below)));
    }
  }
}
