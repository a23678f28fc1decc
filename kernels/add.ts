// add: C = A + B.   A, B → C, of one shape.   Split: vectors of four elements.
export function add(begin: i32, end: i32, a: usize, b: usize, c: usize): void {
  for (let at = <usize> begin << 4, last = <usize> end << 4; at < last; at += 16) {
    v128.store(c + at, f32x4.add(v128.load(a + at), v128.load(b + at)));
  }
}
