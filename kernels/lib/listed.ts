// Rows times a wide matrix by the rows' non-zeros: what ReLU leaves is half zeros. Exact and in the order of K, so the
// result is the same bits as that of dense.ts, which is faster where most values are not zero; either may be taken for
// any rows.
import { append4, listBytes, offsetsAt } from "./nonzeros";
import { listedBytes, sparseRow } from "./rows";
import { denseRows } from "./dense";

/** Rows that are listed at a time; as in src/ops/_support.ts. */
const LISTED_ROWS: i32 = 32;
/** Inputs of a block of W: of 256 rows those that are used stay in the L1 cache. As in src/ops/_support.ts. */
const PART: i32 = 128;

/** Whether lists of `entries` non-zeros of `count` values are faster than tiles: measured, they break even at two thirds. */
// @ts-ignore: decorator
@inline
export function isSparse(entries: usize, count: usize): bool {
  return entries * 5 < count * 3;
}

/**
 * Y += X·W for at most LISTED_ROWS rows [begin, end); false, and nothing done, where too few values are zero. `lists` is
 * scratch for a list of K entries, and the ends of its parts, per row.
 */
function listedRows(
  begin: i32, end: i32, x: usize, xRow: usize, k: i32, w: usize, wRow: usize, y: usize, yRow: usize, lists: usize,
): bool {
  const bytes = listBytes(k), toOffsets = offsetsAt(k), parts = (k + PART - 1) / PART;
  const ends = lists + bytes * <usize> LISTED_ROWS;
  const step = i32x4.splat(<i32> wRow << 2), lanes = i32x4.mul(i32x4.splat(<i32> wRow), i32x4(0, 1, 2, 3));
  let entries: usize = 0;
  for (let i = begin; i < end; i++) {
    const row = x + <usize> i * xRow, first = lists + bytes * <usize> (i - begin);
    let endsAt = ends + (<usize> ((i - begin) * (parts + 1)) << 2), at = first, offsets = lanes;
    store<usize>(endsAt, at);
    for (let part: i32 = 0; part < k; part += PART) {
      for (let t = part, last = min(k, part + PART); t < last; t += 4) {
        at = append4(at, toOffsets, v128.load(row + (<usize> t << 2)), offsets);
        offsets = i32x4.add(offsets, step);
      }
      endsAt += 4;
      store<usize>(endsAt, at);
    }
    entries += (at - first) >> 2;
  }
  if (!isSparse(entries, <usize> k * <usize> (end - begin))) return false;
  const block = listedBytes();
  for (let at: usize = 0; at < yRow; at += block) {
    const width = min(block, yRow - at);
    for (let part: i32 = 0; part < parts; part++) {
      let endsAt = ends + (<usize> part << 2), into = y + <usize> begin * yRow + at;
      for (let i = begin; i < end; i++, endsAt += <usize> (parts + 1) << 2, into += yRow) {
        sparseRow(load<usize>(endsAt), load<usize>(endsAt, 4), toOffsets, w + at, into, into, width);
      }
    }
  }
  return true;
}

/** Bytes of a row of W from which its non-zeros are worth looking for: of narrow rows the lists cost more than they save. */
export const WIDE: usize = 256;

/** Y += X·W for rows [begin, end), each 32 of them by their non-zeros or by tiles, whichever is faster. */
export function wideRows(
  begin: i32, end: i32, x: usize, xRow: usize, k: i32, w: usize, wRow: usize, y: usize, yRow: usize, scratch: usize,
): void {
  let dense = begin;
  for (let i = wRow > WIDE ? begin : end; i < end; i += LISTED_ROWS) {
    const last = min(i + LISTED_ROWS, end);
    if (!listedRows(i, last, x, xRow, k, w, wRow, y, yRow, scratch)) continue;
    // Dense rows wait for each other: tiles read a part of W once for all of them.
    if (dense < i) denseRows(dense, i, x, xRow, 4, k, w, wRow, y, yRow, scratch);
    dense = last;
  }
  if (dense < end) denseRows(dense, end, x, xRow, 4, k, w, wRow, y, yRow, scratch);
}
