/** What our runs say of one printed number: one rule for shares, errors and epochs. */
import { wilsonInterval } from "../../src/train/metrics.ts";
import type { NumberItem } from "./item.ts";
import type { JudgedNumber, Verdict } from "./judged.ts";
import { FEWEST_SEEDS, prediction } from "./statistics.ts";

/** Ends of an interval. */
interface Ends {
  readonly low: number;
  readonly high: number;
}

/** What follows from our values, one per seed. */
export interface NumberVerdict {
  readonly verdict: Verdict;
  readonly why: string;
}

/**
 * Judges a printed number by ours, one per seed, in the printed unit.
 *
 * Ours is where one more run of ours would lie (Student's prediction interval over the seeds). Theirs is what the
 * printed number may be by itself: half a unit of its last digit, or what "around" leaves open, and for a share of
 * images the chance in which images they were (Wilson). `reproduced`: at least five seeds, and the number, as it is
 * rounded, lies in ours. `close`: theirs reaches the interval of our mean, or ours are fewer than five and their interval
 * holds it. `differs`: neither. A bound (`above`) is reproduced where one more run would be above it too.
 */
export function judgeNumber(item: NumberItem, ours: readonly number[]): NumberVerdict {
  const { rule } = item;
  if (ours.length === 0) return { verdict: "none", why: "No run yet." };
  switch (rule) {
    case "time":
      return { verdict: "not comparable", why: "A time on another machine." };
    case "above":
      return judgeAbove(item, ours);
    case "equal":
      return ours.length === 1 ? judgeOne(item, ours[0]!) : judgeEqual(item, ours);
    default:
      return rule satisfies never;
  }
}

function judgeAbove(item: NumberItem, ours: readonly number[]): NumberVerdict {
  const { mean, low } = prediction(ours);
  const { published } = item;
  const many = ours.length >= FEWEST_SEEDS;
  const verdict = many && low > published ? "reproduced" : mean > published ? "close" : "differs";
  const further = Number.isFinite(low) ? `one more run would be above ${shown(low, item)}` : "one run";
  return { verdict, why: `Printed as a bound; ${seedsInWords(ours)}: ${further}.` };
}

/** One run: its spread over seeds is not known, only that of a share over images. */
function judgeOne(item: NumberItem, value: number): NumberVerdict {
  const theirs = theirEnds(item);
  const { images } = item;
  if (images === undefined) {
    const isWithin = theirs.low <= value && value <= theirs.high;
    return isWithin
      ? { verdict: "close", why: "One run, as near as the number is printed." }
      : { verdict: "undecided", why: "One run: how far seeds spread is not known." };
  }
  const own = wilsonInterval(Math.round(value * images), images);
  const apart = Math.round(Math.abs(value - item.published) * images);
  const words = `One run, ${apart} of ${images.toLocaleString("en")} images apart`;
  return overlap(own, theirs)
    ? { verdict: "close", why: `${words}: no more than so many images can tell.` }
    : { verdict: "differs", why: `${words}: more than chance.` };
}

function judgeEqual(item: NumberItem, ours: readonly number[]): NumberVerdict {
  const next = prediction(ours);
  const half = printedHalf(item);
  const rounded = { low: item.published - half, high: item.published + half };
  const words = `${seedsInWords(ours)}: one more run would lie between ${shown(next.low, item)} and ${
    shown(next.high, item)
  }`;
  const isWithin = overlap(next, rounded);
  if (ours.length < FEWEST_SEEDS) {
    return isWithin
      ? { verdict: "close", why: `${words}; too few seeds for more.` }
      : { verdict: "differs", why: `${words}.` };
  }
  if (isWithin) return { verdict: "reproduced", why: `${words}.` };
  const reach = (next.high - next.mean) / Math.sqrt(ours.length + 1);
  const mean = { low: next.mean - reach, high: next.mean + reach };
  const theirs = theirEnds(item);
  return overlap(mean, theirs)
    ? {
      verdict: "close",
      why: `${words}; the printed number's own ${shown(theirs.low, item)} to ${
        shown(theirs.high, item)
      } reaches our mean.`,
    }
    : { verdict: "differs", why: `${words}.` };
}

function printedHalf({ about, digits }: NumberItem): number {
  return about ?? 0.5 * 10 ** -digits;
}

/** What the printed number may be by itself. */
function theirEnds(item: NumberItem): Ends {
  const { published, images, about } = item;
  const half = printedHalf(item);
  if (images === undefined || about !== undefined) return { low: published - half, high: published + half };
  const { low, high } = wilsonInterval(Math.round(published * images), images);
  return { low: Math.min(low, published - half), high: Math.max(high, published + half) };
}

function overlap(a: Ends, b: Ends): boolean {
  // Numbers that are the same as printed may differ in their last bit.
  const slack = 1e-12 * Math.max(1, Math.abs(a.low), Math.abs(b.low));
  return a.low <= b.high + slack && b.low <= a.high + slack;
}

function seedsInWords(ours: readonly number[]): string {
  return ours.length === 1 ? "One run" : `${ours.length} seeds`;
}

/** A number of ours with as many digits as are printed; counts of several runs with one more. */
export function shown(value: number, { digits }: Pick<NumberItem, "digits">): string {
  if (!Number.isFinite(value)) return value < 0 ? "−∞" : "∞";
  const text = Math.abs(value) >= 1000
    ? Math.round(value).toLocaleString("en")
    : value.toFixed(Math.max(digits, digits === 0 ? 1 : 0));
  return text.replace("-", "−");
}

/** A number as it is printed. */
export function asPrinted({ published, digits }: Pick<NumberItem, "published" | "digits">): string {
  return published >= 1000 ? published.toLocaleString("en") : published.toFixed(digits);
}

/** Mean and spread of ours, as they are shown. */
export function oursInWords(
  item: NumberItem,
  values: readonly number[],
): Pick<JudgedNumber, "ours" | "sd"> {
  if (values.length === 0) return { ours: null };
  const { mean, sd } = prediction(values);
  const whole = item.digits === 0 && values.length === 1;
  const ours = whole ? Math.round(mean).toLocaleString("en") : shown(mean, item);
  return {
    ours,
    ...(values.length > 1 &&
      { sd: sd >= 1000 ? Math.round(sd).toLocaleString("en") : sd.toFixed(Math.max(1, item.digits)) }),
  };
}
