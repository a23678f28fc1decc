// softmax_cross_entropy_grad: dZ[i,c] = (softmax(z[i])[c] - [c = label[i]]) · dLoss[i].
// z [M,C], labels u32 [M], dLosses [M] → dZ [M,C].   Split: rows. The exponentials wait in dZ for their sum.
import { exponentials } from "./lib/classes";
import { pitchBytes } from "./lib/layout";

export function softmax_cross_entropy_grad(
  begin: i32,
  end: i32,
  z: usize,
  labels: usize,
  dLosses: usize,
  dZ: usize,
  classes: i32,
): void {
  const pitch = pitchBytes(classes), one = f32x4.splat(1);
  for (let i = begin; i < end; i++) {
    const out = dZ + <usize> i * pitch, sum = f32x4.splat(exponentials(z + <usize> i * pitch, out, classes));
    const weight = v128.load32_splat(dLosses + (<usize> i << 2)), label = v128.load32_splat(labels + (<usize> i << 2));
    for (let c: i32 = 0; c < classes; c += 4) {
      const at = out + (<usize> c << 2), isLabel = i32x4.eq(label, i32x4.add(i32x4.splat(c), i32x4(0, 1, 2, 3)));
      // (p - 1)·w as p·w - w would lose digits where p is near 1.
      const error = f32x4.sub(f32x4.div(v128.load(at), sum), v128.and(one, isLabel));
      v128.store(at, f32x4.mul(error, weight));
    }
  }
}
