/** Bars in groups, each with its value: losses and accuracies side by side. */
import * as Plot from "@observablehq/plot";
import { require } from "../core/errors.ts";
import { checkOptions, shown } from "../core/option_names.ts";
import { decimalsFor, formatFixed, project } from "./axes.ts";
import {
  areTurned,
  type Bar,
  type BarGroup,
  barStep,
  layBars,
  reach,
  VALUE_GAP,
  valueAxis,
} from "./bars_layout.ts";
import { append, appendLines, type Sheet } from "./dom.ts";
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
import { type Cell, toCsv } from "../core/text_table.ts";
import { widest, wrapText } from "./text.ts";
import { INK, SIZE, STRONG, type Tone } from "./theme.ts";

/** Settings of `bars`. */
export interface BarsOptions extends FigureOptions {
  /** What the values are, with their unit. */
  readonly yLabel?: string;
  /** What the groups' labels are: "Hidden units". */
  readonly xLabel?: string;
  /** Decimals of the printed values; without it, four digits of the largest. */
  readonly decimals?: number;
}

/** All that a figure of bars is made of. */
interface Drawn extends Omit<BarsOptions, "name" | "title">, TitledOptions {
  readonly yLabel: string;
  readonly groups: readonly BarGroup[];
}

const UNDER_LINE = 15;
const HALO = { stroke: INK.paper, "stroke-width": 3, "stroke-linejoin": "round", "paint-order": "stroke" };

function check({ name, groups }: Drawn): void {
  require(
    groups.some(({ values }) => values.some(({ value }) => Number.isFinite(value))),
    `Figure "${name}" has no bars: give it at least one group with a finite value`,
  );
}

function drawValues(
  { document, svg }: Sheet,
  bars: readonly Bar[],
  yAt: (value: number) => number,
  turned: boolean,
): void {
  for (const bar of bars) {
    const x = (bar.x1 + bar.x2) / 2, [low, high] = reach(bar), below = bar.value < 0;
    const edge = below ? yAt(low) + VALUE_GAP : yAt(high) - VALUE_GAP;
    const look = { "font-size": SIZE.small, fill: bar.tone.text, ...HALO };
    if (turned) {
      const transform = `translate(${x + SIZE.small * 0.36},${edge}) rotate(-90)`;
      append(document, svg, "text", { ...look, transform, "text-anchor": below ? "end" : "start" }, bar.text);
    } else {
      append(document, svg, "text", { ...look, x, y: below ? edge + SIZE.small * 0.75 : edge }, bar.text);
    }
  }
}

function drawWhiskers({ document, svg }: Sheet, bars: readonly Bar[], yAt: (value: number) => number): void {
  for (const { x1, x2, value, low = value, high = value } of bars) {
    if (!(low < high)) continue;
    const x = (x1 + x2) / 2, cap = Math.min(4, (x2 - x1) / 3), top = yAt(high), bottom = yAt(low);
    append(document, svg, "path", {
      d: `M${x - cap},${top}h${2 * cap}M${x},${top}V${bottom}M${x - cap},${bottom}h${2 * cap}`,
      stroke: INK.title,
      "stroke-width": 1,
      fill: "none",
    });
  }
}

interface Under {
  readonly at: number;
  readonly lines: readonly string[];
  readonly tone?: Tone;
}

/** The names below the axis: of the bars if there is one group, else of the groups. */
function namesUnder(groups: readonly BarGroup[], all: readonly Bar[], left: number, right: number): Under[] {
  const slot = (right - left) / groups.length;
  const room = groups.length === 1 ? barStep(groups, right - left) - 4 : slot - 6;
  const wrap = (text: string) => wrapText(text, room, SIZE.tick, { maxLines: 3 });
  if (groups.length > 1) {
    return groups.map(({ label }, g) => ({ at: left + (g + 0.5) * slot, lines: wrap(label) }));
  }
  return all.map(({ x1, x2, label, tone }) => ({ at: (x1 + x2) / 2, lines: wrap(label), tone }));
}

function csvRows({ yLabel, groups }: Drawn): Cell[][] {
  const rows = groups.flatMap((group) =>
    group.values.map(({ label, value, low, high }) => [group.label, label, value, low, high])
  );
  return [["group", "label", yLabel, "low", "high"], ...rows];
}

function describe({ yLabel, groups }: Drawn, format: (value: number) => string): string {
  const parts = groups.map(({ label, values }) =>
    `${label ? `${label}: ` : ""}${
      values.map(({ label, value }) => `${label} ${Number.isFinite(value) ? format(value) : "missing"}`).join(
        ", ",
      )
    }.`
  );
  return [yLabel ? `Bars of ${yLabel}.` : "Bars.", ...parts].join(" ");
}

