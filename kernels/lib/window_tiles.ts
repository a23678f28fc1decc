// Tiles of windows.ts: positions × vectors of channels, whose sums stay in registers, for all rows of a band of the target.
// Each adds the entries of a stretch of the list (nonzeros.ts), value · packed weights; of two neighbouring positions the left
// one finds its weights `next` bytes further on. `reach` holds three words for each of `rows` target rows: where in
// `starts` its stretch begins and ends, and how far its weights are from `packed`. Sums start at `bias`, and none
// stays below `least`: 0 for ReLU. `masks` has a vector per vector of channels, zero in pads. Positions are stored `pixel`
// bytes apart; masks and stores have no branch, so that an engine that joins pairs of vectors finds them.
import { fma } from "./math";

/** What is written of a sum: no less than `floor`, and zero in pads. A comparison with NaN is false: it stays. */
// @ts-ignore: decorator
@inline
function limit(sum: v128, floor: v128, mask: v128): v128 {
  return v128.and(f32x4.pmax(sum, floor), mask);
}

/** 3 positions × 4 vectors. */
export function band3x4(
  reach: usize, rows: i32, starts: usize, toOffsets: usize, packed: usize, next: usize, bias: usize, least: f32,
  masks: usize, target: usize, targetRow: usize, pixel: usize,
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
    const floor = f32x4.splat(least);
    let y = target;
    a0 = limit(a0, floor, v128.load(masks));
    a1 = limit(a1, floor, v128.load(masks, 16));
    a2 = limit(a2, floor, v128.load(masks, 32));
    a3 = limit(a3, floor, v128.load(masks, 48));
    v128.store(y, a0);
    v128.store(y, a1, 16);
    v128.store(y, a2, 32);
    v128.store(y, a3, 48);
    y += pixel;
    b0 = limit(b0, floor, v128.load(masks));
    b1 = limit(b1, floor, v128.load(masks, 16));
    b2 = limit(b2, floor, v128.load(masks, 32));
    b3 = limit(b3, floor, v128.load(masks, 48));
    v128.store(y, b0);
    v128.store(y, b1, 16);
    v128.store(y, b2, 32);
    v128.store(y, b3, 48);
    y += pixel;
    c0 = limit(c0, floor, v128.load(masks));
    c1 = limit(c1, floor, v128.load(masks, 16));
    c2 = limit(c2, floor, v128.load(masks, 32));
    c3 = limit(c3, floor, v128.load(masks, 48));
    v128.store(y, c0);
    v128.store(y, c1, 16);
    v128.store(y, c2, 32);
    v128.store(y, c3, 48);
  }
}

/** 2 positions × 5 vectors. */
export function band2x5(
  reach: usize, rows: i32, starts: usize, toOffsets: usize, packed: usize, next: usize, bias: usize, least: f32,
  masks: usize, target: usize, targetRow: usize, pixel: usize,
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
    const floor = f32x4.splat(least);
    let y = target;
    a0 = limit(a0, floor, v128.load(masks));
    a1 = limit(a1, floor, v128.load(masks, 16));
    a2 = limit(a2, floor, v128.load(masks, 32));
    a3 = limit(a3, floor, v128.load(masks, 48));
    a4 = limit(a4, floor, v128.load(masks, 64));
    v128.store(y, a0);
    v128.store(y, a1, 16);
    v128.store(y, a2, 32);
    v128.store(y, a3, 48);
    v128.store(y, a4, 64);
    y += pixel;
    b0 = limit(b0, floor, v128.load(masks));
    b1 = limit(b1, floor, v128.load(masks, 16));
    b2 = limit(b2, floor, v128.load(masks, 32));
    b3 = limit(b3, floor, v128.load(masks, 48));
    b4 = limit(b4, floor, v128.load(masks, 64));
    v128.store(y, b0);
    v128.store(y, b1, 16);
    v128.store(y, b2, 32);
    v128.store(y, b3, 48);
    v128.store(y, b4, 64);
  }
}

