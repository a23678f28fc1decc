/** Fewer points of a line before anyone knows how wide it will be drawn, on linear axes or logarithmic ones. */

/** Buckets along a linear and along a logarithmic axis: finer than the widest chart has columns of pixels that matter. */
const LINEAR_BUCKETS = 600, LOG_BUCKETS = 300;
/** Lines with no more points stay as they are. */
export const FEW_POINTS = 1500;

/**
 * Positions of the points to keep: of each bucket along x, linear and logarithmic, the first, the lowest, the highest
 * and the last point. So no extreme is lost on either axis.
 *
 * @param x rising
 * @example
 * ```ts
 * import { assert } from "@std/assert";
 * import { thinPositions } from "./thin_curve.ts";
 * const x = Array.from({ length: 32_000 }, (_, i) => i + 1), y = x.map((epoch) => epoch === 777 ? 5 : 1 / epoch);
 * const kept = thinPositions(x, y);
 * assert(kept.length < 4_000 && kept.includes(776) && kept[0] === 0 && kept.at(-1) === 31_999);
 * ```
 */
export function thinPositions(
  x: ArrayLike<number>,
  y: ArrayLike<number | null | undefined>,
): readonly number[] {
  const all = x.length;
  if (all <= FEW_POINTS) return Array.from({ length: all }, (_, i) => i);
  const first = x[0]!, last = x[all - 1]!, least = Math.max(first, 1e-9);
  const keep = new Set<number>([0, all - 1]);
  extremes(x, y, keep, (value) => Math.floor((value - first) / (last - first) * LINEAR_BUCKETS));
  if (last > least) {
    const scale = LOG_BUCKETS / Math.log(last / least);
    extremes(x, y, keep, (value) => value <= least ? 0 : Math.floor(Math.log(value / least) * scale));
  }
  return [...keep].sort((a, b) => a - b);
}

function extremes(
  x: ArrayLike<number>,
  y: ArrayLike<number | null | undefined>,
  keep: Set<number>,
  bucketOf: (value: number) => number,
): void {
  let bucket = NaN, low = -1, high = -1, before = -1;
  const flush = () => {
    for (const at of [low, high, before]) if (at >= 0) keep.add(at);
  };
  for (let i = 0; i < x.length; i++) {
    const at = bucketOf(x[i]!), value = y[i];
    if (at !== bucket) {
      flush();
      keep.add(i);
      [bucket, low, high] = [at, -1, -1];
    }
    before = i;
    if (typeof value !== "number" || !Number.isFinite(value)) continue;
    if (low < 0 || value < y[low]!) low = i;
    if (high < 0 || value > y[high]!) high = i;
  }
  flush();
}
