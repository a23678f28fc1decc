// clip_value: g ← max(-max, min(g, max)), NaN stays.   g updated.   Split: vectors of four, two at a time.

export function clip_value(begin: i32, end: i32, grads: usize, maxValue: f32): void {
  const high = f32x4.splat(maxValue), low = f32x4.neg(high);
  let at = <usize> begin << 4;
  const last = <usize> end << 4;
  for (; at + 32 <= last; at += 32) {
    const g0 = f32x4.max(low, f32x4.min(v128.load(grads + at), high));
    const g1 = f32x4.max(low, f32x4.min(v128.load(grads + at, 16), high));
    v128.store(grads + at, g0);
    v128.store(grads + at, g1, 16);
  }
  if (at < last) v128.store(grads + at, f32x4.max(low, f32x4.min(v128.load(grads + at), high)));
}
