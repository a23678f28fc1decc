/** Bands around lines: the spread of several trainings about their mean. */
import * as Plot from "@observablehq/plot";
import { type Axis, project } from "./axes.ts";
import type { Area } from "./annotations.ts";
import type { Tone } from "./theme.ts";

/** Lower and upper ends along a line, as long as its `x`. */
export interface Band {
  /** Lower ends; NaN, `null` and `undefined` are gaps. */
  readonly low: ArrayLike<number | null | undefined>;
  /** Upper ends, alike. */
  readonly high: ArrayLike<number | null | undefined>;
}

/**
 * Shading between the ends of a band; where an end is missing there is none.
 *
 * @internal
 */
export function bandMark(
  x: ArrayLike<number | null | undefined>,
  { low, high }: Band,
  { axes: [xAxis, yAxis], area, tone }: {
    readonly axes: readonly [Axis, Axis];
    readonly area: Area;
    readonly tone: Tone;
  },
): Plot.Markish {
  // What a domain cuts off, or a log axis cannot show, ends at the edge of the axes.
  const inside = (y: number) => Math.min(Math.max(y, area.top), area.bottom);
  const height = (value: number | null | undefined) =>
    typeof value !== "number" || Number.isNaN(value)
      ? NaN
      : yAxis.type === "log" && value <= 0
      ? area.bottom
      : inside(project(yAxis, value, area.bottom, area.top));
  const points = Array.from({ length: x.length }, (_, i) => ({
    x: project(xAxis, x[i] ?? NaN, area.left, area.right),
    low: height(low[i]),
    high: height(high[i]),
  }));
  return Plot.areaY(points, {
    x: { value: (point: typeof points[number]) => point.x, scale: null },
    y1: { value: (point: typeof points[number]) => point.low, scale: null },
    y2: { value: (point: typeof points[number]) => point.high, scale: null },
    fill: tone.mark,
    fillOpacity: 0.16,
  } as Plot.AreaYOptions);
}
