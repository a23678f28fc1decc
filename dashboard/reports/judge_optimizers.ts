/** The claims of Report A's first chapter, judged by our runs of the same settings. */
import type { RunRow } from "../../components/types.ts";
import type { Library } from "../library.ts";
import {
  ARCHITECTURES,
  BEST_ARCHITECTURE,
  IMAGES,
  OPTIMIZER_TITLES,
  type OptimizerName,
  OPTIMIZERS,
  optimizerSettings,
} from "./a_optimizers.ts";
import { findRuns } from "./find.ts";
import { overlap, wilson } from "./intervals.ts";

/** A part of a claim and what our numbers say of it. */
interface Part {
  readonly words: string;
  readonly measured: string;
  readonly verdict: "holds" | "fails" | "undecidable";
}

/** What our numbers say of a claim, and whose they are. */
export interface Judged {
  readonly parts: readonly Part[];
  readonly runs: readonly string[];
}

/** Judgements by the names of the claims; a claim whose runs are not all there has none. */
export async function judgeOptimizers(
  library: Library,
  rows: readonly RunRow[],
): Promise<ReadonlyMap<string, Judged>> {
  const find = (optimizer: OptimizerName, arch: string = BEST_ARCHITECTURE) =>
    findRuns(rows, {
      experiment: `q1-${optimizer}`,
      where: optimizerSettings(optimizer, arch),
      anySettings: true,
    })[0];
  const all = Object.fromEntries(OPTIMIZERS.map((optimizer) => [optimizer, find(optimizer)])) as Runs;
  const judged: readonly (readonly [string, Judged | undefined])[] = [
    ["A-C1.1", all.sgd && await judgeGap(library, all.sgd)],
    ["A-C1.2", fewEpochs(all)],
    ["A-C1.3", fullBatch(all)],
    ["A-C1.4", nesterov(all)],
    ["A-C1.5", rmsprop(all)],
    ["A-C1.6", adam(all)],
    ["A-C1.7", architectures(find)],
  ];
  return new Map(judged.flatMap(([id, one]) => one === undefined ? [] : [[id, one] as const]));
}

type Runs = Readonly<Record<OptimizerName, RunRow | undefined>>;

function part(words: string, measured: string, isSo: boolean): Part {
  return { words, measured, verdict: isSo ? "holds" : "fails" };
}

function numberOf(run: RunRow, name: string): number {
  return run.numbers[name] ?? NaN;
}

function epochsOf(run: RunRow): number {
  return numberOf(run, "epochs");
}

function secondsOf(run: RunRow): number {
  return numberOf(run, "seconds");
}

function accuracyOf(run: RunRow): number {
  return numberOf(run, "validation.accuracy");
}

function count(value: number): string {
  return value.toLocaleString("en");
}

function inSeconds(run: RunRow): string {
  return `${secondsOf(run).toFixed(1)} s`;
}

/** Whether two accuracies on the validation set are no further apart than its size can tell. */
function alike(a: RunRow, b: RunRow): boolean {
  return overlap(wilson(accuracyOf(a), IMAGES.validation), wilson(accuracyOf(b), IMAGES.validation));
}

async function judgeGap(library: Library, run: RunRow): Promise<Judged | undefined> {
  const metrics = library.metrics(run.id);
  await metrics.refresh();
  const curves = metrics.stages()[0]?.curves ?? [];
  const valuesOf = (key: string) =>
    curves.find((curve) => curve.key === key)?.y.map((value) => value ?? NaN) ?? [];
  const train = valuesOf("accuracy"), validation = valuesOf("valAccuracy");
  if (train.length < 2 || validation.length !== train.length) return undefined;
  const below = train.flatMap((value, i) => value > validation[i]! ? [] : [i + 1]);
  const fallOf = (key: string) => valuesOf(key)[0]! - valuesOf(key).at(-1)!;
  const fall = fallOf("loss"), valFall = fallOf("valLoss");
  return {
    parts: [
      part(
        "the training loss falls more steeply",
        `by ${fall.toFixed(3)}, the validation loss by ${valFall.toFixed(3)}`,
        fall > valFall,
      ),
      part(
        "training accuracy is higher at every epoch",
        below.length === 0
          ? `in all ${train.length} epochs`
          : `not in epoch ${
            below.slice(0, 5).join(", ")
          }, where it is still a mean over the epoch; in the other ${train.length - below.length}`,
        below.length === 0,
      ),
    ],
    runs: [run.id],
  };
}

