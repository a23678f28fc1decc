/** A few runs as a table. */
import { formatCount, formatDuration, formatScore, formatTime, formatValue } from "../format.ts";
import { RunLink, StateMark } from "../parts.tsx";
import { nameOf, noteOf } from "../runs/run_note.ts";
import { Tags } from "../runs/tags.tsx";
import type { RunRow } from "../types.ts";

/** What runs come to, of every kind, and what a row calls it; the first two that a run has are shown. */
export const RESULTS = [
  ["validation.accuracy", "validation"],
  ["test.accuracy", "test"],
  ["classifier.test.accuracy", "test on codes"],
  ["reconstruction.test.mse", "error"],
  ["test.mse", "error"],
  ["test.loss", "test loss"],
  ["validation.loss", "validation loss"],
] as const;
const SHOWN = 2;

/** A row per run: what it was, how it went, what it came to. What is wrong with it stands below its name. */
export function RunTable({ rows, caption }: { readonly rows: readonly RunRow[]; readonly caption: string }) {
  return (
    <div class="table-scroll">
      <table class="booktabs runs">
        <caption class="sr-only">{caption}</caption>
        <thead>
          <tr>
            <th scope="col">run</th>
            <th scope="col">state</th>
            <th scope="col">started</th>
            <th scope="col" class="number">seed</th>
            <th scope="col" class="number">epochs</th>
            <th scope="col" class="number">time</th>
            <th scope="col">came to</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => <Row key={row.id} row={row} />)}
        </tbody>
      </table>
    </div>
  );
}

function Row({ row }: { readonly row: RunRow }) {
  const { id, state, startedAt, seed, numbers, error } = row, { epochs, seconds } = numbers;
  const results = RESULTS.filter(([name]) => numbers[name] !== undefined).slice(0, SHOWN);
  return (
    <tr>
      <td class="run-cell">
        <RunLink id={id}>{nameOf(row)}</RunLink>
        <Tags tags={noteOf(row).tags} />
        {error !== null && (
          <p class="row-error">
            <bdi>{error}</bdi>
          </p>
        )}
      </td>
      <td>
        <StateMark state={state} />
      </td>
      <td class="nowrap">{formatTime(startedAt)}</td>
      <td class="number">{seed ?? ""}</td>
      <td class="number">{epochs === undefined ? "" : formatCount(epochs)}</td>
      <td class="number nowrap">{seconds === undefined ? "" : formatDuration(seconds)}</td>
      <td class="nowrap">
        {results.map(([name, words], i) => (
          <span key={name}>
            {i > 0 && ", "}
            <span class="quiet">{words}</span>{" "}
            {name.endsWith("mse") ? formatValue(numbers[name]) : formatScore(numbers[name])}
          </span>
        ))}
      </td>
    </tr>
  );
}
