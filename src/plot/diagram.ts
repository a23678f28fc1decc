/** Diagrams of networks: a column of units for each layer, what leads from one to the next, and what belongs together. */
import { require } from "../core/errors.ts";
import { append, appendLines, type Sheet } from "./dom.ts";
import { drawBracket, drawFan, drawUnits, layoutUnits, type UnitColumn } from "./diagram_parts.ts";
import { checkName, type Figure, finishFigure, startSheet, type TitledOptions } from "./figure.ts";
import { layoutHeading } from "./heading.ts";
import { type Cell, toCsv } from "../core/text_table.ts";
import { fitText, wrapText } from "./text.ts";
import { INK, ROLES, SIZE, STRONG, type Tone } from "./theme.ts";

/** One layer, or what goes in. */
export interface DiagramColumn {
  /** What it is: `Input`, `Code`. */
  readonly title: string;
  readonly units: number;
  /** Lines below the number of units: `dense_1`, `sigmoid`. */
  readonly notes?: readonly string[];
  /** Whether some of its units are struck out, as noise and dropout do. */
  readonly masked?: boolean;
}

/** What leads from a column to the next. */
export interface DiagramLink {
  /**
   * `trained`: every unit to every unit, by weights that are trained; `fixed`: by weights that stay as they are; `each`:
   * every unit to its like, without weights.
   */
  readonly kind: "trained" | "fixed" | "each";
  /** A few characters: `W`. */
  readonly label?: string;
}

/** Two things of one kind that belong together, by their positions from 0. */
export interface DiagramPair {
  readonly between: readonly [number, number];
  readonly label: string;
}

export interface DiagramOptions extends TitledOptions {
  /** From left to right. */
  readonly columns: readonly DiagramColumn[];
  /** One fewer than there are columns. */
  readonly links: readonly DiagramLink[];
  /** Links whose weights are the same; drawn above. */
  readonly tied?: readonly DiagramPair[];
  /** Columns that are held against each other; drawn below. */
  readonly compared?: readonly DiagramPair[];
}

const TONES: Readonly<Record<DiagramLink["kind"], Tone>> = {
  trained: ROLES.train,
  fixed: ROLES.published,
  each: ROLES.published,
};
const TITLE_LINE = 15, NOTE_LINE = 15, BRACKET = 34, EDGE = 50, ARROW_GAP = 6, ARROW_HEAD = 4;

function check({ name, columns, links, tied = [], compared = [] }: DiagramOptions): void {
  checkName(name);
  require(columns.length >= 2, `Figure "${name}" needs two columns or more, got ${columns.length}`);
  require(
    links.length === columns.length - 1,
    `Figure "${name}" has ${links.length} links for ${columns.length} columns: give it one fewer than columns`,
  );
  const wrong = columns.find(({ units }) => !Number.isInteger(units) || units < 1);
  require(!wrong, () => `Figure "${name}": "${wrong!.title}" must have 1 unit or more, got ${wrong!.units}`);
  checkPairs(name, tied, links.length);
  checkPairs(name, compared, columns.length);
}

function checkPairs(name: string, pairs: readonly DiagramPair[], count: number): void {
  const wrong = pairs.find(({ between: [a, b] }) => !(a >= 0 && a < b && b < count));
  require(!wrong, () => `Figure "${name}": positions ${wrong!.between} must rise from 0 to ${count - 1}`);
}

/** From count to count, with the link's name above it. */
function drawArrow(
  { document, svg }: Sheet,
  { kind, label = "" }: DiagramLink,
  { from, to, y }: { readonly from: number; readonly to: number; readonly y: number },
): void {
  const tone = TONES[kind], line = { stroke: tone.mark, "stroke-width": 1.25, fill: "none" };
  append(document, svg, "path", { ...line, d: `M${from},${y}H${to - ARROW_HEAD}` });
  append(document, svg, "path", {
    fill: tone.mark,
    d: `M${to},${y}l${-2 * ARROW_HEAD},${-ARROW_HEAD}v${2 * ARROW_HEAD}Z`,
  });
  if (label === "") return;
  const look = { "font-size": SIZE.small, "font-weight": STRONG, fill: tone.text, "text-anchor": "middle" };
  const fitted = fitText(label, to - from + 8, SIZE.small, true);
  append(document, svg, "text", { ...look, x: (from + to) / 2, y: y - 6 }, fitted);
}

function csvRows({ columns, links, tied = [], compared = [] }: DiagramOptions): Cell[][] {
  return [
    ["part", "from", "to", "name", "units"],
    ...columns.map((
      { title, units, notes = [] },
      i,
    ) => ["column", i, i, [title, ...notes].join("; "), units]),
    ...links.map(({ kind, label }, i) => [kind, i, i + 1, label, null]),
    ...tied.map(({ between: [from, to], label }) => ["tied links", from, to, label, null]),
    ...compared.map(({ between: [from, to], label }) => ["compared columns", from, to, label, null]),
  ];
}

