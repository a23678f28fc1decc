// sum_squares: s[b] = Σ_i x[i]² over the 1,024 vectors of block b.   x of so many vectors → s [B].
// A square beyond 3.4e38 is infinite.
// Split: blocks, those of the pads included, which are empty. Four sums run side by side, each of every fourth vector.
import { fma } from "./lib/math";

/** Vectors of a block, as in src/ops/sum_squares.ts. */
const BLOCK: i32 = 1024;

export function sum_squares(begin: i32, end: i32, x: usize, s: usize, vectors: i32): void {
  for (let b = begin; b < end; b++) {
    const first = min(b * BLOCK, vectors), last = min(first + BLOCK, vectors);
    let s0 = f32x4.splat(0), s1 = s0, s2 = s0, s3 = s0;
    let i = first;
    for (; i + 4 <= last; i += 4) {
      const at = x + (<usize> i << 4);
      const a0 = v128.load(at), a1 = v128.load(at, 16), a2 = v128.load(at, 32), a3 = v128.load(at, 48);
      s0 = fma(a0, a0, s0);
      s1 = fma(a1, a1, s1);
      s2 = fma(a2, a2, s2);
      s3 = fma(a3, a3, s3);
    }
    for (; i < last; i++) {
      const a = v128.load(x + (<usize> i << 4));
      s0 = fma(a, a, s0);
    }
    const sum = f32x4.add(f32x4.add(s0, s1), f32x4.add(s2, s3));
    store<f32>(
      s + (<usize> b << 2),
      f32x4.extract_lane(sum, 0) + f32x4.extract_lane(sum, 1) +
        (f32x4.extract_lane(sum, 2) + f32x4.extract_lane(sum, 3)),
    );
  }
}
