// Sums over windows, for the gradient of a convolution by its weights: S[r,:] += Σ over a list of value · (the row r of the
// window at the entry's place), where a row's pixels lie side by side. Sums of up to 12 vectors stay in registers; a vector
// may reach past the window: what it sums there is not used.
import { fma } from "./math";

/** Adds the entries of a list to `rows` rows of sums; rows of the windows lie `rowBytes` apart, of the sums `sumRow`. */
export function addWindows(
  list: usize, end: usize, toOffsets: usize, x: usize, rowBytes: usize, sums: usize, sumRow: usize, rows: i32,
): void {
  let r: i32 = 0;
  if (sumRow <= 64) {
    for (; r + 3 <= rows; r += 3) {
      const from = x + <usize> r * rowBytes, into = sums + <usize> r * sumRow;
      if (sumRow == 64) sums3x4(list, end, toOffsets, from, rowBytes, into, sumRow);
      else if (sumRow == 48) sums3x3(list, end, toOffsets, from, rowBytes, into, sumRow);
      else if (sumRow == 32) sums3x2(list, end, toOffsets, from, rowBytes, into, sumRow);
      else sums3x1(list, end, toOffsets, from, rowBytes, into, sumRow);
    }
  }
  for (; r < rows; r++) {
    const from = x + <usize> r * rowBytes, into = sums + <usize> r * sumRow;
    let at: usize = 0;
    for (; at + 320 <= sumRow || at + 192 == sumRow; at += 192) sums1x12(list, end, toOffsets, from + at, 0, into + at, 0);
    for (; at + 128 <= sumRow; at += 128) sums1x8(list, end, toOffsets, from + at, 0, into + at, 0);
    for (; at + 64 <= sumRow; at += 64) sums1x4(list, end, toOffsets, from + at, 0, into + at, 0);
    for (; at < sumRow; at += 16) sums1x1(list, end, toOffsets, from + at, 0, into + at, 0);
  }
}

/** 3 rows × 4 vectors. */
function sums3x4(
  list: usize, end: usize, toOffsets: usize, x: usize, rowBytes: usize, sums: usize, sumRow: usize,
): void {
  const sumsB = sums + sumRow, sumsC = sumsB + sumRow, xB = rowBytes, xC = rowBytes << 1;
  let a0 = v128.load(sums), a1 = v128.load(sums, 16), a2 = v128.load(sums, 32), a3 = v128.load(sums, 48);
  let b0 = v128.load(sumsB), b1 = v128.load(sumsB, 16), b2 = v128.load(sumsB, 32), b3 = v128.load(sumsB, 48);
  let c0 = v128.load(sumsC), c1 = v128.load(sumsC, 16), c2 = v128.load(sumsC, 32), c3 = v128.load(sumsC, 48);
  for (let at = list; at < end; at += 4) {
    const value = v128.load32_splat(at), place = x + <usize> load<u32>(at + toOffsets);
    a0 = fma(value, v128.load(place), a0);
    a1 = fma(value, v128.load(place, 16), a1);
    a2 = fma(value, v128.load(place, 32), a2);
    a3 = fma(value, v128.load(place, 48), a3);
    const placeB = place + xB;
    b0 = fma(value, v128.load(placeB), b0);
    b1 = fma(value, v128.load(placeB, 16), b1);
    b2 = fma(value, v128.load(placeB, 32), b2);
    b3 = fma(value, v128.load(placeB, 48), b3);
    const placeC = place + xC;
    c0 = fma(value, v128.load(placeC), c0);
    c1 = fma(value, v128.load(placeC, 16), c1);
    c2 = fma(value, v128.load(placeC, 32), c2);
    c3 = fma(value, v128.load(placeC, 48), c3);
  }
  v128.store(sums, a0);
  v128.store(sums, a1, 16);
  v128.store(sums, a2, 32);
  v128.store(sums, a3, 48);
  v128.store(sumsB, b0);
  v128.store(sumsB, b1, 16);
  v128.store(sumsB, b2, 32);
  v128.store(sumsB, b3, 48);
  v128.store(sumsC, c0);
  v128.store(sumsC, c1, 16);
  v128.store(sumsC, c2, 32);
  v128.store(sumsC, c3, 48);
}

