// upsample2d: images made larger by whole factors, each pixel repeated, or on the lines between the nearest (bilinear).
// X [B,H,W,C] → Y [B,H·fy,W·fx,C].   Split: rows of Y. Pads stay zero, since those of X are.
import { lowOf, partOf } from "./lib/upsample";

export function upsample2d(
  begin: i32, end: i32, x: usize, y: usize, h: i32, w: i32, vectors: i32, factorY: i32, factorX: i32, bilinear: i32,
): void {
  const pixel = <usize> vectors << 4, row = <usize> w * pixel, oh = h * factorY, ow = w * factorX;
  let to = y + <usize> begin * <usize> ow * pixel;
  for (let i = begin; i < end; i++) {
    const image = i / oh, oy = i - image * oh, low = lowOf(oy, factorY, bilinear), high = min(low + 1, h - 1);
    const upper = x + <usize> (image * h + low) * row, lower = x + <usize> (image * h + high) * row;
    const down = partOf(oy, factorY, bilinear);
    for (let ox: i32 = 0; ox < ow; ox++, to += pixel) {
      const left = lowOf(ox, factorX, bilinear), from = <usize> left * pixel;
      if (!bilinear) {
        for (let c: usize = 0; c < pixel; c += 16) v128.store(to + c, v128.load(upper + from + c));
        continue;
      }
      const next = <usize> min(left + 1, w - 1) * pixel, across = partOf(ox, factorX, bilinear);
      const s0 = f32x4.splat((1 - down) * (1 - across)), s1 = f32x4.splat((1 - down) * across);
      const s2 = f32x4.splat(down * (1 - across)), s3 = f32x4.splat(down * across);
      for (let c: usize = 0; c < pixel; c += 16) {
        const above = f32x4.add(f32x4.mul(s0, v128.load(upper + from + c)), f32x4.mul(s1, v128.load(upper + next + c)));
        const below = f32x4.add(f32x4.mul(s2, v128.load(lower + from + c)), f32x4.mul(s3, v128.load(lower + next + c)));
        v128.store(to + c, f32x4.add(above, below));
      }
    }
  }
}
