/** Lines over epochs or steps: losses and accuracies, labelled where they end. */
import * as Plot from "@observablehq/plot";
import { require } from "../core/errors.ts";
import { checkOptions, type OptionNames, shown } from "../core/option_names.ts";
import {
  type Area,
  drawEndLabels,
  drawMarks,
  END_LABEL_GAP,
  type EndLabel,
  type Mark,
  MARK_ROW,
  placeMarks,
} from "./annotations.ts";
import { type Axis, axisAlong, axisFor, formatCount, formatPlain, project, type ScaleType } from "./axes.ts";
import { bandMark } from "./bands.ts";
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
import { checkSeries, coordinates, type Series, seriesRows, valueAt, yValues } from "./series.ts";
import { toCsv } from "../core/text_table.ts";
import { textWidth, widest, wrapText } from "./text.ts";
import { INK, SIZE, type Tone, toneOf } from "./theme.ts";
import { isolated, type PixelPoint, thin } from "./thin.ts";

/** Settings of `curves`. */
export interface CurvesOptions extends FigureOptions {
  /** What the x axis shows, with its unit. */
  readonly xLabel?: string;
  /** What the y axis shows, with its unit. */
  readonly yLabel?: string;
  /** Default `linear`. */
  readonly xScale?: ScaleType;
  /** Default `linear`. On `log` what is zero or below is not drawn, and said in words. */
  readonly yScale?: ScaleType;
  /** Ends of the y axis. Without it the axis follows the values, out to round numbers. */
  readonly yDomain?: readonly [number, number];
  /** The y axis is at least so long while it follows the values on a linear scale. */
  readonly yMinSpan?: number;
  /** Vertical rules with a word above. */
  readonly marks?: readonly Mark[];
}

/** All that a figure of lines is made of. */
interface Drawn extends Omit<CurvesOptions, "name" | "title">, TitledOptions {
  readonly xLabel: string;
  readonly yLabel: string;
  readonly series: readonly Series[];
}

interface Line {
  readonly label: readonly string[];
  readonly tone: Tone;
  readonly dashed: boolean;
  readonly points: readonly PixelPoint[];
  readonly band: Plot.Markish[];
}

export type { Series, Values } from "./series.ts";

/** Lines with no more points than this show each of them as a dot. */
const DOT_LIMIT = 40;
const LABEL_ROOM = 132;

/** Marks count too, so that each has a place. */
function* xValues({ series, marks = [] }: Drawn): Generator<number> {
  yield* coordinates(series, "x");
  for (const { x } of marks) yield x;
}

function linesOf(
  series: readonly Series[],
  labels: readonly (readonly string[])[],
  [xAxis, yAxis]: readonly [Axis, Axis],
  area: Area,
): Line[] {
  let others = 0;
  return series.map(({ x, y, role, band }, i) => {
    const tone = toneOf(role, role ? 0 : others++);
    const points = Array.from({ length: x.length }, (_, p) => ({
      x: project(xAxis, valueAt(x, p), area.left, area.right),
      y: project(yAxis, valueAt(y, p), area.bottom, area.top),
    }));
    return {
      label: labels[i]!,
      tone,
      dashed: role === "published",
      points: thin(points),
      band: band ? [bandMark(x, band, { axes: [xAxis, yAxis], area, tone })] : [],
    };
  });
}

function marksOf(lines: readonly Line[], clip: boolean): Plot.Markish[] {
  // Points are in pixels already: Plot's scales only draw the axes.
  const place = {
    x: { value: (point: PixelPoint) => point.x, scale: null },
    y: { value: (point: PixelPoint) => point.y, scale: null },
    clip,
  };
  const few = lines.every(({ points }) => points.length <= DOT_LIMIT);
  return lines.flatMap(({ points, tone, dashed }) => {
    const dots = few && !dashed ? points.filter(({ x }) => !Number.isNaN(x)) : isolated(points);
    const line = {
      stroke: tone.mark,
      strokeWidth: points.length > 400 ? 1 : 1.75,
      strokeDasharray: dashed ? "5 4" : undefined,
      strokeLinejoin: "round" as const,
      strokeLinecap: "round" as const,
    };
    const r = points.length === 1 ? 3.5 : few ? 2.1 : 1.2;
    return [Plot.line(points, { ...place, ...line }), Plot.dot(dots, { ...place, r, fill: tone.mark })];
  });
}

