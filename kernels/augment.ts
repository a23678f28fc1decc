// augment: Y = images of X, each flipped, then turned and zoomed about its centre, then shifted by whole pixels, as drawn:
//   Y[b,oy,ox,c] = X[b,sy,sx,c],  sx = cx + (cos·qx - sin·qy)/z,  sy = cy + (sin·qx + cos·qy)/z,  q = o - t - centre.
// Values between pixels are bilinear; what lies outside an image is `fill`.   X → Y, [B,H,W,C] or [B,H,W] (pixel 1).
// Split: images; image b draws the Philox block with counter [b, step, lane, stream].
// Scratch: 128 bytes, the words of eight images; an image in a frame of `fill`, one pixel wide before it and two behind:
// then a pixel has neighbours wherever it comes from, and no one asks where an image ends.   Limits: sides below 2¹⁵.
import { scratch, stepNumber, stepSeedHigh, stepSeedLow } from "./lib/layout";
import { clearPads, fma } from "./lib/math";
import { cosTurns } from "./lib/normal";
import { philoxBlocks } from "./lib/philox_blocks";

export function augment(
  begin: i32,
  end: i32,
  x: usize,
  y: usize,
  step: usize,
  height: i32,
  width: i32,
  channels: i32,
  pixel: i32,
  row: i32,
  shiftY: u32,
  shiftX: u32,
  flip: u32,
  angle: u32,
  zoom: u32,
  fill: f32,
  lane: u32,
  stream: u32,
): void {
  const number = stepNumber(step), low = stepSeedLow(step), high = stepSeedHigh(step), drawn = scratch();
  const frame = drawn + 128;
  const pixelBytes = <usize> pixel << 2, rowBytes = <usize> row << 2, imageBytes = <usize> height * rowBytes;
  const frameRow = <usize> (width + 3) * pixelBytes, image = frame + frameRow + pixelBytes;
  fillFrame(frame, (height + 3) * (width + 3), channels, pixel, fill);
  for (let b = begin; b < end; b++) {
    const turn = (b - begin) & 7, from = x + <usize> b * imageBytes;
    if (turn == 0) philoxBlocks(b, number, lane, stream, low, high, drawn);
    const words = v128.load(drawn + (<usize> turn << 4));
    const down = whole(i32x4.extract_lane(words, 0), shiftY), right = whole(i32x4.extract_lane(words, 1), shiftX);
    const third = <u32> i32x4.extract_lane(words, 2), to = y + <usize> b * imageBytes;
    const flippedX = ((third >> 31) & flip) != 0, flippedY = ((third >> 30) & 1 & (flip >> 1)) != 0;
    for (let r = 0; r < height; r++) {
      const line = from + <usize> (flippedY ? height - 1 - r : r) * rowBytes;
      copyRow(image + <usize> r * frameRow, line, width, pixelBytes, flippedX);
    }
    if (angle == 0 && zoom == 0) shifted(image, frame, frameRow, to, height, width, pixelBytes, rowBytes, down, right);
    else {
      const turns = whole(i32x4.extract_lane(words, 3), angle);
      const scale: f32 = 1 + <f32> whole(third << 2, zoom) * <f32> 1.52587890625e-5;
      const both = cosTurns(i32x4.sub(i32x4.splat(turns), i32x4(0, 1 << 22, 0, 0)));
      const cosine = f32x4.extract_lane(both, 0) / scale, sine = f32x4.extract_lane(both, 1) / scale;
      if (pixel == 1) turnedFlat(image, frameRow, to, height, width, rowBytes, down, right, cosine, sine);
      else turned(image, frameRow, to, height, width, pixelBytes, down, right, cosine, sine);
    }
  }
}

/** A whole number from -most to most. */
// @ts-ignore: decorator
@inline
function whole(word: u32, most: u32): i32 {
  return <i32> ((<u64> word * <u64> (2 * most + 1)) >> 32) - <i32> most;
}

/** `count` pixels of the value `fill`, with pads of zero. */
function fillFrame(frame: usize, count: i32, channels: i32, pixel: i32, fill: f32): void {
  if (pixel == 1) {
    for (let i = 0; i < count; i++) store<f32>(frame + (<usize> i << 2), fill);
    return;
  }
  let at = frame;
  for (let i = 0; i < count; i++) {
    for (let c = 0; c < pixel; c += 4, at += 16) v128.store(at, clearPads(f32x4.splat(fill), c, channels));
  }
}

/** `count` pixels, from the last to the first where they are flipped. */
function copyRow(to: usize, from: usize, count: i32, pixelBytes: usize, flipped: bool): void {
  const bytes = <usize> count * pixelBytes;
  if (!flipped) copy(to, from, bytes);
  else if (pixelBytes == 4) {
    let at: usize = 0;
    for (; at + 16 <= bytes; at += 16) {
      const values = v128.load(from + bytes - 16 - at);
      v128.store(to + at, v128.shuffle<f32>(values, values, 3, 2, 1, 0));
    }
    for (; at < bytes; at += 4) store<f32>(to + at, load<f32>(from + bytes - 4 - at));
  } else {
    for (let at: usize = 0; at < bytes; at += pixelBytes) copy(to + at, from + bytes - pixelBytes - at, pixelBytes);
  }
}

/** Rows are short: a loop is faster than `memory.copy`. */
// @ts-ignore: decorator
@inline
function copy(to: usize, from: usize, bytes: usize): void {
  let at: usize = 0;
  for (; at + 16 <= bytes; at += 16) v128.store(to + at, v128.load(from + at));
  for (; at < bytes; at += 4) store<f32>(to + at, load<f32>(from + at));
}

