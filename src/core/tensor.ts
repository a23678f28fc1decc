/**
 * Tensor types and their one layout rule.
 *
 * A tensor lies in memory row after row; the last axis of a tensor of rank 2 or more is padded to a multiple
 * of four elements (its *pitch*), so that every kernel works in whole 4-lane vectors and none has a scalar
 * tail. Pads of f32 tensors hold zero, and every kernel keeps them zero. A vector is padded at its end only.
 * All executors use this layout; the world outside sees dense arrays (`toPadded`, `toDense`).
 */
import { require } from "./errors.ts";
import { namesOf } from "./option_names.ts";

/** `f32` numbers (float64 on the reference executor), `u32` indices, labels and counts, `u8` pixels. */
export type DType = "f32" | "u32" | "u8";

const DTYPES = namesOf<DType>({ f32: true, u32: true, u8: true });

/** Sizes of the axes, outermost first; `[]` is a scalar. */
export type Shape = readonly number[];

/** What a tensor is: element type and shape, without values. */
export interface TensorType {
  /** Kind of each element. */
  readonly dtype: DType;
  /** Sizes of the axes, as a user sees them: without pads. */
  readonly shape: Shape;
}

/** Arrays that can hold a tensor's elements. */
export type TypedArray = Float64Array | Float32Array | Uint32Array | Uint8Array;

/** Lanes of a SIMD vector, and the unit that rows are padded to. */
export const LANES = 4;

/** `value` rounded up to a multiple of `unit`. */
export function roundUp(value: number, unit: number): number {
  return Math.ceil(value / unit) * unit;
}

/** Builds a tensor type, refusing sizes that are not positive whole numbers. */
export function tensorType(dtype: DType, shape: Shape): TensorType {
  require(
    shape.every((size) => Number.isSafeInteger(size) && size > 0),
    () => `Shape ${formatShape(shape)} is not possible: each size must be a positive whole number`,
  );
  require(DTYPES.includes(dtype), () => `There is no type "${dtype}": choose from ${DTYPES.join(", ")}`);
  return { dtype, shape: [...shape] };
}

/** Number of elements that a user sees: the product of the sizes. */
export function sizeOf(shape: Shape): number {
  return shape.reduce((product, size) => product * size, 1);
}

/** Size of the last axis; 1 for a scalar. */
export function columnsOf(shape: Shape): number {
  return shape.at(-1) ?? 1;
}

/** Number of rows: the product of all axes but the last; 1 for a vector or a scalar. */
export function rowsOf(shape: Shape): number {
  return shape.slice(0, -1).reduce((product, size) => product * size, 1);
}

/** Elements from the start of one row to the start of the next. */
export function pitchOf(shape: Shape): number {
  return roundUp(columnsOf(shape), LANES);
}

/** Elements that the tensor takes in memory, pads included. */
export function storageOf(shape: Shape): number {
  return rowsOf(shape) * pitchOf(shape);
}

/** Bytes of one element on the device. */
export function bytesPerElement(dtype: DType): number {
  return dtype === "u8" ? 1 : 4;
}

/** Bytes that the tensor takes on the device, pads included. */
export function bytesOf(type: TensorType): number {
  return storageOf(type.shape) * bytesPerElement(type.dtype);
}

export function sameShape(a: Shape, b: Shape): boolean {
  return a.length === b.length && a.every((size, axis) => size === b[axis]);
}

/** `[128,784]`, the way shapes appear in messages. */
export function formatShape(shape: Shape): string {
  return `[${shape.join(",")}]`;
}

/** `f32[128,784]`. */
export function formatType(type: TensorType): string {
  return `${type.dtype}${formatShape(type.shape)}`;
}

/**
 * Copies dense elements into the padded layout. `into` must hold `storageOf(shape)` elements; pads become 0. Throws on a
 * wrong number of values, and where `into` holds whole numbers and a value is none that fits: it would be another one.
 */
export function toPadded(shape: Shape, dense: ArrayLike<number>, into: TypedArray): void {
  require(
    dense.length === sizeOf(shape),
    () => `Cannot fill ${formatShape(shape)} with ${dense.length} values: it takes ${sizeOf(shape)}`,
  );
  requireFitting(dense, into);
  const columns = columnsOf(shape), pitch = pitchOf(shape), rows = rowsOf(shape);
  if (columns === pitch) {
    into.set(dense);
    return;
  }
  into.fill(0);
  for (let r = 0; r < rows; r++) {
    for (let c = 0; c < columns; c++) into[r * pitch + c] = dense[r * columns + c]!;
  }
}

/** Throws on the first value that `into`, an array of whole numbers, would hold as another one. */
function requireFitting(dense: ArrayLike<number>, into: TypedArray): void {
  if (into instanceof Float32Array || into instanceof Float64Array) return;
  // What is of the same kind, or of bytes, fits.
  if (dense.constructor === into.constructor || dense instanceof Uint8Array) return;
  const most = 2 ** (8 * into.BYTES_PER_ELEMENT) - 1;
  for (let i = 0; i < dense.length; i++) {
    const value = dense[i]!;
    require(
      Number.isInteger(value) && value >= 0 && value <= most,
      () =>
        `Cannot write ${value} at position ${i}: what is written there are whole numbers from 0 to ${most}`,
    );
  }
}

/** Copies the elements that a user sees out of the padded layout, into a new array of the same kind. */
export function toDense<T extends TypedArray>(shape: Shape, padded: T): T {
  const columns = columnsOf(shape), pitch = pitchOf(shape), rows = rowsOf(shape);
  const dense = new (padded.constructor as new (length: number) => T)(rows * columns);
  for (let r = 0; r < rows; r++) {
    dense.set(padded.subarray(r * pitch, r * pitch + columns), r * columns);
  }
  return dense;
}
