// binary_cross_entropy_grad: dZ[i,j] = (σ(z[i,j]) - x[i,j])·dRow[i].
// z, x [M,N], dRows [M] → dZ [M,N].   Split: rows.
import { pitchBytes } from "./lib/layout";
import { clearPads, sigmoid4 } from "./lib/math";

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
    for (let j: i32 = 0; j < n; j += 4) {
      const at = row + (<usize> j << 2);
      const error = f32x4.sub(sigmoid4(v128.load(z + at)), v128.load(x + at));
      v128.store(dZ + at, clearPads(f32x4.mul(error, dRow), j, n));
    }
  }
}
