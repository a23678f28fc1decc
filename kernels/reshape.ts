// reshape: the values of each row in the same dense order, under other axes.   X [B,…,FROM] → Y [B,…,TO].
// Split: rows of `size` values. Runs that lie together in X and in Y are copied as vectors.
import { copyRun } from "./lib/copy";
import { pitchBytes } from "./lib/layout";

export function reshape(begin: i32, end: i32, x: usize, y: usize, size: i32, from: i32, to: i32): void {
  const xRow = pitchBytes(from), yRow = pitchBytes(to);
  let source = x + <usize> begin * <usize> (size / from) * xRow, target = y + <usize> begin * <usize> (size / to) * yRow;
  for (let b = begin; b < end; b++) {
    let inX: i32 = 0, inY: i32 = 0;
    for (let left = size; left > 0;) {
      const run = min(from - inX, to - inY);
      copyRun(source + (<usize> inX << 2), target + (<usize> inY << 2), run);
      left -= run;
      inX += run;
      inY += run;
      if (inX == from) {
        inX = 0;
        source += xRow;
      }
      if (inY == to) {
        for (let pad = <usize> to << 2; pad < yRow; pad += 4) store<f32>(target + pad, 0);
        inY = 0;
        target += yRow;
      }
    }
  }
}
