/** What the curves of a training say, as numbers: what claims about curves are judged by, without reading them again. */
import type { JsonObject } from "../../src/runs/json.ts";

/** A line of `metrics.jsonl`, or a record of an epoch. */
export type CurveLine = Readonly<Record<string, unknown>>;

/** Curves that are described, by their members of a line; `cost` is a loss with its penalty. */
const SERIES = [
  "loss",
  "cost",
  "accuracy",
  "valLoss",
  "valAccuracy",
  "testLoss",
  "testAccuracy",
] as const;
/** Share of the fall after which a curve is called converged. */
const FALL = 0.9;
/** Epochs at the end that are compared with as many before. */
const TAIL = 5;

/**
 * Of each curve that there is:
 * - `first`, `last`, `least` and `leastEpoch`;
 * - `falls`: share of the epochs after the first that are below the one before;
 * - `fall90`: epochs, between whole ones too, after which 90% of the way from first to last is gone;
 * - `noise`, and of the first and the last third of the epochs `noiseEarly` and `noiseLate`: standard deviation about a
 *   smooth curve, from second differences;
 * - `tail`: mean of the last five epochs less that of the five before.
 *
 * And `gap.above`: share of the epochs in which the training accuracy is above the validation's.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { curveFacts } from "./curve_facts.ts";
 * const { loss } = curveFacts([{ loss: 4 }, { loss: 2 }, { loss: 1 }, { loss: 0 }]);
 * assertEquals(loss, {
 *   first: 4, last: 0, least: 0, leastEpoch: 4, falls: 1, fall90: 3.6,
 *   noise: Math.sqrt(0.5 / 6), noiseEarly: null, noiseLate: null, tail: -2.5,
 * });
 * ```
 */
export function curveFacts(lines: readonly CurveLine[]): JsonObject {
  const curves = SERIES.flatMap((name) => {
    const values = lines.map((line) => line[name]).filter((value) => typeof value === "number");
    return values.length === 0 || values.length < lines.length ? [] : [[name, describe(values)] as const];
  });
  return { ...Object.fromEntries(curves), ...gapOf(lines) };
}

function describe(values: readonly number[]): JsonObject {
  const first = values[0]!, last = values.at(-1)!, least = values.reduce((a, b) => Math.min(a, b));
  const steps = values.slice(1), third = Math.floor(values.length / 3);
  const tail = Math.min(TAIL, Math.floor(values.length / 2));
  return {
    first,
    last,
    least,
    leastEpoch: values.indexOf(least) + 1,
    falls: steps.length === 0 ? null : steps.filter((value, i) => value < values[i]!).length / steps.length,
    fall90: epochsOfFall(values),
    noise: noiseOf(values),
    noiseEarly: noiseOf(values.slice(0, third)),
    noiseLate: noiseOf(values.slice(values.length - third)),
    tail: tail === 0 ? null : meanOf(values.slice(-tail)) - meanOf(values.slice(-2 * tail, -tail)),
  };
}

function epochsOfFall(values: readonly number[]): number | null {
  const first = values[0]!, target = first - FALL * (first - values.at(-1)!);
  const sign = first > target ? 1 : -1, at = values.findIndex((value) => sign * (value - target) <= 0);
  if (at <= 0) return values.length < 2 ? null : at + 1;
  const before = values[at - 1]!;
  return at + (before - target) / (before - values[at]!);
}

/** White noise of standard deviation σ on a straight line has second differences of variance 6σ². */
function noiseOf(values: readonly number[]): number | null {
  if (values.length < 3) return null;
  const squares = values.slice(2).map((value, i) => (value - 2 * values[i + 1]! + values[i]!) ** 2);
  return Math.sqrt(meanOf(squares) / 6);
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function gapOf(lines: readonly CurveLine[]): JsonObject {
  const pairs = lines.flatMap(({ accuracy, valAccuracy }) =>
    typeof accuracy === "number" && typeof valAccuracy === "number" ? [accuracy > valAccuracy] : []
  );
  return pairs.length === 0
    ? {}
    : { gap: { above: pairs.filter((isAbove) => isAbove).length / pairs.length } };
}
