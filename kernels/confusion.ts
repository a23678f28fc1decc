// confusion: counts[label[i], prediction[i]] += 1 for the first `count` rows. A label of C or more is not counted.
// logits [M,C], labels u32 [M], counts u32 [C,C], updated.   Split: none (one unit).
import { argmax } from "./lib/classes";
import { pitchBytes, stepCount } from "./lib/layout";

export function confusion(
  begin: i32,
  end: i32,
  z: usize,
  labels: usize,
  counts: usize,
  step: usize,
  m: i32,
  classes: i32,
): void {
  if (begin >= end) return;
  const pitch = pitchBytes(classes), rows = min(m, stepCount(step));
  for (let i: i32 = 0; i < rows; i++) {
    const label = <usize> load<u32>(labels + (<usize> i << 2));
    if (label >= <usize> classes) continue;
    const at = counts + label * pitch + (<usize> argmax(z + <usize> i * pitch, classes) << 2);
    store<u32>(at, load<u32>(at) + 1);
  }
}
