// matmul: C = op(A)·op(B).   op(A) [M,K], op(B) [K,N] → C [M,N].
// Split: rows of C. Four routes by the transpose flags:
//   A·B    narrow C by the non-zeros of A's rows, wide C by tiles in registers (lib/tiles.ts);
//   Aᵀ·B   narrow C by the non-zeros of A's columns, wide C by tiles;
//   A·Bᵀ   dot products of rows, two rows × four columns of C at a time;
//   Aᵀ·Bᵀ  plain loops: no layer of the library needs it fast.
// Limits: scratch for a list of K entries or four of 128. The order of summation does not depend on the split.
import { pitchBytes, scratch } from "./lib/layout";
import { clearPads, fma, sum4 } from "./lib/math";
import { append4, listBytes, listRow, offsetsAt } from "./lib/nonzeros";
import { clearRowPads, sparseRow, takesNonZeros } from "./lib/rows";
import { denseRows } from "./lib/tiles";

/** Rows of A that are listed at a time: 128 rows of B of 32 columns take 16 KiB. */
const BLOCK: i32 = 128;

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
    else dots(begin, end, a, aRow, b, bRow, c, cRow, k, n);
  } else if (transposeA) {
    if (takesNonZeros(m, n)) outer(begin, end, a, aRow, b, bRow, c, k);
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
    denseRows(begin, end, a, aRow, 4, k, b, bRow, c, cRow, scratch());
  }
  clearRowPads(begin, end, c, cRow, n);
}

// @ts-ignore: decorator
@inline
function clear(begin: i32, end: i32, c: usize, cRow: usize): void {
  memory.fill(c + <usize> begin * cRow, 0, <usize> (end - begin) * cRow);
}

/**
 * Rows [begin, end) of C = Aᵀ·B by the non-zeros of A's columns. Column i of A makes row i of C; four columns
 * at a time are turned into lists, a block of A's rows after another, so that the block's rows of B stay in the
 * L1 cache while each row of C stays in registers.
 */
function outer(begin: i32, end: i32, a: usize, aRow: usize, b: usize, bRow: usize, c: usize, k: i32): void {
  const toOffsets = offsetsAt(BLOCK), bytes = listBytes(BLOCK);
  const l0 = scratch(), l1 = l0 + bytes, l2 = l1 + bytes, l3 = l2 + bytes;
  const step = i32x4.splat(<i32> bRow << 2);
  for (let first: i32 = 0; first < k; first += BLOCK) {
    const last = min(first + BLOCK, k), block = b + <usize> first * bRow;
    for (let i = begin & ~3; i < end; i += 4) {
      let e0 = l0, e1 = l1, e2 = l2, e3 = l3;
      let offsets = i32x4.mul(i32x4.splat(<i32> bRow), i32x4(0, 1, 2, 3));
      let at = a + <usize> first * aRow + (<usize> i << 2);
      for (let t = first; t < last; t += 4, at += aRow << 2) {
        const zero = f32x4.splat(0);
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
      // The four rows are aligned to a multiple of four; those outside the range belong to another thread.
      const row = c + <usize> i * bRow;
      if (i >= begin) sparseRow(l0, e0, toOffsets, block, first == 0 ? 0 : row, row, bRow);
      if (i + 1 >= begin && i + 1 < end) sparseRow(l1, e1, toOffsets, block, first == 0 ? 0 : row + bRow, row + bRow, bRow);
      if (i + 2 >= begin && i + 2 < end) sparseRow(l2, e2, toOffsets, block, first == 0 ? 0 : row + bRow * 2, row + bRow * 2, bRow);
      if (i + 3 >= begin && i + 3 < end) sparseRow(l3, e3, toOffsets, block, first == 0 ? 0 : row + bRow * 3, row + bRow * 3, bRow);
    }
  }
}

/**
 * Rows [begin, end) of C = A·Bᵀ, two rows × four columns at a time. The pads of the rows of both are zero, so dots
 * run over whole vectors. An element's sum is the same whether its row has a neighbour or not.
 */
function dots(
  begin: i32, end: i32, a: usize, aRow: usize, b: usize, bRow: usize, c: usize, cRow: usize, k: i32, n: i32,
): void {
  for (let j: i32 = 0; j < n; j += 4) {
    // Columns past the last repeat it; their lanes are cleared.
    const b0 = b + <usize> j * bRow;
    const b1 = b + <usize> min(j + 1, n - 1) * bRow;
    const b2 = b + <usize> min(j + 2, n - 1) * bRow;
    const b3 = b + <usize> min(j + 3, n - 1) * bRow;
    for (let i = begin; i < end; i += 2) {
      const a0 = a + <usize> i * aRow, a1 = i + 1 < end ? a0 + aRow : a0;
      const c0 = c + <usize> i * cRow + (<usize> j << 2), c1 = i + 1 < end ? c0 + cRow : c0;
      let s0 = f32x4.splat(0), s1 = s0, s2 = s0, s3 = s0, r0 = s0, r1 = s0, r2 = s0, r3 = s0;
      for (let at: usize = 0; at < aRow; at += 16) {
        const x0 = v128.load(a0 + at), x1 = v128.load(a1 + at);
        const w0 = v128.load(b0 + at), w1 = v128.load(b1 + at), w2 = v128.load(b2 + at), w3 = v128.load(b3 + at);
        s0 = fma(x0, w0, s0);
        r0 = fma(x1, w0, r0);
        s1 = fma(x0, w1, s1);
        r1 = fma(x1, w1, r1);
        s2 = fma(x0, w2, s2);
        r2 = fma(x1, w2, r2);
        s3 = fma(x0, w3, s3);
        r3 = fma(x1, w3, r3);
      }
      v128.store(c0, clearPads(f32x4(sum4(s0), sum4(s1), sum4(s2), sum4(s3)), j, n));
      v128.store(c1, clearPads(f32x4(sum4(r0), sum4(r1), sum4(r2), sum4(r3)), j, n));
    }
  }
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
