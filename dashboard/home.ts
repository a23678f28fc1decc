/** What the Home page shows: each experiment with its best run, and what happened lately. */
import { RESULTS } from "../components/run/run_table.tsx";
import { noteOf } from "../components/runs/run_note.ts";
import type { Card, CardReport, HomeData, RunRow } from "../components/types.ts";
import { type Experiment, findExperiment, type Measure, REPORTS } from "./catalog.ts";
import type { Library } from "./library.ts";

const RECENT = 6, BROKEN = 5;

export async function homeData(library: Library): Promise<HomeData> {
  const rows = await library.store.list(),
    byName = new Map<string, RunRow[]>(),
    cells = new Map<string, number>();
  for (const row of rows) {
    if (row.group !== null) cells.set(row.group, (cells.get(row.group) ?? 0) + 1);
    if (row.experiment === "") continue;
    const own = byName.get(row.experiment);
    if (own === undefined) byName.set(row.experiment, [row]);
    else own.push(row);
  }
  const card = (experiment: Experiment) =>
    cardOf(library, experiment, { rows: byName.get(experiment.name) ?? [], cells });
  const reports = await Promise.all(
    REPORTS.map(async ({ id, title, subtitle, questions }): Promise<CardReport> => ({
      id,
      title,
      subtitle,
      questions: await Promise.all(questions.map(async ({ title, about, experiments }) => ({
        title,
        about,
        cards: await Promise.all(experiments.map(card)),
      }))),
    })),
  );
  const unknown = [...byName.keys()].filter((name) => findExperiment(name) === undefined).sort().slice(0, 24);
  const broken = rows.filter(({ state, error }) =>
    state === "unknown" || (error !== null && state !== "failed")
  );
  return {
    reports,
    others: await Promise.all(unknown.map((name) => card(strangeExperiment(name)))),
    recent: rows.filter((row) => row.state !== "unknown" && !noteOf(row).isArchived).slice(0, RECENT).map(
      light,
    ),
    broken: broken.slice(0, BROKEN).map(light),
    brokenCount: broken.length,
    runs: rows.length,
  };
}

/** Of experiments that the catalogue does not know. */
function strangeExperiment(name: string): Experiment {
  const measures: readonly Measure[] = [
    { number: "validation.accuracy", label: "validation accuracy", better: "higher" },
    { number: "test.accuracy", label: "test accuracy", better: "higher" },
    { number: "test.loss", label: "test loss", better: "lower" },
  ];
  return { name, title: name, about: "", place: "", measures };
}

async function cardOf(
  library: Library,
  { name, title, about, place, measures }: Experiment,
  { rows, cells }: { readonly rows: readonly RunRow[]; readonly cells: ReadonlyMap<string, number> },
): Promise<Card> {
  const live = rows.find(({ state }) => state === "running"), newest = live ?? rows[0];
  const best = bestOf(rows, measures), shown = live ?? rows.find(({ id }) => id === best?.id) ?? newest;
  return {
    name,
    title,
    about,
    place,
    runs: rows.length,
    state: newest?.state ?? null,
    newest: newest?.id ?? null,
    best,
    cells: newest?.isGroup ? cells.get(newest.id) ?? 0 : null,
    curve: shown === undefined ? null : await library.spark(shown),
  };
}

/** The best run by the first measure that any of them has. */
function bestOf(rows: readonly RunRow[], measures: readonly Measure[]): Card["best"] {
  for (const { number, label, better } of measures) {
    let best: Card["best"] = null;
    for (const { id, numbers: { [number]: value } } of rows) {
      const isBetter = value !== undefined &&
        (best === null || (better === "higher" ? value > best.value : value < best.value));
      if (isBetter) best = { id, value, label };
    }
    if (best !== null) return best;
  }
  return null;
}

/** A row without what only other pages need. */
function light(row: RunRow): RunRow {
  const { epochs, seconds } = row.numbers;
  const kept = RESULTS.map(([name]) => name).filter((name) => row.numbers[name] !== undefined);
  return {
    ...row,
    settings: {},
    numbers: {
      ...(epochs !== undefined && { epochs }),
      ...(seconds !== undefined && { seconds }),
      ...Object.fromEntries(kept.map((name) => [name, row.numbers[name]!])),
    },
  };
}
