/** Runs as a table. */
import { formatCount, formatDuration, formatScore, formatTime } from "../format.ts";
import { RunLink, StateMark } from "../parts.tsx";
import type { RunRow } from "../types.ts";

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
            <th scope="col" class="number">validation</th>
            <th scope="col" class="number">test</th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => <Row key={row.id} row={row} />)}
        </tbody>
      </table>
    </div>
  );
}

function Row({ row: { id, state, startedAt, seed, numbers, error } }: { readonly row: RunRow }) {
  const { epochs, seconds } = numbers;
  return (
    <tr>
      <td class="run-cell">
        <RunLink id={id} />
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
      <td class="number">{scoreIn(numbers, "validation.accuracy")}</td>
      <td class="number">{scoreIn(numbers, "test.accuracy")}</td>
    </tr>
  );
}

function scoreIn(numbers: RunRow["numbers"], name: string): string {
  return numbers[name] === undefined ? "" : formatScore(numbers[name]);
}