/** 3 rows × 3 vectors. */
function sums3x3(
  list: usize, end: usize, toOffsets: usize, x: usize, rowBytes: usize, sums: usize, sumRow: usize,
): void {
  const sumsB = sums + sumRow, sumsC = sumsB + sumRow, xB = rowBytes, xC = rowBytes << 1;
  let a0 = v128.load(sums), a1 = v128.load(sums, 16), a2 = v128.load(sums, 32);
  let b0 = v128.load(sumsB), b1 = v128.load(sumsB, 16), b2 = v128.load(sumsB, 32);
  let c0 = v128.load(sumsC), c1 = v128.load(sumsC, 16), c2 = v128.load(sumsC, 32);
  for (let at = list; at < end; at += 4) {
    const value = v128.load32_splat(at), place = x + <usize> load<u32>(at + toOffsets);
    a0 = fma(value, v128.load(place), a0);
    a1 = fma(value, v128.load(place, 16), a1);
    a2 = fma(value, v128.load(place, 32), a2);
    const placeB = place + xB;
    b0 = fma(value, v128.load(placeB), b0);
    b1 = fma(value, v128.load(placeB, 16), b1);
    b2 = fma(value, v128.load(placeB, 32), b2);
    const placeC = place + xC;
    c0 = fma(value, v128.load(placeC), c0);
    c1 = fma(value, v128.load(placeC, 16), c1);
    c2 = fma(value, v128.load(placeC, 32), c2);
  }
  v128.store(sums, a0);
  v128.store(sums, a1, 16);
  v128.store(sums, a2, 32);
  v128.store(sumsB, b0);
  v128.store(sumsB, b1, 16);
  v128.store(sumsB, b2, 32);
  v128.store(sumsC, c0);
  v128.store(sumsC, c1, 16);
  v128.store(sumsC, c2, 32);
}

/** 3 rows × 2 vectors. */
function sums3x2(
  list: usize, end: usize, toOffsets: usize, x: usize, rowBytes: usize, sums: usize, sumRow: usize,
): void {
  const sumsB = sums + sumRow, sumsC = sumsB + sumRow, xB = rowBytes, xC = rowBytes << 1;
  let a0 = v128.load(sums), a1 = v128.load(sums, 16);
  let b0 = v128.load(sumsB), b1 = v128.load(sumsB, 16);
  let c0 = v128.load(sumsC), c1 = v128.load(sumsC, 16);
  for (let at = list; at < end; at += 4) {
    const value = v128.load32_splat(at), place = x + <usize> load<u32>(at + toOffsets);
    a0 = fma(value, v128.load(place), a0);
    a1 = fma(value, v128.load(place, 16), a1);
    const placeB = place + xB;
    b0 = fma(value, v128.load(placeB), b0);
    b1 = fma(value, v128.load(placeB, 16), b1);
    const placeC = place + xC;
    c0 = fma(value, v128.load(placeC), c0);
    c1 = fma(value, v128.load(placeC, 16), c1);
  }
  v128.store(sums, a0);
  v128.store(sums, a1, 16);
  v128.store(sumsB, b0);
  v128.store(sumsB, b1, 16);
  v128.store(sumsC, c0);
  v128.store(sumsC, c1, 16);
}

/** 3 rows × 1 vector. */
function sums3x1(
  list: usize, end: usize, toOffsets: usize, x: usize, rowBytes: usize, sums: usize, sumRow: usize,
): void {
  const sumsB = sums + sumRow, sumsC = sumsB + sumRow, xB = rowBytes, xC = rowBytes << 1;
  let a0 = v128.load(sums);
  let b0 = v128.load(sumsB);
  let c0 = v128.load(sumsC);
  for (let at = list; at < end; at += 4) {
    const value = v128.load32_splat(at), place = x + <usize> load<u32>(at + toOffsets);
    a0 = fma(value, v128.load(place), a0);
    const placeB = place + xB;
    b0 = fma(value, v128.load(placeB), b0);
    const placeC = place + xC;
    c0 = fma(value, v128.load(placeC), c0);
  }
  v128.store(sums, a0);
  v128.store(sumsB, b0);
  v128.store(sumsC, c0);
}

