/** Training in the browser: what is chosen, how it goes, and its curves. */
import { type Signal, useComputed, useSignal } from "@preact/signals";
import { useId } from "preact/hooks";
import { formatCount, formatScore } from "../format.ts";
import { LineChart } from "../chart/line_chart.tsx";
import { Fact } from "../parts.tsx";
import {
  BACKEND_LABELS,
  type BrowserBackend,
  type OptimizerName,
  OPTIMIZERS,
  type Preset,
  PRESETS,
  type TrainedEpoch,
  type TrainSettings,
  type WebgpuFacts,
} from "./playground_messages.ts";

const BATCHES = [8, 16, 32, 64, 128, 256], EPOCHS = [5, 10, 20, 50, 100], IMAGES = [300, 1000, 2000, 3000];

export interface TrainFormProps {
  readonly webgpu: WebgpuFacts | null;
  readonly isTraining: boolean;
  onStart(settings: TrainSettings): void;
  onStop(): void;
}

export function TrainForm({ webgpu, isTraining, onStart, onStop }: TrainFormProps) {
  const preset = useSignal<Preset>("small"), optimizer = useSignal<OptimizerName>("adam");
  const learningRate = useSignal(String(OPTIMIZERS.adam.learningRate)), batch = useSignal(32);
  const images = useSignal(3000),
    epochs = useSignal(20),
    seed = useSignal(1),
    chosen = useSignal<BrowserBackend | undefined>(undefined);
  const backend = chosen.value ?? (webgpu?.kind === "gpu" ? "webgpu" : "wasm");
  const rate = Number(learningRate.value), isRate = rate > 0 && Number.isFinite(rate), rateNote = useId();
  const start = () =>
    onStart({
      preset: preset.value,
      optimizer: optimizer.value,
      learningRate: rate,
      images: images.value,
      batch: batch.value,
      epochs: epochs.value,
      // Each start begins from other weights.
      seed: seed.value++,
      backend,
    });
  return (
    <form
      class="train-form"
      onSubmit={(event) => {
        event.preventDefault();
        if (!isTraining && isRate) start();
      }}
    >
      <Choice label="Network" value={preset} options={Object.entries(PRESETS)} />
      <Choice
        label="Optimizer"
        value={optimizer}
        options={Object.entries(OPTIMIZERS).map(([name, { label }]) => [name, label])}
        onChange={(name) => learningRate.value = String(OPTIMIZERS[name].learningRate)}
      />
      <label>
        <span>Learning rate</span>
        <input
          inputMode="decimal"
          value={learningRate.value}
          aria-invalid={!isRate}
          aria-describedby={rateNote}
          onInput={(event) => learningRate.value = event.currentTarget.value}
        />
        <span class="field-note" id={rateNote}>{isRate ? "" : "A number above 0"}</span>
      </label>
      <NumberChoice label="Images" value={images} options={IMAGES} />
      <NumberChoice label="Images per step" value={batch} options={BATCHES} />
      <NumberChoice label="Epochs" value={epochs} options={EPOCHS} />
      <fieldset>
        <legend>Computes on</legend>
        {(["webgpu", "wasm"] as const).map((name) => (
          <label key={name} class="radio">
            <input
              type="radio"
              name="backend"
              checked={backend === name}
              disabled={name === "webgpu" && (webgpu === null || webgpu.kind === "none")}
              onChange={() => chosen.value = name}
            />
            {BACKEND_LABELS[name]}
          </label>
        ))}
        <span class="field-note">{webgpuNote(webgpu)}</span>
      </fieldset>
      <p class="needs-script">
        {isTraining
          ? <button type="button" class="button" onClick={onStop}>Stop</button>
          : <button type="submit" class="button primary" disabled={!isRate}>Train</button>}
      </p>
    </form>
  );
}

function webgpuNote(webgpu: WebgpuFacts | null): string {
  if (webgpu === null) return "";
  switch (webgpu.kind) {
    case "none":
      return "This browser has no WebGPU";
    case "software":
      return `WebGPU is software here (${webgpu.name}): slower`;
    case "gpu":
      return webgpu.name;
    default:
      return webgpu.kind satisfies never;
  }
}

function Choice<T extends string>({ label, value, options, onChange }: {
  readonly label: string;
  readonly value: Signal<T>;
  readonly options: readonly (readonly [string, string])[];
  onChange?(name: T): void;
}) {
  return (
    <label>
      <span>{label}</span>
      <select
        value={value.value}
        onChange={(event) => {
          value.value = event.currentTarget.value as T;
          onChange?.(value.value);
        }}
      >
        {options.map(([name, text]) => (
          <option key={name} value={name} selected={name === value.value}>{text}</option>
        ))}
      </select>
    </label>
  );
}

function NumberChoice({ label, value, options }: {
  readonly label: string;
  readonly value: Signal<number>;
  readonly options: readonly number[];
}) {
  return (
    <label>
      <span>{label}</span>
      <select value={value.value} onChange={(event) => value.value = Number(event.currentTarget.value)}>
        {options.map((one) => <option key={one} value={one} selected={one === value.value}>{one}</option>)}
      </select>
    </label>
  );
}

/** How a training goes. */
export interface TrainingShown {
  readonly records: readonly TrainedEpoch[];
  readonly epochs: number;
  readonly description: string;
}

export function TrainingView({ training }: { readonly training: Signal<TrainingShown | null> }) {
  const curves = useComputed(() => {
    const records = training.value?.records ?? [], x = records.map(({ epoch }) => epoch);
    const line = (label: string, tone: string, key: keyof TrainedEpoch) => ({
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
  if (shown === null) return null;
  return (
    <div class="training">
      <dl class="facts">
        <Fact value={`${last?.epoch ?? 0} of ${shown.epochs}`} name="epochs" />
        <Fact value={formatScore(last?.valAccuracy)} name="validation accuracy" />
        <Fact
          value={last === undefined ? "–" : formatCount(Math.round(last.imagesPerSecond))}
          name="images per second"
          note={shown.description}
        />
      </dl>
      {last !== undefined && (
        <div class="charts">
          <LineChart
            title="Loss"
            yLabel="cross-entropy"
            xLabel="Epoch"
            lines={curves.value.loss}
            switches={["y"]}
          />
          <LineChart
            title="Accuracy"
            yLabel="share of right answers"
            xLabel="Epoch"
            lines={curves.value.accuracy}
          />
        </div>
      )}
    </div>
  );
}
