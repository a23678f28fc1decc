// sgd: p ← p - lr·(g + λ·p).   params, grads [P].   Split: vectors of four. Scalars: lr.
import { stepScalar } from "./lib/layout";
import { fma } from "./lib/math";

export function sgd(begin: i32, end: i32, params: usize, grads: usize, step: usize, decay: f32): void {
  const minusRate = f32x4.neg(stepScalar(step, 0)), lambda = f32x4.splat(decay);
  for (let at = <usize> begin << 4, last = <usize> end << 4; at < last; at += 16) {
    const p = v128.load(params + at);
    v128.store(params + at, fma(minusRate, fma(lambda, p, v128.load(grads + at)), p));
  }
}
