/** Fewer points for the eye, none of its extremes lost. */

/** A point of a line in pixels, or a gap. */
export interface PixelPoint {
  readonly x: number;
  readonly y: number;
}

/**
 * Thins a line to what can be seen: of all points that fall on one column of pixels in a row, the first, the
 * lowest, the highest and the last remain, in their order. A gap (a coordinate that is not finite) is kept if
 * the line goes on in another column. Lines with fewer points than columns come back as they are.
 *
 * @param columnsPerPixel columns per unit of x (default 2, for screens with two pixels per unit)
 *
 * @example
 * ```ts
 * import { assert } from "@std/assert";
 * import { thin } from "./thin.ts";
 * const points = Array.from({ length: 10_000 }, (_, i) => ({ x: i / 100, y: i === 5_003 ? 9 : 0 }));
 * const thinned = thin(points);
 * assert(thinned.length < 1_000 && thinned.some(({ y }) => y === 9));
 * ```
 */
export function thin(points: readonly PixelPoint[], columnsPerPixel = 2): PixelPoint[] {
  const out: PixelPoint[] = [];
  let column = NaN, bucket: PixelPoint[] = [], gapPending = false;
  const flush = () => {
    if (bucket.length === 0) return;
    let low = 0, high = 0;
    bucket.forEach(({ y }, i) => {
      if (y < bucket[low]!.y) low = i;
      if (y > bucket[high]!.y) high = i;
    });
    const kept = [...new Set([0, low, high, bucket.length - 1])].sort((a, b) => a - b);
    for (const i of kept) out.push(bucket[i]!);
    bucket = [];
  };
  for (const point of points) {
    if (!Number.isFinite(point.x) || !Number.isFinite(point.y)) {
      gapPending = true;
      continue;
    }
    const at = Math.floor(point.x * columnsPerPixel);
    if (at !== column) {
      flush();
      if (gapPending && out.length > 0) out.push({ x: NaN, y: NaN });
      column = at;
    }
    gapPending = false;
    bucket.push(point);
  }
  flush();
  return out;
}

/** The points of a thinned line that have no neighbour: a line cannot show them, a dot must. */
export function isolated(points: readonly PixelPoint[]): PixelPoint[] {
  const empty = (point: PixelPoint | undefined) => point === undefined || Number.isNaN(point.x);
  return points.filter((point, i) => !empty(point) && empty(points[i - 1]) && empty(points[i + 1]));
}
