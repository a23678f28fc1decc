// upsample2d_grad: each pixel takes of every result the share that the result has of it.
// dY [B,H·fy,W·fx,C] → dX [B,H,W,C].   Split: rows of dX. Results add up in row-major order. Pads stay zero.
import { fma } from "./lib/math";
import { shareOf } from "./lib/upsample";

export function upsample2d_grad(
  begin: i32, end: i32, dY: usize, dX: usize, h: i32, w: i32, vectors: i32, factorY: i32, factorX: i32, bilinear: i32,
): void {
  const pixel = <usize> vectors << 4, oh = h * factorY, ow = w * factorX, around = bilinear ? 1 : 0;
  let to = dX + <usize> begin * <usize> w * pixel;
  memory.fill(to, 0, <usize> (end - begin) * <usize> w * pixel);
  for (let i = begin; i < end; i++) {
    const image = i / h, iy = i - image * h;
    const firstY = max(0, (iy - around) * factorY), lastY = min(oh, (iy + 1 + around) * factorY);
    for (let ix: i32 = 0; ix < w; ix++, to += pixel) {
      const firstX = max(0, (ix - around) * factorX), lastX = min(ow, (ix + 1 + around) * factorX);
      for (let oy = firstY; oy < lastY; oy++) {
        const down: f32 = bilinear ? shareOf(oy, iy, factorY, h, bilinear) : 1;
        if (down == 0) continue;
        for (let ox = firstX; ox < lastX; ox++) {
          const across: f32 = bilinear ? shareOf(ox, ix, factorX, w, bilinear) : 1;
          if (across == 0) continue;
          const share = f32x4.splat(down * across), from = dY + <usize> ((image * oh + oy) * ow + ox) * pixel;
          for (let c: usize = 0; c < pixel; c += 16) {
            v128.store(to + c, fma(share, v128.load(from + c), v128.load(to + c)));
          }
        }
      }
    }
  }
}
