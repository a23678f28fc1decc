// max_pool2d: the largest value of each channel under a window of KH×KW pixels, of those in the image; NaN if one is.
// X [B,H,W,C] → Y [B,OH,OW,C].   Split: rows of Y, B·OH of them. Pads stay zero, since those of X are.
import { allInside, before, larger, maximum, until } from "./lib/pool";

export function max_pool2d(
  begin: i32, end: i32, x: usize, y: usize, h: i32, w: i32, vectors: i32, oh: i32, ow: i32,
  kh: i32, kw: i32, strideY: i32, strideX: i32, padTop: i32, padLeft: i32,
): void {
  const pixel = <usize> vectors << 4, row = <usize> w * pixel, step = <usize> strideX * pixel;
  const isInside = allInside(oh, kh, strideY, padTop, h) && allInside(ow, kw, strideX, padLeft, w);
  for (let i = begin; i < end; i++) {
    const image = i / oh, first = (i - image * oh) * strideY - padTop;
    let to = y + <usize> i * <usize> ow * pixel;
    if (!isInside) {
      const top = before(first), line = x + <usize> (image * h + first + top) * row, rows = until(first, kh, h) - top;
      for (let ox: i32 = 0; ox < ow; ox++, to += pixel) {
        const start = ox * strideX - padLeft, left = before(start), columns = until(start, kw, w) - left;
        const at = line + <usize> (start + left) * pixel;
        for (let c: usize = 0; c < pixel; c += 16) v128.store(to + c, maximum(at + c, row, pixel, rows, columns));
      }
      continue;
    }
    let corner = x + <usize> (image * h + first) * row;
    for (let ox: i32 = 0; ox < ow; ox++, corner += step, to += pixel) {
      if (kh == 2 && kw == 2) {
        for (let c: usize = 0; c < pixel; c += 16) {
          const upper = corner + c, lower = upper + row;
          const above = larger(v128.load(upper), v128.load(upper + pixel));
          v128.store(to + c, larger(above, larger(v128.load(lower), v128.load(lower + pixel))));
        }
      } else {
        for (let c: usize = 0; c < pixel; c += 16) v128.store(to + c, maximum(corner + c, row, pixel, kh, kw));
      }
    }
  }
}
