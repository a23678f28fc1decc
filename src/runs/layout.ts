/**
 * A run is a folder that anyone can read with `cat`, copy and delete:
 *
 *     runs/<id>/run.json           what was asked, versions, adapter, data hashes, state
 *               metrics.jsonl      one JSON object per line and epoch (or chunk), only ever appended to
 *               summary.json       the final numbers
 *               plan.json          the plan of each of its trainings: routines, calls, buffers, times
 *               model.safetensors  the weights
 *               figures/*          SVG, PNG and CSV
 *               .lock              held while the run's process lives, removed at its end
 */
import type { JsonObject } from "./json.ts";

export const RUN_FILE = "run.json";
export const METRICS_FILE = "metrics.jsonl";
export const SUMMARY_FILE = "summary.json";
export const PLAN_FILE = "plan.json";
/** The model that most runs leave. */
export const MODEL_FILE = "model.safetensors";
export const FIGURES_FOLDER = "figures";

export const RUN_STATES = ["running", "finished", "failed", "interrupted"] as const;
export type RunState = typeof RUN_STATES[number];

/** `run.json`: these members, and whatever the experiment records. */
export interface RunInfo extends JsonObject {
  /** Name of the folder. */
  readonly id: string;
  readonly name: string;
  readonly seed: number;
  readonly state: RunState;
  /** ISO 8601 in UTC, as `finishedAt`. */
  readonly startedAt: string;
  readonly finishedAt?: string;
  /** Why it failed, in one sentence. */
  readonly error?: string;
  readonly pid: number;
  /** Left out where the process may not know it. */
  readonly host?: string;
  /** SHA-256 of each model file by its path in the folder, once the run has ended. */
  readonly sha256?: Readonly<Record<string, string>>;
}

/** What the names of model files end in. */
export const MODEL_ENDING = ".safetensors";

/** Names of a classifier's scores; averages as in `ClassificationReport`. */
export const SCORE_NAMES = ["accuracy", "precision", "recall", "f1"] as const;
export type ScoreName = typeof SCORE_NAMES[number];

/** Scores on one part of the data: a loss, and of a classifier all the others. */
export interface SplitScores extends JsonObject, Partial<Readonly<Record<ScoreName, number>>> {
  /** Mean over the samples; null where it is not finite. */
  readonly loss: number | null;
}

/** `summary.json`: these members, and whatever else the experiment finds worth telling. */
export interface RunSummary extends JsonObject {
  /** Id of the run. */
  readonly run: string;
  readonly experiment: string;
  readonly epochs: number;
  readonly seconds: number;
  /** Why training ended, in a few words. */
  readonly stopped: string;
  /** On each set that held images. */
  readonly train?: SplitScores;
  readonly validation?: SplitScores;
  readonly test?: SplitScores;
  readonly backend: string;
  readonly seed: number;
  /** How many numbers were trained. */
  readonly parameters: number;
}
