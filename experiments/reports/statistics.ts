/**
 * What a handful of seeds can tell: intervals, orders paired by seed, and what follows for a claim.
 *
 * Sources: Student's t for means and predictions; R. A. Fisher, "The Design of Experiments" (1935), and E. Edgington,
 * "Randomization Tests" (1980): the sign-flip test and the interval that inverts it; Wilson as in `src/train/metrics.ts`.
 */
import { randomWords, STREAM } from "../../src/core/random.ts";
import type { RunFacts } from "../../src/runs/facts.ts";
import { meanAndInterval } from "../../src/train/metrics.ts";

/**
 * `holds` and `fails`: our seeds decide it; `mixed`: so in some runs and not in others; `undecided`: so many seeds cannot
 * tell; `not run`: there is no run yet.
 */
export type Answer = "holds" | "fails" | "mixed" | "undecided" | "not run";

/** One part of a claim: what it asserts, what was measured, what follows, and from how many seeds. */
export interface Judgement {
  readonly words: string;
  readonly measured: string;
  readonly verdict: Answer;
  readonly seeds: number;
}

/** The fewest seeds that a sign-flip test can decide anything with at 95%: 1/2⁵ < 0.05. */
export const FEWEST_SEEDS = 5;

/** How often a decision by one bound is wrong at most. */
const ALPHA = 0.05;
/** With more differences, so many sign patterns are drawn instead of all being gone through. */
const MAX_EXACT = 14, DRAWN = 8192;

export interface Bounds {
  readonly mean: number;
  /** The true mean is below with a chance of 5% at most; −∞ where so few values cannot tell. */
  readonly low: number;
  /** The same above. */
  readonly high: number;
}

/**
 * Mean of differences with the bounds of the sign-flip test, each at 95%: if a difference were as likely to have the
 * other sign, so large a mean would be that rare.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { signFlipBounds } from "./statistics.ts";
 * const { low, high } = signFlipBounds([1, 2, 3, 4, 5]);
 * assertEquals([low.toFixed(3), high.toFixed(3)], ["1.000", "5.000"]);
 * assertEquals(signFlipBounds([1, 2, 3]).low, -Infinity);
 * ```
 */
export function signFlipBounds(differences: readonly number[]): Bounds {
  const n = differences.length;
  if (n === 0) return { mean: NaN, low: -Infinity, high: Infinity };
  const mean = meanOf(differences), patterns = signPatterns(n);
  if (n < FEWEST_SEEDS) return { mean, low: -Infinity, high: Infinity };
  return {
    mean,
    low: lowerBound(differences, patterns),
    high: -lowerBound(differences.map((value) => -value), patterns),
  };
}

/** The largest shift whose differences from it are still rarely so large. */
function lowerBound(differences: readonly number[], patterns: readonly (readonly number[])[]): number {
  const mean = meanOf(differences), spread = Math.max(...differences.map((value) => Math.abs(value - mean)));
  if (spread === 0) return mean;
  let low = mean - 4 * spread, high = mean;
  for (let step = 0; step < 60; step++) {
    const middle = (low + high) / 2;
    if (shareAsLarge(differences.map((value) => value - middle), patterns) <= ALPHA) low = middle;
    else high = middle;
  }
  return low;
}

/** Share of the sign patterns under which the mean is at least what it is. */
function shareAsLarge(values: readonly number[], patterns: readonly (readonly number[])[]): number {
  const sum = values.reduce((total, value) => total + value, 0), slack = 1e-9 * Math.abs(sum);
  const asLarge = patterns.filter((signs) =>
    values.reduce((total, value, i) => total + signs[i]! * value, 0) >= sum - slack
  );
  return asLarge.length / patterns.length;
}

function signPatterns(n: number): readonly (readonly number[])[] {
  if (n <= MAX_EXACT) {
    return Array.from(
      { length: 2 ** n },
      (_, code) => Array.from({ length: n }, (_, i) => code >> i & 1 ? -1 : 1),
    );
  }
  const words = randomWords(DRAWN * n, { seed: 1, stream: STREAM.test });
  const drawn = Array.from(
    { length: DRAWN - 1 },
    (_, row) => Array.from({ length: n }, (_, i) => words[row * n + i]! & 1 ? -1 : 1),
  );
  return [Array.from({ length: n }, () => 1), ...drawn];
}

export function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

/**
 * Where one more run would lie with a probability of 95%: Student's prediction interval. Infinite for one value.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { prediction } from "./statistics.ts";
 * const { low, high } = prediction([1, 2, 3]);
 * assertEquals([low.toFixed(3), high.toFixed(3)], ["-2.968", "6.968"]);
 * ```
 */
export function prediction(values: readonly number[]): Bounds & { readonly sd: number } {
  const { mean, sd, low } = meanAndInterval(values), n = values.length;
  if (n === 1) return { mean, sd, low: -Infinity, high: Infinity };
  const half = (mean - low) * Math.sqrt(n + 1);
  return { mean, sd, low: mean - half, high: mean + half };
}

/** How many seeds would show a difference like this four times of five, by the spread that it has. */
export function seedsToDecide(differences: readonly number[]): number {
  if (differences.length < 2) return NaN;
  const { mean, sd } = meanAndInterval(differences);
  return Math.max(FEWEST_SEEDS, Math.ceil(((1.645 + 0.842) * sd / Math.abs(mean)) ** 2));
}

