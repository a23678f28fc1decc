/** Several runs as one: their folder, what they add up to, and going on with what was interrupted. */
import { basename, join } from "node:path";
import { UsageError } from "../../src/core/errors.ts";
import type { Figure } from "../../src/plot/mod.ts";
import { factsOf, type RunFacts, STOPPED_BY_REQUEST, textOf } from "../../src/runs/facts.ts";
import { type Json, type JsonObject, toJson } from "../../src/runs/json.ts";
import { listRuns, readRun, type RunFolder } from "../../src/runs/read.ts";
import { createRun, reopenRun, type RunWriter } from "../../src/runs/run.ts";
import { writeFigures } from "../figures/write_figures.ts";
import { type Cell, finishedRun, keyOf, planCells, type PlannedCell, unfinishedRun } from "./cells.ts";
import { fixedBackend } from "./chosen_backend.ts";
import { openCellsView } from "./cells_view.ts";
import { codeVersion } from "./code_version.ts";
import { loadImages } from "./load_images.ts";
import type { Place, RunOptions } from "./place.ts";
import { type PoolEnd, runCells } from "./pool.ts";
import { placeRecord, within } from "./run_folder.ts";
import { changesOf } from "./settings.ts";
import { stopWatch } from "./stop_watch.ts";
import { folderLines, goOnLine } from "./tell.ts";

/** What tells whether a finished run stands for a cell. */
type MatchPlace = Pick<RunOptions, "data" | "digits"> & Partial<Pick<Place, "backend" | "choice">>;

/** How cells are run. */
export interface CellsOptions {
  readonly place: Place;
  /** So many at once. */
  readonly jobs: number;
  /** Module of the worker for more than one. */
  readonly worker: string;
  /** Finished runs that may stand for cells. */
  readonly known: readonly RunFacts[];
  readonly onDone?: (cell: PlannedCell, run: RunFacts) => Promise<void>;
  /** False leaves what is not finished as it is. Default true. */
  readonly isTraining?: boolean;
}

/** Runs the cells that no finished run stands for; tells how many there are, and what failed. */
export async function runWanted(
  wanted: readonly Cell[],
  { place, jobs, worker, known, isTraining = true, onDone = () => Promise.resolve() }: CellsOptions,
): Promise<
  PoolEnd & { readonly done: ReadonlyMap<string, RunFacts>; readonly cells: readonly PlannedCell[] }
> {
  const cells = planCells(wanted);
  const { done, unfinished } = await knownCells(cells, known, place);
  const { screen } = place;
  const minutes = cells.filter(({ key }) => !done.has(key)).reduce((sum, one) => sum + one.minutes, 0);
  const rest = cells.length - done.size;
  if (!isTraining) {
    screen.say(`${done.size} of ${cells.length} runs are finished`);
    return { failed: [], interrupted: rest > 0, done, cells };
  }
  screen.say(
    `${cells.length} runs${done.size === 0 ? "" : `, ${done.size} of them finished before`}: ` +
      (rest === 0
        ? "nothing left to train"
        : `about ${aboutMinutes(minutes / jobs)} on ${
          jobs === 1 ? place.choice.executor.description : `${jobs} threads, a run each`
        }`),
  );
  const view = openCellsView(screen, cells, { known: done.size });
  try {
    const end = await runCells(cells, {
      place,
      jobs,
      worker,
      view,
      done: new Map(done),
      unfinished,
      async onDone(cell, run) {
        done.set(cell.key, run);
        await onDone(cell, run);
      },
    });
    return { ...end, done, cells };
  } finally {
    view.stop();
  }
}

/** The cells that no finished run stands for, and those that they go on from. */
export async function remainingCells(
  wanted: readonly Cell[],
  known: readonly RunFacts[],
  place: MatchPlace,
): Promise<readonly PlannedCell[]> {
  const cells = planCells(wanted);
  const done = await (await knownCells(cells, known, place)).done;
  const left = cells.filter(({ key }) => !done.has(key));
  return cells.filter((cell) => left.includes(cell) || left.some(({ from }) => from === cell.key));
}

