/** What the numbers of a chapter say of the report's claims about it. */
import { wilsonInterval } from "../../src/train/metrics.ts";
import type { AutoencoderCell } from "./cells.ts";

/** A claim, what was measured, and what follows. */
export type Judgement = {
  /** `A-C2.1`, as the claims of chapter 2 are counted in docs/reproduction.md. */
  readonly claim: string;
  readonly words: string;
  readonly measured: string;
  readonly verdict: string;
};

/** Images of each set, which intervals are computed from. */
export interface Sizes {
  readonly validation: number;
  readonly test: number;
}

/** Difference of two accuracies on as many images each, with its 95% interval after Newcombe (1998), method 10. */
export function accuracyDifference(first: number, second: number, images: number) {
  const a = wilsonInterval(Math.round(first * images), images);
  const b = wilsonInterval(Math.round(second * images), images);
  const difference = first - second;
  return {
    difference,
    low: difference - Math.hypot(first - a.low, b.high - second),
    high: difference + Math.hypot(a.high - first, second - b.low),
  };
}

/** Rank correlation of Spearman, ties sharing their mean rank. */
export function rankCorrelation(x: readonly number[], y: readonly number[]): number {
  const ranks = (values: readonly number[]) =>
    values.map((value) => {
      const below = values.filter((other) => other < value).length;
      const same = values.filter((other) => other === value).length;
      return below + (same - 1) / 2;
    });
  const a = ranks(x), b = ranks(y), middle = (x.length - 1) / 2;
  const product = (u: readonly number[], v: readonly number[]) =>
    u.reduce((sum, value, i) => sum + (value - middle) * (v[i]! - middle), 0);
  const size = Math.sqrt(product(a, a) * product(b, b));
  return size === 0 ? 0 : product(a, b) / size;
}

const errors = (value: number) => value.toFixed(5);
/** A share in points, with a sign that is one, and none for what rounds to zero. */
const inPoints = (value: number) => (100 * value).toFixed(2).replace(/^-(?=0\.00$)/, "").replace("-", "−");

/** `−0.16 points (−0.83 to 0.51)`. */
export function differenceInWords({ difference, low, high }: ReturnType<typeof accuracyDifference>): string {
  return `${inPoints(difference)} points (${inPoints(low)} to ${inPoints(high)})`;
}

/** Whether a number rises, or falls, from each cell to the next; the verdict names the first that does not. */
export function judgeOrder(
  cells: readonly AutoencoderCell[],
  valueOf: (cell: AutoencoderCell) => number,
  direction: "falls" | "rises",
  titleOf: (cell: AutoencoderCell) => string,
): string {
  const wrong = cells.slice(1).flatMap((cell, i) => {
    const before = valueOf(cells[i]!), now = valueOf(cell);
    return (direction === "falls" ? now < before : now > before)
      ? []
      : [`${titleOf(cells[i]!)} to ${titleOf(cell)}`];
  });
  return wrong.length === 0 ? "holds" : `fails from ${wrong.join(" and from ")}`;
}

/** "Around 97%" is what rounds to it. */
export function judgeAround97(accuracies: readonly number[]): string {
  if (accuracies.every((value) => value >= 0.965 && value < 0.975)) return "holds";
  const below = accuracies.filter((value) => value < 0.965).length;
  return below === 0 ? "ours are at it or above" : `fails for ${below} of ${accuracies.length}`;
}

/** Where each published accuracy lies beside our interval: ours may be higher, but not lower. */
export function judgePublished(
  pairs: readonly { readonly title: string; readonly ours: number; readonly published: number }[],
  images: number,
): string {
  const lower = pairs.filter(({ ours, published }) =>
    wilsonInterval(Math.round(ours * images), images).high < published
  );
  return lower.length === 0
    ? "reached: each is within our interval or below it"
    : `not reached at ${lower.map(({ title }) => title).join(", ")}`;
}

/**
 * Whether our validation errors are at most the published ones; those within two standard errors of our mean over the
 * images are called equal.
 */
export function judgeErrors(
  cells: readonly AutoencoderCell[],
  publishedOf: (cell: AutoencoderCell) => number | undefined,
): Pick<Judgement, "measured" | "verdict"> {
  const rows = cells.flatMap(({ nodes, mse, standardError, ...cell }) => {
    const published = publishedOf({ nodes, mse, standardError, ...cell });
    if (published === undefined) return [];
    return [{ nodes, published, ours: mse.validation, room: 2 * standardError.validation }];
  });
  const higher = rows.filter(({ ours, published }) => ours > published);
  const wrong = higher.filter(({ ours, published, room }) => ours > published + room);
  const shown = (of: typeof rows) =>
    of.map(({ nodes, ours, published, room }) =>
      `${nodes}: ${errors(ours)} ± ${errors(room)} against ${errors(published)}`
    ).join(", ");
  return {
    measured: higher.length === 0 ? `lower at all ${rows.length} widths` : `not lower at ${shown(higher)}`,
    verdict: wrong.length > 0
      ? `not reached at ${wrong.map(({ nodes }) => nodes).join(", ")}`
      : higher.length > 0
      ? "reached: lower, or within two standard errors"
      : "reached",
  };
}

/** Whether the error falls with the epochs, from the records of one training. */
export function judgeDescent(losses: readonly number[]): Pick<Judgement, "measured" | "verdict"> {
  const falls = losses.slice(1).filter((loss, i) => loss < losses[i]!).length, steps = losses.length - 1;
  return {
    measured: `${errors(losses[0] ?? NaN)} to ${
      errors(losses.at(-1) ?? NaN)
    }; lower than before in ${falls} of ${steps} epochs`,
    verdict: steps < 1
      ? "not run"
      : falls >= 0.9 * steps
      ? "holds"
      : losses.at(-1)! < losses[0]!
      ? "holds in all"
      : "fails",
  };
}

/** How many standard errors two means of errors on different images lie apart. */
export function standardErrorsApart(
  { cleanMse, standardError }: AutoencoderCell,
  { validation = cleanMse.validation, test = cleanMse.test }: {
    readonly validation?: number;
    readonly test?: number;
  } = {},
): number {
  return (test - validation) / Math.hypot(standardError.validation, standardError.test);
}
