// momentum: v ← μ·v - lr·(g + λc·p);  p ← p - lr·λd·p + (nesterov ? μ·v - lr·(g + λc·p) : v).
// params, grads, velocity [P].   Split: vectors of four, two at a time. Scalars: lr.
import { stepScalar } from "./lib/layout";
import { faded, fma, leastMean } from "./lib/math";

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
  const least = leastMean();
  let at = <usize> begin << 4;
  const last = <usize> end << 4;
  for (; at + 32 <= last; at += 32) {
    const p0 = v128.load(params + at), p1 = v128.load(params + at, 16);
    const s0 = f32x4.mul(rate, fma(coupled, p0, v128.load(grads + at)));
    const s1 = f32x4.mul(rate, fma(coupled, p1, v128.load(grads + at, 16)));
    const v0 = faded(f32x4.sub(f32x4.mul(keep, v128.load(velocity + at)), s0), least);
    const v1 = faded(f32x4.sub(f32x4.mul(keep, v128.load(velocity + at, 16)), s1), least);
    v128.store(velocity + at, v0);
    v128.store(velocity + at, v1, 16);
    let move0 = v0, move1 = v1;
    if (nesterov != 0) {
      move0 = f32x4.sub(f32x4.mul(keep, v0), s0);
      move1 = f32x4.sub(f32x4.mul(keep, v1), s1);
    }
    v128.store(params + at, f32x4.add(f32x4.sub(p0, f32x4.mul(shrink, p0)), move0));
    v128.store(params + at, f32x4.add(f32x4.sub(p1, f32x4.mul(shrink, p1)), move1), 16);
  }
  if (at < last) {
    const p = v128.load(params + at), s = f32x4.mul(rate, fma(coupled, p, v128.load(grads + at)));
    const v = faded(f32x4.sub(f32x4.mul(keep, v128.load(velocity + at)), s), least);
    v128.store(velocity + at, v);
    const move = nesterov != 0 ? f32x4.sub(f32x4.mul(keep, v), s) : v;
    v128.store(params + at, f32x4.add(f32x4.sub(p, f32x4.mul(shrink, p)), move));
  }
}
