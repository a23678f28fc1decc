/** Histograms: how often values fall where, of several things on one pair of axes. */
import * as Plot from "@observablehq/plot";
import { require } from "../core/errors.ts";
import { checkOptions, shown } from "../core/option_names.ts";
import { type Area, drawMarks, type Mark, MARK_ROW, placeMarks } from "./annotations.ts";
import { type Axis, axisAlong, axisFor, formatPlain, project } from "./axes.ts";
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
import { type Key, layoutHeading } from "./heading.ts";
import { type Cell, toCsv } from "../core/text_table.ts";
import { textWidth, widest } from "./text.ts";
import { INK, type Role, SIZE, type Tone, toneOf } from "./theme.ts";

/** The values of one thing; those that are no numbers, or outside of the bins, are left out. */
export interface Sample {
  /** What it is. */
  readonly label: string;
  /** In any order. */
  readonly values: ArrayLike<number>;
  /** Gives the colour: train blue, validation vermilion, test green. */
  readonly role?: Role;
}

/** Settings of `histogram`. */
export interface HistogramOptions extends FigureOptions {
  /** What the values are, with their unit. */
  readonly xLabel?: string;
  /** Default `Share`: heights are shares of the sample's values. */
  readonly yLabel?: string;
  /** Ends of the first and of the last bin. Default: the least and the largest of all values. */
  readonly domain?: readonly [number, number];
  /** Default 40, all as wide. */
  readonly bins?: number;
  /** Vertical rules with a word above. */
  readonly marks?: readonly Mark[];
}

/** All that a histogram is made of. */
interface Drawn extends Omit<HistogramOptions, "name" | "title">, TitledOptions {
  readonly xLabel: string;
  readonly samples: readonly Sample[];
  readonly domain: readonly [number, number];
}

interface Bars {
  readonly label: string;
  readonly tone: Tone;
  readonly count: number;
  readonly counts: readonly number[];
  /** Shares of the sample's values. */
  readonly shares: readonly number[];
}

function check({ name, samples, domain, bins = 1 }: Drawn): void {
  require(
    samples.some(({ values }) => values.length > 0),
    `Figure "${name}" has no values: give it at least one sample with some`,
  );
  require(domain[0] < domain[1], () => `Figure "${name}": domain [${domain}] must rise`);
  require(
    Number.isInteger(bins) && bins > 0,
    () => `Figure "${name}": bins must be a whole number from 1, got ${bins}`,
  );
}

function barsOf({ samples, domain: [low, high], bins = 40 }: Drawn): readonly Bars[] {
  let others = 0;
  return samples.map(({ label, values, role }) => {
    const counts = new Array<number>(bins).fill(0);
    for (let i = 0; i < values.length; i++) {
      const share = (values[i]! - low) / (high - low);
      // The upper end belongs to the last bin.
      if (share >= 0 && share <= 1) counts[Math.min(bins - 1, Math.floor(share * bins))]! += 1;
    }
    return {
      label,
      tone: toneOf(role, role ? 0 : others++),
      count: values.length,
      counts,
      shares: counts.map((count) => count / Math.max(1, values.length)),
    };
  });
}

function edgesOf({ domain: [low, high], bins = 40 }: Drawn): readonly number[] {
  return Array.from({ length: bins + 1 }, (_, i) => Number((low + (high - low) * i / bins).toPrecision(12)));
}

/** The outline of a histogram, in units of the figure: two points for each bin. */
function outline(
  { shares }: Bars,
  edges: readonly number[],
  [xAxis, yAxis]: readonly [Axis, Axis],
  area: Area,
) {
  return shares.flatMap((share, i) => {
    const y = project(yAxis, share, area.bottom, area.top);
    return [edges[i]!, edges[i + 1]!].map((edge) => ({ x: project(xAxis, edge, area.left, area.right), y }));
  });
}

function marksOf(points: readonly { readonly x: number; readonly y: number }[], tone: Tone, bottom: number) {
  // Points are in units of the figure already: Plot's scales only draw the axes.
  const x = { value: (point: { x: number }) => point.x, scale: null };
  const y = { value: (point: { y: number }) => point.y, scale: null };
  const floor = { value: () => bottom, scale: null };
  return [
    Plot.areaY(points, { x, y1: floor, y2: y, fill: tone.mark, fillOpacity: 0.16 } as Plot.AreaYOptions),
    Plot.line(
      points,
      { x, y, stroke: tone.mark, strokeWidth: 1.5, strokeLinejoin: "round" } as Plot.LineOptions,
    ),
  ];
}

function csvRows(bars: readonly Bars[], edges: readonly number[], xLabel: string): Cell[][] {
  return [
    ["sample", `${xLabel} from`, "to", "count", "share"],
    ...bars.flatMap(({ label, counts, shares }) =>
      counts.map((count, i) => [label, edges[i], edges[i + 1], count, shares[i]])
    ),
  ];
}

