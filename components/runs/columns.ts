/** Which columns a list of runs has, and in which order its rows stand. */
import { ALL_SETTINGS } from "../compare/choice.ts";
import { comparedNumbers, meanAndSd, resultKey, settingOf } from "../compare/grouping.ts";
import { capital, formatDuration, formatScore, formatTime, formatValue, inWords } from "../format.ts";
import type { RunRow } from "../types.ts";
import { type Field, type FieldNames, type FieldValue, findField } from "./fields.ts";

/** A column, with its words. */
export interface Column extends Field {
  readonly words: string;
  readonly isNumber: boolean;
}

/** Columns that are there without being asked for, at most so many of settings. */
const MAX_SETTINGS = 6;

/** The column of a key; `undefined` where no run has it. */
export function columnOf(key: string, names: FieldNames): Column | undefined {
  const field = findField(key, names);
  if (!("of" in field) || (field.key !== key && field.kind !== "number")) return undefined;
  const name = field.kind === "number" ? field.key.slice(resultKey("").length) : field.key;
  const isTwice = field.kind === "setting" && names.numbers.includes(name);
  return {
    ...field,
    words: `${wordsFor(name)}${isTwice ? " (setting)" : ""}`,
    isNumber: field.kind === "number" || name === "seed",
  };
}

const WORDS: Readonly<Record<string, string>> = {
  "validation.accuracy": "validation",
  "test.accuracy": "test",
  "classifier.test.accuracy": "test on codes",
  "reconstruction.test.mse": "test error",
  seconds: "time",
};

function wordsFor(name: string): string {
  return Object.hasOwn(WORDS, name) ? WORDS[name]! : inWords(name);
}

/** The columns that say most of these rows: settings that differ, and results of every kind that there is. */
export function defaultColumns(rows: readonly RunRow[], names: FieldNames): readonly string[] {
  const runs = rows.filter(({ experiment }) => experiment !== "");
  return [...tellingNames(runs, names.settings).slice(0, MAX_SETTINGS), ...resultNames(runs).map(resultKey)];
}

/** Numbers that say most of the runs: a loss only where there is a run that has nothing better. */
function resultNames(rows: readonly RunRow[]): readonly string[] {
  return comparedNumbers(rows).filter((name) => {
    const [set, what] = name.split(".");
    if (name === "parameters" || set === "train" || /^(classifier|reconstruction)\.validation/.test(name)) {
      return false;
    }
    return what !== "loss" ||
      rows.some(({ numbers, isGroup }) =>
        !isGroup && Object.hasOwn(numbers, name) && !Object.hasOwn(numbers, `${set}.accuracy`)
      );
  });
}

/** The fewest settings that tell the rows apart, in the order in which they tell most at once. */
export function tellingNames(rows: readonly RunRow[], settings: readonly string[]): readonly string[] {
  const wanted = [
    "experiment",
    ...settings.filter((name) => !["experiment", "network", "seed"].includes(name)),
  ];
  let kinds: readonly number[] = rows.map(() => 0), count = 1;
  const told: string[] = [];
  for (const name of [...wanted, "network", "seed"]) {
    const known = new Map<string, number>();
    const next = rows.map((row, i) => {
      const kind = `${kinds[i]} ${settingOf(row, name)}`, found = known.get(kind);
      if (found !== undefined) return found;
      known.set(kind, known.size);
      return known.size - 1;
    });
    if (known.size <= count) continue;
    told.push(name);
    kinds = next;
    count = known.size;
  }
  return told;
}

/** What all the rows have in common, as names and values; nothing of a single row. */
export function commonSettings(
  rows: readonly RunRow[],
  names: FieldNames,
): readonly (readonly [string, string])[] {
  const [first] = rows;
  if (first === undefined || rows.length < 2) return [];
  return names.settings.flatMap((name) => {
    const value = settingOf(first, name);
    return value !== "" && rows.every((row) => settingOf(row, name) === value)
      ? [[name, value] as const]
      : [];
  });
}

