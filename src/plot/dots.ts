/** Ours against published: one row per item, a dot for what we measured, a ring for what was printed. */
import * as Plot from "@observablehq/plot";
import { require } from "../core/errors.ts";
import { axisFor, decimalsFor, formatFixed } from "./axes.ts";
import { append, type Sheet } from "./dom.ts";
import { checkName, type Figure, finishFigure, startSheet, TICKS, type TitledOptions } from "./figure.ts";
import { layoutHeading } from "./heading.ts";
import { toCsv } from "../core/text_table.ts";
import { fitText, textWidth, widest } from "./text.ts";
import { INK, type Role, ROLES, SIZE, STRONG, toneOf } from "./theme.ts";

/** One row. `low` and `high` are the ends of our interval; either value may be missing. */
export interface DotRow {
  readonly label: string;
  /** Rows of one group stand together under its name. */
  readonly group?: string;
  readonly ours?: number;
  readonly low?: number;
  readonly high?: number;
  readonly published?: number;
}

export interface DotOptions extends TitledOptions {
  readonly xLabel: string;
  readonly rows: readonly DotRow[];
  /** The split that the numbers are of, which gives our dots their colour (default "test"). */
  readonly role?: Exclude<Role, "published">;
  readonly oursLabel?: string;
  readonly publishedLabel?: string;
  /** What the lines through the dots are, said below: "Lines: 95% interval of five seeds". */
  readonly intervalLabel?: string;
  readonly decimals?: number;
}

interface Placed extends DotRow {
  readonly y: number;
}

const ROW = 25, GROUP_ROW = 30, MAX_LABEL = 170, COLUMN_GAP = 18, MARK_ROOM = 14, INDENT = 12;
/** Radii of the marks, and the line of the ring. */
const DOT = 4.6, RING = 4.2, RING_LINE = 1.6;

/** Rows with their heights, and the groups' names with theirs, from `top` down. */
function layRows(rows: readonly DotRow[], top: number) {
  const placed: Placed[] = [], groups: { readonly name: string; readonly y: number }[] = [];
  let y = top, group: string | undefined;
  for (const row of rows) {
    if (row.group !== undefined && row.group !== group) {
      groups.push({ name: row.group, y: y + GROUP_ROW / 2 + 3 });
      y += GROUP_ROW;
    }
    group = row.group;
    placed.push({ ...row, y: y + ROW / 2 });
    y += ROW;
  }
  return { placed, groups, bottom: y + 4 };
}

function isNumber(value: number | undefined): value is number {
  return value !== undefined && Number.isFinite(value);
}

function check({ name, rows }: DotOptions): void {
  checkName(name);
  require(
    rows.some(({ ours, published }) => isNumber(ours) || isNumber(published)),
    `Figure "${name}" has no values: give it at least one row with "ours" or "published"`,
  );
}

interface Column {
  readonly head: string;
  readonly headAt: number;
  /** Right edge of heading and numbers. */
  readonly edge: number;
  readonly color: string;
  readonly mark: Readonly<Record<string, string | number>>;
  readonly cells: readonly { readonly y: number; readonly text: string }[];
}

/** Numbers under a heading that shows the mark they are drawn with: the figure needs no other key. */
function drawColumn({ document, svg }: Sheet, { head, headAt, edge, color, mark, cells }: Column): void {
  const look = { x: edge, "text-anchor": "end", fill: color };
  append(document, svg, "text", { ...look, y: headAt, "font-size": SIZE.label, "font-weight": STRONG }, head);
  const cx = edge - textWidth(head, SIZE.label, true) - MARK_ROOM / 2;
  append(document, svg, "circle", { ...mark, cx, cy: headAt - 4.5 });
  for (const { y, text } of cells) {
    append(document, svg, "text", { ...look, y: y + 4.3, "font-size": SIZE.tick }, text);
  }
}

/**
 * A comparison of measured and published numbers, row by row: our value as a dot, its interval as a line through
 * it, the published value as a ring, and both numbers at the right. The axis need not begin at zero.
 *
 * @throws DescentError if no row has a number, or the name is no file name
 *
 * @example
 * ```ts
 * import { assert } from "@std/assert";
 * import { dotComparison } from "./dots.ts";
 * const figure = dotComparison({
 *   name: "optimizers",
 *   title: "Validation accuracy",
 *   xLabel: "Accuracy",
 *   role: "validation",
 *   rows: [{ label: "Adam", ours: 0.9821, low: 0.9790, high: 0.9852, published: 0.9847 }],
 * });
 * assert(figure.svg.includes("0.9847"));
 * ```
 */
