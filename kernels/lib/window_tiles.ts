// Tiles of windows.ts: positions × vectors of channels, whose sums stay in registers, for all rows of a band of the target.
// Each adds the entries of a stretch of the list (nonzeros.ts), value · packed weights; of two neighbouring positions the left
// one finds its weights `next` bytes further on. `reach` holds three words for each of `rows` target rows: where in
// `starts` its stretch begins and ends, and how far its weights are from `packed`. Sums start at `bias`, and none
// stays below `least`: 0 for ReLU. `valid` positions are stored, `pixel` bytes apart; lanes from `channels` on are pads.
// The sums go through `sums`, room for a tile, without a branch: an engine that joins pairs of vectors finds them there.
import { clearPads, fma } from "./math";

/** Writes the sums of `valid` positions to the target. Behind an odd number of vectors is a gap: the last has no neighbour. */
// @ts-ignore: decorator
@inline
function put(sums: usize, vectors: i32, valid: i32, least: f32, target: usize, pixel: usize, channels: i32): void {
  const floor = f32x4.splat(least);
  for (let end = target + <usize> valid * pixel; target < end; target += pixel) {
    let y = target;
    // A comparison with NaN is false: it stays.
    for (let v: i32 = 1; v < vectors; v++, y += 16, sums += 16) v128.store(y, f32x4.pmax(v128.load(sums), floor));
    v128.store(y, clearPads(f32x4.pmax(v128.load(sums), floor), (vectors - 1) << 2, channels));
    sums += vectors == 3 || vectors == 5 ? 32 : 16;
  }
}

/** 3 positions × 4 vectors. */
export function band3x4(
  reach: usize, rows: i32, starts: usize, toOffsets: usize, packed: usize, next: usize, bias: usize, least: f32,
  target: usize, targetRow: usize, pixel: usize, valid: i32, channels: i32, sums: usize,
): void {
  const next2 = next * 2;
  for (let end = reach + <usize> rows * 12; reach < end; reach += 12, target += targetRow) {
    const base = packed + load<usize>(reach, 8), last = load<usize>(starts + load<usize>(reach, 4));
    let a0 = v128.load(bias), b0 = a0, c0 = a0;
    let a1 = v128.load(bias, 16), b1 = a1, c1 = a1;
    let a2 = v128.load(bias, 32), b2 = a2, c2 = a2;
    let a3 = v128.load(bias, 48), b3 = a3, c3 = a3;
    for (let at = load<usize>(starts + load<usize>(reach)); at < last; at += 4) {
      const value = v128.load32_splat(at), cAt = base + load<usize>(at + toOffsets);
      c0 = fma(value, v128.load(cAt), c0);
      c1 = fma(value, v128.load(cAt, 16), c1);
      c2 = fma(value, v128.load(cAt, 32), c2);
      c3 = fma(value, v128.load(cAt, 48), c3);
      const bAt = cAt + next;
      b0 = fma(value, v128.load(bAt), b0);
      b1 = fma(value, v128.load(bAt, 16), b1);
      b2 = fma(value, v128.load(bAt, 32), b2);
      b3 = fma(value, v128.load(bAt, 48), b3);
      const aAt = cAt + next2;
      a0 = fma(value, v128.load(aAt), a0);
      a1 = fma(value, v128.load(aAt, 16), a1);
      a2 = fma(value, v128.load(aAt, 32), a2);
      a3 = fma(value, v128.load(aAt, 48), a3);
    }
    v128.store(sums, a0);
    v128.store(sums, a1, 16);
    v128.store(sums, a2, 32);
    v128.store(sums, a3, 48);
    v128.store(sums, b0, 64);
    v128.store(sums, b1, 80);
    v128.store(sums, b2, 96);
    v128.store(sums, b3, 112);
    v128.store(sums, c0, 128);
    v128.store(sums, c1, 144);
    v128.store(sums, c2, 160);
    v128.store(sums, c3, 176);
    put(sums, 4, valid, least, target, pixel, channels);
  }
}

