// binary_cross_entropy_grad: dZ[i,j] = (σ(z[i,j]) - x[i,j])·dRow[i].
// z, x [M,N], dRows [M] → dZ [M,N].   Split: rows.
import { pitchBytes } from "./lib/layout";
import { sigmoid4 } from "./lib/math";
import { clearRowPads } from "./lib/rows";

export function binary_cross_entropy_grad(
  begin: i32,
  end: i32,
  z: usize,
  x: usize,
  dRows: usize,
  dZ: usize,
  n: i32,
): void {
  const pitch = pitchBytes(n);
  for (let i = begin; i < end; i++) {
    const row = <usize> i * pitch, dRow = v128.load32_splat(dRows + (<usize> i << 2));
    const last = row + pitch;
    let at = row;
    for (; at + 32 <= last; at += 32) {
      const low = f32x4.mul(error(z + at, x + at), dRow), high = f32x4.mul(error(z + at + 16, x + at + 16), dRow);
      v128.store(dZ + at, low);
      v128.store(dZ + at, high, 16);
    }
    if (at < last) v128.store(dZ + at, f32x4.mul(error(z + at, x + at), dRow));
  }
  clearRowPads(begin, end, dZ, pitch, n);
}

// @ts-ignore: decorator
@inline
function error(z: usize, x: usize): v128 {
  return f32x4.sub(sigmoid4(v128.load(z)), v128.load(x));
}
