/** Runs cells: several at once on as many threads, or one after another on the executor that is open. */
import { DescentError } from "../../src/core/errors.ts";
import type { RunFacts } from "../../src/runs/facts.ts";
import { factsOf } from "../../src/runs/facts.ts";
import { readRun } from "../../src/runs/read.ts";
import { STOPPED_BY_REQUEST } from "../../src/runs/facts.ts";
import type { PlannedCell } from "./cells.ts";
import type { CellsView } from "./cells_view.ts";
import { optionsOf, type Place, type RunOptions } from "./place.ts";
import { makeRun } from "./run.ts";
import type { Progress, Screen } from "./screen.ts";

/** What a worker is told. */
export interface CellTask {
  readonly experiment: string;
  readonly settings: object;
  readonly seed: number;
  readonly from?: string;
  /** Folder of the run of this cell that did not come to its end. */
  readonly resume?: string;
  readonly options: RunOptions;
}

/** What a worker tells: how far it is (from 0 to 1), what it does besides, that it ended, or why it failed. */
export type CellNews =
  | { readonly kind: "progress"; readonly share: number }
  | { readonly kind: "doing"; readonly words: string }
  | { readonly kind: "made"; readonly path: string; readonly interrupted: boolean }
  | { readonly kind: "failed"; readonly message: string };

export interface PoolOptions {
  /** Of every run. */
  readonly place: Place;
  /** So many cells at once; 1 runs them on the executor of `place`. */
  readonly jobs: number;
  /** Module of a worker that answers a `CellTask` with `CellNews`. */
  readonly worker: string;
  readonly view: CellsView;
  /** Cells that are done already, by their keys. */
  readonly done: ReadonlyMap<string, RunFacts>;
  /** Runs that can be gone on with, by the keys of their cells. */
  readonly unfinished: ReadonlyMap<string, RunFacts>;
  /** Called after each cell. */
  readonly onDone: (cell: PlannedCell, run: RunFacts) => Promise<void>;
}

/** What became of the cells. */
export interface PoolEnd {
  readonly failed: readonly { readonly cell: PlannedCell; readonly why: string }[];
  readonly interrupted: boolean;
}

/** Runs what is not done yet; a cell that fails stops no other but those that go on from it. */
export async function runCells(cells: readonly PlannedCell[], options: PoolOptions): Promise<PoolEnd> {
  const { place, jobs, view, onDone } = options;
  const done = new Map(options.done);
  const failed: { readonly cell: PlannedCell; readonly why: string }[] = [];
  const waiting = cells.filter(({ key }) => !done.has(key));
  const running = new Set<string>();
  const folders = new Map(Array.from(done, ([key, { id }]) => [key, `${place.out}/${id}`]));
  let interrupted = false, isIncomplete = false;

  const takeNext = (): PlannedCell | undefined => {
    const lost = waiting.findIndex(({ from }) => failed.some(({ cell }) => cell.key === from));
    if (lost >= 0) {
      const [cell] = waiting.splice(lost, 1);
      failed.push({ cell: cell!, why: "the run that it goes on from failed" });
      return takeNext();
    }
    const at = waiting.findIndex(({ from }) => from === undefined || done.has(from));
    return at < 0 ? undefined : waiting.splice(at, 1)[0];
  };
  const runOne = async (cell: PlannedCell, run: CellRunner): Promise<void> => {
    running.add(cell.key);
    view.start(cell);
    try {
      const from = cell.from === undefined ? undefined : folders.get(cell.from);
      const made = await run(cell, from);
      const facts = factsOf(await readRun(made.path));
      if (made.interrupted) {
        // Asked for by itself, a cell ends alone: the others are none of its business.
        if (facts.stopped === STOPPED_BY_REQUEST) isIncomplete = true;
        else interrupted = true;
      } else {
        done.set(cell.key, facts);
        folders.set(cell.key, made.path);
        await onDone(cell, facts);
        view.end(cell, facts);
      }
    } catch (error) {
      if (!(error instanceof DescentError)) throw error;
      failed.push({ cell, why: error.message });
      view.fail(cell, error.message);
    } finally {
      running.delete(cell.key);
    }
  };
  const lane = async (): Promise<void> => {
    await using runner = jobs === 1 ? inProcess(options) : inWorker(options);
    while (!interrupted && !place.signal?.aborted) {
      const cell = takeNext();
      if (cell !== undefined) {
        await runOne(cell, runner.run);
        wake();
      } else if (waiting.length === 0 || running.size === 0) return;
      else await new Promise<void>((resolve) => sleepers.push(resolve));
    }
    wake();
  };
  const sleepers: (() => void)[] = [];
  const wake = () => sleepers.splice(0).forEach((resolve) => resolve());
  await Promise.all(Array.from({ length: Math.max(1, Math.min(jobs, waiting.length)) }, lane));
  return { failed, interrupted: interrupted || isIncomplete || (place.signal?.aborted ?? false) };
}