/** Whole pixels, from elsewhere in the image or, where that is outside, from the first row of its frame. */
function shifted(
  image: usize, frame: usize, frameRow: usize, to: usize, height: i32, width: i32, pixelBytes: usize, rowBytes: usize,
  down: i32, right: i32,
): void {
  const first = min(max(right, 0), width), until = max(min(width + right, width), first);
  const before = <usize> first * pixelBytes, within = <usize> (until - first) * pixelBytes;
  const line = <usize> width * pixelBytes, last = to + <usize> height * rowBytes;
  let source = image - <usize> down * frameRow - <usize> right * pixelBytes;
  for (let r = -down; r < height - down; r++, to += rowBytes, source += frameRow) {
    if (r < 0 || r >= height) copy(to, frame, line);
    else {
      copy(to, frame, before);
      copy(to + before, source + before, within);
      copy(to + before + within, frame, line - before - within);
    }
    // Rows of single values have pads.
    for (let at = line; at < rowBytes; at += 4) store<f32>(to + at, 0);
  }
}

/** Rows of single values, four at a time. */
function turnedFlat(
  image: usize, frameRow: usize, to: usize, height: i32, width: i32, rowBytes: usize, down: i32, right: i32,
  cosine: f32, sine: f32,
): void {
  const centreY: f32 = <f32> 0.5 * <f32> (height - 1), centreX: f32 = <f32> 0.5 * <f32> (width - 1);
  const cos = f32x4.splat(cosine), sin = f32x4.splat(sine), least = f32x4.splat(-1);
  const mostY = f32x4.splat(<f32> height), mostX = f32x4.splat(<f32> width);
  for (let oy = 0; oy < height; oy++, to += rowBytes) {
    const qy: f32 = <f32> (oy - down) - centreY;
    const alongX = f32x4.splat(centreX - sine * qy), alongY = f32x4.splat(centreY + cosine * qy);
    for (let ox = 0; ox < width; ox += 4) {
      const qx = f32x4.add(f32x4.splat(<f32> (ox - right) - centreX), f32x4(0, 1, 2, 3));
      const sx = f32x4.min(f32x4.max(fma(cos, qx, alongX), least), mostX), x0 = f32x4.floor(sx);
      const sy = f32x4.min(f32x4.max(fma(sin, qx, alongY), least), mostY), y0 = f32x4.floor(sy);
      const rows = i32x4.mul(i32x4.trunc_sat_f32x4_s(y0), i32x4.splat(<i32> frameRow));
      const at = i32x4.add(rows, i32x4.shl(i32x4.trunc_sat_f32x4_s(x0), 2)), u = f32x4.sub(sx, x0);
      const at0 = image + <usize> i32x4.extract_lane(at, 0), at1 = image + <usize> i32x4.extract_lane(at, 1);
      const at2 = image + <usize> i32x4.extract_lane(at, 2), at3 = image + <usize> i32x4.extract_lane(at, 3);
      const top = between(at0, at1, at2, at3, u);
      const bottom = between(at0 + frameRow, at1 + frameRow, at2 + frameRow, at3 + frameRow, u);
      const value = fma(f32x4.sub(sy, y0), f32x4.sub(bottom, top), top);
      v128.store(to + (<usize> ox << 2), clearPads(value, ox, width));
    }
  }
}

/** Of four pixels: that much of the way from each to its right neighbour. */
// @ts-ignore: decorator
@inline
function between(at0: usize, at1: usize, at2: usize, at3: usize, part: v128): v128 {
  const first = v128.load64_lane(at1, v128.load64_zero(at0), 1);
  const second = v128.load64_lane(at3, v128.load64_zero(at2), 1);
  const left = v128.shuffle<f32>(first, second, 0, 2, 4, 6), right = v128.shuffle<f32>(first, second, 1, 3, 5, 7);
  return fma(part, f32x4.sub(right, left), left);
}

/** Pixels of channels, one at a time. */
function turned(
  image: usize, frameRow: usize, to: usize, height: i32, width: i32, pixelBytes: usize, down: i32, right: i32,
  cosine: f32, sine: f32,
): void {
  const centreY: f32 = <f32> 0.5 * <f32> (height - 1), centreX: f32 = <f32> 0.5 * <f32> (width - 1);
  for (let oy = 0; oy < height; oy++) {
    const qy: f32 = <f32> (oy - down) - centreY;
    for (let ox = 0; ox < width; ox++) {
      const qx: f32 = <f32> (ox - right) - centreX;
      const sx = min<f32>(max<f32>(centreX + (cosine * qx - sine * qy), -1), <f32> width), x0 = floor<f32>(sx);
      const sy = min<f32>(max<f32>(centreY + (sine * qx + cosine * qy), -1), <f32> height), y0 = floor<f32>(sy);
      const u = f32x4.splat(sx - x0), v = f32x4.splat(sy - y0);
      let at = image + <usize> (<i32> y0 * <i32> frameRow + <i32> x0 * <i32> pixelBytes);
      for (const until = to + pixelBytes; to < until; to += 16, at += 16) {
        const a = v128.load(at), c = v128.load(at + frameRow);
        const top = fma(u, f32x4.sub(v128.load(at + pixelBytes), a), a);
        const bottom = fma(u, f32x4.sub(v128.load(at + frameRow + pixelBytes), c), c);
        v128.store(to, fma(v, f32x4.sub(bottom, top), top));
      }
    }
  }
}
