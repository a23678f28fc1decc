// Activations of whole rows, after the sums are there.
import { pitchBytes } from "./layout";
import { activate4, clearPads, IDENTITY } from "./math";
import { clearRowPads } from "./rows";

/** Rows [begin, end) of Y ← f(Y), with pads of zero. */
export function activateRows(begin: i32, end: i32, y: usize, n: i32, activation: i32): void {
  const yRow = pitchBytes(n);
  if (activation == IDENTITY) {
    clearRowPads(begin, end, y, yRow, n);
    return;
  }
  for (let i = begin; i < end; i++) {
    const row = y + <usize> i * yRow;
    for (let j: i32 = 0; j < n; j += 4) {
      const at = row + (<usize> j << 2);
      v128.store(at, clearPads(activate4(v128.load(at), activation), j, n));
    }
  }
}
