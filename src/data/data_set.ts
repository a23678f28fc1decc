/** Sets of rows: what goes into a model, and what should come out. */
import { type Shape, sizeOf } from "../core/tensor.ts";

/** Class indices, whole numbers from 0; 8 bits are enough where there are at most 256 classes. */
export type ClassIndices = Uint8Array | Uint16Array | Uint32Array;

/** What a byte stands for: byte · scale + offset. */
export interface ByteScaling {
  readonly scale: number;
  /** Default 0. */
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

/** Rows of a set. */
export function countRows({ inputs, inputShape }: Pick<DataSet, "inputs" | "inputShape">): number {
  return inputs.length / sizeOf(inputShape);
}

/** Whether targets are values to come near to, and not class indices. */
export function areValues(targets: DataSet["targets"]): targets is Float32Array {
  return targets instanceof Float32Array;
}
