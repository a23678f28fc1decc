// linear: Y = f(X·W + b).   X [M,K], W [K,N], or [N,K] to be transposed, b [N] → Y [M,N].
// Split: rows of Y. Narrow layers take each row by its non-zeros (lib/rows.ts); wide ones take 32 rows by their non-zeros
// where many are zero (lib/listed.ts), else tiles (lib/dense.ts). With transposed weights: dot products (lib/dots.ts).
// Limits: scratch for lists of 32 rows of K entries, or for 16 packed columns of 256 terms.
import { activateRows } from "./lib/activate";
import { dots } from "./lib/dots";
import { pitchBytes, scratch } from "./lib/layout";
import { wideRows } from "./lib/listed";
import { listRow, offsetsAt } from "./lib/nonzeros";
import { sparseRow, takesNonZeros } from "./lib/rows";

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
  transposeWeights: i32,
): void {
  const xRow = pitchBytes(k), yRow = pitchBytes(n);
  if (transposeWeights) dots(begin, end, x, xRow, w, xRow, b, y, yRow, n);
  else if (takesNonZeros(k, n)) {
    const list = scratch(), toOffsets = offsetsAt(k);
    for (let i = begin; i < end; i++) {
      const last = listRow(x + <usize> i * xRow, k, yRow, list, toOffsets);
      sparseRow(list, last, toOffsets, w, b, y + <usize> i * yRow, yRow);
    }
  } else {
    for (let i = begin; i < end; i++) memory.copy(y + <usize> i * yRow, b, yRow);
    wideRows(begin, end, x, xRow, k, w, yRow, y, yRow, scratch());
  }
  activateRows(begin, end, y, n, activation);
}
