// Elementary functions on four lanes, good to about two units in the last place.

// @ts-ignore: decorator
@inline
export function fma(a: v128, b: v128, c: v128): v128 {
  return f32x4.relaxed_madd(a, b, c);
}

/**
 * What an optimizer remembers of a gradient that stays away halves every few steps, and after a thousand is no normal number:
 * computing with it takes five times as long, and moves no weight. Below these it is 0: a mean or a velocity, which is
 * multiplied by a rate yet, and a mean of squares.
 */
const LEAST = memory.data<f32>([7.888609052210118e-31, 1.1754943508222875e-38]);

/** `mean`, or 0 where it is so small; NaN stays NaN. */
// @ts-ignore: decorator
@inline
export function faded(mean: v128, least: v128): v128 {
  return v128.andnot(mean, f32x4.lt(f32x4.abs(mean), least));
}

// @ts-ignore: decorator
@inline
export function leastMean(): v128 {
  return v128.load32_splat(LEAST);
}

// @ts-ignore: decorator
@inline
export function leastSquare(): v128 {
  return v128.load32_splat(LEAST, 4);
}

/** A mean of what came, the newer the heavier: keep·mean + fresh·value, or 0 below `least`. */
// @ts-ignore: decorator
@inline
export function runningMean(keep: v128, mean: v128, fresh: v128, value: v128, least: v128): v128 {
  return faded(fma(keep, mean, f32x4.mul(fresh, value)), least);
}

/** The same of the squares of what came. */
// @ts-ignore: decorator
@inline
export function runningSquare(keep: v128, mean: v128, fresh: v128, value: v128, least: v128): v128 {
  const square = fma(keep, mean, f32x4.mul(fresh, f32x4.mul(value, value)));
  return v128.andnot(square, f32x4.lt(square, least));
}

/** Below it exp would be no normal number. */
const LEAST_EXPONENT: f32 = -87.3365402;

/** x = n·ln 2 + r with |r| ≤ ln 2 / 2: n, as a number. */
// @ts-ignore: decorator
@inline
function wholeOf(x: v128): v128 {
  return f32x4.nearest(f32x4.mul(x, f32x4.splat(1.44269504088896341)));
}

/** exp(r) - 1 for that rest r, to its last digits also where it is small. Coefficients: Cephes (expf). */
// @ts-ignore: decorator
@inline
function expm1OfRest(x: v128, n: v128): v128 {
  let r = fma(n, f32x4.splat(-0.693359375), x);
  r = fma(n, f32x4.splat(2.12194440e-4), r);
  let p = f32x4.splat(1.9875691500e-4);
  p = fma(p, r, f32x4.splat(1.3981999507e-3));
  p = fma(p, r, f32x4.splat(8.3334519073e-3));
  p = fma(p, r, f32x4.splat(4.1665795894e-2));
  p = fma(p, r, f32x4.splat(1.6666665459e-1));
  p = fma(p, r, f32x4.splat(5.0000001201e-1));
  return fma(p, f32x4.mul(r, r), r);
}

/** 2ⁿ by its bits. */
// @ts-ignore: decorator
@inline
function powerOf2(n: v128): v128 {
  return i32x4.shl(i32x4.add(i32x4.trunc_sat_f32x4_s(n), i32x4.splat(127)), 23);
}

/** exp(x) for x ≤ 0. What would be less than the least normal number is 0: denormals are slow. NaN stays NaN. */
// @ts-ignore: decorator
@inline
export function exp4(value: v128): v128 {
  const least = f32x4.splat(LEAST_EXPONENT);
  const x = f32x4.pmax(value, least), n = wholeOf(x);
  const y = f32x4.mul(f32x4.add(expm1OfRest(x, n), f32x4.splat(1)), powerOf2(n));
  return v128.andnot(y, f32x4.lt(value, least));
}

/** 1/(1 + exp(-x)), in the form whose exponential is at most 1. */
// @ts-ignore: decorator
@inline
export function sigmoid4(x: v128): v128 {
  const one = f32x4.splat(1), small = exp4(f32x4.neg(f32x4.abs(x)));
  return f32x4.div(v128.bitselect(small, one, f32x4.lt(x, f32x4.splat(0))), f32x4.add(one, small));
}

/** With t = exp(-2|x|) - 1, which loses nothing where x is small: the size of tanh is -t/(2 + t). */
// @ts-ignore: decorator
@inline
export function tanh4(x: v128): v128 {
  const one = f32x4.splat(1), sign = f32x4.splat(-0.0);
  // From 16 on it is 1.
  const twice = f32x4.pmax(f32x4.mul(f32x4.abs(x), f32x4.splat(-2)), f32x4.splat(-32));
  const n = wholeOf(twice), power = powerOf2(n);
  const t = fma(expm1OfRest(twice, n), power, f32x4.sub(power, one));
  return v128.bitselect(x, f32x4.div(t, f32x4.add(t, f32x4.splat(2))), sign);
}

/** Codes of src/ops/_activation.ts. */
export const IDENTITY: i32 = 0;
export const RELU: i32 = 1;
export const SIGMOID: i32 = 2;
export const TANH: i32 = 3;

/** Traps at a code that it does not know. */
// @ts-ignore: decorator
@inline
export function activate4(x: v128, activation: i32): v128 {
  if (activation == RELU) return f32x4.max(x, f32x4.splat(0));
  if (activation == SIGMOID) return sigmoid4(x);
  if (activation == TANH) return tanh4(x);
  if (activation != IDENTITY) unreachable();
  return x;
}

/** Slope of an activation where its value is y. Traps at a code that it does not know. */
// @ts-ignore: decorator
@inline
export function slope(y: v128, activation: i32): v128 {
  const one = f32x4.splat(1);
  if (activation == RELU) return v128.and(one, f32x4.gt(y, f32x4.splat(0)));
  if (activation == SIGMOID) return f32x4.mul(y, f32x4.sub(one, y));
  if (activation == TANH) return f32x4.sub(one, f32x4.mul(y, y));
  if (activation != IDENTITY) unreachable();
  return one;
}

/** Sum of the four lanes, in the order (0 + 1) + (2 + 3). */
// @ts-ignore: decorator
@inline
export function sum4(x: v128): f32 {
  return (f32x4.extract_lane(x, 0) + f32x4.extract_lane(x, 1)) +
    (f32x4.extract_lane(x, 2) + f32x4.extract_lane(x, 3));
}

/** The sums of four vectors' lanes, each in the order of sum4. */
// @ts-ignore: decorator
@inline
export function sums4(a: v128, b: v128, c: v128, d: v128): v128 {
  const ab = f32x4.add(v128.shuffle<f32>(a, b, 0, 2, 4, 6), v128.shuffle<f32>(a, b, 1, 3, 5, 7));
  const cd = f32x4.add(v128.shuffle<f32>(c, d, 0, 2, 4, 6), v128.shuffle<f32>(c, d, 1, 3, 5, 7));
  return f32x4.add(v128.shuffle<f32>(ab, cd, 0, 2, 4, 6), v128.shuffle<f32>(ab, cd, 1, 3, 5, 7));
}

/** Lanes below `columns` keep their value, later ones become 0; `column` is the position of lane 0. */
// @ts-ignore: decorator
@inline
export function clearPads(x: v128, column: i32, columns: i32): v128 {
  if (column + 4 <= columns) return x;
  const lane = i32x4.add(i32x4.splat(column), i32x4(0, 1, 2, 3));
  return v128.and(x, i32x4.lt_s(lane, i32x4.splat(columns)));
}
