// The gradient of a convolution by its weights where the window is 3 × 3 and moves pixel by pixel (winograd.ts), and few
// gradients are zero: at each of the 36 points the sum over tiles of source values times gradients, mapped back to taps at
// the end. A unit is eight channels by 16 filters; threads that share a block of filters or of channels map it both.
// Sums run from the first tile to the last in one order, however units are shared.
//
// Work: a map along one axis, sums of the units, values and gradients of TILES tiles, an image and its gradients with
// borders; as in src/ops/_conv_scratch.ts.
import { rowsOf16 } from "./dense";
import { APART, mapSource, mapTapGrads, mapTargetGrads } from "./winograd_maps";

/** Tiles that are multiplied at a time. */
const TILES: i32 = 24;
/** Units [begin, end) of `pixel`/8 × `filters`/16, block of filters after block, over all images. */
export function winogradProducts(
  begin: i32, end: i32, x: usize, dY: usize, dW: usize, images: i32, height: i32, width: i32, channels: i32, pixel: i32,
  filters: i32, oh: i32, ow: i32, top: i32, left: i32, flip: i32, work: usize,
): void {
  if (begin >= end) return;
  const octets = pixel >> 3, firstBlock = begin / octets, blocks = (end - 1) / octets - firstBlock + 1;
  // Of one block some channels, of several all.
  const firstOctet = blocks == 1 ? begin % octets : 0, lastOctet = blocks == 1 ? (end - 1) % octets + 1 : octets;
  const xBytes = <usize> (lastOctet - firstOctet) << 5, gBytes = <usize> blocks << 6;
  const valueStep = xBytes * TILES + APART, gradStep = gBytes * TILES + APART, sumStep = (gBytes * xBytes >> 2) + APART;
  const sums = work + 1152, values = sums + sumStep * 36, grads = values + valueStep * 36;
  const down = (oh + 3) >> 2, right = (ow + 3) >> 2, imageRows = (down << 2) + 2, imageColumns = (right << 2) + 2;
  const isInside = top == 0 && left == 0 && imageRows <= height && imageColumns <= width, isWhole = ((oh | ow) & 3) == 0;
  const pixelBytes = <usize> pixel << 2, filterBytes = <usize> filters << 2;
  const rowBytes = isInside ? <usize> width * pixelBytes : <usize> imageColumns * xBytes;
  const gradRow = isWhole ? <usize> ow * filterBytes : <usize> (right << 2) * gBytes;
  const xNext = isInside ? pixelBytes : xBytes, gNext = isWhole ? filterBytes : gBytes;
  const image = grads + gradStep * 36, gradients = image + (isInside ? 0 : <usize> imageRows * rowBytes);
  memory.fill(sums, 0, sumStep * 36);
  if (!isInside) memory.fill(image, 0, gradients - image);
  if (!isWhole) memory.fill(gradients, 0, <usize> (down << 2) * gradRow);
  let filled: i32 = 0;
  for (let b: i32 = 0; b < images; b++) {
    let source = x + <usize> (b * height * width) * pixelBytes + (<usize> firstOctet << 5);
    if (!isInside) {
      copyPart(source, pixelBytes, width, height, image, xBytes, rowBytes, top, left, imageRows, imageColumns);
      source = image;
    }
    let given = dY + <usize> (b * oh * ow) * filterBytes + (<usize> firstBlock << 6);
    if (!isWhole) {
      copyPart(given, filterBytes, ow, oh, gradients, gBytes, gradRow, 0, 0, oh, ow);
      given = gradients;
    }
    for (let ty: i32 = 0; ty < down; ty++) {
      for (let tx: i32 = 0; tx < right; tx++) {
        const from = source + <usize> (ty << 2) * rowBytes + <usize> (tx << 2) * xNext;
        for (let c: usize = 0, into = values + <usize> filled * xBytes; c < xBytes; c += 32) {
          mapSource(from + c, rowBytes, xNext, work, 192, 32, 6);
          mapSource(work, 32, 192, into + c, valueStep, valueStep * 6, 6);
        }
        const at = given + <usize> (ty << 2) * gradRow + <usize> (tx << 2) * gNext;
        for (let c: usize = 0, into = grads + <usize> filled * gBytes; c < gBytes; c += 32) {
          mapTargetGrads(at + c, gradRow, gNext, work, 128, 32, 4);
          mapTargetGrads(work, 32, 128, into + c, gradStep, gradStep * 6, 6);
        }
        if (++filled == TILES) {
          multiply(begin, end, octets, filled, values, valueStep, xBytes, grads, gradStep, gBytes, sums, sumStep);
          filled = 0;
        }
      }
    }
  }
  multiply(begin, end, octets, filled, values, valueStep, xBytes, grads, gradStep, gBytes, sums, sumStep);
  for (let unit = begin; unit < end; unit++) {
    const octet = unit % octets, block = unit / octets;
    const from = sums + <usize> (block - firstBlock) * (xBytes << 4) + (<usize> (octet - firstOctet) << 9);
    for (let c: i32 = 0; c < 8 && (octet << 3) + c < channels; c++) {
      for (let half: usize = 0; half < 64; half += 32) {
        mapTapGrads(from + (<usize> c << 6) + half, sumStep * 6, sumStep, work, 192, 32, 6);
        mapTapGrads(work, 32, 192, work + 576, 32, 96, 3);
        for (let tap: i32 = 0; tap < 9; tap++) {
          const place = <usize> ((flip ? 8 - tap : tap) * channels + (octet << 3) + c) * filterBytes;
          memory.copy(dW + place + (<usize> block << 6) + half, work + 576 + (<usize> tap << 5), 32);
        }
      }
    }
  }
}

/** Adds the products of `count` tiles to the sums of units [begin, end). */
function multiply(
  begin: i32, end: i32, octets: i32, count: i32, values: usize, valueStep: usize, xBytes: usize, grads: usize,
  gradStep: usize, gBytes: usize, sums: usize, sumStep: usize,
): void {
  const firstBlock = begin / octets, firstOctet = (end - 1) / octets == firstBlock ? begin % octets : 0;
  for (let point: usize = 0; point < 36; point++) {
    for (let unit = begin; unit < end;) {
      const block = unit / octets, last = min(end, (block + 1) * octets);
      const from = (unit - block * octets - firstOctet) << 3, to = from + ((last - unit) << 3);
      const x = values + point * valueStep, g = grads + point * gradStep + (<usize> (block - firstBlock) << 6);
      const y = sums + point * sumStep + <usize> (block - firstBlock) * (xBytes << 4);
      rowsOf16(from, to, x, 4, xBytes, count, g, gBytes, y, 64);
      unit = last;
    }
  }
}

/** Copies `bytes` bytes of each pixel of an image into the middle of zeros, as far as there are rows and columns. */
function copyPart(
  from: usize, pixel: usize, width: i32, height: i32, into: usize, bytes: usize, row: usize, top: i32, left: i32,
  rows: i32, columns: i32,
): void {
  for (let y: i32 = 0; y < height && y + top < rows; y++) {
    let at = from + <usize> (y * width) * pixel, to = into + <usize> (y + top) * row + <usize> left * bytes;
    for (let x: i32 = 0; x < width && x + left < columns; x++, at += pixel, to += bytes) {
      for (let i: usize = 0; i < bytes; i += 32) {
        const a = v128.load(at + i), b = v128.load(at + i, 16);
        v128.store(to + i, a);
        v128.store(to + i, b, 16);
      }
    }
  }
}
