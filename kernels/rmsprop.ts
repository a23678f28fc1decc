// rmsprop: s ← ρ·s + (1-ρ)·g²;  m ← ρ·m + (1-ρ)·g (centred);  d = √(var + ε) or √var + ε;  u = lr·g/d;
//          v ← μ·v + u (with momentum);  p ← p - lr·λd·p - u or v,  g including λc·p.
// params, grads, squares s, means m, velocity v, all [P].   Split: vectors of four. Scalars: lr.
import { stepScalar } from "./lib/layout";
import { fma } from "./lib/math";

export function rmsprop(
  begin: i32,
  end: i32,
  params: usize,
  grads: usize,
  squares: usize,
  means: usize,
  velocity: usize,
  step: usize,
  rho: f32,
  freshRho: f32,
  mu: f32,
  epsilon: f32,
  epsilonInside: f32,
  centered: f32,
  coupledDecay: f32,
  decoupledDecay: f32,
): void {
  const rate = stepScalar(step, 0), keep = f32x4.splat(rho), fresh = f32x4.splat(freshRho);
  const inside = f32x4.splat(epsilonInside != 0 ? epsilon : 0),
    outside = f32x4.splat(epsilonInside != 0 ? 0 : epsilon);
  const coupled = f32x4.splat(coupledDecay), shrink = f32x4.mul(rate, f32x4.splat(decoupledDecay));
  for (let at = <usize> begin << 4, last = <usize> end << 4; at < last; at += 16) {
    const p = v128.load(params + at), g = fma(coupled, p, v128.load(grads + at));
    const s = fma(keep, v128.load(squares + at), f32x4.mul(fresh, f32x4.mul(g, g)));
    v128.store(squares + at, s);
    let variance = s;
    if (centered != 0) {
      const m = fma(keep, v128.load(means + at), f32x4.mul(fresh, g));
      v128.store(means + at, m);
      variance = f32x4.max(f32x4.splat(0), f32x4.sub(s, f32x4.mul(m, m)));
    }
    const root = f32x4.add(f32x4.sqrt(f32x4.add(variance, inside)), outside);
    let update = f32x4.div(f32x4.mul(rate, g), root);
    if (mu != 0) {
      update = fma(f32x4.splat(mu), v128.load(velocity + at), update);
      v128.store(velocity + at, update);
    }
    v128.store(params + at, f32x4.sub(f32x4.sub(p, f32x4.mul(shrink, p)), update));
  }
}
