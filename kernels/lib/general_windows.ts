// Windows with gaps or groups that move over images: the core of conv2d_general and of its gradient by the images.
// target[ty,tx,j] = bias[j] + Σ source[sy,sx,base(j)+t] · P[ky,kx,t,j] over the terms t of a tap, where sy·spreadY =
// ty·stepY + ky·gapY − top and sx·spreadX = tx·stepX + kx·gapX − left are whole and inside; base(j) = ⌊j/size⌋·terms is
// where the group of j begins in the source. A convolution has spreads of 1; its gradient by the images has steps of 1.
//
// Work: four target channels a vector, whose sums stay in registers, of four positions at once where the windows lie
// inside. Four channels of one group take the same source channel; of groups of one channel, four side by side;
// others find theirs one by one. Eight channels of one group are a block of two vectors, which the engine may join.
// Sums run from the first tap of the window to the last, in one order.
import { baseOf, EACH, generalBlock, NEXT, placesOf, SAME, valuesAt } from "./general_places";
import { clearPads, fma } from "./math";
import { ZEROS } from "./rows";

let sourceHeight: i32, sourceWidth: i32, sourcePixel: i32, sourceRow: i32;
let targetHeight: i32, targetWidth: i32, targetPixel: i32, targetRow: i32, channels: i32;
let kh: i32, kw: i32, top: i32, left: i32, gapY: i32, gapX: i32;
let stepY: i32, stepX: i32, spreadY: i32, spreadX: i32, terms: i32, size: i32;

export function setGeneralSource(height: i32, width: i32, pixel: i32, row: i32): void {
  sourceHeight = height;
  sourceWidth = width;
  sourcePixel = pixel;
  sourceRow = row;
}

export function setGeneralTarget(height: i32, width: i32, pixel: i32, row: i32, count: i32): void {
  targetHeight = height;
  targetWidth = width;
  targetPixel = pixel;
  targetRow = row;
  channels = count;
}

export function setGeneralWindow(height: i32, width: i32, y: i32, x: i32, betweenY: i32, betweenX: i32): void {
  kh = height;
  kw = width;
  top = y;
  left = x;
  gapY = betweenY;
  gapX = betweenX;
}

export function setGeneralSteps(overY: i32, overX: i32, betweenY: i32, betweenX: i32): void {
  stepY = overY;
  stepX = overX;
  spreadY = betweenY;
  spreadX = betweenX;
}

/** Source channels that a target channel sees, and target channels of a group. */
export function setGroups(seen: i32, count: i32): void {
  terms = seen;
  size = count;
}

/** Stores a vector of channels of a pixel; of a flat image its first lane. */
// @ts-ignore: decorator
@inline
function put(target: usize, tx: i32, first: i32, sum: v128): void {
  if (targetPixel == 1) store<f32>(target + (<usize> tx << 2), f32x4.extract_lane(sum, 0));
  else v128.store(target + (<usize> (tx * targetPixel + first) << 2), clearPads(sum, first, channels));
}

