/** Domains, ticks and numbers of axes: round steps, whole numbers for whole things, plain numbers on log axes. */

export type ScaleType = "linear" | "log";

/** An axis before it is drawn. */
export interface Axis {
  readonly type: ScaleType;
  readonly domain: readonly [number, number];
  readonly ticks: readonly number[];
  readonly format: (value: number) => string;
}

const SUPERSCRIPT = "⁰¹²³⁴⁵⁶⁷⁸⁹";

function superscript(exponent: number): string {
  return String(exponent).replaceAll("-", "⁻").replaceAll(/\d/g, (digit) => SUPERSCRIPT[Number(digit)]!);
}

function asPower(value: number): string {
  const [mantissa, exponent] = value.toExponential().split("e") as [string, string];
  const power = `10${superscript(Number(exponent))}`;
  const digits = String(Number(Number(mantissa).toPrecision(4)));
  return digits === "1" ? power : `${digits}×${power}`;
}

/** A number with so many decimals, commas between thousands, and a true minus sign. */
export function formatFixed(value: number, decimals: number): string {
  const text = value.toFixed(Math.min(Math.max(decimals, 0), 20));
  const [whole, fraction] = text.replace("-", "").split(".") as [string, string | undefined];
  const grouped = whole.replaceAll(/\B(?=(\d{3})+$)/g, ",");
  const isZero = Number(text) === 0;
  return `${value < 0 && !isZero ? "−" : ""}${grouped}${fraction === undefined ? "" : `.${fraction}`}`;
}

/** A count: `11,385`. */
export function formatCount(value: number): string {
  return Number.isInteger(value) ? formatFixed(value, 0) : String(value);
}

/** A number as people write it (0.001, 10,000), or as a power of ten beyond a millionth or ten million. */
export function formatPlain(value: number): string {
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-6 || size >= 1e7)) return asPower(value).replace("-", "−");
  const decimals = (String(Number(value.toPrecision(12))).split(".")[1] ?? "").length;
  return formatFixed(value, decimals);
}

/** As few decimals as show all `values` exactly, but no more than give the largest of them four digits. */
export function decimalsFor(values: readonly number[]): number {
  const finite = values.filter(Number.isFinite);
  const largest = finite.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  // 1 counts as a number below one, for accuracies.
  const most = Math.min(Math.max(Math.ceil(3 - Math.log10(largest || 1) + 1e-9), 0), 8);
  const exact = (decimals: number) =>
    finite.every((value) => Math.abs(value - Number(value.toFixed(decimals))) < 1e-9 * largest);
  let decimals = 0;
  while (decimals < most && !exact(decimals)) decimals++;
  return decimals;
}

/** The round step (1, 2 or 5 times a power of ten) that gives about `count` ticks. */
function roundStep(span: number, count: number): number {
  const raw = span / count, power = 10 ** Math.floor(Math.log10(raw)), part = raw / power;
  return (part < 1.5 ? 1 : part < 3.5 ? 2 : part < 7.5 ? 5 : 10) * power;
}

/** Multiples of `step`, free of the dust that repeated addition leaves. */
function multiples(step: number, from: number, to: number): number[] {
  const first = Math.ceil(from / step - 1e-9), last = Math.floor(to / step + 1e-9);
  const ticks = Array.from({ length: Math.max(0, last - first + 1) }, (_, i) => (first + i) * step);
  return ticks.map((tick) => Number(tick.toPrecision(12)));
}

interface AxisOptions {
  readonly type?: ScaleType;
  /** Fixed by the caller; otherwise it follows the values. */
  readonly domain?: readonly [number, number];
  /** Ticks wished for. */
  readonly count: number;
  /** Whether the ends move outwards to round numbers. */
  readonly round?: boolean;
  /** A linear axis is at least so long: values that hardly differ are not to look as if they did. */
  readonly minSpan?: number;
}

/** The axis that shows `values`; those that are not finite, or not positive on a log axis, do not count. */
export function axisFor(values: Iterable<number>, options: AxisOptions): Axis {
  const log = options.type === "log";
  let low = Infinity, high = -Infinity, whole = !options.round && !options.domain;
  for (const value of values) {
    if (!Number.isFinite(value) || (log && value <= 0)) continue;
    low = Math.min(low, value);
    high = Math.max(high, value);
    whole &&= Number.isInteger(value);
  }
  if (options.domain) [low, high] = options.domain;
  else if (low > high) [low, high] = log ? [0.1, 1] : [0, 1];
  return log ? logAxis(low, high, whole, options) : linearAxis(low, high, whole, options);
}

