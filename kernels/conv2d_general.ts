// conv2d_general: conv2d of windows with gaps or groups: Y[b,oy,ox,j] = f(bias[j] + Σ X[b, oy·sy + ky·dy − top, ox·sx +
// kx·dx − left, c] · W[ky,kx,c,j]) over the channels c of the group of j.
// X [B,H,W,C] (pixel: C padded) or [B,H,W] (pixel 1), W [KH,KW,C/G,N], bias [N] → Y [B,OH,OW,N].
// Split: images. Each thread packs the weights; see lib/general_windows.ts.
// Limits: scratch for the packed weights.
import { activateRows } from "./lib/activate";
import { generalBlock } from "./lib/general_places";
import {
  generalWindows, setGeneralSource, setGeneralSteps, setGeneralTarget, setGeneralWindow, setGroups,
} from "./lib/general_windows";
import { pitchBytes, scratch } from "./lib/layout";

export function conv2d_general(
  begin: i32, end: i32, x: usize, w: usize, bias: usize, y: usize,
  height: i32, width: i32, channels: i32, pixel: i32, row: i32, kh: i32, kw: i32, n: i32, oh: i32, ow: i32,
  strideY: i32, strideX: i32, top: i32, left: i32, flip: i32, dilationY: i32, dilationX: i32, groups: i32,
  activation: i32,
): void {
  if (begin >= end) return;
  const yPixel = <i32> (pitchBytes(n) >> 2), seen = channels / groups, taps = kh * kw;
  setGeneralSource(height, width, pixel, row);
  setGeneralTarget(oh, ow, yPixel, ow * yPixel, n);
  setGeneralWindow(kh, kw, top, left, dilationY, dilationX);
  setGeneralSteps(strideY, strideX, 1, 1);
  setGroups(seen, n / groups);
  let into = scratch();
  for (let first: i32 = 0, vectors = 0; first < n; first += vectors << 2) {
    vectors = generalBlock(first, n, n / groups);
    const bytes = <usize> vectors << 4;
    for (let tap: i32 = 0; tap < taps; tap++) {
      const from = w + (<usize> ((flip ? taps - 1 - tap : tap) * seen * yPixel + first) << 2);
      for (let t: i32 = 0; t < seen; t++, into += bytes) memory.copy(into, from + (<usize> (t * yPixel) << 2), bytes);
    }
  }
  const xImage = <usize> (height * row) << 2, yImage = <usize> (oh * ow * yPixel) << 2;
  for (let b = <usize> begin; b < <usize> end; b++) generalWindows(x + b * xImage, y + b * yImage, scratch(), bias);
  activateRows(begin * oh * ow, end * oh * ow, y, n, activation);
}