type CellRunner = (
  cell: PlannedCell,
  from: string | undefined,
) => Promise<{ readonly path: string; readonly interrupted: boolean }>;

interface Runner extends AsyncDisposable {
  readonly run: CellRunner;
}

/** Which folders a cell goes on from, and in. */
function foldersOf({ place, unfinished }: PoolOptions) {
  return ({ key }: PlannedCell, from: string | undefined) => {
    const left = unfinished.get(key);
    return { ...(from !== undefined && { from }), ...(left && { resume: `${place.out}/${left.id}` }) };
  };
}

function inProcess(options: PoolOptions): Runner {
  const { place, view } = options, more = foldersOf(options);
  return {
    run: (cell, from) => {
      const screen = quietScreen({
        onProgress: (share) => view.progress(cell, share),
        doing: (words) => view.doing(cell, words),
      });
      const ask = { settings: cell.settings, seed: cell.seed, ...more(cell, from) };
      return makeRun(cell.experiment, ask, {
        ...place,
        screen,
        figures: cell.figures ?? false,
        timed: false,
      });
    },
    [Symbol.asyncDispose]: () => Promise.resolve(),
  };
}

/** A worker of its own, with one thread, for cells one after another. */
function inWorker(pool: PoolOptions): Runner {
  const { place, worker: module, view } = pool, more = foldersOf(pool);
  const worker = new Worker(module, { type: "module" });
  const stop = () => worker.postMessage("stop");
  place.signal?.addEventListener("abort", stop);
  const options = optionsOf(place);
  return {
    run: (cell, from) =>
      new Promise((resolve, reject) => {
        worker.onmessage = ({ data }: MessageEvent<CellNews>) => {
          if (data.kind === "progress") view.progress(cell, data.share);
          else if (data.kind === "doing") view.doing(cell, data.words);
          else if (data.kind === "made") resolve(data);
          else reject(new DescentError(data.message));
        };
        worker.onerror = (event) => {
          event.preventDefault();
          reject(new DescentError(`The thread that trained ${cell.title} ended: ${event.message}`));
        };
        const task: CellTask = {
          experiment: cell.experiment.name,
          settings: cell.settings,
          seed: cell.seed,
          ...more(cell, from),
          options: { ...options, threads: 1, figures: cell.figures ?? false, timed: false },
        };
        worker.postMessage(task);
      }),
    [Symbol.asyncDispose]: () => {
      place.signal?.removeEventListener("abort", stop);
      worker.terminate();
      return Promise.resolve();
    },
  };
}

/** Says nothing, and tells how far training is, as its epochs of those that are expected, and what is done besides. */
export function quietScreen(
  { onProgress, doing }: {
    readonly onProgress: (share: number) => void;
    readonly doing: (words: string) => void;
  },
): Screen {
  return {
    say() {},
    doing,
    progress(expected, steps): Progress {
      let epoch = 0;
      const tell = (done: number) => onProgress(Math.min(1, done / expected));
      return {
        steps: (done) => tell(epoch + done / steps),
        epoch(record) {
          epoch = record.epoch;
          tell(epoch);
        },
        stop() {},
      };
    },
  };
}
