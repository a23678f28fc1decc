/** Sets of rows: what goes into a model, and what should come out. */
import { require } from "../core/errors.ts";
import { namesOf } from "../core/option_names.ts";
import { type Shape, sizeOf } from "../core/tensor.ts";

/** Class indices, whole numbers from 0; 8 bits are enough where there are at most 256 classes. */
export type ClassIndices = Uint8Array | Uint16Array | Uint32Array;

/** What a byte stands for: byte · scale + offset. */
export interface ByteScaling {
  /** What the byte is multiplied by, such as 1/255. */
  readonly scale: number;
  /** What is added then. Default 0. */
  readonly offset?: number;
}

/** Rows of inputs and their targets; row r of one belongs to row r of the other. */
export interface DataSet {
  /** Dense, rows × the product of `inputShape`: numbers as they are, or bytes, which are scaled on the device. */
  readonly inputs: Float32Array | Uint8Array;
  /** Shape of one row, of 1 to 3 axes: `[4]`, `[28,28]`, `[32,32,3]`, channels last. */
  readonly inputShape: Shape;
  /** What the bytes of `inputs` stand for. Default `{ scale: 1 / 255 }`: pixels from 0 to 1. */
  readonly scaling?: ByteScaling;
  /**
   * Class indices, one a row, where the array holds whole numbers; else values, one or many a row, dense. Left out where
   * there is nothing to compare with but the inputs themselves.
   */
  readonly targets?: ClassIndices | Float32Array;
  /** Names of the classes, in the order of their indices. */
  readonly classNames?: readonly string[];
  /** How much each row counts, 0 or more, in losses and their gradients. Default 1 each. */
  readonly weights?: Float32Array;
}

/** What a model learns from, and what it is measured on: sets that share no row. */
export interface Splits {
  /** What training learns from. */
  readonly train: DataSet;
  /** Decides when to stop, and what to try next. */
  readonly validation?: DataSet;
  /** Decides nothing. */
  readonly test?: DataSet;
}

/** One of the sets: `train`, `validation` or `test`. */
export type SplitName = keyof Splits;

export const SPLIT_NAMES = namesOf<SplitName>({ train: true, validation: true, test: true });

/** Sets that no step trains on. */
export type HeldOut = Exclude<SplitName, "train">;

/** Pixels from 0 to 1. */
export const PIXEL_SCALING: Required<ByteScaling> = { scale: 1 / 255, offset: 0 };

/** Rows of a set; 0 where there is none. */
export function countRows(set: Pick<DataSet, "inputs" | "inputShape"> | undefined): number {
  return set === undefined ? 0 : set.inputs.length / sizeOf(set.inputShape);
}

/** Whether targets are values to come near to, and not class indices. */
export function areValues(targets: DataSet["targets"]): targets is Float32Array {
  return targets instanceof Float32Array;
}

/** Names of the sets that hold rows. */
export function filledSplits(data: Partial<Splits>): readonly SplitName[] {
  return SPLIT_NAMES.filter((name) => countRows(data[name]) > 0);
}

/**
 * The rows at these positions (from 0), in this order, as a set of their own: a copy. Throws where there is no such row.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { takeRows } from "descent";
 * const set = { inputs: Float32Array.of(5, 6, 7), inputShape: [1], targets: Uint8Array.of(0, 255, 1) };
 * const known = [...set.targets.keys()].filter((row) => set.targets[row] !== 255);
 * assertEquals(takeRows(set, known).inputs, Float32Array.of(5, 7));
 * ```
 */
export function takeRows(set: DataSet, rows: ArrayLike<number>): DataSet {
  const { inputs, inputShape, targets, weights, scaling, classNames } = set, count = countRows(set);
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i]!, isOne = Number.isInteger(row) && row >= 0 && row < count;
    require(isOne, () => `There is no row ${row}: the set has ${count} rows, counted from 0`);
  }
  const columns = areValues(targets) ? targets.length / count : 1;
  return {
    inputs: taken(inputs, rows, sizeOf(inputShape)),
    inputShape,
    ...(scaling && { scaling }),
    ...(targets && { targets: taken(targets, rows, columns) }),
    ...(classNames && { classNames }),
    ...(weights && { weights: taken(weights, rows, 1) }),
  };
}

function taken<T extends ClassIndices | Float32Array>(
  values: T,
  rows: ArrayLike<number>,
  columns: number,
): T {
  const result = emptyLike(values, rows.length * columns);
  for (let i = 0; i < rows.length; i++) {
    result.set(values.subarray(rows[i]! * columns, (rows[i]! + 1) * columns), i * columns);
  }
  return result;
}

/** An array of so many zeros, of the kind of another: a `Uint8Array` where that is a kind of one, such as Node's `Buffer`. */
export function emptyLike<T extends ClassIndices | Float32Array>(values: T, length: number): T {
  const kinds = [Uint8Array, Uint16Array, Uint32Array, Float32Array];
  const Kind = kinds.find((one) => (values as unknown) instanceof one)! as unknown as new (
    length: number,
  ) => T;
  return new Kind(length);
}
