// conv2d_input_grad: dX[b, oy·sy + ky − top, ox·sx + kx − left, c] = Σ dY[b,oy,ox,n] · W[ky,kx,c,n].
// dY [B,OH,OW,N], W [KH,KW,C,N] → dX [B,H,W,C] (pixel: C padded) or [B,H,W] (pixel 1).
// Split: images. A convolution with the turned window over the gradients, of which most are zero behind ReLU and max
// pooling: it goes by the others (lib/windows.ts). Where few are zero, as behind a normalization, it goes by tiles
// (lib/dense_images.ts), to the same bits but for windows of 3 × 3, for which it takes fewer products.
// Limits: scratch for the transposed and the packed weights, the lists of a band, and an image of one channel in whole
// vectors; see src/ops/_conv_scratch.ts.
import { convolve } from "./lib/convolve";
import { pitchBytes, scratch } from "./lib/layout";
import { IDENTITY } from "./lib/math";
import { setSource, setSteps, setTarget, setWindow } from "./lib/window_moves";

export function conv2d_input_grad(
  begin: i32, end: i32, dY: usize, w: usize, dX: usize,
  height: i32, width: i32, channels: i32, pixel: i32, row: i32, kh: i32, kw: i32, n: i32, oh: i32, ow: i32,
  strideY: i32, strideX: i32, top: i32, left: i32, flip: i32,
): void {
  if (begin >= end) return;
  const yPixel = <i32> (pitchBytes(n) >> 2), isFlat = pixel == 1, xPixel: i32 = isFlat ? 4 : pixel;
  setSource(oh, ow, yPixel, ow * yPixel);
  setTarget(height, width, xPixel, isFlat ? width << 2 : row);
  setWindow(kh, kw, kh - 1 - top, kw - 1 - left);
  setSteps(1, 1, strideY, strideX);
  const turned = scratch(), bytes = <usize> (kh * kw * n * xPixel) << 2;
  memory.fill(turned, 0, bytes);
  for (let tap: i32 = 0, from = w; tap < kh * kw; tap++) {
    for (let c: i32 = 0; c < channels; c++, from += yPixel << 2) {
      let into = turned + (<usize> (tap * n * xPixel + c) << 2);
      for (let j: usize = 0; j < <usize> n << 2; j += 4, into += <usize> xPixel << 2) store<f32>(into, load<f32>(from + j));
    }
  }
  const xImage = <usize> (height * row) << 2, yImage = <usize> (oh * ow * yPixel) << 2;
  convolve(
    begin, end, dY, yImage, dX, xImage, turned, 0, n, channels, flip == 0, IDENTITY, turned + bytes, isFlat ? row : 0,
  );
}