/**
 * Histograms of one or more samples over the same bins, as outlines with a light shade: heights are the share of the
 * sample's values in the bin, so that samples of different sizes can be compared.
 *
 * @throws DescentError if no sample has values, the domain does not rise, or the name is no file name
 *
 * @example
 * ```ts
 * import { assert } from "@std/assert";
 * import { histogram } from "descent/plot";
 * const samples = [{ label: "plain", values: [0.3, 0.6, 1] }, { label: "sparse", values: [0.1, 0.1] }];
 * const figure = histogram(samples, { xLabel: "Mean activation", domain: [0, 1], bins: 4 });
 * assert(figure.csv.includes("sparse,0,0.25,2,1"));
 * ```
 */
export function histogram(samples: readonly Sample[], options: HistogramOptions = {}): Figure {
  checkOptions("histogram", options, {
    ...FIGURE_NAMES,
    xLabel: true,
    yLabel: true,
    domain: true,
    bins: true,
    marks: true,
  });
  require(
    Array.isArray(samples),
    () => `histogram() takes a list of samples, [{ label, values }], got ${shown(samples)}`,
  );
  const { xLabel = "", domain = extremesOf(samples) } = options;
  return draw({ ...titled("histogram", options), xLabel, domain, samples });
}

/** Ends of the bins that hold all values. */
function extremesOf(samples: readonly Sample[]): readonly [number, number] {
  let low = Infinity, high = -Infinity;
  for (const { values } of samples) {
    for (let i = 0; i < values.length; i++) {
      const value = values[i]!;
      if (!Number.isFinite(value)) continue;
      low = Math.min(low, value);
      high = Math.max(high, value);
    }
  }
  if (low > high) return [0, 1];
  return low === high ? [low - 0.5, high + 0.5] : [low, high];
}

function draw(options: Drawn): Figure {
  check(options);
  const { xLabel, yLabel = "Share", domain } = options, width = SIZE.width;
  const all = barsOf(options), edges = edgesOf(options);
  const highest = all.reduce((most, { shares }) => Math.max(most, ...shares), 0);
  const yAxis = axisFor([0, highest || 1], { count: 4, round: true });
  const keys = all.map(({ label, tone }): Key => ({ label, tone, mark: "square" }));
  const heading = layoutHeading({ ...options, keys }, width);
  const left = Math.ceil(SIZE.pad + Math.max(20, widest(yAxis.ticks.map(yAxis.format), SIZE.tick)) + 9);
  const right = width - SIZE.pad - 8;
  const xAxis = axisAlong([], { domain, count: 6 }, {
    room: right - left,
    widthOf: (text) => textWidth(text, SIZE.tick),
  });
  const placed = placeMarks(options.marks ?? [], xAxis, { left, right }, width);
  const markRows = placed.reduce((rows, { row }) => Math.max(rows, row + 1), 0);
  const yLabelAt = heading.height + 22, top = yLabelAt + 14 + markRows * MARK_ROW;
  const area: Area = { left, right, top, bottom: top + SIZE.plotHeight }, height = area.bottom + 50;
  const sheet = startSheet({
    width,
    height,
    marginLeft: left,
    marginRight: width - right,
    marginTop: top,
    marginBottom: height - area.bottom,
    x: { type: "linear", domain: [...xAxis.domain] },
    y: { type: "linear", domain: [...yAxis.domain] },
    marks: [
      Plot.gridY(yAxis.ticks, { stroke: INK.grid, strokeOpacity: 1 }),
      Plot.axisY(yAxis.ticks, { ...TICKS, tickSize: 0, tickPadding: 8, text: yAxis.format }),
      Plot.axisX(xAxis.ticks, { ...TICKS, tickSize: 4, tickPadding: 4, text: xAxis.format }),
      Plot.frame({ anchor: "bottom", stroke: INK.axis, strokeWidth: 0.75 }),
      ...all.flatMap((bars) => marksOf(outline(bars, edges, [xAxis, yAxis], area), bars.tone, area.bottom)),
    ],
  }, options);
  const { document, svg } = sheet, look = { "font-size": SIZE.label, fill: INK.text };
  append(document, svg, "text", { ...look, x: SIZE.pad, y: yLabelAt, "text-anchor": "start" }, yLabel);
  append(document, svg, "text", { ...look, x: (left + right) / 2, y: area.bottom + 37 }, xLabel);
  drawMarks(sheet, placed, area);
  const description = `Histograms${xLabel && ` of ${xLabel}`}. ${
    all.map(({ label, count, shares }) => {
      const most = shares.indexOf(Math.max(...shares));
      return `${label}: ${count} values, most of them from ${formatPlain(edges[most]!)} to ${
        formatPlain(edges[most + 1]!)
      }.`;
    }).join(" ")
  }`;
  return finishFigure(sheet, options, {
    heading,
    description,
    csv: toCsv(csvRows(all, edges, xLabel)),
  });
}
