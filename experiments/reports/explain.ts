/** How well runs explain printed numbers: by the likelihood that one more run would have given them. */
import type { RunFacts } from "../../src/runs/facts.ts";
import { meanAndInterval, wilsonInterval } from "../../src/train/metrics.ts";
import type { NumberItem } from "./item.ts";
import { meanOf } from "./statistics.ts";

/** How one hypothesis stands beside the numbers. */
export interface Explanation {
  /**
   * Mean over the numbers of the logarithm of the normal density that one more run gives them, without its constant: what
   * hypotheses are ranked by. Unlike `off`, it has no mercy for one that foretells nothing, because its runs lie far apart.
   */
  readonly logLikelihood: number;
  /** Mean over the numbers of how many standard deviations they are off, as a root of squares. */
  readonly off: number;
  /** Numbers within two standard deviations, of so many. */
  readonly within: number;
  readonly of: number;
  /** Of each number over the runs; absent where no run has it. */
  readonly means: readonly (number | undefined)[];
}

/**
 * Sets numbers beside runs of one hypothesis. The deviation of each is what a further run would have (the spread over
 * seeds with the uncertainty of its mean) together with the printed number's own: its rounding, and of a share the
 * chance in its images.
 */
export function explain(numbers: readonly NumberItem[], runs: readonly RunFacts[]): Explanation | undefined {
  const all = numbers.map((item) => {
    const values = runs.flatMap((run) => run.numbers[item.number] ?? []).map((value) =>
      value * (item.scale ?? 1)
    );
    if (values.length === 0) return undefined;
    const mean = meanOf(values), off = item.published - mean;
    // What is beyond a bound is where it is said to be.
    const deviation = Math.hypot(spreadOf(values), ownOf(item)), isBound = item.rule === "above";
    const z = isBound && off < 0 ? 0 : off / deviation;
    // A bound has no density: to be beyond it by little or by much is the same.
    return { mean, z, logDensity: -z * z / 2 - (isBound ? 0 : Math.log(deviation)) };
  });
  const scores = all.flatMap((score) => score ?? []);
  if (scores.length === 0) return undefined;
  return {
    logLikelihood: meanOf(scores.map(({ logDensity }) => logDensity)),
    off: Math.sqrt(meanOf(scores.map(({ z }) => z * z))),
    within: scores.filter(({ z }) => Math.abs(z) <= 2).length,
    of: numbers.length,
    means: all.map((score) => score?.mean),
  };
}

function spreadOf(values: readonly number[]): number {
  if (values.length === 1) return 0;
  return meanAndInterval(values).sd * Math.sqrt(1 + 1 / values.length);
}

/** Standard deviation of the printed number by itself. */
function ownOf({ published, digits, about, images }: NumberItem): number {
  // Of what is rounded evenly within ± half: half/√3.
  const rounding = (about ?? 0.5 * 10 ** -digits) / Math.sqrt(3);
  if (images === undefined) return rounding;
  const { low, high } = wilsonInterval(Math.round(published * images), images);
  return Math.hypot(rounding, (high - low) / (2 * 1.96));
}
