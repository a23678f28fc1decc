/**
 * What changes from step to step, and nothing else does: one row of a small table that every executor reads.
 *
 * Row layout, 64 words of 4 bytes (256 bytes, the granule of WebGPU's dynamic offsets):
 * 0 start · 1 count · 2 slot · 3 step · 4, 5 seed (low, high) · 6 weight = 1/count (f32) · 7 unused ·
 * 8 … 23 scalars (f32): what the optimizer computed for this step (learning rate, bias corrections).
 */
import { require } from "./errors.ts";
import { seedKey } from "./random.ts";

export const STEP_WORDS = 64;
export const STEP_BYTES = STEP_WORDS * 4;
export const MAX_SCALARS = 16;
const SCALARS_AT = 8;

/** One run of a routine: the numbers that change from step to step, and nothing else does. */
export interface Step {
  /** First position in the order that this batch gathers from. */
  readonly start: number;
  /** How many rows of the batch are real; later rows repeat the last one and weigh nothing. */
  readonly count: number;
  /** Row of the metrics table that this step writes. */
  readonly slot: number;
  /** Counts updates from 0 over the whole training; masks are drawn from it. */
  readonly step: number;
  /** What all masks and noise are drawn from, with `step`: the same seed draws the same. */
  readonly seed: number;
  /** Up to 16 numbers that the optimizer computed in float64; rounded to f32 only when written to a device. */
  readonly scalars: readonly number[];
}

/** Writes `step` as row `row` of a table that both views share. */
export function encodeStep(step: Step, words: Uint32Array, floats: Float32Array, row = 0): void {
  require(step.scalars.length <= MAX_SCALARS, `A step holds at most ${MAX_SCALARS} scalars`);
  const at = row * STEP_WORDS;
  const [seedLow, seedHigh] = seedKey(step.seed);
  words[at] = step.start;
  words[at + 1] = step.count;
  words[at + 2] = step.slot;
  words[at + 3] = step.step;
  words[at + 4] = seedLow;
  words[at + 5] = seedHigh;
  floats[at + 6] = 1 / step.count;
  floats.set(step.scalars, at + SCALARS_AT);
}
