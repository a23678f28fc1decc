/** What must hold of a set before it is written: kernels use class indices as positions, unchecked. */
import { require } from "../core/errors.ts";
import { checkOptions, shown } from "../core/option_names.ts";
import { formatShape, sizeOf } from "../core/tensor.ts";
import { areValues, countRows, type DataSet } from "./data_set.ts";

const SET_NAMES = {
  inputs: true,
  inputShape: true,
  scaling: true,
  targets: true,
  classNames: true,
  weights: true,
} as const satisfies Record<keyof DataSet, true>;

/** What sets were called here and are called elsewhere, and what they are called now. */
const OTHER_NAMES: Readonly<Record<string, keyof DataSet>> = {
  images: "inputs",
  x: "inputs",
  data: "inputs",
  features: "inputs",
  labels: "targets",
  y: "targets",
  target: "targets",
  imageShape: "inputShape",
  shape: "inputShape",
  classes: "classNames",
  sampleWeight: "weights",
};

/** What of a set is right by the training that it is for. */
export interface SetUse {
  /** Class index whose rows do not count: it needs no name. */
  readonly ignore?: number | undefined;
}

/**
 * Throws when a set's inputs are neither bytes nor finite numbers or no whole number of rows, when there is not one
 * class index, or equally many values, for each row. `of` is which set it is, in the sentence.
 */
export function checkSet(set: DataSet, of = "the given set"): void {
  require(
    isObject(set) && ("inputs" in set || Object.keys(set).some((key) => key in OTHER_NAMES)),
    () => `${capital(of)} must be { inputs, inputShape, targets }, as data.test is, got ${kindOf(set)}`,
  );
  checkNames(set, of);
  const { inputs, inputShape, scaling, classNames, weights } = set;
  require(
    Array.isArray(inputShape) && inputShape.length > 0 && inputShape.length <= 3 &&
      inputShape.every((size) => Number.isSafeInteger(size) && size > 0),
    () =>
      `The inputShape of ${of} must hold 1 to 3 positive whole numbers, as [28, 28], got ${
        shown(inputShape)
      }`,
  );
  checkInputs(inputs, { of, columns: sizeOf(inputShape) });
  require(
    inputs.length % sizeOf(inputShape) === 0,
    () =>
      `The inputs of ${of} hold ${inputs.length} values, which is no whole number of rows of shape ${
        formatShape(inputShape)
      }, ${sizeOf(inputShape)} values each`,
  );
  if (scaling !== undefined) checkScaling(scaling, of);
  require(
    classNames === undefined || Array.isArray(classNames),
    () => `The classNames of ${of} must be a list of names, got ${shown(classNames)}`,
  );
  if (weights !== undefined) checkRowWeights(weights, { rows: countRows(set), of });
  checkTargets(set, of);
}

/** Refuses what a set does not have, with the name that it has for it. A set may carry more that is its reader's own. */
function checkNames(set: DataSet, of: string): void {
  const other = Object.keys(set).find((key) =>
    !(key in SET_NAMES) && OTHER_NAMES[key] !== undefined && set[OTHER_NAMES[key]] === undefined
  );
  require(
    other === undefined,
    () => `${capital(of)} has ${other}, which a set calls ${OTHER_NAMES[other!]}: rename it`,
  );
  require("inputs" in set, () => `${capital(of)} has no inputs`);
}

function checkScaling(scaling: NonNullable<DataSet["scaling"]>, of: string): void {
  checkOptions(`The scaling of ${of}`, scaling, { scale: true, offset: true });
  const { scale, offset = 0 } = scaling;
  require(
    Number.isFinite(scale) && scale !== 0 && Number.isFinite(offset),
    () =>
      `The scaling of ${of} must be finite numbers, { scale, offset }, its scale not 0, got ${
        JSON.stringify(scaling)
      }`,
  );
}