/** `axisFor` with no more ticks than have room for their numbers, of `widthOf` pixels each, along `room` pixels. */
export function axisAlong(
  values: readonly number[],
  options: AxisOptions,
  { room, widthOf }: { readonly room: number; readonly widthOf: (text: string) => number },
): Axis {
  let axis = axisFor(values, options);
  for (let count = options.count - 1; count > 0 && isCrowded(axis, room, widthOf); count--) {
    axis = axisFor(values, { ...options, count });
  }
  return axis;
}

/** Pixels between the numbers of two ticks. */
const TICK_GAP = 6;

function isCrowded(axis: Axis, room: number, widthOf: (text: string) => number): boolean {
  return axis.ticks.some((tick, i) => {
    if (i === 0) return false;
    const before = axis.ticks[i - 1]!, apart = project(axis, tick, 0, room) - project(axis, before, 0, room);
    const widths = widthOf(axis.format(tick)) + widthOf(axis.format(before));
    return apart < widths / 2 + TICK_GAP;
  });
}

function linearAxis(
  low: number,
  high: number,
  whole: boolean,
  { count, round, domain, minSpan = 0 }: AxisOptions,
): Axis {
  if (high - low < minSpan && !domain) {
    const middle = (low + high) / 2;
    [low, high] = [middle - minSpan / 2, middle + minSpan / 2];
  }
  if (low === high && !domain) {
    const room = whole ? 0.5 : Math.abs(low) * 0.05 || 1;
    [low, high] = [low - room, high + room];
  }
  let step = roundStep(high - low, count);
  if (whole) step = Math.max(1, Math.round(step));
  if (round && !domain) {
    low = Math.floor(low / step + 1e-9) * step;
    high = Math.ceil(high / step - 1e-9) * step;
  }
  const ticks = multiples(step, low, high);
  // The first epoch deserves its number, if there is room between it and the first round one.
  if (whole && Number.isInteger(low) && !ticks.includes(low) && (ticks[0] ?? high) - low > 0.6 * step) {
    ticks.unshift(low);
  }
  const decimals = Math.max(0, -Math.floor(Math.log10(step) + 1e-9));
  const extreme = decimals > 6 || Math.max(Math.abs(low), Math.abs(high)) >= 1e7;
  return {
    type: "linear",
    domain: [low, high],
    ticks,
    format: extreme ? formatPlain : (value) => formatFixed(value, decimals),
  };
}

/** Ticks of a log axis: powers of ten if there are three or more, else 1-2-5 steps, else all digits. */
function logTicks(low: number, high: number, count: number): number[] {
  const first = Math.floor(Math.log10(low) + 1e-9), last = Math.ceil(Math.log10(high) - 1e-9);
  const inside = (digits: readonly number[]) => {
    const ticks: number[] = [];
    for (let power = first; power <= last; power++) {
      for (const digit of digits) ticks.push(Number(`${digit}e${power}`));
    }
    return ticks.filter((tick) => tick >= low * (1 - 1e-9) && tick <= high * (1 + 1e-9));
  };
  const powers = inside([1]);
  if (powers.length >= 3) {
    const stride = Math.ceil(powers.length / (count + 2));
    return powers.filter((_, i) => i % stride === 0);
  }
  const few = inside([1, 2, 5]);
  if (few.length >= 3) return few;
  const all = inside([1, 2, 3, 4, 5, 6, 7, 8, 9]);
  return all.length >= 3 ? all : multiples(roundStep(high - low, count), low, high);
}

function logAxis(low: number, high: number, whole: boolean, { count, round, domain }: AxisOptions): Axis {
  if (low === high && !domain) [low, high] = [low / 3, high * 3];
  if (round && !domain) {
    // Outwards to the next 1, 2 or 5 times a power of ten.
    const outwards = (value: number, up: boolean) => {
      const power = Math.floor(Math.log10(value) + 1e-12);
      const choices = [1, 2, 5, 10].map((digit) => Number(`${digit}e${power}`));
      return up
        ? choices.find((choice) => choice >= value * (1 - 1e-9))!
        : choices.findLast((choice) => choice <= value * (1 + 1e-9))!;
    };
    [low, high] = [outwards(low, false), outwards(high, true)];
  }
  // Counts, such as epochs, have no ticks between whole numbers.
  const ticks = logTicks(low, high, count).filter((tick) => !whole || Number.isInteger(tick));
  return { type: "log", domain: [low, high], ticks, format: formatPlain };
}

/** Where `value` falls between `from` and `to`, as Observable Plot places it. */
export function project(axis: Axis, value: number, from: number, to: number): number {
  const [low, high] = axis.domain;
  const share = axis.type === "log"
    ? Math.log(value / low) / Math.log(high / low)
    : (value - low) / (high - low);
  return from + share * (to - from);
}
