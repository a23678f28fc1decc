// sgd_bytes: W ← W - lr·Xᵀ·B with X[i,:] = scale · table[order[start + min(i, count-1)],:]: plain gradient descent as
// the end of a first layer's weight gradient.   W [K,N] updated, table u8 [R,K], order u32 [L], B [M,N]. Scalars: lr.
// Split: rows of W. Rows whose inputs are all zero in this batch are not touched: their gradient is zero.
// Limits: M up to 256 (one block); scratch for the lists (lib/columns.ts) and a row. The numbers are those of
// matmul_bytes and sgd, bit for bit.
import { columnEnd, columnList, columnScratch, COLUMNS, listColumns, setRow } from "./lib/columns";
import { byteRow, pitchBytes, scratch, stepScalar } from "./lib/layout";
import { fma } from "./lib/math";
import { listByteRow, TO_PLACES } from "./lib/nonzeros";
import { sparseByteRow } from "./lib/rows";

/** Bytes of a row that are listed at a time. */
const PART: i32 = 256;

export function sgd_bytes(
  begin: i32, end: i32, w: usize, table: usize, order: usize, b: usize, step: usize,
  m: i32, k: i32, n: i32, scale: f32, whole: i32,
): void {
  const minusRate = f32x4.neg(stepScalar(step, 0)), row = pitchBytes(n);
  if (m == 1) {
    single(begin, end, w, byteRow(table, order, step, 0, m, k, whole), b, minusRate, k, row, scale);
    return;
  }
  const at = scratch(), gradient = at + columnScratch(), pitch = (k + 3) & ~3;
  for (let t: i32 = 0; t < m; t++) setRow(at, t, byteRow(table, order, step, t, m, k, whole));
  for (let i = begin & ~(COLUMNS - 1); i < end; i += COLUMNS) {
    listColumns(at, m, i, pitch);
    for (let column = max(begin - i, 0), last = min(end - i, COLUMNS); column < last; column++) {
      const list = columnList(at, column), done = columnEnd(at, column);
      if (done == list) continue;
      sparseByteRow(list, done, scale, row, b, 0, gradient, row);
      const weights = w + <usize> (i + column) * row;
      let j: usize = 0;
      for (; j + 32 <= row; j += 32) {
        const low = fma(minusRate, v128.load(gradient + j), v128.load(weights + j));
        const high = fma(minusRate, v128.load(gradient + j, 16), v128.load(weights + j, 16));
        v128.store(weights + j, low);
        v128.store(weights + j, high, 16);
      }
      if (j < row) v128.store(weights + j, fma(minusRate, v128.load(gradient + j), v128.load(weights + j)));
    }
  }
}

/** A batch of one: each non-zero moves its row of W by a multiple of the one row of B. */
function single(
  begin: i32, end: i32, w: usize, x: usize, b: usize, minusRate: v128, k: i32, row: usize, scale: f32,
): void {
  const list = scratch();
  for (let part = begin & ~15; part < end; part += PART) {
    const done = listByteRow(x + <usize> part, min(PART, k - part), list);
    for (let at = list; at < done; at++) {
      const t = part + <i32> load<u8>(at + TO_PLACES);
      if (t < begin || t >= end) continue;
      const value = f32x4.splat(<f32> load<u8>(at) * scale), weights = w + <usize> t * row;
      let j: usize = 0;
      for (; j + 32 <= row; j += 32) {
        const low = fma(minusRate, f32x4.mul(value, v128.load(b + j)), v128.load(weights + j));
        const high = fma(minusRate, f32x4.mul(value, v128.load(b + j, 16)), v128.load(weights + j, 16));
        v128.store(weights + j, low);
        v128.store(weights + j, high, 16);
      }
      if (j < row) v128.store(weights + j, fma(minusRate, f32x4.mul(value, v128.load(b + j)), v128.load(weights + j)));
    }
  }
}
