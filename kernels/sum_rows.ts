// sum_rows: s[j] = Σ_i X[i,j].   X [M,N] → s [N].   Split: vectors of four columns.
import { addRows } from "./lib/row_sums";

export function sum_rows(begin: i32, end: i32, x: usize, s: usize, m: i32, pitch: i32): void {
  const first = <usize> begin << 4, last = <usize> end << 4;
  memory.fill(s + first, 0, last - first);
  addRows(x + first, <usize> pitch << 2, m, s + first, s + last);
}
