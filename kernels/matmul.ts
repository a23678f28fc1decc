// matmul: C = op(A)·op(B).   op(A) [M,K], op(B) [K,N] → C [M,N].
// Split: rows of C. Four routes by the transpose flags:
//   A·B    by the non-zeros of A's rows where enough values are zero (lib/listed.ts), else by tiles (lib/dense.ts);
//   Aᵀ·B   by the non-zeros of A's columns where enough values are zero, else by tiles;
//   A·Bᵀ   by tiles of B transposed, of few rows of A by dot products (lib/dots.ts);
//   Aᵀ·Bᵀ  plain loops: no layer of the library needs it fast.
// Limits: scratch for what is listed, or packed, at a time; see src/ops/_support.ts. The order of summation does not depend
// on the split.
import { denseRows, transposedRows, TRANSPOSE_ROWS } from "./lib/dense";
import { dots } from "./lib/dots";
import { pitchBytes, scratch } from "./lib/layout";
import { addLists, gainsByLists, listAt, listedOrDense, listedStride, LISTS, setEnd, TERMS } from "./lib/listed";
import { append4, offsetsAt } from "./lib/nonzeros";
import { clearRowPads } from "./lib/rows";

export function matmul(
  begin: i32,
  end: i32,
  a: usize,
  b: usize,
  c: usize,
  m: i32,
  k: i32,
  n: i32,
  transposeA: i32,
  transposeB: i32,
): void {
  const aRow = pitchBytes(transposeA ? m : k), bRow = pitchBytes(transposeB ? k : n), cRow = pitchBytes(n);
  if (transposeB) {
    if (transposeA) plain(begin, end, a, aRow, b, bRow, c, cRow, k, n);
    else if (m < TRANSPOSE_ROWS) dots(begin, end, a, aRow, b, bRow, 0, c, cRow, n);
    else transposedRows(begin, end, a, aRow, k, b, bRow, n, 0, c, cRow, scratch());
  } else if (!transposeA) listedOrDense(begin, end, a, aRow, k, b, bRow, 0, c, scratch());
  else if (gainsByLists(a, aRow, k, m, bRow)) outer(begin, end, a, aRow, b, bRow, c, k);
  else denseRows(begin, end, a, 4, aRow, k, b, bRow, 0, false, c, cRow, scratch());
  clearRowPads(begin, end, c, cRow, n);
}

/** Rows [begin, end) of C = Aᵀ·B by the non-zeros of A's columns. Column i of A makes row i of C. */
function outer(begin: i32, end: i32, a: usize, aRow: usize, b: usize, bRow: usize, c: usize, k: i32): void {
  const work = scratch();
  // Lists are made of four columns, a multiple of four on; those outside the range belong to another thread.
  for (let i = begin & ~3; i < end; i += LISTS) {
    const from = max(begin - i, 0), to = min(end - i, LISTS), stride = listedStride(bRow, to - from);
    for (let first: i32 = 0; first < k; first += TERMS) {
      const terms = min(TERMS, k - first), block = a + <usize> first * aRow + (<usize> i << 2);
      for (let quad: i32 = 0; quad < to; quad += 4) listColumns4(block + (<usize> quad << 2), aRow, terms, stride, work, quad);
      addLists(work, from, to, terms, b + <usize> first * bRow, bRow, 0, first == 0, c + <usize> i * bRow);
    }
  }
}

/** Lists the non-zeros of `terms` rows of four columns of A as lists `index` … of `work`. */
// @ts-ignore: decorator
@inline
function listColumns4(a: usize, aRow: usize, terms: i32, stride: usize, work: usize, index: i32): void {
  const toOffsets = offsetsAt(TERMS), step = i32x4.splat(<i32> stride << 2), zero = f32x4.splat(0);
  let e0 = listAt(work, index), e1 = listAt(work, index + 1), e2 = listAt(work, index + 2), e3 = listAt(work, index + 3);
  let offsets = i32x4.mul(i32x4.splat(<i32> stride), i32x4(0, 1, 2, 3));
  for (let t: i32 = 0, at = a; t < terms; t += 4, at += aRow << 2) {
    const r0 = v128.load(at);
    const r1 = t + 1 < terms ? v128.load(at + aRow) : zero;
    const r2 = t + 2 < terms ? v128.load(at + (aRow << 1)) : zero;
    const r3 = t + 3 < terms ? v128.load(at + aRow * 3) : zero;
    if (v128.any_true(v128.or(v128.or(r0, r1), v128.or(r2, r3)))) {
      const low01 = i32x4.shuffle(r0, r1, 0, 4, 1, 5), low23 = i32x4.shuffle(r2, r3, 0, 4, 1, 5);
      const high01 = i32x4.shuffle(r0, r1, 2, 6, 3, 7), high23 = i32x4.shuffle(r2, r3, 2, 6, 3, 7);
      e0 = append4(e0, toOffsets, i32x4.shuffle(low01, low23, 0, 1, 4, 5), offsets);
      e1 = append4(e1, toOffsets, i32x4.shuffle(low01, low23, 2, 3, 6, 7), offsets);
      e2 = append4(e2, toOffsets, i32x4.shuffle(high01, high23, 0, 1, 4, 5), offsets);
      e3 = append4(e3, toOffsets, i32x4.shuffle(high01, high23, 2, 3, 6, 7), offsets);
    }
    offsets = i32x4.add(offsets, step);
  }
  setEnd(work, index, e0);
  setEnd(work, index + 1, e1);
  setEnd(work, index + 2, e2);
  setEnd(work, index + 3, e3);
}

/** Rows [begin, end) of C = Aᵀ·Bᵀ. */
function plain(
  begin: i32,
  end: i32,
  a: usize,
  aRow: usize,
  b: usize,
  bRow: usize,
  c: usize,
  cRow: usize,
  k: i32,
  n: i32,
): void {
  for (let i = begin; i < end; i++) {
    for (let j: i32 = 0; j < n; j++) {
      let sum: f32 = 0;
      for (let t: i32 = 0; t < k; t++) {
        sum += load<f32>(a + <usize> t * aRow + (<usize> i << 2)) *
          load<f32>(b + <usize> j * bRow + (<usize> t << 2));
      }
      store<f32>(c + <usize> i * cRow + (<usize> j << 2), sum);
    }
  }
}
