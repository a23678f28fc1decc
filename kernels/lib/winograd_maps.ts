// The linear maps of Winograd's minimal filtering F(4×4, 3×3) along one axis: six source values and three taps make four
// targets by six products, those of two polynomials at the points 0, ±√½, ±√2 and ∞, which round least among such sets.
// Each map goes over `count` lines of two neighbouring vectors, `…Step` bytes from value to value, `…Next` from line to line.
// Source: Winograd, "Arithmetic Complexity of Computations" (1980); Lavin and Gray, "Fast Algorithms for Convolutional
// Neural Networks" (2016).
import { fma } from "./math";

/** In memory, where the engine cannot know them: it makes constants anew at each use. */
const NUMBERS = memory.data<f32>([
  -2.5, -2, -0.5, 0.70710678118654752, -0.70710678118654752, 1.41421356237309505, -1.41421356237309505, 0.5, 2, 4, 8,
  0.35355339059327376, -0.66666666666666667, -0.33333333333333333, -0.47140452079103168, 0.47140452079103168,
  0.16666666666666667, 0.33333333333333333, 0.23570226039551584, -0.23570226039551584,
]);

// @ts-ignore: decorator
@inline
function number(index: usize): v128 {
  return v128.load32_splat(NUMBERS + (index << 2));
}

/** Bytes between the values of two points, beside those themselves: else all would fall into the same sets of a cache. */
export const APART: usize = 64;

/**
 * Whether a window of `kh` × `kw` that moves by `strides` pixels, over and across, gains by the maps: between images of
 * `source` and `target` values a pixel, the latter of `height` × `width`. Not a matter of the engine: the bits must not be.
 */
export function gainsByMaps(
  kh: i32, kw: i32, strides: i32, source: i32, target: i32, height: i32, width: i32,
): bool {
  return kh == 3 && kw == 3 && strides == 1 && source >= 16 && (source & 7) == 0 && (target & 15) == 0 &&
    height >= 4 && width >= 4;
}

/** Source values at the six points. */
export function mapSource(
  from: usize, fromStep: usize, fromNext: usize, into: usize, intoStep: usize, intoNext: usize, count: i32,
): void {
  const by = number(0), twice = number(1), half = number(2);
  const near = number(3), minusNear = number(4), far = number(5), minusFar = number(6);
  for (let i: i32 = 0; i < count; i++, from += fromNext, into += intoNext) {
    let at = from;
    const a0 = v128.load(at), b0 = v128.load(at, 16);
    at += fromStep;
    const a1 = v128.load(at), b1 = v128.load(at, 16);
    at += fromStep;
    const a2 = v128.load(at), b2 = v128.load(at, 16);
    at += fromStep;
    const a3 = v128.load(at), b3 = v128.load(at, 16);
    at += fromStep;
    const a4 = v128.load(at), b4 = v128.load(at, 16);
    at += fromStep;
    const a5 = v128.load(at), b5 = v128.load(at, 16);
    let to = into;
    v128.store(to, fma(by, a2, f32x4.add(a0, a4)));
    v128.store(to, fma(by, b2, f32x4.add(b0, b4)), 16);
    to += intoStep;
    const evenA = fma(twice, a2, a4), evenB = fma(twice, b2, b4);
    const oddA = fma(twice, a1, a3), oddB = fma(twice, b1, b3);
    v128.store(to, fma(near, oddA, evenA));
    v128.store(to, fma(near, oddB, evenB), 16);
    to += intoStep;
    v128.store(to, fma(minusNear, oddA, evenA));
    v128.store(to, fma(minusNear, oddB, evenB), 16);
    to += intoStep;
    const farEvenA = fma(half, a2, a4), farEvenB = fma(half, b2, b4);
    const farOddA = fma(half, a1, a3), farOddB = fma(half, b1, b3);
    v128.store(to, fma(far, farOddA, farEvenA));
    v128.store(to, fma(far, farOddB, farEvenB), 16);
    to += intoStep;
    v128.store(to, fma(minusFar, farOddA, farEvenA));
    v128.store(to, fma(minusFar, farOddB, farEvenB), 16);
    to += intoStep;
    v128.store(to, fma(by, a3, f32x4.add(a1, a5)));
    v128.store(to, fma(by, b3, f32x4.add(b1, b5)), 16);
  }
}

