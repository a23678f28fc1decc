// matmul_lists: C = Xᵀ·B with X as lists by columns, in blocks of 256 rows (src/ops/_lists.ts).   B [M,N] → C [K,N].
// Split: rows of C. The sums are those of matmul, in their order.
import { BLOCK_ROWS } from "./lib/columns";
import { pitchBytes } from "./lib/layout";
import { clearRowPads, sparseRow } from "./lib/rows";

export function matmul_lists(
  begin: i32, end: i32, lists: usize, b: usize, c: usize, m: i32, k: i32, n: i32, valuesAt: i32, capacity: i32,
): void {
  const row = pitchBytes(n), values = lists + (<usize> valuesAt << 2), toOffsets = <usize> capacity << 2;
  let starts = lists;
  for (let first: i32 = 0; first < m; first += BLOCK_ROWS, starts += <usize> k << 2) {
    const block = b + <usize> first * row;
    for (let i = begin; i < end; i++) {
      const at = starts + (<usize> i << 2), into = c + <usize> i * row, from: usize = first == 0 ? 0 : into;
      const list = values + (<usize> load<u32>(at) << 2), done = values + (<usize> load<u32>(at, 4) << 2);
      // Most pixels of a border are zero in the whole block.
      if (list != done || first == 0) sparseRow(list, done, toOffsets, block, from, into, row);
    }
  }
  clearRowPads(begin, end, c, row, n);
}
