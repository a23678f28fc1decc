// linear_lists: Y = f(X·W + b) with X as lists by rows (src/ops/_lists.ts).   W [K,N], b [N] → Y [M,N].
// Split: rows of Y. A block of 32 or 64 columns of W is gone through for some rows at a time, so that it stays near. The sums
// are those of linear, in their order.
import { activateRows } from "./lib/activate";
import { pitchBytes } from "./lib/layout";
import { listedBytes, sparseRow } from "./lib/rows";

/** Rows of Y that go through a block of W before the next. */
const ROWS: i32 = 32;

export function linear_lists(
  begin: i32, end: i32, lists: usize, w: usize, b: usize, y: usize, n: i32, valuesAt: i32, capacity: i32, activation: i32,
): void {
  const yRow = pitchBytes(n), values = lists + (<usize> valuesAt << 2), toOffsets = <usize> capacity << 2;
  const block = listedBytes();
  for (let first = begin; first < end; first += ROWS) {
    const last = min(first + ROWS, end);
    for (let at: usize = 0; at < yRow; at += block) {
      for (let i = first; i < last; i++) {
        const starts = lists + (<usize> i << 2);
        const list = values + (<usize> load<u32>(starts) << 2), done = values + (<usize> load<u32>(starts, 4) << 2);
        sparseRow(list, done, toOffsets, w + at, b + at, y + <usize> i * yRow + at, min(block, yRow - at));
      }
    }
  }
  activateRows(begin, end, y, n, activation);
}
