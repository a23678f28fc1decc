/** A line chart that can be read and looked into: with the pointer or the keys it tells values, and zooms. */
import { type Signal, useSignal } from "@preact/signals";
import type { ComponentChildren } from "preact";
import { useId, useLayoutEffect, useMemo, useRef } from "preact/hooks";
import type { ScaleType } from "../../src/plot/axes.ts";
import { type ChartLine, hasValues, layoutChart, type Waiting } from "./chart_layout.ts";
import { Axes, Crosshair, DrawnLineMarks, Marks, Readout, WaitingMarks } from "./chart_parts.tsx";
import { SaveButtons, ScaleSwitch, WindowNote, ZoomButtons } from "./chart_tools.tsx";
import { type ChartView, extentOf, viewed, waitingWithin, WHOLE } from "./chart_view.ts";
import { chartHand } from "./chart_hand.ts";
import { saveChart } from "./save_chart.ts";

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
  /** Name of its files, without ending; without it, it cannot be saved. */
  readonly saveAs?: string;
  /** How it is looked at, where several charts are looked at together; without it, each has its own way. */
  readonly view?: ChartView;
  onView?(part: Partial<ChartView>): void;
  /** Where the reader points, shared by charts of one x axis. */
  readonly focus?: Signal<number | undefined>;
  /** Below the chart. */
  readonly children?: ComponentChildren;
  onScale?(axis: "x" | "y", scale: ScaleType): void;
}

/** Before the page knows better; also what a reader without scripts sees. */
const FIRST_WIDTH = 640, MIN_LABELS_WIDTH = 460, MOST_LABELS = 4, LONGEST_LABEL = 22;

/** Lines against a common axis; the row above them tells the values of the epoch under the pointer, else the last. */
export function LineChart(props: LineChartProps) {
  const { decimals, title, lines, xLabel, yLabel, switches = [], marks, waiting, yDomain, yMinSpan } = props;
  const { height = 220, saveAs, children } = props;
  const id = useId(), frame = useRef<HTMLDivElement>(null), width = useMeasuredWidth(frame);
  const xScale = useSignal(props.xScale ?? "linear"), yScale = useSignal(props.yScale ?? "linear");
  const ownFocus = useSignal<number | undefined>(undefined), focus = props.focus ?? ownFocus;
  const ownView = useSignal<ChartView>(WHOLE), view = props.view ?? ownView.value;
  const change = (part: Partial<ChartView>) =>
    props.onView === undefined ? ownView.value = { ...ownView.peek(), ...part } : props.onView(part);
  const { window, smoothing, hidden } = view;
  const drawn = useMemo(() => viewed(lines, view), [lines, window?.join(), smoothing, hidden.join()]);
  const layout = useMemo(
    () =>
      layoutChart({
        lines: drawn,
        width,
        height,
        xScale: xScale.value,
        yScale: yScale.value,
        endLabels: width >= MIN_LABELS_WIDTH && hasFewLabels(drawn),
        ...(window && { xDomain: window }),
        ...(yDomain && { yDomain }),
        ...(yMinSpan !== undefined && { yMinSpan }),
        ...(marks && { marks }),
        ...(waiting && { waiting: window ? waitingWithin(waiting, window) : waiting }),
      }),
    [drawn, width, height, xScale.value, yScale.value, yDomain, yMinSpan, marks, waiting],
  );
  const dragged = useSignal<readonly [number, number] | null>(null), isThere = hasValues(drawn);
  const hand = chartHand({
    layout,
    lines: drawn,
    extent: extentOf(lines),
    width,
    focus,
    dragged,
    onWindow: (one) => change({ window: one }),
  });
  const onScale = (axis: "x" | "y", scale: ScaleType) => {
    (axis === "x" ? xScale : yScale).value = scale;
    props.onScale?.(axis, scale);
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
              onChange={onScale}
            />
          ))}
          <ZoomButtons title={title} onZoom={hand.zoom} />
          {saveAs !== undefined && (
            <SaveButtons
              title={title}
              onSave={(format) => {
                const svg = frame.current?.querySelector("svg");
                if (svg) {
                  void saveChart(saveAs, format, {
                    svg,
                    title,
                    xLabel,
                    lines: layout.lines.map(({ line }) => line),
                  });
                }
              }}
            />
          )}
        </span>
      </figcaption>
      <Readout
        lines={window === null && smoothing === 0 ? lines : legendLines(lines, drawn, hidden)}
        xLabel={xLabel}
        x={focus.value}
        decimals={decimals}
        hidden={hidden}
        onHidden={(names) => change({ hidden: names })}
      />
      <div class="chart-frame" ref={frame}>
        {!isThere ? <p class="quiet">{nothingWords(view)}</p> : (
          <svg
            viewBox={`0 0 ${width} ${layout.height}`}
            role="img"
            aria-labelledby={id}
            aria-description="Arrow keys tell values; + and − zoom where they stand, 0 shows all; drag to zoom."
            tabIndex={0}
            onKeyDown={hand.onKeyDown}
            onMouseDown={hand.onMouseDown}
            onPointerDown={hand.onPointerDown}
            onPointerMove={hand.onPointerMove}
            onPointerUp={hand.onPointerUp}
            onPointerLeave={hand.onPointerLeave}
            onDblClick={() => change({ window: null })}
            onBlur={() => focus.value = undefined}
          >
            <Axes layout={layout} xLabel={xLabel} />
            {waiting && <WaitingMarks layout={layout} waiting={waiting} />}
            <Marks layout={layout} />
            {layout.lines.map(({ band, line }) =>
              band && <path key={`band ${line.label}`} class={`band tone-${line.tone}`} d={band} />
            )}
            {layout.lines.map((one, i) => <DrawnLineMarks key={i} drawn={one} layout={layout} />)}
            {focus.value !== undefined && <Crosshair layout={layout} x={focus.value} />}
            {dragged.value && <Selection at={dragged.value} layout={layout} />}
          </svg>
        )}
      </div>
      {window && <WindowNote window={window} xLabel={xLabel} onWhole={() => change({ window: null })} />}
      {children && <div class="chart-note">{children}</div>}
    </figure>
  );
}

/** What has been dragged over so far. */
function Selection(
  { at: [from, to], layout: { area } }: {
    readonly at: readonly [number, number];
    readonly layout: ReturnType<typeof layoutChart>;
  },
) {
  return (
    <rect
      class="selection"
      x={Math.min(from, to)}
      width={Math.abs(to - from)}
      y={area.top}
      height={area.bottom - area.top}
    />
  );
}

/** The lines as they are drawn, in the order of all, those that are hidden too: a legend names them. */
function legendLines(
  lines: readonly ChartLine[],
  drawn: readonly ChartLine[],
  hidden: readonly string[],
): readonly ChartLine[] {
  const left = drawn.filter(({ isFaint }) => !isFaint);
  return lines.filter(({ isFaint }) => !isFaint)
    .flatMap((line) => hidden.includes(line.name ?? line.label) ? [line] : left.shift() ?? []);
}

function nothingWords({ window, hidden }: ChartView): string {
  if (window !== null) return "Nothing is drawn in this part.";
  return hidden.length > 0 ? "All lines are hidden." : "No epoch has a number.";
}

function hasFewLabels(lines: readonly ChartLine[]): boolean {
  const strong = lines.filter(({ isFaint }) => !isFaint);
  return strong.length <= MOST_LABELS && strong.every(({ label }) => label.length <= LONGEST_LABEL);
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
