// take_grad: dTable[v] = Σ dY[i] over the i whose index is v, in their order.
// indices u32 [indexRows,indexColumns], dY of `vectors` vectors an index → dTable.   Split: entries; each thread reads all
// indices and adds those of its own.
import { clearRun } from "./lib/copy";
import { pitchBytes } from "./lib/layout";

export function take_grad(
  begin: i32,
  end: i32,
  indices: usize,
  dY: usize,
  dTable: usize,
  indexRows: i32,
  indexColumns: i32,
  vectors: i32,
): void {
  const indexBytes = pitchBytes(indexColumns), entryBytes = <usize> vectors << 4;
  clearRun(dTable + <usize> begin * entryBytes, dTable + <usize> end * entryBytes);
  let from = dY;
  for (let r = 0; r < indexRows; r++) {
    const row = indices + <usize> r * indexBytes;
    for (let c = 0; c < indexColumns; c++, from += entryBytes) {
      const entry = load<u32>(row + (<usize> c << 2));
      if (entry < <u32> begin || entry >= <u32> end) continue;
      const to = dTable + <usize> entry * entryBytes;
      for (let at: usize = 0; at < entryBytes; at += 16) {
        v128.store(to + at, f32x4.add(v128.load(to + at), v128.load(from + at)));
      }
    }
  }
}
