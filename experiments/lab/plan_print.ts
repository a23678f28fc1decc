/** `deno task plan`: what a step of an experiment is made of, how long each part takes, and whether it is right. */
import type { Executor } from "../../src/exec/executor.ts";
import { trainingText } from "../../src/train/explain.ts";
import type { SelectedImages } from "../images/select.ts";
import type { Training } from "./experiment.ts";
import { sessionOptions, type SessionPlace, startingWeights } from "./session_options.ts";

/** A training on its images. */
export interface Bound {
  readonly name: string;
  readonly training: Training;
  readonly data: SelectedImages;
}

/** Prints the plan of an experiment as its backend runs it; with `time` or `check`, loads it and runs a step. */
export async function showPlan(
  { name, training, data }: Bound,
  executor: Executor,
  { time, check, width, ...place }: SessionPlace & {
    readonly time: boolean;
    readonly check: boolean;
    /** Of the terminal; undefined where there is none. */
    readonly width: number | undefined;
  },
): Promise<void> {
  const text = await trainingText(training.model, data, {
    ...sessionOptions(training, place),
    executor,
    weights: startingWeights(training, place),
    time,
    check,
    width,
  });
  console.log(`Plan of ${name}, batch ${training.batch}, on ${executor.description}\n\n${text}`);
}
