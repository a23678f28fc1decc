/** Finding our runs for what a report prints. */
import type { RunRow } from "../../components/types.ts";
import type { Wanted } from "./spec.ts";

/**
 * Runs of the experiment with these settings that came to their end, the newest of each seed, the newest first. One that was
 * cut off by the clock says nothing.
 */
export function findRuns(
  rows: readonly RunRow[],
  { experiment, where = {}, anySettings = false }: Omit<Wanted, "number">,
): readonly RunRow[] {
  const found = rows.filter((row) =>
    row.experiment === experiment && row.state === "finished" && row.stopped !== "time" &&
    (anySettings || row.isPublished) &&
    Object.entries(where).every(([name, value]) => row.settings[name] === value)
  );
  const seeds = new Map<number | null, RunRow>();
  for (const row of found) if (!seeds.has(row.seed)) seeds.set(row.seed, row);
  return [...seeds.values()];
}

/** The newest run for a figure: with the report's settings if there is one. */
export function findRun(rows: readonly RunRow[], wanted: Omit<Wanted, "number">): RunRow | undefined {
  return findRuns(rows, { ...wanted, anySettings: false })[0] ??
    findRuns(rows, { ...wanted, anySettings: true })[0];
}
