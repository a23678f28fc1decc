/** How a training goes: its curves, and what the network takes for what. */
import { type ReadonlySignal, useComputed } from "@preact/signals";
import { LineChart } from "../chart/line_chart.tsx";
import { formatCount } from "../format.ts";
import { Matrix } from "../run/run_results.tsx";
import type { Progress } from "./playground_messages.ts";
import type { TrainingShown } from "./playground_training.ts";

const DIGITS = Array.from({ length: 10 }, (_, digit) => String(digit));

export function TrainingView({ training }: { readonly training: ReadonlySignal<TrainingShown | null> }) {
  const curves = useComputed(() => {
    const records = training.value?.records ?? [], x = records.map(({ step }) => step);
    const line = (label: string, tone: string, key: keyof Progress) => ({
      label,
      tone,
      x,
      y: records.map((record) => record[key]),
    });
    return {
      loss: [line("train", "train", "loss"), line("validation", "validation", "valLoss")],
      accuracy: [line("train", "train", "accuracy"), line("validation", "validation", "valAccuracy")],
    };
  });
  const shown = training.value, last = shown?.records.at(-1);
  if (shown === null || last === undefined) return null;
  const { imagesPerSecond } = last;
  return (
    <div class="training">
      <div class="charts">
        <LineChart
          title="Loss"
          yLabel="cross-entropy"
          xLabel="Step"
          lines={curves.value.loss}
          switches={["y"]}
        />
        <LineChart
          title="Accuracy"
          yLabel="share of right answers"
          xLabel="Step"
          lines={curves.value.accuracy}
        />
      </div>
      <p class="quiet training-by">
        {shown.description}
        {imagesPerSecond > 0 && `, ${formatCount(Math.round(imagesPerSecond))} images a second`}
      </p>
      <Matrix confusion={{ name: "Validation", classes: DIGITS, counts: shown.confusion }} />
    </div>
  );
}
