/** Every experiment by its name, and the module that runs one in a thread of its own. */
import { AUTOENCODER_EXPERIMENTS } from "./autoencoder.ts";
import { CNN_EXPERIMENTS } from "./cnn.ts";
import type { Experiment } from "./lab/experiment.ts";
import { Q1_EXPERIMENTS } from "./q1.ts";
import { SDAE_EXPERIMENTS } from "./sdae.ts";

export const EXPERIMENTS: readonly Experiment[] = [
  ...Q1_EXPERIMENTS,
  ...AUTOENCODER_EXPERIMENTS,
  ...CNN_EXPERIMENTS,
  ...SDAE_EXPERIMENTS,
];

/** The experiment of a name; an item of a report or a task that names none is a mistake of ours. */
export function experimentNamed(name: string): Experiment {
  const found = EXPERIMENTS.find((experiment) => experiment.name === name);
  if (found === undefined) throw new Error(`There is no experiment "${name}"`);
  return found;
}

/** What runs cells in threads of their own. */
export const CELL_WORKER = import.meta.resolve("./cell_worker.ts");
