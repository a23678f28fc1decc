/** Words on a drawing of lines: a label where each line ends, and words above vertical rules. */
import { type Axis, project } from "./axes.ts";
import { append, appendLines, type Sheet } from "./dom.ts";
import { nudgeApart, stackRows } from "./labels.ts";
import { textWidth } from "./text.ts";
import { INK, SIZE, STRONG, type Tone } from "./theme.ts";
import type { PixelPoint } from "./thin.ts";

/** The rectangle that the axes span, in units of the figure. */
export interface Area {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

/** A line's label, already broken into lines of text, and the point that it belongs to. */
export interface EndLabel {
  readonly text: readonly string[];
  readonly tone: Tone;
  readonly end: PixelPoint;
}

/** From the right edge of the axes to the text of a label. */
export const END_LABEL_GAP = 14;
const LINE = SIZE.label * 1.2;

/**
 * Labels in the right margin, no higher than `ceiling`, moved apart where lines end close together and then tied
 * to them by a thin line.
 */
export function drawEndLabels(
  { document, svg }: Sheet,
  labels: readonly EndLabel[],
  area: Area,
  ceiling = area.top - 8,
): void {
  const ends = labels.map(({ end }) => ({
    x: Math.min(end.x, area.right),
    y: Math.min(Math.max(end.y, area.top), area.bottom),
  }));
  const wishes = labels.map(({ text }, i) => ({ wish: ends[i]!.y, size: text.length * LINE + 2 }));
  const middles = nudgeApart(wishes, ceiling, area.bottom + 8);
  labels.forEach(({ text, tone }, i) => {
    const end = ends[i]!, middle = middles[i]!, x = area.right + END_LABEL_GAP;
    const early = area.right - end.x > 12;
    if (early || Math.abs(middle - end.y) > 5) {
      append(document, svg, "path", {
        d: `M${(end.x + 4.5).toFixed(2)},${end.y.toFixed(2)}L${(x - 3).toFixed(2)},${middle.toFixed(2)}`,
        stroke: tone.mark,
        "stroke-width": early ? 1 : 0.75,
        "stroke-dasharray": early ? "0.1 3.2" : undefined,
        "stroke-linecap": "round",
        fill: "none",
      });
    }
    const y = middle - ((text.length - 1) * LINE) / 2 + SIZE.label * 0.36;
    const look = { "text-anchor": "start", "font-size": SIZE.label, "font-weight": STRONG, fill: tone.text };
    appendLines(document, svg, text, { ...look, x, y }, LINE);
  });
}

/** A vertical rule with a word above it: the best epoch, where training stopped. */
export interface Mark {
  /** Where it stands on the x axis. */
  readonly x: number;
  /** The word above it. */
  readonly label: string;
}

/** A mark, where it is drawn: its word is in row `row` above the axes, over the rule or to one side of it. */
export interface PlacedMark extends Mark {
  readonly at: number;
  readonly anchor: "start" | "middle" | "end";
  readonly row: number;
}

type Draft = Omit<PlacedMark, "row"> & { readonly width: number };

/** Height of a row of words above the axes. */
export const MARK_ROW = 15;
/** From a rule to a word at its side. */
const SIDE = 4;

function spanOf(at: number, width: number, anchor: PlacedMark["anchor"]): readonly [number, number] {
  if (anchor === "start") return [at + SIDE, at + SIDE + width];
  return anchor === "end" ? [at - SIDE - width, at - SIDE] : [at - width / 2, at + width / 2];
}

/**
 * Words are centred above their rules. Two that would meet turn away from each other, one near the edge of the
 * page turns inwards, and what still does not fit goes to another row.
 */
export function placeMarks(
  marks: readonly Mark[],
  axis: Axis,
  area: Pick<Area, "left" | "right">,
  pageWidth: number,
): PlacedMark[] {
  const placed = marks.map((mark): Draft => ({
    ...mark,
    at: project(axis, mark.x, area.left, area.right),
    width: textWidth(mark.label, SIZE.small),
    anchor: "middle",
  })).filter(({ at }) => at >= area.left - 1 && at <= area.right + 1).sort((a, b) => a.at - b.at);
  const fits = ([start, end]: readonly [number, number]) => start >= SIZE.pad && end <= pageWidth - SIZE.pad;
  for (const [i, mark] of placed.entries()) {
    const [start, end] = spanOf(mark.at, mark.width, "middle");
    // Further right stand the labels of the lines.
    const anchor = start < SIZE.pad ? "start" : end > area.right + 8 ? "end" : "middle";
    placed[i] = { ...mark, anchor };
  }
  const apart = (before: Draft, after: Draft) =>
    spanOf(before.at, before.width, before.anchor)[1] + 2 * SIDE <=
      spanOf(after.at, after.width, after.anchor)[0];
  for (let i = 1; i < placed.length; i++) {
    const before = placed[i - 1]!, after = placed[i]!;
    const turned = [before, { ...before, anchor: "end" as const }].flatMap((left) =>
      [after, { ...after, anchor: "start" as const }].map((right) => [left, right] as const)
    ).find((pair) => apart(...pair) && pair.every((mark) => fits(spanOf(mark.at, mark.width, mark.anchor))));
    if (turned) [placed[i - 1], placed[i]] = turned;
  }
  const rows = stackRows(placed.map(({ at, width, anchor }) => spanOf(at, width, anchor)), 2 * SIDE);
  return placed.map(({ width: _, ...mark }, i) => ({ ...mark, row: rows[i]! }));
}

export function drawMarks({ document, svg }: Sheet, marks: readonly PlacedMark[], area: Area): void {
  const baseline = (row: number) => area.top - 8 - row * MARK_ROW;
  for (const { at, row, anchor } of marks) {
    append(document, svg, "line", {
      x1: at,
      x2: at,
      y1: baseline(row) + (anchor === "middle" ? 3 : -SIZE.small * 0.75),
      y2: area.bottom,
      stroke: INK.quiet,
      "stroke-width": 0.75,
      "stroke-dasharray": "3 2.5",
    });
  }
  for (const { at, row, anchor, label } of marks) {
    const side = anchor === "middle" ? 0 : anchor === "start" ? SIDE : -SIDE;
    append(document, svg, "text", {
      x: at + side,
      y: baseline(row),
      "text-anchor": anchor,
      "font-size": SIZE.small,
      fill: INK.quiet,
      // A rule that ends in a higher row passes behind the word, not through it.
      stroke: INK.paper,
      "stroke-width": 4,
      "stroke-linejoin": "round",
      "paint-order": "stroke",
    }, label);
  }
}
