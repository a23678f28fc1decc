// conv2d: Y[b,oy,ox,:] = f(bias + Σ X[b, oy·sy + ky − top, ox·sx + kx − left, c] · W[ky,kx,c,:]).
// X [B,H,W,C] (pixel: C padded) or [B,H,W] (pixel 1), W [KH,KW,C,N], bias [N] → Y [B,OH,OW,N].
// Split: images. Each thread packs the weights of up to five vectors of filters, then goes over its images by the
// non-zeros of their pixels (lib/windows.ts); images that have few zeros go by tiles (lib/dense_images.ts), to the same bits
// but for windows of 3 × 3, for which it takes fewer products.
// Limits: scratch for the packed weights and the lists of one band of an image; see src/ops/_conv_scratch.ts.
import { activateRows } from "./lib/activate";
import { convolve } from "./lib/convolve";
import { pitchBytes, scratch } from "./lib/layout";
import { IDENTITY, RELU } from "./lib/math";
import { setSource, setSteps, setTarget, setWindow } from "./lib/window_moves";

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
  const xImage = <usize> (height * row) << 2, yImage = <usize> (oh * ow * yPixel) << 2;
  convolve(begin, end, x, xImage, y, yImage, w, bias, channels, n, flip != 0, activation, scratch(), 0);
  if (activation != IDENTITY && activation != RELU) activateRows(begin * oh * ow, end * oh * ow, y, n, activation);
}
