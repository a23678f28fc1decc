/** Who wins with what uncertainty: differences of methods paired by seed, and what follows for the report's claims. */
import { meanAndInterval } from "../../src/train/metrics.ts";
import { CNN_METHODS, CNN_RECIPES, type CnnMethod } from "./cnn.ts";
import type { CnnCell } from "./cells.ts";

/** What cells are compared by. */
export type Measure = "accuracy" | "epochsTo96" | "cost";

/** A difference of two methods, seed by seed. */
export interface Difference {
  readonly measure: Measure;
  readonly better: CnnMethod;
  readonly than: CnnMethod;
  /** Seeds that both were trained with, and that have the measure. */
  readonly seeds: number;
  /** Of `accuracy`: first minus second. Of `epochsTo96`: second minus first. Of `cost`: ln(second / first). */
  readonly mean: number;
  /** 95% interval of Student's t; NaN for one seed. */
  readonly low: number;
  readonly high: number;
}

export type Verdict = "holds" | "fails" | "undecidable";

/** One part of a claim: what it compares, and what our numbers say. */
export interface Judgement {
  /** `B-C1.3`. */
  readonly claim: string;
  readonly words: string;
  readonly measured: string;
  readonly verdict: string;
}

/** A number of a cell that may be missing: an accuracy that was never reached. */
function valueOf(cell: CnnCell, measure: Measure): number | undefined {
  return (measure === "accuracy" ? cell.levelAccuracy : measure === "cost" ? cell.cost : cell.epochsTo96) ??
    undefined;
}

/** How much better `better` is than `than`, over the seeds of both: positive where it is better. */
export function differenceOf(
  cells: readonly CnnCell[],
  measure: Measure,
  [better, than]: readonly [CnnMethod, CnnMethod],
): Difference {
  const differences = cells.filter(({ method }) => method === better).flatMap((one) => {
    const other = cells.find(({ method, seed }) => method === than && seed === one.seed);
    const a = valueOf(one, measure), b = other && valueOf(other, measure);
    if (a === undefined || b === undefined) return [];
    return [measure === "accuracy" ? a - b : measure === "cost" ? Math.log(b / a) : b - a];
  });
  const none = { mean: NaN, low: NaN, high: NaN };
  const { mean, low, high } = differences.length === 0 ? none : meanAndInterval(differences);
  return { measure, better, than, seeds: differences.length, mean, low, high };
}

/** Whether the first method is better: only where the whole interval is on one side of zero. */
export function judgeBetter({ low, high }: Pick<Difference, "low" | "high">): Verdict {
  return low > 0 ? "holds" : high < 0 ? "fails" : "undecidable";
}

/** Whether the methods are no further apart than `margin`: only where the whole interval is inside or outside. */
export function judgeAlike({ low, high }: Pick<Difference, "low" | "high">, margin: number): Verdict {
  if (low > -margin && high < margin) return "holds";
  return low > margin || high < -margin ? "fails" : "undecidable";
}

/** A claim holds where all its parts do, and fails where one does. */
export function together(verdicts: readonly Verdict[]): Verdict {
  if (verdicts.includes("fails")) return "fails";
  return verdicts.every((verdict) => verdict === "holds") ? "holds" : "undecidable";
}

/** Costs within this factor are no different: curves on one linear axis lie on each other. */
const ALIKE_FACTOR = 1.25;
/** Accuracies this near are "quite close". */
const CLOSE_ACCURACY = 0.01;

/** A verdict with the number of seeds that it rests on. */
function inWords(verdict: Verdict, seeds: number): string {
  return verdict === "undecidable" ? `undecidable with ${seeds} seed${seeds === 1 ? "" : "s"}` : verdict;
}

/** `+0.12 points (−0.05 to 0.29)`. */
export function differenceInWords({ measure, mean, low, high, seeds }: Difference): string {
  if (seeds === 0) return "no seed of both";
  const shown = (value: number): string => {
    if (Number.isNaN(value)) return "?";
    const text = measure === "accuracy"
      ? (100 * value).toFixed(2)
      : measure === "cost"
      ? Math.exp(value).toFixed(2)
      : value.toFixed(1);
    return text.replace("-", "−");
  };
  const unit = { accuracy: "points", epochsTo96: "epochs", cost: "times" }[measure];
  return `${shown(mean)} ${unit} (${shown(low)} to ${shown(high)})`;
}

/** Every pair of methods by every measure. */
export function allDifferences(cells: readonly CnnCell[]): readonly Difference[] {
  const pairs = [["momentum", "sgd"], ["rmsprop", "momentum"], ["rmsprop", "sgd"]] as const;
  return (["accuracy", "epochsTo96", "cost"] as const).flatMap((measure) =>
    pairs.map((pair) => differenceOf(cells, measure, pair))
  );
}

