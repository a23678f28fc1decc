// Windows that move over images, by the non-zeros of the images: the core of conv2d and of its gradient by the images.
// What moves over what is said by window_moves.ts.
//
// Work: a band is the few target columns of a tile, up to six positions × five vectors of channels whose sums stay in
// registers. The non-zeros of the source columns under a band are listed once, row after row, so those under a tile are
// one stretch of the list; the weights are packed with empty columns at both sides, so each position of the tile finds
// its own, or zeros. Sums run from the first row of the window to the last, in one order however work is shared.
import { clearPads, RELU } from "./math";
import { append4, offsetsAt } from "./nonzeros";
import { ZEROS } from "./rows";
import {
  ceilDiv, floorDiv, kh, kw, left, sourceHeight, sourcePixel, sourceRow, sourceWidth, spreadX, spreadY, strideX, strideY,
  targetHeight, targetPixel, targetRow, targetWidth, top,
} from "./window_moves";
import { band2x5, band3x4, band4x3, band6x1, band6x2 } from "./window_tiles";

/** Vectors of the next block of channels when `left` are to be done. */
export function blockOf(left: i32): i32 {
  if (left <= 5) return left;
  return left == 6 ? 3 : (left == 9 || left == 10 ? 5 : 4);
}

/** Positions of a tile of `vectors` vectors. */
export function tilePositions(vectors: i32): i32 {
  if (vectors <= 2) return 6;
  return vectors == 3 ? 4 : (vectors == 4 ? 3 : 2);
}

/** Columns of the packed window of a tile. */
export function packedWidth(vectors: i32): i32 {
  return kw + 2 * (tilePositions(vectors) - 1) * strideX;
}

/** Bytes of the packed weights of a block. */
export function packedBytes(vectors: i32): usize {
  return <usize> (kh * packedWidth(vectors) * sourcePixel * vectors) << 4;
}

/** Where the packed weights of tap (ky, kx) and source channel c lie. */
export function packedAt(vectors: i32, ky: i32, kx: i32, c: i32): usize {
  const column = (tilePositions(vectors) - 1) * strideX + kx;
  return <usize> (((ky * packedWidth(vectors) + column) * sourcePixel + c) * vectors) << 4;
}

/** Lists the non-zeros of `count` values with offsets start + i·stride; returns the end of the values. */
function listSpan(x: usize, count: i32, start: i32, stride: i32, list: usize, toOffsets: usize): usize {
  const step = i32x4.splat(stride << 2);
  let at = list, offsets = i32x4.add(i32x4.splat(start), i32x4.mul(i32x4.splat(stride), i32x4(0, 1, 2, 3)));
  let t: i32 = 0;
  for (; t + 4 <= count; t += 4) {
    at = append4(at, toOffsets, v128.load(x + (<usize> t << 2)), offsets);
    offsets = i32x4.add(offsets, step);
  }
  if (t < count) at = append4(at, toOffsets, clearPads(v128.load(x + (<usize> t << 2)), t, count), offsets);
  return at;
}

/** Lists the source columns under the band that starts at target column `first`; `starts` gets where each row's begin. */
function listBand(source: usize, first: i32, vectors: i32, starts: usize, list: usize, toOffsets: usize): void {
  const shift = left - first * strideX, reach = (tilePositions(vectors) - 1) * strideX;
  const from = max(0, ceilDiv(-shift, spreadX));
  const to = min(sourceWidth, floorDiv(reach - shift + kw - 1, spreadX) + 1);
  const entry = vectors << 4, column = entry * sourcePixel, row = column * packedWidth(vectors) * spreadY;
  let at = list;
  for (let sy: i32 = 0; sy < sourceHeight; sy++) {
    store<usize>(starts + (<usize> sy << 2), at);
    const pixels = source + (<usize> (sy * sourceRow) << 2), offset = sy * row + (from * spreadX + shift) * column;
    if (spreadX == 1) {
      if (to > from) {
        const x = pixels + (<usize> (from * sourcePixel) << 2);
        at = listSpan(x, (to - from) * sourcePixel, offset, entry, at, toOffsets);
      }
    } else {
      for (let sx = from; sx < to; sx++) {
        const x = pixels + (<usize> (sx * sourcePixel) << 2);
        at = listSpan(x, sourcePixel, offset + (sx - from) * spreadX * column, entry, at, toOffsets);
      }
    }
  }
  store<usize>(starts + (<usize> sourceHeight << 2), at);
}

