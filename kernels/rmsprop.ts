// rmsprop: s ← ρ·s + (1-ρ)·g²;  m ← ρ·m + (1-ρ)·g (centred);  d = √(var + ε) or √var + ε;  u = lr·g/d;
//          v ← μ·v + u (with momentum);  p ← p - lr·λd·p - u or v,  g including λc·p.
// params, grads, squares s, means m, velocity v, all [P].   Split: vectors of four, two at a time. Scalars: lr.
import { stepScalar } from "./lib/layout";
import { faded, fma, leastMean, leastSquare, runningMean, runningSquare } from "./lib/math";

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
  const zero = f32x4.splat(0), again = f32x4.splat(mu);
  const leastM = leastMean(), leastS = leastSquare();
  let at = <usize> begin << 4;
  const last = <usize> end << 4;
  for (; at + 32 <= last; at += 32) {
    const p0 = v128.load(params + at), p1 = v128.load(params + at, 16);
    const g0 = fma(coupled, p0, v128.load(grads + at)), g1 = fma(coupled, p1, v128.load(grads + at, 16));
    const s0 = runningSquare(keep, v128.load(squares + at), fresh, g0, leastS);
    const s1 = runningSquare(keep, v128.load(squares + at, 16), fresh, g1, leastS);
    v128.store(squares + at, s0);
    v128.store(squares + at, s1, 16);
    let variance0 = s0, variance1 = s1;
    if (centered != 0) {
      const m0 = runningMean(keep, v128.load(means + at), fresh, g0, leastM);
      const m1 = runningMean(keep, v128.load(means + at, 16), fresh, g1, leastM);
      v128.store(means + at, m0);
      v128.store(means + at, m1, 16);
      variance0 = f32x4.max(zero, f32x4.sub(s0, f32x4.mul(m0, m0)));
      variance1 = f32x4.max(zero, f32x4.sub(s1, f32x4.mul(m1, m1)));
    }
    let update0 = updated(rate, g0, variance0, inside, outside), update1 = updated(rate, g1, variance1, inside, outside);
    if (mu != 0) {
      update0 = faded(fma(again, v128.load(velocity + at), update0), leastM);
      update1 = faded(fma(again, v128.load(velocity + at, 16), update1), leastM);
      v128.store(velocity + at, update0);
      v128.store(velocity + at, update1, 16);
    }
    v128.store(params + at, f32x4.sub(f32x4.sub(p0, f32x4.mul(shrink, p0)), update0));
    v128.store(params + at, f32x4.sub(f32x4.sub(p1, f32x4.mul(shrink, p1)), update1), 16);
  }
  if (at < last) {
    const p = v128.load(params + at), g = fma(coupled, p, v128.load(grads + at));
    const s = runningSquare(keep, v128.load(squares + at), fresh, g, leastS);
    v128.store(squares + at, s);
    let variance = s;
    if (centered != 0) {
      const m = runningMean(keep, v128.load(means + at), fresh, g, leastM);
      v128.store(means + at, m);
      variance = f32x4.max(zero, f32x4.sub(s, f32x4.mul(m, m)));
    }
    let update = updated(rate, g, variance, inside, outside);
    if (mu != 0) {
      update = faded(fma(again, v128.load(velocity + at), update), leastM);
      v128.store(velocity + at, update);
    }
    v128.store(params + at, f32x4.sub(f32x4.sub(p, f32x4.mul(shrink, p)), update));
  }
}

// @ts-ignore: decorator
@inline
function updated(rate: v128, g: v128, variance: v128, inside: v128, outside: v128): v128 {
  return f32x4.div(f32x4.mul(rate, g), f32x4.add(f32x4.sqrt(f32x4.add(variance, inside)), outside));
}
