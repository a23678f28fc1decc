/** What is compared, and how it is looked at: all of it lies in the address, so that it can be sent as a link. */
import { type ChartWindow, MOST_SMOOTHING } from "../chart/chart_view.ts";

/** What curves are drawn over. */
export const AXES = ["epoch", "step", "time"] as const;
export type XAxis = typeof AXES[number];

/** What the address holds. */
export interface Choice {
  readonly runs: readonly string[];
  /** Keys of the curves that are drawn, a chart each; none for the first that there is. */
  readonly curves: readonly string[];
  /** Setting by which runs are grouped; null for each run by itself, `*` for all settings but the seed. */
  readonly by: string | null;
  readonly over: XAxis;
  readonly x: "linear" | "log";
  readonly y: "linear" | "log";
  /** 0 for none. */
  readonly smoothing: number;
  /** Part of the x axis, in its units; null for all. */
  readonly window: ChartWindow | null;
  /** Runs whose lines are hidden, or groups by their labels. */
  readonly hidden: readonly string[];
  /** Name of the confusion matrices that are shown; null for those that say most. */
  readonly matrix: string | null;
  /** Name of the figures that are shown; null for the first that there is. */
  readonly figure: string | null;
  /** Column of the table, with a minus before it to turn the order round. */
  readonly sort: string | null;
  /** Runs that hold these words alone: in the table, on the charts, and below. */
  readonly filter: string;
}

/** More make neither a readable chart nor a short address. */
export const MAX_COMPARED = 40;
/** More charts than this make no page. */
const MAX_CURVES = 12;
/** Groups by everything but the seed. */
export const ALL_SETTINGS = "*";

/** Reads a choice from an address; what is nonsense is left out. */
export function choiceOf(search: URLSearchParams): Choice {
  const scale = (name: string) => search.get(name) === "log" ? "log" as const : "linear" as const;
  const several = (name: string, most: number) =>
    [...new Set(search.getAll(name))].filter((one) => one !== "").slice(0, most);
  const number = (name: string) => search.has(name) ? Number(search.get(name) || NaN) : NaN;
  const [from, to] = [number("from"), number("to")], smoothing = number("smoothing");
  return {
    runs: several("run", MAX_COMPARED),
    curves: several("curve", MAX_CURVES),
    by: search.get("by"),
    over: AXES.find((one) => one === search.get("over")) ?? "epoch",
    x: scale("x"),
    y: scale("y"),
    smoothing: smoothing > 0 ? Math.min(smoothing, MOST_SMOOTHING) : 0,
    window: Number.isFinite(from) && Number.isFinite(to) && from < to ? [from, to] : null,
    hidden: several("hide", MAX_COMPARED),
    matrix: search.get("matrix"),
    figure: search.get("figure"),
    sort: search.get("sort"),
    filter: search.get("filter") ?? "",
  };
}

/** The part of an address after `?` that holds a choice; what is as by default is left out. */
export function searchOf(choice: Choice): string {
  const { runs, curves, by, over, x, y, smoothing, window, hidden, matrix, figure, sort, filter } = choice;
  const search = new URLSearchParams([
    ...runs.map((id) => ["run", id]),
    ...curves.map((key) => ["curve", key]),
    ...hidden.map((name) => ["hide", name]),
  ]);
  for (const [name, value] of Object.entries({ by, sort, matrix, figure })) {
    if (value !== null) search.set(name, value);
  }
  if (over !== "epoch") search.set("over", over);
  if (x === "log") search.set("x", x);
  if (y === "log") search.set("y", y);
  if (smoothing > 0) search.set("smoothing", String(smoothing));
  if (window !== null) {
    search.set("from", String(window[0]));
    search.set("to", String(window[1]));
  }
  if (filter !== "") search.set("filter", filter);
  return search.toString();
}
