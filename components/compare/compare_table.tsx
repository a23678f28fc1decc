/** Runs, or groups of them, as a table: the settings that differ and what it came to. */
import {
  type Choice,
  type Compared,
  comparedNumbers,
  differingSettings,
  type Group,
  meanAndSd,
  resultKey,
  settingOf,
} from "./grouping.ts";
import { formatDuration, formatScore, formatValue, inWords } from "../format.ts";
import { RunLink, StateMark } from "../parts.tsx";
import { nameOf, noteOf } from "../runs/run_note.ts";
import { Tags } from "../runs/tags.tsx";

export interface CompareTableProps {
  readonly runs: readonly Compared[];
  readonly choice: Choice;
  onSort(sort: string): void;
  onFilter(words: string): void;
  onRemove(id: string): void;
}

interface Row {
  readonly run: Compared;
  readonly cells: readonly string[];
  /** What cells are sorted by. */
  readonly keys: readonly (string | number)[];
}

/** A column that can be sorted by. */
interface Column {
  /** In addresses. */
  readonly key: string;
  readonly words: string;
  readonly isNumber: boolean;
}

/** Settings, then numbers: `epochs` may be how many were allowed, and how many there were. */
function columnsOf(settings: readonly string[], numbers: readonly string[]): readonly Column[] {
  const taken = new Set(numbers.map(inWords));
  return [
    ...settings.map((name) => ({
      key: name,
      words: `${inWords(name)}${taken.has(inWords(name)) ? " (setting)" : ""}`,
      isNumber: false,
    })),
    ...numbers.map((name) => ({ key: resultKey(name), words: inWords(name), isNumber: true })),
  ];
}

/** A row per run; heads sort, words filter. */
export function CompareTable(
  { runs, choice: { sort, filter }, onSort, onFilter, onRemove }: CompareTableProps,
) {
  const rows = runs.map(({ row }) => row),
    settings = differingSettings(rows),
    numbers = comparedNumbers(rows);
  const columns = columnsOf(settings, numbers),
    words = filter.toLowerCase().split(/\s+/).filter((word) => word !== "");
  const all = runs.map((run): Row => ({
    run,
    cells: [
      ...settings.map((name) => settingOf(run.row, name)),
      ...numbers.map((name) => numberIn(name, run.row.numbers[name])),
    ],
    keys: [
      ...settings.map((name) => numeric(settingOf(run.row, name))),
      ...numbers.map((name) => run.row.numbers[name] ?? -Infinity),
    ],
  }));
  const shown = all.filter(({ run, cells }) => {
    const text = [run.row.id, run.row.state, ...cells].join(" ").toLowerCase();
    return words.every((word) => text.includes(word));
  });
  const column = sort === null ? -1 : columns.findIndex(({ key }) => key === sort.replace(/^-/, "")),
    direction = sort?.startsWith("-") ? -1 : 1;
  const sorted = column < 0
    ? shown
    : shown.toSorted((a, b) => direction * compare(a.keys[column]!, b.keys[column]!));
  return (
    <>
      <label class="table-filter needs-script">
        Rows with{" "}
        <input
          type="search"
          value={filter}
          placeholder="any words"
          onInput={(event) => onFilter(event.currentTarget.value)}
        />
      </label>
      <div class="table-scroll">
        <table class="booktabs">
          <caption class="sr-only">The runs that are compared</caption>
          <thead>
            <tr>
              <th scope="col">run</th>
              <th scope="col">state</th>
              {columns.map((column) => <Head key={column.key} column={column} sort={sort} onSort={onSort} />)}
              <td />
            </tr>
          </thead>
          <tbody>
            {sorted.map(({ run: { row }, cells }) => (
              <tr key={row.id}>
                <td class="run-cell">
                  <RunLink id={row.id}>{nameOf(row)}</RunLink>
                  <Tags tags={noteOf(row).tags} />
                </td>
                <td>
                  <StateMark state={row.state} />
                </td>
                {cells.map((cell, i) => (
                  <td key={i} class={i >= settings.length ? "number" : "nowrap"}>
                    <bdi>{cell}</bdi>
                  </td>
                ))}
                <td>
                  <button
                    type="button"
                    class="remove needs-script"
                    aria-label={`Leave out ${row.id}`}
                    onClick={() => onRemove(row.id)}
                  >
                    ×
                  </button>
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </>
  );
}

function Head(
  { column: { key, words, isNumber }, sort, onSort }: {
    readonly column: Column;
    readonly sort: string | null;
    onSort(sort: string): void;
  },
) {
  const order = sort === key ? "ascending" : sort === `-${key}` ? "descending" : "none";
  return (
    <th scope="col" class={isNumber ? "number" : undefined} aria-sort={order}>
      <button type="button" class="sort" onClick={() => onSort(order === "ascending" ? `-${key}` : key)}>
        <bdi>{words}</bdi>
        <span aria-hidden="true">{order === "ascending" ? "↑" : order === "descending" ? "↓" : ""}</span>
      </button>
    </th>
  );
}

/** A row per group: means, and how far single seeds lie from them. */
export function GroupTable({ groups }: { readonly groups: readonly Group[] }) {
  const numbers = comparedNumbers(groups.flatMap(({ runs }) => runs.map(({ row }) => row)));
  return (
    <div class="table-scroll">
      <table class="booktabs">
        <caption>Mean of the runs in each group ± standard deviation</caption>
        <thead>
          <tr>
            <th scope="col">group</th>
            <th scope="col" class="number">runs</th>
            {numbers.map((name) => <th scope="col" class="number" key={name}>{inWords(name)}</th>)}
          </tr>
        </thead>
        <tbody>
          {groups.map(({ label, runs }) => (
            <tr key={label}>
              <th scope="row" class={label.length > 40 ? "run-cell" : "nowrap"}>
                <bdi>{label}</bdi>
              </th>
              <td class="number">{runs.length}</td>
              {numbers.map((name) => {
                const values = runs.flatMap(({ row }) => row.numbers[name] ?? []);
                if (values.length === 0) return <td key={name} />;
                const { mean, sd } = meanAndSd(values);
                return (
                  <td key={name} class="number">
                    {numberIn(name, mean)}
                    {values.length > 1 && <span class="quiet">{` ± ${numberIn(name, sd)}`}</span>}
                  </td>
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

function numberIn(name: string, value: number | undefined): string {
  if (value === undefined) return "";
  return /(accuracy|loss|mse)$/.test(name)
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

function compare(a: string | number, b: string | number): number {
  if (typeof a === "number" && typeof b === "number") return a - b;
  return String(a).localeCompare(String(b), "en");
}
