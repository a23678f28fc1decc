// conv2d_weight_grad: dW[ky,kx,c,n] = Σ X[b, oy·sy + ky − top, ox·sx + kx − left, c] · dY[b,oy,ox,n].
// X [B,H,W,C] (pixel: C padded) or [B,H,W] (pixel 1), dY [B,OH,OW,N] → dW [KH,KW,C,N].
// Split: rows of the window of four filters each. For four filters, the gradients of some 1,000 positions that are not zero
// are listed, each with the place of its window; for each entry, the pixels of a row of its window, which lie side by
// side, are added to that row's sums in registers. Where few gradients are zero, units are parts of the tiles of
// lib/window_products.ts instead, to the same bits, or, for windows of 3 × 3, of the sums of lib/winograd_products.ts.
// Limits: scratch for the lists, the sums, and, where there is padding, the images with their borders; see
// src/ops/_conv_scratch.ts. Sums run from the first image to the last in one order, however rows are shared.
import { isDense } from "./lib/dense_images";
import { joinsVectors, pitchBytes, scratch } from "./lib/layout";
import { append4, listBytes, offsetsAt } from "./lib/nonzeros";
import { addProducts, productTiles, storeProducts } from "./lib/window_products";
import { addWindows } from "./lib/window_sums";
import { gainsByMaps } from "./lib/winograd_maps";
import { winogradProducts } from "./lib/winograd_products";

/** Positions that are listed at a time, at least an image's; the same as in src/ops/_conv_scratch.ts. */
const LISTED_POSITIONS: i32 = 1024;
/** Images, spread over the batch, that tell whether gradients are mostly zero. */
const SAMPLED: i32 = 4;

