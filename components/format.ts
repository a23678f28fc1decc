/** Numbers, durations and times for people. */
import { formatCount, formatPlain } from "../src/plot/axes.ts";

export { formatCount };

/** A measured number with four significant digits, or a dash where there is none. */
export function formatValue(value: number | null | undefined): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return "–";
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-5 || size >= 1e7)) return formatPlain(Number(value.toPrecision(3)));
  return Number.isInteger(value)
    ? formatCount(value)
    : size >= 1000
    ? formatCount(Math.round(value))
    : String(Number(value.toPrecision(4)));
}

/** A place on an axis: an epoch in all its digits, a time in few. */
export function formatPlace(value: number): string {
  return Number.isInteger(value) ? formatCount(value) : formatValue(value);
}

/** An accuracy or another share: four decimals. */
export function formatScore(value: number | null | undefined): string {
  return value === null || value === undefined
    ? "–"
    : Math.abs(value) >= 10
    ? formatValue(value)
    : value.toFixed(4);
}

/**
 * A duration: `0.8 s`, `3 min 20 s`, `2 h 5 min`.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { formatDuration } from "./format.ts";
 * assertEquals([0.82, 75, 7500].map(formatDuration), ["0.82 s", "1 min 15 s", "2 h 5 min"]);
 * ```
 */
export function formatDuration(seconds: number): string {
  if (seconds < 10) return `${Number(seconds.toPrecision(2))} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${whole % 60} s`;
  return `${Math.floor(whole / 3600)} h ${Math.floor(whole % 3600 / 60)} min`;
}

export function formatBytes(bytes: number): string {
  const units = ["B", "kB", "MB", "GB"];
  let value = bytes, unit = 0;
  for (; value >= 1000 && unit < units.length - 1; unit++) value /= 1000;
  return `${unit === 0 || value >= 100 ? Math.round(value) : value.toFixed(1)} ${units[unit]}`;
}

/** A time in UTC, which is the same on every machine: `21 Nov 2026, 20:45`. */
export function formatTime(iso: string | null): string {
  const time = new Date(iso ?? NaN);
  if (Number.isNaN(time.getTime())) return "–";
  const [, month, day, year] = /^\w+, (\d+) (\w+) (\d+)/.exec(time.toUTCString()) ?? [];
  return `${month} ${day} ${year}, ${time.toISOString().slice(11, 16)} UTC`;
}

/** What members of the metrics are drawn as: `valLoss` is `validation`, in its colour. */
export const CURVE_LABELS: Readonly<Record<string, { readonly label: string; readonly tone: string }>> = {
  loss: { label: "train", tone: "train" },
  valLoss: { label: "validation", tone: "validation" },
  testLoss: { label: "test", tone: "test" },
  accuracy: { label: "train", tone: "train" },
  valAccuracy: { label: "validation", tone: "validation" },
  testAccuracy: { label: "test", tone: "test" },
};

/** A curve by itself: `valLoss` → `validation loss`, `layer 1: loss` → `layer 1: train loss`. */
export function curveName(key: string): string {
  const [, stage = "", member = key] = /^(.*: )?(\w+)$/.exec(key) ?? [], known = CURVE_LABELS[member];
  return `${stage}${
    known === undefined ? inWords(member) : `${known.label} ${/loss/i.test(member) ? "loss" : "accuracy"}`
  }`;
}

/** `testAccuracy` → `test accuracy`, `early_stop` → `early stop`. */
export function inWords(name: string): string {
  return name.replaceAll(/[_.]/g, " ").replaceAll(
    /([a-z])([A-Z])/g,
    (_, a: string, b: string) => `${a} ${b.toLowerCase()}`,
  );
}

/** With a capital letter at its start. */
export function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
