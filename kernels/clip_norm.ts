// clip_norm: g ← g·min(1, max/(√(Σ_b s[b]) + 1e-6)).   g updated, squares s [blocks].
// Split: vectors of four. Every thread adds the few s by itself, in their order.

export function clip_norm(begin: i32, end: i32, grads: usize, squares: usize, blocks: i32, maxNorm: f32): void {
  let sum: f32 = 0;
  for (let b: i32 = 0; b < blocks; b++) sum += load<f32>(squares + (<usize> b << 2));
  const factor = maxNorm / (sqrt<f32>(sum) + 1e-6);
  // NaN is not above 1: it goes on.
  if (factor >= 1) return;
  const by = f32x4.splat(factor);
  let at = <usize> begin << 4;
  const last = <usize> end << 4;
  for (; at + 32 <= last; at += 32) {
    const g0 = f32x4.mul(by, v128.load(grads + at)), g1 = f32x4.mul(by, v128.load(grads + at, 16));
    v128.store(grads + at, g0);
    v128.store(grads + at, g1, 16);
  }
  if (at < last) v128.store(grads + at, f32x4.mul(by, v128.load(grads + at)));
}
