/** Trainings that are wanted, as cells: each once, those that others go on from before them, the long ones first. */
import { flatten, type RunFacts, textOf } from "../../src/runs/facts.ts";
import type { Experiment } from "./experiment.ts";
import { dataRecord, loadImages } from "./load_images.ts";
import type { ImageOptions } from "./place.ts";
import { changesOf, settingTexts } from "./settings.ts";

/** One run that is wanted. */
export interface Cell {
  readonly experiment: Experiment;
  readonly settings: object;
  readonly seed: number;
  /** Whether its figures are wanted. Default false. */
  readonly figures?: boolean;
}

/** A cell among others. */
export interface PlannedCell extends Cell {
  /** The same for the same settings and seed. */
  readonly key: string;
  /** Key of the cell whose run it goes on from. */
  readonly from?: string;
  /** `q1-adam, arch 15-30-10, seed 3`. */
  readonly title: string;
  /** What it takes on one thread, about. */
  readonly minutes: number;
}

/** What tells cells apart. */
export function keyOf({ experiment, settings, seed }: Cell): string {
  return JSON.stringify([experiment.name, settingTexts(settings), seed]);
}

/** What a cell is called: what differs from the experiment's defaults, and its seed. */
export function titleOf({ experiment, settings, seed }: Cell): string {
  const changes = Object.entries(changesOf(experiment.defaults, settings))
    .map(([name, value]) => `${name} ${textOf(value).replaceAll(", ", "-")}`);
  return [experiment.name, ...changes, `seed ${seed}`].join(", ");
}

/**
 * Each wanted cell once, with those that they go on from; a cell that is wanted with its figures and without is made
 * with them. What takes longest comes first, counted with what waits for it: then all cores end at about one time.
 */
export function planCells(wanted: readonly Cell[]): readonly PlannedCell[] {
  const planned = new Map<string, PlannedCell>();
  const add = (cell: Cell): string => {
    const key = keyOf(cell);
    const known = planned.get(key);
    const { experiment, settings, seed } = cell;
    const { from } = experiment;
    const before = from && add({
      experiment: from.experiment,
      settings: from.settings(settings),
      seed,
      ...(cell.figures && { figures: true }),
    });
    planned.set(key, {
      ...cell,
      key,
      title: titleOf(cell),
      minutes: experiment.minutes(settings),
      figures: (cell.figures ?? false) || (known?.figures ?? false),
      ...(before !== undefined && { from: before }),
    });
    return key;
  };
  for (const cell of wanted) add(cell);
  const cells = [...planned.values()];
  const weight = ({ key, minutes }: PlannedCell): number =>
    minutes + Math.max(0, ...cells.filter(({ from }) => from === key).map(weight));
  const weights = new Map(cells.map((cell) => [cell.key, weight(cell)]));
  return cells.toSorted((a, b) => weights.get(b.key)! - weights.get(a.key)!);
}

/** What a run must have been made with to stand for a cell. */
export interface MatchOptions extends ImageOptions {
  readonly code: string;
  /** Others round otherwise; left out, any will do. */
  readonly backend?: string;
  /** Key of the cell that a run went on from, by its id. */
  readonly keyOfRun?: (id: string) => string | undefined;
}

/** The newest finished run that stands for a cell: the same settings, seed, images, code and backend. */
export async function finishedRun(
  cell: PlannedCell,
  runs: readonly RunFacts[],
  options: MatchOptions,
): Promise<RunFacts | undefined> {
  const finished = runs.filter(({ state, stopped }) => state === "finished" && stopped !== "time");
  return await matchingRun(cell, finished, options);
}

/** The newest run of a cell that did not come to its end: it can be gone on with. */
export async function unfinishedRun(
  cell: PlannedCell,
  runs: readonly RunFacts[],
  options: MatchOptions,
): Promise<RunFacts | undefined> {
  const unfinished = runs.filter(({ state }) => ["interrupted", "died", "failed"].includes(state));
  return await matchingRun(cell, unfinished, options);
}

async function matchingRun(
  cell: PlannedCell,
  runs: readonly RunFacts[],
  { code, backend, keyOfRun, ...images }: MatchOptions,
): Promise<RunFacts | undefined> {
  const wanted = settingTexts(cell.settings);
  const candidates = runs.filter((run) =>
    run.experiment === cell.experiment.name && run.seed === cell.seed && run.code === code &&
    (backend === undefined || run.backend === backend) && sameTexts(run.settings, wanted) &&
    (cell.from === undefined || (run.from !== null && keyOfRun?.(run.from) === cell.from))
  );
  if (candidates.length === 0) return undefined;
  const now = await imageTexts(cell, images);
  return candidates.find(({ data: { from: _, ...data } }) => sameTexts(data, now));
}

/** Images of a cell, as facts of its run would have them; where the files lie does not count. */
async function imageTexts(
  { experiment, settings, seed }: Cell,
  images: ImageOptions,
): Promise<Readonly<Record<string, string>>> {
  const selection = experiment.images(settings);
  const place = JSON.stringify([selection, seed, images]);
  const known = imageRecords.get(place);
  if (known !== undefined) return known;
  const { from: _, files: __, ...record } = dataRecord(await loadImages(selection, { seed, ...images }));
  const texts = Object.fromEntries(flatten(record).map(([path, value]) => [path, textOf(value)]));
  imageRecords.set(place, texts);
  return texts;
}

const imageRecords = new Map<string, Readonly<Record<string, string>>>();

function sameTexts(a: Readonly<Record<string, string>>, b: Readonly<Record<string, string>>): boolean {
  return Object.keys({ ...a, ...b }).every((name) => a[name] === b[name]);
}
