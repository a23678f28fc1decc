// softmax: p[i,c] = exp(z[i,c] - max_i) / Σ_c exp(z[i,c] - max_i).   z [M,C] → p [M,C].   Split: rows. The exponentials
// wait in p for their sum.
import { exponentials } from "./lib/classes";
import { pitchBytes } from "./lib/layout";

export function softmax(begin: i32, end: i32, z: usize, p: usize, classes: i32): void {
  const pitch = pitchBytes(classes);
  for (let i = begin; i < end; i++) {
    const out = p + <usize> i * pitch, sum = f32x4.splat(exponentials(z + <usize> i * pitch, out, classes));
    for (let at: usize = 0; at < pitch; at += 16) v128.store(out + at, f32x4.div(v128.load(out + at), sum));
  }
}
