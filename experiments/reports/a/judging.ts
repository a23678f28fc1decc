/** What the claims of Report A are judged with: numbers of runs paired by seed, several at once, and what is alike. */
import type { RunFacts } from "../../../src/runs/facts.ts";
import { wilsonInterval } from "../../../src/train/metrics.ts";
import type { FindRuns, Wanted } from "../item.ts";
import {
  FEWEST_SEEDS,
  inWords,
  judgeLarger,
  type Judgement,
  meanOf,
  pairedBySeed,
  seedsToDecide,
  type Shown,
  signFlipBounds,
  together,
} from "../statistics.ts";

/** A number of a run; `undefined` where the run has none. */
export type ValueOf = (run: RunFacts) => number | undefined;

/** How differences of accuracies, of logarithms and of errors are told. */
export const POINTS: Shown = { digits: 2, scale: 100, unit: " points" };
export const TIMES: Shown = { factor: true, digits: 2 };
export const ERRORS: Shown = { digits: 5 };

/** The number at a path of the summary. */
export function numberAt(path: string): ValueOf {
  return ({ numbers }) => numbers[path];
}

/** Its logarithm: differences of logarithms are factors. */
export function logOf(valueOf: ValueOf): ValueOf {
  return (run) => {
    const value = valueOf(run);
    return value === undefined || value <= 0 ? undefined : Math.log(value);
  };
}

/** One number of a run less another. */
export function less(first: ValueOf, second: ValueOf): ValueOf {
  return (run) => {
    const a = first(run);
    const b = second(run);
    return a === undefined || b === undefined ? undefined : a - b;
  };
}

/** A number of each run that has it. */
export function valuesOf(runs: readonly RunFacts[], valueOf: ValueOf): readonly number[] {
  return runs.flatMap((run) => valueOf(run) ?? []);
}

/** Whether a number of a run is so, for `judgeEach`. */
export function isSo(
  valueOf: ValueOf,
  test: (value: number) => boolean,
): (run: RunFacts) => boolean | undefined {
  return (run) => {
    const value = valueOf(run);
    return value === undefined ? undefined : test(value);
  };
}

/** Differences of one comparison among several: `than VGD`. */
export interface Comparison {
  readonly title: string;
  readonly differences: readonly number[];
}

/** The first runs' number less the second's, paired by seed. */
export function compare(
  title: string,
  [first, second]: readonly [readonly RunFacts[], readonly RunFacts[]],
  valueOf: ValueOf,
): Comparison {
  return { title, differences: pairedBySeed(first, second, valueOf) };
}

/** Whether all comparisons come out larger: it fails where one surely does not. */
export function judgeAll(words: string, comparisons: readonly Comparison[], shown: Shown): Judgement {
  const made = comparisons.filter(({ differences }) => differences.length > 0);
  const told = made.map(({ title, differences }) =>
    `${title}: ${inWords(signFlipBounds(differences), shown)}`
  );
  const verdict = together(
    comparisons.map(({ title, differences }) => judgeLarger(title, differences, shown)),
  );
  const seeds = made.length === 0 ? 0 : Math.min(...made.map(({ differences }) => differences.length));
  const hint = verdict === "undecided" ? seedsInWords(made) : "";
  return { words, measured: `${told.join("; ")}${hint}`, verdict, seeds };
}

/** How many seeds the hardest comparison would take, if more than there are. */
function seedsInWords(comparisons: readonly Comparison[]): string {
  const missing = comparisons.flatMap(({ differences }) => {
    const { low, high } = signFlipBounds(differences);
    if (low > 0 || high < 0) return [];
    const needed = differences.length < FEWEST_SEEDS ? FEWEST_SEEDS : seedsToDecide(differences);
    return Number.isFinite(needed) && needed > differences.length ? [needed] : [];
  });
  return missing.length === 0
    ? ""
    : `; about ${Math.max(...missing).toLocaleString("en")} seeds would decide`;
}

/** Whether differences are larger than a margin; they are told themselves, not what is above it. */
export function judgeBeyond(
  words: string,
  differences: readonly number[],
  margin: number,
  shown: Shown,
): Judgement {
  const judged = judgeLarger(words, differences.map((value) => value - margin), shown);
  return judged.seeds === 0 ? judged : { ...judged, measured: inWords(signFlipBounds(differences), shown) };
}

/** Runs of several kinds, a list per seed that all have, in the order of what is wanted. */
export function bySeed(find: FindRuns, wanted: readonly Wanted[]): readonly (readonly RunFacts[])[] {
  const [first = [], ...others] = wanted.map(find);
  return first.flatMap((run) => {
    const same = others.flatMap((runs) => runs.find(({ seed }) => seed === run.seed) ?? []);
    return same.length === others.length ? [[run, ...same]] : [];
  });
}

/** How far a printed accuracy may be off by the chance of which images it was measured on: half of Wilson's 95% interval. */
export function halfWidth(accuracy: number, images: number): number {
  const { low, high } = wilsonInterval(Math.round(accuracy * images), images);
  return (high - low) / 2;
}

/** Rank correlation of Spearman, ties sharing their mean rank; 0 where one side has no order. */
export function rankCorrelation(x: readonly number[], y: readonly number[]): number {
  const a = ranksOf(x);
  const b = ranksOf(y);
  const size = Math.sqrt(productOf(a, a) * productOf(b, b));
  return size === 0 ? 0 : productOf(a, b) / size;
}

/** Ranks about their mean. */
function ranksOf(values: readonly number[]): readonly number[] {
  return values.map((value) => {
    const below = values.filter((other) => other < value).length;
    const same = values.filter((other) => other === value).length;
    return below + (same - 1) / 2 - (values.length - 1) / 2;
  });
}

function productOf(a: readonly number[], b: readonly number[]): number {
  return a.reduce((sum, value, i) => sum + value * b[i]!, 0);
}

/** `96.4%`: the mean of a share over runs. */
export function meanShare(runs: readonly RunFacts[], valueOf: ValueOf): string {
  return `${(100 * meanOf(valuesOf(runs, valueOf))).toFixed(1)}%`;
}
