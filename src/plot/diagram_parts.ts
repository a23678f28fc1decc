/** What diagrams of networks are made of: columns of units, the weights between two, and brackets over several. */
import { append, type Sheet } from "./dom.ts";
import { textWidth } from "./text.ts";
import { INK, SIZE, STRONG, type Tone } from "./theme.ts";

/** A column where it is drawn: the places of the units that are shown, and of the dots that stand for the others. */
export interface UnitColumn {
  readonly x: number;
  readonly ys: readonly number[];
  /** Where units are left out; null where all are shown. */
  readonly elided: number | null;
  readonly masked: boolean;
}

/** Units of the widest column that are shown, and of the narrowest one at least. */
const MOST = 9, LEAST = 3;
const RADIUS = 6, STEP = 18, MASKED_EACH = 4;

/** The columns, as high beside each other as they are wide, about one middle. */
export function layoutUnits(
  columns: readonly { readonly units: number; readonly masked?: boolean }[],
  { top, at }: { readonly top: number; at(column: number): number },
): { readonly columns: readonly UnitColumn[]; readonly top: number; readonly bottom: number } {
  const most = Math.max(...columns.map(({ units }) => units));
  const shown = columns.map(({ units }) =>
    most <= MOST ? units : Math.min(units, Math.max(LEAST, Math.round(MOST * units / most)))
  );
  const places = columns.map(({ units }, i) => shown[i]! + (units > shown[i]! ? 1 : 0));
  const height = Math.max(...places) * STEP, middle = top + height / 2;
  return {
    top,
    bottom: top + height,
    columns: columns.map(({ units, masked = false }, i) => {
      const isElided = units > shown[i]!, gap = Math.ceil(shown[i]! / 2);
      const yOf = (place: number) => middle + (place - (places[i]! - 1) / 2) * STEP;
      const ys = Array.from({ length: shown[i]! }, (_, k) => yOf(isElided && k >= gap ? k + 1 : k));
      return { x: at(i), ys, elided: isElided ? yOf(gap) : null, masked };
    }),
  };
}

function isMasked({ masked }: UnitColumn, unit: number): boolean {
  return masked && unit % MASKED_EACH === 1;
}

/** The units of a column as rings; struck out where they are masked, three dots where some are left out. */
export function drawUnits({ document, svg }: Sheet, column: UnitColumn): void {
  const { x, ys, elided } = column;
  ys.forEach((y, unit) => {
    const off = isMasked(column, unit);
    append(document, svg, "circle", {
      cx: x,
      cy: y,
      r: RADIUS,
      fill: INK.paper,
      stroke: off ? INK.faint : INK.text,
      "stroke-width": off ? 1 : 1.25,
      "stroke-dasharray": off ? "2 2" : undefined,
    });
    const arm = RADIUS * 0.45;
    if (off) {
      append(document, svg, "path", {
        d: `M${x - arm},${y - arm}l${2 * arm},${2 * arm}m0,${-2 * arm}l${-2 * arm},${2 * arm}`,
        stroke: INK.faint,
        "stroke-width": 1.25,
      });
    }
  });
  if (elided === null) return;
  for (const offset of [-5, 0, 5]) {
    append(document, svg, "circle", { cx: x, cy: elided + offset, r: 1.4, fill: INK.text });
  }
}

/** Lines from every unit to every unit, or to its like alone; masked units give nothing. */
export function drawFan(
  { document, svg }: Sheet,
  [left, right]: readonly [UnitColumn, UnitColumn],
  { each, tone }: { readonly each: boolean; readonly tone: Tone },
): void {
  const from = left.x + RADIUS, to = right.x - RADIUS;
  const lines = left.ys.flatMap((y, unit) => {
    if (isMasked(left, unit)) return [];
    const targets = each ? (isMasked(right, unit) ? [] : right.ys.slice(unit, unit + 1)) : right.ys;
    return targets.map((target) => `M${from},${y.toFixed(2)}L${to},${target.toFixed(2)}`);
  });
  append(document, svg, "path", {
    d: lines.join(""),
    stroke: tone.mark,
    "stroke-width": each ? 1 : 0.5,
    "stroke-opacity": each ? 0.7 : 0.45,
    fill: "none",
  });
}

const CORNER = 5, HEAD = 3.5;

/** A line from `tip` at one end over `y` to `tip` at the other, with heads at both tips and words beyond it. */
export function drawBracket(
  { document, svg }: Sheet,
  { ends: [left, right], y, tip, label, tone }: {
    readonly ends: readonly [number, number];
    readonly y: number;
    readonly tip: number;
    readonly label: string;
    readonly tone: Tone;
  },
): void {
  const down = tip > y ? 1 : -1, end = tip - down * HEAD;
  append(document, svg, "path", {
    d: `M${left},${end}V${y + down * CORNER}Q${left},${y} ${left + CORNER},${y}H${right - CORNER}` +
      `Q${right},${y} ${right},${y + down * CORNER}V${end}`,
    stroke: tone.mark,
    "stroke-width": 1.25,
    fill: "none",
  });
  for (const x of [left, right]) {
    append(document, svg, "path", {
      d: `M${x},${tip}l${-HEAD},${-2 * down * HEAD}h${2 * HEAD}Z`,
      fill: tone.mark,
    });
  }
  const half = textWidth(label, SIZE.small, true) / 2, middle = (left + right) / 2;
  const x = Math.min(Math.max(middle, SIZE.pad + half), SIZE.width - SIZE.pad - half);
  const look = { "font-size": SIZE.small, "font-weight": STRONG, fill: tone.text, "text-anchor": "middle" };
  append(document, svg, "text", { ...look, x, y: down > 0 ? y - 6 : y + 14 }, label);
}
