// conv2d_input_grad: dX[b, oy·sy + ky − top, ox·sx + kx − left, c] = Σ dY[b,oy,ox,n] · W[ky,kx,c,n].
// dY [B,OH,OW,N], W [KH,KW,C,N] → dX [B,H,W,C] (pixel: C padded) or [B,H,W] (pixel 1).
// Split: images. A convolution with the turned window over the gradients, of which most are zero behind ReLU and max
// pooling: it goes by the others (lib/windows.ts). Where few are zero, as behind a normalization, it goes by tiles
// (lib/dense_windows.ts), to the same bits.
// Limits: scratch for the packed weights, the lists of a band, and an image of one channel in whole vectors.
import { pitchBytes, scratch } from "./lib/layout";
import { IDENTITY } from "./lib/math";
import { denseOver, densePackedAt, densePackedBytes, hasDenseTiles, isDense, setDense } from "./lib/dense_windows";
import { setSource, setSteps, setTarget, setWindow, tapAt } from "./lib/window_moves";
import { blockOf, packedAt, packedBytes, windowsOver } from "./lib/windows";

export function conv2d_input_grad(
  begin: i32, end: i32, dY: usize, w: usize, dX: usize,
  height: i32, width: i32, channels: i32, pixel: i32, row: i32, kh: i32, kw: i32, n: i32, oh: i32, ow: i32,
  strideY: i32, strideX: i32, top: i32, left: i32, flip: i32,
): void {
  if (begin >= end) return;
  const yPixel = <i32> (pitchBytes(n) >> 2), isFlat = pixel == 1;
  // Of a flat image of one channel, vectors with three pads are made first.
  const xPixel: i32 = isFlat ? 4 : pixel, xRow: i32 = isFlat ? width << 2 : row;
  setSource(oh, ow, yPixel, ow * yPixel);
  setTarget(height, width, xPixel, xRow);
  setWindow(kh, kw, kh - 1 - top, kw - 1 - left);
  setSteps(1, 1, strideY, strideX);
  const wide = scratch(), packed = wide + (isFlat ? <usize> (height * xRow) << 2 : 0);
  const xImage = <usize> (height * row) << 2, yImage = <usize> (oh * ow * yPixel) << 2;
  const hasTiles = hasDenseTiles(xPixel);
  let tiled: i32 = 0;
  for (let b = begin; hasTiles && b < end; b++) tiled += <i32> isDense(dY + <usize> b * yImage, yImage);
  if (tiled > 0) {
    const bytes = densePackedBytes(), work = packed + bytes * (xPixel >> 4);
    memory.fill(packed, 0, work - packed);
    for (let ky: i32 = 0; ky < kh; ky++) {
      for (let kx: i32 = 0; kx < kw; kx++) {
        const tap = tapAt(ky, kx, flip == 0);
        for (let c: i32 = 0; c < channels; c++) {
          let from = w + (<usize> ((tap * channels + c) * yPixel) << 2);
          let into = packed + <usize> (c >> 4) * bytes + densePackedAt(ky, kx) + (<usize> (c & 15) << 2);
          for (let j: i32 = 0; j < n; j++, from += 4, into += 64) store<f32>(into, load<f32>(from));
        }
      }
    }
    setDense(work, channels);
    for (let b = begin; b < end; b++) {
      const image = dY + <usize> b * yImage;
      if (isDense(image, yImage)) denseOver(image, dX + <usize> b * xImage, packed, 0, work, IDENTITY);
    }
  }
  for (let vector: i32 = 0, vectors = 0; vector << 2 < xPixel && tiled < end - begin; vector += vectors) {
    vectors = blockOf((xPixel >> 2) - vector);
    const bytes = packedBytes(vectors), channel = vector << 2, last = min(channel + (vectors << 2), channels);
    memory.fill(packed, 0, bytes);
    for (let ky: i32 = 0; ky < kh; ky++) {
      for (let kx: i32 = 0; kx < kw; kx++) {
        const tap = tapAt(ky, kx, flip == 0);
        for (let c = channel; c < last; c++) {
          const from = w + (<usize> ((tap * channels + c) * yPixel) << 2);
          const into = packed + packedAt(vectors, ky, kx, 0) + (<usize> (c - channel) << 2);
          for (let j: i32 = 0; j < n; j++) {
            store<f32>(into + (<usize> (j * vectors) << 4), load<f32>(from + (<usize> j << 2)));
          }
        }
      }
    }
    for (let b = begin; b < end; b++) {
      const source = dY + <usize> b * yImage, image = dX + <usize> b * xImage, target = isFlat ? wide : image;
      if (tiled > 0 && isDense(source, yImage)) continue;
      windowsOver(source, target, packed, 0, packed + bytes, vectors, channel, channels, IDENTITY);
      if (isFlat) flatten(wide, image, height, width, row);
    }
  }
}

/** The first lane of each vector, rows padded with zeros. */
function flatten(wide: usize, image: usize, height: i32, width: i32, row: i32): void {
  for (let y: i32 = 0; y < height; y++) {
    for (let x: i32 = 0; x < row; x++) {
      const value = x < width ? load<f32>(wide + (<usize> (y * width + x) << 4)) : 0;
      store<f32>(image + (<usize> (y * row + x) << 2), value);
    }
  }
}
