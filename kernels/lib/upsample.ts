// Where results of upsample2d lie between the pixels of an axis; see src/ops/_upsample.ts.

/** The lower of the two pixels. */
// @ts-ignore: decorator
@inline
export function lowOf(at: i32, factor: i32, bilinear: i32): i32 {
  return bilinear ? max(0, 2 * at + 1 - factor) / (2 * factor) : at / factor;
}

/** How much of the second pixel a result takes. */
// @ts-ignore: decorator
@inline
export function partOf(at: i32, factor: i32, bilinear: i32): f32 {
  const twice: i32 = 2 * factor, rest: i32 = max(0, 2 * at + 1 - factor) % twice;
  return bilinear ? <f32> rest / <f32> twice : 0;
}

/** The share that result `at` has of pixel `own`. */
export function shareOf(at: i32, own: i32, factor: i32, size: i32, bilinear: i32): f32 {
  const low = lowOf(at, factor, bilinear), part = partOf(at, factor, bilinear);
  return (low == own ? 1 - part : 0) + (min(low + 1, size - 1) == own ? part : 0);
}
