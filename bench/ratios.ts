/** Comparing sides: their times as a table, and how much of a peer's time Descent takes. */
import { require } from "../src/core/errors.ts";
import type { TableOptions } from "../src/core/text_table.ts";
import { median } from "./measure.ts";
import type { SideLine } from "./peers/side.ts";
import { threeDigits } from "./report.ts";
import { CHECKED_STEPS } from "./workloads.ts";

export const OURS = "descent";

/** A measurement and the round that it was made in. */
export interface RoundLine extends SideLine {
  readonly round: number;
}

/** Time of Descent over that of a peer, both at their best number of threads: below 1, Descent is faster. */
export interface Ratio {
  readonly workload: string;
  readonly peer: string;
  readonly variant: string;
  /** Median of the ratios within each round. */
  readonly ratio: number;
  readonly minRatio: number;
  readonly maxRatio: number;
  readonly rounds: number;
}

/** Losses that differ by this share are not those of the same network on the same images. */
const SAME_LOSS = 1e-3;

/**
 * Losses after `CHECKED_STEPS` steps that differ by this share are not of the same steps. Sums in another order make a
 * share below 1e-6 of it, and up to 1.5e-5 in the sweeps' wide batches, where Adam moves a weight as far whatever its gradient
 * is; GELU by tanh makes 7e-5, an epsilon of 1e-3 in layer norm 7e-4, a step too few 5e-4 in W1 and more elsewhere.
 */
const SAME_STEPS = 3e-5;

/**
 * Batch norm divides by what may be small: there sums in another order make 3e-4, between variants of PyTorch as well,
 * and an epsilon of 1e-3 makes 1.7e-3. Its running statistics start from 0 and 1, and for some tens of steps the loss by
 * them may rise.
 */
const BATCH_NORM = ["W9"], SAME_STEPS_OF_BATCH_NORM = 1e-3;

/** Answers that differ by this share of the largest are not those of the same network for the same rows. */
const SAME_ANSWERS = 1e-4;

function distinct(values: readonly string[]): readonly string[] {
  return [...new Set(values)];
}

const sideOf = ({ peer, variant }: Pick<SideLine, "peer" | "variant">) => `${peer} ${variant}`;

/** Shortest time per round, by round. */
function bestByRound(lines: readonly RoundLine[]): ReadonlyMap<number, number> {
  const best = new Map<number, number>();
  for (const { round, msPerStep } of lines) best.set(round, Math.min(msPerStep, best.get(round) ?? Infinity));
  return best;
}

/** Ratios of every peer's variant, workload by workload, over the rounds in which both sides have a time. */
export function ratiosOf(lines: readonly RoundLine[]): readonly Ratio[] {
  const ratios: Ratio[] = [], peers = lines.filter(({ peer }) => peer !== OURS);
  for (const workload of distinct(lines.map((line) => line.workload)).toSorted(byWorkload)) {
    const at = (some: readonly RoundLine[]) => some.filter((line) => line.workload === workload);
    const ours = bestByRound(at(lines).filter(({ peer }) => peer === OURS));
    for (const side of distinct(peers.map(sideOf))) {
      const own = at(peers).filter((line) => sideOf(line) === side), best = bestByRound(own);
      const found = [...best].filter(([round]) => ours.has(round)).map(([round, ms]) =>
        ours.get(round)! / ms
      );
      if (found.length === 0) continue;
      const { peer, variant } = own[0]!,
        range = { minRatio: Math.min(...found), maxRatio: Math.max(...found) };
      ratios.push({ workload, peer, variant, ratio: median(found), ...range, rounds: found.length });
    }
  }
  return ratios;
}

/** `W2` before `W7-256` before `W7-1024`. */
function byWorkload(a: string, b: string): number {
  return a.localeCompare(b, "en", { numeric: true });
}

