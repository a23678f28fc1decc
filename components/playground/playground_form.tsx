/** What a training in the browser is made of. */
import { useSignal } from "@preact/signals";
import { useId } from "preact/hooks";
import { NetworkBuilder } from "./playground_builder.tsx";
import type { WebgpuFacts } from "./playground_messages.ts";
import {
  ACTIVATIONS,
  BACKENDS,
  BATCHES,
  IMAGES,
  isRate,
  isSeed,
  NOISES,
  OPTIMIZERS,
} from "./playground_settings.ts";
import type { Trainer } from "./playground_training.ts";

export function TrainForm({ trainer }: { readonly trainer: Trainer }) {
  const { choice: { value: { settings } }, backend, webgpu, change, changeHow } = trainer;
  return (
    <form class="train-form" onSubmit={(event) => event.preventDefault()}>
      <NetworkBuilder settings={settings} onChange={(layers) => change({ layers })} />
      <Choice
        label="Activation"
        value={settings.activation}
        options={Object.entries(ACTIVATIONS)}
        onChange={(activation) => change({ activation })}
      />
      <Choice
        label="Optimizer"
        value={settings.optimizer}
        options={Object.entries(OPTIMIZERS).map(([name, { label }]) => [name, label])}
        onChange={(optimizer) => change({ optimizer, learningRate: OPTIMIZERS[optimizer].learningRate })}
      />
      <NumberField
        label="Learning rate"
        value={settings.learningRate}
        accepts={isRate}
        wrong="A number above 0"
        onChange={(learningRate) => change({ learningRate })}
      />
      <NumberChoice
        label="Noise on the pixels"
        value={settings.noise}
        options={NOISES}
        text={(share) => share === 0 ? "None" : `${100 * share}%`}
        onChange={(noise) => change({ noise })}
      />
      <NumberChoice
        label="Images per step"
        value={settings.batch}
        options={BATCHES}
        onChange={(batch) => change({ batch })}
      />
      <NumberChoice
        label="Images"
        value={settings.images}
        options={IMAGES}
        onChange={(images) => change({ images })}
      />
      <NumberField
        label="Seed of the weights"
        value={settings.seed}
        accepts={isSeed}
        wrong="A whole number above 0"
        onChange={(seed) => change({ seed })}
      />
      <fieldset>
        <legend>Computes on</legend>
        {(["webgpu", "wasm"] as const).map((name) => (
          <label key={name} class="radio">
            <input
              type="radio"
              name="backend"
              checked={backend.value === name}
              disabled={name === "webgpu" && (webgpu.value === null || webgpu.value.kind === "none")}
              onChange={() => changeHow({ backend: name })}
            />
            {BACKENDS[name]}
          </label>
        ))}
        <span class="field-note">{webgpuNote(webgpu.value)}</span>
      </fieldset>
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
  readonly value: T;
  readonly options: readonly (readonly [string, string])[];
  onChange(name: T): void;
}) {
  return (
    <label>
      <span>{label}</span>
      <select value={value} onChange={(event) => onChange(event.currentTarget.value as T)}>
        {options.map(([name, text]) => (
          <option key={name} value={name} selected={name === value}>{text}</option>
        ))}
      </select>
    </label>
  );
}

function NumberChoice({ label, value, options, text = String, onChange }: {
  readonly label: string;
  readonly value: number;
  readonly options: readonly number[];
  text?(value: number): string;
  onChange(value: number): void;
}) {
  return (
    <Choice
      label={label}
      value={String(value)}
      options={options.map((one) => [String(one), text(one)])}
      onChange={(one) => onChange(Number(one))}
    />
  );
}

/** A number that is typed; what is none is said and kept to the field. */
function NumberField({ label, value, accepts, wrong, onChange }: {
  readonly label: string;
  readonly value: number;
  readonly wrong: string;
  accepts(value: number): boolean;
  onChange(value: number): void;
}) {
  const typed = useSignal(String(value)), note = useId();
  // Something else than typing has changed it: another optimizer has another rate.
  if (accepts(Number(typed.value)) && Number(typed.value) !== value) typed.value = String(value);
  const isRight = accepts(Number(typed.value));
  return (
    <label>
      <span>{label}</span>
      <input
        inputMode="decimal"
        value={typed.value}
        aria-invalid={!isRight}
        aria-describedby={note}
        onInput={({ currentTarget }) => {
          typed.value = currentTarget.value;
          if (accepts(Number(currentTarget.value))) onChange(Number(currentTarget.value));
        }}
      />
      <span class="field-note" id={note}>{isRight ? "" : wrong}</span>
    </label>
  );
}
