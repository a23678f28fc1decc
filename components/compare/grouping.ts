/** Several runs beside each other: what differs, groups of them, and their mean. */
import { thinPositions } from "../chart/thin_curve.ts";
import { noteOf } from "../runs/run_note.ts";
import type { Confusion, Curve, FigureFile, RunRow } from "../types.ts";
import { ALL_SETTINGS } from "./choice.ts";

/** A run in a comparison. Curves of a run with several stages are named `layer 1: loss`. */
export interface Compared {
  readonly row: RunRow;
  /** Over epochs; those that `clockOf` names tell what an epoch is in steps and seconds. */
  readonly curves: readonly Curve[];
  readonly confusions: readonly Confusion[];
  readonly figures: readonly Pick<FigureFile, "name" | "title" | "width" | "height" | "formats">[];
}

/** Names of settings whose values differ among the runs; the experiment and the seed count as settings. */
export function differingSettings(rows: readonly RunRow[]): readonly string[] {
  const names = [
    ...new Set(["experiment", "network", ...rows.flatMap(({ settings }) => Object.keys(settings)), "seed"]),
  ];
  return names.filter((name) => new Set(rows.map((row) => settingOf(row, name))).size > 1);
}

/**
 * The fewest settings that tell apart what all of them do, the experiment first: an optimizer's name says nothing new
 * where every experiment has its own.
 */
function tellingSettings(rows: readonly RunRow[], { seed }: { readonly seed: boolean }): readonly string[] {
  const names = differingSettings(rows).filter((name) => name !== "seed" && name !== "network");
  const wanted = [...names, "network", ...(seed ? ["seed"] : [])], told: string[] = [];
  const kinds = (of: readonly string[]) =>
    new Set(rows.map((row) => JSON.stringify(of.map((name) => settingOf(row, name))))).size;
  for (const name of wanted) if (kinds([...told, name]) > kinds(told)) told.push(name);
  return told;
}

/** Settings as words; the experiment and the network name themselves. */
function inShort(row: RunRow, names: readonly string[]): string {
  return names.flatMap((name) => {
    const value = settingOf(row, name);
    return value === "" ? [] : name === "experiment" || name === "network" ? [value] : [`${name} ${value}`];
  }).join(", ");
}

/** A setting in words; nothing where the run has none. */
export function settingOf(row: RunRow, name: string): string {
  switch (name) {
    case "experiment":
      return row.experiment;
    case "network":
      return row.network ?? "";
    case "seed":
      return row.seed === null ? "" : String(row.seed);
    default:
      return Object.hasOwn(row.settings, name) ? row.settings[name]! : "";
  }
}

/** As short as tells the runs apart; their ids where nothing else does. */
export function labelsOf(rows: readonly RunRow[]): readonly string[] {
  const names = tellingSettings(rows, { seed: true });
  const labels = rows.map((row) =>
    noteOf(row).name || inShort(row, names.includes("experiment") ? names : ["experiment", ...names])
  );
  const isGood = new Set(labels).size === labels.length &&
    labels.every((label) => label !== "" && label.length < 60);
  return isGood ? labels : rows.map(({ id }) => id);
}

export interface Group {
  readonly label: string;
  readonly runs: readonly Compared[];
}

/** Runs with the same value of a setting, in the order of their first; all settings but the seed for `*`. */
export function groupRuns(runs: readonly Compared[], by: string): readonly Group[] {
  const rows = runs.map(({ row }) => row);
  const names = by === ALL_SETTINGS ? tellingSettings(rows, { seed: false }) : [by];
  const groups = new Map<string, Compared[]>();
  for (const run of runs) {
    const label = inShort(run.row, names) ||
      (names.length === 0 ? run.row.experiment : `${names.join(", ")} not set`);
    const group = groups.get(label);
    if (group === undefined) groups.set(label, [run]);
    else group.push(run);
  }
  return [...groups].map(([label, members]) => ({ label, runs: members }));
}

/** Mean of curves, and how far they lie apart, over the epochs that all of them have. */
export interface MeanCurve {
  readonly x: readonly number[];
  readonly mean: readonly (number | null)[];
  readonly low: readonly (number | null)[];
  readonly high: readonly (number | null)[];
}

/**
 * The mean of several curves with their lowest and highest values. Between its points a curve counts as straight: long
 * ones are thinned each in its own way.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { meanCurve } from "./grouping.ts";
 * const curve = (x: number[], y: number[]) => ({ key: "loss", x, y });
 * const { x, mean, high } = meanCurve([curve([1, 2, 3], [1, 2, 3]), curve([1, 3], [3, 5])]);
 * assertEquals([x, mean, high], [[1, 2, 3], [2, 3, 4], [3, 4, 5]]);
 * ```
 */
export function meanCurve(curves: readonly Curve[]): MeanCurve {
  const from = Math.max(...curves.map(({ x }) => x[0] ?? Infinity));
  const to = Math.min(...curves.map(({ x }) => x.at(-1) ?? -Infinity));
  const all = [...new Set(curves.flatMap(({ x }) => x))].filter((x) => x >= from && x <= to).sort((a, b) =>
    a - b
  );
  const values = curves.map((curve) => valuesAt(curve, all));
  const at = (i: number) => values.flatMap((column) => column[i] ?? []);
  const whole = all.map((_, i) => at(i).length === curves.length);
  const pick = (of: (numbers: readonly number[]) => number) => all.map((_, i) => whole[i] ? of(at(i)) : null);
  const mean = pick((numbers) => numbers.reduce((sum, value) => sum + value, 0) / numbers.length);
  const low = pick((numbers) => Math.min(...numbers)), high = pick((numbers) => Math.max(...numbers));
  const kept = thinPositions(all, mean), few = <T>(column: readonly T[]) => kept.map((i) => column[i]!);
  return { x: few(all), mean: few(mean), low: few(low), high: few(high) };
}

/** Values of a curve at `wanted`, which rise and lie within it; null beside a gap. */
function valuesAt({ x, y }: Curve, wanted: readonly number[]): readonly (number | null)[] {
  let i = 0;
  return wanted.map((at) => {
    while (i + 1 < x.length && x[i + 1]! <= at) i++;
    const left = y[i] ?? null, right = y[i + 1] ?? null;
    if (left === null || x[i] === at) return left;
    if (right === null) return null;
    return left + (right - left) * (at - x[i]!) / (x[i + 1]! - x[i]!);
  });
}

/** Mean and standard deviation of a sample (divided by n - 1; 0 for one value). */
export function meanAndSd(values: readonly number[]): { readonly mean: number; readonly sd: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { mean, sd: values.length > 1 ? Math.sqrt(squares / (values.length - 1)) : 0 };
}

/** Numbers that say most, in this order; the others follow only if a run has none of these. */
const NUMBERS = [
  "validation.accuracy",
  "test.accuracy",
  "train.accuracy",
  "validation.loss",
  "test.loss",
  "classifier.validation.accuracy",
  "classifier.test.accuracy",
  "reconstruction.validation.mse",
  "reconstruction.test.mse",
  "epochs",
  "seconds",
  "parameters",
];

/** What a number is sorted by in addresses: settings have their own names. */
export function resultKey(name: string): string {
  return `result.${name}`;
}

/** Which numbers of the runs a table shows: those that say most, among those that there are. */
export function comparedNumbers(rows: readonly RunRow[]): readonly string[] {
  return NUMBERS.filter((name) => rows.some(({ numbers }) => Object.hasOwn(numbers, name)));
}
