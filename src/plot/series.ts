/** Lines as data: their points, the values that axes must hold, and their rows in a CSV. */
import { require } from "../core/errors.ts";
import type { Band } from "./bands.ts";
import type { Cell } from "../core/text_table.ts";
import type { Role } from "./theme.ts";

/** Numbers along a line; NaN, `null` and `undefined` are gaps. */
export type Values = ArrayLike<number | null | undefined>;

/** One line: `x` and `y` have the same length. */
export interface Series {
  /** Stands where the line ends. */
  readonly label: string;
  /** Where its points lie from left to right. */
  readonly x: Values;
  /** How high they lie; NaN, `null` and `undefined` are gaps. */
  readonly y: Values;
  /** Gives the colour: train blue, validation vermilion, test green, published grey and dashed. */
  readonly role?: Role;
  /** Shaded behind the line: the spread that `y` is the middle of. */
  readonly band?: Band;
}

export function valueAt(values: Values, i: number): number {
  return values[i] ?? NaN;
}

/** The coordinates on one axis of all points that have both. */
export function* coordinates(series: readonly Series[], axis: "x" | "y"): Generator<number> {
  for (const { x, y, [axis]: values } of series) {
    for (let i = 0; i < x.length; i++) {
      if (Number.isFinite(valueAt(x, i)) && Number.isFinite(valueAt(y, i))) yield valueAt(values, i);
    }
  }
}

/** The values that the y axis must hold. */
export function* yValues(series: readonly Series[]): Generator<number> {
  yield* coordinates(series, "y");
  for (const { x, band } of series) {
    if (band) {
      for (const ends of [band.low, band.high]) yield* coordinates([{ label: "", x, y: ends }], "y");
    }
  }
}

/** A row per point of every line, bands included. */
export function* seriesRows(
  { xLabel, yLabel, series }: {
    readonly xLabel: string;
    readonly yLabel: string;
    readonly series: readonly Series[];
  },
): Generator<readonly Cell[]> {
  const hasBands = series.some(({ band }) => band);
  yield ["series", xLabel, yLabel, ...(hasBands ? ["low", "high"] : [])];
  for (const { label, x, y, band } of series) {
    for (let i = 0; i < x.length; i++) {
      yield [label, x[i], y[i], ...(hasBands ? [band?.low[i], band?.high[i]] : [])];
    }
  }
}

/** Refuses a line whose parts differ in length; `figure` is what messages call it. */
export function checkSeries(figure: string, { label, x, y, band }: Series): void {
  const columns = { y, ...(band && { low: band.low, high: band.high }) };
  for (const [name, { length }] of Object.entries(columns)) {
    require(
      x.length === length,
      () => `Series "${label}" of figure "${figure}" has ${x.length} x values but ${length} ${name} values`,
    );
  }
}
