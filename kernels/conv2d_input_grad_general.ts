// conv2d_input_grad_general: conv2d_input_grad of windows with gaps or groups: dX[b, oy·sy + ky·dy − top, ox·sx + kx·dx −
// left, c] = Σ dY[b,oy,ox,j] · W[ky,kx,c,j] over the filters j of the group of c.
// dY [B,OH,OW,N], W [KH,KW,C/G,N] → dX [B,H,W,C] (pixel: C padded) or [B,H,W] (pixel 1).
// Split: images. A convolution with the turned window over the gradients; each thread packs the weights, those of a block's
// channels side by side; see lib/general_windows.ts.
// Limits: scratch for the packed weights.
import { generalBlock } from "./lib/general_places";
import {
  generalWindows, setGeneralSource, setGeneralSteps, setGeneralTarget, setGeneralWindow, setGroups,
} from "./lib/general_windows";
import { pitchBytes, scratch } from "./lib/layout";

export function conv2d_input_grad_general(
  begin: i32, end: i32, dY: usize, w: usize, dX: usize,
  height: i32, width: i32, channels: i32, pixel: i32, row: i32, kh: i32, kw: i32, n: i32, oh: i32, ow: i32,
  strideY: i32, strideX: i32, top: i32, left: i32, flip: i32, dilationY: i32, dilationX: i32, groups: i32,
): void {
  if (begin >= end) return;
  const yPixel = <i32> (pitchBytes(n) >> 2), seen = channels / groups, count = n / groups, taps = kh * kw;
  setGeneralSource(oh, ow, yPixel, ow * yPixel);
  setGeneralTarget(height, width, pixel, row, channels);
  setGeneralWindow(kh, kw, (kh - 1) * dilationY - top, (kw - 1) * dilationX - left, dilationY, dilationX);
  setGeneralSteps(1, 1, strideY, strideX);
  setGroups(count, seen);
  let into = scratch();
  for (let first: i32 = 0, vectors = 0; first < channels; first += vectors << 2) {
    vectors = generalBlock(first, channels, seen);
    const lanes = vectors << 2;
    for (let tap: i32 = 0; tap < taps; tap++) {
      const turned = flip ? tap : taps - 1 - tap;
      for (let u: i32 = 0; u < count; u++, into += <usize> lanes << 2) {
        for (let lane: i32 = 0; lane < lanes; lane++) {
          const c = first + lane, group = c / seen;
          const from = w + (<usize> ((turned * seen + c - group * seen) * yPixel + group * count + u) << 2);
          store<f32>(into + (<usize> lane << 2), c < channels ? load<f32>(from) : 0);
        }
      }
    }
  }
  const xImage = <usize> (height * row) << 2, yImage = <usize> (oh * ow * yPixel) << 2;
  for (let b = <usize> begin; b < <usize> end; b++) generalWindows(dY + b * yImage, dX + b * xImage, scratch(), 0);
}
