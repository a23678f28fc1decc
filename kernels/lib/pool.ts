// What the pooling kernels share. Images lie pixel after pixel; a window is seen through one vector of four channels.

/**
 * The larger of two, or NaN if one is: of a number and NaN pmax gives its first operand, and NaN stays NaN whatever bits
 * join it. A third of the time of f32x4.max, which also orders the zeros.
 */
// @ts-ignore: decorator
@inline
export function larger(a: v128, b: v128): v128 {
  return v128.or(f32x4.pmax(a, b), f32x4.pmax(b, a));
}

/** Lanes in which `value` is the maximum `largest` of its window: equal to it, or NaN. */
// @ts-ignore: decorator
@inline
export function isMaximum(value: v128, largest: v128): v128 {
  return v128.or(f32x4.eq(value, largest), f32x4.ne(value, value));
}

/** Rows or columns of a window that begins at `start` which lie before the image. */
// @ts-ignore: decorator
@inline
export function before(start: i32): i32 {
  return max(0, -start);
}

/** Rows or columns of such a window up to the image's end. */
// @ts-ignore: decorator
@inline
export function until(start: i32, window: i32, size: i32): i32 {
  return min(window, size - start);
}

/** Whether every window along an axis lies in the image. */
// @ts-ignore: decorator
@inline
export function allInside(positions: i32, window: i32, stride: i32, pad: i32, size: i32): bool {
  return pad == 0 && (positions - 1) * stride + window <= size;
}

/** Largest of a window's pixels; NaN if one is. */
// @ts-ignore: decorator
@inline
export function maximum(corner: usize, row: usize, pixel: usize, kh: i32, kw: i32): v128 {
  let largest = v128.load(corner), line = corner;
  for (let ky: i32 = 0; ky < kh; ky++, line += row) {
    let at = line;
    for (let kx: i32 = 0; kx < kw; kx++, at += pixel) largest = larger(largest, v128.load(at));
  }
  return largest;
}
