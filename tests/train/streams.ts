/** Streams for tests: rows in parts, and what became of whom gives them. */
import { randomWords, STREAM } from "../../src/core/random.ts";
import { countRows, type DataSet, takeRows } from "../../src/data/data_set.ts";
import type { DataBatch } from "../../src/data/stream.ts";
import type { FitResult } from "../../src/train/fit.ts";

export const BATCH = 4;
/** Sizes of parts, again and again: single rows, more than a batch, uneven ones, all at once. */
export const CUTS: readonly (readonly number[])[] = [[1], [4], [9, 1, 2], [22], [3]];
/** Batches of 22 rows: the last is short. */
export const STEPS = 6;

/** Bytes of three classes. */
export function rowsOf(
  rows: number,
): DataSet & { readonly inputs: Uint8Array; readonly targets: Uint8Array } {
  const inputs = Uint8Array.from(
    randomWords(rows * 6, { seed: 2, stream: STREAM.test }),
    (word) => word >>> 24,
  );
  return {
    inputs,
    inputShape: [6],
    targets: Uint8Array.from({ length: rows }, (_, row) => inputs[row * 6]! % 3),
  };
}

/** The same rows as numbers with three values each to come near to. */
export const WITH_VALUES = {
  ...rowsOf(22),
  inputs: Float32Array.from(rowsOf(22).inputs, (byte) => byte / 100 - 1),
  targets: Float32Array.from({ length: 66 }, (_, i) => Math.sin(i)),
} satisfies DataSet;

/** The set in parts of these sizes, again and again. */
export function partsOf(set: DataSet, cuts: readonly number[]): readonly DataBatch[] {
  const parts: DataBatch[] = [], rows = countRows(set);
  for (let at = 0; at < rows;) {
    const end = Math.min(rows, at + cuts[parts.length % cuts.length]!);
    const { inputShape: _, ...part } = takeRows(set, Array.from({ length: end - at }, (_, i) => at + i));
    parts.push(part);
    at = end;
  }
  return parts;
}

/** A stream of these parts, which counts how often it began, gave and was closed. */
export function streamOf(set: DataSet, cuts: readonly number[]) {
  const told = { begun: 0, given: 0, returned: 0 };
  const train = async function* () {
    told.begun++;
    try {
      for (const part of partsOf(set, cuts)) {
        told.given++;
        yield await Promise.resolve(part);
      }
    } finally {
      told.returned++;
    }
  };
  return { train, told };
}

/** All of a result that does not depend on the clock, nor on how the rows came. */
export function resultOf({ model: _, seconds: __, history, end: { state }, ...rest }: FitResult) {
  return {
    ...rest,
    state,
    history: history.map(({ seconds: _, samplesPerSecond: __, ...record }) => record),
  };
}