/** A value as a cell shows it. */
export function cellText({ key, kind }: Column, value: FieldValue): string {
  if (value === undefined) return "";
  if (key === "started") return formatTime(String(value));
  return kind === "number" && typeof value === "number" ? numberText(key, value) : String(value);
}

export function numberText(key: string, value: number): string {
  return /(accuracy|loss|f1)$/.test(key)
    ? formatScore(value)
    : key === resultKey("seconds")
    ? formatDuration(value)
    : formatValue(value);
}

/** Rows in the order of a column; those without a value last, and equal ones as they were. */
export function sortRows(rows: readonly RunRow[], sort: string | null, names: FieldNames): readonly RunRow[] {
  const column = sort === null ? undefined : columnOf(sort.replace(/^-/, ""), names);
  if (column === undefined) return rows;
  const direction = sort!.startsWith("-") ? -1 : 1;
  const keyed = rows.map((row) => ({ row, value: sortValue(column.of(row)) }));
  return keyed.sort((a, b) =>
    a.value === undefined || b.value === undefined
      ? Number(a.value === undefined) - Number(b.value === undefined)
      : direction * compare(a.value, b.value)
  ).map(({ row }) => row);
}

/** Texts that are numbers sort as such. */
function sortValue(value: FieldValue): FieldValue {
  if (typeof value !== "string") return value;
  const number = Number(value);
  return value === "" || Number.isNaN(number) ? value.toLowerCase() : number;
}

function compare(a: string | number, b: string | number): number {
  if (typeof a === "number" && typeof b === "number") return a - b;
  if (typeof a === typeof b) return a < b ? -1 : a > b ? 1 : 0;
  return typeof a === "number" ? -1 : 1;
}

/** Runs that have something in common. */
export interface RunGroup {
  readonly label: string;
  readonly rows: readonly RunRow[];
}

/** Groups of rows, in the order of their first. */
export function groupRows(rows: readonly RunRow[], by: string, names: FieldNames): readonly RunGroup[] {
  const telling = by === ALL_SETTINGS
    ? tellingNames(rows, names.settings).filter((name) => name !== "seed")
    : [by];
  const fields = telling.flatMap((name) => columnOf(name, names) ?? []);
  const groups = new Map<string, RunRow[]>();
  for (const row of rows) {
    const label = fields.flatMap((field) => {
      const value = field.of(row);
      if (value === undefined) return [];
      return field.key === "experiment" ? [String(value)] : [`${field.words} ${cellText(field, value)}`];
    }).join(", ") || (fields.length === 0 ? "all" : `no ${fields.map(({ words }) => words).join(", ")}`);
    const group = groups.get(label);
    if (group === undefined) groups.set(label, [row]);
    else group.push(row);
  }
  return Array.from(groups, ([label, rows]) => ({ label, rows }));
}

/** The mean of a column over a group, and how far its runs lie apart; nothing where it has no numbers. */
export function groupText(
  column: Column,
  rows: readonly RunRow[],
): { readonly mean: string; readonly sd: string } {
  const values = rows.map(column.of);
  if (column.kind !== "number") {
    const texts = [...new Set(values.map((value) => cellText(column, value)))];
    return {
      mean: texts.length === 1 ? texts[0]! : texts.length < 4 ? texts.join(", ") : `${texts.length} values`,
      sd: "",
    };
  }
  const numbers = values.filter((value) => typeof value === "number");
  if (numbers.length === 0) return { mean: "", sd: "" };
  const { mean, sd } = meanAndSd(numbers);
  return { mean: numberText(column.key, mean), sd: numbers.length > 1 ? numberText(column.key, sd) : "" };
}

/** What a column is called where there is room. */
export function columnTitle({ key, words }: Column): string {
  return capital(key.startsWith(resultKey("")) ? inWords(key.slice(resultKey("").length)) : words);
}