/** A row of the target's four channels from `first`. */
// @ts-ignore: decorator
@inline
function row(source: usize, target: usize, packed: usize, bias: usize, ty: i32, first: i32, places: i32): void {
  const b0 = <usize> baseOf(first, 0, channels, size, terms) << 2;
  const b1 = <usize> baseOf(first, 1, channels, size, terms) << 2;
  const b2 = <usize> baseOf(first, 2, channels, size, terms) << 2;
  const b3 = <usize> baseOf(first, 3, channels, size, terms) << 2;
  const y = ty * stepY - top, start = v128.load(bias), tap = <usize> terms << 4;
  const next = <usize> (stepX * sourcePixel) << 2, rest = sourceWidth - 1 - (kw - 1) * gapX + left;
  // Positions whose windows have all their columns inside.
  const inside = left > 0 ? (left + stepX - 1) / stepX : 0, outside = rest < 0 ? 0 : min(targetWidth, rest / stepX + 1);
  for (let tx: i32 = 0; tx < targetWidth;) {
    if (spreadX == 1 && tx >= inside && tx < outside && outside - inside >= 4) {
      // The last four may be some that are there already.
      tx = min(tx, outside - 4);
      const x = tx * stepX - left;
      let s0 = start, s1 = start, s2 = start, s3 = start, w = packed;
      for (let ky: i32 = 0; ky < kh; ky++) {
        const sy = sourceAt(y + ky * gapY, spreadY, sourceHeight);
        if (sy < 0) {
          w += tap * kw;
          continue;
        }
        for (let kx: i32 = 0; kx < kw; kx++) {
          let p0 = source + (<usize> (sy * sourceRow + (x + kx * gapX) * sourcePixel) << 2);
          for (let t: i32 = 0; t < terms; t++, p0 += 4, w += 16) {
            const weights = v128.load(w), p1 = p0 + next, p2 = p1 + next, p3 = p2 + next;
            s0 = fma(valuesAt(p0, places, b0, b1, b2, b3), weights, s0);
            s1 = fma(valuesAt(p1, places, b0, b1, b2, b3), weights, s1);
            s2 = fma(valuesAt(p2, places, b0, b1, b2, b3), weights, s2);
            s3 = fma(valuesAt(p3, places, b0, b1, b2, b3), weights, s3);
          }
        }
      }
      put(target, tx, first, s0);
      put(target, tx + 1, first, s1);
      put(target, tx + 2, first, s2);
      put(target, tx + 3, first, s3);
      tx += 4;
    } else {
      const x = tx * stepX - left;
      let sum = start, w = packed;
      for (let ky: i32 = 0; ky < kh; ky++) {
        const sy = sourceAt(y + ky * gapY, spreadY, sourceHeight);
        if (sy < 0) {
          w += tap * kw;
          continue;
        }
        for (let kx: i32 = 0; kx < kw; kx++) {
          const sx = sourceAt(x + kx * gapX, spreadX, sourceWidth);
          if (sx < 0) {
            w += tap;
            continue;
          }
          let p = source + (<usize> (sy * sourceRow + sx * sourcePixel) << 2);
          for (let t: i32 = 0; t < terms; t++, p += 4, w += 16) {
            sum = fma(valuesAt(p, places, b0, b1, b2, b3), v128.load(w), sum);
          }
        }
      }
      put(target, tx, first, sum);
      tx++;
    }
  }
}

/** A row of the target's eight channels from `first`, which are of one group. */
function rowOfPair(source: usize, target: usize, packed: usize, bias: usize, ty: i32, first: i32): void {
  const base = <usize> baseOf(first, 0, channels, size, terms) << 2, y = ty * stepY - top, tap = <usize> terms << 5;
  const low = v128.load(bias), high = v128.load(bias, 16), ones = i32x4.splat(-1);
  const isLow = clearPads(ones, first, channels), isHigh = clearPads(ones, first + 4, channels);
  const next = <usize> (stepX * sourcePixel) << 2, rest = sourceWidth - 1 - (kw - 1) * gapX + left;
  const step = <usize> targetPixel << 2;
  const inside = left > 0 ? (left + stepX - 1) / stepX : 0, outside = rest < 0 ? 0 : min(targetWidth, rest / stepX + 1);
  for (let tx: i32 = 0; tx < targetWidth;) {
    const isTile = spreadX == 1 && tx >= inside && tx < outside && outside - inside >= 4;
    if (isTile) tx = min(tx, outside - 4);
    const x = tx * stepX - left, to = target + (<usize> (tx * targetPixel + first) << 2);
    let w = packed, a0 = low, b0 = high;
    if (isTile) {
      let a1 = low, b1 = high, a2 = low, b2 = high, a3 = low, b3 = high;
      for (let ky: i32 = 0; ky < kh; ky++) {
        const sy = sourceAt(y + ky * gapY, spreadY, sourceHeight);
        if (sy < 0) {
          w += tap * kw;
          continue;
        }
        for (let kx: i32 = 0; kx < kw; kx++) {
          let p = source + base + (<usize> (sy * sourceRow + (x + kx * gapX) * sourcePixel) << 2);
          for (let t: i32 = 0; t < terms; t++, p += 4, w += 32) {
            const wa = v128.load(w), wb = v128.load(w, 16), p1 = p + next, p2 = p1 + next;
            const v0 = v128.load32_splat(p), v1 = v128.load32_splat(p1);
            const v2 = v128.load32_splat(p2), v3 = v128.load32_splat(p2 + next);
            a0 = fma(v0, wa, a0);
            b0 = fma(v0, wb, b0);
            a1 = fma(v1, wa, a1);
            b1 = fma(v1, wb, b1);
            a2 = fma(v2, wa, a2);
            b2 = fma(v2, wb, b2);
            a3 = fma(v3, wa, a3);
            b3 = fma(v3, wb, b3);
          }
        }
      }
      putPair(to, a0, b0, isLow, isHigh);
      putPair(to + step, a1, b1, isLow, isHigh);
      putPair(to + step * 2, a2, b2, isLow, isHigh);
      putPair(to + step * 3, a3, b3, isLow, isHigh);
      tx += 4;
    } else {
      for (let ky: i32 = 0; ky < kh; ky++) {
        const sy = sourceAt(y + ky * gapY, spreadY, sourceHeight);
        if (sy < 0) {
          w += tap * kw;
          continue;
        }
        for (let kx: i32 = 0; kx < kw; kx++) {
          const sx = sourceAt(x + kx * gapX, spreadX, sourceWidth);
          if (sx < 0) {
            w += tap;
            continue;
          }
          let p = source + base + (<usize> (sy * sourceRow + sx * sourcePixel) << 2);
          for (let t: i32 = 0; t < terms; t++, p += 4, w += 32) {
            const value = v128.load32_splat(p);
            a0 = fma(value, v128.load(w), a0);
            b0 = fma(value, v128.load(w, 16), b0);
          }
        }
      }
      putPair(to, a0, b0, isLow, isHigh);
      tx++;
    }
  }
}

