// softmax_cross_entropy: loss[i] = log Σ_c exp(z[i,c] - max_i) + max_i - z[i, label[i]].
// z [M,C], labels u32 [M] → losses [M].   Split: rows.
import { largestOf, sumOfExp } from "./lib/classes";
import { pitchBytes } from "./lib/layout";

export function softmax_cross_entropy(
  begin: i32,
  end: i32,
  z: usize,
  labels: usize,
  losses: usize,
  classes: i32,
): void {
  const pitch = pitchBytes(classes);
  for (let i = begin; i < end; i++) {
    const row = z + <usize> i * pitch, largest = largestOf(row, classes);
    const label = <usize> load<u32>(labels + (<usize> i << 2));
    const loss = Mathf.log(sumOfExp(row, classes, largest)) + (largest - load<f32>(row + (label << 2)));
    store<f32>(losses + (<usize> i << 2), loss);
  }
}
