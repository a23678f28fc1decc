// Lists of non-zeros. Four of five pixels are zero, and so are many outputs of ReLU: what multiplies them need not be done. A
// list is two arrays, values (f32) and byte offsets (u32) of what each value multiplies, or bytes and their places, and is
// filled without branches (a zero times infinity or NaN counts as zero): a mask of lanes looks up the shuffle that moves the
// non-zero lanes to the front.

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

/** For each of the 256 masks of eight lanes, the set lanes in their order, a byte each. */
const FRONT8: usize = memory.data(2048, 16);

function fillFront8(): void {
  for (let mask: i32 = 0; mask < 256; mask++) {
    let at = FRONT8 + (<usize> mask << 3);
    for (let lane: i32 = 0; lane < 8; lane++) {
      if (mask >> lane & 1) store<u8>(at++, lane);
    }
  }
}
// Whenever the module is instantiated: memory is new, or there by the same bytes.
fillFront8();

/**
 * A list of bytes, of up to 256 entries: the bytes that are not zero, and so far behind them the place of each, a byte too.
 * It takes a quarter of the time and of the room; each append writes eight bytes.
 */
export const TO_PLACES: usize = 264, BYTE_LIST: usize = 528;

/** Appends those of the low eight lanes that `mask` has, at places `base` + lane; returns the new end. */
// @ts-ignore: decorator
@inline
export function append8(at: usize, bytes: v128, mask: i32, base: v128): usize {
  const lanes = v128.load64_zero(FRONT8 + (<usize> mask << 3));
  v128.store64_lane(at, i8x16.relaxed_swizzle(bytes, lanes), 0);
  v128.store64_lane(at + TO_PLACES, i8x16.add(lanes, base), 0);
  return at + <usize> popcnt<i32>(mask);
}

/** The high eight lanes in the place of the low ones. */
// @ts-ignore: decorator
@inline
export function highEight(bytes: v128): v128 {
  return i8x16.shuffle(bytes, bytes, 8, 9, 10, 11, 12, 13, 14, 15, 8, 9, 10, 11, 12, 13, 14, 15);
}

// @ts-ignore: decorator
@inline
function append16(at: usize, bytes: v128, base: i32): usize {
  const mask = i8x16.bitmask(i8x16.ne(bytes, i8x16.splat(0))), places = i8x16.splat(<i8> base);
  const next = append8(at, bytes, mask & 255, places);
  return append8(next, highEight(bytes), mask >> 8, i8x16.add(places, i8x16.splat(8)));
}

/** Lists the bytes of a row of `k`, at most 256, that are not zero; returns the end of the list. */
// @ts-ignore: decorator
@inline
export function listByteRow(x: usize, k: i32, list: usize): usize {
  let at = list, t: i32 = 0;
  for (; t + 16 <= k; t += 16) at = append16(at, v128.load(x + <usize> t), t);
  if (t < k) at = append16(at, bytesUpTo(x + <usize> t, k - t), t);
  return at;
}

/** Fewer than 16 bytes of a row, in whole words, and zeros. */
export function bytesUpTo(row: usize, left: i32): v128 {
  let bytes = v128.load32_zero(row);
  if (left > 4) bytes = i32x4.replace_lane(bytes, 1, load<i32>(row, 4));
  if (left > 8) bytes = i32x4.replace_lane(bytes, 2, load<i32>(row, 8));
  if (left > 12) bytes = i32x4.replace_lane(bytes, 3, load<i32>(row, 12));
  return bytes;
}

/**
 * Writes a list of bytes as one of numbers, the bytes times `scale`, and of offsets, the places from `base` on times `stride`;
 * returns the end of the values.
 */
export function widenList(
  list: usize, end: usize, scale: f32, stride: usize, base: i32, at: usize, toOffsets: usize,
): usize {
  const factor = f32x4.splat(scale), step = i32x4.splat(<i32> stride), first = i32x4.splat(base * <i32> stride);
  const last = at + ((end - list) << 2);
  for (; list < end; list += 4, at += 16) {
    v128.store(at, f32x4.mul(f32x4.convert_i32x4_u(fourOf(list)), factor));
    v128.store(at + toOffsets, i32x4.add(first, i32x4.mul(fourOf(list + TO_PLACES), step)));
  }
  return last;
}

// @ts-ignore: decorator
@inline
function fourOf(at: usize): v128 {
  return i32x4.extend_low_i16x8_u(i16x8.extend_low_i8x16_u(v128.load32_zero(at)));
}