function checkRowWeights(
  weights: Float32Array,
  { rows, of }: { readonly rows: number; readonly of: string },
): void {
  require(
    (weights as unknown) instanceof Float32Array && weights.length === rows,
    () =>
      `The weights of ${of} must be a Float32Array of one weight a row, ${rows} in all, got ${
        shown(weights)
      }${isList(weights) ? ` of ${weights.length}` : ""}`,
  );
  const wrong = weights.findIndex((weight) => !(weight >= 0 && weight < Infinity));
  require(
    wrong < 0,
    () => `Row ${wrong} of ${of} weighs ${weights[wrong]}: a weight is a number of 0 or more`,
  );
}

/**
 * Throws when inputs are neither bytes nor numbers, with the first value that is no byte, or that is NaN or infinite. `of` is
 * whose inputs they are, `columns` how many make a row.
 */
export function checkInputs(
  inputs: Float32Array | Uint8Array,
  { of, columns }: { readonly of: string; readonly columns: number },
): void {
  const given: unknown = inputs;
  if (given instanceof Uint8Array) return;
  if (given instanceof Float32Array) {
    const at = findNotFinite(given);
    require(
      at < 0,
      () =>
        `The inputs of ${of} hold ${given[at]} in row ${Math.floor(at / columns)}, column ${at % columns}: ` +
        "a model learns from finite numbers alone; leave such rows out, or fill them in",
    );
    return;
  }
  const kind = kindOf(given);
  require(false, `The inputs of ${of} are ${kind}: give bytes in a Uint8Array, or numbers in a Float32Array`);
}

/** Throws when a set's targets are not one class index, or equally many finite values, for each row. */
function checkTargets(set: DataSet, of: string): void {
  const given: unknown = set.targets, rows = countRows(set);
  if (given === undefined) return;
  if (given instanceof Float32Array) {
    require(
      given.length > 0 && given.length % rows === 0 || given.length === rows,
      () =>
        `The targets of ${of} are ${given.length} values, which cannot be shared equally by its ${rows} rows`,
    );
    const at = findNotFinite(given), columns = given.length / rows;
    require(
      at < 0,
      () => `The targets of ${of} hold ${given[at]} in row ${Math.floor(at / columns)}`,
    );
    return;
  }
  require(
    given instanceof Uint8Array || given instanceof Uint16Array || given instanceof Uint32Array,
    () =>
      `The targets of ${of} are ${kindOf(given)}: give class ` +
      "indices in a Uint8Array, or values in a Float32Array",
  );
  require(
    given.length === rows,
    () => `${capital(of)} has ${rows} rows, but ${given.length} targets: give each row one class index`,
  );
}

/** Throws where a class index has no name, but for that of rows that do not count. */
export function checkClassNames(
  { targets, classNames }: DataSet,
  of = "the given set",
  { ignore }: SetUse = {},
): void {
  if (classNames === undefined || targets === undefined || areValues(targets)) return;
  const wrong = targets.findIndex((index) => index >= classNames.length && index !== ignore);
  require(
    wrong < 0,
    () =>
      `Row ${wrong} of ${of} is of class ${targets[wrong]}, but there are ${classNames.length} classNames: ` +
      `a class index is a position in them, a whole number from 0 to ${classNames.length - 1}`,
  );
}

/** Position of the first value that is NaN or infinite, or -1. */
function findNotFinite(values: Float32Array): number {
  // A sum of v·0 is 0 until the first that is not finite, and then NaN.
  let sum = 0;
  for (let i = 0; i < values.length; i++) sum += values[i]! * 0;
  return sum === 0 ? -1 : values.findIndex((value) => !Number.isFinite(value));
}

export function isObject(value: unknown): boolean {
  return typeof value === "object" && value !== null;
}

function isList(value: unknown): value is ArrayLike<unknown> {
  return Array.isArray(value) || (ArrayBuffer.isView(value) && !(value instanceof DataView));
}

/** Any value, in few words. */
function kindOf(value: unknown): string {
  return Array.isArray(value) ? "an Array" : shown(value);
}

/** As the beginning of a sentence. */
export function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
