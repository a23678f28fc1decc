/**
 * Which rows of a set become training, validation and test rows.
 *
 * Rows count through the training files, then through the t10k files: 0 … 69,999 for MNIST. Every choice is a
 * seeded permutation of the stream `STREAM.split`, so one seed chooses the same rows on every machine.
 */
import { require } from "../../src/core/errors.ts";
import { permutation, STREAM } from "../../src/core/random.ts";
import type { SourceLabels } from "../../src/data/source.ts";

/** How many rows of each class go into each set. */
export interface PerClass {
  readonly train: number;
  readonly validation: number;
  readonly test: number;
}

/** How many rows go into each set, from the first on. */
export interface First {
  /** Rows of the training files. */
  readonly train: number;
  /** Rows of the training files after those that train. Default 0. */
  readonly validation?: number;
  /** Rows of the t10k files. */
  readonly test: number;
}

/** Chosen rows, in the order in which they will lie. No row is in two sets. */
export interface Selection {
  readonly train: Uint32Array;
  readonly validation: Uint32Array;
  readonly test: Uint32Array;
}

/** The labels that are chosen from, and the choice. */
export interface SplitOptions extends SourceLabels {
  /** Labels to keep, each once. */
  readonly digits: readonly number[];
  readonly seed: number;
}

/** What a permutation is for: picking rows of a digit (`step` is the digit) or mixing the rows of a set. */
const LANE = { pick: 0, train: 1, validation: 2, test: 3 } as const;

/**
 * The same number of rows of each digit, drawn from the training and t10k files together; which rows of a digit
 * are drawn depends on no other digit. Throws `DescentError` if a digit has too few rows.
 *
 * @example
 * ```ts
 * import { assert } from "@std/assert";
 * import { splitPerClass } from "./split_rows.ts";
 * const trainLabels = Uint8Array.of(3, 8, 3, 8), t10kLabels = Uint8Array.of(8, 3);
 * const rows = splitPerClass(
 *   { trainLabels, t10kLabels, digits: [3, 8], seed: 1, from: "six labels" },
 *   { train: 1, validation: 1, test: 1 },
 * );
 * assert([...rows.train, ...rows.validation, ...rows.test].sort().join() === "0,1,2,3,4,5");
 * ```
 */
export function splitPerClass(options: SplitOptions, { train, validation, test }: PerClass): Selection {
  const { trainLabels, t10kLabels, digits, seed, from } = options;
  const labels = new Uint8Array(trainLabels.length + t10kLabels.length);
  labels.set(trainLabels);
  labels.set(t10kLabels, trainLabels.length);
  requirePresent(digits, labels, from);
  const wanted = train + validation + test;
  const chosen = digits.map((digit) => {
    const rows = rowsWith(labels, [digit]);
    require(
      rows.length >= wanted,
      () =>
        `Digit ${digit} has ${rows.length} images in ${from}, but ${train} + ${validation} + ${test} = ${wanted} ` +
        `are wanted of each digit; ask for fewer per class or leave the digit out`,
    );
    return pick(rows, permutation(rows.length, { seed, stream: STREAM.split, step: digit, lane: LANE.pick }));
  });
  const share = (start: number, count: number, lane: number) =>
    mix(chosen.flatMap((rows) => [...rows.subarray(start, start + count)]), seed, lane);
  return {
    train: share(0, train, LANE.train),
    validation: share(train, validation, LANE.validation),
    test: share(train + validation, test, LANE.test),
  };
}

/**
 * The first rows of the wanted digits, in the order of the files: the training files train and then validate, the
 * t10k files test. Nothing is drawn. Throws `DescentError` if a digit is not in the training files, or there are too
 * few rows.
 *
 * @example
 * ```ts
 * import { assert } from "@std/assert";
 * import { splitFirst } from "./split_rows.ts";
 * const trainLabels = Uint8Array.of(7, 1, 0, 1), t10kLabels = Uint8Array.of(1, 0);
 * const choice = { trainLabels, t10kLabels, digits: [0, 1], seed: 1, from: "six labels" };
 * const rows = splitFirst(choice, { train: 2, validation: 1, test: 1 });
 * assert([...rows.train].join() === "1,2" && rows.validation[0] === 3 && rows.test[0] === 4);
 * ```
 */
export function splitFirst(options: SplitOptions, { train, validation = 0, test }: First): Selection {
  const { trainLabels, t10kLabels, digits, from } = options;
  requirePresent(digits, trainLabels, `the training files of ${from}`);
  const training = rowsWith(trainLabels, digits), testing = rowsWith(t10kLabels, digits);
  const whole = digits.length === labelsIn(trainLabels).length;
  const enough = (files: string, rows: Uint32Array, wanted: number) =>
    require(
      rows.length >= wanted,
      () =>
        `The ${files} files of ${from} hold ${rows.length} images${
          whole ? "" : " of the wanted digits"
        }, but the first ${wanted} are wanted; ask for fewer`,
    );
  enough("training", training, train + validation);
  enough("t10k", testing, test);
  return {
    train: training.subarray(0, train),
    validation: training.subarray(train, train + validation),
    test: testing.subarray(0, test).map((row) => row + trainLabels.length),
  };
}

/** The counts, or where there are fewer rows of the wanted digits, smaller ones in the same proportion. */
export function shrinkFirst({ trainLabels, t10kLabels, digits }: SplitOptions, counts: First): First {
  const training = rowsWith(trainLabels, digits).length, testing = rowsWith(t10kLabels, digits).length;
  const { validation = 0 } = counts, wanted = counts.train + validation;
  const share = (count: number) => wanted <= training ? count : Math.floor(count * training / wanted);
  return {
    train: Math.max(1, share(counts.train)),
    validation: share(validation),
    test: Math.min(counts.test, testing),
  };
}

/** The counts, or if a digit has fewer rows than they take, smaller ones in the same proportion. */
export function shrinkToFit({ trainLabels, t10kLabels, digits }: SplitOptions, counts: PerClass): PerClass {
  const wanted = counts.train + counts.validation + counts.test;
  const rowsOf = (digit: number) =>
    rowsWith(trainLabels, [digit]).length + rowsWith(t10kLabels, [digit]).length;
  const fewest = Math.min(...digits.map(rowsOf));
  if (fewest >= wanted) return counts;
  const shrunk = (count: number) => Math.floor(count * fewest / wanted);
  return {
    train: Math.max(1, shrunk(counts.train)),
    validation: shrunk(counts.validation),
    test: shrunk(counts.test),
  };
}

/** The labels that occur, in ascending order. */
export function labelsIn(labels: Uint8Array): readonly number[] {
  return [...new Set(labels)].sort((a, b) => a - b);
}

function requirePresent(digits: readonly number[], labels: Uint8Array, from: string): void {
  const present = labelsIn(labels), missing = digits.find((digit) => !present.includes(digit));
  require(
    missing === undefined,
    () => `Digit ${missing} is not in ${from}, which has ${present.join(", ")}; choose among those`,
  );
}

function rowsWith(labels: Uint8Array, digits: readonly number[]): Uint32Array {
  const wanted = new Set(digits), rows = new Uint32Array(labels.length);
  let count = 0;
  labels.forEach((label, row) => {
    if (wanted.has(label)) rows[count++] = row;
  });
  return rows.subarray(0, count);
}

function mix(rows: ArrayLike<number>, seed: number, lane: number): Uint32Array {
  return pick(rows, permutation(rows.length, { seed, stream: STREAM.split, lane }));
}

function pick(rows: ArrayLike<number>, order: Uint32Array): Uint32Array {
  return order.map((place) => rows[place]!);
}
