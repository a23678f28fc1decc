/** The charts of a comparison: one for each curve, all looked at together. */
import { useSignal } from "@preact/signals";
import { ACCURACY_SPAN, type ChartLine } from "../chart/chart_layout.ts";
import { LineChart } from "../chart/line_chart.tsx";
import { capital, curveName } from "../format.ts";
import { countOf } from "../run/run_words.ts";
import { AXIS_LABELS, curveOver } from "./axis.ts";
import { drawnRuns } from "./checked_choice.ts";
import type { Choice, XAxis } from "./choice.ts";
import { type Compared, type Group, meanCurve } from "./grouping.ts";

const TONES = 7;

/** Colours in turn, then the same with dashes. */
export function look(i: number): { readonly tone: string; readonly dash: number } {
  return { tone: String(i % TONES), dash: Math.floor(i / TONES) % 4 };
}

/** A run with its label and its place among all that are compared, which its colour follows from. */
export interface LabelledRun extends Compared {
  readonly label: string;
  readonly place: number;
}

/** The same of a group. */
export interface LabelledGroup extends Group {
  readonly place: number;
}

export interface CompareChartsProps {
  /** Keys of the curves. */
  readonly keys: readonly string[];
  readonly choice: Choice;
  readonly runs: readonly LabelledRun[];
  /** Where lines are of groups. */
  readonly groups: readonly LabelledGroup[] | undefined;
  onChange(part: Partial<Choice>): void;
}

export function CompareCharts({ keys, choice, runs, groups, onChange }: CompareChartsProps) {
  const focus = useSignal<number | undefined>(undefined), { over, x, y, window, smoothing, hidden } = choice;
  return (
    <div class={`charts panels${keys.length === 1 ? " single" : ""}`}>
      {keys.map((key) => {
        const lines = groups === undefined ? runLines(runs, key, over) : groupLines(groups, key, over);
        const { drawn, others } = drawnRuns(runs, key), name = curveName(key);
        return lines.length === 0
          ? <p key={key} class="quiet">None of these runs has a curve {name}.</p>
          : (
            <LineChart
              key={`${key} ${x} ${y}`}
              title={capital(name)}
              yLabel={groups === undefined
                ? drawn.length === runs.length
                  ? countOf(runs.length, "run")
                  : `${drawn.length} of ${countOf(runs.length, "run")}`
                : "mean; shaded from lowest to highest; thin lines are single runs"}
              xLabel={AXIS_LABELS[over]}
              lines={lines}
              height={keys.length === 1 ? 340 : 240}
              xScale={x}
              yScale={y}
              {...(/accuracy$/i.test(key) && { yMinSpan: ACCURACY_SPAN })}
              saveAs={`compare ${name}`}
              view={{ window, smoothing, hidden }}
              onView={onChange}
              focus={focus}
            >
              {others !== "" && <bdi>{others}</bdi>}
            </LineChart>
          );
      })}
    </div>
  );
}

function runLines(runs: readonly LabelledRun[], key: string, over: XAxis): readonly ChartLine[] {
  return runs.flatMap(({ row, label, place, curves }) => {
    const curve = curveOver(curves, key, over);
    return curve === undefined ? [] : [{ name: row.id, label, ...look(place), x: curve.x, y: curve.y }];
  });
}

function groupLines(groups: readonly LabelledGroup[], key: string, over: XAxis): readonly ChartLine[] {
  return groups.flatMap(({ label, runs, place }): ChartLine[] => {
    const curves = runs.flatMap(({ curves }) => curveOver(curves, key, over) ?? []);
    if (curves.length === 0) return [];
    const { x, mean, low, high } = meanCurve(curves), one = { label, ...look(place) };
    return [
      ...curves.map((curve) => ({ ...one, x: curve.x, y: curve.y, isFaint: true })),
      { ...one, x, y: mean, ...(curves.length > 1 && { band: { low, high } }) },
    ];
  });
}
