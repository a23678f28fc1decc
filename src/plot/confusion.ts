/** Confusion matrices: who was taken for whom. */
import * as Plot from "@observablehq/plot";
import { require } from "../core/errors.ts";
import { checkOptions, shown } from "../core/option_names.ts";
import { formatCount, formatFixed } from "./axes.ts";
import { append } from "./dom.ts";
import {
  type Figure,
  FIGURE_NAMES,
  type FigureOptions,
  finishFigure,
  startSheet,
  TICKS,
  titled,
  type TitledOptions,
} from "./figure.ts";
import { layoutHeading } from "./heading.ts";
import { toCsv } from "../core/text_table.ts";
import { fitText, widest } from "./text.ts";
import { cssColor, INK, inkOn, scaleColor, SIZE } from "./theme.ts";

/** How often what is of one class was taken for another, as `evaluate` and `fit` count it. */
export interface Confusion {
  /** Names in the order of the rows and columns; 2 to 10 are comfortable. */
  readonly classes: readonly string[];
  /** Whole numbers: `counts[true class][predicted class]`. */
  readonly counts: readonly (readonly number[])[];
}

/** Settings of `confusionMatrix`. */
export interface ConfusionOptions extends FigureOptions {
  /** What rows and columns are, where they are not true and predicted classes. */
  readonly axes?: { readonly rows: string; readonly columns: string };
}

/** All that a confusion matrix is made of. */
type Drawn = Omit<ConfusionOptions, "name" | "title"> & TitledOptions & Confusion;

const AXES = { rows: "True class", columns: "Predicted class" };

interface Cell {
  readonly row: number;
  readonly column: number;
  readonly count: string;
  /** Share of the row, as text; empty where it says no more than the count. */
  readonly percent: string;
  readonly fill: string;
  readonly ink: string;
}

/** Names longer than this are cut. */
const MAX_NAME = 110;

function formatPercent(share: number): string {
  if (share === 0 || Number.isNaN(share)) return "";
  if (share === 1) return "100%";
  return share < 0.001 ? "<0.1%" : share > 0.999 ? ">99.9%" : `${formatFixed(share * 100, 1)}%`;
}

function cellsOf(counts: Confusion["counts"]): Cell[] {
  return counts.flatMap((rowCounts, row) => {
    const total = rowCounts.reduce((sum, count) => sum + count, 0);
    return rowCounts.map((count, column) => {
      const share = count / total;
      // The root makes errors of one in a hundred visible beside a diagonal of ninety-nine.
      const color = scaleColor("sequential", Math.sqrt(share || 0));
      return {
        row,
        column,
        count: formatCount(count),
        percent: formatPercent(share),
        fill: cssColor(color),
        ink: count === 0 ? INK.faint : inkOn(color),
      };
    });
  });
}

function check({ name, classes, counts }: Drawn): void {
  require(classes.length > 0, `Confusion matrix "${name}" has no classes`);
  require(
    counts.length === classes.length && counts.every((row) => row.length === classes.length),
    () =>
      `Confusion matrix "${name}" must have ${classes.length} rows of ${classes.length} counts, one per class`,
  );
  require(
    counts.flat().every((count) => Number.isSafeInteger(count) && count >= 0),
    `Confusion matrix "${name}" holds something other than whole numbers from 0 up`,
  );
}

function describe({ classes, counts }: Drawn): string {
  const total = counts.flat().reduce((sum, count) => sum + count, 0);
  const right = counts.reduce((sum, row, i) => sum + row[i]!, 0);
  return `Confusion matrix of ${classes.length} classes: ${formatCount(right)} of ${
    formatCount(total)
  } right.`;
}

/**
 * A confusion matrix: rows are true classes, columns predicted ones. Each cell shows its count and below it the
 * share of its row, and is shaded by (the square root of) that share.
 *
 * It takes the matrix, or what holds one: what `evaluate` gives, and `results.test` of what `fit` gives.
 *
 * @throws DescentError if the counts are not a square of whole numbers with one row per class, or what is given has none,
 *   as of more than 1,024 classes
 *
 * @example
 * ```ts
 * import { assert } from "@std/assert";
 * import { confusionMatrix } from "descent/plot";
 * const figure = confusionMatrix({ classes: ["0", "2"], counts: [[758, 1], [4, 755]] }, { title: "Test set" });
 * assert(figure.csv.startsWith("true class,predicted 0,predicted 2"));
 * ```
 */
