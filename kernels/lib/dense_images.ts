// Images of which most values are not zero, for windows as they are set (window_moves.ts): by Winograd's maps where the
// window is 3 × 3 (winograd.ts), else by tiles (dense_windows.ts). Both take weights packed 16 channels after 16.
import { denseOver, densePackedBytes, setDense } from "./dense_windows";
import { joinsVectors } from "./layout";
import { targetPixel } from "./window_moves";
import { endWinograd, hasWinograd, setWinograd, winogradOver } from "./winograd";

/** Percent of values that are not zero from which tiles are faster than lists of those. */
const DENSE_PERCENT: i32 = 40, WINOGRAD_PERCENT: i32 = 20;

/** Whether so many of `bytes` bytes are values that are not zero that lists of them would be slower. */
export function isDense(x: usize, bytes: usize, byWinograd: bool): bool {
  let zeros = i32x4.splat(0);
  for (let at: usize = 0; at < bytes; at += 16) zeros = i32x4.sub(zeros, f32x4.eq(v128.load(x + at), f32x4.splat(0)));
  const sum = i32x4.extract_lane(zeros, 0) + i32x4.extract_lane(zeros, 1) + i32x4.extract_lane(zeros, 2) +
    i32x4.extract_lane(zeros, 3);
  return <u64> sum * 100 <= <u64> (bytes >> 2) * <u64> (100 - (byWinograd ? WINOGRAD_PERCENT : DENSE_PERCENT));
}

/** The first of images [begin, end), of `bytes` bytes each, that is computed here; `end` if there is none. */
export function firstDense(begin: i32, end: i32, x: usize, bytes: usize): i32 {
  const byWinograd = hasWinograd();
  if (!byWinograd && !joinsVectors()) return end;
  let b = begin;
  while (b < end && !isDense(x + <usize> b * bytes, bytes, byWinograd)) b++;
  return b;
}

/** Computes those of images [first, end) and says how many they were; `first` is one of them. `bias` may be 0: none. */
export function overDense(
  first: i32, end: i32, x: usize, xBytes: usize, y: usize, yBytes: usize, packed: usize, bias: usize, channels: i32,
  activation: i32,
): i32 {
  const byWinograd = hasWinograd(), work = packed + densePackedBytes() * ((targetPixel + 15) >> 4);
  if (byWinograd) setWinograd(work, packed, bias, channels, activation);
  else setDense(work, channels, bias);
  let count: i32 = 0;
  for (let b = first; b < end; b++) {
    const source = x + <usize> b * xBytes, target = y + <usize> b * yBytes;
    if (b > first && !isDense(source, xBytes, byWinograd)) continue;
    if (byWinograd) winogradOver(source, target);
    else denseOver(source, target, packed, work, activation);
    count++;
  }
  if (byWinograd) endWinograd();
  return count;
}
