/** What an experiment declares: one training, and the command that asks for it. Nothing here runs. */
import type { Splits } from "../src/data/mnist.ts";
import type { Backend } from "../src/exec/choose.ts";
import type { Executor } from "../src/exec/executor.ts";
import type { Loss } from "../src/nn/losses.ts";
import type { Model, Weights } from "../src/nn/model.ts";
import type { Optimizer } from "../src/optim/optimizer.ts";
import type { Figure } from "../src/plot/mod.ts";
import type { JsonObject } from "../src/runs/json.ts";
import type { ScoreName } from "../src/runs/layout.ts";
import type { EpochRecord, FitResult } from "../src/train/fit.ts";
import type { RewriteName } from "../src/train/rewrites.ts";
import type { Trained } from "../src/train/saved.ts";
import type { SplitName } from "../src/train/session.ts";
import type { StopOptions } from "../src/train/stop.ts";
import type { Values } from "../src/cli/flags.ts";
import type { CommonFlags } from "./options.ts";

/** Where and how to run. */
export interface RunOptions {
  readonly seed: number;
  readonly backend: Backend;
  readonly threads?: number;
  /** Folder of IDX files; the original MNIST without it. */
  readonly data?: string;
  /** Labels to learn; those of the experiment without it. */
  readonly digits?: readonly number[];
  readonly out: string;
  readonly maxSeconds?: number;
  /** Rewrites of the plan to leave out. */
  readonly off?: readonly RewriteName[];
  readonly signal?: AbortSignal;
}

/** One training, ready to run. */
export interface Training {
  /** Of the experiment: its task, and what its run folders start with. */
  readonly name: string;
  /** What it trains with, for people: `Adam`. */
  readonly title: string;
  /** What was asked for, as `run.json` tells it. */
  readonly settings: JsonObject;
  readonly model: Model;
  readonly data: Splits;
  /** Images per step. */
  readonly batch: number;
  /** Whether the last batch of an epoch is left out if it is short. Default false. */
  readonly dropLast?: boolean;
  readonly optimizer: Optimizer;
  /** Default `crossEntropy()`. */
  readonly loss?: Loss;
  /** At most. */
  readonly epochs: number;
  /** How many are expected, for the progress bar. */
  readonly expectedEpochs: number;
  /** Early stopping; none if left out. */
  readonly stopping?: StopOptions;
  /** Whether the test set is measured after every epoch. Default false. */
  readonly measureTest?: boolean;
  /** What the images go through first; it stays as it is. */
  readonly encoder?: Trained;
  /** Where it starts; without them, fresh weights of the run's seed. */
  readonly weights?: Weights;
  /** The report's numbers for these very settings and images, or null. */
  readonly published: Published | null;
  /** Members that a line of `metrics.jsonl` has besides those of the record. */
  metrics?(record: EpochRecord): JsonObject;
  /** What the trained model shows, beyond its scores; called once, before `figures`. */
  findings?(result: FitResult, context: TrainingContext): Promise<Findings>;
  /** What is drawn at the end. It loads what draws only when called. */
  figures(result: FitResult, context: TrainingContext): Promise<readonly Figure[]>;
}

/** Around a training that has ended. */
export interface TrainingContext {
  readonly seed: number;
  /** What it ran on, still open. */
  readonly executor: Executor;
}

/** What a trained model shows: members of `summary.json`, and lines for people. */
export interface Findings {
  readonly summary: JsonObject;
  readonly words: readonly string[];
}

/** What a report prints of a training: scores in its tables, and what its words say of curves. */
export interface Published extends Partial<Readonly<Record<SplitName, PublishedScores>>> {
  /** Section of the report. */
  readonly section: string;
  readonly epochs?: number;
  readonly words?: string;
}

/** A classifier's scores on one set; a report may print some of them alone. */
export type PublishedScores = Readonly<Partial<Record<ScoreName, number>>>;

/** A training with a command of its own: `deno task <name>`. */
export interface Experiment<F extends CommonFlags = CommonFlags> {
  readonly name: string;
  /** A sentence without its full stop. */
  readonly about: string;
  /** The flags that `--help` shows, and their defaults in words: `--lr 0.001, --epochs 100`. */
  readonly flags: F;
  readonly defaults: string;
  /**
   * Reads the images and binds the settings to them; nothing is written. Throws a `UsageError` for settings that are
   * wrong by themselves before it reads anything.
   */
  prepare(values: Values<F>, options: RunOptions): Promise<Training>;
}
