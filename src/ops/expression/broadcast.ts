/**
 * How operands of several shapes lie under one result: what loops over rows and vectors, and where each operand is then.
 * An operand's axes are axes of the result, the last ones if nothing else is said; those that it lacks, or has with
 * size 1, repeat its values.
 */
import { columnsOf, pitchOf, rowsOf, type Shape } from "../../core/tensor.ts";

/** Where an operand is: at `Σ index·stride` elements for a row, and there a vector per four columns, or one value. */
export interface OperandLayout {
  /** It has the result's last axis. */
  readonly isFull: boolean;
  /** By axis of `rows`. */
  readonly strides: readonly number[];
}

export interface Layout {
  /** Sizes of the axes of rows, outermost first: as few as do for all operands, at most three. */
  readonly rows: readonly number[];
  /** Vectors of a row. */
  readonly vectors: number;
  readonly columns: number;
  readonly operands: readonly OperandLayout[];
}

/** Axes of the result that an operand's axes are, or `undefined` if they do not fit it. */
export function fitAxes(
  operand: Shape,
  result: Shape,
  axes?: readonly number[],
): readonly number[] | undefined {
  const fitting = axes ?? operand.map((_size, i) => result.length - operand.length + i);
  const fits = fitting.length === operand.length && operand.every((size, i) => {
    const axis = fitting[i]!;
    return axis >= 0 && axis < result.length && axis > (fitting[i - 1] ?? -1) &&
      (size === 1 || size === result[axis]);
  });
  return fits ? fitting : undefined;
}

/** Elements from one position along each axis of the result to the next, in an operand. */
function stridesIn(operand: Shape, result: Shape, axes: readonly number[]): readonly number[] {
  const strides = new Array<number>(result.length).fill(0);
  let stride = 1;
  for (let i = operand.length - 1; i >= 0; i--) {
    if (operand[i] !== 1) strides[axes[i]!] = stride;
    stride = i === operand.length - 1 ? pitchOf(operand) : stride * operand[i]!;
  }
  return strides;
}

/**
 * The layout of operands with these axes under a result. `flat` allows whole tensors as one row, pads and all; else rows
 * stay rows, so that what comes into their pads can be cleared.
 */
export function layoutOf(
  result: Shape,
  operands: readonly { readonly shape: Shape; readonly axes: readonly number[] }[],
  flat: (isFull: readonly boolean[]) => boolean,
): Layout {
  const last = result.length - 1, columns = columnsOf(result), vectors = pitchOf(result) / 4;
  const isFull = operands.map(({ shape, axes }) =>
    result.length === 0 ? true : axes.at(-1) === last && columnsOf(shape) === columns
  );
  let rows: number[] = [], strides: number[][] = operands.map(() => []);
  const all = operands.map(({ shape, axes }) => stridesIn(shape, result, axes));
  for (let axis = 0; axis < last; axis++) {
    const size = result[axis]!;
    if (size === 1) continue;
    const own = all.map((of) => of[axis]!);
    // Two axes that lie behind one another in every operand are one.
    if (rows.length > 0 && strides.every((before, i) => before.at(-1) === own[i]! * size)) {
      rows = [...rows.slice(0, -1), rows.at(-1)! * size];
      strides = strides.map((before, i) => [...before.slice(0, -1), own[i]!]);
    } else {
      rows = [...rows, size];
      strides = strides.map((before, i) => [...before, own[i]!]);
    }
  }
  const alike = rows.length === 1 && strides.every(([stride], i) => stride === (isFull[i] ? 4 * vectors : 0));
  const isOneRow = rows.length === 0 || alike;
  if (isOneRow && flat(isFull)) {
    const operandsOf = isFull.map((full) => ({ isFull: full, strides: [] }));
    return { rows: [], vectors: vectors * rowsOf(result), columns, operands: operandsOf };
  }
  return {
    rows,
    vectors,
    columns,
    operands: isFull.map((full, i) => ({ isFull: full, strides: strides[i]! })),
  };
}

/** Offset of an operand in a row of the result, in elements. */
export function rowOffset({ strides }: OperandLayout, rows: readonly number[], row: number): number {
  let offset = 0, left = row;
  for (let axis = rows.length - 1; axis >= 0; axis--) {
    offset += left % rows[axis]! * strides[axis]!;
    left = Math.floor(left / rows[axis]!);
  }
  return offset;
}
