/** What a run came to: scores, confusion matrices, tables. */
import { capital, formatCount, formatScore, formatValue, inWords } from "../format.ts";
import { RunLink } from "../parts.tsx";
import { Tabs } from "../tabs.tsx";
import type { Confusion, RunData, ScoreTable, TextTable } from "../types.ts";

/** Scores on the sets, the published ones below ours. */
export function Scores({ tables }: { readonly tables: readonly ScoreTable[] }) {
  return (
    <>
      {tables.map(({ name, columns, rows }) => (
        <div class="table-scroll" key={name}>
          <table class="booktabs">
            <caption>{name === null ? "Scores" : `Scores, ${inWords(name)}`}</caption>
            <thead>
              <tr>
                <th scope="col">set</th>
                {columns.map((column) => <th scope="col" class="number" key={column}>{inWords(column)}</th>)}
              </tr>
            </thead>
            <tbody>
              {rows.flatMap(({ set, ours, published }) => [
                <tr key={set}>
                  <th scope="row">
                    <span class={`tone-word tone-${set}`}>{set}</span>
                  </th>
                  {ours.map((value, i) => <td class="number" key={i}>{scoreIn(columns[i]!, value)}</td>)}
                </tr>,
                published && (
                  <tr key={`${set} published`} class="quiet">
                    <th scope="row">published</th>
                    {published.map((value, i) => (
                      <td class="number" key={i}>{scoreIn(columns[i]!, value)}</td>
                    ))}
                  </tr>
                ),
              ])}
            </tbody>
          </table>
        </div>
      ))}
    </>
  );
}

/** Accuracies with four decimals; an error may be small, so it has four digits. */
function scoreIn(column: string, value: number | null): string {
  return column === "mse" ? formatValue(value) : formatScore(value);
}

/** Confusion matrices, one tab each. */
export function Confusions({ confusions }: { readonly confusions: readonly Confusion[] }) {
  // The last says most: of the test set.
  return (
    <Tabs
      label="Confusion matrices"
      first={confusions.length - 1}
      tabs={ordered(confusions).map((confusion) => ({
        name: confusion.name,
        panel: <Matrix confusion={confusion} />,
      }))}
    />
  );
}

const ORDER = ["train", "validation", "test"];

/** Train, validation, test; others after them. */
export function ordered(confusions: readonly Confusion[]): readonly Confusion[] {
  const rank = ({ name }: Confusion) => {
    const at = ORDER.findIndex((set) => name.toLowerCase().endsWith(set));
    return at < 0 ? ORDER.length : at;
  };
  return confusions.toSorted((a, b) => rank(a) - rank(b));
}

/** Shades of a cell, of which the style sheet knows each. */
const SHADES = 10;

/** In what the run is not as in its report. */
export function ReportDifferences({ differences }: Pick<RunData, "differences">) {
  if (differences === null) return null;
  if (differences.length === 0) return <p>All settings are those of the report.</p>;
  const rows = differences.map(({ name, ours, report }) => [name, ours, report]);
  const table = {
    title: "What differs from the report's settings",
    columns: ["setting", "here", "report"],
    rows,
  };
  return <TextTables tables={[table]} />;
}

/** One confusion matrix. */
export function Matrix({ confusion: { name, classes, counts } }: { readonly confusion: Confusion }) {
  const totals = counts.map((row) => row.reduce((sum, count) => sum + count, 0));
  const right = counts.reduce((sum, row, i) => sum + row[i]!, 0),
    all = totals.reduce((sum, total) => sum + total, 0);
  // Names stand upright above their columns, which would be as wide as they are long.
  const isNamed = classes.some((label) => label.length > 4);
  return (
    <div class="table-scroll">
      <table class={`confusion${classes.length > 6 ? " many" : ""}${isNamed ? " named" : ""}`}>
        <caption>
          {name}: {formatCount(right)} of {formatCount(all)}{" "}
          right. Rows are true classes, columns what was said.
        </caption>
        <thead>
          <tr>
            <td />
            {classes.map((label) => (
              <th scope="col" key={label}>
                <bdi>{label}</bdi>
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {counts.map((row, i) => (
            <tr key={i}>
              <th scope="row">
                <bdi>{classes[i]}</bdi>
              </th>
              {row.map((count, j) => {
                // The root makes errors of one in a hundred visible beside a diagonal of ninety-nine.
                const share = totals[i] === 0 ? 0 : count / totals[i]!;
                const shade = count === 0 ? 0 : Math.max(1, Math.round(Math.sqrt(share) * SHADES));
                return (
                  <td key={j} class={`shade-${shade}${i === j ? " diagonal" : ""}`}>
                    {formatCount(count)}
                    {count > 0 && <small>{percent(share)}</small>}
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

function percent(share: number): string {
  return share === 1
    ? "100%"
    : share > 0.999
    ? ">99.9%"
    : share < 0.001
    ? "<0.1%"
    : `${(share * 100).toFixed(1)}%`;
}

const NUMBER = /^([<>≈−-]?[\d,.]+(e[-+]?\d+)?%?|[–-])$/, LONG_NUMBER = /^-?\d+\.\d{6,}$/;
/** Cells of no more characters stay on one line. */
const SHORT = 18;

/** Tables as they lie in the run's folder, or as its summary tells them. */
export function TextTables({ tables }: { readonly tables: readonly TextTable[] }) {
  return <>{tables.map((table, i) => <TextTableView key={i} table={table} />)}</>;
}

function TextTableView({ table: { title, columns, rows, runs } }: { readonly table: TextTable }) {
  const isNumber = columns.map((_, c) => rows.every((row) => (row[c] ?? "") === "" || NUMBER.test(row[c]!)));
  const sides = isNumber.map((number, c) =>
    number ? "number" : rows.every((row) => (row[c] ?? "").length <= SHORT) ? "nowrap" : undefined
  );
  return (
    <div class="table-scroll">
      <table class="booktabs">
        <caption>{capital(inWords(title))}</caption>
        <thead>
          <tr>
            {runs && <th scope="col">run</th>}
            {columns.map((column, c) => <th scope="col" key={c} class={sides[c]}>{inWords(column)}</th>)}
          </tr>
        </thead>
        <tbody>
          {rows.map((row, r) => (
            <tr key={r}>
              {runs && <td class="run-cell">{runs[r] && <RunLink id={runs[r]!} />}</td>}
              {columns.map((_, c) => (
                <td key={c} class={sides[c]}>
                  <bdi>{shortNumber(row[c] ?? "")}</bdi>
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** More than five digits are noise; the file has them. */
function shortNumber(text: string): string {
  return LONG_NUMBER.test(text) ? String(Number(Number(text).toPrecision(5))) : text;
}
