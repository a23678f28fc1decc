/** Columns that belong together, put into rows. */
import { require } from "../core/errors.ts";

/** How the columns are put together. */
export interface SideBySideOptions {
  /** Rows of all of them. */
  readonly rows: number;
}

/**
 * Rows in which the values of several arrays lie side by side: for a network of several inputs, in the order in which it
 * names them, or for the targets of several outputs (`lossesOf`).
 *
 * Throws when an array has not the same number of values for each row.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { sideBySide } from "descent";
 * const places = [1, 2, 3, 4], ages = Uint8Array.of(30, 40);
 * assertEquals(sideBySide([places, ages], { rows: 2 }), Float32Array.of(1, 2, 30, 3, 4, 40));
 * ```
 */
export function sideBySide(
  parts: readonly ArrayLike<number>[],
  { rows }: SideBySideOptions,
): Float32Array {
  require(Number.isSafeInteger(rows) && rows > 0, () => `Rows must be a positive whole number, got ${rows}`);
  const widths = parts.map(({ length }, i) => {
    require(
      length > 0 && length % rows === 0,
      () => `Part ${i + 1} has ${length} values, which cannot be shared equally by ${rows} rows`,
    );
    return length / rows;
  });
  const width = widths.reduce((sum, one) => sum + one, 0), result = new Float32Array(rows * width);
  let start = 0;
  parts.forEach((part, i) => {
    const size = widths[i]!;
    for (let row = 0; row < rows; row++) {
      for (let c = 0; c < size; c++) result[row * width + start + c] = part[row * size + c]!;
    }
    start += size;
  });
  return result;
}
