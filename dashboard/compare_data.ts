/** What the page that compares runs is drawn from. */
import { type Choice, choiceOf, MAX_COMPARED } from "../components/compare/choice.ts";
import type { Compared } from "../components/compare/grouping.ts";
import type { CompareData, PickRow, Suggestion } from "../components/compare/compare_types.ts";
import type { Curve, RunRow } from "../components/types.ts";
import { REPORTS } from "./catalog.ts";
import type { Library } from "./library.ts";
import { readPictures } from "./pictures.ts";

const MAX_SUGGESTED = 12;
/** In an export every run can be chosen, so that all curves lie in the page: of so many runs, in so many points. */
const EXPORTED_RUNS = 200, EXPORTED_POINTS = 120;

/** The page for the choice in its address; in an export, for any choice. */
export async function compareData(
  library: Library,
  url: URL,
  { isExport }: { readonly isExport: boolean },
): Promise<CompareData> {
  const rows = (await library.store.list()).filter(({ experiment, isGroup }) =>
    experiment !== "" && !isGroup
  );
  const choice = choiceOf(url.searchParams);
  const ids = isExport ? rows.slice(0, EXPORTED_RUNS).map(({ id }) => id) : choice.runs;
  const runs = await comparedRuns(library, ids);
  return {
    choice: {
      ...choice,
      runs: choice.runs.filter((id) => runs.some(({ row }) => row.id === id)),
    } satisfies Choice,
    missing: choice.runs.filter((id) => !runs.some(({ row }) => row.id === id)),
    leftOut: Math.max(0, new Set(url.searchParams.getAll("run")).size - MAX_COMPARED),
    runs: isExport ? runs.map(thinned) : runs,
    picks: rows.slice(0, isExport ? EXPORTED_RUNS : undefined).map(pickOf),
    suggestions: suggestionsOf(rows),
  };
}

/** The runs with their curves; ids that are no runs are left out. */
export async function comparedRuns(library: Library, ids: readonly string[]): Promise<readonly Compared[]> {
  const found: Compared[] = [];
  for (const id of ids) {
    const row = await library.store.row(id);
    if (row === undefined || row.experiment === "") continue;
    const metrics = library.metrics(id);
    await metrics.refresh();
    const stages = metrics.stages(), clocks = metrics.clocks();
    const curves = stages.flatMap(({ name, curves }, i) =>
      [...curves.filter(({ key }) => key !== "wait"), ...clocks[i]!].map((curve) => ({
        ...curve,
        key: stages.length > 1 ? `${name ?? "first"}: ${curve.key}` : curve.key,
      }))
    );
    const { confusions, figures } = readPictures(library.store.root, id);
    found.push({
      row,
      curves,
      confusions,
      figures: figures.map(({ description: _, ...figure }) => figure),
    });
  }
  return found;
}

function thinned(run: Compared): Compared {
  return { ...run, curves: run.curves.map(fewPoints) };
}

function fewPoints({ key, x, y }: Curve): Curve {
  const step = Math.max(1, Math.ceil(x.length / EXPORTED_POINTS));
  const keep = (_: unknown, i: number) => i % step === 0 || i === x.length - 1;
  return { key, x: x.filter(keep), y: y.filter(keep) };
}

function pickOf({ id, experiment, seed, state, network, numbers }: RunRow): PickRow {
  const score = numbers["validation.accuracy"] ?? numbers["test.accuracy"] ??
    numbers["classifier.test.accuracy"];
  return { id, experiment, seed, state, network, score: score ?? null };
}

/** Choices that make sense: the newest finished run of each experiment of a question, and the seeds of one experiment. */
function suggestionsOf(rows: readonly RunRow[]): readonly Suggestion[] {
  const finished = rows.filter(({ state }) => state === "finished"), found: Suggestion[] = [];
  const of = (name: string) => finished.filter(({ experiment }) => experiment === name);
  for (const { title, experiments } of REPORTS.flatMap(({ questions }) => questions)) {
    const newest = experiments.flatMap(({ name }) =>
      of(name).find(({ isPublished }) => isPublished) ?? of(name)[0] ?? []
    );
    if (newest.length > 1) found.push({ title, runs: newest.map(({ id }) => id), by: null });
  }
  for (const name of new Set(finished.map(({ experiment }) => experiment))) {
    const own = of(name).slice(0, MAX_COMPARED);
    if (own.length > 1) {
      found.push({
        title: `${name}, ${own.length} runs`,
        runs: own.map(({ id }) => id),
        by: "*",
      });
    }
  }
  return found.slice(0, MAX_SUGGESTED);
}
