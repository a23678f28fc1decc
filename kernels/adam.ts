// adam: m ← β₁·m + (1-β₁)·g;  v ← β₂·v + (1-β₂)·g²;  p ← p - lr·λd·p - a·m / (√v·c + ε),  g including λc·p.
// params, grads, m, v, all [P].   Split: vectors of four. Scalars: a = lr/(1-β₁ᵗ), c = 1/√(1-β₂ᵗ), lr.
import { stepScalar } from "./lib/layout";
import { fma } from "./lib/math";

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
  for (let at = <usize> begin << 4, last = <usize> end << 4; at < last; at += 16) {
    const p = v128.load(params + at), g = fma(coupled, p, v128.load(grads + at));
    const m = fma(keep1, v128.load(first + at), f32x4.mul(fresh1, g));
    const v = fma(keep2, v128.load(second + at), f32x4.mul(fresh2, f32x4.mul(g, g)));
    v128.store(first + at, m);
    v128.store(second + at, v);
    const move = f32x4.div(f32x4.mul(a, m), fma(f32x4.sqrt(v), c, small));
    v128.store(params + at, f32x4.sub(f32x4.sub(p, f32x4.mul(shrink, p)), move));
  }
}
