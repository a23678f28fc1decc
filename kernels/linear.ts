// linear: Y = f(X·W + b).   X [M,K], W [K,N], or [N,K] to be transposed, b [N] → Y [M,N].
// Split: rows of Y, by their non-zeros where enough values are zero (lib/listed.ts), else by tiles (lib/dense.ts); with few
// rows and transposed weights by dot products (lib/dots.ts).
// Limits: scratch for what is listed, or packed, at a time; see src/ops/_support.ts.
import { activateRows } from "./lib/activate";
import { transposedRows, TRANSPOSE_ROWS } from "./lib/dense";
import { dots } from "./lib/dots";
import { pitchBytes, scratch } from "./lib/layout";
import { listedOrDense } from "./lib/listed";

export function linear(
  begin: i32,
  end: i32,
  x: usize,
  w: usize,
  b: usize,
  y: usize,
  m: i32,
  k: i32,
  n: i32,
  activation: i32,
  transposeWeights: i32,
): void {
  const xRow = pitchBytes(k), yRow = pitchBytes(n);
  if (!transposeWeights) listedOrDense(begin, end, x, xRow, k, w, yRow, b, y, scratch());
  else if (m < TRANSPOSE_ROWS) dots(begin, end, x, xRow, w, xRow, b, y, yRow, n);
  else transposedRows(begin, end, x, xRow, k, w, xRow, n, b, y, yRow, scratch());
  activateRows(begin, end, y, n, activation);
}
