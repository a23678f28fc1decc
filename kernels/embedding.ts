// embedding: Y[…,i,:] = E[X[…,i],:]; a row of NaN where X is no whole number of 0 to V−1.
// X […,L], E [V,S] → Y […,L,S].   Split: rows of Y. Pads stay zero.
import { pitchBytes } from "./lib/layout";
import { clearPads } from "./lib/math";
import { rowAt } from "./lib/indices";

export function embedding(
  begin: i32, end: i32, x: usize, table: usize, y: usize, length: i32, rows: i32, size: i32,
): void {
  const pitch = pitchBytes(size);
  for (let i = begin; i < end; i++) {
    const row = rowAt(x, i, length, rows), to = y + <usize> i * pitch;
    if (row >= 0) {
      memory.copy(to, table + <usize> row * pitch, pitch);
    } else {
      for (let c: i32 = 0; c < size; c += 4) v128.store(to + (<usize> c << 2), clearPads(f32x4.splat(NaN), c, size));
    }
  }
}
