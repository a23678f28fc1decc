// sum_rows: s[j] = Σ_i X[i,j].   X [M,N] → s [N].
// Split: vectors of four columns; each is summed from the first row to the last.
export function sum_rows(begin: i32, end: i32, x: usize, s: usize, m: i32, pitch: i32): void {
  const row = <usize> pitch << 2;
  for (let j = begin; j < end; j++) {
    const column = <usize> j << 4;
    let sum = f32x4.splat(0), at = x + column;
    for (let i: i32 = 0; i < m; i++) {
      sum = f32x4.add(sum, v128.load(at));
      at += row;
    }
    v128.store(s + column, sum);
  }
}
