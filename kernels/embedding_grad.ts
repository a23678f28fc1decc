// embedding_grad: dE[v,:] = Σ dY[…,i,:] over all i whose index is v.   X […,L], dY […,L,S] → dE [V,S].
// Split: rows of dE. Each thread reads all indices and adds the terms of its rows in the order in which they lie.
import { rowAt } from "./lib/indices";
import { pitchBytes } from "./lib/layout";

export function embedding_grad(
  begin: i32, end: i32, x: usize, dY: usize, dE: usize, count: i32, length: i32, size: i32,
): void {
  const pitch = pitchBytes(size);
  memory.fill(dE + <usize> begin * pitch, 0, <usize> (end - begin) * pitch);
  for (let i: i32 = 0; i < count; i++) {
    // Rows behind this thread's are none of its.
    const row = rowAt(x, i, length, end);
    if (row < begin) continue;
    const from = dY + <usize> i * pitch, to = dE + <usize> row * pitch;
    for (let c: usize = 0; c < pitch; c += 16) {
      v128.store(to + c, f32x4.add(v128.load(to + c), v128.load(from + c)));
    }
  }
}
