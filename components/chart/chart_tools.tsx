/** What a reader does charts with: scales, zoom, smoothing, files. */
import type { ScaleType } from "../../src/plot/axes.ts";
import { formatPlace } from "../format.ts";
import { type ChartWindow, MOST_SMOOTHING } from "./chart_view.ts";
import { SAVE_FORMATS, type SaveFormat } from "./save_chart.ts";

/** One of several, as words beside each other. */
export function Switch<T extends string>(
  { label, name, of, value, onChange }: {
    /** For who cannot see where it stands. */
    readonly label: string;
    readonly name: string;
    readonly of: readonly T[];
    readonly value: T;
    onChange(value: T): void;
  },
) {
  return (
    <span class="switch" role="group" aria-label={label}>
      <span class="switch-name">{name}</span>
      {of.map((one) => (
        <button
          key={one}
          type="button"
          aria-pressed={one === value}
          onClick={() => onChange(one)}
        >
          {one}
        </button>
      ))}
    </span>
  );
}

const SCALES = ["linear", "log"] as const;

export function ScaleSwitch(
  { axis, scale, onChange }: {
    readonly axis: "x" | "y";
    readonly scale: ScaleType;
    onChange(axis: "x" | "y", scale: ScaleType): void;
  },
) {
  return (
    <Switch
      label={`Scale of the ${axis} axis`}
      name={axis}
      of={SCALES}
      value={scale}
      onChange={(one) => onChange(axis, one)}
    />
  );
}

/** How much lines are smoothed, for all charts of a page. */
export function Smoothing({ value, onChange }: { readonly value: number; onChange(value: number): void }) {
  return (
    <label class="smoothing">
      Smoothing{" "}
      <input
        type="range"
        min={0}
        max={MOST_SMOOTHING}
        step={0.01}
        value={value}
        onInput={(event) => onChange(Number(event.currentTarget.value))}
      />{" "}
      <output>{value === 0 ? "none" : value}</output>
    </label>
  );
}

/** Buttons for those who neither drag nor have keys. */
export function ZoomButtons(
  { title, onZoom }: { readonly title: string; onZoom(factor: number): void },
) {
  return (
    <span class="switch" role="group" aria-label={`Zoom of ${title}`}>
      <span class="switch-name">zoom</span>
      <button type="button" aria-label="Zoom in" onClick={() => onZoom(0.5)}>+</button>
      <button type="button" aria-label="Zoom out" onClick={() => onZoom(2)}>−</button>
    </span>
  );
}

/** Which part is seen, and the way back. */
export function WindowNote(
  { window: [from, to], xLabel, onWhole }: {
    readonly window: ChartWindow;
    readonly xLabel: string;
    onWhole(): void;
  },
) {
  return (
    <p class="window-note">
      {`${xLabel.toLowerCase()} ${formatPlace(from)} to ${formatPlace(to)} `}
      <button type="button" class="quiet-button" onClick={onWhole}>show all</button>
    </p>
  );
}

export function SaveButtons(
  { title, onSave }: { readonly title: string; onSave(format: SaveFormat): void },
) {
  return (
    <span class="switch" role="group" aria-label={`Save ${title}`}>
      <span class="switch-name">save</span>
      {SAVE_FORMATS.map((format) => (
        <button key={format} type="button" onClick={() => onSave(format)}>{format.toUpperCase()}</button>
      ))}
    </span>
  );
}
