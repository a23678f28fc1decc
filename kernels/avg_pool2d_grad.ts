// avg_pool2d_grad: every pixel of a window takes 1/n of its gradient, where n counts what the window is the mean of: KH·KW,
// but for windows that pads are excluded from or that reach past them.   dY [B,OH,OW,C] → dX [B,H,W,C].
// Split: images. Windows add up in row-major order. Pads stay zero, since those of dY are.
import { before, until } from "./lib/pool";

let h: i32, w: i32, padTop: i32, padLeft: i32, padBottom: i32, padRight: i32, excludes: i32, uneven: i32;

export function avg_pool2d_grad(
  begin: i32, end: i32, dY: usize, dX: usize, height: i32, width: i32, vectors: i32, oh: i32, ow: i32,
  kh: i32, kw: i32, strideY: i32, strideX: i32, top: i32, left: i32, bottom: i32, right: i32,
  excludesPads: i32, isUneven: i32,
): void {
  h = height;
  w = width;
  padTop = top;
  padLeft = left;
  padBottom = bottom;
  padRight = right;
  excludes = excludesPads;
  uneven = isUneven;
  const pixel = <usize> vectors << 4, row = <usize> w * pixel, image = <usize> h * row;
  const pooled = <usize> oh * <usize> ow * pixel, share = f32x4.splat(<f32> 1 / <f32> (kh * kw));
  const isQuarter = kh == 2 && kw == 2 && strideY == 2 && strideX == 2 &&
    padTop == 0 && padLeft == 0 && 2 * oh <= h && 2 * ow <= w;
  for (let i = <usize> begin; i < <usize> end; i++) {
    const to = dX + i * image, gradient = dY + i * pooled;
    if (isQuarter) {
      quarters(gradient, to, oh, ow, row, pixel, share);
      const done = <usize> (2 * oh) * row;
      memory.fill(to + done, 0, image - done);
    } else {
      memory.fill(to, 0, image);
      windows(gradient, to, oh, ow, row, pixel, kh, kw, strideY, strideX, share);
    }
  }
}

/** Windows of 2×2 side by side: each pixel belongs to one, so it is written once. */
// @ts-ignore: decorator
@inline
function quarters(dY: usize, dX: usize, oh: i32, ow: i32, row: usize, pixel: usize, share: v128): void {
  const rest = row - <usize> (2 * ow) * pixel;
  let gradient = dY;
  for (let oy: i32 = 0; oy < oh; oy++) {
    let to = dX + <usize> (2 * oy) * row;
    for (let ox: i32 = 0; ox < ow; ox++, to += pixel) {
      for (let c: usize = 0; c < pixel; c += 16, to += 16, gradient += 16) {
        const g = f32x4.mul(share, v128.load(gradient));
        v128.store(to, g);
        v128.store(to + pixel, g);
        v128.store(to + row, g);
        v128.store(to + row + pixel, g);
      }
    }
    if (rest > 0) {
      memory.fill(to, 0, rest);
      memory.fill(to + row, 0, rest);
    }
  }
}

/** Any windows, what of them lies in the image: adds to dX. */
function windows(
  dY: usize, dX: usize, oh: i32, ow: i32, row: usize, pixel: usize,
  kh: i32, kw: i32, strideY: i32, strideX: i32, share: v128,
): void {
  let gradient = dY;
  for (let oy: i32 = 0; oy < oh; oy++) {
    const first = oy * strideY - padTop, top = before(first), rows = until(first, kh, h) - top;
    const down = excludes ? rows : until(first, kh, h + padBottom);
    for (let ox: i32 = 0; ox < ow; ox++) {
      const start = ox * strideX - padLeft, left = before(start), columns = until(start, kw, w) - left;
      const across = excludes ? columns : until(start, kw, w + padRight);
      const own = uneven ? f32x4.splat(<f32> 1 / <f32> (down * across)) : share;
      const corner = dX + <usize> (first + top) * row + <usize> (start + left) * pixel;
      for (let c: usize = 0; c < pixel; c += 16, gradient += 16) {
        const g = f32x4.mul(own, v128.load(gradient));
        let line = corner + c;
        for (let ky: i32 = 0; ky < rows; ky++, line += row) {
          let at = line;
          for (let kx: i32 = 0; kx < columns; kx++, at += pixel) v128.store(at, f32x4.add(v128.load(at), g));
        }
      }
    }
  }
}
