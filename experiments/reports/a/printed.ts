/** Numbers as they are printed, with the digits that they are printed with. */

/** A number and its digits after the point. */
export interface Printed {
  readonly published: number;
  readonly digits: number;
}

/**
 * Reads a number as it stands in the report; percentages are shares of one.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { printed } from "./printed.ts";
 * assertEquals(printed("0.9750"), { published: 0.975, digits: 4 });
 * assertEquals(printed("96.68%"), { published: 0.9668, digits: 4 });
 * assertEquals(printed("31625"), { published: 31625, digits: 0 });
 * ```
 */
export function printed(text: string): Printed {
  const isShare = text.endsWith("%");
  const number = isShare ? text.slice(0, -1) : text;
  const point = number.indexOf(".");
  const digits = (point < 0 ? 0 : number.length - point - 1) + (isShare ? 2 : 0);
  return { published: Number((Number(number) / (isShare ? 100 : 1)).toFixed(digits)), digits };
}

/** The numbers of a printed line, in their order. */
export function printedLine(line: string): readonly Printed[] {
  return line.trim().split(/\s+/).map(printed);
}
