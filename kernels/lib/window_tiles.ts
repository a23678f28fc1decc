// Tiles of windows.ts: positions × vectors of channels, whose sums stay in registers, for all rows of a band of the target.
// Each adds the entries of a stretch of the list (nonzeros.ts), value · packed weights; of two neighbouring positions the left
// one finds its weights `next` bytes further on. `reach` holds three words for each of `rows` target rows: where in
// `starts` its stretch begins and ends, and how far its weights are from `packed`. Sums start at `bias` (0: none), and none
// stays below `least`: 0 for ReLU. `valid` positions are stored, `pixel` bytes apart; lanes from `channels` on are pads.
import { clearPads, fma } from "./math";

// @ts-ignore: decorator
@inline
function startAt(bias: usize, offset: usize): v128 {
  return bias == 0 ? f32x4.splat(0) : v128.load(bias + offset);
}

/** A comparison with NaN is false: it stays. */
// @ts-ignore: decorator
@inline
function put(target: usize, sum: v128, least: v128): void {
  v128.store(target, f32x4.pmax(sum, least));
}

/** The last vector of a row, with its pads. */
// @ts-ignore: decorator
@inline
function putLast(target: usize, sum: v128, least: v128, channel: i32, channels: i32): void {
  v128.store(target, clearPads(f32x4.pmax(sum, least), channel, channels));
}

/** 3 positions × 4 vectors. */
export function band3x4(
  reach: usize, rows: i32, starts: usize, toOffsets: usize, packed: usize, next: usize, bias: usize, least: f32,
  target: usize, targetRow: usize, pixel: usize, valid: i32, channels: i32,
): void {
  const next2 = next * 2;
  for (let end = reach + <usize> rows * 12; reach < end; reach += 12, target += targetRow) {
    const base = packed + load<usize>(reach, 8), last = load<usize>(starts + load<usize>(reach, 4));
    let a0 = startAt(bias, 0), b0 = a0, c0 = a0;
    let a1 = startAt(bias, 16), b1 = a1, c1 = a1;
    let a2 = startAt(bias, 32), b2 = a2, c2 = a2;
    let a3 = startAt(bias, 48), b3 = a3, c3 = a3;
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
    const floor = f32x4.splat(least);
    let y = target;
    put(y, a0, floor);
    put(y + 16, a1, floor);
    put(y + 32, a2, floor);
    putLast(y + 48, a3, floor, 12, channels);
    if (valid == 1) continue;
    y += pixel;
    put(y, b0, floor);
    put(y + 16, b1, floor);
    put(y + 32, b2, floor);
    putLast(y + 48, b3, floor, 12, channels);
    if (valid == 2) continue;
    y += pixel;
    put(y, c0, floor);
    put(y + 16, c1, floor);
    put(y + 32, c2, floor);
    putLast(y + 48, c3, floor, 12, channels);
  }
}

/** 2 positions × 5 vectors. */
export function band2x5(
  reach: usize, rows: i32, starts: usize, toOffsets: usize, packed: usize, next: usize, bias: usize, least: f32,
  target: usize, targetRow: usize, pixel: usize, valid: i32, channels: i32,
): void {
  for (let end = reach + <usize> rows * 12; reach < end; reach += 12, target += targetRow) {
    const base = packed + load<usize>(reach, 8), last = load<usize>(starts + load<usize>(reach, 4));
    let a0 = startAt(bias, 0), b0 = a0;
    let a1 = startAt(bias, 16), b1 = a1;
    let a2 = startAt(bias, 32), b2 = a2;
    let a3 = startAt(bias, 48), b3 = a3;
    let a4 = startAt(bias, 64), b4 = a4;
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
    const floor = f32x4.splat(least);
    let y = target;
    put(y, a0, floor);
    put(y + 16, a1, floor);
    put(y + 32, a2, floor);
    put(y + 48, a3, floor);
    putLast(y + 64, a4, floor, 16, channels);
    if (valid == 1) continue;
    y += pixel;
    put(y, b0, floor);
    put(y + 16, b1, floor);
    put(y + 32, b2, floor);
    put(y + 48, b3, floor);
    putLast(y + 64, b4, floor, 16, channels);
  }
}

