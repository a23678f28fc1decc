/** .npz files, in which NumPy keeps several arrays by their names. */
import { require } from "../core/errors.ts";
import { checkOptions, shown } from "../core/option_names.ts";
import type { NdArray } from "./elements.ts";
import { describeStart } from "./file_start.ts";
import { decodeNpy } from "./npy.ts";
import { nameOf, type Place, readBytes } from "./read_bytes.ts";
import { zipEntries } from "./zip.ts";

/** What to read of an .npz file. */
export interface NpzOptions {
  /** Names of the arrays to read; by default all, so that each must be one of numbers. */
  readonly only?: readonly string[];
}

const ENDING = ".npy";

/**
 * Reads the arrays of an .npz file, as `np.savez` and `np.savez_compressed` write it, by their names. What is said of
 * `parseNpy` holds for each; checksums are compared. `dataSetOf` makes sets of them.
 *
 * Throws `DescentError` if the file is missing, no .npz file or damaged, an array is not there or not of numbers.
 *
 * @example
 * ```ts
 * import { assert } from "@std/assert";
 * import { dataSetOf } from "descent";
 * import { readNpz } from "descent/data";
 * async function readMnist(path: string) {
 *   const arrays = await readNpz(path);
 *   return {
 *     train: dataSetOf(arrays, { inputs: "x_train", targets: "y_train" }),
 *     test: dataSetOf(arrays, { inputs: "x_test", targets: "y_test" }),
 *   };
 * }
 * const message = await readMnist("no/mnist.npz").catch((error: Error) => error.message);
 * assert(message === "Cannot read no/mnist.npz: there is no such file");
 * ```
 */
export async function readNpz(
  place: Place,
  options: NpzOptions = {},
): Promise<Readonly<Record<string, NdArray>>> {
  checkOptions("readNpz", options, { only: true });
  const bytes = await readBytes(place), path = nameOf(place);
  require(
    bytes[0] === 0x50 && bytes[1] === 0x4b,
    () =>
      `${path} is no .npz file: ${describeStart(bytes)}` +
      (bytes[0] === 0x93 ? "; .npy files are read by readNpy()" : ""),
  );
  const entries = zipEntries(bytes, path).filter(({ name }) => name.endsWith(ENDING));
  const names = entries.map(({ name }) => name.slice(0, -ENDING.length));
  require(names.length > 0, () => `${path} holds no arrays; save them by np.savez`);
  const missing = options.only?.find((name) => !names.includes(name));
  require(
    missing === undefined,
    () => `${path} holds no array ${shown(missing)}: it holds ${names.slice(0, 20).join(", ")}`,
  );
  return Object.fromEntries(
    entries.map((entry, i) => [names[i]!, entry] as const)
      .filter(([name]) => options.only?.includes(name) ?? true)
      .map(([name, entry]) => [
        name,
        decodeNpy(entry.unpack(), { path: `${entry.name} in ${path}`, isOwned: true }),
      ]),
  );
}
