/** How sure a number is: of a share of images, and of the mean of a few seeds. */

export interface Interval {
  readonly low: number;
  readonly high: number;
}

/** 97.5% of the normal distribution lie below. */
const Z = 1.959964;
/** The same of Student's t, for 1 to 30 degrees of freedom. */
const T = [
  12.706,
  4.303,
  3.182,
  2.776,
  2.571,
  2.447,
  2.365,
  2.306,
  2.262,
  2.228,
  2.201,
  2.179,
  2.16,
  2.145,
  2.131,
  2.12,
  2.11,
  2.101,
  2.093,
  2.086,
  2.08,
  2.074,
  2.069,
  2.064,
  2.06,
  2.056,
  2.052,
  2.048,
  2.045,
  2.042,
];

/**
 * Wilson's 95% interval of a share of `images`.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { wilson } from "./intervals.ts";
 * const { low, high } = wilson(3722 / 3795, 3795);
 * assertEquals([low.toFixed(4), high.toFixed(4)], ["0.9759", "0.9847"]);
 * ```
 */
export function wilson(share: number, images: number): Interval {
  const z2 = Z * Z / images, middle = (share + z2 / 2) / (1 + z2);
  const half = Z / (1 + z2) * Math.sqrt(share * (1 - share) / images + z2 / (4 * images));
  return { low: middle - half, high: middle + half };
}

/** Where the next of several like values lies with a probability of 95%. */
export function prediction(values: readonly number[]): Interval & { readonly mean: number } {
  const n = values.length, mean = values.reduce((sum, value) => sum + value, 0) / n;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (n - 1);
  const half = (T[n - 2] ?? Z) * Math.sqrt(variance * (1 + 1 / n));
  return { mean, low: mean - half, high: mean + half };
}

export function overlap(a: Interval, b: Interval): boolean {
  return a.low <= b.high && b.low <= a.high;
}
