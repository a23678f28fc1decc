// conv2d_weight_grad_general: conv2d_weight_grad of windows with gaps or groups: dW[ky,kx,t,j] = Σ X[b, oy·sy + ky·dy −
// top, ox·sx + kx·dx − left, c] · dY[b,oy,ox,j], where c is channel t of the group of j.
// X [B,H,W,C] (pixel: C padded) or [B,H,W] (pixel 1), dY [B,OH,OW,N] → dW [KH,KW,C/G,N].
// Split: rows of the window of four filters each. Sums of up to four channels stay in registers and run from the first
// position of the first image to the last of the last, in one order however rows are shared.
// Limits: none of its own.
import { baseOf, EACH, NEXT, placesOf, SAME, valuesAt } from "./lib/general_places";
import { pitchBytes } from "./lib/layout";
import { clearPads, fma } from "./lib/math";

let images: i32, height: i32, width: i32, pixel: i32, row: i32, oh: i32, ow: i32, strideY: i32, strideX: i32, filters: i32;

export function conv2d_weight_grad_general(
  begin: i32, end: i32, x: usize, dY: usize, dW: usize, count: i32,
  h: i32, w: i32, channels: i32, xPixel: i32, xRow: i32, kh: i32, kw: i32, n: i32, outHeight: i32, outWidth: i32,
  overY: i32, overX: i32, top: i32, left: i32, flip: i32, dilationY: i32, dilationX: i32, groups: i32,
): void {
  images = count;
  height = h;
  width = w;
  pixel = xPixel;
  row = xRow;
  oh = outHeight;
  ow = outWidth;
  strideY = overY;
  strideX = overX;
  filters = n;
  const yPixel = pitchBytes(n), seen = channels / groups, size = n / groups;
  for (let unit = begin; unit < end; unit++) {
    const quad = unit / kh, ky = unit - quad * kh, first = quad << 2, places = placesOf(first, n, size, seen);
    const b0 = <usize> baseOf(first, 0, n, size, seen) << 2, b1 = <usize> baseOf(first, 1, n, size, seen) << 2;
    const b2 = <usize> baseOf(first, 2, n, size, seen) << 2, b3 = <usize> baseOf(first, 3, n, size, seen) << 2;
    const y = ky * dilationY - top, gradients = dY + (<usize> first << 2);
    for (let kx: i32 = 0; kx < kw; kx++) {
      const tap = flip ? (kh - 1 - ky) * kw + kw - 1 - kx : ky * kw + kx, at = kx * dilationX - left;
      const into = dW + <usize> (tap * seen) * yPixel + (<usize> first << 2);
      for (let t: i32 = 0; t < seen; t += 4) {
        const from = x + (<usize> t << 2), to = into + <usize> t * yPixel, four = min(4, seen - t);
        if (places == SAME) sumsOfSame(from, gradients, to, yPixel, first, y, at, four, b0, b1, b2, b3);
        else if (places == NEXT) sumsOfNext(from, gradients, to, yPixel, first, y, at, four, b0, b1, b2, b3);
        else sumsOfEach(from, gradients, to, yPixel, first, y, at, four, b0, b1, b2, b3);
      }
    }
  }
}

/** The sums of up to four channels of a tap, whose pixels lie `y` rows and `at` columns from where a position begins. */
// @ts-ignore: decorator
@inline
function sums(
  x: usize, dY: usize, dW: usize, yPixel: usize, first: i32, y: i32, at: i32, four: i32,
  b0: usize, b1: usize, b2: usize, b3: usize, places: i32,
): void {
  // The positions of a row whose pixel lies inside.
  const from = at >= 0 ? 0 : (-at + strideX - 1) / strideX;
  const to = at >= width ? 0 : min(ow, (width - 1 - at) / strideX + 1), step = <usize> (strideX * pixel) << 2;
  let s0 = f32x4.splat(0), s1 = s0, s2 = s0, s3 = s0;
  for (let line: i32 = 0; line < images * oh; line++) {
    const image = line / oh, iy = (line - image * oh) * strideY + y;
    if (iy < 0 || iy >= height) continue;
    let p = x + (<usize> ((image * height + iy) * row + (from * strideX + at) * pixel) << 2);
    let gradient = dY + <usize> (line * ow + from) * yPixel;
    if (four == 4) {
      for (let ox = from; ox < to; ox++, p += step, gradient += yPixel) {
        const g = v128.load(gradient);
        s0 = fma(valuesAt(p, places, b0, b1, b2, b3), g, s0);
        s1 = fma(valuesAt(p + 4, places, b0, b1, b2, b3), g, s1);
        s2 = fma(valuesAt(p + 8, places, b0, b1, b2, b3), g, s2);
        s3 = fma(valuesAt(p + 12, places, b0, b1, b2, b3), g, s3);
      }
    } else {
      for (let ox = from; ox < to; ox++, p += step, gradient += yPixel) {
        const g = v128.load(gradient);
        s0 = fma(valuesAt(p, places, b0, b1, b2, b3), g, s0);
        if (four > 1) s1 = fma(valuesAt(p + 4, places, b0, b1, b2, b3), g, s1);
        if (four > 2) s2 = fma(valuesAt(p + 8, places, b0, b1, b2, b3), g, s2);
      }
    }
  }
  v128.store(dW, clearPads(s0, first, filters));
  if (four > 1) v128.store(dW + yPixel, clearPads(s1, first, filters));
  if (four > 2) v128.store(dW + yPixel * 2, clearPads(s2, first, filters));
  if (four > 3) v128.store(dW + yPixel * 3, clearPads(s3, first, filters));
}

// A function for each, so that no loop asks where values lie.
function sumsOfSame(
  x: usize, dY: usize, dW: usize, yPixel: usize, first: i32, y: i32, at: i32, four: i32,
  b0: usize, b1: usize, b2: usize, b3: usize,
): void {
  sums(x, dY, dW, yPixel, first, y, at, four, b0, b1, b2, b3, SAME);
}

function sumsOfNext(
  x: usize, dY: usize, dW: usize, yPixel: usize, first: i32, y: i32, at: i32, four: i32,
  b0: usize, b1: usize, b2: usize, b3: usize,
): void {
  sums(x, dY, dW, yPixel, first, y, at, four, b0, b1, b2, b3, NEXT);
}

function sumsOfEach(
  x: usize, dY: usize, dW: usize, yPixel: usize, first: i32, y: i32, at: i32, four: i32,
  b0: usize, b1: usize, b2: usize, b3: usize,
): void {
  sums(x, dY, dW, yPixel, first, y, at, four, b0, b1, b2, b3, EACH);
}
