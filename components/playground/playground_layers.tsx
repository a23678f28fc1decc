/** What a network makes of an image: what it reads, its layers, and its answer. */
import { useLayoutEffect, useRef } from "preact/hooks";
import { formatCount, formatValue } from "../format.ts";
import { SIDE } from "./playground_digit.ts";
import type { LayerFacts, ModelFacts, Shown } from "./playground_messages.ts";
import { paintImage, paintLayer } from "./playground_paint.ts";

/** Layers that change no value, only where it lies or what training does. */
const SILENT = ["flatten", "dropout", "corruption", "augmentation"];
/** More outputs than these are no classes. */
const MOST_CLASSES = 20;

/** Whether the model's outputs are classes. */
export function isClassifier({ outputs }: ModelFacts): boolean {
  return outputs <= MOST_CLASSES;
}

/** An image as the network reads it. */
export function ImageView(
  { pixels, label, width = SIDE }: {
    readonly pixels: ArrayLike<number> | null;
    readonly label: string;
    readonly width?: number;
  },
) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useLayoutEffect(() => {
    if (canvas.current !== null) paintImage(canvas.current, pixels ?? new Uint8Array(width * width), width);
  }, [pixels, width]);
  return (
    <canvas ref={canvas} class="digit-image ink" width={SIDE} height={SIDE} role="img" aria-label={label} />
  );
}

/** The probability of each class. */
export function Probabilities(
  { digits, shown }: { readonly digits: readonly string[]; readonly shown: Shown | null },
) {
  const best = shown === null ? -1 : bestOf(shown.probabilities);
  return (
    <ol class="probabilities">
      {digits.map((digit, i) => {
        const probability = shown?.probabilities[i] ?? 0;
        return (
          <li key={i} class={i === best ? "best" : ""}>
            <bdi class="digit">{digit}</bdi>
            <progress value={probability} max={1} aria-label={`Probability of ${digit}`} />
            <span class="percent">{shown === null ? "–" : `${(100 * probability).toFixed(1)}%`}</span>
          </li>
        );
      })}
    </ol>
  );
}

/** Index of the likeliest class. */
export function bestOf(probabilities: Float32Array): number {
  return probabilities.indexOf(Math.max(...probabilities));
}

export function Layers({ model, shown }: { readonly model: ModelFacts; readonly shown: Shown | null }) {
  return (
    <ol class="layers">
      {model.layers.map((layer, i) =>
        !SILENT.includes(layer.kind) && (
          <LayerView key={`${i} ${layer.name}`} layer={layer} values={shown?.layers[i]} />
        )
      )}
    </ol>
  );
}

function LayerView(
  { layer: { name, kind, shape }, values }: {
    readonly layer: LayerFacts;
    readonly values: Float32Array | undefined;
  },
) {
  const canvas = useRef<HTMLCanvasElement>(null), size = shape.reduce((product, one) => product * one, 1);
  useLayoutEffect(() => {
    if (canvas.current !== null) paintLayer(canvas.current, values ?? new Float32Array(size), shape);
  }, [values, shape.join()]);
  const active = values?.reduce((count, value) => count + (value > 0 ? 1 : 0), 0);
  const largest = values?.reduce((most, value) => Math.max(most, value), -Infinity);
  const words = active === undefined
    ? `${formatCount(size)} values`
    : `${formatCount(active)} of ${formatCount(size)} above zero, the largest ${formatValue(largest)}`;
  return (
    <li>
      <p class="layer-head">
        <span class="layer-name">{kind.replaceAll("_", " ").replace("2d", "")}</span>{" "}
        <span class="layer-shape">{shape.join(" × ")}</span>
        <span class="layer-words">{words}</span>
      </p>
      <canvas ref={canvas} class="layer" role="img" aria-label={`Layer ${name}: ${words}`} />
    </li>
  );
}
