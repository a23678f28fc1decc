// Windows of 3 × 3 that move pixel by pixel over images of which most values are not zero: what dense_windows.ts computes, by
// 36 products of a channel for 16 targets instead of 144 (winograd_maps.ts), to other last bits. A tile is 4 × 4 targets,
// under which lie 6 × 6 source pixels. The tiles' source values at the 36 points times the weights' there are 36 products
// of matrices, TILES × channels by channels × filters, whose sums are mapped back to targets. A target under whose window
// all is zero, as over an empty background, is its bias exactly: ReLU would take the rounding of the maps for activity.
//
// Work: masks, a tile's map along one axis, weights at the points, source values and sums of TILES tiles, the places of the
// tiles, which pixels are not zero, an image with its borders; as in src/ops/_conv_scratch.ts.
import { rowsOf16 } from "./dense";
import { joinsVectors } from "./layout";
import { clearPads, RELU } from "./math";
import { ZEROS } from "./rows";
import { tile6x16 } from "./wide_tiles";
import {
  kh, kw, left, sourceHeight, sourcePixel, sourceRow, sourceWidth, spreadX, spreadY, strideX, strideY, targetHeight,
  targetPixel, targetRow, targetWidth, top,
} from "./window_moves";
import { APART, gainsByMaps, mapSource, mapTaps, mapTargets, putTargets } from "./winograd_maps";

/** Tiles that are multiplied at a time. */
const TILES: i32 = 12;

/** Where the parts of the work lie, how many tiles wait, and rows and columns of pixels under all tiles of an image. */
let masks: usize, work: usize, weights: usize, values: usize, sums: usize, places: usize, live: usize, borders: usize;
let filled: i32, rows: i32, columns: i32;
let weightStep: usize, valueStep: usize, sumStep: usize, isInside: bool, rowBytes: usize, bias: usize, least: f32;

/** Whether windows as they are set move this way. */
export function hasWinograd(): bool {
  const steps = strideY * strideX * spreadY * spreadX;
  return top >= 0 && left >= 0 && gainsByMaps(kh, kw, steps, sourcePixel, targetPixel, targetHeight, targetWidth);
}

/** Prepares `at` for images of the same size; weights packed 16 channels after 16 (dense_windows.ts); `start` may be 0: no bias. */
export function setWinograd(at: usize, packed: usize, start: usize, channels: i32, activation: i32): void {
  const source = <usize> sourcePixel << 2, target = <usize> targetPixel << 2;
  rows = ((targetHeight + 3) & ~3) + 2;
  columns = ((targetWidth + 3) & ~3) + 2;
  weightStep = source * <usize> targetPixel + APART;
  valueStep = source * TILES + APART;
  sumStep = target * TILES + APART;
  masks = at;
  for (let c: i32 = 0; c < targetPixel; c += 4, at += 16) v128.store(at, clearPads(i32x4.splat(-1), c, channels));
  work = at;
  weights = work + 1280;
  values = weights + weightStep * 36;
  sums = values + valueStep * 36;
  places = sums + sumStep * 36;
  live = places + 16 * TILES;
  borders = (live + <usize> (rows * columns) + 23) & ~15;
  isInside = top == 0 && left == 0 && rows <= sourceHeight && columns <= sourceWidth;
  rowBytes = <usize> (isInside ? sourceRow : columns * sourcePixel) << 2;
  if (!isInside) memory.fill(borders, 0, <usize> rows * rowBytes);
  filled = 0;
  bias = start;
  least = activation == RELU ? 0 : -Infinity;
  // 16 channels of the target by a channel of the source at a time.
  for (let into = weights; into < weights + weightStep - APART; packed += source * 144) {
    for (let from = packed, end = packed + (source << 4); from < end; from += 64, into += 64) {
      for (let half: usize = 0; half < 64; half += 32) {
        mapTaps(from + half, source * 48, source << 4, work, 96, 32, 3);
        mapTaps(work, 32, 96, into + half, weightStep, weightStep * 6, 6);
      }
    }
  }
}

