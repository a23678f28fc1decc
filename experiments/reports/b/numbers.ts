/** Numbers of runs, as the claims of this report compare them. */
import type { RunFacts } from "../../../src/runs/facts.ts";
import type { FindRuns, Wanted } from "../item.ts";
import { judgeLarger, type Judgement, pairedBySeed, type Shown } from "../statistics.ts";

/** What a run is compared by; `undefined` where it does not have it. */
export type Measure = (run: RunFacts) => number | undefined;

/** The number at a path of the summary. */
export function numberAt(path: string): Measure {
  return ({ numbers }) => numbers[path];
}

/** The logarithm of the number at a path: its differences are ratios. */
export function logAt(path: string): Measure {
  return ({ numbers }) => numbers[path] === undefined ? undefined : Math.log(numbers[path]);
}

/** A measure less another, of one and the same run. */
export function less(first: Measure, second: Measure): Measure {
  return (run) => {
    const a = first(run);
    const b = second(run);
    return a === undefined || b === undefined ? undefined : a - b;
  };
}

/** A measure of each run that has it. */
export function valuesOf(runs: readonly RunFacts[], measure: Measure): readonly number[] {
  return runs.flatMap((run) => measure(run) ?? []);
}

/** Some values as they are listed in a sentence: `1, 0, 2`. */
export function listed(values: readonly number[], digits = 0): string {
  return values.map((value) => value.toFixed(digits)).join(", ");
}

/** What is larger in runs of one kind than in those of another. */
export interface Comparison {
  readonly words: string;
  readonly more: Wanted;
  readonly fewer: Wanted;
  readonly measure: Measure;
  readonly shown: Shown;
}

/** Whether it is so, seed by seed. */
export function larger(find: FindRuns, { words, more, fewer, measure, shown }: Comparison): Judgement {
  return judgeLarger(words, pairedBySeed(find(more), find(fewer), measure), shown);
}

/** A judgement with more of what was measured. */
export function adding(judged: Judgement, more: () => string): Judgement {
  return judged.verdict === "not run" ? judged : { ...judged, measured: `${judged.measured}; ${more()}` };
}
