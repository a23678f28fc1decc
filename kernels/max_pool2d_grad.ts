// max_pool2d_grad: the first maximum of each window takes its whole gradient (of NaN, the first), or each of equal
// maxima does where ties are shared. With an activation,
// times its slope where its value is x.   X [B,H,W,C], dY [B,OH,OW,C] → dX [B,H,W,C].
// Split: images. Windows add up in row-major order. Pads stay zero, since those of dY are.
import { IDENTITY, slope } from "./lib/math";
import { before, isMaximum, larger, maximum, until } from "./lib/pool";

export function max_pool2d_grad(
  begin: i32, end: i32, x: usize, dY: usize, dX: usize, h: i32, w: i32, vectors: i32, oh: i32, ow: i32,
  kh: i32, kw: i32, strideY: i32, strideX: i32, padTop: i32, padLeft: i32,
  activation: i32, sharesTies: i32,
): void {
  const pixel = <usize> vectors << 4, row = <usize> w * pixel, image = <usize> h * row;
  const pooled = <usize> oh * <usize> ow * pixel;
  const isQuarter = kh == 2 && kw == 2 && strideY == 2 && strideX == 2 && sharesTies == 0 &&
    padTop == 0 && padLeft == 0 && 2 * oh <= h && 2 * ow <= w;
  for (let i = <usize> begin; i < <usize> end; i++) {
    const from = x + i * image, to = dX + i * image, gradient = dY + i * pooled;
    if (isQuarter) {
      quarters(from, gradient, to, oh, ow, row, pixel, activation);
      const done = <usize> (2 * oh) * row;
      memory.fill(to + done, 0, image - done);
    } else {
      memory.fill(to, 0, image);
      windows(from, gradient, to, h, w, oh, ow, row, pixel, kh, kw, strideY, strideX, padTop, padLeft, sharesTies);
      if (activation != IDENTITY) {
        for (let at: usize = 0; at < image; at += 16) {
          v128.store(to + at, f32x4.mul(v128.load(to + at), slope(v128.load(from + at), activation)));
        }
      }
    }
  }
}

/** Windows of 2×2 side by side: each pixel belongs to one, so it is written once. */
// @ts-ignore: decorator
@inline
function quarters(
  x: usize, dY: usize, dX: usize, oh: i32, ow: i32, row: usize, pixel: usize, activation: i32,
): void {
  const used = <usize> (2 * ow) * pixel, rest = row - used;
  let gradient = dY;
  for (let oy: i32 = 0; oy < oh; oy++) {
    let upper = x + <usize> (2 * oy) * row, to = dX + <usize> (2 * oy) * row;
    for (let ox: i32 = 0; ox < ow; ox++) {
      for (let c: usize = 0; c < pixel; c += 16) {
        const v0 = v128.load(upper), v1 = v128.load(upper + pixel);
        const v2 = v128.load(upper + row), v3 = v128.load(upper + row + pixel);
        const largest = larger(larger(v0, v1), larger(v2, v3));
        let g = v128.load(gradient);
        if (activation != IDENTITY) g = f32x4.mul(g, slope(largest, activation));
        const in0 = isMaximum(v0, largest), in1 = isMaximum(v1, largest), in2 = isMaximum(v2, largest);
        const before2 = v128.or(in0, in1), before3 = v128.or(before2, in2);
        v128.store(to, v128.and(g, in0));
        v128.store(to + pixel, v128.and(g, v128.andnot(in1, in0)));
        v128.store(to + row, v128.and(g, v128.andnot(in2, before2)));
        v128.store(to + row + pixel, v128.andnot(g, before3));
        upper += 16;
        to += 16;
        gradient += 16;
      }
      upper += pixel;
      to += pixel;
    }
    if (rest > 0) {
      memory.fill(to, 0, rest);
      memory.fill(to + row, 0, rest);
    }
  }
}

/** Any windows, what of them lies in the image: adds to dX. */
function windows(
  x: usize, dY: usize, dX: usize, h: i32, w: i32, oh: i32, ow: i32, row: usize, pixel: usize,
  kh: i32, kw: i32, strideY: i32, strideX: i32, padTop: i32, padLeft: i32, sharesTies: i32,
): void {
  const apart = dX - x;
  // What a maximum takes is gone for those after it, unless all of them share.
  const taken = i32x4.splat(sharesTies - 1);
  let gradient = dY;
  for (let oy: i32 = 0; oy < oh; oy++) {
    const first = oy * strideY - padTop, top = before(first), rows = until(first, kh, h) - top;
    const start = x + <usize> (first + top) * row;
    for (let ox: i32 = 0; ox < ow; ox++) {
      const at = ox * strideX - padLeft, left = before(at), columns = until(at, kw, w) - left;
      const corner = start + <usize> (at + left) * pixel;
      for (let c: usize = 0; c < pixel; c += 16, gradient += 16) {
        const largest = maximum(corner + c, row, pixel, rows, columns);
        let rest = v128.load(gradient), line = corner + c;
        for (let ky: i32 = 0; ky < rows; ky++, line += row) {
          let from = line;
          for (let kx: i32 = 0; kx < columns; kx++, from += pixel) {
            const found = isMaximum(v128.load(from), largest), to = from + apart;
            v128.store(to, f32x4.add(v128.load(to), v128.and(rest, found)));
            rest = v128.andnot(rest, v128.and(found, taken));
          }
        }
      }
    }
  }
}
