/** How a training goes: its curves, and what the network takes for what. */
import { type ReadonlySignal, useComputed } from "@preact/signals";
import { LineChart } from "../chart/line_chart.tsx";
import { formatCount } from "../format.ts";
import { Matrix } from "../run/run_results.tsx";
import { ImageView } from "./playground_layers.tsx";
import type { Progress } from "./playground_messages.ts";
import type { Mistakes } from "./playground_state.ts";
import type { TrainingShown } from "./playground_training.ts";

const DIGITS = Array.from({ length: 10 }, (_, digit) => String(digit));

export function TrainingView({ training, mistakes, onLook }: {
  readonly training: ReadonlySignal<TrainingShown | null>;
  readonly mistakes: Mistakes | null;
  onLook(): void;
}) {
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
      <div class="confused">
        <Matrix confusion={{ name: "Validation", classes: DIGITS, counts: shown.confusion }} />
        <div class="mistakes">
          <p>
            <button type="button" class="button" onClick={onLook}>
              {mistakes === null ? "Show what it mistakes" : "Look again"}
            </button>
          </p>
          {mistakes !== null && <MistakesView mistakes={mistakes} />}
        </div>
      </div>
    </div>
  );
}

function MistakesView({ mistakes: { step, count, of, shown } }: { readonly mistakes: Mistakes }) {
  return (
    <>
      <p class="quiet">
        At step {formatCount(step)} it mistook {formatCount(count)} of the first {formatCount(of)}
        {count > shown.length ? `; these are the ${shown.length} it was surest of.` : "."}
      </p>
      <ul>
        {shown.map(({ pixels, truth, said, probability }, i) => (
          <li key={i}>
            <ImageView pixels={pixels} label={`A ${truth}, taken for a ${said}`} />
            <span>
              {truth} → <b>{said}</b> {(100 * probability).toFixed(0)}%
            </span>
          </li>
        ))}
      </ul>
    </>
  );
}
