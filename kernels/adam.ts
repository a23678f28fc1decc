// adam: m ← β₁·m + (1-β₁)·g;  v ← β₂·v + (1-β₂)·g²;  p ← p - lr·λd·p - a·m / (√v·c + ε),  g including λc·p.
// params, grads, m, v, all [P].   Split: vectors of four, two at a time. Scalars: a = lr/(1-β₁ᵗ), c = 1/√(1-β₂ᵗ), lr.
import { stepScalar } from "./lib/layout";
import { fma, leastMean, leastSquare, runningMean, runningSquare } from "./lib/math";
import { moved } from "./lib/moments";

export function adam(
  begin: i32,
  end: i32,
  params: usize,
  grads: usize,
  first: usize,
  second: usize,
  step: usize,
  beta1: f32,
  freshBeta1: f32,
  beta2: f32,
  freshBeta2: f32,
  epsilon: f32,
  coupledDecay: f32,
  decoupledDecay: f32,
): void {
  const a = stepScalar(step, 0), c = stepScalar(step, 1), rate = stepScalar(step, 2);
  const keep1 = f32x4.splat(beta1), fresh1 = f32x4.splat(freshBeta1);
  const keep2 = f32x4.splat(beta2), fresh2 = f32x4.splat(freshBeta2), small = f32x4.splat(epsilon);
  const coupled = f32x4.splat(coupledDecay), shrink = f32x4.mul(rate, f32x4.splat(decoupledDecay));
  const leastM = leastMean(), leastV = leastSquare();
  let at = <usize> begin << 4;
  const last = <usize> end << 4;
  for (; at + 32 <= last; at += 32) {
    const p0 = v128.load(params + at), p1 = v128.load(params + at, 16);
    const g0 = fma(coupled, p0, v128.load(grads + at)), g1 = fma(coupled, p1, v128.load(grads + at, 16));
    const m0 = runningMean(keep1, v128.load(first + at), fresh1, g0, leastM);
    const m1 = runningMean(keep1, v128.load(first + at, 16), fresh1, g1, leastM);
    const v0 = runningSquare(keep2, v128.load(second + at), fresh2, g0, leastV);
    const v1 = runningSquare(keep2, v128.load(second + at, 16), fresh2, g1, leastV);
    v128.store(first + at, m0);
    v128.store(first + at, m1, 16);
    v128.store(second + at, v0);
    v128.store(second + at, v1, 16);
    v128.store(params + at, moved(p0, m0, v0, a, c, small, shrink));
    v128.store(params + at, moved(p1, m1, v1, a, c, small, shrink), 16);
  }
  if (at < last) {
    const p = v128.load(params + at), g = fma(coupled, p, v128.load(grads + at));
    const m = runningMean(keep1, v128.load(first + at), fresh1, g, leastM);
    const v = runningSquare(keep2, v128.load(second + at), fresh2, g, leastV);
    v128.store(first + at, m);
    v128.store(second + at, v);
    v128.store(params + at, moved(p, m, v, a, c, small, shrink));
  }
}
