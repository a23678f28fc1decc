// linear_bytes: Y = f(X·W + b) with X[i,:] = scale · table[order[start + min(i, count-1)],:], straight from bytes.
// table u8 [R,K], order u32 [L], W [K,N], b [N] → Y [M,N]. With `whole`, start is 0 and count is M.
// Split: rows of Y. Some rows at a time are turned into lists of their non-zeros, then each block of columns of W
// is gone through for all of them, so that it stays near. The sums are those of gather and linear, in their order.
// Limits: scratch for ROWS lists of K entries.
import { activateRows } from "./lib/activate";
import { byteRow, pitchBytes, scratch } from "./lib/layout";
import { listByteRow, listBytes, offsetsAt } from "./lib/nonzeros";
import { sparseRow } from "./lib/rows";

/** Rows that are listed at a time; as in src/ops/linear_bytes.ts. */
const ROWS: i32 = 32;
/** Bytes of a block of columns: 32 of them. */
const BLOCK: usize = 128;

export function linear_bytes(
  begin: i32, end: i32, table: usize, order: usize, w: usize, b: usize, y: usize, step: usize,
  m: i32, k: i32, n: i32, scale: f32, activation: i32, whole: i32,
): void {
  const yRow = pitchBytes(n), lists = scratch(), bytes = listBytes(k), toOffsets = offsetsAt(k);
  const ends = lists + bytes * <usize> ROWS;
  for (let first = begin; first < end; first += ROWS) {
    const last = min(first + ROWS, end);
    for (let i = first; i < last; i++) {
      const list = lists + bytes * <usize> (i - first);
      const done = listByteRow(byteRow(table, order, step, i, m, k, whole), k, scale, yRow, list, toOffsets);
      store<u32>(ends + (<usize> (i - first) << 2), <u32> done);
    }
    for (let at: usize = 0; at < yRow; at += BLOCK) {
      for (let i = first; i < last; i++) {
        const list = lists + bytes * <usize> (i - first), done = <usize> load<u32>(ends + (<usize> (i - first) << 2));
        sparseRow(list, done, toOffsets, w + at, b + at, y + <usize> i * yRow + at, min(BLOCK, yRow - at));
      }
    }
  }
  activateRows(begin, end, y, n, activation);
}