function aboutMinutes(minutes: number): string {
  return minutes < 1 ? "a minute or less" : `${Math.ceil(minutes)} minutes`;
}

/**
 * Cells that a finished run stands for, and those that one which is not finished can be gone on with for. What others go on
 * from is looked at before them.
 */
async function knownCells(
  cells: readonly PlannedCell[],
  runs: readonly RunFacts[],
  { data, digits, ...place }: MatchPlace,
): Promise<{ readonly done: Map<string, RunFacts>; readonly unfinished: ReadonlyMap<string, RunFacts> }> {
  const done = new Map<string, RunFacts>();
  const unfinished = new Map<string, RunFacts>();
  const keys = new Map<string, string>();
  const backend = fixedBackend(place);
  const options = {
    code: await codeVersion(),
    keyOfRun: (id: string) => keys.get(id),
    ...(data !== undefined && { data }),
    ...(digits && { digits }),
    ...(backend && { backend }),
  };
  const inOrder = [...cells.filter(({ from }) => from === undefined), ...cells.filter(({ from }) => from)];
  for (const cell of inOrder) {
    const run = await finishedRun(cell, runs, options);
    if (run !== undefined) {
      done.set(cell.key, run);
      keys.set(run.id, cell.key);
      continue;
    }
    const left = await unfinishedRun(cell, runs, options);
    if (left !== undefined) unfinished.set(cell.key, left);
  }
  return { done, unfinished };
}

/** A group: a run folder over the folders of its runs. */
export interface Group {
  /** Its folder starts with it. */
  readonly name: string;
  /** What makes it, after `deno task`: `sweep q1-adam`. */
  readonly task: string;
  /** `5 optimizers × 4 architectures × 5 seeds`. */
  readonly title: string;
  readonly cells: readonly Cell[];
  readonly seed: number;
  /** What the command line asked for, as words; an interrupted group goes on with the same. */
  readonly arguments: readonly string[];
  /** Numbers that the list of its runs shows, by their paths in summaries. */
  readonly columns: readonly string[];
  /** What the runs add up to. */
  report(runs: readonly RunFacts[]): Promise<GroupReport>;
}

export interface GroupReport {
  readonly figures: readonly Figure[];
  /** Texts by their names within the folder. */
  readonly files: Readonly<Record<string, string>>;
  /** For people, at most so wide. */
  text(width?: number): string;
  /** More members of `summary.json`. */
  readonly summary?: JsonObject;
}

/** What is left of a group. */
export interface GroupRun {
  readonly summary: JsonObject;
  readonly path: string;
  readonly interrupted: boolean;
  readonly failed: number;
}

