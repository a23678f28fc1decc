/** What a line chart is drawn of. */
import { project } from "../../src/plot/axes.ts";
import type { ChartLayout, ChartLine, DrawnLine, Waiting } from "./chart_layout.ts";
import { formatCount, formatPlace, formatValue } from "../format.ts";
import { nameOf } from "./chart_view.ts";
import { lastOf, readingAt } from "./reading.ts";

/** The values at `x`, or where each line ends, in the colours of the lines: also the legend, which hides and shows them. */
export function Readout(
  { lines, xLabel, x, decimals, hidden = [], onHidden }: {
    readonly lines: readonly ChartLine[];
    readonly xLabel: string;
    readonly x: number | undefined;
    readonly decimals: number | undefined;
    /** Names of lines that are not drawn. */
    readonly hidden?: readonly string[];
    onHidden?(names: readonly string[]): void;
  },
) {
  const named = lines.filter(({ isFaint }) => !isFaint), names = named.map(nameOf);
  const isHidden = (line: ChartLine) => hidden.includes(nameOf(line));
  const { last, differ } = lastOf(named.filter((line) => !isHidden(line)));
  const toggle = (name: string, isAlone: boolean) => {
    const isOnly = names.every((one) => hidden.includes(one) !== (one === name));
    const others = names.filter((one) => one !== name);
    onHidden?.(
      isAlone
        ? isOnly ? hidden.filter((one) => !names.includes(one)) : [
          ...hidden.filter((one) => !names.includes(one)),
          ...others,
        ]
        : hidden.includes(name)
        ? hidden.filter((one) => one !== name)
        : [...hidden, name],
    );
  };
  return (
    <p class="readout" aria-live={x === undefined ? "off" : "polite"}>
      <span class="readout-x">
        {x === undefined && differ ? "where each ends" : `${xLabel.toLowerCase()} ${formatPlace(x ?? last)}`}
      </span>
      {named.map((line, i) => (
        <button
          key={i}
          type="button"
          class={`readout-value tone-${line.tone}`}
          aria-pressed={!isHidden(line)}
          title="Click to hide or show; with Shift, to see it alone"
          onClick={(event) => toggle(nameOf(line), event.shiftKey)}
        >
          <svg class="swatch" viewBox="0 0 16 8" aria-hidden="true">
            <path class={`line dash-${line.dash ?? 0}`} d="M0,4H16" />
          </svg>
          <bdi>{line.label}</bdi>
          {!isHidden(line) && <Value line={line} x={x} last={last} decimals={decimals} />}
        </button>
      ))}
    </p>
  );
}

function Value(
  { line, x, last, decimals }: {
    readonly line: ChartLine;
    readonly x: number | undefined;
    readonly last: number;
    readonly decimals: number | undefined;
  },
) {
  const { value, end, isBetween } = readingAt(line, x, last);
  const text = decimals === undefined ? formatValue(value) : value?.toFixed(decimals) ?? "–";
  return (
    <>
      {" "}
      <b>{isBetween && "≈ "}{text}</b>
      {end !== null && <span class="quiet">{` ${endWords(line, x === undefined)} ${formatPlace(end)}`}</span>}
    </>
  );
}

/** A mean ends with the first of its runs. */
function endWords({ band }: ChartLine, isAtEnd: boolean): string {
  return isAtEnd ? "at" : band === undefined ? "ended at" : "its shortest run ended at";
}