/** Differences of a number between runs of the same seed; seeds that only one side has are left out. */
export function pairedBySeed(
  first: readonly RunFacts[],
  second: readonly RunFacts[],
  valueOf: (run: RunFacts) => number | undefined,
): readonly number[] {
  return first.flatMap((run) => {
    const other = second.find(({ seed }) => seed === run.seed);
    const a = valueOf(run), b = other && valueOf(other);
    return a === undefined || b === undefined ? [] : [a - b];
  });
}

/** How a difference is told: `+0.12 points (−0.05 to 0.29)`. */
export interface Shown {
  /** Default 4. */
  readonly digits?: number;
  /** Factor before it is shown: 100 for points. Default 1. */
  readonly scale?: number;
  /** ` points`. */
  readonly unit?: string;
  /** The differences are of logarithms, and shown as factors. */
  readonly factor?: boolean;
}

/** `+0.12 points (−0.05 to 0.29)`; one seed, or too few for bounds, are told so. */
export function inWords(
  { mean, low, high }: Bounds,
  { digits = 4, scale = 1, unit = "", factor = false }: Shown = {},
): string {
  const shown = (value: number) => readable(factor ? Math.exp(value) : scale * value, digits);
  if (Number.isNaN(mean)) return "no seed of both";
  const bounds = Number.isFinite(low) ? ` (${shown(low)} to ${shown(high)})` : "";
  const sign = !factor && mean > 0 ? "+" : "";
  return `${sign}${shown(mean)}${factor ? " times" : ""}${unit}${bounds}`;
}

/** A number with so many digits after the point; a large one with three that count, and nothing as negative zero. */
function readable(value: number, digits: number): string {
  const text = Math.abs(value) >= 1000
    ? Number(value.toPrecision(3)).toLocaleString("en")
    : value.toFixed(digits).replace(/^-(?=0\.?0*$)/, "");
  return text.replace("-", "−");
}

/** Whether what the differences are of is larger: only where a bound decides it. */
export function judgeLarger(words: string, differences: readonly number[], shown: Shown = {}): Judgement {
  const bounds = signFlipBounds(differences);
  const verdict = bounds.low > 0 ? "holds" : bounds.high < 0 ? "fails" : "undecided";
  return judgementOf(words, differences, verdict, `${inWords(bounds, shown)}`);
}

/** Whether it is no further from zero than `margin`: only where both bounds are within, or one is outside. */
export function judgeWithin(
  words: string,
  differences: readonly number[],
  margin: number,
  shown: Shown = {},
): Judgement {
  const bounds = signFlipBounds(differences);
  const verdict = bounds.low > -margin && bounds.high < margin
    ? "holds"
    : bounds.low > margin || bounds.high < -margin
    ? "fails"
    : "undecided";
  return judgementOf(words, differences, verdict, inWords(bounds, shown));
}

function judgementOf(
  words: string,
  differences: readonly number[],
  decided: "holds" | "fails" | "undecided",
  measured: string,
): Judgement {
  const seeds = differences.length;
  if (seeds === 0) return { words, measured: "", verdict: "not run", seeds };
  if (decided !== "undecided") return { words, measured, verdict: decided, seeds };
  const needed = seeds < FEWEST_SEEDS ? FEWEST_SEEDS : seedsToDecide(differences);
  const more = Number.isFinite(needed) && needed > seeds
    ? `; about ${needed.toLocaleString("en")} seeds would decide`
    : "";
  return { words, measured: `${measured}${more}`, verdict: "undecided", seeds };
}

/** Whether something is so in each run: `holds` in all, `fails` in none, `mixed` otherwise. */
export function judgeEach(
  words: string,
  runs: readonly RunFacts[],
  isSo: (run: RunFacts) => boolean | undefined,
  measured: (runs: readonly RunFacts[]) => string,
): Judgement {
  const known = runs.filter((run) => isSo(run) !== undefined), so = known.filter((run) => isSo(run) === true);
  if (known.length === 0) return { words, measured: "", verdict: "not run", seeds: 0 };
  const count = known.length === 1 ? "" : `; so in ${so.length} of ${known.length} runs`;
  const verdict = so.length === known.length ? "holds" : so.length === 0 ? "fails" : "mixed";
  return { words, measured: `${measured(known)}${count}`, verdict, seeds: known.length };
}

/** A claim holds where all its parts do, and fails where one does. */
export function together(parts: readonly Judgement[]): Answer {
  const verdicts = parts.map(({ verdict }) => verdict);
  for (const answer of ["fails", "not run", "undecided", "mixed"] as const) {
    if (verdicts.includes(answer)) return answer;
  }
  return verdicts.length === 0 ? "not run" : "holds";
}

/** `0.9813 ± 0.0021`: mean and standard deviation of a number over runs. */
export function overRuns(runs: readonly RunFacts[], number: string, digits = 4): string {
  const values = runs.flatMap(({ numbers }) => numbers[number] ?? []);
  if (values.length === 0) return "–";
  const { mean, sd } = meanAndInterval(values);
  return `${mean.toFixed(digits)}${values.length > 1 ? ` ± ${sd.toFixed(digits)}` : ""}`;
}
