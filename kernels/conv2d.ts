// conv2d: Y[b,oy,ox,:] = f(bias + Σ X[b, oy·sy + ky − top, ox·sx + kx − left, c] · W[ky,kx,c,:]).
// X [B,H,W,C] (pixel: C padded) or [B,H,W] (pixel 1), W [KH,KW,C,N], bias [N] → Y [B,OH,OW,N].
// Split: images. Each thread packs the weights of up to five vectors of filters, then goes over its images by the
// non-zeros of their pixels (lib/windows.ts); images that have few zeros go by tiles (lib/dense_windows.ts), to the same bits.
// Limits: scratch for the packed weights and the lists of one band of an image; see src/ops/_conv_scratch.ts.
import { activateRows } from "./lib/activate";
import { pitchBytes, scratch } from "./lib/layout";
import { IDENTITY, RELU } from "./lib/math";
import { denseOver, densePackedAt, densePackedBytes, hasDenseTiles, isDense, setDense } from "./lib/dense_windows";
import { setSource, setSteps, setTarget, setWindow, tapAt } from "./lib/window_moves";
import { blockOf, packedAt, packedBytes, windowsOver } from "./lib/windows";

export function conv2d(
  begin: i32, end: i32, x: usize, w: usize, bias: usize, y: usize,
  height: i32, width: i32, channels: i32, pixel: i32, row: i32, kh: i32, kw: i32, n: i32, oh: i32, ow: i32,
  strideY: i32, strideX: i32, top: i32, left: i32, flip: i32, activation: i32,
): void {
  if (begin >= end) return;
  const yPixel = <i32> (pitchBytes(n) >> 2);
  setSource(height, width, pixel, row);
  setTarget(oh, ow, yPixel, ow * yPixel);
  setWindow(kh, kw, top, left);
  setSteps(strideY, strideX, 1, 1);
  const packed = scratch(), xImage = <usize> (height * row) << 2, yImage = <usize> (oh * ow * yPixel) << 2;
  const hasTiles = hasDenseTiles(yPixel);
  let tiled: i32 = 0;
  for (let b = begin; hasTiles && b < end; b++) tiled += <i32> isDense(x + <usize> b * xImage, xImage);
  if (tiled > 0) {
    const bytes = densePackedBytes(), work = packed + bytes * (yPixel >> 4);
    memory.fill(packed, 0, work - packed);
    for (let ky: i32 = 0; ky < kh; ky++) {
      for (let kx: i32 = 0; kx < kw; kx++) {
        const tap = tapAt(ky, kx, flip != 0);
        let from = w + (<usize> (tap * channels * yPixel) << 2), into = packed + densePackedAt(ky, kx);
        for (let c: i32 = 0; c < channels; c++, from += yPixel << 2, into += 64) {
          for (let j: i32 = 0; j < yPixel >> 4; j++) memory.copy(into + <usize> j * bytes, from + (<usize> j << 6), 64);
        }
      }
    }
    setDense(work, n);
    for (let b = begin; b < end; b++) {
      const image = x + <usize> b * xImage;
      if (isDense(image, xImage)) denseOver(image, y + <usize> b * yImage, packed, bias, work, activation);
    }
  }
  for (let vector: i32 = 0, vectors = 0; vector << 2 < yPixel && tiled < end - begin; vector += vectors) {
    vectors = blockOf((yPixel >> 2) - vector);
    const bytes = packedBytes(vectors), channel = vector << 2;
    memory.fill(packed, 0, bytes);
    for (let ky: i32 = 0; ky < kh; ky++) {
      for (let kx: i32 = 0; kx < kw; kx++) {
        const tap = tapAt(ky, kx, flip != 0);
        for (let c: i32 = 0; c < channels; c++) {
          const from = w + (<usize> ((tap * channels + c) * yPixel + channel) << 2);
          memory.copy(packed + packedAt(vectors, ky, kx, c), from, <usize> vectors << 4);
        }
      }
    }
    const first = bias + (<usize> channel << 2);
    for (let b = begin; b < end; b++) {
      const image = x + <usize> b * xImage;
      if (tiled > 0 && isDense(image, xImage)) continue;
      const result = y + <usize> b * yImage;
      windowsOver(image, result, packed, first, packed + bytes, vectors, channel, n, activation);
    }
  }
  // The tiles have applied these two.
  if (activation != IDENTITY && activation != RELU) activateRows(begin * oh * ow, end * oh * ow, y, n, activation);
}
