/** Where the parts of a line chart come to lie: the same axes, ticks and thinning as the figures on disk. */
import { type Axis, axisFor, project, type ScaleType } from "../../src/plot/axes.ts";
import { nudgeApart } from "../../src/plot/labels.ts";
import { textWidth, widest } from "../../src/plot/text.ts";
import { isolated, type PixelPoint, thin } from "../../src/plot/thin.ts";

type Values = readonly (number | null)[];

/** One line of a chart. */
export interface ChartLine {
  readonly label: string;
  /** What it is hidden by; its label if left out. */
  readonly name?: string;
  /** A role (`train`, `validation`, `test`, `published`) or `0` to `6`: which colours it has. */
  readonly tone: string;
  readonly x: readonly number[];
  readonly y: Values;
  /** Kind of dashes, so that lines of one colour differ: 0 for none. */
  readonly dash?: number;
  /** Shaded behind the line. */
  readonly band?: { readonly low: Values; readonly high: Values };
  /** Drawn thin and pale: one of many. */
  readonly isFaint?: boolean;
}

/** What is drawn over the lines to say why training stopped. */
export interface Waiting {
  /** From the best epoch to now. */
  readonly from: number;
  readonly to: number;
  /** The value that had to be passed. */
  readonly target: number;
  readonly targetLabel: string;
  readonly label: string;
  /** How many epochs had passed without improvement, and how many may. */
  readonly x: readonly number[];
  readonly wait: Values;
  readonly patience: number;
}

export interface ChartInput {
  readonly lines: readonly ChartLine[];
  readonly width: number;
  readonly height: number;
  readonly xScale: ScaleType;
  readonly yScale: ScaleType;
  /** The part of the x axis that the lines are cut to; all of it if left out. */
  readonly xDomain?: readonly [number, number];
  readonly yDomain?: readonly [number, number];
  readonly yMinSpan?: number;
  /** Vertical rules with a word above. */
  readonly marks?: readonly { readonly x: number; readonly label: string }[];
  readonly waiting?: Waiting;
  /** Whether lines are labelled where they end. */
  readonly endLabels: boolean;
}

export interface Area {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
}

export interface DrawnLine {
  readonly line: ChartLine;
  readonly path: string;
  readonly band: string;
  readonly dots: readonly PixelPoint[];
  readonly end: PixelPoint | undefined;
  /** Height of the label at its end. */
  readonly labelY: number;
}

export interface ChartLayout {
  readonly area: Area;
  readonly strip: Area | undefined;
  readonly height: number;
  /** Whether lines are labelled where they end. */
  readonly hasLabels: boolean;
  readonly xAxis: Axis;
  readonly yAxis: Axis;
  readonly lines: readonly DrawnLine[];
  readonly marks: readonly {
    readonly at: number;
    readonly label: string;
    readonly anchor: "start" | "middle" | "end";
  }[];
  readonly waiting: {
    readonly from: number;
    readonly to: number;
    readonly targetY: number;
    readonly path: string;
  } | undefined;
}

/** A percent: accuracies that differ by less are not drawn as if they differed. */
export const ACCURACY_SPAN = 0.01;

/** Sizes in CSS pixels. */
const TICK = 12, LABEL = 13, STRIP = 30, STRIP_GAP = 34, BOTTOM = 46, DOT_LIMIT = 40;

export function layoutChart(input: ChartInput): ChartLayout {
  const { lines, width, height, xScale, yScale, xDomain, yDomain, yMinSpan, waiting, endLabels } = input;
  const xAxis = axisFor(numbers(lines.flatMap(({ x }) => ends(x))), {
    type: xScale,
    ...(xDomain && { domain: xDomain }),
    count: Math.max(3, Math.round(width / 110)),
  });
  const yAxis = axisFor(allValues(lines), {
    type: yScale,
    ...(yDomain && { domain: yDomain }),
    ...(yMinSpan !== undefined && { minSpan: yMinSpan }),
    count: 4,
    round: true,
  });
  const isInside = (x: number) => xDomain === undefined || (x >= xDomain[0] && x <= xDomain[1]);
  const marks = input.marks?.filter(({ x }) => isInside(x)) ?? [];
  const left = Math.ceil(widest(yAxis.ticks.map(yAxis.format), TICK) + 12);
  const strong = lines.filter(({ isFaint }) => !isFaint);
  const labelWidth = endLabels ? widest(strong.map(({ label }) => label), LABEL, true) + 16 : 10;
  // Room for marks that are out of sight now, too: the chart stays where it is.
  const top = input.marks?.length ? 26 : 12, bottom = top + height;
  const area = { left, right: Math.max(left + 60, width - labelWidth), top, bottom };
  const stripTop = bottom + STRIP_GAP;
  const strip = waiting && { ...area, top: stripTop, bottom: stripTop + STRIP };
  const drawn = drawLines(lines, [xAxis, yAxis], area);
  return {
    area,
    strip,
    height: (strip?.bottom ?? bottom) + BOTTOM,
    hasLabels: endLabels,
    xAxis,
    yAxis,
    lines: endLabels ? placeLabels(drawn, area) : drawn,
    marks: marks.map((mark) => {
      const at = project(xAxis, mark.x, area.left, area.right), half = textWidth(mark.label, TICK) / 2;
      const anchor = at - half < area.left
        ? "start" as const
        : at + half > area.right
        ? "end" as const
        : "middle" as const;
      return { at, label: mark.label, anchor };
    }),
    waiting: waiting && strip && {
      from: bounded(project(xAxis, waiting.from, area.left, area.right), area),
      to: bounded(project(xAxis, waiting.to, area.left, area.right), area),
      targetY: project(yAxis, waiting.target, area.bottom, area.top),
      path: waitPath(waiting, xAxis, strip),
    },
  };
}

