/** What an experiment declares: its settings, its images, its trainings one after another, and what is measured. */
import type { ImageSelection } from "../images/select.ts";
import type { SelectedImages } from "../images/select.ts";
import type { Executor } from "../../src/exec/executor.ts";
import type { Loss } from "../../src/nn/loss.ts";
import type { Model, Weights } from "../../src/nn/model.ts";
import type { Optimizer } from "../../src/optim/optimizer.ts";
import type { Figure } from "../../src/plot/mod.ts";
import type { JsonObject } from "../../src/runs/json.ts";
import type { TableOptions } from "../../src/core/text_table.ts";
import type { RunFolder } from "../../src/runs/read.ts";
import type { EpochRecord, FitResult } from "../../src/train/fit.ts";
import type { Trained } from "../../src/train/saved.ts";
import type { StopOptions } from "../../src/train/stop.ts";
import type { SettingTable } from "./settings.ts";

/** A command that makes one run: `deno task <name>`. `S` are its settings, flat, by their names in `run.json`. */
export interface Experiment<S extends object = object> {
  /** Of its task; its run folders start with it. */
  readonly name: string;
  /** A sentence without its full stop. */
  readonly about: string;
  readonly table: SettingTable<S>;
  readonly defaults: S;
  /** What makes a look at every figure of it a matter of seconds. */
  readonly quick: Partial<S>;
  /** Minutes that a run takes on one thread of a usual machine, about: plans are made and time to go is told by it. */
  minutes(settings: S): number;
  /** Throws a `UsageError` for settings that contradict each other; called before anything is read. */
  check?(settings: S): void;
  /** Which images of MNIST: a selection of `experiments/images.ts`. */
  images(settings: S): ImageSelection;
  /** The experiment whose finished run this one goes on from, and what that one is set to. */
  readonly from?: {
    readonly experiment: Experiment;
    settings(settings: S): object;
    /** The settings with what the layers that are gone on from were trained with. */
    adopt(settings: S, before: RunFolder): S;
    /** Settings that a run to go on from keeps for ever: to ask for another value of one is refused. */
    readonly keeps: readonly string[];
  };
  /** Binds the settings to images; throws when they do not fit. Nothing is trained or written. */
  prepare(settings: S, data: SelectedImages, context: PrepareContext): Prepared | Promise<Prepared>;
}

/** What an experiment is bound to besides its settings. */
export interface PrepareContext {
  readonly seed: number;
  /** The run that it goes on from, where it does, and the model that it left. */
  readonly from?: RunBefore;
}

/** A finished run that another goes on from. */
export interface RunBefore {
  readonly run: RunFolder;
  readonly model: Trained;
}

/** An experiment bound to images: what is trained, and what becomes of it. */
export interface Prepared {
  /** What it trains with, for people: `Adam`. */
  readonly title: string;
  /** `784-900-625-400`; that of the first stage's model if left out. */
  readonly network?: string;
  /** In the order in which they run. */
  readonly stages: readonly Stage[];
  /**
   * Measures what was trained, once all stages have come to their ends: for the summary, for people, and for the figures.
   */
  measure(results: readonly FitResult[], context: MeasureContext): Promise<Measured>;
}

/** One training of a run. */
export interface Stage {
  /** In `metrics.jsonl` and `plan.json`; null where the run is one training. */
  readonly name: string | null;
  /** The training, given what the stages before came to. */
  training(results: readonly FitResult[]): Training;
}

/** One training, ready to run. */
export interface Training {
  readonly model: Model;
  /** Images per step. */
  readonly batch: number;
  readonly optimizer: Optimizer;
  /** At most. */
  readonly epochs: number;
  /** How many are expected, for the progress bar. */
  readonly expectedEpochs: number;
  /** Default `crossEntropy()`. */
  readonly loss?: Loss;
  /** Whether the last batch of an epoch is left out if it is short. Default false. */
  readonly dropLast?: boolean;
  /** Whether each epoch has an order of its own. Default true. */
  readonly shuffle?: boolean;
  /** Early stopping; none if left out. */
  readonly stopping?: StopOptions;
  /** Whether the test set is measured after every epoch. Default false. */
  readonly measureTest?: boolean;
  /** What the images go through first; it stays as it is. */
  readonly encoder?: Trained;
  /** Where it starts; without them, fresh weights of the run's seed. */
  readonly weights?: Weights;
  /** Members that a line of `metrics.jsonl` has besides those of the record. */
  metrics?(record: EpochRecord): JsonObject;
}

/** Around a training that has ended. */
export interface MeasureContext {
  readonly seed: number;
  /** What it ran on, still open. */
  readonly executor: Executor;
  /** What the reports print of this run, at the paths of the summary; null where they print nothing. */
  readonly published: JsonObject | null;
}

/** A line for people, or a table that is laid out as their screens are wide. */
export type Words = string | TableOptions;

/** What was measured. */
export interface Measured {
  /** Members of `summary.json` besides those of every run. */
  readonly summary: JsonObject;
  /** Models by the names of their files. */
  readonly models: Readonly<Record<string, Trained>>;
  /** Other files by their names. */
  readonly files?: Readonly<Record<string, string | Uint8Array>>;
  /** Lines and tables for people: what was found. */
  readonly words: readonly Words[];
  /** Draws what was measured. It loads what draws only when called. */
  figures(): Promise<readonly Figure[]>;
}

/** An experiment among others of other settings. */
export function declare<S extends object>(experiment: Experiment<S>): Experiment<S> {
  return experiment;
}
