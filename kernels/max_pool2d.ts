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
        let c: usize = 0;
        for (; c + 32 <= pixel; c += 32) {
          const upper = corner + c, lower = upper + row, into = to + c, beside = upper + pixel, below = lower + pixel;
          const above0 = larger(v128.load(upper), v128.load(beside));
          const above1 = larger(v128.load(upper, 16), v128.load(beside, 16));
          const under0 = larger(v128.load(lower), v128.load(below));
          const under1 = larger(v128.load(lower, 16), v128.load(below, 16));
          const most0 = larger(above0, under0), most1 = larger(above1, under1);
          v128.store(into, most0);
          v128.store(into, most1, 16);
        }
        if (c < pixel) v128.store(to + c, maximum(corner + c, row, pixel, 2, 2));
      } else {
        for (let c: usize = 0; c < pixel; c += 16) v128.store(to + c, maximum(corner + c, row, pixel, kh, kw));
      }
    }
  }
}
