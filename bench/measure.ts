/** Timing: warm up, then rounds of repeats of many steps, subject after subject, and medians of it all. */

/** Waiting for a GPU may take some 12 ms: a repeat is to last at least this long there. */
export const LEAST_GPU_MS = 300;

/** Something that can make steps. */
export interface Subject {
  /** Prepares `count` steps; the function that it returns makes them, and resolves when they are done. */
  prepare(count: number): () => Promise<void>;
  /** Shortest repeat that what a run costs beside its steps does not spoil. Default 0. */
  readonly leastMs?: number;
}

/** How long a step took, in milliseconds. */
export interface Timing {
  /** Median over the rounds of the median of a round's repeats. */
  readonly ms: number;
  /** Shortest and longest repeat of all rounds. */
  readonly minMs: number;
  readonly maxMs: number;
  /** Steps of one repeat. */
  readonly steps: number;
  readonly repeats: number;
}

export interface MeasureOptions {
  /** Time for each subject over all rounds, the warm-up not counted. */
  readonly seconds: number;
  readonly rounds: number;
  /** A clock in milliseconds. */
  readonly now?: () => number;
}

/** Repeats that a round makes at least, however long they take. */
const LEAST_REPEATS = 3;
const MOST_REPEATS = 15;
/** Most steps of a repeat: each is an object that is made before. */
const MOST_STEPS = 16384;

/** The middle value, or the mean of the two in the middle. Throws when there is none. */
export function median(values: readonly number[]): number {
  if (values.length === 0) throw new RangeError("The median of nothing is not defined");
  const sorted = [...values].sort((a, b) => a - b), half = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[half]! : (sorted[half - 1]! + sorted[half]!) / 2;
}

/**
 * Times all subjects in turn, round after round, so that what disturbs the machine for a while disturbs all of
 * them. A repeat lasts about a third of its round's share of the time; a round has three or more.
 *
 * @example
 * ```ts
 * import { assert } from "@std/assert";
 * import { measure } from "./measure.ts";
 * const subject = { prepare: (count: number) => () => new Promise<void>((done) => setTimeout(done, count)) };
 * const [timing] = await measure([subject], { seconds: 0.03, rounds: 1 });
 * assert(timing!.ms >= 1 && timing!.minMs <= timing!.maxMs);
 * ```
 */
export async function measure(
  subjects: readonly Subject[],
  { seconds, rounds, now = () => performance.now() }: MeasureOptions,
): Promise<readonly Timing[]> {
  const roundMs = 1000 * seconds / rounds, found: { steps: number; rounds: number[][] }[] = [];
  const timed = async (subject: Subject, count: number) => {
    const run = subject.prepare(count), before = now();
    await run();
    return now() - before;
  };
  for (const subject of subjects) {
    const repeatMs = Math.max(roundMs / LEAST_REPEATS, subject.leastMs ?? 0);
    const steps = await warmUp((count) => timed(subject, count), repeatMs);
    found.push({ steps, rounds: [] });
  }
  for (let round = 0; round < rounds; round++) {
    for (const [i, subject] of subjects.entries()) {
      const { steps, rounds: done } = found[i]!, times: number[] = [], end = now() + roundMs;
      while (times.length < LEAST_REPEATS || (now() < end && times.length < MOST_REPEATS)) {
        times.push(await timed(subject, steps) / steps);
      }
      done.push(times);
    }
  }
  return found.map(({ steps, rounds: done }) => {
    const all = done.flat();
    return {
      ms: median(done.map(median)),
      minMs: Math.min(...all),
      maxMs: Math.max(...all),
      steps,
      repeats: all.length,
    };
  });
}

/** Runs more and more steps until they last about a quarter of a repeat; resolves to the steps of a repeat. */
async function warmUp(timed: (count: number) => Promise<number>, repeatMs: number): Promise<number> {
  // The first steps compile kernels, and say nothing about the later ones.
  await timed(1);
  for (let count = 1;; count = Math.min(MOST_STEPS, 4 * count)) {
    const ms = await timed(count);
    if (ms < repeatMs / 4 && count < MOST_STEPS) continue;
    return Math.max(1, Math.min(MOST_STEPS, Math.round(count * repeatMs / ms)));
  }
}
