/** What the list of runs is drawn from, and news of it. */
import { packRuns, type RunsData, type RunsNews } from "../components/runs/packed.ts";
import type { RunRow } from "../components/types.ts";
import type { Library } from "./library.ts";
import { followList } from "./live.ts";

/** Runs under way whose metrics are looked at for the numbers that they have come to so far. */
const MAX_LIVE = 16;

/** What a curve says of a run so far, by the numbers that its summary will have. */
const SO_FAR: Readonly<Record<string, string>> = {
  loss: "train.loss",
  valLoss: "validation.loss",
  valAccuracy: "validation.accuracy",
  testLoss: "test.loss",
  testAccuracy: "test.accuracy",
};

export async function runsData(library: Library): Promise<RunsData> {
  return { runs: packRuns(await liveRows(library)), problem: library.store.notes.problem ?? null };
}

/** All rows; those under way with the numbers of their last epoch. */
async function liveRows(library: Library): Promise<readonly RunRow[]> {
  const rows = await library.store.list();
  const live = rows.filter(({ state, isGroup }) => state === "running" && !isGroup).slice(0, MAX_LIVE);
  const known = new Map(
    await Promise.all(live.map(async (row) => [row.id, await soFar(library, row)] as const)),
  );
  return known.size === 0 ? rows : rows.map((row) => known.get(row.id) ?? row);
}

async function soFar(library: Library, row: RunRow): Promise<RunRow> {
  const metrics = library.metrics(row.id);
  await metrics.refresh();
  const stages = metrics.stages(), last = stages.at(-1);
  if (last === undefined) return row;
  const own = stages.length > 1 ? [] : last.curves.flatMap(({ key, y }) => {
    const value = y.at(-1);
    return typeof value === "number" && Object.hasOwn(SO_FAR, key) ? [[SO_FAR[key]!, value] as const] : [];
  });
  return {
    ...row,
    numbers: {
      ...Object.fromEntries(own),
      epochs: stages.reduce((sum, { epochs }) => sum + epochs, 0),
      ...(last.seconds !== null && { seconds: last.seconds }),
      ...row.numbers,
    },
  };
}

/** The list now, and from then on what changes in it. */
export async function* followRuns(library: Library, signal: AbortSignal): AsyncGenerator<RunsNews> {
  let told: ReadonlyMap<string, { readonly row: RunRow; readonly text: string }> | undefined;
  let order: string | undefined, said: string | null = null;
  for await (const _ of followList(library, signal)) {
    const rows = await liveRows(library), before = told;
    const problem = library.store.notes.problem ?? null;
    const now = new Map(rows.map((row) => {
      const known = before?.get(row.id);
      return [row.id, known?.row === row ? known : { row, text: JSON.stringify(row) }] as const;
    }));
    const newOrder = rows.map(({ id }) => id).join("\n"), isAll = newOrder !== order;
    const changed = isAll ? rows : rows.filter(({ id }) => before?.get(id)?.text !== now.get(id)!.text);
    told = now;
    order = newOrder;
    if (changed.length > 0 || problem !== said || isAll) yield { runs: packRuns(changed), isAll, problem };
    said = problem;
  }
}
