/** A line chart that can be read: with the pointer or the arrow keys it tells the values of an epoch. */
import { useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useId, useLayoutEffect, useMemo, useRef } from "preact/hooks";
import type { ScaleType } from "../../src/plot/axes.ts";
import { type ChartLine, hasValues, layoutChart, nearest, valueAt, type Waiting } from "./chart_layout.ts";
import { Axes, Crosshair, DrawnLineMarks, Marks, Readout, WaitingMarks } from "./chart_parts.tsx";

export interface LineChartProps {
  readonly title: string;
  readonly lines: readonly ChartLine[];
  readonly xLabel: string;
  readonly yLabel: string;
  readonly xScale?: ScaleType;
  readonly yScale?: ScaleType;
  /** Which scales can be switched by the reader. */
  readonly switches?: readonly ("x" | "y")[];
  readonly yDomain?: readonly [number, number];
  /** The y axis is at least so long while it is linear. */
  readonly yMinSpan?: number;
  readonly marks?: readonly { readonly x: number; readonly label: string }[];
  readonly waiting?: Waiting;
  readonly height?: number;
  /** Digits after the point of the values that are told; without it, four significant ones. */
  readonly decimals?: number;
  /** Below the chart. */
  readonly children?: ComponentChildren;
  onScale?(axis: "x" | "y", scale: ScaleType): void;
}

/** Before the page knows better; also what a reader without scripts sees. */
const FIRST_WIDTH = 640, MIN_LABELS_WIDTH = 460, MOST_LABELS = 4, LONGEST_LABEL = 22;

/** Lines against a common axis; the row above them tells the values of the epoch under the pointer, else the last. */
export function LineChart(props: LineChartProps) {
  const {
    decimals,
    title,
    lines,
    xLabel,
    yLabel,
    switches = [],
    marks,
    waiting,
    yDomain,
    yMinSpan,
    height = 220,
    children,
  } = props;
  const id = useId(), frame = useRef<HTMLDivElement>(null), width = useMeasuredWidth(frame);
  const xScale = useSignal(props.xScale ?? "linear"), yScale = useSignal(props.yScale ?? "linear");
  const focus = useSignal<number | undefined>(undefined);
  const layout = useMemo(
    () =>
      layoutChart({
        lines,
        width,
        height,
        xScale: xScale.value,
        yScale: yScale.value,
        endLabels: width >= MIN_LABELS_WIDTH && hasFewLabels(lines),
        ...(yDomain && { yDomain }),
        ...(yMinSpan !== undefined && { yMinSpan }),
        ...(marks && { marks }),
        ...(waiting && { waiting }),
      }),
    [lines, width, height, xScale.value, yScale.value, yDomain, yMinSpan, marks, waiting],
  );
  const longest = lines.reduce<readonly number[]>((most, { x }) => x.length > most.length ? x : most, []);
  const change = (axis: "x" | "y", scale: ScaleType) => {
    (axis === "x" ? xScale : yScale).value = scale;
    props.onScale?.(axis, scale);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const at = focus.value === undefined ? longest.length - 1 : nearest(longest, focus.value);
    const step = event.shiftKey ? Math.max(10, Math.round(longest.length / 20)) : 1;
    const to = { ArrowLeft: at - step, ArrowRight: at + step, Home: 0, End: longest.length - 1 }[event.key];
    if (event.key === "Escape") focus.value = undefined;
    if (to === undefined || longest.length === 0) return;
    event.preventDefault();
    focus.value = longest[Math.min(Math.max(to, 0), longest.length - 1)];
  };
  const onPointerMove = (event: PointerEvent) => {
    const box = (event.currentTarget as Element).getBoundingClientRect();
    const at = (event.clientX - box.left) * width / box.width;
    const value = valueAt(layout.xAxis, at, layout.area.left, layout.area.right);
    focus.value = longest[nearest(longest, value)];
  };
  return (
    <figure class="chart">
      <figcaption>
        <span>
          <span class="chart-title" id={id}>{title}</span> <span class="chart-unit">{yLabel}</span>
        </span>
        <span class="switches needs-script">
          {switches.map((axis) => (
            <ScaleSwitch
              key={axis}
              axis={axis}
              scale={(axis === "x" ? xScale : yScale).value}
              onChange={change}
            />
          ))}
        </span>
      </figcaption>
      <Readout lines={lines} xLabel={xLabel} x={focus.value} decimals={decimals} />
      <div class="chart-frame" ref={frame}>
        {!hasValues(lines) ? <p class="quiet">No epoch has a number.</p> : (
          <svg
            viewBox={`0 0 ${width} ${layout.height}`}
            role="img"
            aria-labelledby={id}
            tabIndex={0}
            onKeyDown={onKeyDown}
            onPointerMove={onPointerMove}
            onPointerLeave={() => focus.value = undefined}
            onBlur={() => focus.value = undefined}
          >
            <Axes layout={layout} xLabel={xLabel} />
            {waiting && <WaitingMarks layout={layout} waiting={waiting} />}
            <Marks layout={layout} />
            {layout.lines.map((drawn) =>
              drawn.band && (
                <path
                  key={`band ${drawn.line.label}`}
                  class={`band tone-${drawn.line.tone}`}
                  d={drawn.band}
                />
              )
            )}
            {layout.lines.map((drawn, i) => <DrawnLineMarks key={i} drawn={drawn} layout={layout} />)}
            {focus.value !== undefined && <Crosshair layout={layout} x={focus.value} />}
          </svg>
        )}
      </div>
      {children && <div class="chart-note">{children}</div>}
    </figure>
  );
}

function hasFewLabels(lines: readonly ChartLine[]): boolean {
  return lines.length <= MOST_LABELS &&
    lines.every(({ isFaint, label }) => !isFaint && label.length <= LONGEST_LABEL);
}

/** Width of the element in CSS pixels, as it changes. */
function useMeasuredWidth(frame: { readonly current: HTMLElement | null }): number {
  const width = useSignal(FIRST_WIDTH);
  useLayoutEffect(() => {
    const element = frame.current;
    if (element === null) return;
    const measure = () => width.value = Math.max(240, Math.round(element.clientWidth));
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    measure();
    return () => observer.disconnect();
  }, []);
  return width.value;
}

function ScaleSwitch(
  { axis, scale, onChange }: {
    readonly axis: "x" | "y";
    readonly scale: ScaleType;
    onChange(axis: "x" | "y", scale: ScaleType): void;
  },
) {
  return (
    <span class="switch" role="group" aria-label={`Scale of the ${axis} axis`}>
      <span class="switch-name">{axis}</span>
      {(["linear", "log"] as const).map((one) => (
        <button
          key={one}
          type="button"
          aria-pressed={one === scale}
          onClick={() => onChange(axis, one)}
        >
          {one}
        </button>
      ))}
    </span>
  );
}
