// corrupt: Y = X with noise on the elements whose random word is below `limit`: masking 0, salt and pepper 0 or 1,
// Gaussian X + deviation·N(0,1).   X → Y, of one shape with rows of `columns`.
// Split: vectors of four elements; vector v draws the Philox block with counter [v, step, lane, stream].
// Scratch: 256 bytes, the words of eight vectors and those of their noise.
import { scratch, stepNumber, stepSeedHigh, stepSeedLow } from "./lib/layout";
import { clearPads, fma } from "./lib/math";
import { normal4 } from "./lib/normal";
import { philoxBlocks } from "./lib/philox_blocks";

/** Codes of src/ops/corrupt.ts. */
const MASKING: i32 = 0;
const SALT_AND_PEPPER: i32 = 1;
const GAUSSIAN: i32 = 2;

/** Vectors of which the words are drawn at a time, and where those of their noise lie. */
const BLOCKS: i32 = 8;
const NOISE_AT: usize = 128;

export function corrupt(
  begin: i32,
  end: i32,
  x: usize,
  y: usize,
  step: usize,
  columns: i32,
  kind: i32,
  limit: i32,
  deviation: f32,
  lane: u32,
  stream: u32,
  noiseStream: u32,
): void {
  const number = stepNumber(step), low = stepSeedLow(step), high = stepSeedHigh(step), words = scratch();
  for (let v = begin; v < end; v += BLOCKS) {
    const count = min(BLOCKS, end - v), from = x + (<usize> v << 4), to = y + (<usize> v << 4);
    philoxBlocks(v, number, lane, stream, low, high, words);
    if (kind == MASKING) mask(from, to, count, words, limit);
    else {
      if (kind == GAUSSIAN) philoxBlocks(v, number, lane, noiseStream, low, high, words + NOISE_AT);
      disturb(from, to, count, words, limit, kind, deviation, v, columns);
    }
  }
}

/** Lanes to corrupt: those whose word, of which 24 bits are looked at, is below the limit. */
// @ts-ignore: decorator
@inline
function hits(words: usize, below: v128): v128 {
  return i32x4.lt_s(i32x4.shr_u(v128.load(words), 8), below);
}

/** Zeros where a lane is hit, two vectors at a time. */
// @ts-ignore: decorator
@inline
function mask(x: usize, y: usize, count: i32, words: usize, limit: i32): void {
  const below = i32x4.splat(limit), last = <usize> count << 4;
  let at: usize = 0;
  for (; at + 32 <= last; at += 32) {
    const low = v128.andnot(v128.load(x + at), hits(words + at, below));
    const high = v128.andnot(v128.load(x + at, 16), hits(words + at + 16, below));
    v128.store(y + at, low);
    v128.store(y + at, high, 16);
  }
  if (at < last) v128.store(y + at, v128.andnot(v128.load(x + at), hits(words + at, below)));
}

/** Salt and pepper, or Gaussian noise, where a lane is hit; vector v of the whole lies in a row of `columns`. */
// @ts-ignore: decorator
@inline
function disturb(
  x: usize, y: usize, count: i32, words: usize, limit: i32, kind: i32, deviation: f32, v: i32, columns: i32,
): void {
  const below = i32x4.splat(limit), scale = f32x4.splat(deviation), rowVectors = (columns + 3) >> 2;
  let column = (v % rowVectors) << 2;
  for (let at: usize = 0, last = <usize> count << 4; at < last; at += 16) {
    const hit = hits(words + at, below);
    let value = v128.load(x + at);
    if (v128.any_true(hit)) {
      let changed: v128;
      if (kind == SALT_AND_PEPPER) changed = f32x4.convert_i32x4_s(v128.and(v128.load(words + at), i32x4.splat(1)));
      else {
        if (kind != GAUSSIAN) unreachable();
        changed = fma(normal4(v128.load(words + at + NOISE_AT)), scale, value);
      }
      value = clearPads(v128.bitselect(changed, value, hit), column, columns);
    }
    v128.store(y + at, value);
    column += 4;
    if (column >= columns) column = 0;
  }
}
