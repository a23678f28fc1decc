// mean_squared_error_grad: dY[i,j] = (2/N)·(y[i,j] - t[i,j])·dLoss[i].
// y, t [M,N], dLosses [M] → dY [M,N].   Split: rows.
export function mean_squared_error_grad(
  begin: i32,
  end: i32,
  y: usize,
  t: usize,
  dLosses: usize,
  dY: usize,
  n: i32,
  pitch: i32,
): void {
  const row = <usize> pitch << 2;
  for (let i = begin; i < end; i++) {
    const from = <usize> i * row, weight = f32x4.splat(load<f32>(dLosses + (<usize> i << 2)) * 2 / <f32> n);
    const last = from + row;
    let at = from;
    for (; at + 32 <= last; at += 32) {
      const low = f32x4.mul(f32x4.sub(v128.load(y + at), v128.load(t + at)), weight);
      const high = f32x4.mul(f32x4.sub(v128.load(y + at, 16), v128.load(t + at, 16)), weight);
      v128.store(dY + at, low);
      v128.store(dY + at, high, 16);
    }
    if (at < last) v128.store(dY + at, f32x4.mul(f32x4.sub(v128.load(y + at), v128.load(t + at)), weight));
  }
}
