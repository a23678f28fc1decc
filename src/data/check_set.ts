/** What must hold of a set before it is written: kernels use class indices as positions, unchecked. */
import { require } from "../core/errors.ts";
import { checkOptions, shown } from "../core/option_names.ts";
import { formatShape, sizeOf } from "../core/tensor.ts";
import { areValues, countRows, type DataSet, SPLIT_NAMES, type Splits } from "./data_set.ts";

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

/** Throws when one of the sets is none (see `checkSet`), there is nothing to train on, or a set differs in kind from the train set. */
export function checkSplits(data: Splits): void {
  require(
    isObject(data) && isObject(data.train),
    () =>
      `Training takes a set to train on, as in fit(model, { train: { inputs, inputShape, targets } }), got ${
        isObject(data) ? `data with ${Object.keys(data).join(", ") || "nothing"}` : shown(data)
      }`,
  );
  const { train } = data;
  for (const name of SPLIT_NAMES) {
    const set = data[name];
    if (set === undefined) continue;
    checkSet(set, name);
    if (name !== "train" && countRows(set) > 0) checkLike(set, train, name);
  }
  require(countRows(train) > 0, "The train set is empty: there is nothing to train on");
}

/** Throws where a set could not be gathered, or compared, by the plan of another. */
export function checkLike(set: DataSet, train: DataSet, name: string): void {
  require(
    sizeOf(set.inputShape) === sizeOf(train.inputShape),
    () =>
      `The inputs of the ${name} set have shape ${formatShape(set.inputShape)}, those of the train set ${
        formatShape(train.inputShape)
      }: give all sets inputs of one shape`,
  );
  const kinds = [set, train].map(kindsOf), texts = kinds.map((kind) => Object.values(kind));
  const at = texts[0]!.findIndex((text, i) => text !== texts[1]![i]);
  require(
    at < 0,
    () =>
      `The ${name} set has ${texts[0]![at]}, the train set ${texts[1]![at]}: give all sets ${
        ["inputs of one kind", "targets of one kind", "the same classes"][at]
      }`,
  );
}

function kindsOf(set: DataSet) {
  const { inputs, scaling, targets, classNames } = set;
  const bytes = scaling === undefined ? "bytes" : `bytes scaled by ${JSON.stringify(scaling)}`;
  return {
    inputs: `inputs of ${inputs instanceof Uint8Array ? bytes : "numbers"}`,
    targets: targets === undefined
      ? "no targets"
      : areValues(targets)
      ? `targets of ${targets.length / countRows(set)} values a row`
      : "class indices as targets",
    classes: classNames === undefined ? "classes without names" : `${classNames.length} classes`,
  };
}

/**
 * Throws when a set's inputs are neither bytes nor finite numbers or no whole number of rows, when there is not one
 * class index, or equally many values, for each row, or a class index has no name. `name` is its name in the sentence.
 */
export function checkSet(set: DataSet, name = "given"): void {
  require(
    isObject(set) && ("inputs" in set || Object.keys(set).some((key) => key in OTHER_NAMES)),
    () => `A set such as { inputs, inputShape, targets } is needed, such as data.test, got ${shown(set)}`,
  );
  checkNames(set, name);
  const { inputs, inputShape, scaling, classNames, weights } = set;
  require(
    Array.isArray(inputShape) && inputShape.length > 0 && inputShape.length <= 3 &&
      inputShape.every((size) => Number.isSafeInteger(size) && size > 0),
    () =>
      `The inputShape of the ${name} set must hold 1 to 3 positive whole numbers, as [28, 28], got ${
        shown(inputShape)
      }`,
  );
  checkInputs(inputs, { of: `the ${name} set`, columns: sizeOf(inputShape) });
  require(
    inputs.length % sizeOf(inputShape) === 0,
    () =>
      `The inputs of the ${name} set hold ${inputs.length} values, which is no whole number of rows of shape ${
        formatShape(inputShape)
      }, ${sizeOf(inputShape)} values each`,
  );
  if (scaling !== undefined) checkScaling(scaling, name);
  require(
    classNames === undefined || Array.isArray(classNames),
    () => `The classNames of the ${name} set must be a list of names, got ${shown(classNames)}`,
  );
  if (weights !== undefined) checkRowWeights(weights, { rows: countRows(set), name });
  checkTargets(set, name);
}

