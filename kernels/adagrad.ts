// adagrad: s ← s + g²;  p ← p - lr·λd·p - lr·g / (√(s₀ + s) + ε),  g including λc·p.
// params, grads, sums of squares s, all [P].   Split: vectors of four, two at a time. Scalars: lr.
import { stepScalar } from "./lib/layout";
import { fma } from "./lib/math";

export function adagrad(
  begin: i32,
  end: i32,
  params: usize,
  grads: usize,
  squares: usize,
  step: usize,
  initialAccumulator: f32,
  epsilon: f32,
  coupledDecay: f32,
  decoupledDecay: f32,
): void {
  const rate = stepScalar(step, 0), initial = f32x4.splat(initialAccumulator), small = f32x4.splat(epsilon);
  const coupled = f32x4.splat(coupledDecay), shrink = f32x4.mul(rate, f32x4.splat(decoupledDecay));
  let at = <usize> begin << 4;
  const last = <usize> end << 4;
  for (; at + 32 <= last; at += 32) {
    const p0 = v128.load(params + at), p1 = v128.load(params + at, 16);
    const g0 = fma(coupled, p0, v128.load(grads + at)), g1 = fma(coupled, p1, v128.load(grads + at, 16));
    const s0 = fma(g0, g0, v128.load(squares + at)), s1 = fma(g1, g1, v128.load(squares + at, 16));
    v128.store(squares + at, s0);
    v128.store(squares + at, s1, 16);
    v128.store(params + at, moved(p0, g0, s0, rate, initial, small, shrink));
    v128.store(params + at, moved(p1, g1, s1, rate, initial, small, shrink), 16);
  }
  if (at < last) {
    const p = v128.load(params + at), g = fma(coupled, p, v128.load(grads + at));
    const s = fma(g, g, v128.load(squares + at));
    v128.store(squares + at, s);
    v128.store(params + at, moved(p, g, s, rate, initial, small, shrink));
  }
}

// @ts-ignore: decorator
@inline
function moved(p: v128, g: v128, s: v128, rate: v128, initial: v128, small: v128, shrink: v128): v128 {
  const root = f32x4.add(f32x4.sqrt(f32x4.add(initial, s)), small);
  return f32x4.sub(f32x4.sub(p, f32x4.mul(shrink, p)), f32x4.div(f32x4.mul(rate, g), root));
}