/** 1 row × 12 vectors. */
function sums1x12(
  list: usize, end: usize, toOffsets: usize, x: usize, rowBytes: usize, sums: usize, sumRow: usize,
): void {
  let a0 = v128.load(sums), a1 = v128.load(sums, 16), a2 = v128.load(sums, 32), a3 = v128.load(sums, 48), a4 = v128.load(sums, 64), a5 = v128.load(sums, 80), a6 = v128.load(sums, 96), a7 = v128.load(sums, 112), a8 = v128.load(sums, 128), a9 = v128.load(sums, 144), a10 = v128.load(sums, 160), a11 = v128.load(sums, 176);
  for (let at = list; at < end; at += 4) {
    const value = v128.load32_splat(at), place = x + <usize> load<u32>(at + toOffsets);
    a0 = fma(value, v128.load(place), a0);
    a1 = fma(value, v128.load(place, 16), a1);
    a2 = fma(value, v128.load(place, 32), a2);
    a3 = fma(value, v128.load(place, 48), a3);
    a4 = fma(value, v128.load(place, 64), a4);
    a5 = fma(value, v128.load(place, 80), a5);
    a6 = fma(value, v128.load(place, 96), a6);
    a7 = fma(value, v128.load(place, 112), a7);
    a8 = fma(value, v128.load(place, 128), a8);
    a9 = fma(value, v128.load(place, 144), a9);
    a10 = fma(value, v128.load(place, 160), a10);
    a11 = fma(value, v128.load(place, 176), a11);
  }
  v128.store(sums, a0);
  v128.store(sums, a1, 16);
  v128.store(sums, a2, 32);
  v128.store(sums, a3, 48);
  v128.store(sums, a4, 64);
  v128.store(sums, a5, 80);
  v128.store(sums, a6, 96);
  v128.store(sums, a7, 112);
  v128.store(sums, a8, 128);
  v128.store(sums, a9, 144);
  v128.store(sums, a10, 160);
  v128.store(sums, a11, 176);
}

/** 1 row × 8 vectors. */
function sums1x8(
  list: usize, end: usize, toOffsets: usize, x: usize, rowBytes: usize, sums: usize, sumRow: usize,
): void {
  let a0 = v128.load(sums), a1 = v128.load(sums, 16), a2 = v128.load(sums, 32), a3 = v128.load(sums, 48), a4 = v128.load(sums, 64), a5 = v128.load(sums, 80), a6 = v128.load(sums, 96), a7 = v128.load(sums, 112);
  for (let at = list; at < end; at += 4) {
    const value = v128.load32_splat(at), place = x + <usize> load<u32>(at + toOffsets);
    a0 = fma(value, v128.load(place), a0);
    a1 = fma(value, v128.load(place, 16), a1);
    a2 = fma(value, v128.load(place, 32), a2);
    a3 = fma(value, v128.load(place, 48), a3);
    a4 = fma(value, v128.load(place, 64), a4);
    a5 = fma(value, v128.load(place, 80), a5);
    a6 = fma(value, v128.load(place, 96), a6);
    a7 = fma(value, v128.load(place, 112), a7);
  }
  v128.store(sums, a0);
  v128.store(sums, a1, 16);
  v128.store(sums, a2, 32);
  v128.store(sums, a3, 48);
  v128.store(sums, a4, 64);
  v128.store(sums, a5, 80);
  v128.store(sums, a6, 96);
  v128.store(sums, a7, 112);
}

/** 1 row × 4 vectors. */
function sums1x4(
  list: usize, end: usize, toOffsets: usize, x: usize, rowBytes: usize, sums: usize, sumRow: usize,
): void {
  let a0 = v128.load(sums), a1 = v128.load(sums, 16), a2 = v128.load(sums, 32), a3 = v128.load(sums, 48);
  for (let at = list; at < end; at += 4) {
    const value = v128.load32_splat(at), place = x + <usize> load<u32>(at + toOffsets);
    a0 = fma(value, v128.load(place), a0);
    a1 = fma(value, v128.load(place, 16), a1);
    a2 = fma(value, v128.load(place, 32), a2);
    a3 = fma(value, v128.load(place, 48), a3);
  }
  v128.store(sums, a0);
  v128.store(sums, a1, 16);
  v128.store(sums, a2, 32);
  v128.store(sums, a3, 48);
}

/** 1 row × 1 vector. */
function sums1x1(
  list: usize, end: usize, toOffsets: usize, x: usize, rowBytes: usize, sums: usize, sumRow: usize,
): void {
  let a0 = v128.load(sums);
  for (let at = list; at < end; at += 4) {
    const value = v128.load32_splat(at), place = x + <usize> load<u32>(at + toOffsets);
    a0 = fma(value, v128.load(place), a0);
  }
  v128.store(sums, a0);
}
