/** What pages show, as plain JSON: the server fills it in, pages and islands draw it. */
import type { RunNote } from "./runs/run_note.ts";

/** As `src/runs` reads it: `died` is a run whose process is gone, `unknown` one whose `run.json` cannot be read. */
export type State = "running" | "finished" | "failed" | "interrupted" | "died" | "unknown";

/** One run in a list. */
export interface RunRow {
  /** Name of the folder. */
  readonly id: string;
  readonly state: State;
  /** What is damaged, or why it failed. */
  readonly error: string | null;
  /** Name of the experiment: `q1-adam`. */
  readonly experiment: string;
  readonly seed: number | null;
  /** ISO 8601. */
  readonly startedAt: string | null;
  readonly finishedAt: string | null;
  /** Why it ended: `early stopping`. */
  readonly stopped: string | null;
  readonly network: string | null;
  readonly backend: string | null;
  /** Id of the group that it is a cell of. */
  readonly group: string | null;
  /** Whether it is a group itself. */
  readonly isGroup: boolean;
  /** Whether its settings are those of the report, as the experiment itself says. */
  readonly isPublished: boolean;
  /** What it was set to, flat: `learningRate` → `0.001`. */
  readonly settings: Readonly<Record<string, string>>;
  /** All numbers of `summary.json`, flat: `validation.accuracy` → 0.98. */
  readonly numbers: Readonly<Record<string, number>>;
  /** What somebody has written beside it; left out where nobody has. */
  readonly kept?: RunNote;
}

/** One line of a chart, thinned for the eye; y is null where there is a gap. */
export interface Curve {
  /** Member of the lines of `metrics.jsonl`: `valLoss`. */
  readonly key: string;
  readonly x: readonly number[];
  readonly y: readonly (number | null)[];
}

/** Where early stopping stands. */
export interface Stopping {
  readonly best: number | null;
  readonly bestEpoch: number | null;
  readonly wait: number;
}

/** One training of a run; most have one, a stacked autoencoder has one per layer. */
export interface Stage {
  readonly name: string | null;
  /** Lines of `metrics.jsonl`. */
  readonly epochs: number;
  readonly lastEpoch: number | null;
  /** Of training so far. */
  readonly seconds: number | null;
  readonly samplesPerSecond: number | null;
  readonly stopping: Stopping | null;
  readonly curves: readonly Curve[];
}

/** The rule of early stopping, and how many epochs there may be. */
export interface StopRule {
  readonly monitor: string | null;
  readonly minDelta: number | null;
  readonly patience: number | null;
  readonly maxEpochs: number | null;
  /** How many epochs it is likely to take. */
  readonly expectedEpochs: number | null;
}

/** Scores on the sets, beside the published ones. */
export interface ScoreTable {
  /** What is scored, where there is more than one: `classifier`. */
  readonly name: string | null;
  readonly columns: readonly string[];
  readonly rows: readonly {
    readonly set: string;
    readonly ours: readonly (number | null)[];
    readonly published: readonly (number | null)[] | null;
  }[];
}

export interface Confusion {
  readonly name: string;
  readonly classes: readonly string[];
  /** Row: true class, column: predicted one. */
  readonly counts: readonly (readonly number[])[];
}

/** A figure on disk. */
export interface FigureFile {
  /** File name without its ending. */
  readonly name: string;
  readonly title: string;
  readonly description: string;
  /** In units of the figure; null where its SVG does not say. */
  readonly width: number | null;
  readonly height: number | null;
  /** Endings that exist: `png`, `svg`, `csv`. */
  readonly formats: readonly string[];
}

export interface TextTable {
  readonly title: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
  /** Id of the run that a row comes from. */
  readonly runs?: readonly (string | null)[];
}

export interface FileEntry {
  /** Below the run's folder. */
  readonly path: string;
  readonly bytes: number;
}

/** Which experiment it is, for people. */
export interface Topic {
  readonly title: string;
  /** `Report A, 1.3.5`. */
  readonly place: string;
  readonly about: string;
}

/** All that the page of a run shows. */
export interface RunData {
  readonly row: RunRow;
  readonly topic: Topic | null;
  /** What tells it from others of its experiment, in few words: `lr 0.01`. */
  readonly special: readonly string[];
  /** What makes it again; null where nothing tells. */
  readonly command: string | null;
  /** In what it is not as the nearest run of its report; null where no report tells of such. */
  readonly differences:
    | readonly { readonly name: string; readonly ours: string; readonly report: string }[]
    | null;
  readonly rule: StopRule | null;
  /** Of stages that have a rule of their own, by name. */
  readonly stageRules: Readonly<Record<string, StopRule>>;
  readonly stages: readonly Stage[];
  /** Lines of `metrics.jsonl` that `stages` hold. */
  readonly lines: number;
  /** Damaged lines that were left out. */
  readonly skippedLines: number;
  readonly scores: readonly ScoreTable[];
  readonly confusions: readonly Confusion[];
  readonly figures: readonly FigureFile[];
  readonly tables: readonly TextTable[];
  readonly settings: readonly (readonly [string, string])[];
  readonly environment: readonly (readonly [string, string])[];
  readonly files: readonly FileEntry[];
  /** Whether `files` is not all: the folder holds more. */
  readonly moreFiles: boolean;
}

/** New lines of a run, as columns. */
export interface Appended {
  readonly stage: string | null;
  readonly epochs: number;
  readonly lastEpoch: number | null;
  readonly seconds: number | null;
  readonly samplesPerSecond: number | null;
  readonly stopping: Stopping | null;
  readonly x: readonly number[];
  readonly columns: Readonly<Record<string, readonly (number | null)[]>>;
}

/** What the server tells of a run while it trains. */
export type RunNews =
  | { readonly kind: "lines"; readonly lines: number; readonly appended: readonly Appended[] }
  /** Too much was missed: all curves anew. */
  | { readonly kind: "curves"; readonly lines: number; readonly stages: readonly Stage[] }
  /** Something else in the folder changed; `stages` is empty. */
  | { readonly kind: "run"; readonly data: RunData }
  | { readonly kind: "end"; readonly data: RunData };

/** An experiment on the Home page. */
export interface Card {
  readonly name: string;
  readonly title: string;
  readonly about: string;
  readonly place: string;
  readonly runs: number;
  /** State of the newest run, or null where there is none. */
  readonly state: State | null;
  /** The newest, or the one that trains. */
  readonly newest: string | null;
  readonly best: { readonly id: string; readonly value: number; readonly label: string } | null;
  /** Of a group: how many of its trainings are there. */
  readonly cells: number | null;
  /** Of the run that trains, else of the best, else of the newest. */
  readonly curve: Curve | null;
}

export interface CardQuestion {
  readonly title: string;
  readonly about: string;
  readonly cards: readonly Card[];
}

export interface CardReport {
  readonly id: string;
  readonly title: string;
  readonly subtitle: string;
  readonly questions: readonly CardQuestion[];
}

/** All that the Home page shows. */
export interface HomeData {
  readonly reports: readonly CardReport[];
  /** Experiments that are in no report. */
  readonly others: readonly Card[];
  readonly recent: readonly RunRow[];
  /** Folders that could not be read, a few of them. */
  readonly broken: readonly RunRow[];
  readonly brokenCount: number;
  readonly runs: number;
}