/** 2 positions × 5 vectors. */
export function band2x5(
  reach: usize, rows: i32, starts: usize, toOffsets: usize, packed: usize, next: usize, bias: usize, least: f32,
  target: usize, targetRow: usize, pixel: usize, valid: i32, channels: i32, sums: usize,
): void {
  for (let end = reach + <usize> rows * 12; reach < end; reach += 12, target += targetRow) {
    const base = packed + load<usize>(reach, 8), last = load<usize>(starts + load<usize>(reach, 4));
    let a0 = v128.load(bias), b0 = a0;
    let a1 = v128.load(bias, 16), b1 = a1;
    let a2 = v128.load(bias, 32), b2 = a2;
    let a3 = v128.load(bias, 48), b3 = a3;
    let a4 = v128.load(bias, 64), b4 = a4;
    for (let at = load<usize>(starts + load<usize>(reach)); at < last; at += 4) {
      const value = v128.load32_splat(at), bAt = base + load<usize>(at + toOffsets);
      b0 = fma(value, v128.load(bAt), b0);
      b1 = fma(value, v128.load(bAt, 16), b1);
      b2 = fma(value, v128.load(bAt, 32), b2);
      b3 = fma(value, v128.load(bAt, 48), b3);
      b4 = fma(value, v128.load(bAt, 64), b4);
      const aAt = bAt + next;
      a0 = fma(value, v128.load(aAt), a0);
      a1 = fma(value, v128.load(aAt, 16), a1);
      a2 = fma(value, v128.load(aAt, 32), a2);
      a3 = fma(value, v128.load(aAt, 48), a3);
      a4 = fma(value, v128.load(aAt, 64), a4);
    }
    v128.store(sums, a0);
    v128.store(sums, a1, 16);
    v128.store(sums, a2, 32);
    v128.store(sums, a3, 48);
    v128.store(sums, a4, 64);
    v128.store(sums, b0, 96);
    v128.store(sums, b1, 112);
    v128.store(sums, b2, 128);
    v128.store(sums, b3, 144);
    v128.store(sums, b4, 160);
    put(sums, 5, valid, least, target, pixel, channels);
  }
}

/** 4 positions × 3 vectors. */
export function band4x3(
  reach: usize, rows: i32, starts: usize, toOffsets: usize, packed: usize, next: usize, bias: usize, least: f32,
  target: usize, targetRow: usize, pixel: usize, valid: i32, channels: i32, sums: usize,
): void {
  const next2 = next * 2, next3 = next * 3;
  for (let end = reach + <usize> rows * 12; reach < end; reach += 12, target += targetRow) {
    const base = packed + load<usize>(reach, 8), last = load<usize>(starts + load<usize>(reach, 4));
    let a0 = v128.load(bias), b0 = a0, c0 = a0, d0 = a0;
    let a1 = v128.load(bias, 16), b1 = a1, c1 = a1, d1 = a1;
    let a2 = v128.load(bias, 32), b2 = a2, c2 = a2, d2 = a2;
    for (let at = load<usize>(starts + load<usize>(reach)); at < last; at += 4) {
      const value = v128.load32_splat(at), dAt = base + load<usize>(at + toOffsets);
      d0 = fma(value, v128.load(dAt), d0);
      d1 = fma(value, v128.load(dAt, 16), d1);
      d2 = fma(value, v128.load(dAt, 32), d2);
      const cAt = dAt + next;
      c0 = fma(value, v128.load(cAt), c0);
      c1 = fma(value, v128.load(cAt, 16), c1);
      c2 = fma(value, v128.load(cAt, 32), c2);
      const bAt = dAt + next2;
      b0 = fma(value, v128.load(bAt), b0);
      b1 = fma(value, v128.load(bAt, 16), b1);
      b2 = fma(value, v128.load(bAt, 32), b2);
      const aAt = dAt + next3;
      a0 = fma(value, v128.load(aAt), a0);
      a1 = fma(value, v128.load(aAt, 16), a1);
      a2 = fma(value, v128.load(aAt, 32), a2);
    }
    v128.store(sums, a0);
    v128.store(sums, a1, 16);
    v128.store(sums, a2, 32);
    v128.store(sums, b0, 64);
    v128.store(sums, b1, 80);
    v128.store(sums, b2, 96);
    v128.store(sums, c0, 128);
    v128.store(sums, c1, 144);
    v128.store(sums, c2, 160);
    v128.store(sums, d0, 192);
    v128.store(sums, d1, 208);
    v128.store(sums, d2, 224);
    put(sums, 3, valid, least, target, pixel, channels);
  }
}

