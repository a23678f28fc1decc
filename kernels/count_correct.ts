// count_correct: 1 where the largest logit is at the label, else 0.
// logits [M,C], labels u32 [M] → correct [M].   Split: rows.
import { argmax } from "./lib/classes";
import { pitchBytes } from "./lib/layout";

export function count_correct(
  begin: i32,
  end: i32,
  z: usize,
  labels: usize,
  correct: usize,
  classes: i32,
): void {
  const pitch = pitchBytes(classes);
  for (let i = begin; i < end; i++) {
    const at = <usize> i << 2, predicted = argmax(z + <usize> i * pitch, classes);
    store<f32>(correct + at, <u32> predicted == load<u32>(labels + at) ? 1 : 0);
  }
}
