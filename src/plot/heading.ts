/** Title, subtitle and key: what stands at the top of every figure, flush with its left edge. */
import { append, appendLines, type Sheet } from "./dom.ts";
import { textWidth, wrapText } from "./text.ts";
import { INK, SIZE, STRONG, type Tone } from "./theme.ts";

/** A coloured word of the heading, with the mark that it explains. */
export interface Key {
  readonly label: string;
  readonly tone: Tone;
  readonly mark: "square" | "dot" | "ring";
}

/** Title, subtitle and key, broken to the width, and how much room they take from the top of the page. */
export interface Heading {
  readonly title: readonly string[];
  readonly subtitle: readonly string[];
  readonly keys: readonly (readonly Key[])[];
  readonly height: number;
}

const TITLE_LINE = SIZE.title * 1.27, SUBTITLE_LINE = SIZE.subtitle * 1.32, KEY_LINE = 19, KEY_GAP = 16;

function keyWidth(key: Key): number {
  return 14 + textWidth(key.label, SIZE.label, true) + KEY_GAP;
}

function keyRows(keys: readonly Key[], width: number): Key[][] {
  const rows: Key[][] = [];
  let used = Infinity;
  for (const key of keys) {
    if (used + keyWidth(key) - KEY_GAP > width) {
      rows.push([]);
      used = 0;
    }
    rows.at(-1)!.push(key);
    used += keyWidth(key);
  }
  return rows;
}

export function layoutHeading(
  { title, subtitle, keys = [] }: { title: string; subtitle?: string; keys?: readonly Key[] },
  width: number,
): Heading {
  const room = width - 2 * SIZE.pad;
  const titleLines = wrapText(title, room, SIZE.title, { strong: true, maxLines: 3 });
  const subtitleLines = wrapText(subtitle ?? "", room, SIZE.subtitle, { maxLines: 3 });
  const rows = keyRows(keys, room);
  const height = 8 + titleLines.length * TITLE_LINE + subtitleLines.length * SUBTITLE_LINE +
    rows.length * KEY_LINE + (rows.length > 0 ? 4 : 0);
  return { title: titleLines, subtitle: subtitleLines, keys: rows, height: Math.ceil(height) };
}

function drawKeyMark({ document, svg }: Sheet, key: Key, x: number, y: number): void {
  const middle = y - 4.3;
  if (key.mark === "square") {
    append(document, svg, "rect", { x, y: middle - 5, width: 10, height: 10, fill: key.tone.mark });
  } else {
    const ring = key.mark === "ring";
    const fill = ring ? INK.paper : key.tone.mark;
    append(document, svg, "circle", {
      cx: x + 5,
      cy: middle,
      r: 4.2,
      fill,
      stroke: key.tone.mark,
      "stroke-width": ring ? 1.5 : 0,
    });
  }
}

export function drawHeading(sheet: Sheet, heading: Heading): void {
  const { document, svg } = sheet, x = SIZE.pad;
  let y = 8 + SIZE.title * 0.95;
  const left = { "text-anchor": "start", x };
  appendLines(document, svg, heading.title, {
    ...left,
    y,
    fill: INK.title,
    "font-size": SIZE.title,
    "font-weight": STRONG,
  }, TITLE_LINE);
  y += heading.title.length * TITLE_LINE - 1;
  appendLines(document, svg, heading.subtitle, {
    ...left,
    y,
    fill: INK.quiet,
    "font-size": SIZE.subtitle,
  }, SUBTITLE_LINE);
  y += heading.subtitle.length * SUBTITLE_LINE + 5;
  for (const row of heading.keys) {
    let at: number = x;
    for (const key of row) {
      drawKeyMark(sheet, key, at, y);
      append(document, svg, "text", {
        ...left,
        x: at + 14,
        y,
        fill: key.tone.text,
        "font-size": SIZE.label,
        "font-weight": STRONG,
      }, key.label);
      at += keyWidth(key);
    }
    y += KEY_LINE;
  }
}
