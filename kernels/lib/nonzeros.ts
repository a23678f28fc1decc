// Lists of non-zeros. Four of five pixels are zero, and so are many outputs of ReLU: what multiplies them need
// not be done. A list is two arrays, values (f32) and byte offsets (u32) of what each value multiplies, and is
// filled without branches (a zero times infinity or NaN counts as zero): a lane mask looks up the shuffle that moves the non-zero lanes to the front.

/** For each of the 16 lane masks, the byte shuffle that moves the set lanes to the front in their order. */
// deno-fmt-ignore
const FRONT: usize = memory.data<u8>([
  0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, // none
  0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, // 0
  4, 5, 6, 7, 0, 1, 2, 3, 8, 9, 10, 11, 12, 13, 14, 15, // 1
  0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, // 0 1
  8, 9, 10, 11, 0, 1, 2, 3, 4, 5, 6, 7, 12, 13, 14, 15, // 2
  0, 1, 2, 3, 8, 9, 10, 11, 4, 5, 6, 7, 12, 13, 14, 15, // 0 2
  4, 5, 6, 7, 8, 9, 10, 11, 0, 1, 2, 3, 12, 13, 14, 15, // 1 2
  0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, // 0 1 2
  12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, // 3
  0, 1, 2, 3, 12, 13, 14, 15, 4, 5, 6, 7, 8, 9, 10, 11, // 0 3
  4, 5, 6, 7, 12, 13, 14, 15, 0, 1, 2, 3, 8, 9, 10, 11, // 1 3
  0, 1, 2, 3, 4, 5, 6, 7, 12, 13, 14, 15, 8, 9, 10, 11, // 0 1 3
  8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, 4, 5, 6, 7, // 2 3
  0, 1, 2, 3, 8, 9, 10, 11, 12, 13, 14, 15, 4, 5, 6, 7, // 0 2 3
  4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 0, 1, 2, 3, // 1 2 3
  0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, // 0 1 2 3
], 16);

/** Bytes of a list for up to `count` entries; each append writes whole vectors, so there is room for one more. */
// @ts-ignore: decorator
@inline
export function listBytes(count: i32): usize {
  return (<usize> count << 3) + 32;
}

/** Distance from a list's values to its offsets. */
// @ts-ignore: decorator
@inline
export function offsetsAt(capacity: i32): usize {
  return (<usize> capacity << 2) + 16;
}

/**
 * Appends the non-zeros of four values (NaN counts as one) with their offsets at `at`, the end of the values;
 * returns the new end.
 */
// @ts-ignore: decorator
@inline
export function append4(at: usize, toOffsets: usize, values: v128, offsets: v128): usize {
  const mask = i32x4.bitmask(f32x4.ne(values, f32x4.splat(0)));
  const shuffle = v128.load(FRONT + (<usize> mask << 4));
  v128.store(at, i8x16.relaxed_swizzle(values, shuffle));
  v128.store(at + toOffsets, i8x16.relaxed_swizzle(offsets, shuffle));
  return at + (<usize> popcnt<i32>(mask) << 2);
}

/** Lists the non-zeros of a row of `k` values with offsets t·stride; returns the end of the values. */
export function listRow(x: usize, k: i32, stride: usize, list: usize, toOffsets: usize): usize {
  const step = i32x4.splat(<i32> stride << 2);
  let at = list, offsets = i32x4.mul(i32x4.splat(<i32> stride), i32x4(0, 1, 2, 3));
  for (let t: i32 = 0; t < k; t += 4) {
    at = append4(at, toOffsets, v128.load(x + (<usize> t << 2)), offsets);
    offsets = i32x4.add(offsets, step);
  }
  return at;
}

/** Lists the non-zeros of a row of `k` bytes, times `scale`, with offsets t·stride; returns the end of the values. */
// @ts-ignore: decorator
@inline
export function listByteRow(x: usize, k: i32, scale: f32, stride: usize, list: usize, toOffsets: usize): usize {
  const factor = f32x4.splat(scale), lanes = i32x4.mul(i32x4.splat(<i32> stride), i32x4(0, 1, 2, 3));
  const quarter = i32x4.splat(<i32> stride << 2);
  let at = list, t: i32 = 0;
  for (; t + 16 <= k; t += 16) {
    const bytes = v128.load(x + <usize> t);
    if (!v128.any_true(bytes)) continue;
    const low = i16x8.extend_low_i8x16_u(bytes), high = i16x8.extend_high_i8x16_u(bytes);
    let offsets = i32x4.add(lanes, i32x4.splat(t * <i32> stride));
    at = append4(at, toOffsets, scaled(i32x4.extend_low_i16x8_u(low), factor), offsets);
    offsets = i32x4.add(offsets, quarter);
    at = append4(at, toOffsets, scaled(i32x4.extend_high_i16x8_u(low), factor), offsets);
    offsets = i32x4.add(offsets, quarter);
    at = append4(at, toOffsets, scaled(i32x4.extend_low_i16x8_u(high), factor), offsets);
    offsets = i32x4.add(offsets, quarter);
    at = append4(at, toOffsets, scaled(i32x4.extend_high_i16x8_u(high), factor), offsets);
  }
  for (; t < k; t += 4) {
    const four = i32x4.extend_low_i16x8_u(i16x8.extend_low_i8x16_u(v128.load32_zero(x + <usize> t)));
    at = append4(at, toOffsets, scaled(four, factor), i32x4.add(lanes, i32x4.splat(t * <i32> stride)));
  }
  return at;
}

// @ts-ignore: decorator
@inline
export function scaled(integers: v128, factor: v128): v128 {
  return f32x4.mul(f32x4.convert_i32x4_u(integers), factor);
}
