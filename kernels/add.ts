// add: C = A + B.   A, B → C, of one shape.   Split: vectors of four elements, two at a time.
export function add(begin: i32, end: i32, a: usize, b: usize, c: usize): void {
  let at = <usize> begin << 4;
  const last = <usize> end << 4;
  for (; at + 32 <= last; at += 32) {
    const low = f32x4.add(v128.load(a + at), v128.load(b + at));
    const high = f32x4.add(v128.load(a + at, 16), v128.load(b + at, 16));
    v128.store(c + at, low);
    v128.store(c + at, high, 16);
  }
  if (at < last) v128.store(c + at, f32x4.add(v128.load(a + at), v128.load(b + at)));
}
