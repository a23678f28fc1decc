// outer_product: C[i,j] = a[i]·b[j].   a [M], b [N] → C [M,N].   Split: rows. The pads of b are zero.
import { pitchBytes } from "./lib/layout";

export function outer_product(begin: i32, end: i32, a: usize, b: usize, c: usize, n: i32): void {
  const row = pitchBytes(n);
  for (let i = begin; i < end; i++) {
    const factor = v128.load32_splat(a + (<usize> i << 2)), out = c + <usize> i * row;
    for (let at: usize = 0; at < row; at += 16) v128.store(out + at, f32x4.mul(factor, v128.load(b + at)));
  }
}