export function dotComparison(options: DotOptions): Figure {
  check(options);
  const { rows, xLabel, role = "test", oursLabel = "ours", publishedLabel = "published", intervalLabel } =
    options;
  const numbers = rows.flatMap(({ ours, low, high, published }) => [ours, low, high, published]).filter(
    isNumber,
  );
  const decimals = options.decimals ?? decimalsFor(numbers);
  const format = (value: number | undefined) => isNumber(value) ? formatFixed(value, decimals) : "–";
  const width = SIZE.width, heading = layoutHeading(options, width), headAt = heading.height + 20;
  const { placed, groups, bottom } = layRows(rows, headAt + 8);
  const tone = toneOf(role, 0), grey = ROLES.published;

  const labels = rows.map(({ label }) => fitText(label, MAX_LABEL, SIZE.label));
  const columnOf = (head: string, texts: readonly string[]) =>
    Math.max(textWidth(head, SIZE.label, true) + MARK_ROOM, widest(texts, SIZE.tick));
  const publishedEdge = width - SIZE.pad;
  const isPublished = rows.some(({ published }) => isNumber(published));
  const publishedWidth = columnOf(publishedLabel, rows.map(({ published }) => format(published)));
  const oursEdge = isPublished ? publishedEdge - publishedWidth - COLUMN_GAP : publishedEdge;
  const oursWidth = columnOf(oursLabel, rows.map(({ ours }) => format(ours)));
  const indent = groups.length > 0 ? INDENT : 0;
  const groupWidth = widest(groups.map(({ name }) => name), SIZE.label, true);
  const labelRoom = Math.max(indent + widest(labels, SIZE.label), Math.min(groupWidth, MAX_LABEL));
  const left = Math.ceil(SIZE.pad + labelRoom + 16);
  const right = Math.floor(oursEdge - oursWidth - COLUMN_GAP - 4);
  const xAxis = axisFor(numbers, { count: Math.max(2, Math.round((right - left) / 75)), round: true });
  const marginBottom = 46 + (intervalLabel ? 18 : 0), height = bottom + marginBottom;

  const have = (key: "ours" | "published") => placed.filter((row) => isNumber(row[key]));
  const sheet = startSheet({
    width,
    height,
    marginLeft: left,
    marginRight: width - right,
    marginTop: headAt + 8,
    marginBottom,
    x: { type: "linear", domain: [...xAxis.domain] },
    y: { type: "linear", domain: [bottom, headAt + 8] },
    marks: [
      Plot.gridX(xAxis.ticks, { stroke: INK.grid, strokeOpacity: 1 }),
      Plot.axisX(xAxis.ticks, { ...TICKS, tickSize: 4, tickPadding: 4, text: xAxis.format }),
      Plot.frame({ anchor: "bottom", stroke: INK.axis, strokeWidth: 0.75 }),
      Plot.ruleY(placed, { y: "y", stroke: INK.grid }),
      Plot.ruleY(have("ours").filter(({ low, high }) => isNumber(low) && isNumber(high)), {
        y: "y",
        x1: "low",
        x2: "high",
        stroke: tone.mark,
        strokeWidth: 2,
        strokeOpacity: 0.55,
      }),
      Plot.dot(have("ours"), { x: "ours", y: "y", r: DOT, fill: tone.mark }),
      Plot.dot(have("published"), {
        x: "published",
        y: "y",
        r: RING,
        stroke: grey.mark,
        strokeWidth: RING_LINE,
      }),
    ],
  }, options);

  const { document, svg } = sheet, plain = { "font-size": SIZE.label, fill: INK.text };
  groups.forEach(({ name, y }) => {
    const look = { ...plain, "font-weight": STRONG, x: SIZE.pad, y: y + 4.3, "text-anchor": "start" };
    append(document, svg, "text", look, name);
  });
  placed.forEach(({ y }, i) => {
    append(
      document,
      svg,
      "text",
      { ...plain, x: SIZE.pad + indent, y: y + 4.5, "text-anchor": "start" },
      labels[i],
    );
  });
  const cells = (key: "ours" | "published") => placed.map((row) => ({ y: row.y, text: format(row[key]) }));
  drawColumn(sheet, {
    head: oursLabel,
    headAt,
    edge: oursEdge,
    color: tone.text,
    mark: { r: DOT, fill: tone.mark },
    cells: cells("ours"),
  });
  if (isPublished) {
    drawColumn(sheet, {
      head: publishedLabel,
      headAt,
      edge: publishedEdge,
      color: grey.text,
      mark: { r: RING, fill: "none", stroke: grey.mark, "stroke-width": RING_LINE },
      cells: cells("published"),
    });
  }
  append(document, svg, "text", { ...plain, x: (left + right) / 2, y: bottom + 36 }, xLabel);
  if (intervalLabel) {
    const look = {
      "font-size": SIZE.small,
      fill: INK.quiet,
      x: SIZE.pad,
      y: height - 10,
      "text-anchor": "start",
    };
    append(document, svg, "text", look, intervalLabel);
  }
  const csv = toCsv([
    ["group", "label", oursLabel, "low", "high", publishedLabel],
    ...rows.map((row) => [row.group, row.label, row.ours, row.low, row.high, row.published]),
  ]);
  const sides = isPublished ? ` and ${publishedLabel}` : "";
  const valuesOf = ({ ours, published }: DotRow) =>
    isPublished ? `${format(ours)}, ${format(published)}` : format(ours);
  const description = `${xLabel}, ${oursLabel}${sides}. ${
    rows.map((row) => `${row.label}: ${valuesOf(row)}.`).join(" ")
  }`;
  return finishFigure(sheet, options, { heading, description, csv });
}
