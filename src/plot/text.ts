/**
 * How wide text is, so that margins fit their labels and labels keep out of each other's way. A document on a
 * server cannot measure; the widths below (hundredths of the font size, characters 32 to 126) are the larger of
 * Inter's and of DejaVu Sans Condensed's, so that what fits here fits in either and in Helvetica and Arial.
 */

const REGULAR: readonly number[] = (
  "29 37 47 76 65 99 71 30 37 37 51 76 29 46 29 37 64 58 61 62 65 60 63 58 62 63 31 31 76 76 76 52 " +
  "97 69 66 74 73 61 60 75 75 27 58 68 57 91 76 77 64 77 65 65 65 75 69 99 69 68 63 37 37 37 76 46 " +
  "45 57 62 58 62 59 38 62 60 25 25 55 25 88 60 60 62 62 38 53 36 60 57 82 55 57 56 58 34 58 76"
).split(" ").map(Number);
/** Bold text is at most this much wider. */
const STRONG_FACTOR = 1.08;
/** Characters outside of the table: most Latin, Greek and mathematical signs are narrower. */
const OTHER = 76, WIDE = 105; // arrows, pictographs, East Asian signs

function widthOf(character: string): number {
  const code = character.codePointAt(0)!;
  if (code >= 0x2000) return code < 0x2190 ? 60 : code >= 0x2200 && code < 0x2300 ? OTHER : WIDE;
  return REGULAR[code - 32] ?? OTHER;
}

/**
 * An upper estimate of the width of one line of text, in the units of `size`.
 *
 * @example
 * ```ts
 * import { assert } from "@std/assert";
 * import { textWidth } from "./text.ts";
 * assert(textWidth("Validation", 12) > textWidth("Train", 12));
 * ```
 */
export function textWidth(text: string, size: number, strong = false): number {
  let width = 0;
  for (const character of text) width += widthOf(character);
  return (width / 100) * size * (strong ? STRONG_FACTOR : 1);
}

/** Widest of several lines. */
export function widest(lines: readonly string[], size: number, strong = false): number {
  return lines.reduce((width, line) => Math.max(width, textWidth(line, size, strong)), 0);
}

/** Cuts `text` to `maxWidth` and ends it with an ellipsis, if it does not fit. */
export function fitText(text: string, maxWidth: number, size: number, strong = false): string {
  if (textWidth(text, size, strong) <= maxWidth) return text;
  const characters = [...text];
  while (characters.length > 1 && textWidth(`${characters.join("")}…`, size, strong) > maxWidth) {
    characters.pop();
  }
  return `${characters.join("").trimEnd()}…`;
}

function breakLines(words: readonly string[], maxWidth: number, size: number, strong: boolean): string[] {
  const lines: string[] = [];
  for (const word of words) {
    const last = lines.at(-1);
    if (last === undefined || textWidth(`${last} ${word}`, size, strong) > maxWidth) lines.push(word);
    else lines[lines.length - 1] = `${last} ${word}`;
  }
  return lines;
}

/**
 * Breaks `text` at spaces into lines no wider than `maxWidth`, about equally long so that no word stands alone.
 * After `maxLines` lines the rest is cut and ends in an ellipsis.
 *
 * @example
 * ```ts
 * import { assert } from "@std/assert";
 * import { wrapText } from "./text.ts";
 * assert(wrapText("one two three four", 60, 12).join("|") === "one two|three four");
 * ```
 */
export function wrapText(
  text: string,
  maxWidth: number,
  size: number,
  { strong = false, maxLines = 2 }: { strong?: boolean; maxLines?: number } = {},
): string[] {
  const words = text.split(/\s+/).filter((part) => part !== "");
  let lines = breakLines(words, maxWidth, size, strong);
  if (lines.length > maxLines) {
    lines = [...lines.slice(0, maxLines - 1), lines.slice(maxLines - 1).join(" ")];
  } else {
    const count = lines.length;
    for (let width = maxWidth - size; count > 1 && width > maxWidth / 2; width -= size) {
      const narrower = breakLines(words, width, size, strong);
      if (narrower.length > count || widest(narrower, size, strong) > width) break;
      lines = narrower;
    }
  }
  return lines.map((line) => fitText(line, maxWidth, size, strong));
}
