/** A declared training as the library takes it. */
import { initializeWeights, type Weights } from "../../src/nn/model.ts";
import type { SessionOptions } from "../../src/train/session_plan.ts";
import type { Training } from "./experiment.ts";
import type { RunOptions } from "./place.ts";

/** What a plan of the training is compiled from. */
export interface SessionPlace extends Pick<RunOptions, "off"> {
  readonly seed: number;
}

export function sessionOptions(
  { optimizer, batch, dropLast, shuffle, loss, encoder }: Training,
  { seed, off }: SessionPlace,
): SessionOptions {
  return {
    optimizer,
    batch,
    seed,
    ...(dropLast !== undefined && { dropLast }),
    ...(shuffle !== undefined && { shuffle }),
    ...(loss && { loss }),
    ...(encoder && { encoder }),
    ...(off && { off }),
  };
}

/** Where the training starts: its own weights, or fresh ones of the seed. */
export function startingWeights({ model, weights }: Training, { seed }: SessionPlace): Weights {
  return weights ?? initializeWeights(model, seed);
}
