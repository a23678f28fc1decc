// kl_sparsity: p[j] = ρ·ln(ρ/(m[j]+ε)) + (1-ρ)·ln((1-ρ)/(1-m[j]+ε)).   m [N] → p [N].
// Split: vectors of four units.
import { log4 } from "./lib/logarithm";
import { clearPads, fma } from "./lib/math";

export function kl_sparsity(begin: i32, end: i32, m: usize, p: usize, n: i32, rho: f32, epsilon: f32): void {
  const on = f32x4.splat(rho), one = f32x4.splat(1), off = f32x4.sub(one, on), more = f32x4.splat(epsilon);
  for (let v = begin; v < end; v++) {
    const mean = v128.load(m + (<usize> v << 4));
    const asOn = log4(f32x4.div(on, f32x4.add(mean, more)));
    const rest = f32x4.max(f32x4.sub(one, mean), f32x4.splat(0)); // a mean may round to above 1
    const asOff = log4(f32x4.div(off, f32x4.add(rest, more)));
    v128.store(p + (<usize> v << 4), clearPads(fma(on, asOn, f32x4.mul(off, asOff)), v << 2, n));
  }
}
