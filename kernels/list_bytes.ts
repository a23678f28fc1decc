// list_bytes: the non-zeros of rows table[order[0 … M-1],:], times `scale`, as lists by rows or by columns; the layout
// is that of src/ops/_lists.ts.   table u8 [R,K], order u32 [L] → lists u32.
// Split: none (one unit): each list begins where the one before ends, and it is made once.
import { BLOCK_ROWS, COLUMNS, columnEnd, columnList, listColumns, setRow } from "./lib/columns";
import { scratch } from "./lib/layout";
import { listByteRow, widenList } from "./lib/nonzeros";

export function list_bytes(
  begin: i32, end: i32, table: usize, order: usize, lists: usize,
  m: i32, k: i32, stride: i32, scale: f32, byColumns: i32, valuesAt: i32, capacity: i32,
): void {
  if (begin >= end) return;
  const values = lists + (<usize> valuesAt << 2), toOffsets = <usize> capacity << 2, pitch = (k + 3) & ~3;
  let at = values, starts = lists;
  if (byColumns) {
    for (let first: i32 = 0; first < m; first += BLOCK_ROWS) {
      const rows = min(BLOCK_ROWS, m - first);
      for (let t: i32 = 0; t < rows; t++) setRow(scratch(), t, rowAt(table, order, first + t, pitch));
      for (let c: i32 = 0; c < k; c += COLUMNS) {
        listColumns(scratch(), rows, c, pitch);
        for (let column: i32 = 0; column < min(COLUMNS, k - c); column++, starts += 4) {
          const list = columnList(scratch(), column), end = columnEnd(scratch(), column);
          store<u32>(starts, <u32> ((at - values) >> 2));
          at = widenList(list, end, scale, <usize> stride, 0, at, toOffsets);
        }
      }
    }
  } else {
    for (let i: i32 = 0; i < m; i++, starts += 4) {
      store<u32>(starts, <u32> ((at - values) >> 2));
      const row = rowAt(table, order, i, pitch), list = scratch();
      for (let part: i32 = 0; part < k; part += BLOCK_ROWS) {
        const end = listByteRow(row + <usize> part, min(BLOCK_ROWS, k - part), list);
        at = widenList(list, end, scale, <usize> stride, part, at, toOffsets);
      }
    }
  }
  store<u32>(starts, <u32> ((at - values) >> 2));
}

// @ts-ignore: decorator
@inline
function rowAt(table: usize, order: usize, i: i32, pitch: i32): usize {
  return table + <usize> load<u32>(order + (<usize> i << 2)) * <usize> pitch;
}
