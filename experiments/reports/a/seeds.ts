/** Several seeds in one figure: where they begin and end, and what the curves of one are. */

/** A line of `metrics.jsonl`. */
export type Line = Readonly<Record<string, unknown>>;

/** What the lines through dots, and the bands around curves, are. */
export const INTERVAL_LABEL = "Lines: from the lowest to the highest seed";

/** The lowest and the highest of several values; nothing of one, which has no spread. */
export function endsOf(values: readonly number[]): { readonly low?: number; readonly high?: number } {
  return values.length < 2 ? {} : { low: Math.min(...values), high: Math.max(...values) };
}

/** A member of each line, a gap where it is no number. */
export function columnOf(lines: readonly Line[], name: string): readonly (number | undefined)[] {
  return lines.map(({ [name]: value }) => typeof value === "number" ? value : undefined);
}