/** 6 positions × 2 vectors. */
export function band6x2(
  reach: usize, rows: i32, starts: usize, toOffsets: usize, packed: usize, next: usize, bias: usize, least: f32,
  target: usize, targetRow: usize, pixel: usize, valid: i32, channels: i32, sums: usize,
): void {
  const next2 = next * 2, next3 = next * 3, next4 = next * 4, next5 = next * 5;
  for (let end = reach + <usize> rows * 12; reach < end; reach += 12, target += targetRow) {
    const base = packed + load<usize>(reach, 8), last = load<usize>(starts + load<usize>(reach, 4));
    let a0 = v128.load(bias), b0 = a0, c0 = a0, d0 = a0, e0 = a0, f0 = a0;
    let a1 = v128.load(bias, 16), b1 = a1, c1 = a1, d1 = a1, e1 = a1, f1 = a1;
    for (let at = load<usize>(starts + load<usize>(reach)); at < last; at += 4) {
      const value = v128.load32_splat(at), fAt = base + load<usize>(at + toOffsets);
      f0 = fma(value, v128.load(fAt), f0);
      f1 = fma(value, v128.load(fAt, 16), f1);
      const eAt = fAt + next;
      e0 = fma(value, v128.load(eAt), e0);
      e1 = fma(value, v128.load(eAt, 16), e1);
      const dAt = fAt + next2;
      d0 = fma(value, v128.load(dAt), d0);
      d1 = fma(value, v128.load(dAt, 16), d1);
      const cAt = fAt + next3;
      c0 = fma(value, v128.load(cAt), c0);
      c1 = fma(value, v128.load(cAt, 16), c1);
      const bAt = fAt + next4;
      b0 = fma(value, v128.load(bAt), b0);
      b1 = fma(value, v128.load(bAt, 16), b1);
      const aAt = fAt + next5;
      a0 = fma(value, v128.load(aAt), a0);
      a1 = fma(value, v128.load(aAt, 16), a1);
    }
    v128.store(sums, a0);
    v128.store(sums, a1, 16);
    v128.store(sums, b0, 32);
    v128.store(sums, b1, 48);
    v128.store(sums, c0, 64);
    v128.store(sums, c1, 80);
    v128.store(sums, d0, 96);
    v128.store(sums, d1, 112);
    v128.store(sums, e0, 128);
    v128.store(sums, e1, 144);
    v128.store(sums, f0, 160);
    v128.store(sums, f1, 176);
    put(sums, 2, valid, least, target, pixel, channels);
  }
}

/** 6 positions × 1 vector. */
export function band6x1(
  reach: usize, rows: i32, starts: usize, toOffsets: usize, packed: usize, next: usize, bias: usize, least: f32,
  target: usize, targetRow: usize, pixel: usize, valid: i32, channels: i32, sums: usize,
): void {
  const next2 = next * 2, next3 = next * 3, next4 = next * 4, next5 = next * 5;
  for (let end = reach + <usize> rows * 12; reach < end; reach += 12, target += targetRow) {
    const base = packed + load<usize>(reach, 8), last = load<usize>(starts + load<usize>(reach, 4));
    let a0 = v128.load(bias), b0 = a0, c0 = a0, d0 = a0, e0 = a0, f0 = a0;
    for (let at = load<usize>(starts + load<usize>(reach)); at < last; at += 4) {
      const value = v128.load32_splat(at), fAt = base + load<usize>(at + toOffsets);
      f0 = fma(value, v128.load(fAt), f0);
      const eAt = fAt + next;
      e0 = fma(value, v128.load(eAt), e0);
      const dAt = fAt + next2;
      d0 = fma(value, v128.load(dAt), d0);
      const cAt = fAt + next3;
      c0 = fma(value, v128.load(cAt), c0);
      const bAt = fAt + next4;
      b0 = fma(value, v128.load(bAt), b0);
      const aAt = fAt + next5;
      a0 = fma(value, v128.load(aAt), a0);
    }
    v128.store(sums, a0);
    v128.store(sums, b0, 16);
    v128.store(sums, c0, 32);
    v128.store(sums, d0, 48);
    v128.store(sums, e0, 64);
    v128.store(sums, f0, 80);
    put(sums, 1, valid, least, target, pixel, channels);
  }
}