/** Adds the tiles of an image to those that wait, and multiplies whenever there are TILES. */
export function winogradOver(source: usize, target: usize): void {
  let image = source;
  if (!isInside) {
    image = borders;
    const bytes = <usize> (min(sourceWidth, columns - left) * sourcePixel) << 2;
    for (let y: i32 = 0; y < sourceHeight && y + top < rows; y++) {
      const into = borders + <usize> (y + top) * rowBytes + (<usize> (left * sourcePixel) << 2);
      memory.copy(into, source + (<usize> (y * sourceRow) << 2), bytes);
    }
  }
  const pixel = <usize> sourcePixel << 2;
  for (let y: i32 = 0, at = live; y < rows; y++) {
    for (let x: i32 = 0, from = image + <usize> y * rowBytes; x < columns; x++, at++, from += pixel) {
      // Mostly the first channels tell. Of -0 too.
      let c: usize = 0;
      while (c < pixel && !v128.any_true(i32x4.shl(v128.load(from + c), 1))) c += 16;
      store<u8>(at, <u8> (c < pixel));
    }
  }
  for (let y: i32 = 0; y < targetHeight; y += 4) {
    for (let x: i32 = 0; x < targetWidth; x += 4) {
      const from = image + <usize> y * rowBytes + <usize> x * pixel, into = values + <usize> filled * pixel;
      for (let c: usize = 0; c < pixel; c += 32) {
        mapSource(from + c, rowBytes, pixel, work, 192, 32, 6);
        mapSource(work, 32, 192, into + c, valueStep, valueStep * 6, 6);
      }
      const place = places + (<usize> filled << 4);
      store<usize>(place, target + (<usize> (y * targetRow + x * targetPixel) << 2));
      store<i32>(place, min(4, targetHeight - y), 4);
      store<i32>(place, min(4, targetWidth - x), 8);
      store<i32>(place, liveTargets(live + <usize> (y * columns + x)), 12);
      if (++filled == TILES) endWinograd();
    }
  }
}

/** Bit 4·row + column for each target of a tile whose window has a pixel that is not zero. */
function liveTargets(at: usize): i32 {
  let targets: i32 = 0;
  for (let r: i32 = 0; r < 6; r++, at += columns) {
    const row = load<u32>(at), end = <u32> load<u16>(at, 4);
    // Three pixels side by side, a byte for each of four columns.
    const three = row | (row >> 8) | (row >> 16) | (end << 24) | (end << 16) | (end >> 8 << 24);
    const bits = <i32> ((three & 1) | (three >> 7 & 2) | (three >> 14 & 4) | (three >> 21 & 8));
    // A row of pixels lies under three rows of targets.
    targets |= (bits | (bits << 4) | (bits << 8)) << (r << 2) >> 8;
  }
  return targets & 0xffff;
}

/** Multiplies the tiles that wait, and writes their targets. */
export function endWinograd(): void {
  const pixel = <usize> sourcePixel << 2, target = <usize> targetPixel << 2, count = filled;
  filled = 0;
  if (count == 0) return;
  const joins = joinsVectors();
  if (!joins) memory.fill(sums, 0, sumStep * 36);
  for (let point: usize = 0; point < 36; point++) {
    const x = values + point * valueStep, y = sums + point * sumStep;
    let w = weights + point * weightStep;
    for (let c: usize = 0; c < target; c += 64, w += pixel << 4) {
      if (!joins) rowsOf16(0, count, x, pixel, 4, sourcePixel, w, 64, y + c, target);
      // Without zeros in `sums` first; tiles that were there before fill up the last six.
      for (let i: usize = 0; joins && i < <usize> count; i += 6) {
        tile6x16(x + i * pixel, pixel, 4, sourcePixel, w, 64, ZEROS, 0, y + i * target + c, target);
      }
    }
  }
  for (let i: i32 = 0; i < count; i++) {
    const place = places + (<usize> i << 4), y = load<usize>(place), from = sums + <usize> i * target;
    for (let c: usize = 0; c < target; c += 32) {
      mapTargets(from + c, sumStep * 6, sumStep, work, 192, 32, 6);
      putTargets(
        work, y + c, <usize> targetPixel << 2, <usize> targetRow << 2, load<i32>(place, 4), load<i32>(place, 8),
        bias == 0 ? ZEROS : bias + c, masks + c, least,
      );
    }
    const targets = load<i32>(place, 12);
    if (targets != 0xffff) putEmpty(y, targets, load<i32>(place, 4), load<i32>(place, 8));
  }
}

/** Writes the biases to those targets of a tile that `targets` leaves out. */
function putEmpty(y: usize, targets: i32, rows: i32, columns: i32): void {
  const floor = f32x4.splat(least);
  for (let r: i32 = 0; r < rows; r++) {
    for (let x: i32 = 0; x < columns; x++) {
      if (targets >> ((r << 2) + x) & 1) continue;
      const to = y + (<usize> (r * targetRow + x * targetPixel) << 2);
      for (let c: usize = 0; c < <usize> targetPixel << 2; c += 16) {
        const start = bias == 0 ? f32x4.splat(0) : v128.load(bias + c);
        v128.store(to + c, v128.and(f32x4.pmax(start, floor), v128.load(masks + c)));
      }
    }
  }
}