/** Refuses what a set does not have, with the name that it has for it. A set may carry more that is its reader's own. */
function checkNames(set: DataSet, name: string): void {
  const other = Object.keys(set).find((key) =>
    !(key in SET_NAMES) && OTHER_NAMES[key] !== undefined && set[OTHER_NAMES[key]] === undefined
  );
  require(
    other === undefined,
    () => `The ${name} set has ${other}, which a set calls ${OTHER_NAMES[other!]}: rename it`,
  );
  require("inputs" in set, () => `The ${name} set has no inputs`);
}

function checkScaling(scaling: NonNullable<DataSet["scaling"]>, name: string): void {
  checkOptions(`The scaling of the ${name} set`, scaling, { scale: true, offset: true });
  const { scale, offset = 0 } = scaling;
  require(
    Number.isFinite(scale) && scale !== 0 && Number.isFinite(offset),
    () =>
      `The scaling of the ${name} set must be finite numbers, { scale, offset }, its scale not 0, got ${
        JSON.stringify(scaling)
      }`,
  );
}

function checkRowWeights(
  weights: Float32Array,
  { rows, name }: { readonly rows: number; readonly name: string },
): void {
  require(
    (weights as unknown) instanceof Float32Array && weights.length === rows,
    () =>
      `The weights of the ${name} set must be a Float32Array of one weight a row, ${rows} in all, got ${
        shown(weights)
      }${isList(weights) ? ` of ${weights.length}` : ""}`,
  );
  const wrong = weights.findIndex((weight) => !(weight >= 0 && weight < Infinity));
  require(
    wrong < 0,
    () => `Row ${wrong} of the ${name} set weighs ${weights[wrong]}: a weight is a number of 0 or more`,
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
  const kind = Array.isArray(given) ? "an Array" : shown(given);
  require(false, `The inputs of ${of} are ${kind}: give bytes in a Uint8Array, or numbers in a Float32Array`);
}

/** Throws when a set's targets are not one class index, or equally many finite values, for each row. */
export function checkTargets(set: DataSet, name: string): void {
  const given: unknown = set.targets, rows = countRows(set), { classNames } = set;
  if (given === undefined) return;
  if (given instanceof Float32Array) {
    require(
      given.length > 0 && given.length % rows === 0 || given.length === rows,
      () =>
        `The targets of the ${name} set are ${given.length} values, which cannot be shared equally by its ${rows} rows`,
    );
    const at = findNotFinite(given), columns = given.length / rows;
    require(
      at < 0,
      () => `The targets of the ${name} set hold ${given[at]} in row ${Math.floor(at / columns)}`,
    );
    return;
  }
  require(
    given instanceof Uint8Array || given instanceof Uint16Array || given instanceof Uint32Array,
    () =>
      `The targets of the ${name} set are ${Array.isArray(given) ? "an Array" : shown(given)}: give class ` +
      "indices in a Uint8Array, or values in a Float32Array",
  );
  require(
    given.length === rows,
    () => `The ${name} set has ${rows} rows, but ${given.length} targets: give each row one class index`,
  );
  if (classNames === undefined) return;
  const wrong = given.findIndex((index) => index >= classNames.length);
  require(
    wrong < 0,
    () =>
      `Row ${wrong} of the ${name} set is of class ${
        given[wrong]
      }, but there are ${classNames.length} classNames: ` +
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

function isObject(value: unknown): boolean {
  return typeof value === "object" && value !== null;
}

function isList(value: unknown): value is ArrayLike<unknown> {
  return Array.isArray(value) || (ArrayBuffer.isView(value) && !(value instanceof DataView));
}
