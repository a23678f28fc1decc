// The step of Adam and AMSGrad, given their moments.
import { fma } from "./math";

/** p - shrink·p - a·m / (√v·c + ε) */
// @ts-ignore: decorator
@inline
export function moved(p: v128, m: v128, v: v128, a: v128, c: v128, small: v128, shrink: v128): v128 {
  const move = f32x4.div(f32x4.mul(a, m), fma(f32x4.sqrt(v), c, small));
  return f32x4.sub(f32x4.sub(p, f32x4.mul(shrink, p)), move);
}
