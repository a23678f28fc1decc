/** One set made into three that share no row. */
import { require } from "../core/errors.ts";
import { checkOptions, shown } from "../core/option_names.ts";
import { permutation, requireSeed, STREAM } from "../core/random.ts";
import { checkSet } from "./check_set.ts";
import { areValues, countRows, type DataSet, type Splits, takeRows } from "./data_set.ts";

/** How much is held out of training. */
export interface SplitDataOptions {
  /** Share of the rows, from 0 to below 1, or a number of rows from 1 on. Default 0. */
  readonly validation?: number;
  /** The same, to test with. Default 0. */
  readonly test?: number;
  /** Hold out the same share of each class, give or take a row. Default false. */
  readonly stratify?: boolean;
  /** What chooses the rows. Default 1. */
  readonly seed?: number;
}

/**
 * Splits a set at random into rows that train, validate and test; sets of which nothing is asked for are left out. The
 * same seed chooses the same rows everywhere.
 *
 * Throws when the shares leave nothing to train on or make a set of no rows, or `stratify` is asked of a set without class indices.
 *
 * @example
 * ```ts
 * import { assert } from "@std/assert";
 * import { countRows, splitData } from "descent";
 * const set = { inputs: new Float32Array(40), inputShape: [4], targets: Uint8Array.of(0, 0, 0, 0, 0, 1, 1, 1, 1, 1) };
 * const { train, test } = splitData(set, { test: 0.2, stratify: true, seed: 1 });
 * assert(countRows(train) === 8 && [...test!.targets!].sort().join() === "0,1");
 * ```
 */
export function splitData(set: DataSet, options: SplitDataOptions = {}): Splits {
  checkOptions("splitData", options, { validation: true, test: true, stratify: true, seed: true });
  checkSet(set);
  const { validation = 0, test = 0, stratify = false, seed = 1 } = options, { targets } = set;
  requireSeed(seed);
  for (const [name, part] of Object.entries({ validation, test })) {
    require(
      part >= 0 && (part < 1 || Number.isSafeInteger(part)),
      () =>
        `The ${name} part must be a share from 0 to below 1 or a whole number of rows, got ${shown(part)}`,
    );
  }
  require(
    !stratify || targets !== undefined && !areValues(targets),
    () =>
      `stratify goes by class indices, but the targets are ${targets ? "values" : "left out"}: leave it out`,
  );
  const rows = countRows(set), order = permutation(rows, { seed, stream: STREAM.split });
  const counts = [validation, test].map((part) => part < 1 ? Math.round(part * rows) : part);
  for (const [i, part] of [validation, test].entries()) {
    require(
      part === 0 || counts[i]! > 0,
      () =>
        `Of ${rows} rows a ${
          ["validation", "test"][i]
        } part of ${part} is none: give a number of rows from 1 on`,
    );
  }
  require(
    counts[0]! + counts[1]! < rows,
    () => `Of ${rows} rows, ${counts[0]} to validate and ${counts[1]} to test leave none to train on`,
  );
  const [held, tested] = counts as [number, number];
  const groups = stratify ? byClass(order, targets!) : [order];
  const chosen = { validation: [] as number[], test: [] as number[], train: [] as number[] };
  const sizes = groups.map(({ length }) => length), validating = shareOut(held, sizes);
  const testing = shareOut(tested, sizes.map((size, g) => size - validating[g]!));
  groups.forEach((group, g) => {
    const first = validating[g]!, second = first + testing[g]!;
    for (const row of group.slice(0, first)) chosen.validation.push(row);
    for (const row of group.slice(first, second)) chosen.test.push(row);
    for (const row of group.slice(second)) chosen.train.push(row);
  });
  // What lay together by class is mixed anew.
  const mixed = (rows: readonly number[], lane: number) =>
    Array.from(permutation(rows.length, { seed, stream: STREAM.split, lane }), (place) => rows[place]!);
  return {
    train: takeRows(set, mixed(chosen.train, 1)),
    ...(held > 0 && { validation: takeRows(set, mixed(chosen.validation, 2)) }),
    ...(tested > 0 && { test: takeRows(set, mixed(chosen.test, 3)) }),
  };
}

function byClass(order: Uint32Array, targets: ArrayLike<number>): readonly Uint32Array[] {
  const groups = new Map<number, number[]>();
  for (const row of order) {
    const group = groups.get(targets[row]!) ?? [];
    groups.set(targets[row]!, group);
    group.push(row);
  }
  return [...groups.keys()].sort((a, b) => a - b).map((index) => Uint32Array.from(groups.get(index)!));
}

/** Parts of `count` in proportion to `sizes`, that add up to it: what is left over goes to the largest remainders. */
function shareOut(count: number, sizes: readonly number[]): readonly number[] {
  const all = sizes.reduce((sum, size) => sum + size, 0);
  const exact = sizes.map((size) => count * size / all), parts = exact.map(Math.floor);
  const missing = count - parts.reduce((sum, part) => sum + part, 0);
  const first = [...exact.keys()].sort((a, b) => (exact[b]! - parts[b]!) - (exact[a]! - parts[a]!) || a - b);
  for (const at of first.slice(0, missing)) parts[at]!++;
  return parts;
}
