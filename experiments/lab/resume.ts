/** Going on in the folder of a run that did not come to its end. */
import { basename, dirname, join, relative } from "node:path";
import { require, UsageError } from "../../src/core/errors.ts";
import { objectOf, wordOf } from "../../src/runs/facts.ts";
import { isJsonObject, type Json, type JsonObject, toJson } from "../../src/runs/json.ts";
import { readRun, type RunFolder } from "../../src/runs/read.ts";
import type { RunAsk } from "./bind.ts";
import type { Experiment } from "./experiment.ts";
import type { RunOptions } from "./place.ts";

/** Checkpoints of a run: one file for each of its trainings. */
export const CHECKPOINTS_FOLDER = "checkpoints";

export function checkpointPath(run: string, stage: number): string {
  return join(run, CHECKPOINTS_FOLDER, `${stage + 1}.safetensors`);
}

/** What a run was asked besides its settings: a member of `run.json`, for going on with the same. */
export type AskedOptions = Pick<RunOptions, "data" | "digits" | "off" | "maxSeconds">;

export function askedRecord(
  { data, digits, off, maxSeconds }: AskedOptions,
  { from, out, words }: {
    readonly from: string | undefined;
    readonly out: string;
    /** Of its settings: `["--lr", "0.01"]`, for whoever wants to start the like. */
    readonly words: readonly string[];
  },
): JsonObject {
  // Relative to the folder of runs: it may be moved.
  return toJson({ data, digits, off, maxSeconds, from: from && relative(out, from), words });
}

/** A run that can be gone on with, and what it was asked. */
export interface Unfinished {
  readonly ask: RunAsk;
  readonly options: AskedOptions;
  /** On another its numbers would be others. */
  readonly backend: RunOptions["backend"];
}

/**
 * Reads what an unfinished run of an experiment was asked.
 *
 * @throws UsageError when it is another's, has come to its end, is still under way, or is damaged.
 */
export async function readUnfinished(experiment: Experiment, path: string): Promise<Unfinished> {
  const run = await readRun(path), { info, state } = run, id = basename(path);
  if (info === undefined) {
    throw new UsageError(`--resume: ${id} cannot be read: ${run.error ?? "it is no run"}`);
  }
  if (info.experiment !== experiment.name) {
    throw new UsageError(
      `--resume: ${id} is a run of ${wordOf(info.experiment) ?? "something else"}, not of ${experiment.name}`,
    );
  }
  if (state === "finished") {
    throw new UsageError(`--resume: ${id} has come to its end: there is nothing to go on with`);
  }
  if (state === "running") {
    throw new UsageError(`--resume: ${id} is still under way (process ${info.pid}): end it first`);
  }
  return unfinishedOf(experiment, run);
}

function unfinishedOf(experiment: Experiment, { path, info }: RunFolder): Unfinished {
  const { data, digits, off, maxSeconds, from } = objectOf(info!.asked) as AskedOptions & {
    readonly from?: string;
  };
  const backend = wordOf(objectOf(info!.backend).name);
  require(
    isJsonObject(info!.settings) && backend !== null,
    () => `${basename(path)} does not say what it was asked: it cannot be gone on with`,
  );
  const settings = { ...experiment.defaults, ...flatSettings(info!.settings) };
  return {
    ask: {
      settings,
      seed: info!.seed,
      resume: path,
      ...(from !== undefined && { from: join(dirname(path), from) }),
    },
    options: {
      ...(data !== undefined && { data }),
      ...(digits && { digits }),
      ...(off && { off }),
      ...(maxSeconds !== undefined && { maxSeconds }),
    },
    backend: backend as RunOptions["backend"],
  };
}

/** Settings as they are asked for: the reverse of how `run.json` has them. */
export function flatSettings(nested: JsonObject): Readonly<Record<string, Json>> {
  return Object.fromEntries(
    Object.entries(nested).flatMap(([name, value]): [string, Json][] =>
      isJsonObject(value)
        ? Object.entries(flatSettings(value)).map(([rest, leaf]) => [`${name}.${rest}`, leaf])
        : [[name, value ?? null]]
    ),
  );
}
