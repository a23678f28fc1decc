/** What a reader does to a chart: looks at a part of it, smooths its lines, hides some. */
import type { ChartLine, Waiting } from "./chart_layout.ts";
import { readingAt } from "./reading.ts";

/** A part of the x axis, from lower to higher. */
export type ChartWindow = readonly [number, number];

/** How a chart is looked at. */
export interface ChartView {
  /** Null for all of it. */
  readonly window: ChartWindow | null;
  /** 0 for none, towards 1 for more. */
  readonly smoothing: number;
  /** Names of lines that are not drawn. */
  readonly hidden: readonly string[];
}

export const WHOLE: ChartView = { window: null, smoothing: 0, hidden: [] };

/** More would make every line its mean. */
export const MOST_SMOOTHING = 0.99;

type Values = readonly (number | null)[];

/** What a line is hidden by: its own name, else its label. */
export function nameOf({ name, label }: ChartLine): string {
  return name ?? label;
}

/**
 * Values of a line as a running mean that forgets: each step back counts `weight` times less. It begins with the first
 * value rather than with zero; gaps stay. Where points are not evenly far apart, as in a thinned line, the mean distance
 * counts as a step.
 *
 * @param x rising
 * @param weight from 0 to below 1
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { smoothed } from "./chart_view.ts";
 * assertEquals(smoothed([1, 2, 3], [4, 1, null], 0.5), [4, 2, null]);
 * assertEquals(smoothed([1, 2, 3], [4, 1, 7], 0), [4, 1, 7]);
 * ```
 */
export function smoothed(x: readonly number[], y: Values, weight: number): Values {
  const step = (x.at(-1)! - x[0]!) / (x.length - 1) || 1;
  let sum = 0, total = 0, last: number | undefined;
  return y.map((value, i) => {
    if (value === null) return null;
    const kept = last === undefined ? 0 : weight ** ((x[i]! - last) / step);
    sum = sum * kept + value;
    total = total * kept + 1;
    last = x[i];
    return sum / total;
  });
}

/** The lines as they are drawn: those that are not hidden, smoothed before themselves, within the window. */
export function viewed(
  lines: readonly ChartLine[],
  { window, smoothing, hidden }: ChartView,
): readonly ChartLine[] {
  const shown = lines.filter((line) => !hidden.includes(nameOf(line)));
  const smooth = smoothing === 0 ? shown : [
    // A band shows already how far single values lie.
    ...shown.filter(({ band }) => band === undefined).map((line) => ({ ...line, isFaint: true })),
    ...shown.filter(({ isFaint }) => !isFaint).map((line) => smoothLine(line, smoothing)),
  ];
  return window === null ? smooth : smooth.map((line) => within(line, window));
}

function smoothLine(line: ChartLine, weight: number): ChartLine {
  const { x, y, band } = line, smooth = (values: Values) => smoothed(x, values, weight);
  return {
    ...line,
    y: smooth(y),
    ...(band && { band: { low: smooth(band.low), high: smooth(band.high) } }),
  };
}

/**
 * The part of a line in a window, with what it is at the window's edges.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { within } from "./chart_view.ts";
 * const line = { label: "loss", tone: "train", x: [1, 2, 3, 5], y: [4, 3, 2, 0] };
 * const { x, y } = within(line, [1.5, 4]);
 * assertEquals([x, y], [[1.5, 2, 3, 4], [3.5, 3, 2, 1]]);
 * assertEquals(within(line, [6, 9]).x, []);
 * ```
 */
export function within(line: ChartLine, [from, to]: ChartWindow): ChartLine {
  const { x, y, band } = line;
  const inside = x.flatMap((value, i) => value >= from && value <= to ? [i] : []);
  const reaches = (edge: number) => x.length > 0 && edge > x[0]! && edge < x.at(-1)! && !x.includes(edge);
  const edges = [reaches(from) ? [from] : [], reaches(to) ? [to] : []] as const;
  const cut = (values: Values): Values => {
    const at = (edge: number) => readingAt({ x, y: values }, edge, edge).value;
    return [...edges[0].map(at), ...inside.map((i) => values[i] ?? null), ...edges[1].map(at)];
  };
  return {
    ...line,
    x: [...edges[0], ...inside.map((i) => x[i]!), ...edges[1]],
    y: cut(y),
    ...(band && { band: { low: cut(band.low), high: cut(band.high) } }),
  };
}

/** What early stopping waited for, in a window. */
export function waitingWithin(waiting: Waiting, window: ChartWindow): Waiting {
  const { x, y } = within({ label: "", tone: "", x: waiting.x, y: waiting.wait }, window);
  return { ...waiting, x, wait: y };
}

/** First and last place of all lines. */
export function extentOf(lines: readonly Pick<ChartLine, "x">[]): ChartWindow {
  const ends = lines.flatMap(({ x }) => x.length === 0 ? [] : [x[0]!, x.at(-1)!]);
  return ends.length === 0 ? [0, 1] : [Math.min(...ends), Math.max(...ends)];
}

/** A window as it is kept: of whole epochs or in few digits, and null where it is all or nothing. */
export function windowOf(from: number, to: number, [low, high]: ChartWindow): ChartWindow | null {
  const isWhole = Number.isInteger(low) && Number.isInteger(high);
  const few = (value: number) => isWhole ? Math.round(value) : Number(value.toPrecision(5));
  const [start, end] = [few(Math.max(from, low)), few(Math.min(to, high))];
  return end <= start || (start <= few(low) && end >= few(high)) ? null : [start, end];
}
