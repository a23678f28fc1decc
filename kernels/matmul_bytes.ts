// matmul_bytes: C = Xᵀ·B with X[i,:] = scale · table[order[start + min(i, count-1)],:], straight from bytes: the
// gradient of a first layer's weights.   table u8 [R,K], order u32 [L], B [M,N] → C [K,N].
// Split: rows of C. Block of rows of X after block, sixteen of X's columns at a time are turned into lists of their
// non-zeros; each list makes a row of C. The sums are those of gather and matmul, in their order.
// Limits: scratch for the lists (lib/columns.ts).
import { BLOCK_ROWS, COLUMNS, columnEnd, columnList, listColumns, setRow } from "./lib/columns";
import { byteRow, pitchBytes, scratch } from "./lib/layout";
import { offsetsAt } from "./lib/nonzeros";
import { clearRowPads, sparseRow } from "./lib/rows";

export function matmul_bytes(
  begin: i32, end: i32, table: usize, order: usize, b: usize, c: usize, step: usize,
  m: i32, k: i32, n: i32, scale: f32, whole: i32,
): void {
  const row = pitchBytes(n), at = scratch(), toOffsets = offsetsAt(BLOCK_ROWS), pitch = (k + 3) & ~3;
  for (let first: i32 = 0; first < m; first += BLOCK_ROWS) {
    const rows = min(BLOCK_ROWS, m - first), block = b + <usize> first * row;
    for (let t: i32 = 0; t < rows; t++) setRow(at, t, byteRow(table, order, step, first + t, m, k, whole));
    for (let i = begin & ~(COLUMNS - 1); i < end; i += COLUMNS) {
      listColumns(at, rows, i, pitch, scale, row);
      for (let column = max(begin - i, 0), last = min(end - i, COLUMNS); column < last; column++) {
        const into = c + <usize> (i + column) * row, from: usize = first == 0 ? 0 : into;
        sparseRow(columnList(at, column), columnEnd(at, column), toOffsets, block, from, into, row);
      }
    }
  }
  clearRowPads(begin, end, c, row, n);
}