/** Writes for each target row which source rows lie under its window, and where its packed weights are. */
function setReach(reach: usize, vectors: i32): void {
  const packedRow = packedWidth(vectors) * sourcePixel * (vectors << 4);
  for (let ty: i32 = 0; ty < targetHeight; ty++, reach += 12) {
    const shift = top - ty * strideY;
    const from = min(sourceHeight, max(0, ceilDiv(-shift, spreadY)));
    const to = max(from, min(sourceHeight, floorDiv(kh - 1 - shift, spreadY) + 1));
    store<i32>(reach, from << 2);
    store<i32>(reach, to << 2, 4);
    store<i32>(reach, shift * packedRow, 8);
  }
}

/** Writes a vector for each vector of a block: all ones but in lanes from `channels` on. */
function setMasks(masks: usize, vectors: i32, channels: i32): void {
  for (let v: i32 = 0; v < vectors; v++, masks += 16) v128.store(masks, clearPads(i32x4.splat(-1), v << 2, channels));
}

/** Copies the `valid` positions, of `bytes` bytes each, of a band that reaches past the target from where it was written. */
function copyBand(from: usize, fromRow: usize, target: usize, row: usize, pixel: usize, valid: i32, bytes: usize): void {
  for (let ty: i32 = 0; ty < targetHeight; ty++, from += fromRow, target += row) {
    let at = from;
    for (let p: i32 = 0; p < valid; p++) {
      const into = target + <usize> p * pixel;
      for (let b: usize = 0; b < bytes; b += 16, at += 16) v128.store(into + b, v128.load(at));
    }
  }
}

/**
 * An image: block of `vectors` vectors of channels from channel `channel` on. `packed` are the block's weights, `bias` its
 * first bias (0: none), `work` is scratch for masks, a band that reaches past the target, the stretches of the list, the
 * starts of its rows and itself. `channels` counts the target's real channels.
 */
export function windowsOver(
  source: usize, target: usize, packed: usize, bias: usize, work: usize,
  vectors: i32, channel: i32, channels: i32, activation: i32,
): void {
  const positions = tilePositions(vectors), bandWidth = min(sourceWidth, kw + (positions - 1) * strideX);
  const toOffsets = offsetsAt((sourceHeight * bandWidth * sourcePixel + 3) & ~3);
  const bytes = <usize> vectors << 4, spareRow = bytes * positions, masks = work, spare = masks + bytes;
  const reach = spare + spareRow * targetHeight, starts = reach + <usize> targetHeight * 12;
  const list = (starts + (<usize> (sourceHeight + 1) << 2) + 15) & ~15;
  const next = <usize> (strideX * sourcePixel * vectors) << 4;
  const targetStep = <usize> targetPixel << 2, row = <usize> targetRow << 2;
  const least: f32 = activation == RELU ? 0 : -Infinity, start = bias == 0 ? ZEROS : bias, h = targetHeight;
  setReach(reach, vectors);
  setMasks(masks, vectors, channels - channel);
  for (let first: i32 = 0; first < targetWidth; first += positions) {
    listBand(source, first, vectors, starts, list, toOffsets);
    const valid = min(positions, targetWidth - first), isWhole = valid == positions;
    const y = target + (<usize> (first * targetPixel + channel) << 2);
    const to = isWhole ? y : spare, toRow = isWhole ? row : spareRow, step = isWhole ? targetStep : bytes;
    if (vectors == 4) band3x4(reach, h, starts, toOffsets, packed, next, start, least, masks, to, toRow, step);
    else if (vectors == 5) band2x5(reach, h, starts, toOffsets, packed, next, start, least, masks, to, toRow, step);
    else if (vectors == 3) band4x3(reach, h, starts, toOffsets, packed, next, start, least, masks, to, toRow, step);
    else if (vectors == 2) band6x2(reach, h, starts, toOffsets, packed, next, start, least, masks, to, toRow, step);
    else band6x1(reach, h, starts, toOffsets, packed, next, start, least, masks, to, toRow, step);
    if (!isWhole) copyBand(spare, spareRow, y, row, targetStep, valid, bytes);
  }
}
