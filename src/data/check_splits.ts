/** What must hold of sets together: there is one to train on, and the others are of its kind. */
import { require } from "../core/errors.ts";
import { shown } from "../core/option_names.ts";
import { formatShape, sameShape, type Shape, sizeOf } from "../core/tensor.ts";
import { capital, checkClassNames, checkSet, isObject, type SetUse } from "./check_set.ts";
import { areValues, countRows, type DataSet, PIXEL_SCALING, type Splits } from "./data_set.ts";

/** Throws when one of the sets is none (see `checkSet`), there is nothing to train on, or a set differs in kind from the train set. */
export function checkSplits(data: Splits, use: SetUse = {}): void {
  require(
    isObject(data) && isObject(data.train),
    () =>
      `Training takes a set to train on, as in fit(model, { train: { inputs, inputShape, targets } }), got ${
        isObject(data) ? `data with ${Object.keys(data).join(", ") || "nothing"}` : shown(data)
      }`,
  );
  const { train } = data;
  require(
    !(Symbol.asyncIterator in train || Symbol.iterator in train),
    () =>
      `The train set is ${
        shown(train)
      }, which gives its rows once: give a function that makes one, and stepsPerEpoch`,
  );
  require(
    !("stepsPerEpoch" in data),
    "stepsPerEpoch is for a train set that is a function, which gives batches: leave it out, or give such a function",
  );
  checkSet(train, "the train set");
  checkClassNames(train, "the train set", use);
  require(countRows(train) > 0, "The train set is empty: there is nothing to train on");
  checkHeldOut(data, train, use);
}

/**
 * Throws when the validation or the test set is none, or one that holds rows differs in kind from those that train, where
 * those are known.
 */
export function checkHeldOut(
  data: Omit<Splits, "train">,
  train: DataSet | undefined,
  use: SetUse = {},
): void {
  for (const name of ["validation", "test"] as const) {
    const set = data[name], of = `the ${name} set`;
    if (set === undefined) continue;
    checkSet(set, of);
    checkClassNames(set, of, use);
    if (train !== undefined && countRows(set) > 0) checkLike(set, train, of);
  }
}

/** Throws where a set could not be gathered, or compared, by the plan of another. `of` is whose it is, in the sentence. */
export function checkLike(
  set: DataSet,
  train: DataSet,
  of: string,
  { other = "the train set", all = "all sets" } = {},
): void {
  require(
    holdsAlike(set.inputShape, train.inputShape),
    () =>
      `The inputs of ${of} have shape ${formatShape(set.inputShape)}, those of ${other} ${
        formatShape(train.inputShape)
      }: give ${all} inputs of one shape`,
  );
  const kinds = [set, train].map(kindsOf), texts = kinds.map((kind) => Object.values(kind));
  const at = texts[0]!.findIndex((text, i) => text !== texts[1]![i]);
  require(
    at < 0,
    () =>
      `${capital(of)} has ${texts[0]![at]}, ${other} ${texts[1]![at]}: give ${all} ${
        ["inputs of one kind", "targets of one kind", "the same classes"][at]
      }`,
  );
  const [names = [], others = []] = [set.classNames, train.classNames];
  const wrong = names.findIndex((name, index) => name !== others[index]);
  require(
    wrong < 0,
    () =>
      `${capital(of)} calls class ${wrong} ${shown(names[wrong])}, ${other} ${shown(others[wrong])}: ` +
      `give ${all} the same classes in one order`,
  );
}

/** Whether values that lie in rows of one shape may be read as rows of another: flat, or with axes of size 1 more or less. */
export function holdsAlike(shape: Shape, other: Shape): boolean {
  if (shape.length === 1 || other.length === 1) return sizeOf(shape) === sizeOf(other);
  const longer = (sizes: Shape) => sizes.filter((size) => size > 1);
  return sameShape(longer(shape), longer(other));
}

function kindsOf(set: DataSet) {
  const { inputs, scaling, targets, classNames } = set, { scale, offset } = { ...PIXEL_SCALING, ...scaling };
  const isPixels = scale === PIXEL_SCALING.scale && offset === PIXEL_SCALING.offset;
  const bytes = isPixels ? "bytes" : `bytes scaled by ${JSON.stringify({ scale, offset })}`;
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
