/** Curves over epochs, over steps of the optimizer, or over the time that training took. */
import type { Curve } from "../types.ts";
import { readingAt } from "../chart/reading.ts";
import type { XAxis } from "./choice.ts";
import type { Compared } from "./grouping.ts";

/** Members of the metrics that tell how far a training was, for each axis but that of epochs. */
const CLOCKS = { step: "step", time: "seconds" } as const;

export const AXIS_LABELS: Readonly<Record<XAxis, string>> = { epoch: "Epoch", step: "Step", time: "Seconds" };

/** Name of a curve's stage with what follows it, or nothing: `layer 1: ` of `layer 1: loss`. */
function stageOf(key: string): string {
  return /^.*: /.exec(key)?.[0] ?? "";
}

/** Whether a curve only tells what an epoch is in steps or seconds. */
export function isClock(key: string): boolean {
  const member = key.slice(stageOf(key).length);
  return Object.values(CLOCKS).some((clock) => clock === member);
}

/** Axes that some of the runs know. */
export function axesOf(runs: readonly Compared[]): readonly XAxis[] {
  const keys = new Set(runs.flatMap(({ curves }) => curves.map(({ key }) => key.slice(stageOf(key).length))));
  return ["epoch", ...(["step", "time"] as const).filter((axis) => keys.has(CLOCKS[axis]))];
}

/**
 * A curve of a run over an axis; `undefined` where the run does not tell how far it was.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { curveOver } from "./axis.ts";
 * const curves = [
 *   { key: "loss", x: [1, 2, 3], y: [3, 2, 1] },
 *   { key: "seconds", x: [1, 3], y: [0.5, 1.5] },
 * ];
 * assertEquals(curveOver(curves, "loss", "time"), { key: "loss", x: [0.5, 1, 1.5], y: [3, 2, 1] });
 * assertEquals(curveOver(curves, "loss", "step"), undefined);
 * ```
 */
export function curveOver(curves: readonly Curve[], key: string, axis: XAxis): Curve | undefined {
  const curve = curves.find((one) => one.key === key);
  if (axis === "epoch" || curve === undefined) return curve;
  const clock = curves.find((one) => one.key === `${stageOf(key)}${CLOCKS[axis]}`);
  if (clock === undefined) return undefined;
  const x: number[] = [], y: (number | null)[] = [];
  for (const [i, epoch] of curve.x.entries()) {
    const at = readingAt(clock, epoch, epoch).value;
    // An axis rises, whatever the file says.
    if (at === null || at <= (x.at(-1) ?? -Infinity)) continue;
    x.push(Number(at.toPrecision(6)));
    y.push(curve.y[i] ?? null);
  }
  return { key, x, y };
}
