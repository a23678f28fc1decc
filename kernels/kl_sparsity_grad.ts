// kl_sparsity_grad: dM[j] = dP[j]·(-ρ/(m[j]+ε) + (1-ρ)/(1-m[j]+ε)).   m, dP [N] → dM [N].
// Split: vectors of four units.
import { clearPads } from "./lib/math";

export function kl_sparsity_grad(
  begin: i32,
  end: i32,
  m: usize,
  dP: usize,
  dM: usize,
  n: i32,
  rho: f32,
  epsilon: f32,
): void {
  const on = f32x4.splat(rho), one = f32x4.splat(1), off = f32x4.sub(one, on), more = f32x4.splat(epsilon);
  for (let v = begin; v < end; v++) {
    const at = <usize> v << 4, mean = v128.load(m + at);
    const asOn = f32x4.div(on, f32x4.add(mean, more));
    const rest = f32x4.max(f32x4.sub(one, mean), f32x4.splat(0)); // a mean may round to above 1
    const asOff = f32x4.div(off, f32x4.add(rest, more));
    v128.store(dM + at, clearPads(f32x4.mul(v128.load(dP + at), f32x4.sub(asOff, asOn)), v << 2, n));
  }
}