function fewEpochs({ sgd, nag }: Runs): Judged | undefined {
  if (!sgd || !nag) return undefined;
  const measured = `${count(epochsOf(sgd))} epochs; Nesterov’s method with 32 images per update takes ${
    count(epochsOf(nag))
  }`;
  return { parts: [part("few epochs", measured, epochsOf(sgd) < epochsOf(nag))], runs: [sgd.id, nag.id] };
}

function fullBatch({ sgd, vgd }: Runs): Judged | undefined {
  if (!sgd || !vgd) return undefined;
  const gap = Math.abs(numberOf(vgd, "train.accuracy") - accuracyOf(vgd));
  return {
    parts: [
      part(
        "far more epochs",
        `${count(epochsOf(vgd))} against ${count(epochsOf(sgd))}`,
        epochsOf(vgd) > 50 * epochsOf(sgd),
      ),
      part("training and validation close", `accuracies ${gap.toFixed(4)} apart`, gap < 0.01),
    ],
    runs: [vgd.id, sgd.id],
  };
}

function nesterov({ sgd, vgd, nag }: Runs): Judged | undefined {
  if (!sgd || !vgd || !nag) return undefined;
  const better = `${accuracyOf(nag).toFixed(4)} against ${accuracyOf(vgd).toFixed(4)}`;
  return {
    parts: [
      part("faster than SGD", `${inSeconds(nag)} against ${inSeconds(sgd)}`, secondsOf(nag) < secondsOf(sgd)),
      part(
        "faster than full-batch descent",
        `${inSeconds(nag)} against ${inSeconds(vgd)}`,
        secondsOf(nag) < secondsOf(vgd),
      ),
      part("more accurate than full-batch descent", better, accuracyOf(nag) > accuracyOf(vgd)),
    ],
    runs: [nag.id, sgd.id, vgd.id],
  };
}

function rmsprop({ nag, sgd, rmsprop: run }: Runs): Judged | undefined {
  if (!nag || !sgd || !run) return undefined;
  return {
    parts: [
      part(
        "about as accurate",
        `validation accuracy ${accuracyOf(run).toFixed(4)} against ${accuracyOf(nag).toFixed(4)}`,
        alike(nag, run),
      ),
      part("faster than SGD", `${inSeconds(run)} against ${inSeconds(sgd)}`, secondsOf(run) < secondsOf(sgd)),
    ],
    runs: [run.id, nag.id, sgd.id],
  };
}

function adam(runs: Runs): Judged | undefined {
  const all = OPTIMIZERS.flatMap((optimizer) => runs[optimizer] ?? []), own = runs.adam;
  if (!own || all.length < 4) return undefined;
  const least = Math.min(...all.map(epochsOf)),
    quickest = Math.min(...all.map(secondsOf)),
    best = Math.max(...all.map(accuracyOf));
  return {
    parts: [
      part(
        "the fewest epochs",
        `${count(epochsOf(own))}; the fewest of the ${all.length} are ${count(least)}`,
        epochsOf(own) === least,
      ),
      part(
        "the least time",
        `${inSeconds(own)}; the least is ${quickest.toFixed(1)} s`,
        secondsOf(own) === quickest,
      ),
      part(
        "a compromised validation accuracy",
        `${accuracyOf(own).toFixed(4)}, ${
          accuracyOf(own) === best
            ? "the highest of all, as in the report’s own sections"
            : `the best has ${best.toFixed(4)}`
        }`,
        accuracyOf(own) < best,
      ),
    ],
    runs: all.map(({ id }) => id),
  };
}

function architectures(
  find: (optimizer: OptimizerName, arch: string) => RunRow | undefined,
): Judged | undefined {
  const parts: Part[] = [], used: string[] = [];
  for (const optimizer of OPTIMIZERS) {
    const runs = ARCHITECTURES.flatMap((arch) => find(optimizer, arch) ?? []), [first] = runs;
    if (first === undefined || runs.length < ARCHITECTURES.length) continue;
    const best = runs.toSorted((a, b) => accuracyOf(b) - accuracyOf(a))[0]!;
    const others = runs.slice(1),
      isApart = best === first ? !others.some((run) => alike(run, first)) : !alike(best, first);
    parts.push({
      words: OPTIMIZER_TITLES[optimizer],
      measured: `best is (${best.settings.arch}) with ${accuracyOf(best).toFixed(4)}${
        best === first ? "" : `, (30, 20, 10) has ${accuracyOf(first).toFixed(4)}`
      }`,
      verdict: !isApart ? "undecidable" : best === first ? "holds" : "fails",
    });
    used.push(...runs.map(({ id }) => id));
  }
  return parts.length === 0 ? undefined : { parts, runs: used };
}