function describe({ xLabel, yLabel, series, marks = [] }: Drawn): string {
  const lines = series.map(({ label, x, y }) => {
    const last = Array.from(y).findLastIndex((value) => Number.isFinite(value));
    const number = last < 0 ? "" : formatPlain(Number(valueAt(y, last).toPrecision(4)));
    return `${label}: ${formatCount(x.length)} points${
      last < 0 ? "" : `, the last ${number} at ${valueAt(x, last)}`
    }.`;
  });
  return [
    xLabel && yLabel ? `Lines of ${yLabel} against ${xLabel}.` : "Lines.",
    ...lines,
    ...marks.map(({ x, label }) => `${label}: rule at ${x}.`),
  ].join(" ");
}

/** What a log axis cannot show, said in words below the figure. */
function noteOf({ series, xScale, yScale }: Drawn): string | undefined {
  let hidden = 0;
  for (const { x, y } of series) {
    for (let i = 0; i < x.length; i++) {
      const [xValue, yValue] = [valueAt(x, i), valueAt(y, i)];
      if (!Number.isFinite(xValue) || !Number.isFinite(yValue)) continue;
      if ((xScale === "log" && xValue <= 0) || (yScale === "log" && yValue <= 0)) hidden++;
    }
  }
  if (hidden === 0) return undefined;
  return `${formatCount(hidden)} ${hidden === 1 ? "point" : "points"} at zero or below: not on a log axis`;
}

function check(options: Drawn): void {
  require(
    Array.isArray(options.series),
    () => `curves() takes a list of lines, [{ label, x, y }], got ${shown(options.series)}`,
  );
  require(options.series.length > 0, `Figure "${options.name}" has no series: give it at least one`);
  for (const one of options.series) checkSeries(options.name, one);
  const { yDomain, yScale } = options;
  require(
    !yDomain || (yDomain[0] < yDomain[1] && (yScale !== "log" || yDomain[0] > 0)),
    () =>
      `yDomain [${yDomain}] of figure "${options.name}" must rise${yScale === "log" ? " from above 0" : ""}`,
  );
}

/**
 * Lines against a common axis, such as rates over steps; `learningCurves` draws what `fit` gives. Each line is labelled at
 * its end. Lines of many points are thinned to what the eye can see, without losing an extreme; the CSV keeps every point.
 *
 * @throws DescentError if there is no line, a line's `x` and `y` differ in length, or the name is no file name
 *
 * @example
 * ```ts
 * import { assert } from "@std/assert";
 * import { curves } from "descent/plot";
 * const series = [{ label: "Train", role: "train", x: [1, 2, 3], y: [0.9, 0.3, 0.1] }] as const;
 * const options = { title: "Loss of each epoch", xLabel: "Epoch", yLabel: "Cross-entropy", yScale: "log" } as const;
 * const figure = curves(series, options);
 * assert(figure.svg.includes("Cross-entropy"));
 * ```
 */
export function curves(series: readonly Series[], options: CurvesOptions = {}): Figure {
  checkOptions("curves", options, CURVES_NAMES);
  const { xLabel = "", yLabel = "" } = options;
  return draw({ ...titled("curves", options), xLabel, yLabel, series });
}

/** The names of the options of `curves`. */
export const CURVES_NAMES: OptionNames<CurvesOptions> = {
  ...FIGURE_NAMES,
  xLabel: true,
  yLabel: true,
  xScale: true,
  yScale: true,
  yDomain: true,
  yMinSpan: true,
  marks: true,
};

