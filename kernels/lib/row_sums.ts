// Sums of rows, column by column. The rows are added in blocks, so that memory is read once although a thread goes through
// it column by column; in a block four sums run side by side, each of every fourth row.

/** Rows of a block: those of a narrow matrix stay in the first cache. */
const BLOCK: i32 = 128;

/** Adds `count` rows of four vectors to s: whole lines of memory, which may all be in the same few sets of the cache. */
// @ts-ignore: decorator
@inline
function addFour(x: usize, row: usize, count: i32, s: usize): void {
  let a0 = f32x4.splat(0), a1 = a0, a2 = a0, a3 = a0, b0 = a0, b1 = a0, b2 = a0, b3 = a0;
  let c0 = a0, c1 = a0, c2 = a0, c3 = a0, d0 = a0, d1 = a0, d2 = a0, d3 = a0;
  const row2 = row << 1, row3 = row2 + row;
  let at = x;
  for (let i: i32 = 3; i < count; i += 4) {
    a0 = f32x4.add(a0, v128.load(at));
    b0 = f32x4.add(b0, v128.load(at, 16));
    c0 = f32x4.add(c0, v128.load(at, 32));
    d0 = f32x4.add(d0, v128.load(at, 48));
    a1 = f32x4.add(a1, v128.load(at + row));
    b1 = f32x4.add(b1, v128.load(at + row, 16));
    c1 = f32x4.add(c1, v128.load(at + row, 32));
    d1 = f32x4.add(d1, v128.load(at + row, 48));
    a2 = f32x4.add(a2, v128.load(at + row2));
    b2 = f32x4.add(b2, v128.load(at + row2, 16));
    c2 = f32x4.add(c2, v128.load(at + row2, 32));
    d2 = f32x4.add(d2, v128.load(at + row2, 48));
    a3 = f32x4.add(a3, v128.load(at + row3));
    b3 = f32x4.add(b3, v128.load(at + row3, 16));
    c3 = f32x4.add(c3, v128.load(at + row3, 32));
    d3 = f32x4.add(d3, v128.load(at + row3, 48));
    at += row << 2;
  }
  for (let i = count & ~3; i < count; i++) {
    a0 = f32x4.add(a0, v128.load(at));
    b0 = f32x4.add(b0, v128.load(at, 16));
    c0 = f32x4.add(c0, v128.load(at, 32));
    d0 = f32x4.add(d0, v128.load(at, 48));
    at += row;
  }
  a0 = f32x4.add(v128.load(s), f32x4.add(f32x4.add(a0, a1), f32x4.add(a2, a3)));
  b0 = f32x4.add(v128.load(s, 16), f32x4.add(f32x4.add(b0, b1), f32x4.add(b2, b3)));
  c0 = f32x4.add(v128.load(s, 32), f32x4.add(f32x4.add(c0, c1), f32x4.add(c2, c3)));
  d0 = f32x4.add(v128.load(s, 48), f32x4.add(f32x4.add(d0, d1), f32x4.add(d2, d3)));
  v128.store(s, a0);
  v128.store(s, b0, 16);
  v128.store(s, c0, 32);
  v128.store(s, d0, 48);
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
    for (; at + 64 <= last; at += 64, from += 64) addFour(from, row, count, at);
    for (; at < last; at += 16, from += 16) addOne(from, row, count, at);
  }
}
