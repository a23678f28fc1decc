// concat: y is a and b behind one another along an axis.
// Split: rows of y. `aRows` rows of a and `bRows` of b take turns; along the last axis each row is made of one of both.
import { clearRun, copyRun } from "./lib/copy";
import { pitchBytes } from "./lib/layout";

export function concat(
  begin: i32,
  end: i32,
  a: usize,
  b: usize,
  y: usize,
  last: i32,
  aRows: i32,
  bRows: i32,
  aColumns: i32,
  bColumns: i32,
): void {
  const aBytes = pitchBytes(aColumns), bBytes = pitchBytes(bColumns);
  if (last) {
    const yBytes = pitchBytes(aColumns + bColumns);
    for (let r = begin; r < end; r++) {
      const row = y + <usize> r * yBytes, middle = row + (<usize> aColumns << 2);
      copyRun(a + <usize> r * aBytes, row, aColumns);
      copyRun(b + <usize> r * bBytes, middle, bColumns);
      clearRun(middle + (<usize> bColumns << 2), row + yBytes);
    }
    return;
  }
  const both = aRows + bRows;
  for (let r = begin; r < end; r++) {
    const turn = r / both, within = r % both;
    const from = within < aRows
      ? a + <usize> (turn * aRows + within) * aBytes
      : b + <usize> (turn * bRows + within - aRows) * bBytes;
    copyRun(from, y + <usize> r * aBytes, <i32> (aBytes >> 2));
  }
}
