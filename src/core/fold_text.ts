/** Text that fits into a width: broken between words. */

/** Text beside a heading is not folded into less: a narrower terminal breaks it itself. */
const LEAST_WIDTH = 20;

/** How many columns a text takes. */
export function widthOf(text: string): number {
  return [...text].length;
}

/**
 * The words of a text in lines of at most `width` characters; a word that is longer has a line of its own, so that paths and
 * addresses stay whole.
 */
export function foldWords(text: string, width: number): readonly string[] {
  if (widthOf(text) <= width) return [text];
  const lines: string[] = [];
  for (const word of text.split(/ +/)) {
    const last = lines.at(-1);
    if (last !== undefined && widthOf(last) + 1 + widthOf(word) <= width) {
      lines[lines.length - 1] = `${last} ${word}`;
    } else lines.push(word);
  }
  return lines;
}

/** `Data      digits 0 2 4 …`: a text after a heading, its further lines under its first. */
export function foldUnder(heading: string, text: string, width = Infinity): string {
  const indent = widthOf(heading);
  return heading + foldWords(text, Math.max(LEAST_WIDTH, width - indent)).join(`\n${" ".repeat(indent)}`);
}