/**
 * Bars from zero, in groups, with their values printed above them and whiskers where `low` and `high` are given.
 * Bars named "Train", "Validation" and "Test" have the colours that these have everywhere.
 *
 * @throws DescentError if no value is finite, or the name is no file name
 *
 * @example
 * ```ts
 * import { assert } from "@std/assert";
 * import { bars } from "descent/plot";
 * const values = [{ label: "Train", value: 0.0104 }, { label: "Test", value: 0.0105 }];
 * const figure = bars([{ label: "64 units", values }], { yLabel: "Mean squared error" });
 * assert(figure.svg.includes("0.0104"));
 * ```
 */
export function bars(groups: readonly BarGroup[], options: BarsOptions = {}): Figure {
  require(
    Array.isArray(groups),
    () => `bars() takes a list of groups, [{ label, values: [{ label, value }] }], got ${shown(groups)}`,
  );
  checkOptions("bars", options, { ...FIGURE_NAMES, yLabel: true, xLabel: true, decimals: true });
  return draw({ ...titled("bars", options), yLabel: options.yLabel ?? "", groups });
}

function draw(options: Drawn): Figure {
  check(options);
  const { groups, yLabel } = options, width = SIZE.width, right = width - SIZE.pad;
  const decimals = options.decimals ??
    decimalsFor(groups.flatMap(({ values }) => values.map(({ value }) => value)));
  const format = (value: number) => formatFixed(value, decimals);

  // The labels of the axis move the bars a little, so those are laid twice.
  const draft = layBars(groups, { left: 60, right, format });
  const turned = areTurned(draft), yAxis = valueAxis(draft, turned);
  const left = Math.ceil(SIZE.pad + Math.max(20, widest(yAxis.ticks.map(yAxis.format), SIZE.tick)) + 9);
  const all = layBars(groups, { left, right, format });

  const named = groups.length === 1 || groups.every(({ values }) => values.length === 1);
  const tones = new Map(all.map(({ label, tone }) => [label, tone]));
  const keys = named ? [] : Array.from(tones, ([label, tone]) => ({ label, tone, mark: "square" as const }));
  const heading = layoutHeading({ ...options, keys }, width);
  const yLabelAt = heading.height + 22, top = yLabelAt + 12, bottom = top + SIZE.plotHeight;
  const unders = namesUnder(groups, all, left, right);
  const xLabel = options.xLabel ?? (groups.length === 1 ? groups[0]!.label : "");
  const underHeight = 8 + UNDER_LINE * Math.max(...unders.map(({ lines }) => lines.length));
  const marginBottom = underHeight + (xLabel === "" ? 10 : 30), height = bottom + marginBottom;

  const sheet = startSheet({
    width,
    height,
    marginLeft: left,
    marginRight: SIZE.pad,
    marginTop: top,
    marginBottom,
    x: { type: "linear", domain: [left, right] },
    y: { type: "linear", domain: [...yAxis.domain] },
    color: { type: "identity" },
    marks: [
      Plot.gridY(yAxis.ticks, { stroke: INK.grid, strokeOpacity: 1 }),
      Plot.axisY(yAxis.ticks, { ...TICKS, tickSize: 0, tickPadding: 8, text: yAxis.format }),
      Plot.rect(all.filter(({ value }) => Number.isFinite(value)), {
        x1: "x1",
        x2: "x2",
        y1: 0,
        y2: "value",
        fill: (bar: Bar) => bar.tone.mark,
      }),
      Plot.ruleY([0], { stroke: INK.axis, strokeWidth: 0.75 }),
    ],
  }, options);

  const { document, svg } = sheet, yAt = (value: number) => project(yAxis, value, bottom, top);
  drawWhiskers(sheet, all, yAt);
  drawValues(sheet, all, yAt, turned);
  const plain = { "font-size": SIZE.label, fill: INK.text };
  append(document, svg, "text", { ...plain, x: SIZE.pad, y: yLabelAt, "text-anchor": "start" }, yLabel);
  if (xLabel) append(document, svg, "text", { ...plain, x: (left + right) / 2, y: height - 12 }, xLabel);
  for (const { at, lines, tone } of unders) {
    const look = { "font-size": SIZE.tick, fill: tone?.text ?? INK.text, "font-weight": tone && STRONG };
    appendLines(document, svg, lines, { ...look, x: at, y: bottom + 18 }, UNDER_LINE);
  }
  return finishFigure(sheet, options, {
    heading,
    description: describe(options, format),
    csv: toCsv(csvRows(options)),
  });
}
