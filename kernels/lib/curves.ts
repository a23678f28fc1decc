// Curves for any argument, exported for kernels that are assembled when a plan is loaded: an engine links them, although
// JavaScript cannot call what takes vectors. Each is good to a few units in the last place.
import { log4, twiceAtanh } from "./logarithm";
import { exp4, expOfAny4, fma, sigmoid4, tanh4 } from "./math";

export function curve_exp(x: v128): v128 {
  return expOfAny4(x);
}

/** ln x: -∞ at 0 and below the least normal number, NaN below 0. */
// @ts-ignore: decorator
@inline
function logOfAny4(x: v128): v128 {
  const y = log4(x), isTiny = i32x4.eq(v128.and(x, i32x4.splat(0x7f800000)), i32x4.splat(0));
  const upper = v128.bitselect(x, y, f32x4.gt(x, f32x4.splat(3.40282346e38)));
  return v128.bitselect(f32x4.splat(-Infinity), upper, isTiny);
}

export function curve_log(x: v128): v128 {
  return logOfAny4(x);
}

/** ln(1 + x) = 2·atanh(x / (x + 2)) where x is small: ln of 1 + x would lose it. */
export function curve_log1p(x: v128): v128 {
  const small = twiceAtanh(f32x4.div(x, f32x4.add(x, f32x4.splat(2))));
  const isSmall = v128.and(f32x4.gt(x, f32x4.splat(-0.29)), f32x4.lt(x, f32x4.splat(0.41)));
  return v128.bitselect(small, logOfAny4(f32x4.add(x, f32x4.splat(1))), isSmall);
}

export function curve_tanh(x: v128): v128 {
  return tanh4(x);
}

export function curve_sigmoid(x: v128): v128 {
  return sigmoid4(x);
}

/** erf(x): a polynomial where |x| is small, else 1 - exp of one. Coefficients: N. Juffa. */
export function curve_erf(x: v128): v128 {
  // From 4 on it is 1. NaN stays NaN.
  const t = f32x4.pmin(f32x4.abs(x), f32x4.splat(4)), s = f32x4.mul(t, t);
  let far = fma(
    fma(f32x4.splat(-1.72853470e-5), t, f32x4.splat(3.83197126e-4)),
    s,
    fma(f32x4.splat(-3.88396438e-3), t, f32x4.splat(2.42546219e-2)),
  );
  far = fma(fma(far, t, f32x4.splat(-1.06777877e-1)), t, f32x4.splat(-6.34846687e-1));
  far = fma(fma(far, t, f32x4.splat(-1.28717512e-1)), t, f32x4.neg(t));
  far = f32x4.sub(f32x4.splat(1), exp4(far));
  let near = fma(f32x4.splat(-5.96761703e-4), s, f32x4.splat(4.99119423e-3));
  near = fma(fma(near, s, f32x4.splat(-2.67681349e-2)), s, f32x4.splat(1.12819925e-1));
  near = fma(fma(near, s, f32x4.splat(-3.76125336e-1)), s, f32x4.splat(1.28379166e-1));
  const size = v128.bitselect(far, fma(near, t, t), f32x4.gt(t, f32x4.splat(0.927734375)));
  return v128.bitselect(x, size, f32x4.splat(-0.0));
}

/** base^exponent for a base that is not negative; NaN else. */
export function curve_pow(base: v128, exponent: v128): v128 {
  const y = expOfAny4(f32x4.mul(exponent, logOfAny4(base)));
  return v128.bitselect(f32x4.splat(1), y, f32x4.eq(exponent, f32x4.splat(0)));
}
