/** The columns of a comparison, and which of its runs a few words leave. */
import { type Compared, comparedNumbers, differingSettings, resultKey, settingOf } from "./grouping.ts";
import { formatDuration, formatScore, formatValue, inWords } from "../format.ts";
import type { RunRow } from "../types.ts";

/** A column that can be sorted by. */
export interface Column {
  /** In addresses. */
  readonly key: string;
  readonly words: string;
  readonly isNumber: boolean;
  /** Which end of it is the better one; null where that is a matter of taste. */
  readonly better: "higher" | "lower" | null;
  text(row: RunRow): string;
  /** What it is sorted by. */
  sortKey(row: RunRow): string | number;
}

/** What runs came to, then the settings in which they differ: `epochs` may be both, how many there were and might be. */
export function columnsOf(rows: readonly RunRow[]): readonly Column[] {
  const numbers = comparedNumbers(rows), taken = new Set(numbers.map(inWords));
  return [
    ...numbers.map((name): Column => ({
      key: resultKey(name),
      words: inWords(name),
      isNumber: true,
      better: /accuracy$/.test(name) ? "higher" : /(loss|mse)$/.test(name) ? "lower" : null,
      text: (row) => numberIn(name, row.numbers[name]),
      sortKey: (row) => row.numbers[name] ?? -Infinity,
    })),
    ...differingSettings(rows).map((name): Column => ({
      key: name,
      words: `${inWords(name)}${taken.has(inWords(name)) ? " (setting)" : ""}`,
      isNumber: false,
      better: null,
      text: (row) => settingOf(row, name),
      sortKey: (row) => numeric(settingOf(row, name)),
    })),
  ];
}

/** The runs that have all of the words: in their names, their states, or a cell of their rows. */
export function filterRuns(runs: readonly Compared[], filter: string): readonly Compared[] {
  const words = filter.toLowerCase().split(/\s+/).filter((word) => word !== "");
  if (words.length === 0) return runs;
  const columns = columnsOf(runs.map(({ row }) => row));
  return runs.filter(({ row }) => {
    const cells = [row.id, row.state, ...columns.map(({ text }) => text(row))];
    const text = cells.join(" ").toLowerCase();
    return words.every((word) => text.includes(word));
  });
}

/** The best value of a column; `undefined` where there is none, or nothing to choose from. */
export function bestOf({ better, sortKey }: Column, rows: readonly RunRow[]): number | undefined {
  const values = rows.map(sortKey).filter((value): value is number =>
    typeof value === "number" && Number.isFinite(value)
  );
  if (better === null || values.length < 2) return undefined;
  return better === "higher" ? Math.max(...values) : Math.min(...values);
}

/** A number of the summary, as long as it says something. */
export function numberIn(name: string, value: number | undefined): string {
  if (value === undefined) return "";
  // An error may be small, and is told in four digits.
  return /(accuracy|loss)$/.test(name)
    ? formatScore(value)
    : name === "seconds"
    ? formatDuration(value)
    : formatValue(value);
}

/** Numbers sort as such. */
function numeric(text: string): string | number {
  const value = Number(text);
  return text === "" || Number.isNaN(value) ? text : value;
}

/** The rows in the order that `sort` asks for: a column's key, with a minus before it for the other way round. */
export function sortedRuns(
  runs: readonly Compared[],
  sort: string | null,
  columns: readonly Column[],
): readonly Compared[] {
  const column = columns.find(({ key }) => key === sort?.replace(/^-/, ""));
  const direction = sort?.startsWith("-") ? -1 : 1;
  return column === undefined
    ? runs
    : runs.toSorted((a, b) => direction * compare(column.sortKey(a.row), column.sortKey(b.row)));
}

function compare(a: string | number, b: string | number): number {
  if (typeof a === "number" && typeof b === "number") return a - b;
  return String(a).localeCompare(String(b), "en");
}
