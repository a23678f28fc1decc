/** Where bars stand, how high their axis goes and which way their numbers run. */
import { type Axis, axisFor } from "./axes.ts";
import { textWidth, widest } from "./text.ts";
import { roleOfLabel, SIZE, type Tone, toneOf } from "./theme.ts";

/** One bar. `low` and `high` are the ends of its whisker. A value that is NaN is a missing bar. */
export interface BarValue {
  /** What it is of; `Train`, `Validation` and `Test` have the colours that these have everywhere. */
  readonly label: string;
  /** How high it is. */
  readonly value: number;
  /** Lower end of its whisker. */
  readonly low?: number;
  /** Upper end of its whisker. */
  readonly high?: number;
}

/** Bars that stand together. */
export interface BarGroup {
  /** Below them. */
  readonly label: string;
  /** From left to right. */
  readonly values: readonly BarValue[];
}

/** A bar with its colour, its printed value and its left and right edge in units of the figure. */
export interface Bar extends BarValue {
  readonly tone: Tone;
  readonly text: string;
  readonly x1: number;
  readonly x2: number;
}

/** From a bar or its whisker to its number. */
export const VALUE_GAP = 5;
const MAX_BAR = 46;

/** Colours by label: its role's if it names one, else the next that is free. */
function tonesOf(groups: readonly BarGroup[]): Map<string, Tone> {
  let others = 0;
  const labels = new Set(groups.flatMap(({ values }) => values.map(({ label }) => label)));
  return new Map(Array.from(labels, (label) => {
    const role = roleOfLabel(label);
    return [label, toneOf(role, role ? 0 : others++)];
  }));
}

/** From the left edge of one bar to that of the next. The bars of one single group stand apart. */
export function barStep(groups: readonly BarGroup[], room: number): number {
  const most = Math.max(...groups.map(({ values }) => values.length));
  if (groups.length === 1) return Math.min(room / most, MAX_BAR * 1.9);
  return Math.min((room / groups.length) * 0.8 / most, MAX_BAR);
}

/** Places the groups side by side between `left` and `right`, each group's bars about its middle. */
export function layBars(
  groups: readonly BarGroup[],
  { left, right, format }: { left: number; right: number; format: (value: number) => string },
): Bar[] {
  const tones = tonesOf(groups), slot = (right - left) / groups.length, step = barStep(groups, right - left);
  const barWidth = groups.length === 1 ? Math.min(step * 0.62, MAX_BAR) : Math.max(step - 1.5, step * 0.85);
  return groups.flatMap(({ values }, g) => {
    const start = left + (g + 0.5) * slot - (values.length * step) / 2 + (step - barWidth) / 2;
    return values.map((bar, i) => ({
      ...bar,
      tone: tones.get(bar.label)!,
      text: Number.isFinite(bar.value) ? format(bar.value) : "–",
      x1: start + i * step,
      x2: start + i * step + barWidth,
    }));
  });
}

/** Whether the numbers must stand upright because a bar is too narrow for them. */
export function areTurned(bars: readonly Bar[]): boolean {
  const pitches = bars.slice(1).map(({ x1 }, i) => x1 - bars[i]!.x1);
  const room = Math.min(...pitches, SIZE.width);
  return bars.some(({ text }) => textWidth(text, SIZE.small) > room + 1);
}

/** The lowest and the highest that a bar and its whisker go. */
export function reach({ value, low = value, high = value }: BarValue): readonly [number, number] {
  const ends = [value, low, high].filter(Number.isFinite);
  return [Math.min(0, ...ends), Math.max(0, ...ends)];
}

/** The axis of the values: from zero, and on beyond the last bar until its number has room. */
export function valueAxis(bars: readonly Bar[], turned: boolean): Axis {
  const reaches = bars.map(reach);
  const low = Math.min(...reaches.map(([lowest]) => lowest)),
    high = Math.max(...reaches.map(([, highest]) => highest));
  const size = turned ? widest(bars.map(({ text }) => text), SIZE.small) : SIZE.small;
  const share = (size + VALUE_GAP + 3) / SIZE.plotHeight, sides = low < 0 && high > 0 ? 2 : 1;
  const extra = ((high - low || 1) * share) / (1 - sides * share);
  const domain = [low < 0 ? low - extra : 0, high > 0 || low === 0 ? high + extra : 0] as const;
  return axisFor([], { domain, count: 4 });
}
