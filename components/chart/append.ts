/** New lines of a run joined to the curves that a page already has. */
import { FEW_POINTS, thinPositions } from "./thin_curve.ts";
import type { Appended, Curve, Stage } from "../types.ts";

/** Curves grow to this many points before they are thinned again. */
const MANY_POINTS = 4 * FEW_POINTS;

/** The stages with what was appended. */
export function appendLines(stages: readonly Stage[], appended: readonly Appended[]): readonly Stage[] {
  const out = [...stages];
  for (const { stage: name, x, columns, ...head } of appended) {
    const at = out.findLastIndex((stage) => stage.name === name);
    const before = at < 0 ? [] : out[at]!.curves;
    const stage = { ...head, name, curves: joinCurves(before, x, columns) };
    if (at < 0) out.push(stage);
    else out[at] = stage;
  }
  return out;
}

function joinCurves(
  curves: readonly Curve[],
  x: readonly number[],
  columns: Appended["columns"],
): readonly Curve[] {
  const fresh = Object.keys(columns).filter((key) => !curves.some((curve) => curve.key === key));
  return [...curves, ...fresh.map((key): Curve => ({ key, x: [], y: [] }))].map((curve) => {
    const last = curve.x.at(-1) ?? -Infinity, from = x.findIndex((epoch) => epoch > last);
    // After a pause, lines may come twice.
    if (from < 0) return curve;
    const values = columns[curve.key] ?? x.map(() => null);
    return thinned({
      key: curve.key,
      x: [...curve.x, ...x.slice(from)],
      y: [...curve.y, ...values.slice(from)],
    });
  });
}

function thinned(curve: Curve): Curve {
  if (curve.x.length <= MANY_POINTS) return curve;
  const kept = thinPositions(curve.x, curve.y);
  return { key: curve.key, x: kept.map((i) => curve.x[i]!), y: kept.map((i) => curve.y[i]!) };
}
