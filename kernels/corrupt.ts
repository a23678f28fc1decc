// corrupt: Y = X with noise on the elements whose random word is below `limit`: masking 0, salt and pepper 0 or 1,
// Gaussian X + deviation·N(0,1).   X → Y, of one shape with rows of `columns`.
// Split: vectors of four elements; vector v draws the Philox block with counter [v, step, lane, stream].
// Scratch: 128 bytes, the words of four vectors and those of their noise.
import { scratch, stepNumber, stepSeedHigh, stepSeedLow } from "./lib/layout";
import { clearPads, fma } from "./lib/math";
import { normal4 } from "./lib/normal";
import { philoxBlocks } from "./lib/philox_blocks";

/** Codes of src/ops/corrupt.ts. */
const MASKING: i32 = 0;
const SALT_AND_PEPPER: i32 = 1;
const GAUSSIAN: i32 = 2;

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
  const below = i32x4.splat(limit), scale = f32x4.splat(deviation), rowVectors = (columns + 3) >> 2;
  let column = (begin % rowVectors) << 2;
  for (let v = begin; v < end; v++) {
    const place = words + ((<usize> (v - begin) & 3) << 4), at = <usize> v << 4;
    if (place == words) {
      philoxBlocks(v, number, lane, stream, low, high, words);
      if (kind == GAUSSIAN) philoxBlocks(v, number, lane, noiseStream, low, high, words + 64);
    }
    const word = v128.load(place), hit = i32x4.lt_s(i32x4.shr_u(word, 8), below);
    let value = v128.load(x + at);
    if (kind == MASKING) {
      value = v128.andnot(value, hit);
    } else if (v128.any_true(hit)) {
      let changed: v128;
      if (kind == SALT_AND_PEPPER) changed = f32x4.convert_i32x4_s(v128.and(word, i32x4.splat(1)));
      else changed = fma(normal4(v128.load(place, 64)), scale, value);
      value = clearPads(v128.bitselect(changed, value, hit), column, columns);
    }
    v128.store(y + at, value);
    column += 4;
    if (column >= columns) column = 0;
  }
}
