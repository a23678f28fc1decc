/** Runs, or groups of them, as a table: what they came to, and the settings that differ. */
import { bestOf, type Column, columnsOf, numberIn, sortedRuns } from "./compare_columns.ts";
import { type Compared, comparedNumbers, type Group, meanAndSd } from "./grouping.ts";
import { inWords } from "../format.ts";
import { RunLink, StateMark } from "../parts.tsx";
import { nameOf, noteOf } from "../runs/run_note.ts";
import { Tags } from "../runs/tags.tsx";

/** How a run's line looks, and whether it is drawn. */
export interface RunLook {
  readonly tone: string;
  readonly dash: number;
  readonly isHidden: boolean;
}

export interface CompareTableProps {
  /** Those that have a row. */
  readonly runs: readonly Compared[];
  /** Those that columns are made of: the filter leaves rows out, and no column. */
  readonly all: readonly Compared[];
  readonly sort: string | null;
  /** By id; none where lines are of groups. */
  readonly looks: ReadonlyMap<string, RunLook>;
  onSort(sort: string): void;
  onHide(id: string): void;
  onRemove(id: string): void;
}

/** A row per run; heads sort, and what is best in a column is set in bold. */
export function CompareTable({ runs, all, sort, looks, onSort, onHide, onRemove }: CompareTableProps) {
  const columns = columnsOf(all.map(({ row }) => row)), rows = runs.map(({ row }) => row);
  const best = columns.map((column) => bestOf(column, rows));
  return (
    <div class="table-scroll">
      <table class="booktabs compare">
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
          {sortedRuns(runs, sort, columns).map(({ row }) => (
            <tr key={row.id}>
              <td class="run-cell">
                <LookMark id={row.id} look={looks.get(row.id)} onHide={onHide} />
                <RunLink id={row.id}>{nameOf(row)}</RunLink>
                <Tags tags={noteOf(row).tags} />
              </td>
              <td>
                <StateMark state={row.state} />
              </td>
              {columns.map((column, i) => {
                const text = column.text(row),
                  isBest = best[i] !== undefined && column.sortKey(row) === best[i];
                return (
                  <td key={column.key} class={column.isNumber ? "number" : "nowrap"}>
                    {isBest ? <b>{text}</b> : <bdi>{text}</bdi>}
                  </td>
                );
              })}
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
      {runs.length === 0 && <p class="quiet">No run has these words.</p>}
    </div>
  );
}

/** The line of a run, which hides it and shows it again. */
function LookMark(
  { id, look, onHide }: { readonly id: string; readonly look: RunLook | undefined; onHide(id: string): void },
) {
  return look && (
    <button
      type="button"
      class={`look tone-${look.tone}`}
      aria-pressed={!look.isHidden}
      aria-label={`Draw ${id}`}
      onClick={() => onHide(id)}
    >
      <svg class="swatch" viewBox="0 0 16 8" aria-hidden="true">
        <path class={`line dash-${look.dash}`} d="M0,4H16" />
      </svg>
    </button>
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
