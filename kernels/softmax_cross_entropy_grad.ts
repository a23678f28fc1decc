// softmax_cross_entropy_grad: dZ[i,c] = (softmax(z[i])[c] - [c = label[i]]) · dLoss[i].
// z [M,C], labels u32 [M], dLosses [M] → dZ [M,C].   Split: rows.
import { largestOf, shiftedExp, sumOfExp } from "./lib/classes";
import { pitchBytes } from "./lib/layout";
import { exp4 } from "./lib/math";

export function softmax_cross_entropy_grad(
  begin: i32,
  end: i32,
  z: usize,
  labels: usize,
  dLosses: usize,
  dZ: usize,
  classes: i32,
): void {
  const pitch = pitchBytes(classes);
  for (let i = begin; i < end; i++) {
    const row = z + <usize> i * pitch, out = dZ + <usize> i * pitch;
    const largest = largestOf(row, classes), shift = f32x4.splat(largest);
    const sum = f32x4.splat(sumOfExp(row, classes, largest));
    const dLoss = load<f32>(dLosses + (<usize> i << 2)), weight = f32x4.splat(dLoss);
    for (let c: i32 = 0; c < classes; c += 4) {
      const probability = f32x4.div(shiftedExp(row, c, classes, shift), sum);
      v128.store(out + (<usize> c << 2), f32x4.mul(probability, weight));
    }
    const at = out + (<usize> load<u32>(labels + (<usize> i << 2)) << 2);
    // (p - 1)·w as p·w - w would lose digits where p is near 1.
    const probability = shiftedProbability(row, at - out, largest, sum);
    store<f32>(at, (probability - 1) * dLoss);
  }
}

// @ts-ignore: decorator
@inline
function shiftedProbability(row: usize, offset: usize, largest: f32, sum: v128): f32 {
  const shifted = exp4(f32x4.splat(load<f32>(row + offset) - largest));
  return f32x4.extract_lane(f32x4.div(shifted, sum), 0);
}
