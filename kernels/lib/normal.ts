// Standard normal numbers from random words by Box and Muller's transform, as `normal` of src/core/random.ts.
import { log4 } from "./logarithm";
import { fma } from "./math";

/** cos of an angle in units of 2⁻²⁴ turns: the nearest quarter turn and a polynomial on the rest, good to 10⁻⁷. */
// @ts-ignore: decorator
@inline
export function cosTurns(angle: v128): v128 {
  const quarter = i32x4.shr_s(i32x4.add(angle, i32x4.splat(1 << 21)), 22);
  const rest = f32x4.convert_i32x4_s(i32x4.sub(angle, i32x4.shl(quarter, 22)));
  const f = f32x4.mul(rest, f32x4.splat(2.384185791015625e-7)), z = f32x4.mul(f, f); // of a quarter turn, -½ to ½
  let sine = fma(z, f32x4.splat(-4.60214921e-3), f32x4.splat(7.96802176e-2));
  sine = f32x4.mul(f, fma(fma(sine, z, f32x4.splat(-0.645963478)), z, f32x4.splat(1.57079632)));
  let cosine = fma(z, f32x4.splat(9.03628066e-4), f32x4.splat(-2.08600695e-2));
  cosine = fma(fma(cosine, z, f32x4.splat(0.253669204)), z, f32x4.splat(-1.23370054));
  cosine = fma(cosine, z, f32x4.splat(1));
  // Quarters 0 … 3: cos, -sin, -cos, sin.
  const odd = i32x4.neg(v128.and(quarter, i32x4.splat(1)));
  const negative = i32x4.shl(v128.and(i32x4.add(quarter, i32x4.splat(1)), i32x4.splat(2)), 30);
  return v128.xor(v128.bitselect(sine, cosine, odd), negative);
}

/** Four normal numbers from four words: words 0 and 1 give a radius and an angle, hence two numbers; so do 2 and 3. */
// @ts-ignore: decorator
@inline
export function normal4(words: v128): v128 {
  const bits = i32x4.shr_u(words, 8);
  const first = v128.shuffle<i32>(bits, bits, 0, 0, 2, 2), second = v128.shuffle<i32>(bits, bits, 1, 1, 3, 3);
  // 1 - u, which is never 0.
  const from0 = f32x4.convert_i32x4_s(i32x4.sub(i32x4.splat(1 << 24), first));
  const u = f32x4.mul(from0, f32x4.splat(5.9604644775390625e-8));
  const radius = f32x4.sqrt(f32x4.mul(log4(u), f32x4.splat(-2)));
  // The odd lanes take the sine: the cosine a quarter turn earlier.
  return f32x4.mul(radius, cosTurns(i32x4.sub(second, i32x4(0, 1 << 22, 0, 1 << 22))));
}
