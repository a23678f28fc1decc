// Natural logarithms on four lanes, from ln m = 2·atanh((m - 1)/(m + 1)): good to three roundings (3·2⁻²⁴).
import { fma } from "./math";

/** 2·atanh(s) for |s| ≤ 1/3: 2s + s³·P(s²). P interpolates the series at Chebyshev's points, relative error 2e-8. */
// @ts-ignore: decorator
@inline
function twiceAtanh(s: v128): v128 {
  const w = f32x4.mul(s, s);
  let p = f32x4.splat(0.268514980);
  p = fma(p, w, f32x4.splat(0.282366198));
  p = fma(p, w, f32x4.splat(0.400075606));
  p = fma(p, w, f32x4.splat(0.666666403));
  return fma(f32x4.mul(s, w), p, f32x4.add(s, s));
}

/** ln(1 + t) for t from 0 to 1, without loss for small t. NaN stays NaN. */
// @ts-ignore: decorator
@inline
export function log1p4(t: v128): v128 {
  return twiceAtanh(f32x4.div(t, f32x4.add(t, f32x4.splat(2))));
}

/** ln x for normal positive numbers; NaN for whatever is not above 0. x = m·2^n with m from √½ to √2. */
// @ts-ignore: decorator
@inline
export function log4(x: v128): v128 {
  const one = f32x4.splat(1);
  const exponent = i32x4.shr_s(i32x4.sub(x, i32x4.splat(0x3f3504f3)), 23);
  const m = i32x4.sub(x, i32x4.shl(exponent, 23)), n = f32x4.convert_i32x4_s(exponent);
  const small = twiceAtanh(f32x4.div(f32x4.sub(m, one), f32x4.add(m, one)));
  // ln 2 in two parts, the first of so few bits that its product with n is exact.
  const sum = fma(n, f32x4.splat(0.693359375), fma(n, f32x4.splat(-2.12194440e-4), small));
  return v128.bitselect(sum, f32x4.splat(NaN), f32x4.gt(x, f32x4.splat(0)));
}