/** Products at the six points back to four targets. */
export function mapTargets(
  from: usize, fromStep: usize, fromNext: usize, into: usize, intoStep: usize, intoNext: usize, count: i32,
): void {
  const near = number(3), half = number(7), two = number(8), four = number(9), eight = number(10), cube = number(11);
  for (let i: i32 = 0; i < count; i++, from += fromNext, into += intoNext) {
    let at = from;
    const a0 = v128.load(at), b0 = v128.load(at, 16);
    at += fromStep;
    const a1 = v128.load(at), b1 = v128.load(at, 16);
    at += fromStep;
    const a2 = v128.load(at), b2 = v128.load(at, 16);
    const nearEvenA = f32x4.add(a1, a2), nearEvenB = f32x4.add(b1, b2);
    const nearOddA = f32x4.sub(a1, a2), nearOddB = f32x4.sub(b1, b2);
    at += fromStep;
    const a3 = v128.load(at), b3 = v128.load(at, 16);
    at += fromStep;
    const a4 = v128.load(at), b4 = v128.load(at, 16);
    const farEvenA = f32x4.add(a3, a4), farEvenB = f32x4.add(b3, b4);
    const farOddA = f32x4.sub(a3, a4), farOddB = f32x4.sub(b3, b4);
    at += fromStep;
    const a5 = v128.load(at), b5 = v128.load(at, 16);
    let to = into;
    v128.store(to, f32x4.add(f32x4.add(a0, nearEvenA), farEvenA));
    v128.store(to, f32x4.add(f32x4.add(b0, nearEvenB), farEvenB), 16);
    to += intoStep;
    v128.store(to, f32x4.mul(near, fma(two, farOddA, nearOddA)));
    v128.store(to, f32x4.mul(near, fma(two, farOddB, nearOddB)), 16);
    to += intoStep;
    v128.store(to, f32x4.mul(half, fma(four, farEvenA, nearEvenA)));
    v128.store(to, f32x4.mul(half, fma(four, farEvenB, nearEvenB)), 16);
    to += intoStep;
    v128.store(to, fma(cube, fma(eight, farOddA, nearOddA), a5));
    v128.store(to, fma(cube, fma(eight, farOddB, nearOddB), b5), 16);
  }
}

/** `mapTargets` along the rows of a tile, of which `rows` × `columns` are written, with biases, not below `least`, under `mask`. */
export function putTargets(
  from: usize, y: usize, pixel: usize, row: usize, rows: i32, columns: i32, start: usize, mask: usize, least: f32,
): void {
  const near = number(3), half = number(7), two = number(8), four = number(9), eight = number(10), cube = number(11);
  const floor = f32x4.splat(least);
  for (let r: i32 = 0; r < rows; r++, from += 192, y += row) {
    const a0 = v128.load(from), b0 = v128.load(from, 16), a1 = v128.load(from, 32), b1 = v128.load(from, 48);
    const a2 = v128.load(from, 64), b2 = v128.load(from, 80), a3 = v128.load(from, 96), b3 = v128.load(from, 112);
    const a4 = v128.load(from, 128), b4 = v128.load(from, 144), a5 = v128.load(from, 160), b5 = v128.load(from, 176);
    const nearEvenA = f32x4.add(a1, a2), nearEvenB = f32x4.add(b1, b2);
    const farEvenA = f32x4.add(a3, a4), farEvenB = f32x4.add(b3, b4);
    put(y, f32x4.add(f32x4.add(a0, nearEvenA), farEvenA), f32x4.add(f32x4.add(b0, nearEvenB), farEvenB), start, mask, floor);
    if (columns == 1) continue;
    const nearOddA = f32x4.sub(a1, a2), nearOddB = f32x4.sub(b1, b2);
    const farOddA = f32x4.sub(a3, a4), farOddB = f32x4.sub(b3, b4);
    let to = y + pixel;
    put(to, f32x4.mul(near, fma(two, farOddA, nearOddA)), f32x4.mul(near, fma(two, farOddB, nearOddB)), start, mask, floor);
    if (columns == 2) continue;
    to += pixel;
    put(to, f32x4.mul(half, fma(four, farEvenA, nearEvenA)), f32x4.mul(half, fma(four, farEvenB, nearEvenB)), start, mask, floor);
    if (columns == 3) continue;
    to += pixel;
    put(to, fma(cube, fma(eight, farOddA, nearOddA), a5), fma(cube, fma(eight, farOddB, nearOddB), b5), start, mask, floor);
  }
}

// @ts-ignore: decorator
@inline
function put(y: usize, a: v128, b: v128, start: usize, mask: usize, floor: v128): void {
  const sumA = f32x4.add(a, v128.load(start)), sumB = f32x4.add(b, v128.load(start, 16));
  const boundA = f32x4.pmax(sumA, floor), boundB = f32x4.pmax(sumB, floor);
  v128.store(y, v128.and(boundA, v128.load(mask)));
  v128.store(y, v128.and(boundB, v128.load(mask, 16)), 16);
}

