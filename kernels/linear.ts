// linear: Y = f(X·W + b).   X [M,K], W [K,N], b [N] → Y [M,N].
// Split: rows of Y. Narrow layers take each row by its non-zeros, wide ones by tiles (lib/rows.ts, lib/tiles.ts).
// Limits: scratch for a list of K entries, or for 8 packed columns of 256 terms.
import { activateRows } from "./lib/activate";
import { pitchBytes, scratch } from "./lib/layout";
import { listRow, offsetsAt } from "./lib/nonzeros";
import { sparseRow, takesNonZeros } from "./lib/rows";
import { denseRows } from "./lib/tiles";

export function linear(
  begin: i32,
  end: i32,
  x: usize,
  w: usize,
  b: usize,
  y: usize,
  k: i32,
  n: i32,
  activation: i32,
): void {
  const xRow = pitchBytes(k), yRow = pitchBytes(n);
  if (takesNonZeros(k, n)) {
    const list = scratch(), toOffsets = offsetsAt(k);
    for (let i = begin; i < end; i++) {
      const last = listRow(x + <usize> i * xRow, k, yRow, list, toOffsets);
      sparseRow(list, last, toOffsets, w, b, y + <usize> i * yRow, yRow);
    }
  } else {
    for (let i = begin; i < end; i++) memory.copy(y + <usize> i * yRow, b, yRow);
    denseRows(begin, end, x, xRow, 4, k, w, yRow, y, yRow, scratch());
  }
  activateRows(begin, end, y, n, activation);
}