function draw(options: Drawn): Figure {
  check(options);
  const { xLabel, yLabel, series, xScale, yScale, yDomain, yMinSpan } = options, width = SIZE.width;
  const yAxis = axisFor(yValues(series), {
    type: yScale,
    domain: yDomain,
    count: 4,
    round: true,
    ...(yMinSpan !== undefined && { minSpan: yMinSpan }),
  });
  const heading = layoutHeading(options, width);
  const note = noteOf(options);

  const labels = series.map(({ label }) =>
    wrapText(label, LABEL_ROOM, SIZE.label, { strong: true, maxLines: 3 })
  );
  const left = Math.ceil(SIZE.pad + Math.max(20, widest(yAxis.ticks.map(yAxis.format), SIZE.tick)) + 9);
  const right = Math.floor(width - SIZE.pad - END_LABEL_GAP - widest(labels.flat(), SIZE.label, true));
  const xAxis = axisAlong([...xValues(options)], { type: xScale, count: 6 }, {
    room: right - left,
    widthOf: (text) => textWidth(text, SIZE.tick),
  });
  const placed = placeMarks(options.marks ?? [], xAxis, { left, right }, width);
  const markRows = placed.reduce((rows, { row }) => Math.max(rows, row + 1), 0);
  const yLabelAt = heading.height + 22;
  const top = yLabelAt + 14 + markRows * MARK_ROW;
  const area: Area = { left, right, top, bottom: top + SIZE.plotHeight };
  const marginBottom = 50 + (note ? 18 : 0), height = area.bottom + marginBottom;

  const lines = linesOf(series, labels, [xAxis, yAxis], area);
  const sheet = startSheet({
    width,
    height,
    marginLeft: left,
    marginRight: width - right,
    marginTop: top,
    marginBottom,
    x: { type: xAxis.type, domain: [...xAxis.domain] },
    y: { type: yAxis.type, domain: [...yAxis.domain] },
    marks: [
      Plot.gridY(yAxis.ticks, { stroke: INK.grid, strokeOpacity: 1 }),
      Plot.axisY(yAxis.ticks, { ...TICKS, tickSize: 0, tickPadding: 8, text: yAxis.format }),
      Plot.axisX(xAxis.ticks, { ...TICKS, tickSize: 4, tickPadding: 4, text: xAxis.format }),
      Plot.frame({ anchor: "bottom", stroke: INK.axis, strokeWidth: 0.75 }),
      ...lines.flatMap(({ band }) => band),
      ...marksOf(lines, yDomain !== undefined),
    ],
  }, options);

  const { document, svg } = sheet, small = { "font-size": SIZE.label, fill: INK.text };
  append(document, svg, "text", { ...small, x: SIZE.pad, y: yLabelAt, "text-anchor": "start" }, yLabel);
  append(document, svg, "text", { ...small, x: (left + right) / 2, y: area.bottom + 37 }, xLabel);
  if (note) {
    const look = { "font-size": SIZE.small, fill: INK.quiet, "text-anchor": "start" };
    append(document, svg, "text", { ...look, x: SIZE.pad, y: height - 10 }, note);
  }
  drawMarks(sheet, placed, area);
  const ends = lines.flatMap(({ label, tone, points }): EndLabel[] => {
    const end = points.findLast(({ x }) => !Number.isNaN(x));
    return end ? [{ text: label, tone, end }] : [];
  });
  // A mark's word may stand above the right margin: the labels then stay below it.
  const crowded = placed.some(({ anchor, at }) => anchor === "start" && at > (left + right) / 2);
  drawEndLabels(sheet, ends, area, crowded ? top - 2 : undefined);
  return finishFigure(sheet, options, {
    heading,
    description: describe(options),
    csv: toCsv(seriesRows(options)),
  });
}
