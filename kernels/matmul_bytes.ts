// matmul_bytes: C = Xᵀ·B with X[i,:] = scale · table[order[start + min(i, count-1)],:], straight from bytes: the
// gradient of a first layer's weights.   table u8 [R,K], order u32 [L], B [M,N] → C [K,N].
// Split: rows of C. Block of rows of X after block, sixteen of X's columns at a time are turned into lists of their
// non-zeros; each list makes a row of C. The sums are those of gather and matmul, in their order.
// Limits: scratch for the lists (lib/columns.ts, lib/listed.ts).
import { BLOCK_ROWS, columnEnd, columnList, COLUMNS, columnScratch, listColumns, setRow } from "./lib/columns";
import { byteRow, pitchBytes, scratch } from "./lib/layout";
import { addLists, listAt, listedStride, LISTS, setEnd, TERMS } from "./lib/listed";
import { offsetsAt, widenList } from "./lib/nonzeros";
import { BYTES_ROW, clearRowPads, sparseByteRow, sparseRow } from "./lib/rows";

/** Bytes of B up to which it stays in a near cache as it is. */
const LARGE: usize = 131072;

export function matmul_bytes(
  begin: i32, end: i32, table: usize, order: usize, b: usize, c: usize, step: usize,
  m: i32, k: i32, n: i32, scale: f32, whole: i32,
): void {
  const row = pitchBytes(n), at = scratch(), isLarge = row > BYTES_ROW && <usize> m * row > LARGE, block = isLarge ? TERMS : BLOCK_ROWS;
  for (let first: i32 = 0; first < m; first += block) {
    const rows = min(block, m - first), gradients = b + <usize> first * row;
    for (let t: i32 = 0; t < rows; t++) setRow(at, t, byteRow(table, order, step, first + t, m, k, whole));
    if (isLarge) together(begin, end, rows, (k + 3) & ~3, gradients, c, row, scale, first == 0);
    else oneByOne(begin, end, rows, (k + 3) & ~3, gradients, c, row, scale, first == 0);
  }
  clearRowPads(begin, end, c, row, n);
}

/** Rows [begin, end) of C from a block of rows: each list by all columns of B. */
function oneByOne(
  begin: i32, end: i32, rows: i32, pitch: i32, b: usize, c: usize, row: usize, scale: f32, isFirst: bool,
): void {
  const at = scratch(), wide = at + columnScratch(), toOffsets = offsetsAt(BLOCK_ROWS);
  for (let i = begin & ~(COLUMNS - 1); i < end; i += COLUMNS) {
    listColumns(at, rows, i, pitch);
    for (let column = max(begin - i, 0), last = min(end - i, COLUMNS); column < last; column++) {
      const list = columnList(at, column), done = columnEnd(at, column), into = c + <usize> (i + column) * row;
      const from: usize = isFirst ? 0 : into;
      if (row <= BYTES_ROW) sparseByteRow(list, done, scale, row, b, from, into, row);
      else sparseRow(wide, widenList(list, done, scale, row, 0, wide, toOffsets), toOffsets, b, from, into, row);
    }
  }
}

/** The same where B is large: many lists by a few columns of B after another (lib/listed.ts). */
function together(
  begin: i32, end: i32, rows: i32, pitch: i32, b: usize, c: usize, row: usize, scale: f32, isFirst: bool,
): void {
  const at = scratch(), work = at + columnScratch();
  for (let i = begin & ~(COLUMNS - 1); i < end; i += LISTS) {
    const from = max(begin - i, 0), to = min(end - i, LISTS), stride = listedStride(row, to - from);
    for (let group: i32 = 0; group < to; group += COLUMNS) {
      listColumns(at, rows, i + group, pitch);
      for (let j: i32 = 0; j < COLUMNS; j++) {
        const list = listAt(work, group + j);
        setEnd(work, group + j, widenList(columnList(at, j), columnEnd(at, j), scale, stride, 0, list, offsetsAt(TERMS)));
      }
    }
    addLists(work, from, to, rows, b, row, 0, isFirst, c + <usize> i * row);
  }
}
