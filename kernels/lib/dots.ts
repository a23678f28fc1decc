// Products with a transposed matrix: dot products of rows with rows.
import { clearPads, fma, sum4 } from "./math";

/**
 * Rows [begin, end) of C = bias + A·Bᵀ, two rows × four columns at a time. The pads of the rows of both are zero, so dots
 * run over whole vectors. An element's sum is the same whether its row has a neighbour or not.
 */
export function dots(
  begin: i32, end: i32, a: usize, aRow: usize, b: usize, bRow: usize, bias: usize, c: usize, cRow: usize, n: i32,
): void {
  for (let j: i32 = 0; j < n; j += 4) {
    // Columns past the last repeat it; their lanes are cleared.
    const b0 = b + <usize> j * bRow;
    const b1 = b + <usize> min(j + 1, n - 1) * bRow;
    const b2 = b + <usize> min(j + 2, n - 1) * bRow;
    const b3 = b + <usize> min(j + 3, n - 1) * bRow;
    const start = bias == 0 ? f32x4.splat(0) : v128.load(bias + (<usize> j << 2));
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
      v128.store(c0, clearPads(f32x4.add(start, f32x4(sum4(s0), sum4(s1), sum4(s2), sum4(s3))), j, n));
      v128.store(c1, clearPads(f32x4.add(start, f32x4(sum4(r0), sum4(r1), sum4(r2), sum4(r3))), j, n));
    }
  }
}