export function conv2d_weight_grad(
  begin: i32, end: i32, x: usize, dY: usize, dW: usize, images: i32,
  height: i32, width: i32, channels: i32, pixel: i32, row: i32, kh: i32, kw: i32, n: i32, oh: i32, ow: i32,
  strideY: i32, strideX: i32, top: i32, left: i32, flip: i32,
): void {
  if (begin >= end) return;
  const yPixel = pitchBytes(n), positions = oh * ow, padded = (positions + 3) & ~3;
  const filters = <i32> (yPixel >> 2);
  const byWinograd = gainsByMaps(kh, kw, strideY * strideX, pixel, filters, oh, ow);
  if (byWinograd && isMostlyDense(dY, images, <usize> positions * yPixel, true)) {
    // The same share of its units as of all.
    const own = (pixel >> 3) * (filters >> 4), units = kh * (filters >> 2);
    const from = <i32> (<i64> own * begin / units), to = <i32> (<i64> own * end / units);
    winogradProducts(
      from, to, x, dY, dW, images, height, width, channels, pixel, filters, oh, ow, top, left, flip, scratch(),
    );
    return;
  }
  // The windows fit into the image as it lies, or it is copied into the middle of zeros.
  const neededHeight = (oh - 1) * strideY + kh, neededWidth = (ow - 1) * strideX + kw;
  const isInside = top == 0 && left == 0 && neededHeight <= height && neededWidth <= width;
  const windowRow = isInside ? row : (neededWidth * pixel + 3) & ~3;
  const imageBytes = <usize> (isInside ? height * row : neededHeight * windowRow) << 2;
  if (kw * pixel >= 6 && filters >= 8 && joinsVectors() && isMostlyDense(dY, images, <usize> positions * yPixel, false)) {
    // The same share of all tiles as of all units.
    const tiles = productTiles(kh, kw * pixel, filters), units = kh * (filters >> 2);
    const from = <i32> (<i64> tiles * begin / units), to = <i32> (<i64> tiles * end / units);
    const sums = scratch(), wide = sums + <usize> (to - from) * 384, rowBytes = <usize> windowRow << 2;
    const isNarrow = yPixel < 64, borders = isNarrow ? wide + (<usize> positions << 6) : wide;
    memory.fill(sums, 0, isInside ? borders - sums : borders - sums + imageBytes);
    for (let b: i32 = 0; b < images && from < to; b++) {
      let source = x + (<usize> (b * height * row) << 2), gradients = dY + <usize> (b * positions) * yPixel;
      if (isNarrow) {
        widen(gradients, yPixel, positions, wide);
        gradients = wide;
      }
      if (!isInside) {
        copyInto(source, borders, height, width, pixel, row, top, left, neededHeight, neededWidth, windowRow);
        source = borders;
      }
      addProducts(
        from, to, source, <usize> (strideX * pixel) << 2, <usize> strideY * rowBytes, rowBytes,
        gradients, isNarrow ? 64 : yPixel, filters, oh, ow, kh, kw * pixel, sums,
      );
    }
    storeProducts(from, to, sums, dW, filters, kh, kw, pixel, channels, flip);
    return;
  }
  const block = min(images, max(1, LISTED_POSITIONS / padded)), capacity = block * padded;
  const run = (kw * pixel + 3) & ~3, sumRow = <usize> run << 2, sums4 = sumRow * kh;
  const toOffsets = offsetsAt(capacity), bytes = listBytes(capacity);
  const places = scratch(), lists = places + (<usize> padded << 2), sums = lists + bytes * 4;
  const borders = sums + sums4 * 4 * <usize> ((end - 1) / kh - begin / kh + 1);
  for (let p: i32 = 0; p < positions; p++) {
    store<u32>(places + (<usize> p << 2), (p / ow * strideY * windowRow + p % ow * strideX * pixel) << 2);
  }
  if (!isInside) memory.fill(borders, 0, imageBytes * block + 16);
  memory.fill(sums, 0, borders - sums);
  // Block by block of images, so that their gradients are in the cache when the next four filters are listed.
  for (let b: i32 = 0; b < images; b += block) {
    const count = min(block, images - b), gradients = dY + <usize> (b * positions) * yPixel;
    let source = x + <usize> b * imageBytes;
    if (!isInside) {
      source = borders;
      for (let i: i32 = 0; i < count; i++) {
        const from = x + (<usize> ((b + i) * height * row) << 2), into = borders + <usize> i * imageBytes;
        copyInto(from, into, height, width, pixel, row, top, left, neededHeight, neededWidth, windowRow);
      }
    }
    for (let unit = begin, into = sums; unit < end; into += sums4 * 4) {
      const quad = unit / kh, firstRow = unit - quad * kh, lastRow = min(kh, firstRow + end - unit);
      const l0 = lists, l1 = l0 + bytes, l2 = l1 + bytes, l3 = l2 + bytes;
      let e0 = l0, e1 = l1, e2 = l2, e3 = l3;
      for (let i: i32 = 0; i < count; i++) {
        const image = i32x4.splat(<i32> (<usize> i * imageBytes));
        let at = gradients + <usize> (i * positions) * yPixel + (<usize> quad << 4);
        for (let p: i32 = 0; p < positions; p += 4, at += yPixel << 2) {
          const zero = f32x4.splat(0);
          const r0 = v128.load(at);
          const r1 = p + 1 < positions ? v128.load(at + yPixel) : zero;
          const r2 = p + 2 < positions ? v128.load(at + (yPixel << 1)) : zero;
          const r3 = p + 3 < positions ? v128.load(at + yPixel * 3) : zero;
          if (!v128.any_true(v128.or(v128.or(r0, r1), v128.or(r2, r3)))) continue;
          const offsets = i32x4.add(v128.load(places + (<usize> p << 2)), image);
          const low01 = i32x4.shuffle(r0, r1, 0, 4, 1, 5), low23 = i32x4.shuffle(r2, r3, 0, 4, 1, 5);
          const high01 = i32x4.shuffle(r0, r1, 2, 6, 3, 7), high23 = i32x4.shuffle(r2, r3, 2, 6, 3, 7);
          e0 = append4(e0, toOffsets, i32x4.shuffle(low01, low23, 0, 1, 4, 5), offsets);
          e1 = append4(e1, toOffsets, i32x4.shuffle(low01, low23, 2, 3, 6, 7), offsets);
          e2 = append4(e2, toOffsets, i32x4.shuffle(high01, high23, 0, 1, 4, 5), offsets);
          e3 = append4(e3, toOffsets, i32x4.shuffle(high01, high23, 2, 3, 6, 7), offsets);
        }
      }
      const first = <usize> firstRow * sumRow, rowBytes = <usize> windowRow << 2, rows = lastRow - firstRow;
      const from = source + <usize> firstRow * rowBytes;
      addWindows(l0, e0, toOffsets, from, rowBytes, into + first, sumRow, rows);
      addWindows(l1, e1, toOffsets, from, rowBytes, into + sums4 + first, sumRow, rows);
      addWindows(l2, e2, toOffsets, from, rowBytes, into + sums4 * 2 + first, sumRow, rows);
      addWindows(l3, e3, toOffsets, from, rowBytes, into + sums4 * 3 + first, sumRow, rows);
      unit += rows;
    }
  }
  for (let unit = begin, from = sums; unit < end; unit++) {
    const quad = unit / kh, ky = unit - quad * kh;
    for (let kx: i32 = 0; kx < kw; kx++) {
      const tap = flip ? (kh - 1 - ky) * kw + kw - 1 - kx : ky * kw + kx;
      for (let c: i32 = 0; c < channels; c++) {
        const sum = from + <usize> ky * sumRow + (<usize> (kx * pixel + c) << 2);
        const four = f32x4(
          load<f32>(sum), load<f32>(sum + sums4), load<f32>(sum + sums4 * 2), load<f32>(sum + sums4 * 3),
        );
        v128.store(dW + <usize> (tap * channels + c) * yPixel + (<usize> quad << 4), four);
      }
    }
    if (ky == kh - 1) from += sums4 * 4;
  }
}

/** Whether most of some images of the batch have few zeros. Every thread must find the same. */
function isMostlyDense(dY: usize, images: i32, bytes: usize, byWinograd: bool): bool {
  const step = max(1, images / SAMPLED);
  let dense: i32 = 0, looked: i32 = 0;
  for (let b: i32 = 0; b < images; b += step, looked++) dense += <i32> isDense(dY + <usize> b * bytes, bytes, byWinograd);
  return dense * 2 > looked;
}

/** Copies `count` pixels of fewer than 64 bytes to places 64 bytes apart. */
function widen(from: usize, pixel: usize, count: i32, into: usize): void {
  for (let i: i32 = 0; i < count; i++, from += pixel, into += 64) {
    for (let at: usize = 0; at < pixel; at += 16) v128.store(into + at, v128.load(from + at));
  }
}

/** Copies what the windows reach of an image into the middle of zeros. */
function copyInto(
  from: usize, into: usize, height: i32, width: i32, pixel: i32, row: i32, top: i32, left: i32,
  neededHeight: i32, neededWidth: i32, windowRow: i32,
): void {
  const columns = min(width, neededWidth - left);
  if (columns <= 0) return;
  for (let y: i32 = 0; y < height && y + top < neededHeight; y++) {
    const target = into + (<usize> ((y + top) * windowRow + left * pixel) << 2);
    memory.copy(target, from + (<usize> (y * row) << 2), <usize> (columns * pixel) << 2);
  }
}