/** Four targets' gradients at the six points: `mapTargets` turned round. */
export function mapTargetGrads(
  from: usize, fromStep: usize, fromNext: usize, into: usize, intoStep: usize, intoNext: usize, count: i32,
): void {
  const near = number(3), minusNear = number(4), far = number(5), minusFar = number(6), half = number(7), two = number(8);
  for (let i: i32 = 0; i < count; i++, from += fromNext, into += intoNext) {
    let at = from;
    const a0 = v128.load(at), b0 = v128.load(at, 16);
    at += fromStep;
    const a1 = v128.load(at), b1 = v128.load(at, 16);
    at += fromStep;
    const a2 = v128.load(at), b2 = v128.load(at, 16);
    at += fromStep;
    const a3 = v128.load(at), b3 = v128.load(at, 16);
    let to = into;
    v128.store(to, a0);
    v128.store(to, b0, 16);
    to += intoStep;
    const nearEvenA = fma(half, a2, a0), nearEvenB = fma(half, b2, b0);
    const nearOddA = fma(half, a3, a1), nearOddB = fma(half, b3, b1);
    v128.store(to, fma(near, nearOddA, nearEvenA));
    v128.store(to, fma(near, nearOddB, nearEvenB), 16);
    to += intoStep;
    v128.store(to, fma(minusNear, nearOddA, nearEvenA));
    v128.store(to, fma(minusNear, nearOddB, nearEvenB), 16);
    to += intoStep;
    const farEvenA = fma(two, a2, a0), farEvenB = fma(two, b2, b0);
    const farOddA = fma(two, a3, a1), farOddB = fma(two, b3, b1);
    v128.store(to, fma(far, farOddA, farEvenA));
    v128.store(to, fma(far, farOddB, farEvenB), 16);
    to += intoStep;
    v128.store(to, fma(minusFar, farOddA, farEvenA));
    v128.store(to, fma(minusFar, farOddB, farEvenB), 16);
    to += intoStep;
    v128.store(to, a3);
    v128.store(to, b3, 16);
  }
}

/** Three taps at the six points. */
export function mapTaps(
  from: usize, fromStep: usize, fromNext: usize, into: usize, intoStep: usize, intoNext: usize, count: i32,
): void {
  const nearOuter = number(12), nearLast = number(13), minusNear = number(14), near = number(15);
  const farFirst = number(16), farLast = number(17), far = number(18), minusFar = number(19);
  for (let i: i32 = 0; i < count; i++, from += fromNext, into += intoNext) {
    let at = from;
    const a0 = v128.load(at), b0 = v128.load(at, 16);
    at += fromStep;
    const a1 = v128.load(at), b1 = v128.load(at, 16);
    at += fromStep;
    const a2 = v128.load(at), b2 = v128.load(at, 16);
    let to = into;
    v128.store(to, a0);
    v128.store(to, b0, 16);
    to += intoStep;
    const nearEvenA = fma(nearOuter, a0, f32x4.mul(nearLast, a2)), nearEvenB = fma(nearOuter, b0, f32x4.mul(nearLast, b2));
    v128.store(to, fma(minusNear, a1, nearEvenA));
    v128.store(to, fma(minusNear, b1, nearEvenB), 16);
    to += intoStep;
    v128.store(to, fma(near, a1, nearEvenA));
    v128.store(to, fma(near, b1, nearEvenB), 16);
    to += intoStep;
    const farEvenA = fma(farFirst, a0, f32x4.mul(farLast, a2)), farEvenB = fma(farFirst, b0, f32x4.mul(farLast, b2));
    v128.store(to, fma(far, a1, farEvenA));
    v128.store(to, fma(far, b1, farEvenB), 16);
    to += intoStep;
    v128.store(to, fma(minusFar, a1, farEvenA));
    v128.store(to, fma(minusFar, b1, farEvenB), 16);
    to += intoStep;
    v128.store(to, a2);
    v128.store(to, b2, 16);
  }
}

/** Gradients at the six points back to three taps: `mapTaps` turned round. */
export function mapTapGrads(
  from: usize, fromStep: usize, fromNext: usize, into: usize, intoStep: usize, intoNext: usize, count: i32,
): void {
  for (let i: i32 = 0; i < count; i++, from += fromNext, into += intoNext) {
    for (let half: usize = 0; half < 32; half += 16) {
      let at = from + half;
      const u0 = v128.load(at), u1 = v128.load(at + fromStep);
      at += fromStep << 1;
      const u2 = v128.load(at), u3 = v128.load(at + fromStep);
      at += fromStep << 1;
      const u4 = v128.load(at), u5 = v128.load(at + fromStep);
      const near = f32x4.add(u1, u2), far = f32x4.add(u3, u4);
      const to = into + half;
      v128.store(to, fma(number(12), near, fma(number(16), far, u0)));
      v128.store(to + intoStep, fma(number(15), f32x4.sub(u2, u1), f32x4.mul(number(18), f32x4.sub(u3, u4))));
      v128.store(to + (intoStep << 1), fma(number(13), near, fma(number(17), far, u5)));
    }
  }
}
