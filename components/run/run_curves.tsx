/** The curves of a run, and on them why it stopped. */
import { useSignal } from "@preact/signals";
import { ACCURACY_SPAN, type ChartLine, hasValues, type Waiting } from "../chart/chart_layout.ts";
import { capital, CURVE_LABELS, formatCount, formatValue, inWords } from "../format.ts";
import { LineChart, type LineChartProps } from "../chart/line_chart.tsx";
import { Smoothing } from "../chart/chart_tools.tsx";
import { type ChartView, WHOLE } from "../chart/chart_view.ts";
import { isHigherBetter, monitoredKey, targetOf } from "./run_words.ts";
import { FEW_POINTS } from "../chart/thin_curve.ts";
import type { Stage, StopRule } from "../types.ts";

/** Curves that share a chart. */
const CHARTS = [
  {
    keys: ["loss", "valLoss", "testLoss"],
    title: "Loss",
    yLabel: "mean over the images",
    switches: ["x", "y"],
  },
  {
    keys: ["accuracy", "valAccuracy", "testAccuracy"],
    title: "Accuracy",
    yLabel: "share of the images",
    switches: ["x"],
    decimals: 4,
    yMinSpan: ACCURACY_SPAN,
  },
] as const;
/** From here on the first epochs would be a dot at the left. */
const LONG = 2000;

/** The charts of one stage; what has no place in a common chart gets its own. */
export function StageCurves(
  { id, stage, rule }: { readonly id: string; readonly stage: Stage; readonly rule: StopRule | null },
) {
  const view = useSignal<ChartView>(WHOLE), focus = useSignal<number | undefined>(undefined);
  const change = (part: Partial<ChartView>) => view.value = { ...view.peek(), ...part };
  const common: readonly string[] = CHARTS.flatMap(({ keys }) => keys);
  const others = stage.curves.map(({ key }) => key).filter((key) =>
    key !== "wait" && !common.includes(key) && hasValues(linesOf(stage, [key]))
  );
  const charts = [
    ...CHARTS,
    ...others.map((key) => ({
      keys: [key],
      title: capital(inWords(key)),
      yLabel: inWords(key),
      switches: ["x", "y"] as const,
    })),
  ];
  if (stage.curves.length === 0) return null;
  return (
    <>
      <div class="chart-tools needs-script">
        <Smoothing value={view.value.smoothing} onChange={(smoothing) => change({ smoothing })} />
      </div>
      <div class="charts">
        {charts.map(({ keys, ...chart }) => {
          const lines = linesOf(stage, keys);
          const stopping = stoppingOf(stage, rule, keys);
          return lines.length > 0 && (
            <LineChart
              key={chart.title}
              {...chart}
              {...stopping}
              lines={lines}
              xLabel="Epoch"
              xScale={stage.epochs > LONG ? "log" : "linear"}
              saveAs={[id, stage.name, chart.title.toLowerCase()].filter((word) => word !== null).join(" ")}
              view={view.value}
              onView={change}
              focus={focus}
            >
              {noteOf(stage, lines)}
            </LineChart>
          );
        })}
      </div>
    </>
  );
}

function linesOf({ curves }: Stage, keys: readonly string[]): readonly ChartLine[] {
  return keys.flatMap((key, i) => {
    const curve = curves.find((one) => one.key === key);
    if (curve === undefined) return [];
    const { label, tone } = CURVE_LABELS[key] ?? { label: inWords(key), tone: String(i) };
    return [{ label, tone, x: curve.x, y: curve.y }];
  });
}

/** The rule at the best epoch on every chart; what was waited for on the chart of what was watched. */
function stoppingOf(
  stage: Stage,
  rule: StopRule | null,
  keys: readonly string[],
): Pick<LineChartProps, "marks" | "waiting"> {
  const bestEpoch = stage.stopping?.bestEpoch ?? null, { monitor = null, patience = null } = rule ?? {};
  if (bestEpoch === null || monitor === null) return {};
  const marks = [{ x: bestEpoch, label: `best ${monitor}, epoch ${formatCount(bestEpoch)}` }];
  const target = targetOf(stage, rule), wait = stage.curves.find(({ key }) => key === "wait");
  if (!keys.includes(monitoredKey(monitor)) || target === null || wait === undefined || patience === null) {
    return { marks };
  }
  const waiting: Waiting = {
    from: bestEpoch,
    to: stage.lastEpoch ?? bestEpoch,
    target,
    targetLabel: `${isHigherBetter(monitor) ? "above" : "below"} ${formatValue(target)}`,
    label: `epochs without ${monitor} ${isHigherBetter(monitor) ? "above" : "below"} ${formatValue(target)}`,
    x: wait.x,
    wait: wait.y,
    patience: Math.max(patience, 1),
  };
  return { marks, waiting };
}

/** Says what is not drawn: epochs between, and values that are no numbers. */
function noteOf({ epochs, curves }: Stage, lines: readonly ChartLine[]): string | undefined {
  const most = curves.reduce((count, { x }) => Math.max(count, x.length), 0);
  const notes = [
    ...(epochs <= FEW_POINTS ? [] : [
      `${formatCount(most)} of ${
        formatCount(epochs)
      } epochs are drawn; every extreme is kept, and metrics.jsonl has them all.`,
    ]),
    ...lines.flatMap((line) => {
      const from = lostFrom(line);
      return from === null ? [] : [`${capital(line.label)}: no number from epoch ${formatCount(from)} on.`];
    }),
  ];
  return notes.length === 0 ? undefined : notes.join(" ");
}

/**
 * From which epoch on a line has no numbers any more, as that of a training that diverged; null where it has, or where
 * the gap at its end is no longer than those within it.
 */
export function lostFrom({ x, y }: Pick<ChartLine, "x" | "y">): number | null {
  let gap = 0, longest = 0;
  for (const value of y) {
    if (value === null) gap++;
    else {
      longest = Math.max(longest, gap);
      gap = 0;
    }
  }
  return gap > longest ? x[y.length - gap]! : null;
}
