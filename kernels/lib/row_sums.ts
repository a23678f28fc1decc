// Sums of rows, column by column. The rows are added in blocks, so that memory is read once although a thread goes through
// it column by column; in a block four sums run side by side, each of every fourth row.

/** Rows of a block: those of a narrow matrix stay in the first cache. */
const BLOCK: i32 = 128;

/** Adds `count` rows of two vectors to s. */
// @ts-ignore: decorator
@inline
function addPair(x: usize, row: usize, count: i32, s: usize): void {
  let a0 = f32x4.splat(0), a1 = a0, a2 = a0, a3 = a0, b0 = a0, b1 = a0, b2 = a0, b3 = a0;
  const row2 = row << 1, row3 = row2 + row;
  let at = x;
  for (let i: i32 = 3; i < count; i += 4) {
    a0 = f32x4.add(a0, v128.load(at));
    b0 = f32x4.add(b0, v128.load(at, 16));
    a1 = f32x4.add(a1, v128.load(at + row));
    b1 = f32x4.add(b1, v128.load(at + row, 16));
    a2 = f32x4.add(a2, v128.load(at + row2));
    b2 = f32x4.add(b2, v128.load(at + row2, 16));
    a3 = f32x4.add(a3, v128.load(at + row3));
    b3 = f32x4.add(b3, v128.load(at + row3, 16));
    at += row << 2;
  }
  for (let i = count & ~3; i < count; i++) {
    a0 = f32x4.add(a0, v128.load(at));
    b0 = f32x4.add(b0, v128.load(at, 16));
    at += row;
  }
  v128.store(s, f32x4.add(v128.load(s), f32x4.add(f32x4.add(a0, a1), f32x4.add(a2, a3))));
  v128.store(s, f32x4.add(v128.load(s, 16), f32x4.add(f32x4.add(b0, b1), f32x4.add(b2, b3))), 16);
}

/** The same for one vector, in the same order. */
// @ts-ignore: decorator
@inline
function addOne(x: usize, row: usize, count: i32, s: usize): void {
  let a0 = f32x4.splat(0), a1 = a0, a2 = a0, a3 = a0;
  const row2 = row << 1, row3 = row2 + row;
  let at = x;
  for (let i: i32 = 3; i < count; i += 4) {
    a0 = f32x4.add(a0, v128.load(at));
    a1 = f32x4.add(a1, v128.load(at + row));
    a2 = f32x4.add(a2, v128.load(at + row2));
    a3 = f32x4.add(a3, v128.load(at + row3));
    at += row << 2;
  }
  for (let i = count & ~3; i < count; i++) {
    a0 = f32x4.add(a0, v128.load(at));
    at += row;
  }
  v128.store(s, f32x4.add(v128.load(s), f32x4.add(f32x4.add(a0, a1), f32x4.add(a2, a3))));
}

/** Adds `m` rows, `row` bytes apart, to the sums from `first` to `last`; `x` is the place of `first` in the first row. */
// @ts-ignore: decorator
@inline
export function addRows(x: usize, row: usize, m: i32, first: usize, last: usize): void {
  for (let i: i32 = 0; i < m; i += BLOCK) {
    const count = min(BLOCK, m - i);
    let from = x + <usize> i * row, at = first;
    for (; at + 32 <= last; at += 32) {
      addPair(from, row, count, at);
      from += 32;
    }
    if (at < last) addOne(from, row, count, at);
  }
}
