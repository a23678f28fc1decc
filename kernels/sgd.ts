// sgd: p ← p - lr·(g + λ·p).   params, grads [P].   Split: vectors of four, two at a time. Scalars: lr.
import { stepScalar } from "./lib/layout";
import { fma } from "./lib/math";

export function sgd(begin: i32, end: i32, params: usize, grads: usize, step: usize, decay: f32): void {
  const minusRate = f32x4.neg(stepScalar(step, 0)), lambda = f32x4.splat(decay);
  let at = <usize> begin << 4;
  const last = <usize> end << 4;
  for (; at + 32 <= last; at += 32) {
    const p0 = v128.load(params + at), p1 = v128.load(params + at, 16);
    const g0 = fma(lambda, p0, v128.load(grads + at)), g1 = fma(lambda, p1, v128.load(grads + at, 16));
    v128.store(params + at, fma(minusRate, g0, p0));
    v128.store(params + at, fma(minusRate, g1, p1), 16);
  }
  if (at < last) {
    const p = v128.load(params + at);
    v128.store(params + at, fma(minusRate, fma(lambda, p, v128.load(grads + at)), p));
  }
}
