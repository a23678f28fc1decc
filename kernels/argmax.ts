// argmax: where the largest value of each row is; of equal ones the first.
// x [M,C] → u32 of rows of n.   Split: rows of x. Who writes the last of a row of the result writes its pads.
import { argmax as largestAt } from "./lib/classes";
import { pitchBytes } from "./lib/layout";

export function argmax(begin: i32, end: i32, x: usize, y: usize, n: i32, columns: i32): void {
  const rowBytes = pitchBytes(columns), resultBytes = pitchBytes(n);
  for (let r = begin; r < end; r++) {
    const row = y + <usize> (r / n) * resultBytes, c = r % n;
    store<u32>(row + (<usize> c << 2), largestAt(x + <usize> r * rowBytes, columns));
    if (c != n - 1) continue;
    for (let pad = <usize> n << 2; pad < resultBytes; pad += 4) store<u32>(row + pad, 0);
  }
}