/** Runs a group in a folder of its own, or goes on in that of one that was interrupted. */
export async function runGroup(
  group: Group,
  options: Omit<CellsOptions, "known" | "onDone"> & {
    /** Folder of an earlier run of the group. */
    readonly resume?: string;
    /** Train nothing: report on what has run. Default false. */
    readonly gather?: boolean;
  },
): Promise<GroupRun> {
  const { place, resume } = options;
  const run = resume === undefined ? await newGroup(group, place) : await reopenRun(resume);
  place.screen.say(`${group.name}: ${group.title}`);
  const started = performance.now(), cells = new Map<string, JsonObject>();
  const keys = group.cells.map(keyOf);
  const summarize = (more: JsonObject = {}): JsonObject => ({
    run: run.id,
    experiment: group.name,
    seed: group.seed,
    seconds: (performance.now() - started) / 1000,
    epochs: [...cells.values()].reduce((sum, { epochs }) => sum + Number(epochs), 0),
    cells: toJsonList([...cells.values()]),
    ...more,
  });
  let text = "", failed = 0;
  await using watch = await stopWatch(run, place);
  const ended = await within(run, async () => {
    const known = resume === undefined ? [] : await membersOf(run, place.out);
    const end = await runWanted(group.cells, {
      ...options,
      isTraining: options.gather !== true,
      place: { ...place, group: run.id, signal: watch.signal },
      known,
      async onDone(cell, facts) {
        cells.set(cell.key, cellOf(cell, facts, group.columns));
        await run.writeJson("summary.json", summarize());
      },
    });
    for (const cell of end.cells) {
      const facts = end.done.get(cell.key);
      if (facts) cells.set(cell.key, cellOf(cell, facts, group.columns));
    }
    failed = end.failed.length;
    const runs = [...new Set([...keys, ...end.cells.map(({ key }) => key)])].flatMap((key) =>
      end.done.get(key) ?? []
    );
    const { doing } = place.screen;
    doing?.(`drawing what ${runs.length} runs add up to`);
    const report = await group.report(runs);
    await writeFigures(run, report.figures, { doing });
    for (const [file, content] of Object.entries(report.files)) await run.writeFile(file, content);
    text = report.text(place.screen.columns);
    const summary = summarize({ ...report.summary, ...(watch.isAsked && { stopped: STOPPED_BY_REQUEST }) });
    await run.writeJson("summary.json", summary);
    return { value: summary, interrupted: end.interrupted };
  });
  place.screen.say(`\n${text}\n\n${folderLines(ended.path, place.out)}`);
  if (ended.interrupted || failed > 0) place.screen.say(goOnLine(group.task, ended.path));
  return { summary: ended.value, path: ended.path, interrupted: ended.interrupted, failed };
}

/** Makes the folder of a group whose runs others make. */
export async function openGroup(group: Group, place: Place): Promise<string> {
  const run = await newGroup(group, place);
  await run.writeJson("summary.json", { run: run.id, experiment: group.name, seed: group.seed, cells: [] });
  await run.finish("interrupted");
  return run.path;
}

async function newGroup(group: Group, place: Place): Promise<RunWriter> {
  const { name, seed, cells: [first] } = group;
  // Images that are not there are refused before there is a folder, not by each run.
  if (first !== undefined) {
    await loadImages(first.experiment.images(first.settings), { ...place, seed: first.seed });
  }
  return await createRun(place.out, {
    name,
    seed,
    record: {
      experiment: name,
      arguments: group.arguments,
      ...await placeRecord(place.choice),
    },
  });
}

/** Runs of the group, as their folders tell. */
async function membersOf({ id }: RunWriter, out: string): Promise<readonly RunFacts[]> {
  return (await listRuns(out)).map(factsOf).filter(({ group }) => group === id);
}

/** A finished run as the group's summary lists it. */
function cellOf(
  { experiment, settings, seed }: PlannedCell,
  { id, stopped, numbers }: RunFacts,
  columns: readonly string[],
): JsonObject {
  const changed = Object.entries(changesOf(experiment.defaults, settings));
  const chosen = columns.flatMap((name) =>
    numbers[name] === undefined ? [] : [[name, numbers[name]] as const]
  );
  return {
    run: id,
    experiment: experiment.name,
    seed,
    ...Object.fromEntries(changed.map(([name, value]) => [name, textOf(value)])),
    epochs: numbers.epochs,
    seconds: numbers.seconds,
    stopped,
    ...Object.fromEntries(chosen),
  };
}

function toJsonList(rows: readonly JsonObject[]): Json {
  return rows.map((row) => toJson(row));
}

/** The words that an interrupted group was asked with; throws where the folder is none of this command's. */
export async function argumentsOf(path: string, name: string): Promise<readonly string[]> {
  const { info }: RunFolder = await readRun(path);
  const words = info?.arguments;
  if (
    info?.experiment !== name || !Array.isArray(words) || !words.every((word) => typeof word === "string")
  ) {
    throw new UsageError(
      `--resume takes the folder of an earlier ${name} run, ${basename(path)} is none: name one in ${
        join(path, "..")
      }`,
    );
  }
  return words;
}