export function Axes(
  { layout: { area, xAxis, yAxis, height, strip }, xLabel }: {
    readonly layout: ChartLayout;
    readonly xLabel: string;
  },
) {
  const foot = strip?.bottom ?? area.bottom;
  return (
    <g aria-hidden="true">
      {yAxis.ticks.map((tick) => {
        const y = project(yAxis, tick, area.bottom, area.top);
        return (
          <g key={tick}>
            <line class="grid" x1={area.left} x2={area.right} y1={y} y2={y} />
            <text class="tick end" x={area.left - 8} y={y + 4}>{yAxis.format(tick)}</text>
          </g>
        );
      })}
      <line class="axis" x1={area.left} x2={area.right} y1={area.bottom} y2={area.bottom} />
      {xAxis.ticks.map((tick) => {
        const x = project(xAxis, tick, area.left, area.right);
        return (
          <g key={tick}>
            <line class="axis" x1={x} x2={x} y1={foot} y2={foot + 4} />
            <text class="tick middle" x={x} y={foot + 18}>{xAxis.format(tick)}</text>
          </g>
        );
      })}
      <text class="axis-label end" x={area.right} y={height - 6}>{xLabel}</text>
    </g>
  );
}

export function Marks({ layout: { marks, area } }: { readonly layout: ChartLayout }) {
  return (
    <g aria-hidden="true">
      {marks.map(({ at, label, anchor }) => (
        <g key={label}>
          <line class="rule" x1={at} x2={at} y1={area.top - 6} y2={area.bottom} />
          <text class={`mark ${anchor}`} x={at} y={area.top - 11}>{label}</text>
        </g>
      ))}
    </g>
  );
}

/** The window of patience, what had to be passed in it, and how the epochs without improvement were counted. */
export function WaitingMarks(
  { layout, waiting }: { readonly layout: ChartLayout; readonly waiting: Waiting },
) {
  const { area, strip, waiting: drawn } = layout;
  if (drawn === undefined || strip === undefined) return null;
  const { from, to, targetY, path } = drawn, isShown = Number.isFinite(targetY) && targetY <= area.bottom + 1;
  return (
    <g aria-hidden="true">
      <rect
        class="window"
        x={from}
        width={Math.max(0, to - from)}
        y={area.top}
        height={strip.bottom - area.top}
      />
      {isShown && <line class="target" x1={from} x2={to} y1={targetY} y2={targetY} />}
      <line class="grid" x1={strip.left} x2={strip.right} y1={strip.top} y2={strip.top} />
      <text class="tick end" x={strip.left - 8} y={strip.top + 4}>{formatCount(waiting.patience)}</text>
      <path class="wait" d={path} />
      <line class="axis" x1={strip.left} x2={strip.right} y1={strip.bottom} y2={strip.bottom} />
      <text class="strip-label" x={strip.left} y={strip.top - 7}>{waiting.label}</text>
    </g>
  );
}

export function DrawnLineMarks(
  { drawn: { line, path, dots, end, labelY }, layout: { area, hasLabels } }: {
    readonly drawn: DrawnLine;
    readonly layout: ChartLayout;
  },
) {
  const { tone, label, dash = 0, isFaint = false } = line;
  return (
    <g class={`tone-${tone}`}>
      <path class={`line dash-${dash}${isFaint ? " faint" : ""}`} d={path} />
      {dots.map(({ x, y }) => <circle key={x} class="dot" cx={x} cy={y} r={2.2} />)}
      {hasLabels && !isFaint && end !== undefined && (
        <text class="end-label" x={area.right + 8} y={labelY + 4.5}>{label}</text>
      )}
    </g>
  );
}

export function Crosshair(
  { layout: { area, strip, xAxis, yAxis, lines }, x }: { readonly layout: ChartLayout; readonly x: number },
) {
  const at = project(xAxis, x, area.left, area.right);
  // On another chart of the page it may be pointed at what is not here.
  if (at < area.left - 0.5 || at > area.right + 0.5) return null;
  return (
    <g aria-hidden="true">
      <line class="crosshair" x1={at} x2={at} y1={area.top} y2={strip?.bottom ?? area.bottom} />
      {lines.filter(({ line }) => !line.isFaint).map(({ line }, i) => {
        const y = project(yAxis, readingAt(line, x, x).value ?? NaN, area.bottom, area.top);
        return Number.isFinite(y) && (
          <circle key={i} class={`focus tone-${line.tone}`} cx={at} cy={y} r={3.6} />
        );
      })}
    </g>
  );
}
