// Products by non-zeros: what ReLU leaves is half zeros, of pixels four in five are. Some vectors, rows of X or columns of a
// transposed matrix, are listed at a time, so many terms of each; then a few columns of W after another are gone through
// for all of the lists, so that they stay in the L1 cache. Exact and in the order of K, so the result is the same bits as
// that of dense.ts, which is faster where most values are not zero: either may be taken for any rows.
//
// Scratch: those columns of W side by side, since far apart each would lie on a page of its own, or all in the same sets of
// the cache; the ends of the lists; where they come from; a list of bytes; the lists.
import { copyColumns, denseRows } from "./dense";
import { BYTE_LIST, listBytes, listRow, offsetsAt } from "./nonzeros";
import { listedBytes, sparseRow } from "./rows";

/** Vectors that are listed at a time, and terms of each; as in src/ops/_support.ts. */
export const LISTS: i32 = 256;
export const TERMS: i32 = 128;
/** Lists for which it pays to put columns side by side first, and where they are in the same few sets of the cache. */
const COPIED: i32 = 48, COPIED_APART: i32 = 24;
/** Vectors that tell how many values are zero. */
const SAMPLED: i32 = 16;

const ENDS_AT: usize = 256 * 128, PLACES_AT: usize = ENDS_AT + 4 * 256, BYTES_AT: usize = PLACES_AT + 4 * 256;
const LISTS_AT: usize = BYTES_AT + BYTE_LIST;

/** Where list `index` begins. */
// @ts-ignore: decorator
@inline
export function listAt(scratch: usize, index: i32): usize {
  return scratch + LISTS_AT + listBytes(TERMS) * <usize> index;
}

/** Where a list of bytes may be before it is one of numbers. */
// @ts-ignore: decorator
@inline
export function byteListAt(scratch: usize): usize {
  return scratch + BYTES_AT;
}

/** Where it is noted from where list `index` is made. */
// @ts-ignore: decorator
@inline
export function placeAt(scratch: usize, index: i32): usize {
  return scratch + PLACES_AT + (<usize> index << 2);
}

// @ts-ignore: decorator
@inline
export function setEnd(scratch: usize, index: i32, end: usize): void {
  store<u32>(scratch + ENDS_AT + (<usize> index << 2), <u32> end);
}

// @ts-ignore: decorator
@inline
export function endOf(scratch: usize, index: i32): usize {
  return <usize> load<u32>(scratch + ENDS_AT + (<usize> index << 2));
}

/** Bytes from what an entry multiplies to what the next term would: what offsets are multiples of. */
// @ts-ignore: decorator
@inline
export function listedStride(wRow: usize, lists: i32): usize {
  return copies(wRow, lists) ? listedBytes() : wRow;
}

// @ts-ignore: decorator
@inline
function copies(wRow: usize, lists: i32): bool {
  return wRow > listedBytes() << 1 && lists >= ((wRow & 2047) == 0 ? COPIED_APART : COPIED);
}

/** Rows [from, to) of Y = bias + their lists times `terms` rows of W, or, but for the first terms, Y += that. No bias: 0. */
// @ts-ignore: decorator
@inline
export function addLists(
  scratch: usize, from: i32, to: i32, terms: i32, w: usize, wRow: usize, bias: usize, isFirst: bool, y: usize,
): void {
  const block = listedBytes(), toOffsets = offsetsAt(TERMS), isCopied = copies(wRow, to - from);
  for (let at: usize = 0; at < wRow; at += block) {
    const width = min(block, wRow - at);
    if (isCopied) copyColumns(w + at, wRow, terms, width, scratch, block);
    const columns = isCopied ? scratch : w + at, start = bias == 0 ? 0 : bias + at;
    let list = listAt(scratch, from), end = scratch + ENDS_AT + (<usize> from << 2), into = y + <usize> from * wRow + at;
    for (let i = from; i < to; i++, list += listBytes(TERMS), end += 4, into += wRow) {
      sparseRow(list, <usize> load<u32>(end), toOffsets, columns, isFirst ? start : into, into, width);
    }
  }
}

/**
 * Whether lists are faster than tiles for `count` vectors `step` bytes apart of `length` values side by side, times rows of
 * `wRow` bytes. Tiles take 16 columns of six rows in as many cycles as lists take 16 or 64 columns for one entry, since the
 * few sums of a narrow row wait for each other.
 */
export function gainsByLists(x: usize, step: usize, count: i32, length: i32, wRow: usize): bool {
  if (isNarrow(length, wRow)) return false;
  const apart = max(1, count / SAMPLED);
  let zeros = i32x4.splat(0), vectors: i32 = 0;
  for (let i: i32 = 0; i < count; i += apart) {
    let at = x + <usize> i * step;
    for (const end = at + (<usize> ((length + 3) & ~3) << 2); at < end; at += 16, vectors++) {
      zeros = i32x4.sub(zeros, f32x4.eq(v128.load(at), f32x4.splat(0)));
    }
  }
  const sum = i32x4.extract_lane(zeros, 0) + i32x4.extract_lane(zeros, 1) + i32x4.extract_lane(zeros, 2) +
    i32x4.extract_lane(zeros, 3);
  const entries = (vectors << 2) - sum;
  return <i64> entries * 64 < <i64> (vectors << 2) * min(40, <i64> (wRow >> 2) - 12);
}

/** Whether to look for zeros costs more than it saves. */
// @ts-ignore: decorator
@inline
function isNarrow(length: i32, wRow: usize): bool {
  return wRow <= 48 || (wRow <= 256 && length < TERMS);
}

/** Y = bias + X·W for rows [begin, end), by their non-zeros or by tiles, whichever is faster. `bias` may be 0: none. */
export function listedOrDense(
  begin: i32, end: i32, x: usize, xRow: usize, k: i32, w: usize, wRow: usize, bias: usize, y: usize, scratch: usize,
): void {
  const rows = end - begin;
  // A tile of one row is one sum that waits for itself.
  if (rows < 4 ? isNarrow(k, wRow) : !gainsByLists(x + <usize> begin * xRow, xRow, rows, k, wRow)) {
    denseRows(begin, end, x, xRow, 4, k, w, wRow, bias, false, y, wRow, scratch);
    return;
  }
  for (let first = begin; first < end; first += LISTS) {
    const lists = min(LISTS, end - first), stride = listedStride(wRow, lists);
    for (let part: i32 = 0; part < k; part += TERMS) {
      const terms = min(TERMS, k - part);
      let from = x + <usize> first * xRow + (<usize> part << 2);
      for (let i: i32 = 0; i < lists; i++, from += xRow) {
        setEnd(scratch, i, listRow(from, terms, stride, listAt(scratch, i), offsetsAt(TERMS)));
      }
      addLists(scratch, 0, lists, terms, w + <usize> part * wRow, wRow, bias, part == 0, y + <usize> first * wRow);
    }
  }
}