/** Best round's median of each side in ms, with the range of the rounds' medians behind it. */
export function timesTable(lines: readonly RoundLine[]): TableOptions {
  const workloads = distinct(lines.map(({ workload }) => workload)).toSorted(byWorkload);
  const keyOf = (line: RoundLine) => `${sideOf(line)} ${line.threads}`;
  const rows = distinct(lines.map(keyOf)).map((key) => {
    const own = lines.filter((line) => keyOf(line) === key), { peer, variant, threads } = own[0]!;
    const cells = workloads.map((workload) =>
      rangeText(own.filter((line) => line.workload === workload).map(({ msPerStep }) => msPerStep))
    );
    return [peer, variant, threads === 0 ? "GPU" : String(threads), ...cells];
  });
  return { columns: ["ms per step", "variant", ...["threads", ...workloads].map(rightColumn)], rows };
}

function rangeText(times: readonly number[]): string {
  if (times.length === 0) return "";
  const low = Math.min(...times), high = Math.max(...times);
  return times.length === 1 ? threeDigits(low) : `${threeDigits(low)} (to ${threeDigits(high)})`;
}

const rightColumn = (label: string) => ({ label, align: "right" } as const);

/** Ratios with their range over the rounds, a row per peer's variant. */
export function ratiosTable(ratios: readonly Ratio[]): TableOptions {
  const workloads = distinct(ratios.map(({ workload }) => workload));
  const rows = distinct(ratios.map(sideOf)).map((side) => {
    const own = ratios.filter((ratio) => sideOf(ratio) === side);
    return [
      side,
      ...workloads.map((workload) => {
        const found = own.find((ratio) => ratio.workload === workload);
        if (found === undefined) return "";
        const { ratio, minRatio, maxRatio, rounds } = found,
          range = `${threeDigits(minRatio)} to ${threeDigits(maxRatio)}`;
        return rounds === 1 ? threeDigits(ratio) : `${threeDigits(ratio)} (${range})`;
      }),
    ];
  });
  return { columns: [`${OURS} / peer`, ...workloads.map(rightColumn)], rows };
}

/** Sentences about sides that do not compute what Descent does, or do not train: their times mean nothing. */
export function doubtsOf(lines: readonly RoundLine[]): readonly string[] {
  const doubts: string[] = [];
  for (const line of lines) {
    const { workload, lossBefore, lossAfter, lossChecked } = line;
    if (lossBefore === undefined || lossAfter === undefined) continue;
    const own = lines.find((one) => one.peer === OURS && one.workload === workload);
    if (areApart(lossBefore, own?.lossBefore, SAME_LOSS)) {
      doubts.push(
        `${sideOf(line)} starts ${workload} from a loss of ${lossBefore}, ${OURS} from ${
          own!.lossBefore
        }: not the same`,
      );
    }
    const sameSteps = BATCH_NORM.includes(workload) ? SAME_STEPS_OF_BATCH_NORM : SAME_STEPS;
    if (areApart(lossChecked, own?.lossChecked, sameSteps)) {
      doubts.push(
        `${
          sideOf(line)
        } has a loss of ${lossChecked} after ${CHECKED_STEPS} steps of ${workload}, ${OURS} of ${
          own!.lossChecked
        }: not the same steps`,
      );
    }
    if (!(lossAfter < lossBefore) && !BATCH_NORM.includes(workload)) {
      doubts.push(
        `${sideOf(line)} does not train ${workload}: loss ${lossBefore} before, ${lossAfter} after`,
      );
    }
  }
  return distinct(doubts);
}

function areApart(loss: number | undefined, own: number | undefined, share: number): boolean {
  return loss !== undefined && own !== undefined && !(Math.abs(loss - own) <= share * own);
}

/** Throws when a side answers otherwise than Descent: the ratio of their times would be of different work. */
export function checkAnswers(lines: readonly SideLine[]): void {
  for (const line of lines) {
    const { workload, answers } = line;
    const own = lines.find((one) => one.peer === OURS && one.workload === workload)?.answers;
    if (answers === undefined || own === undefined) continue;
    const most = SAME_ANSWERS * Math.max(1, ...own.map(Math.abs));
    const wrong = own.findIndex((value, i) => !(Math.abs(value - answers[i]!) <= most));
    require(
      wrong < 0 && answers.length === own.length,
      () =>
        `${sideOf(line)} answers ${workload} with ${answers.join(", ")}, ${OURS} with ${own.join(", ")}: ` +
        "they do not compute the same network, or not of the same rows, so their times cannot be compared",
    );
  }
}