export function confusionMatrix(
  matrix: Confusion | { readonly confusion?: Confusion },
  options: ConfusionOptions = {},
): Figure {
  checkOptions("confusionMatrix", options, { ...FIGURE_NAMES, axes: true });
  const found = matrix && "confusion" in matrix ? matrix.confusion : matrix;
  const { classes, counts } = (found ?? {}) as Partial<Confusion>;
  require(
    Array.isArray(classes) && Array.isArray(counts),
    () =>
      `confusionMatrix() takes { classes, counts }, or what evaluate() gives, got ${
        shown(matrix)
      } without them`,
  );
  return draw({ ...titled("confusion", options), classes: classes!, counts: counts! });
}

function draw(options: Drawn): Figure {
  check(options);
  const { classes, counts, axes = AXES } = options, n = classes.length;
  const cells = cellsOf(counts), longest = cells.map(({ count }) => count);
  const cell = Math.ceil(Math.max(Math.min(Math.floor(350 / n), 100), 42, widest(longest, 11) + 8));
  const names = classes.map((name) => fitText(name, MAX_NAME, SIZE.tick));
  const nameWidth = widest(names, SIZE.tick), slanted = nameWidth > cell - 4;
  const countSize = Math.min(15, cell * 0.28, 11 * (cell - 8) / widest(longest, 11));
  const percentSize = Math.max(9, Math.min(SIZE.small, countSize * 0.75));

  const left = Math.ceil(SIZE.pad + Math.max(nameWidth, 20) + 9), right = left + n * cell;
  const width = Math.max(right + SIZE.pad + (slanted ? 10 : 0), 320);
  const heading = layoutHeading(options, width);
  const top = heading.height + 36, bottom = top + n * cell;
  const nameRoom = slanted ? nameWidth * 0.71 + 8 : 20, height = Math.ceil(bottom + nameRoom + 32);

  const ticks = { ...TICKS, tickSize: 0, tickPadding: 8, text: (i: number) => names[i]! };
  const sheet = startSheet({
    width,
    height,
    marginLeft: left,
    marginRight: width - right,
    marginTop: top,
    marginBottom: height - bottom,
    x: { type: "band", domain: classes.map((_, i) => i), padding: 0 },
    y: { type: "band", domain: classes.map((_, i) => i), padding: 0 },
    color: { type: "identity" },
    marks: [
      Plot.cell(cells, { x: "column", y: "row", fill: "fill", inset: 0.75 }),
      Plot.axisY(ticks),
      Plot.axisX({ ...ticks, tickRotate: slanted ? -45 : 0 }),
    ],
  }, options);

  const { document, svg } = sheet;
  for (const { row, column, count, percent, ink } of cells) {
    const x = left + (column + 0.5) * cell, middle = top + (row + 0.5) * cell;
    const both = percent !== "", y = middle + countSize * 0.36 - (both ? percentSize * 0.62 : 0);
    append(document, svg, "text", { x, y, "font-size": countSize, fill: ink }, count);
    if (both) {
      append(
        document,
        svg,
        "text",
        { x, y: y + percentSize * 1.4, "font-size": percentSize, fill: ink },
        percent,
      );
    }
  }
  const look = { "font-size": SIZE.label, fill: INK.text };
  append(document, svg, "text", { ...look, x: SIZE.pad, y: top - 14, "text-anchor": "start" }, axes.rows);
  append(document, svg, "text", { ...look, x: (left + right) / 2, y: height - 11 }, axes.columns);
  const columns = axes === AXES ? "predicted" : axes.columns.toLowerCase();
  const csv = toCsv([
    [axes.rows.toLowerCase(), ...classes.map((name) => `${columns} ${name}`)],
    ...counts.map((row, i) => [classes[i], ...row]),
  ]);
  return finishFigure(sheet, options, { heading, description: describe(options), csv });
}