function describe({ columns, tied = [], compared = [] }: DiagramOptions): string {
  const layers = columns.map(({ title, units, notes = [] }) =>
    `${title}: ${units} unit${units === 1 ? "" : "s"}${notes.length === 0 ? "" : `, ${notes.join(", ")}`}`
  );
  const pairs = [...tied, ...compared].map(({ label }) => ` ${label}.`);
  return `A network from left to right. ${layers.join("; ")}.${pairs.join("")}`;
}

/**
 * A network from left to right: a column of units for each layer, as high as it is wide beside the others, with units
 * left out where there are many; between them the weights, and under them an arrow.
 *
 * @throws DescentError if there are fewer than two columns, links do not fit them, or the name is no file name
 *
 * @example
 * ```ts
 * import { assert } from "@std/assert";
 * import { diagram } from "./diagram.ts";
 * const figure = diagram({
 *   name: "autoencoder",
 *   title: "An autoencoder",
 *   columns: [{ title: "Input", units: 784 }, { title: "Code", units: 64 }, { title: "Output", units: 784 }],
 *   links: [{ kind: "trained", label: "W" }, { kind: "trained", label: "V" }],
 *   compared: [{ between: [0, 2], label: "squared error" }],
 * });
 * assert(figure.svg.includes("squared error") && figure.csv.includes("column,1,1,Code,64"));
 * ```
 */
export function diagram(options: DiagramOptions): Figure {
  check(options);
  const { columns, links, tied = [], compared = [] } = options, width = SIZE.width;
  const kinds = new Set(links.map(({ kind }) => kind));
  const keys = kinds.has("trained") && kinds.has("fixed")
    ? [
      { label: "trained", tone: TONES.trained, mark: "square" as const },
      { label: "trained before, and kept", tone: TONES.fixed, mark: "square" as const },
    ]
    : [];
  const heading = layoutHeading({ ...options, keys }, width);
  const step = (width - 2 * EDGE) / (columns.length - 1), at = (i: number) => EDGE + i * step;
  const titles = columns.map(({ title }) => wrapText(title, step - 6, SIZE.label, { strong: true }));
  const titleLines = Math.max(...titles.map(({ length }) => length));
  const noteLines = Math.max(...columns.map(({ notes = [] }) => notes.length));

  const bracketTop = heading.height + 24,
    titleTop = bracketTop + tied.length * BRACKET - (tied.length > 0 ? 4 : 0);
  const units = layoutUnits(columns, { top: titleTop + titleLines * TITLE_LINE + 2, at });
  const countAt = units.bottom + 27, notesAt = countAt + 17;
  const bottom = notesAt + noteLines * NOTE_LINE - 8;
  const height = bottom + compared.length * BRACKET + SIZE.pad;

  const sheet = startSheet({ width, height, marks: [] }, options), { document, svg } = sheet;
  links.forEach(({ kind }, i) => {
    const [left, right] = [units.columns[i]!, units.columns[i + 1]!];
    drawFan(sheet, [left, right], { each: kind === "each", tone: TONES[kind] });
  });
  units.columns.forEach((column: UnitColumn, i) => {
    drawUnits(sheet, column);
    const { units: count, notes = [] } = columns[i]!, middle = { x: column.x, "text-anchor": "middle" };
    const strong = { ...middle, "font-weight": STRONG, "font-size": SIZE.label };
    const titleAt = titleTop + (titleLines - titles[i]!.length) * TITLE_LINE;
    appendLines(document, svg, titles[i]!, { ...strong, y: titleAt, fill: INK.title }, TITLE_LINE);
    append(document, svg, "text", { ...strong, y: countAt, fill: INK.title }, String(count));
    const fitted = notes.map((note) => fitText(note, step - 4, SIZE.small));
    const quiet = { ...middle, y: notesAt, "font-size": SIZE.small, fill: INK.quiet };
    appendLines(document, svg, fitted, quiet, NOTE_LINE);
  });
  links.forEach((link, i) => {
    const room = (column: number) => String(columns[column]!.units).length * 4.2 + ARROW_GAP;
    drawArrow(sheet, link, { from: at(i) + room(i), to: at(i + 1) - room(i + 1), y: countAt - 4.5 });
  });
  tied.forEach(({ between: [a, b], label }, row) => {
    const ends = [at(a + 0.5), at(b + 0.5)] as const, y = bracketTop + row * BRACKET;
    drawBracket(sheet, { ends, y, tip: units.top - 3, label, tone: TONES.trained });
  });
  compared.forEach(({ between: [a, b], label }, row) => {
    const y = bottom + (row + 1) * BRACKET - 12;
    drawBracket(sheet, { ends: [at(a), at(b)], y, tip: bottom, label, tone: ROLES.validation });
  });
  return finishFigure(sheet, options, {
    heading,
    description: describe(options),
    csv: toCsv(csvRows(options)),
  });
}
