// avg_pool2d: the mean of each channel under a window of KH×KW pixels, summed in row-major order. Pads count as zeros, or
// not at all; what lies past the pads never counts.
// X [B,H,W,C] → Y [B,OH,OW,C].   Split: rows of Y, B·OH of them. Pads stay zero, since those of X are.
import { allInside, before, until } from "./lib/pool";

export function avg_pool2d(
  begin: i32, end: i32, x: usize, y: usize, h: i32, w: i32, vectors: i32, oh: i32, ow: i32,
  kh: i32, kw: i32, strideY: i32, strideX: i32, padTop: i32, padLeft: i32, padBottom: i32, padRight: i32,
  excludes: i32, uneven: i32,
): void {
  const pixel = <usize> vectors << 4, row = <usize> w * pixel, step = <usize> strideX * pixel;
  const share = f32x4.splat(<f32> 1 / <f32> (kh * kw));
  const isInside = allInside(oh, kh, strideY, padTop, h) && allInside(ow, kw, strideX, padLeft, w);
  for (let i = begin; i < end; i++) {
    const image = i / oh, first = (i - image * oh) * strideY - padTop;
    let to = y + <usize> i * <usize> ow * pixel;
    if (!isInside) {
      const top = before(first), line = x + <usize> (image * h + first + top) * row, rows = until(first, kh, h) - top;
      const down = excludes ? rows : until(first, kh, h + padBottom);
      for (let ox: i32 = 0; ox < ow; ox++, to += pixel) {
        const start = ox * strideX - padLeft, left = before(start), columns = until(start, kw, w) - left;
        const across = excludes ? columns : until(start, kw, w + padRight);
        const own = uneven ? f32x4.splat(<f32> 1 / <f32> (down * across)) : share;
        const at = line + <usize> (start + left) * pixel;
        for (let c: usize = 0; c < pixel; c += 16) {
          v128.store(to + c, f32x4.mul(own, sum(at + c, row, pixel, rows, columns)));
        }
      }
      continue;
    }
    let corner = x + <usize> (image * h + first) * row;
    for (let ox: i32 = 0; ox < ow; ox++, corner += step, to += pixel) {
      if (kh == 2 && kw == 2) {
        for (let c: usize = 0; c < pixel; c += 16) {
          const upper = corner + c, lower = upper + row;
          const above = f32x4.add(v128.load(upper), v128.load(upper + pixel));
          const below = f32x4.add(v128.load(lower), v128.load(lower + pixel));
          v128.store(to + c, f32x4.mul(share, f32x4.add(above, below)));
        }
      } else {
        for (let c: usize = 0; c < pixel; c += 16) {
          v128.store(to + c, f32x4.mul(share, sum(corner + c, row, pixel, kh, kw)));
        }
      }
    }
  }
}

// @ts-ignore: decorator
@inline
function sum(corner: usize, row: usize, pixel: usize, kh: i32, kw: i32): v128 {
  let all = f32x4.splat(0), line = corner;
  for (let ky: i32 = 0; ky < kh; ky++, line += row) {
    let at = line;
    for (let kx: i32 = 0; kx < kw; kx++, at += pixel) all = f32x4.add(all, v128.load(at));
  }
  return all;
}
