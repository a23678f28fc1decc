/** What a run is made on where `auto` found a GPU: that depends on what it trains. */
import { type Choice, chooseExecutor } from "../../src/exec/choose.ts";
import { objectOf, wordOf } from "../../src/runs/facts.ts";
import { readRun } from "../../src/runs/read.ts";
import { fasterFor } from "../../src/train/faster.ts";
import type { BoundRun, RunAsk } from "./bind.ts";
import type { Place, RunOptions } from "./place.ts";
import { sessionOptions, startingWeights } from "./session_options.ts";

type Chosen = Pick<Place, "choice"> & Partial<Pick<RunOptions, "backend">>;

/** Whether each run finds out for itself. */
function isOpen({ backend, choice }: Chosen): boolean {
  return backend === "auto" && choice.executor.name === "webgpu";
}

/** The backend of all runs of a place; undefined where each finds out for itself. */
export function fixedBackend(place: Partial<Chosen>): string | undefined {
  const { choice } = place;
  return choice && (isOpen({ ...place, choice }) ? undefined : choice.executor.name);
}

/** For a run: by its first training, so that all of them are made on one; where it goes on, what it was begun on. */
export async function choiceFor(
  { training, data }: BoundRun,
  { seed, resume }: RunAsk,
  place: Place,
): Promise<Choice> {
  if (!isOpen(place)) return place.choice;
  if (resume !== undefined) {
    const begun = wordOf(objectOf((await readRun(resume)).info?.backend).name);
    return begun !== "wasm"
      ? place.choice
      : { ...await chooseExecutor({ backend: begun }), why: "the run was begun on it" };
  }
  const { model, epochs } = training, session = { seed, ...(place.off && { off: place.off }) };
  return await fasterFor(place.choice, {
    model,
    data,
    options: sessionOptions(training, session),
    weights: startingWeights(training, session),
    epochs,
  });
}
