/** Sizes along two axes of an image, as layers take them. */
import { require } from "../core/errors.ts";
import { shown } from "../core/option_names.ts";

/** One number for both axes, or [height, width]. */
export type Pair = number | readonly [height: number, width: number];

/** Both numbers of a pair; throws the sentence for what is not one of positive whole numbers. `what` is half of it. */
export function pairOf(what: string, pair: Pair): readonly [height: number, width: number] {
  return sizesOf(what, pair, 1);
}

/** The same where whole numbers of `least`, 0 or 1, or more will do. */
export function sizesOf(what: string, pair: Pair, least: 0 | 1): readonly [height: number, width: number] {
  const both: readonly number[] = typeof pair === "number" ? [pair, pair] : pair;
  require(
    Array.isArray(both) && both.length === 2 &&
      both.every((size) => Number.isSafeInteger(size) && size >= least),
    () => {
      const number = least === 0 ? "a whole number of 0 or more" : "a positive whole number";
      return `The ${what} must be ${number} or two, [height, width], got ${shown(pair)}`;
    },
  );
  return [both[0]!, both[1]!];
}
