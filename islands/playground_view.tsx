/** The Playground: draw a digit, watch a network read it, train one. All of it in the browser. */
import { useContext } from "preact/hooks";
import { useAlive } from "../components/alive.ts";
import { formatCount, formatScore } from "../components/format.ts";
import { Command } from "../components/parts.tsx";
import { TrainControls } from "../components/playground/playground_controls.tsx";
import { TrainingView } from "../components/playground/playground_curves.tsx";
import { TrainForm } from "../components/playground/playground_form.tsx";
import {
  bestOf,
  ImageView,
  isClassifier,
  Layers,
  Probabilities,
} from "../components/playground/playground_layers.tsx";
import type { ModelFacts, Shown } from "../components/playground/playground_messages.ts";
import { DrawingPad } from "../components/playground/playground_pad.tsx";
import type { PlayChoice } from "../components/playground/playground_settings.ts";
import { ALL_DIGITS, type From, usePlayground } from "../components/playground/playground_state.ts";
import type { ModelChoice } from "../components/playground/playground_types.ts";
import { FirstLayerView, Thoughts } from "../components/playground/playground_weights.tsx";
import { SiteContext } from "../components/site.tsx";

export interface PlaygroundProps {
  /** The best first. */
  readonly choices: readonly ModelChoice[];
  /** Which of them is opened first. */
  readonly first: number;
  /** What the address asks to train. */
  readonly play: PlayChoice;
}

export default function PlaygroundView({ choices, first, play: asked }: PlaygroundProps) {
  const site = useContext(SiteContext), isServed = site.root === undefined, alive = useAlive();
  const play = usePlayground(choices, { first, play: asked, isServed });
  const { choice, opened, shown, pixels, problem, spoken, truth, fileName, thoughts, trainer } = play;
  const { training } = trainer;
  if (!isServed) {
    return (
      <p class="start" {...alive}>
        Drawing and training need the server: start it with <Command text="deno task dashboard" />.
      </p>
    );
  }
  const model = opened.value?.model ?? null, digits = opened.value?.digits ?? ALL_DIGITS;
  const wasAt = choice.value;
  return (
    <div class="playground" {...alive}>
      <section class="play-draw" aria-label="Draw">
        <div class="play-left">
          <div class="field-row">
            <label class="field">
              <span>Network</span>
              <select
                class="needs-script"
                onChange={({ currentTarget: { value } }) =>
                  play.open(value === "trained" || value === "file" ? value : Number(value))}
              >
                {choices.map(({ id, accuracy }, i) => (
                  <option key={id} value={i} selected={wasAt === i}>{formatScore(accuracy)} · {id}</option>
                ))}
                {fileName.value !== "" && (
                  <option value="file" selected={wasAt === "file"}>{fileName.value}</option>
                )}
                <option value="trained" selected={wasAt === "trained"} disabled={training.value === null}>
                  {training.value === null ? "None trained here yet" : "The one trained below"}
                </option>
              </select>
            </label>
          </div>
          <DrawingPad onDraw={play.onDraw} onRandom={play.randomImage} />
        </div>
        <div class="play-answer">
          <h2>It reads</h2>
          <div class="reads">
            <ImageView pixels={pixels.value} label="The drawing as the network reads it, 28 by 28 pixels" />
            <p class="answer" aria-hidden="true">
              {shown.value !== null && model !== null && isClassifier(model)
                ? <bdi>{digits[bestOf(shown.value.probabilities)]}</bdi>
                : <span class="quiet">–</span>}
            </p>
          </div>
          <p class="sr-only" aria-live="polite">{spoken.value}</p>
          {(model === null || isClassifier(model)) && <Probabilities digits={digits} shown={shown.value} />}
          {wasAt === "trained" && <Thoughts thoughts={thoughts.value} digits={digits} />}
          <p class="quiet play-note">{noteOf(truth.value, shown.value, model, wasAt, choices)}</p>
        </div>
        <p class="warning play-problem" role="alert">{problem.value}</p>
        <div class="play-layers">
          <h2>Layer by layer</h2>
          {model === null
            ? <p class="quiet">No network is open.</p>
            : <Layers model={model} shown={shown.value} />}
          <FirstLayerView first={opened.value?.first ?? null} />
          <details>
            <summary>Open a model from a file</summary>
            <label class="field">
              <span>A model.safetensors that Descent has written</span>
              <input
                type="file"
                accept=".safetensors"
                onChange={({ currentTarget: { files } }) => {
                  if (files?.[0]) play.openFile(files[0]);
                }}
              />
            </label>
          </details>
        </div>
      </section>
      <section aria-labelledby="train-here">
        <h2 id="train-here">Train one here</h2>
        <p class="lead-small">
          On the first images of MNIST, validated on a third as many others, with the kernels of the command
          line. Draw above and watch it change its mind. The address holds what you choose.
        </p>
        <TrainForm trainer={trainer} />
        <p class="warning train-problem" role="alert">{trainer.problem.value}</p>
        <p class="advice" role="status">{trainer.advice.value}</p>
        <TrainingView training={training} mistakes={play.mistakes.value} onLook={play.lookForMistakes} />
      </section>
      <TrainControls trainer={trainer} />
    </div>
  );
}

function noteOf(
  truth: string | null,
  shown: Shown | null,
  model: ModelFacts | null,
  choice: From,
  choices: readonly ModelChoice[],
): string {
  const digits = typeof choice === "number" ? choices[choice]?.digits : null;
  return [
    truth === null ? "" : `The test image is a ${truth}.`,
    shown === null
      ? digits && digits.length < 10
        ? `Draw one of ${digits.join(", ")}: this network knows no others.`
        : "Draw a digit."
      : `Computed in ${shown.milliseconds.toFixed(1)} ms by ${
        formatCount(model?.parameters ?? 0)
      } parameters.`,
  ].filter(Boolean).join(" ");
}
