// gather_elements: y[i] = table[order[start + min(i, count-1)]], with the step's start and count.
// table [R] of u32 or f32, whose bits are copied; order u32 [L] → y [M].   Split: rows. With `whole`, start is 0 and count is M.
import { stepCount, stepStart } from "./lib/layout";

export function gather_elements(
  begin: i32,
  end: i32,
  table: usize,
  order: usize,
  y: usize,
  step: usize,
  m: i32,
  whole: i32,
): void {
  const start: usize = whole ? <usize> 0 : stepStart(step), last = (whole ? m : stepCount(step)) - 1;
  for (let i = begin; i < end; i++) {
    const row = <usize> load<u32>(order + ((start + <usize> min<i32>(i, last)) << 2));
    store<u32>(y + (<usize> i << 2), load<u32>(table + (row << 2)));
  }
}
