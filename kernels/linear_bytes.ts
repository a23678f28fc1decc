// linear_bytes: Y = f(X·W + b) with X[i,:] = scale · table[order[start + min(i, count-1)],:], straight from bytes.
// table u8 [R,K], order u32 [L], W [K,N], b [N] → Y [M,N]. With `whole`, start is 0 and count is M.
// Split: rows of Y, by their non-zeros (lib/listed.ts). The sums are those of gather and linear, in their order.
// Limits: scratch for what is listed at a time; see src/ops/_support.ts.
import { activateRows } from "./lib/activate";
import { byteRow, pitchBytes, scratch } from "./lib/layout";
import { addLists, byteListAt, endOf, listAt, listedStride, LISTS, placeAt, setEnd, TERMS } from "./lib/listed";
import { listByteRow, offsetsAt, widenList } from "./lib/nonzeros";
import { BYTES_ROW, sparseByteRow } from "./lib/rows";

export function linear_bytes(
  begin: i32, end: i32, table: usize, order: usize, w: usize, b: usize, y: usize, step: usize,
  m: i32, k: i32, n: i32, scale: f32, activation: i32, whole: i32,
): void {
  const yRow = pitchBytes(n), work = scratch(), isWide = yRow > BYTES_ROW;
  for (let first = begin; first < end; first += LISTS) {
    const lists = min(LISTS, end - first), stride = listedStride(yRow, lists);
    for (let i: i32 = 0; i < lists; i++) {
      store<u32>(placeAt(work, i), <u32> byteRow(table, order, step, first + i, m, k, whole));
    }
    for (let part: i32 = 0; part < k; part += TERMS) {
      const terms = min(TERMS, k - part), weights = w + <usize> part * yRow, y0 = y + <usize> first * yRow;
      for (let i: i32 = 0; i < lists; i++) {
        const list = isWide ? byteListAt(work) : listAt(work, i);
        const last = listByteRow(<usize> load<u32>(placeAt(work, i)) + <usize> part, terms, list);
        setEnd(work, i, isWide ? widenList(list, last, scale, stride, 0, listAt(work, i), offsetsAt(TERMS)) : last);
      }
      if (isWide) {
        addLists(work, 0, lists, terms, weights, yRow, b, part == 0, y0);
        continue;
      }
      for (let i: i32 = 0, into = y0; i < lists; i++, into += yRow) {
        sparseByteRow(listAt(work, i), endOf(work, i), scale, yRow, weights, part == 0 ? b : into, into, yRow);
      }
    }
  }
  activateRows(begin, end, y, n, activation);
}
