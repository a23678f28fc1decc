// Windows over whole images, as set in window_moves.ts: what conv2d and conv2d_input_grad share. Images of few zeros go by
// tiles (dense_images.ts), the others by their non-zeros (windows.ts).
import { firstDense, isDense, overDense } from "./dense_images";
import { densePackedAt, densePackedBytes } from "./dense_windows";
import { kh, kw, tapAt, targetHeight, targetPixel, targetRow, targetWidth } from "./window_moves";
import { blockOf, packedAt, packedBytes, windowsOver } from "./windows";
import { hasWinograd } from "./winograd";

/**
 * Images [begin, end) of `xImage` bytes by weights of `sources` rows a tap, each of the target's channels with their pads,
 * and `bias` (0: none), applying ReLU but no other activation. With `flatRow`, images of the target are rows of so many
 * values of their only channel, of which vectors with three pads are made first.
 */
export function convolve(
  begin: i32, end: i32, x: usize, xImage: usize, y: usize, yImage: usize, w: usize, bias: usize, sources: i32,
  channels: i32, isTurned: bool, activation: i32, work: usize, flatRow: i32,
): void {
  const packed = work + (flatRow > 0 ? <usize> (targetHeight * targetRow) << 2 : 0), first = flatRow > 0 ? end : firstDense(begin, end, x, xImage);
  let tiled: i32 = 0;
  if (first < end) {
    packDense(packed, w, sources, isTurned);
    tiled = overDense(first, end, x, xImage, y, yImage, packed, bias, channels, activation);
  }
  for (let vector: i32 = 0, vectors = 0; vector << 2 < targetPixel && tiled < end - begin; vector += vectors) {
    vectors = blockOf((targetPixel >> 2) - vector);
    const bytes = packedBytes(vectors), channel = vector << 2;
    memory.fill(packed, 0, bytes);
    for (let ky: i32 = 0; ky < kh; ky++) {
      for (let kx: i32 = 0; kx < kw; kx++) {
        const tap = tapAt(ky, kx, isTurned);
        for (let c: i32 = 0; c < sources; c++) {
          const from = w + (<usize> ((tap * sources + c) * targetPixel + channel) << 2);
          memory.copy(packed + packedAt(vectors, ky, kx, c), from, <usize> vectors << 4);
        }
      }
    }
    const start = bias == 0 ? 0 : bias + (<usize> channel << 2);
    for (let b = begin; b < end; b++) {
      const source = x + <usize> b * xImage, image = y + <usize> b * yImage, target = flatRow > 0 ? work : image;
      if (tiled > 0 && isDense(source, xImage, hasWinograd())) continue;
      windowsOver(source, target, packed, start, packed + bytes, vectors, channel, channels, activation);
      if (flatRow > 0) flatten(work, image, flatRow);
    }
  }
}

/** Weights as dense_images.ts wants them: 16 channels of the target after 16, of the last ones eight if there are no more. */
function packDense(packed: usize, w: usize, sources: i32, isTurned: bool): void {
  const bytes = densePackedBytes(), row = <usize> targetPixel << 2;
  for (let at: usize = 0; at < row; at += 64, packed += bytes) {
    const width = min(64, row - at), isNarrow = width <= 32;
    memory.fill(packed, 0, bytes);
    for (let ky: i32 = 0; ky < kh; ky++) {
      for (let kx: i32 = 0; kx < kw; kx++) {
        const offset = densePackedAt(ky, kx);
        let from = w + <usize> (tapAt(ky, kx, isTurned) * sources) * row + at, into = packed + (isNarrow ? offset >> 1 : offset);
        for (let c: i32 = 0; c < sources; c++, from += row, into += isNarrow ? 32 : 64) memory.copy(into, from, width);
      }
    }
  }
}

/** The first lane of each vector, rows padded with zeros. */
function flatten(wide: usize, image: usize, row: i32): void {
  for (let y: i32 = 0; y < targetHeight; y++) {
    for (let x: i32 = 0; x < row; x++) {
      const value = x < targetWidth ? load<f32>(wide + (<usize> (y * targetWidth + x) << 4)) : 0;
      store<f32>(image + (<usize> (y * row + x) << 2), value);
    }
  }
}
