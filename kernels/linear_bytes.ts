// linear_bytes: Y = f(X·W + b) with X[i,:] = scale · table[order[start + min(i, count-1)],:], straight from bytes.
// table u8 [R,K], order u32 [L], W [K,N], b [N] → Y [M,N]. With `whole`, start is 0 and count is M.
// Split: rows of Y. Some rows at a time are turned into lists of their non-zeros, then each block of W, PART inputs ×
// 32 or 64 columns, is gone through for all of them, so that it stays near. The sums are those of gather and linear, in
// their order.
// Limits: scratch for ROWS lists of K entries.
import { activateRows } from "./lib/activate";
import { byteRow, pitchBytes, scratch } from "./lib/layout";
import { listByteRow, listBytes, offsetsAt } from "./lib/nonzeros";
import { listedBytes, sparseRow } from "./lib/rows";

/** Rows that are listed at a time; as in src/ops/linear_bytes.ts. */
const ROWS: i32 = 32;
/** Inputs of a block: few of its rows are ever used, so they stay in the L1 cache. */
const PART: i32 = 128;

export function linear_bytes(
  begin: i32, end: i32, table: usize, order: usize, w: usize, b: usize, y: usize, step: usize,
  m: i32, k: i32, n: i32, scale: f32, activation: i32, whole: i32,
): void {
  const yRow = pitchBytes(n), lists = scratch(), bytes = listBytes(k), toOffsets = offsetsAt(k);
  const ends = lists + bytes * <usize> ROWS, parts = (k + PART - 1) / PART, block = listedBytes();
  for (let first = begin; first < end; first += ROWS) {
    const last = min(first + ROWS, end);
    for (let i = first; i < last; i++) {
      const x = byteRow(table, order, step, i, m, k, whole), endsAt = endsOf(ends, i - first, parts);
      let at = lists + bytes * <usize> (i - first);
      store<u32>(endsAt, <u32> at);
      for (let part: i32 = 0; part < parts; part++) {
        at = listByteRow(x, part * PART, min(k, (part + 1) * PART), scale, yRow, at, toOffsets);
        store<u32>(endsAt + (<usize> (part + 1) << 2), <u32> at);
      }
    }
    for (let at: usize = 0; at < yRow; at += block) {
      const width = min(block, yRow - at);
      for (let part: i32 = 0; part < parts; part++) {
        for (let i = first; i < last; i++) {
          const endsAt = endsOf(ends, i - first, parts) + (<usize> part << 2), into = y + <usize> i * yRow + at;
          const from = part == 0 ? b + at : into;
          sparseRow(<usize> load<u32>(endsAt), <usize> load<u32>(endsAt, 4), toOffsets, w + at, from, into, width);
        }
      }
    }
  }
  activateRows(begin, end, y, n, activation);
}

/** Where the ends of a row's parts of its list are kept; the first is the list's start. */
// @ts-ignore: decorator
@inline
function endsOf(ends: usize, row: i32, parts: i32): usize {
  return ends + (<usize> (row * (parts + 1)) << 2);
}
