/** What must hold of a set before its pixels and labels are written: kernels use labels as positions, unchecked. */
import { require } from "../core/errors.ts";
import { shown } from "../core/option_names.ts";
import { formatShape, sizeOf } from "../core/tensor.ts";
import type { DataSet, Splits } from "./set.ts";

/** Names of the three sets, in their order. */
const NAMES = ["train", "validation", "test"] as const satisfies readonly (keyof Splits)[];

/**
 * Throws when one of the three sets is missing or holds what is no set of images (see `checkImages`), when there is
 * nothing to train on, or when the sets differ in the shape of their images or the number of their classes.
 */
export function checkSplits(data: Splits): void {
  for (const name of NAMES) {
    require(
      isObject(data) && isObject(data[name]),
      () => `Training takes three sets, ${NAMES.join(", ")}, but the data has no ${name} set`,
    );
    checkImages(data[name], name);
    const { imageShape, classes } = data[name], { train } = data;
    require(
      sizeOf(imageShape) === sizeOf(train.imageShape),
      () =>
        `The images of the ${name} set have shape ${formatShape(imageShape)}, those of the train set ${
          formatShape(train.imageShape)
        }: give all sets images of one shape`,
    );
    require(
      classes.length === train.classes.length,
      () =>
        `The ${name} set has ${classes.length} classes, the train set ${train.classes.length}: give all sets the ` +
        "same classes",
    );
  }
  require(data.train.rows > 0, "The train set is empty: there is nothing to train on");
}

/** Throws when a set's images are no bytes, or not as many as its rows take. `name` is its name in the sentence. */
export function checkImages(set: DataSet, name: string = set?.name): void {
  require(
    isObject(set) && "images" in set,
    () => `A set of images is needed, such as data.test, got ${shown(set)}`,
  );
  const { rows, images, imageShape, classes } = set;
  require(
    Number.isSafeInteger(rows) && rows >= 0,
    () => `The rows of the ${name} set must be a whole number of 0 or more, got ${rows}`,
  );
  require(
    Array.isArray(imageShape) && imageShape.length > 0 &&
      imageShape.every((size) => Number.isSafeInteger(size) && size > 0),
    () => `The image shape of the ${name} set must hold positive whole numbers, got ${shown(imageShape)}`,
  );
  require(
    Array.isArray(classes),
    () => `The classes of the ${name} set must be a list of names, got ${shown(classes)}`,
  );
  const pixels = sizeOf(imageShape);
  checkPixels(images, { of: `the ${name} set`, pixels });
  require(
    images.length === rows * pixels,
    () =>
      `The ${name} set has ${rows} rows of ${pixels} pixels, ${
        rows * pixels
      } in all, but its images hold ${images.length}`,
  );
}

/** Throws when images are anything but bytes, with the first value that is no pixel. `of` is whose images they are. */
export function checkPixels(
  images: Uint8Array,
  { of, pixels }: { readonly of: string; readonly pixels: number },
): void {
  const given: unknown = images;
  if (given instanceof Uint8Array) return;
  const values = isList(given) ? given : [], kind = Array.isArray(given) ? "an Array" : shown(given);
  const at = Array.prototype.findIndex.call(values, (value) => !isWhole(value, 255));
  const bad = at < 0 ? "" : ` whose row ${Math.floor(at / pixels)} holds ${shown(values[at])}`;
  const scaled = at >= 0 && Array.prototype.every.call(values, (value) => value >= 0 && value <= 1);
  require(
    false,
    `The images of ${of} are ${kind}${bad}: pixels are whole numbers from 0 to 255 in a Uint8Array` +
      (scaled ? ", so multiply these, from 0 to 1, by 255" : ""),
  );
}

/** Throws when a set has not one label for each row, or a label is no position in its classes. */
export function checkLabels(
  { labels, classes, rows }: Pick<DataSet, "labels" | "classes" | "rows">,
  name: string,
): void {
  const given: unknown = labels;
  require(
    isList(given) && given.length === rows,
    () =>
      `The ${name} set has ${rows} rows, but ${
        isList(given) ? `${given.length} labels` : `its labels are ${shown(given)}`
      }: give each row one label`,
  );
  for (let row = 0; row < rows; row++) {
    require(
      isWhole(given[row], classes.length - 1),
      () =>
        `Row ${row} of the ${name} set has label ${
          shown(given[row])
        }, but there are ${classes.length} classes: ` +
        `a label is a position in them, a whole number from 0 to ${classes.length - 1}`,
    );
  }
}

function isObject(value: unknown): boolean {
  return typeof value === "object" && value !== null;
}

function isWhole(value: unknown, largest: number): boolean {
  return typeof value === "number" && Number.isInteger(value) && value >= 0 && value <= largest;
}

function isList(value: unknown): value is ArrayLike<unknown> {
  return Array.isArray(value) || (ArrayBuffer.isView(value) && !(value instanceof DataView));
}
