// take: y[i] = table[indices[i]]; NaN where there is no such entry.
// table [R,…] of `vectors` vectors an entry, indices u32 of rows of `indexColumns` → y.   Split: indices.
import { pitchBytes } from "./lib/layout";
import { clearPads } from "./lib/math";

export function take(
  begin: i32,
  end: i32,
  table: usize,
  indices: usize,
  y: usize,
  entries: i32,
  indexColumns: i32,
  columns: i32,
  vectors: i32,
): void {
  const indexBytes = pitchBytes(indexColumns), rowVectors = (columns + 3) >> 2;
  const entryBytes = <usize> vectors << 4;
  for (let i = begin; i < end; i++) {
    const entry = load<u32>(indices + <usize> (i / indexColumns) * indexBytes + (<usize> (i % indexColumns) << 2));
    const to = y + <usize> i * entryBytes;
    if (entry < <u32> entries) {
      const from = table + <usize> entry * entryBytes;
      for (let at: usize = 0; at < entryBytes; at += 16) v128.store(to + at, v128.load(from + at));
      continue;
    }
    for (let v = 0; v < vectors; v++) {
      v128.store(to + (<usize> v << 4), clearPads(f32x4.splat(f32.NaN), (v % rowVectors) << 2, columns));
    }
  }
}
