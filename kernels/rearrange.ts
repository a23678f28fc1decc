// rearrange: y[i] = x[j], the axes in another order and from other starts; 0 where j is outside.
// x of four axes → y [n0,n1,n2,n3].   Split: rows of y. Axis k goes by `s` elements of x and is inside from `a` to `b`.
import { clearRun, copyRun } from "./lib/copy";
import { pitchBytes } from "./lib/layout";

export function rearrange(
  begin: i32,
  end: i32,
  x: usize,
  y: usize,
  _n0: i32,
  s0: i32,
  a0: i32,
  b0: i32,
  n1: i32,
  s1: i32,
  a1: i32,
  b1: i32,
  n2: i32,
  s2: i32,
  a2: i32,
  b2: i32,
  n3: i32,
  s3: i32,
  a3: i32,
  b3: i32,
  base: i32,
): void {
  const rowBytes = pitchBytes(n3), step = <usize> s3 << 2;
  for (let r = begin; r < end; r++) {
    const i2 = r % n2, rest = r / n2, i1 = rest % n1, i0 = rest / n1;
    const row = y + <usize> r * rowBytes;
    if (i0 < a0 || i0 >= b0 || i1 < a1 || i1 >= b1 || i2 < a2 || i2 >= b2 || a3 >= b3) {
      clearRun(row, row + rowBytes);
      continue;
    }
    let to = row + (<usize> a3 << 2), from = x + (<usize> (base + i0 * s0 + i1 * s1 + i2 * s2 + a3 * s3) << 2);
    const last = row + (<usize> b3 << 2);
    clearRun(row, to);
    if (s3 == 1) copyRun(from, to, b3 - a3);
    else for (; to < last; to += 4, from += step) store<f32>(to, load<f32>(from));
    clearRun(last, row + rowBytes);
  }
}
