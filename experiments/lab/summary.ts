/** The summary of a run, wherever it was made. */
import { SPLIT_NAMES, type SplitName } from "../../src/data/data_set.ts";
import { countParameters } from "../../src/nn/model.ts";
import { isCutOff } from "../../src/runs/facts.ts";
import type { JsonObject } from "../../src/runs/json.ts";
import type { RunSummary, SplitScores } from "../../src/runs/layout.ts";
import type { FitResult } from "../../src/train/fit.ts";
import { splitScores } from "../measures/split_scores.ts";
import type { BoundRun } from "./bind.ts";

/** A training that has ended, and its curves as numbers. */
export interface StageEnd {
  readonly result: FitResult;
  readonly curves: JsonObject;
}

/** What `summary.json` says of a run: members of every run, and those of its experiment. */
export function summarize(
  run: { readonly id: string },
  { experiment, seed, prepared }: Pick<BoundRun, "experiment" | "seed" | "prepared">,
  { done, more, published, backend }: {
    readonly done: readonly StageEnd[];
    /** Members of this experiment. */
    readonly more: JsonObject;
    readonly published: JsonObject | null;
    readonly backend: string;
  },
): RunSummary {
  const results = done.map(({ result }) => result);
  const [only, ...others] = prepared.stages;
  const isOne = others.length === 0;
  return {
    run: run.id,
    experiment: experiment.name,
    epochs: results.reduce((sum, { history }) => sum + history.length, 0),
    seconds: results.reduce((sum, { seconds }) => sum + seconds, 0),
    // A stage that its time was up for is not made whole by those after it.
    stopped: (results.find(({ stopped }) => isCutOff(stopped)) ?? results.at(-1)!).stopped,
    ...(isOne && only!.name === null && ownScores(results[0]!)),
    backend,
    seed,
    parameters: countParameters(results[0]!.model),
    published,
    curves: isOne && only!.name === null
      ? done[0]!.curves
      : Object.fromEntries(done.map(({ curves }, i) => [prepared.stages[i]!.name, curves])),
    ...more,
  };
}

/** What a run of one training was scored, and its means over the last epoch, before each update: what Keras prints. */
function ownScores({ results, history }: FitResult): JsonObject {
  const scores: Partial<Record<SplitName, SplitScores>> = {};
  for (const split of SPLIT_NAMES) if (results[split]) scores[split] = splitScores(results[split]);
  const last = history.at(-1);
  return { ...scores, ...(last && { running: { loss: last.loss, accuracy: last.accuracy } }) };
}
