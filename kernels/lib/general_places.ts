// Where four channels of a convolution with groups find the channels that they see. A group has `size` channels here, which
// see `terms` channels each there.

/** How the four channels of a vector find their source channels. */
export const SAME: i32 = 0, NEXT: i32 = 1, EACH: i32 = 2;

/** Of channels from `first`, `count` in all, in groups of `size` that see `terms` channels each. */
export function placesOf(first: i32, count: i32, size: i32, terms: i32): i32 {
  if (first / size == (min(first + 4, count) - 1) / size) return SAME;
  return size == 1 && terms == 1 ? NEXT : EACH;
}

/** Vectors of the next block of channels from `first`: two where all of them take the same source channel. */
export function generalBlock(first: i32, count: i32, size: i32): i32 {
  return first + 4 < count && first / size == (min(first + 8, count) - 1) / size ? 2 : 1;
}

/** Source channel of lane `lane` behind `first`, in elements; lanes of pads take that of the last channel. */
export function baseOf(first: i32, lane: i32, count: i32, size: i32, terms: i32): i32 {
  return min(first + lane, count - 1) / size * terms;
}

/** The source values of four channels of a pixel, in bytes behind which their places lie. */
// @ts-ignore: decorator
@inline
export function valuesAt(pixel: usize, places: i32, b0: usize, b1: usize, b2: usize, b3: usize): v128 {
  if (places == SAME) return v128.load32_splat(pixel + b0);
  if (places == NEXT) return v128.load(pixel + b0);
  return f32x4(load<f32>(pixel + b0), load<f32>(pixel + b1), load<f32>(pixel + b2), load<f32>(pixel + b3));
}
