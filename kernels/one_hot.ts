// one_hot: X[i,c] = 1 where c = y[i], else 0.   indices y u32 [M] → X [M,C].   Split: rows.

export function one_hot(begin: i32, end: i32, indices: usize, x: usize, pitch: i32, classes: i32): void {
  const rowBytes = <usize> pitch << 2;
  for (let i = begin; i < end; i++) {
    const row = x + <usize> i * rowBytes, index = load<u32>(indices + (<usize> i << 2));
    memory.fill(row, 0, rowBytes);
    if (index < <u32> classes) store<f32>(row + (<usize> index << 2), 1);
  }
}
