/** What a line says at a place of the x axis: nothing where it is not. */
import type { ChartLine } from "./chart_layout.ts";

/** A value of a line, and what has to be said with it. */
export interface Reading {
  /** Null in a gap, before the line begins and after it has ended. */
  readonly value: number | null;
  /** Where the line ends, if it is not there that it is read. */
  readonly end: number | null;
  /** Between two points of a line that is not drawn in all of its epochs. */
  readonly isBetween: boolean;
}

/**
 * The value of a line at `at`, or at its own end where nobody points.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { readingAt } from "./reading.ts";
 * const line = { x: [1, 2, 4], y: [3, 2, 1] };
 * assertEquals(readingAt(line, 3, 9), { value: 1.5, end: null, isBetween: true });
 * assertEquals(readingAt(line, 9, 9), { value: null, end: 4, isBetween: false });
 * assertEquals(readingAt(line, undefined, 9), { value: 1, end: 4, isBetween: false });
 * ```
 */
export function readingAt(
  { x, y }: Pick<ChartLine, "x" | "y">,
  at: number | undefined,
  last: number,
): Reading {
  const end = x.at(-1);
  if (end === undefined) return { value: null, end: null, isBetween: false };
  const place = at ?? end, hasEnded = end < (at ?? last);
  const after = x.findIndex((one) => one >= place);
  const read = { end: hasEnded ? end : null, isBetween: false };
  if (after < 0 || place < x[0]!) return { ...read, value: null };
  if (x[after] === place) return { ...read, value: y[after] ?? null };
  const [from, to] = [y[after - 1] ?? null, y[after] ?? null];
  if (from === null || to === null) return { ...read, value: null };
  const share = (place - x[after - 1]!) / (x[after]! - x[after - 1]!);
  return { ...read, value: from + share * (to - from), isBetween: true };
}

/** The last place of all lines, and whether some end before it. */
export function lastOf(lines: readonly Pick<ChartLine, "x">[]) {
  const ends = lines.flatMap(({ x }) => x.at(-1) ?? []), last = Math.max(0, ...ends);
  return { last, differ: ends.some((end) => end < last) };
}
