// softmax: p[i,c] = exp(z[i,c] - max_i) / Σ_c exp(z[i,c] - max_i).   z [M,C] → p [M,C].   Split: rows.
import { largestOf, shiftedExp, sumOfExp } from "./lib/classes";
import { pitchBytes } from "./lib/layout";

export function softmax(begin: i32, end: i32, z: usize, p: usize, classes: i32): void {
  const pitch = pitchBytes(classes);
  for (let i = begin; i < end; i++) {
    const row = z + <usize> i * pitch, out = p + <usize> i * pitch;
    const largest = largestOf(row, classes), shift = f32x4.splat(largest);
    const sum = f32x4.splat(sumOfExp(row, classes, largest));
    for (let c: i32 = 0; c < classes; c += 4) {
      v128.store(out + (<usize> c << 2), f32x4.div(shiftedExp(row, c, classes, shift), sum));
    }
  }
}