function bounded(x: number, { left, right }: Area): number {
  return Math.min(Math.max(x, left), right);
}

/** First and last: lines rise along x. */
function ends(x: readonly number[]): readonly number[] {
  return x.length === 0 ? [] : [x[0]!, x.at(-1)!];
}

/** Whether there is anything to draw. */
export function hasValues(lines: readonly ChartLine[]): boolean {
  return !allValues(lines).next().done;
}

function* numbers(values: Iterable<number | null>): Generator<number> {
  for (const value of values) if (value !== null && Number.isFinite(value)) yield value;
}

function* allValues(lines: readonly ChartLine[]): Generator<number> {
  for (const { y, band } of lines) {
    yield* numbers(y);
    if (band) {
      yield* numbers(band.low);
      yield* numbers(band.high);
    }
  }
}

function drawLines(
  lines: readonly ChartLine[],
  axes: readonly [Axis, Axis],
  area: Area,
): readonly DrawnLine[] {
  const isFew = lines.every(({ x, isFaint }) => x.length <= DOT_LIMIT && !isFaint);
  return lines.map((line) => {
    const points = thin(pointsOf(line.x, line.y, axes, area));
    const dots = isFew ? points.filter(({ x }) => !Number.isNaN(x)) : isolated(points);
    const end = points.findLast(({ x }) => !Number.isNaN(x));
    return {
      line,
      path: pathOf(points),
      band: bandOf(line, axes, area),
      dots,
      end,
      labelY: end?.y ?? area.top,
    };
  });
}

function pointsOf(
  x: readonly number[],
  y: Values,
  [xAxis, yAxis]: readonly [Axis, Axis],
  area: Area,
): PixelPoint[] {
  return x.map((value, i) => ({
    x: project(xAxis, value, area.left, area.right),
    y: project(yAxis, y[i] ?? NaN, area.bottom, area.top),
  }));
}

function pathOf(points: readonly PixelPoint[]): string {
  let path = "", isGap = true;
  for (const { x, y } of points) {
    if (Number.isNaN(x)) isGap = true;
    else {
      path += `${isGap ? "M" : "L"}${round(x)},${round(y)}`;
      isGap = false;
    }
  }
  return path;
}

function bandOf({ x, band }: ChartLine, axes: readonly [Axis, Axis], area: Area): string {
  if (band === undefined) return "";
  const edge = (values: Values) =>
    pointsOf(x, values, axes, area).map((point) => ({
      x: point.x,
      // What a log axis cannot show ends at its foot.
      y: Number.isFinite(point.y) ? Math.min(Math.max(point.y, area.top), area.bottom) : area.bottom,
    }));
  const there = x.flatMap((_, i) => band.low[i] === null || band.high[i] === null ? [] : [i]);
  const [low, high] = [edge(band.low), edge(band.high)];
  const outline = [...there.map((i) => high[i]!), ...there.toReversed().map((i) => low[i]!)];
  return outline.length < 4 ? "" : `${pathOf(outline)}Z`;
}

/** Pale lines have no labels, and lie below the others. */
function placeLabels(lines: readonly DrawnLine[], area: Area): readonly DrawnLine[] {
  const faint = lines.filter(({ line }) => line.isFaint), strong = lines.filter(({ line }) => !line.isFaint);
  const wishes = strong.map(({ end }) => ({
    wish: Math.min(Math.max(end?.y ?? area.top, area.top), area.bottom),
    size: LABEL * 1.3,
  }));
  const middles = nudgeApart(wishes, area.top - 8, area.bottom + 8);
  return [...faint, ...strong.map((line, i) => ({ ...line, labelY: middles[i]! }))];
}

/** Steps up while nothing improves, down to the foot when something does. */
function waitPath({ x, wait, patience }: Waiting, xAxis: Axis, strip: Area): string {
  const height = (value: number) => strip.bottom - Math.min(value / patience, 1) * (strip.bottom - strip.top);
  let path = "", last = NaN;
  for (const [i, value] of wait.entries()) {
    if (value === null) continue;
    const at = project(xAxis, x[i]!, strip.left, strip.right);
    path += path === "" ? `M${round(at)},${round(strip.bottom)}` : "";
    path += `L${round(at)},${round(height(value))}`;
    last = at;
  }
  return path === "" ? "" : `${path}L${round(last)},${round(strip.bottom)}Z`;
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}

/** Position of the point nearest to `value` in `x`, which rises. */
export function nearest(x: readonly number[], value: number): number {
  let low = 0, high = x.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (x[middle]! < value) low = middle + 1;
    else high = middle;
  }
  return low > 0 && value - x[low - 1]! < x[low]! - value ? low - 1 : low;
}

/** The value of the axis at `at`, between `from` and `to`. */
export function valueAt({ type, domain: [low, high] }: Axis, at: number, from: number, to: number): number {
  const share = (at - from) / (to - from);
  return type === "log" ? low * (high / low) ** share : low + share * (high - low);
}