// @ts-ignore: decorator
@inline
function putPair(to: usize, low: v128, high: v128, isLow: v128, isHigh: v128): void {
  const a = v128.and(low, isLow), b = v128.and(high, isHigh);
  v128.store(to, a);
  v128.store(to, b, 16);
}

/** Place / spread where that is whole and below `count`, else -1. */
// @ts-ignore: decorator
@inline
function sourceAt(place: i32, spread: i32, count: i32): i32 {
  if (place < 0) return -1;
  const at = spread == 1 ? place : place / spread;
  return at < count && at * spread == place ? at : -1;
}

// A function for each, so that no loop asks where values lie.
function rowOfSame(source: usize, target: usize, packed: usize, bias: usize, ty: i32, first: i32): void {
  row(source, target, packed, bias, ty, first, SAME);
}

function rowOfNext(source: usize, target: usize, packed: usize, bias: usize, ty: i32, first: i32): void {
  row(source, target, packed, bias, ty, first, NEXT);
}

function rowOfEach(source: usize, target: usize, packed: usize, bias: usize, ty: i32, first: i32): void {
  row(source, target, packed, bias, ty, first, EACH);
}

/** Bytes of the packed weights of a vector: for each tap, its terms. Those of a block of two lie term beside term. */
export function generalBytes(): usize {
  return <usize> (kh * kw * terms) << 4;
}

/** An image: `packed` are the weights, block after block, `bias` the first bias (0: none). */
export function generalWindows(source: usize, target: usize, packed: usize, bias: usize): void {
  let weights = packed;
  const rowBytes = <usize> targetRow << 2, width = targetPixel == 1 ? targetWidth : targetRow;
  for (let first: i32 = 0, vectors = 0; first < channels; first += vectors << 2) {
    vectors = generalBlock(first, channels, size);
    const places = placesOf(first, channels, size, terms), start = bias == 0 ? ZEROS : bias + (<usize> first << 2);
    let to = target;
    for (let ty: i32 = 0; ty < targetHeight; ty++, to += rowBytes) {
      if (vectors == 2) rowOfPair(source, to, weights, start, ty, first);
      else if (places == SAME) rowOfSame(source, to, weights, start, ty, first);
      else if (places == NEXT) rowOfNext(source, to, weights, start, ty, first);
      else rowOfEach(source, to, weights, start, ty, first);
      for (let x = width; x < targetRow; x++) store<f32>(to + (<usize> x << 2), 0);
    }
    weights += generalBytes() * vectors;
  }
}