/** 4 positions × 3 vectors. */
export function band4x3(
  reach: usize, rows: i32, starts: usize, toOffsets: usize, packed: usize, next: usize, bias: usize, least: f32,
  target: usize, targetRow: usize, pixel: usize, valid: i32, channels: i32,
): void {
  const next2 = next * 2, next3 = next * 3;
  for (let end = reach + <usize> rows * 12; reach < end; reach += 12, target += targetRow) {
    const base = packed + load<usize>(reach, 8), last = load<usize>(starts + load<usize>(reach, 4));
    let a0 = startAt(bias, 0), b0 = a0, c0 = a0, d0 = a0;
    let a1 = startAt(bias, 16), b1 = a1, c1 = a1, d1 = a1;
    let a2 = startAt(bias, 32), b2 = a2, c2 = a2, d2 = a2;
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
    const floor = f32x4.splat(least);
    let y = target;
    put(y, a0, floor);
    put(y + 16, a1, floor);
    putLast(y + 32, a2, floor, 8, channels);
    if (valid == 1) continue;
    y += pixel;
    put(y, b0, floor);
    put(y + 16, b1, floor);
    putLast(y + 32, b2, floor, 8, channels);
    if (valid == 2) continue;
    y += pixel;
    put(y, c0, floor);
    put(y + 16, c1, floor);
    putLast(y + 32, c2, floor, 8, channels);
    if (valid == 3) continue;
    y += pixel;
    put(y, d0, floor);
    put(y + 16, d1, floor);
    putLast(y + 32, d2, floor, 8, channels);
  }
}

/** 6 positions × 2 vectors. */
export function band6x2(
  reach: usize, rows: i32, starts: usize, toOffsets: usize, packed: usize, next: usize, bias: usize, least: f32,
  target: usize, targetRow: usize, pixel: usize, valid: i32, channels: i32,
): void {
  const next2 = next * 2, next3 = next * 3, next4 = next * 4, next5 = next * 5;
  for (let end = reach + <usize> rows * 12; reach < end; reach += 12, target += targetRow) {
    const base = packed + load<usize>(reach, 8), last = load<usize>(starts + load<usize>(reach, 4));
    let a0 = startAt(bias, 0), b0 = a0, c0 = a0, d0 = a0, e0 = a0, f0 = a0;
    let a1 = startAt(bias, 16), b1 = a1, c1 = a1, d1 = a1, e1 = a1, f1 = a1;
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
    const floor = f32x4.splat(least);
    let y = target;
    put(y, a0, floor);
    putLast(y + 16, a1, floor, 4, channels);
    if (valid == 1) continue;
    y += pixel;
    put(y, b0, floor);
    putLast(y + 16, b1, floor, 4, channels);
    if (valid == 2) continue;
    y += pixel;
    put(y, c0, floor);
    putLast(y + 16, c1, floor, 4, channels);
    if (valid == 3) continue;
    y += pixel;
    put(y, d0, floor);
    putLast(y + 16, d1, floor, 4, channels);
    if (valid == 4) continue;
    y += pixel;
    put(y, e0, floor);
    putLast(y + 16, e1, floor, 4, channels);
    if (valid == 5) continue;
    y += pixel;
    put(y, f0, floor);
    putLast(y + 16, f1, floor, 4, channels);
  }
}

/** 6 positions × 1 vector. */
export function band6x1(
  reach: usize, rows: i32, starts: usize, toOffsets: usize, packed: usize, next: usize, bias: usize, least: f32,
  target: usize, targetRow: usize, pixel: usize, valid: i32, channels: i32,
): void {
  const next2 = next * 2, next3 = next * 3, next4 = next * 4, next5 = next * 5;
  for (let end = reach + <usize> rows * 12; reach < end; reach += 12, target += targetRow) {
    const base = packed + load<usize>(reach, 8), last = load<usize>(starts + load<usize>(reach, 4));
    let a0 = startAt(bias, 0), b0 = a0, c0 = a0, d0 = a0, e0 = a0, f0 = a0;
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
    const floor = f32x4.splat(least);
    let y = target;
    putLast(y, a0, floor, 0, channels);
    if (valid == 1) continue;
    y += pixel;
    putLast(y, b0, floor, 0, channels);
    if (valid == 2) continue;
    y += pixel;
    putLast(y, c0, floor, 0, channels);
    if (valid == 3) continue;
    y += pixel;
    putLast(y, d0, floor, 0, channels);
    if (valid == 4) continue;
    y += pixel;
    putLast(y, e0, floor, 0, channels);
    if (valid == 5) continue;
    y += pixel;
    putLast(y, f0, floor, 0, channels);
  }
}
