// gather_rows: X[i,:] = table[order[start + min(i, count-1)],:], with the step's start and count.
// table [R,D], order u32 [L] → X [M,D].   Split: rows. With `whole`, start is 0 and count is M.
import { stepCount, stepStart } from "./lib/layout";

export function gather_rows(
  begin: i32,
  end: i32,
  table: usize,
  order: usize,
  x: usize,
  step: usize,
  m: i32,
  pitch: i32,
  whole: i32,
): void {
  const start: usize = whole ? <usize> 0 : stepStart(step), last = (whole ? m : stepCount(step)) - 1;
  const rowBytes = <usize> pitch << 2;
  for (let i = begin; i < end; i++) {
    const row = <usize> load<u32>(order + ((start + <usize> min<i32>(i, last)) << 2));
    memory.copy(x + <usize> i * rowBytes, table + row * rowBytes, rowBytes);
  }
}
