// max_pool2d: the largest value of each channel under a window of KH×KW pixels; NaN if one is.
// X [B,H,W,C] → Y [B,OH,OW,C].   Split: rows of Y, B·OH of them. Pads stay zero, since those of X are.
import { larger, maximum } from "./lib/pool";

export function max_pool2d(
  begin: i32, end: i32, x: usize, y: usize, h: i32, w: i32, vectors: i32, oh: i32, ow: i32,
  kh: i32, kw: i32, strideY: i32, strideX: i32,
): void {
  const pixel = <usize> vectors << 4, row = <usize> w * pixel, step = <usize> strideX * pixel;
  for (let i = begin; i < end; i++) {
    const image = i / oh, top = image * h + (i - image * oh) * strideY;
    let corner = x + <usize> top * row, to = y + <usize> i * <usize> ow * pixel;
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
