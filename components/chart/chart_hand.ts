/** What pointer and keys do to a chart: point at values, and look into a part of the x axis. */
import type { Signal } from "@preact/signals";
import { project } from "../../src/plot/axes.ts";
import { type ChartLayout, type ChartLine, nearest, valueAt } from "./chart_layout.ts";
import { type ChartWindow, windowOf } from "./chart_view.ts";

/** A shorter drag is a click. */
const LEAST_DRAG = 6;

export interface ChartHandOptions {
  readonly layout: ChartLayout;
  /** As they are drawn. */
  readonly lines: readonly ChartLine[];
  /** Of the whole x axis. */
  readonly extent: ChartWindow;
  /** Of the chart, in its own units. */
  readonly width: number;
  /** Where the reader points, on the x axis. */
  readonly focus: Signal<number | undefined>;
  /** Between which places of the chart the reader drags. */
  readonly dragged: Signal<ChartWindow | null>;
  onWindow(window: ChartWindow | null): void;
}

/** Handlers of a chart, as it is laid out now. */
export function chartHand({ layout, lines, extent, width, focus, dragged, onWindow }: ChartHandOptions) {
  const { area: { left, right }, xAxis } = layout;
  const longest = lines.reduce<readonly number[]>((most, { x }) => x.length > most.length ? x : most, []);
  const placeOf = (event: PointerEvent) => {
    const box = (event.currentTarget as Element).getBoundingClientRect();
    return Math.min(Math.max((event.clientX - box.left) * width / box.width, left), right);
  };
  const show = (from: number, to: number) => onWindow(windowOf(from, to, extent));

  /** Halves or doubles what is seen, around where the reader points, else around its middle. */
  const zoom = (factor: number) => {
    const share = focus.value === undefined ? 0.5 : project(xAxis, focus.value, 0, 1);
    show(
      valueAt(xAxis, share - share * factor, 0, 1),
      valueAt(xAxis, share + (1 - share) * factor, 0, 1),
    );
  };

  /** Moves the window by a quarter of it, as far as there is something; tells whether it moved. */
  const pan = (direction: number): boolean => {
    const [from, to] = [valueAt(xAxis, direction / 4, 0, 1), valueAt(xAxis, 1 + direction / 4, 0, 1)];
    const moves = from >= extent[0] && to <= extent[1];
    if (moves) show(from, to);
    return moves;
  };

  return {
    zoom,
    onKeyDown(event: KeyboardEvent) {
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      const at = focus.value === undefined ? longest.length - 1 : nearest(longest, focus.value);
      const step = event.shiftKey ? Math.max(10, Math.round(longest.length / 20)) : 1;
      const to = { ArrowLeft: at - step, ArrowRight: at + step, Home: 0, End: longest.length - 1 }[event.key];
      switch (event.key) {
        case "Escape":
          focus.value = undefined;
          dragged.value = null;
          return;
        case "+":
        case "=":
          return zoom(0.5);
        case "-":
          return zoom(2);
        case "0":
          return onWindow(null);
      }
      if (to === undefined || longest.length === 0) return;
      event.preventDefault();
      // Beyond an edge of what is seen there may be more.
      if (to < 0 && pan(-1)) return;
      if (to >= longest.length && pan(1)) return;
      focus.value = longest[Math.min(Math.max(to, 0), longest.length - 1)];
    },
    /** A drag selects a part of the axis, and none of its words. */
    onMouseDown(event: MouseEvent) {
      event.preventDefault();
    },
    onPointerDown(event: PointerEvent) {
      // A finger reads, and scrolls the page.
      if (event.pointerType === "touch" || event.button !== 0) return;
      (event.currentTarget as Element).setPointerCapture(event.pointerId);
      const at = placeOf(event);
      dragged.value = [at, at];
    },
    onPointerMove(event: PointerEvent) {
      const at = placeOf(event), value = valueAt(xAxis, at, left, right);
      if (dragged.value !== null) dragged.value = [dragged.value[0], at];
      focus.value = longest[nearest(longest, value)];
    },
    onPointerUp() {
      if (dragged.value === null) return;
      const [from, to] = dragged.value.toSorted((a, b) => a - b) as [number, number];
      dragged.value = null;
      if (to - from >= LEAST_DRAG) show(valueAt(xAxis, from, left, right), valueAt(xAxis, to, left, right));
    },
    onPointerLeave() {
      focus.value = undefined;
    },
  };
}
