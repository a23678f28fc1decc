/** Sets of arrays that were read from .npy, .npz or IDX files, or made by hand. */
import { require } from "../core/errors.ts";
import { checkOptions, nearestName, shown } from "../core/option_names.ts";
import { formatShape, type Shape, sizeOf } from "../core/tensor.ts";
import { roomForClasses } from "./class_indices.ts";
import type { ByteScaling, ClassIndices, DataSet } from "./data_set.ts";
import { holdsWhole, type NdArray } from "./elements.ts";

/** Which array is what. */
export interface DataSetOfOptions {
  /** Name of the array of inputs: rows × the shape of one. */
  readonly inputs: string;
  /** Name of the array of targets, of as many rows. Without it the set has no targets. */
  readonly targets?: string;
  /** Name of the array that says how much each row counts. */
  readonly weights?: string;
  /**
   * By default one whole number a row (or boolean) is a class, and all else is values. Say it where whole numbers are
   * values to come near to, or classes are written as floats.
   */
  readonly targetsAre?: "classes" | "values";
  /** Names of the classes, in the order of their indices. */
  readonly classNames?: readonly string[];
  /** Shape of a row, where the array has it flat or otherwise: as many numbers. */
  readonly inputShape?: Shape;
  /** What bytes stand for; 0 to 1 by default. */
  readonly scaling?: ByteScaling;
}

const MOST_CLASSES = 65_536;

/**
 * Makes a set of arrays: those of `readNpz`, or any by their names.
 *
 * Bytes stay bytes, which a model sees from 0 to 1 unless `scaling` says otherwise; booleans become 0 and 1, and all
 * other numbers float32. A last axis of one channel, `[28,28,1]`, is left out: images of one channel are `[28,28]`.
 *
 * Throws `DescentError` if an array is not there, holds no rows, has another number of rows than the inputs, or a class is
 * no whole number from 0 to 65,535 or has no name.
 *
 * @example
 * ```ts
 * import { assert } from "@std/assert";
 * import { dataSetOf } from "descent";
 * const x = { shape: [2, 3], data: Float32Array.of(1, 2, 3, 4, 5, 6) };
 * const y = { shape: [2], data: Int32Array.of(1, 0) };
 * const set = dataSetOf({ x, y }, { inputs: "x", targets: "y", classNames: ["cat", "dog"] });
 * assert(set.inputShape.join() === "3" && set.targets?.[0] === 1);
 * ```
 */
export function dataSetOf(arrays: Readonly<Record<string, NdArray>>, options: DataSetOfOptions): DataSet {
  checkOptions("dataSetOf", options, {
    inputs: true,
    targets: true,
    weights: true,
    targetsAre: true,
    classNames: true,
    inputShape: true,
    scaling: true,
  });
  const { targets, weights, classNames, scaling } = options;
  const inputs = arrayNamed(arrays, options.inputs), [rows] = inputs.shape;
  require(
    rows !== undefined && inputs.data.length > 0,
    () =>
      `The inputs are rows, but the array ${shown(options.inputs)} is ${
        formatShape(inputs.shape)
      }, which holds none`,
  );
  const rowsOf = (name: string) => {
    const array = arrayNamed(arrays, name);
    require(
      array.shape[0] === rows,
      () =>
        `The array ${shown(options.inputs)} has ${rows} rows, but ${shown(name)} is ${
          formatShape(array.shape)
        }; ` +
        "each row of inputs needs one",
    );
    return array;
  };
  return {
    inputs: inputsOf(inputs),
    inputShape: rowShape(inputs.shape, options),
    ...(scaling !== undefined && { scaling }),
    ...(targets !== undefined && { targets: targetsOf(rowsOf(targets), options) }),
    ...(classNames !== undefined && { classNames }),
    ...(weights !== undefined && { weights: Float32Array.from(oneARow(rowsOf(weights), weights)) }),
  };
}

function arrayNamed(arrays: Readonly<Record<string, NdArray>>, name: string): NdArray {
  const names = Object.keys(arrays), array = Object.hasOwn(arrays, name) ? arrays[name] : undefined;
  if (array === undefined) {
    const meant = nearestName(String(name), names);
    require(
      false,
      `There is no array ${shown(name)}: ` +
        (meant === undefined ? `there are ${names.join(", ") || "none"}` : `did you mean ${meant}?`),
    );
  }
  require(
    Array.isArray(array.shape) && sizeOf(array.shape) === array.data.length,
    () =>
      `The array ${shown(name)} has the shape ${
        shown(array.shape)
      }, but holds ${array.data.length} numbers; give it ` +
      "another shape",
  );
  return array;
}

function inputsOf({ data, heldAs }: NdArray): Float32Array | Uint8Array {
  const isAsItShouldBe = data instanceof Float32Array || (data instanceof Uint8Array && heldAs !== "bool");
  return isAsItShouldBe ? data : Float32Array.from(data);
}

function rowShape(shape: Shape, { inputs, inputShape }: DataSetOfOptions): Shape {
  const found = shape.length === 1 ? [1] : shape.slice(1);
  if (inputShape !== undefined) {
    require(
      Array.isArray(inputShape) && sizeOf(inputShape) === sizeOf(found),
      () =>
        `A row of ${shown(inputs)} is ${formatShape(found)}, ${sizeOf(found)} numbers, which are no ${
          shown(inputShape)
        }`,
    );
    return inputShape;
  }
  require(
    found.length <= 3,
    () =>
      `A row of ${shown(inputs)} is ${
        formatShape(found)
      }, but rows have at most 3 axes; say another inputShape`,
  );
  return found.length === 3 && found[2] === 1 ? found.slice(0, 2) : found;
}

function targetsOf(array: NdArray, options: DataSetOfOptions): ClassIndices | Float32Array {
  const name = options.targets ?? "", isOne = sizeOf(array.shape.slice(1)) === 1;
  const kind = options.targetsAre ?? (holdsWhole(array) && isOne ? "classes" : "values");
  require(
    kind === "classes" || kind === "values",
    () => `Targets are "classes" or "values", got ${shown(kind)}`,
  );
  if (kind === "values") return Float32Array.from(array.data);
  const { classNames } = options, most = classNames?.length ?? MOST_CLASSES;
  let classes = classNames?.length ?? 0;
  oneARow(array, name).forEach((value: number, row: number) => {
    require(
      Number.isInteger(value) && value >= 0 && value < most,
      () =>
        `Row ${row} of ${shown(name)} is ${value}, but ` +
        (classNames === undefined
          ? `a class is a whole number from 0 to ${MOST_CLASSES - 1}; values are { targetsAre: "values" }`
          : `there are names for the classes 0 to ${most - 1}`),
    );
    classes = Math.max(classes, value + 1);
  });
  const indices = roomForClasses(array.data.length, classes);
  indices.set(array.data);
  return indices;
}

function oneARow({ shape, data }: NdArray, name: string): NdArray["data"] {
  require(
    sizeOf(shape.slice(1)) === 1,
    () => `The array ${shown(name)} is ${formatShape(shape)}, but one number a row is needed`,
  );
  return data;
}
