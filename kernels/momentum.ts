// momentum: v ← μ·v - lr·(g + λc·p);  p ← p - lr·λd·p + (nesterov ? μ·v - lr·(g + λc·p) : v).
// params, grads, velocity [P].   Split: vectors of four. Scalars: lr.
import { stepScalar } from "./lib/layout";
import { fma } from "./lib/math";

export function momentum(
  begin: i32,
  end: i32,
  params: usize,
  grads: usize,
  velocity: usize,
  step: usize,
  mu: f32,
  nesterov: f32,
  coupledDecay: f32,
  decoupledDecay: f32,
): void {
  const rate = stepScalar(step, 0), keep = f32x4.splat(mu), coupled = f32x4.splat(coupledDecay);
  const shrink = f32x4.mul(rate, f32x4.splat(decoupledDecay));
  for (let at = <usize> begin << 4, last = <usize> end << 4; at < last; at += 16) {
    const p = v128.load(params + at);
    const scaled = f32x4.mul(rate, fma(coupled, p, v128.load(grads + at)));
    const v = f32x4.sub(f32x4.mul(keep, v128.load(velocity + at)), scaled);
    v128.store(velocity + at, v);
    const move = nesterov != 0 ? f32x4.sub(f32x4.mul(keep, v), scaled) : v;
    v128.store(params + at, f32x4.add(f32x4.sub(p, f32x4.mul(shrink, p)), move));
  }
}
