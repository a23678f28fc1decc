/** Several trainings as one run: their cells, what they add up to, and going on with what was interrupted. */
import { dirname } from "node:path";
import type { Splits } from "../src/data/mnist.ts";
import type { Choice } from "../src/exec/choose.ts";
import type { Figure } from "../src/plot/mod.ts";
import { type Json, type JsonObject, toJson } from "../src/runs/json.ts";
import type { RunSummary, RunWriter } from "../src/runs/run.ts";
import { finishedCells } from "./resume.ts";
import { inRun } from "./run_folder.ts";
import type { Screen } from "./screen.ts";
import { openExecutor, type TrainedRun, trainRun } from "./train_run.ts";
import type { RunOptions, Training } from "./training.ts";

/** What a finished training leaves in the group's `summary.json`; types of cells are aliases, so that they are JSON. */
export type Cell = {
  /** Id of its run, which lies beside the group's. */
  readonly run: string;
  readonly epochs: number;
  readonly seconds: number;
  readonly stopped: string;
};

/** A run of a group: of one training, or one that knows how to run. */
export type Planned<C extends Cell> =
  & {
    /** What it is announced as: `adam 30-20-10`. */
    readonly title: string;
    /** Default the group's. */
    readonly seed?: number;
    /** Whether a finished cell is this one's. */
    isDone(cell: C): boolean;
  }
  & (
    | { readonly training: Training; cellOf(trained: TrainedRun): C; readonly run?: undefined }
    | {
      readonly training?: undefined;
      /** Makes a run of several trainings; without a cell where it was interrupted. */
      run(
        choice: Choice,
        screen: Screen,
        options: RunOptions & { readonly group: string },
      ): Promise<C | undefined>;
    }
  );

/** A declared group. */
export interface Group<C extends Cell> {
  /** Of its command; its run folders start with it. */
  readonly name: string;
  /** `5 optimizers × 4 architectures`. */
  readonly title: string;
  readonly data: Splits;
  /** What each kind of training is set to: cells of another group count only if theirs are the same. */
  readonly settings: Readonly<Record<string, JsonObject>>;
  /** In the order in which they run. */
  readonly planned: readonly Planned<C>[];
  /** Key of `settings`. */
  kindOf(cell: C): string;
  isCell(value: Json): value is C;
  /** A finished cell in a line. */
  describe(cell: C): string;
  /** What the cells add up to; `folders` are where their runs may lie. */
  report(cells: readonly C[], folders: readonly string[]): Promise<GroupReport>;
}

/** What the cells of a group add up to. */
export interface GroupReport {
  readonly figures: readonly Figure[];
  /** Texts by their names within the run folder. */
  readonly files: Readonly<Record<string, string>>;
  /** For people. */
  readonly text: string;
  /** More members of `summary.json`. */
  readonly summary?: JsonObject;
}

/** `summary.json` of a group. */
export type GroupSummary<C extends Cell> = JsonObject & {
  readonly run: string;
  readonly experiment: string;
  readonly seed: number;
  readonly seconds: number;
  /** Of all cells together. */
  readonly epochs: number;
  readonly cells: readonly C[];
};

/** What is left of a group in memory. */
export interface GroupRun<C extends Cell> {
  readonly summary: GroupSummary<C>;
  readonly path: string;
  readonly interrupted: boolean;
}

/** Runs the trainings that are not done yet, and reports on all. */
export async function runGroup<C extends Cell>(
  screen: Screen,
  group: Group<C>,
  options: RunOptions & { readonly resume?: string },
): Promise<GroupRun<C>> {
  const { name, data, settings } = group, { resume } = options;
  const cells = resume === undefined ? [] : [...await finishedCells(resume, group)];
  const choice = await openExecutor(options);
  try {
    screen.say(`${name}: ${group.title} on ${choice.executor.description} (${choice.why})`);
    const record = {
      experiment: name,
      backend: choice.executor.description,
      data: toJson(data.source),
      settings: toJson(settings),
      ...(resume !== undefined && { resumed: resume }),
    };
    let text = "";
    const ended = await inRun(options.out, { name, seed: options.seed, record }, async (run) => {
      const started = performance.now();
      const summarize = (more: JsonObject = {}) =>
        summaryOf(run, group, {
          cells,
          seed: options.seed,
          seconds: (performance.now() - started) / 1000,
          more,
        });
      await run.writeJson("summary.json", summarize());
      let interrupted = false;
      for (const [i, planned] of group.planned.entries()) {
        if (cells.some((cell) => planned.isDone(cell))) continue;
        screen.say(`\n[${i + 1}/${group.planned.length}] ${planned.title}`);
        const { seed = options.seed } = planned;
        const cell = await runPlanned(planned, choice, screen, { ...options, seed, group: run.id });
        interrupted = cell === undefined;
        if (cell === undefined) break;
        cells.push(cell);
        screen.say(group.describe(cell));
        await run.writeJson("summary.json", summarize());
      }
      const folders = [options.out, ...(resume === undefined ? [] : [dirname(resume)])];
      const report = await group.report(cells, folders);
      if (report.figures.length > 0) {
        const { writeFigures } = await import("./figures.ts");
        await writeFigures(run, report.figures);
      }
      for (const [file, content] of Object.entries(report.files)) await run.writeFile(file, content);
      text = report.text;
      const summary = summarize(report.summary);
      await run.writeJson("summary.json", summary);
      return { value: summary, interrupted };
    });
    screen.say(`\n${text}\n\nRun folder  ${ended.path}`);
    if (ended.interrupted) screen.say(`Continue with the same options and --resume ${ended.path}`);
    return { summary: ended.value, path: ended.path, interrupted: ended.interrupted };
  } finally {
    choice.executor.close();
  }
}

/** The finished cell, or `undefined` where it was interrupted. */
async function runPlanned<C extends Cell>(
  planned: Planned<C>,
  choice: Choice,
  screen: Screen,
  options: RunOptions & { readonly group: string },
): Promise<C | undefined> {
  if (planned.training === undefined) return await planned.run(choice, screen, options);
  const trained = await trainRun(planned.training, choice, screen, options);
  return trained.result.stopped === "interrupted" ? undefined : planned.cellOf(trained);
}

function summaryOf<C extends Cell>(
  { id }: RunWriter,
  { name }: Group<C>,
  { cells, seed, seconds, more }: {
    readonly cells: readonly C[];
    readonly seed: number;
    readonly seconds: number;
    readonly more: JsonObject;
  },
): GroupSummary<C> {
  return {
    run: id,
    experiment: name,
    seed,
    seconds,
    epochs: cells.reduce((sum, { epochs }) => sum + epochs, 0),
    cells: [...cells],
    ...more,
  };
}

/** The members that every cell has, from its run's summary. */
export function commonCell({ run, epochs, seconds, stopped }: RunSummary): Cell {
  return { run, epochs, seconds, stopped };
}

/** Whether parsed JSON has the members that every cell has. */
export function isCommonCell(value: JsonObject): boolean {
  return typeof value.run === "string" && typeof value.stopped === "string" &&
    typeof value.epochs === "number" && typeof value.seconds === "number";
}
