/**
 * The definitions of the three convolution ops as naive loops, which their references and their bounds on errors take.
 * Each adds to `into`, in the padded layout; with `absolute` the products' sizes.
 */
import { pitchOf } from "../core/tensor.ts";
import type { View } from "../ir/op.ts";
import type { ConvAttrs, ConvSizes } from "./_conv.ts";

/** A tap: a position of the window, a place in it, and the pixel under it, as places in the padded layouts. */
type VisitTap = (position: number, tap: number, pixel: number) => void;

/**
 * Visits every pair of a pixel and a tap that lies on it. `position` counts rows of [B,OH,OW,N], `tap` counts the
 * C/G rows of a place in the window, [KH,KW], flipped if asked to; `pixel` is the element of its first channel.
 */
function forEachTap({ x, kh, kw, oh, ow }: ConvSizes, attrs: ConvAttrs, visit: VisitTap): void {
  const { dilationY = 1, dilationX = 1 } = attrs;
  for (let at = 0; at < x.count * oh * ow; at++) {
    const image = Math.floor(at / (oh * ow)), oy = Math.floor(at / ow) % oh, ox = at % ow;
    for (let ky = 0; ky < kh; ky++) {
      const iy = oy * attrs.strideY + ky * dilationY - attrs.padTop;
      if (iy < 0 || iy >= x.height) continue;
      for (let kx = 0; kx < kw; kx++) {
        const ix = ox * attrs.strideX + kx * dilationX - attrs.padLeft;
        if (ix < 0 || ix >= x.width) continue;
        const tap = attrs.flip ? (kh - 1 - ky) * kw + kw - 1 - kx : ky * kw + kx;
        visit(at, tap, image * x.image + iy * x.row + ix * x.pixel);
      }
    }
  }
}

/** The filters that see a channel, from `first`, and that channel's row of a place in the window. */
function filtersOf({ n, groups, seen }: ConvSizes, channel: number) {
  const group = Math.floor(channel / seen), count = n / groups;
  return { first: group * count, end: (group + 1) * count, row: channel % seen };
}

const sizeIf = (absolute: boolean) => absolute ? Math.abs : (value: number) => value;

/** Y += X ⋆ W. */
export function convolve(
  [x, w]: readonly View[],
  into: Float64Array,
  sizes: ConvSizes,
  attrs: ConvAttrs,
  absolute: boolean,
): void {
  const pitch = pitchOf([1, sizes.n]), size = sizeIf(absolute);
  forEachTap(sizes, attrs, (position, tap, pixel) => {
    for (let c = 0; c < sizes.x.channels; c++) {
      const value = x!.data[pixel + c]!, to = position * pitch;
      if (value === 0) continue;
      const { first, end, row } = filtersOf(sizes, c), from = (tap * sizes.seen + row) * pitch;
      for (let j = first; j < end; j++) into[to + j]! += size(value * w!.data[from + j]!);
    }
  });
}

/** dX += each gradient along every tap that it came by. */
export function scatterToImages(
  [dY, w]: readonly View[],
  into: Float64Array,
  sizes: ConvSizes,
  attrs: ConvAttrs,
  absolute: boolean,
): void {
  const pitch = pitchOf([1, sizes.n]), size = sizeIf(absolute);
  forEachTap(sizes, attrs, (position, tap, pixel) => {
    for (let c = 0; c < sizes.x.channels; c++) {
      const { first, end, row } = filtersOf(sizes, c), at = (tap * sizes.seen + row) * pitch;
      for (let j = first; j < end; j++) {
        const value = dY!.data[position * pitch + j]!;
        if (value !== 0) into[pixel + c]! += size(value * w!.data[at + j]!);
      }
    }
  });
}

/** dW += X under each tap times the gradient of the position. */
export function collectWeights(
  [x, dY]: readonly View[],
  into: Float64Array,
  sizes: ConvSizes,
  attrs: ConvAttrs,
  absolute: boolean,
): void {
  const pitch = pitchOf([1, sizes.n]), size = sizeIf(absolute);
  forEachTap(sizes, attrs, (position, tap, pixel) => {
    for (let c = 0; c < sizes.x.channels; c++) {
      const value = x!.data[pixel + c]!, from = position * pitch;
      if (value === 0) continue;
      const { first, end, row } = filtersOf(sizes, c), to = (tap * sizes.seen + row) * pitch;
      for (let j = first; j < end; j++) into[to + j]! += size(value * dY!.data[from + j]!);
    }
  });
}