/** The report's claims about the three methods, each with what was measured and what follows. */
export function judgements(cells: readonly CnnCell[]): readonly Judgement[] {
  const better = (claim: string, measure: Measure, pair: readonly [CnnMethod, CnnMethod]) => {
    const difference = differenceOf(cells, measure, pair), verdict = judgeBetter(difference);
    const [first, second] = pair.map((method) => CNN_RECIPES[method].name);
    const words = {
      accuracy: `${first} reaches a higher test accuracy than ${second}`,
      epochsTo96: `${first} converges earlier than ${second}`,
      cost: `${first} ends at a lower training cost than ${second}`,
    }[measure];
    return { judgement: judgementOf(claim, words, difference, verdict), verdict };
  };
  const judgementOf = (
    claim: string,
    words: string,
    difference: Difference,
    verdict: Verdict,
  ): Judgement => ({
    claim,
    words,
    measured: differenceInWords(difference),
    verdict: inWords(verdict, difference.seeds),
  });
  const cost = differenceOf(cells, "cost", ["momentum", "sgd"]);
  const alike = judgeAlike(cost, Math.log(ALIKE_FACTOR));
  const best = (["sgd", "momentum"] as const).flatMap((other) =>
    (["accuracy", "epochsTo96", "cost"] as const).map((measure) =>
      better("B-C1.4", measure, ["rmsprop", other])
    )
  );
  const order = [["rmsprop", "momentum"], ["momentum", "sgd"]] as const;
  const steps = order.map((pair) => better("B-C1.5", "accuracy", pair));
  const gaps = [...order, ["rmsprop", "sgd"] as const].map((pair) => differenceOf(cells, "accuracy", pair));
  const close = together(gaps.map((gap) => judgeAlike(gap, CLOSE_ACCURACY)));
  const widest = gaps.reduce((most, gap) => Math.abs(gap.mean) > Math.abs(most.mean) ? gap : most);
  return [
    ...deadKernels(cells),
    better("B-C1.3", "accuracy", ["momentum", "sgd"]).judgement,
    better("B-C1.3", "epochsTo96", ["momentum", "sgd"]).judgement,
    judgementOf(
      "B-C1.3",
      `their training costs are no different (within ${ALIKE_FACTOR} times)`,
      cost,
      alike,
    ),
    ...best.map(({ judgement }) => judgement),
    {
      claim: "B-C1.5",
      words: "test accuracy: RMSProp above momentum above SGD",
      measured: steps.map(({ judgement }) => judgement.measured).join("; "),
      verdict: inWords(together(steps.map(({ verdict }) => verdict)), widest.seeds),
    },
    judgementOf("B-C1.5", `all three within ${100 * CLOSE_ACCURACY} point of each other`, widest, close),
  ];
}

/** The claims about kernels that are never active are about single runs: how many of ours are so. */
function deadKernels(cells: readonly CnnCell[]): readonly Judgement[] {
  const row = (
    claim: string,
    method: CnnMethod,
    words: string,
    isSo: (cell: CnnCell) => boolean,
  ): Judgement => {
    const own = cells.filter((cell) => cell.method === method), so = own.filter(isSo).length;
    const verdict = own.length === 0
      ? "not run"
      : so === own.length
      ? "holds"
      : so === 0
      ? "fails"
      : "holds in some runs";
    return { claim, words, measured: `${so} of ${own.length} runs`, verdict };
  };
  return [
    row(
      "B-C1.1",
      "sgd",
      "SGD leaves a map of C2 without any activity on an image that is shown",
      ({ inactiveC2 }) => inactiveC2.some((count) => count > 0),
    ),
    row(
      "B-C1.1",
      "sgd",
      "SGD leaves a kernel of C2 dead: never active on the test images",
      ({ deadC2 }) => deadC2 > 0,
    ),
    row(
      "B-C1.2",
      "rmsprop",
      "RMSProp leaves no map of C1 or C2 without activity on the images that are shown",
      ({ inactiveC1, inactiveC2 }) => [...inactiveC1, ...inactiveC2].every((count) => count === 0),
    ),
    row(
      "B-C1.2",
      "rmsprop",
      "RMSProp leaves no kernel of C1 or C2 dead",
      ({ deadC1, deadC2 }) => deadC1 + deadC2 === 0,
    ),
  ];
}

/** In the order of the report, those that some cell has. */
export function methodsIn(cells: readonly CnnCell[]): readonly CnnMethod[] {
  return CNN_METHODS.filter((known) => cells.some(({ method }) => method === known));
}
