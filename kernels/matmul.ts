// matmul: C = op(A)·op(B).   op(A) [M,K], op(B) [K,N] → C [M,N].
// Split: rows of C. Four routes by the transpose flags:
//   A·B    by the non-zeros of A's rows where C is narrow or many are zero, else by tiles (lib/rows.ts, lib/listed.ts);
//   Aᵀ·B   by the non-zeros of A's columns where C is narrow or many are zero, else by tiles (lib/dense.ts);
//   A·Bᵀ   by tiles of B transposed where many rows of A share it and rows are short, else dot products (lib/dots.ts);
//   Aᵀ·Bᵀ  plain loops: no layer of the library needs it fast.
// Limits: scratch for lists of 32 rows of K entries, or of 64 columns of 128, or for 16 packed columns of 256 terms. The
// order of summation does not depend on the split.
import { denseRows, transposedRows } from "./lib/dense";
import { dots } from "./lib/dots";
import { pitchBytes, scratch } from "./lib/layout";
import { isSparse, WIDE, wideRows } from "./lib/listed";
import { append4, listBytes, listRow, offsetsAt } from "./lib/nonzeros";
import { clearRowPads, listedBytes, sparseRow, takesNonZeros } from "./lib/rows";

/** Rows of A from which transposing B pays, and the longest rows of B for which it does: long dots are as fast as tiles. */
const TRANSPOSE_ROWS: i32 = 16;
const TRANSPOSE_TERMS: i32 = 256;
/** Rows of A, and columns, that are listed at a time; as in src/ops/matmul.ts. 128 rows of B of 64 columns take 32 KiB. */
const BLOCK: i32 = 128;
const COLUMNS: i32 = 64;

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
    else if (m >= TRANSPOSE_ROWS && k <= TRANSPOSE_TERMS) {
      clear(begin, end, c, cRow);
      transposedRows(begin, end, a, aRow, k, b, bRow, n, c, cRow, scratch());
    } else dots(begin, end, a, aRow, b, bRow, 0, c, cRow, n);
  } else if (transposeA) {
    if (takesNonZeros(m, n) || (bRow > WIDE && hasZeros(a, aRow, m, k))) outer(begin, end, a, aRow, b, bRow, c, k);
    else {
      clear(begin, end, c, cRow);
      denseRows(begin, end, a, 4, aRow, k, b, bRow, c, cRow, scratch());
    }
  } else if (takesNonZeros(k, n)) {
    const list = scratch(), toOffsets = offsetsAt(k);
    for (let i = begin; i < end; i++) {
      const last = listRow(a + <usize> i * aRow, k, bRow, list, toOffsets);
      sparseRow(list, last, toOffsets, b, 0, c + <usize> i * cRow, cRow);
    }
  } else {
    clear(begin, end, c, cRow);
    wideRows(begin, end, a, aRow, k, b, bRow, c, cRow, scratch());
  }
  clearRowPads(begin, end, c, cRow, n);
}

// @ts-ignore: decorator
@inline
function clear(begin: i32, end: i32, c: usize, cRow: usize): void {
  memory.fill(c + <usize> begin * cRow, 0, <usize> (end - begin) * cRow);
}

/** Whether many values of the first rows of A are zero. Both routes give the same bits: a sample may choose. */
function hasZeros(a: usize, aRow: usize, m: i32, k: i32): bool {
  const rows = min(k, 16), vectors = (m + 3) >> 2, zero = f32x4.splat(0);
  let zeros = i32x4.splat(0);
  for (let t: i32 = 0; t < rows; t++) {
    let at = a + <usize> t * aRow;
    for (let v: i32 = 0; v < vectors; v++, at += 16) zeros = i32x4.sub(zeros, f32x4.eq(v128.load(at), zero));
  }
  const count = i32x4.extract_lane(zeros, 0) + i32x4.extract_lane(zeros, 1) + i32x4.extract_lane(zeros, 2) +
    i32x4.extract_lane(zeros, 3);
  const values = <usize> (rows * vectors) << 2;
  return isSparse(values - count, values);
}

/**
 * Rows [begin, end) of C = Aᵀ·B by the non-zeros of A's columns. Column i of A makes row i of C. Of a block of A's rows some
 * columns are turned into lists; then a few columns of B after another, so that they stay in the L1 cache for all lists.
 */
function outer(begin: i32, end: i32, a: usize, aRow: usize, b: usize, bRow: usize, c: usize, k: i32): void {
  const toOffsets = offsetsAt(BLOCK), bytes = listBytes(BLOCK), columns = listedBytes();
  const ends = scratch(), lists = ends + (<usize> COLUMNS << 2);
  for (let first: i32 = 0; first < k; first += BLOCK) {
    const last = min(first + BLOCK, k), block = b + <usize> first * bRow;
    // The lists are aligned to a multiple of four; those outside the range belong to another thread.
    for (let i = begin & ~3; i < end; i += COLUMNS) {
      const from = max(begin, i), to = min(end, i + COLUMNS);
      for (let quad = i; quad < to; quad += 4) {
        const at = <usize> (quad - i);
        listColumns4(a + (<usize> quad << 2), aRow, first, last, bRow, lists + bytes * at, bytes, ends + (at << 2));
      }
      for (let at: usize = 0; at < bRow; at += columns) {
        const width = min(columns, bRow - at);
        for (let row = from; row < to; row++) {
          const list = <usize> (row - i), into = c + <usize> row * bRow + at, done = load<usize>(ends + (list << 2));
          sparseRow(lists + bytes * list, done, toOffsets, block + at, first == 0 ? 0 : into, into, width);
        }
      }
    }
  }
}

/** Lists the non-zeros of rows [first, last) of four columns of A from `a` on, and notes the lists' ends. */
// @ts-ignore: decorator
@inline
function listColumns4(
  a: usize, aRow: usize, first: i32, last: i32, bRow: usize, list: usize, bytes: usize, ends: usize,
): void {
  const toOffsets = offsetsAt(BLOCK), step = i32x4.splat(<i32> bRow << 2), zero = f32x4.splat(0);
  let e0 = list, e1 = e0 + bytes, e2 = e1 + bytes, e3 = e2 + bytes;
  let offsets = i32x4.mul(i32x4.splat(<i32> bRow), i32x4(0, 1, 2, 3)), at = a + <usize> first * aRow;
  for (let t = first; t < last; t += 4, at += aRow << 2) {
    const r0 = v128.load(at);
    const r1 = t + 1 < last ? v128.load(at + aRow) : zero;
    const r2 = t + 2 < last ? v128.load(at + (aRow << 1)) : zero;
    const r3 = t + 3 < last ? v128.load(at + aRow * 3) : zero;
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
  store<usize>(ends, e0);
  store<usize>(ends, e1, 4);
  store<usize>(ends, e2, 8);
  store<usize>(ends, e3, 12);
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