/** 4 positions × 3 vectors. */
export function band4x3(
  reach: usize, rows: i32, starts: usize, toOffsets: usize, packed: usize, next: usize, bias: usize, least: f32,
  masks: usize, target: usize, targetRow: usize, pixel: usize,
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
    const floor = f32x4.splat(least);
    let y = target;
    a0 = limit(a0, floor, v128.load(masks));
    a1 = limit(a1, floor, v128.load(masks, 16));
    a2 = limit(a2, floor, v128.load(masks, 32));
    v128.store(y, a0);
    v128.store(y, a1, 16);
    v128.store(y, a2, 32);
    y += pixel;
    b0 = limit(b0, floor, v128.load(masks));
    b1 = limit(b1, floor, v128.load(masks, 16));
    b2 = limit(b2, floor, v128.load(masks, 32));
    v128.store(y, b0);
    v128.store(y, b1, 16);
    v128.store(y, b2, 32);
    y += pixel;
    c0 = limit(c0, floor, v128.load(masks));
    c1 = limit(c1, floor, v128.load(masks, 16));
    c2 = limit(c2, floor, v128.load(masks, 32));
    v128.store(y, c0);
    v128.store(y, c1, 16);
    v128.store(y, c2, 32);
    y += pixel;
    d0 = limit(d0, floor, v128.load(masks));
    d1 = limit(d1, floor, v128.load(masks, 16));
    d2 = limit(d2, floor, v128.load(masks, 32));
    v128.store(y, d0);
    v128.store(y, d1, 16);
    v128.store(y, d2, 32);
  }
}

/** 6 positions × 2 vectors. */
export function band6x2(
  reach: usize, rows: i32, starts: usize, toOffsets: usize, packed: usize, next: usize, bias: usize, least: f32,
  masks: usize, target: usize, targetRow: usize, pixel: usize,
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
    const floor = f32x4.splat(least);
    let y = target;
    a0 = limit(a0, floor, v128.load(masks));
    a1 = limit(a1, floor, v128.load(masks, 16));
    v128.store(y, a0);
    v128.store(y, a1, 16);
    y += pixel;
    b0 = limit(b0, floor, v128.load(masks));
    b1 = limit(b1, floor, v128.load(masks, 16));
    v128.store(y, b0);
    v128.store(y, b1, 16);
    y += pixel;
    c0 = limit(c0, floor, v128.load(masks));
    c1 = limit(c1, floor, v128.load(masks, 16));
    v128.store(y, c0);
    v128.store(y, c1, 16);
    y += pixel;
    d0 = limit(d0, floor, v128.load(masks));
    d1 = limit(d1, floor, v128.load(masks, 16));
    v128.store(y, d0);
    v128.store(y, d1, 16);
    y += pixel;
    e0 = limit(e0, floor, v128.load(masks));
    e1 = limit(e1, floor, v128.load(masks, 16));
    v128.store(y, e0);
    v128.store(y, e1, 16);
    y += pixel;
    f0 = limit(f0, floor, v128.load(masks));
    f1 = limit(f1, floor, v128.load(masks, 16));
    v128.store(y, f0);
    v128.store(y, f1, 16);
  }
}

/** 6 positions × 1 vector. */
export function band6x1(
  reach: usize, rows: i32, starts: usize, toOffsets: usize, packed: usize, next: usize, bias: usize, least: f32,
  masks: usize, target: usize, targetRow: usize, pixel: usize,
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
    const floor = f32x4.splat(least);
    let y = target;
    v128.store(y, limit(a0, floor, v128.load(masks)));
    y += pixel;
    v128.store(y, limit(b0, floor, v128.load(masks)));
    y += pixel;
    v128.store(y, limit(c0, floor, v128.load(masks)));
    y += pixel;
    v128.store(y, limit(d0, floor, v128.load(masks)));
    y += pixel;
    v128.store(y, limit(e0, floor, v128.load(masks)));
    y += pixel;
    v128.store(y, limit(f0, floor, v128.load(masks)));
  }
}
