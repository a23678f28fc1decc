/** The order of the training rows in an epoch, and how it is cut into batches. */
import { require } from "../core/errors.ts";
import { permutation, requireSeed, STREAM } from "../core/random.ts";

const MAX_ROWS = 2 ** 32 - 1;

/** Which epoch of which training. */
export interface EpochOrderOptions {
  /** Whole number from 0 to 2^53 - 1. */
  readonly seed: number;
  /** Counts from 0. */
  readonly epoch: number;
  /** False keeps the rows as they lie. */
  readonly shuffle: boolean;
}

/** One step's share of an epoch: positions `start` … `start + count - 1` of its order. */
export interface Batch {
  readonly start: number;
  readonly count: number;
}

/**
 * The order in which an epoch visits rows 0 … rows-1: a fresh permutation for each epoch, the same on every
 * machine for one seed, or the rows as they lie if `shuffle` is false.
 *
 * Throws `DescentError` if `rows`, `seed` or `epoch` is out of range.
 *
 * @example
 * ```ts
 * import { assert } from "@std/assert";
 * import { epochOrder } from "./order.ts";
 * const order = epochOrder(5, { seed: 1, epoch: 0, shuffle: false });
 * assert(order.join() === "0,1,2,3,4");
 * ```
 */
export function epochOrder(rows: number, { seed, epoch, shuffle }: EpochOrderOptions): Uint32Array {
  requireRows(rows);
  requireSeed(seed);
  require(
    Number.isInteger(epoch) && epoch >= 0 && epoch < 2 ** 32,
    () => `Epoch must be a whole number from 0 to 2^32 - 1, got ${epoch}`,
  );
  return shuffle
    ? permutation(rows, { seed, stream: STREAM.shuffle, step: epoch })
    : Uint32Array.from({ length: rows }, (_, row) => row);
}

/**
 * Cuts `rows` into batches of `batch`; the last one holds what is left, as in Keras's `Model.fit`.
 *
 * Throws `DescentError` if either is not a positive whole number.
 *
 * @example
 * ```ts
 * import { assert } from "@std/assert";
 * import { batches } from "./order.ts";
 * assert(batches(70, 32).map(({ count }) => count).join() === "32,32,6");
 * ```
 */
export function batches(rows: number, batch: number): readonly Batch[] {
  requireRows(rows);
  require(
    Number.isSafeInteger(batch) && batch > 0,
    () => `Batch size must be a positive whole number, got ${batch}`,
  );
  return Array.from({ length: Math.ceil(rows / batch) }, (_, index) => {
    const start = index * batch;
    return { start, count: Math.min(batch, rows - start) };
  });
}

function requireRows(rows: number): void {
  require(
    Number.isInteger(rows) && rows > 0 && rows <= MAX_ROWS,
    () => `Number of rows must be a whole number from 1 to 2^32 - 1, got ${rows}`,
  );
}
