/** The first layer's weights as pictures, and how a network has changed its mind while it trained. */
import { useLayoutEffect, useRef } from "preact/hooks";
import { formatCount } from "../format.ts";
import { bestOf } from "./playground_layers.tsx";
import type { FirstLayer } from "./playground_messages.ts";
import { paintLayer, paintThoughts } from "./playground_paint.ts";
import type { Thought } from "./playground_state.ts";

/** More pictures than these are not drawn. */
const MOST_PICTURES = 64;

export function FirstLayerView({ first }: { readonly first: FirstLayer | null }) {
  const canvas = useRef<HTMLCanvasElement>(null), [height, width, units] = first?.shape ?? [1, 1, 0];
  const drawn = Math.min(MOST_PICTURES, units!);
  useLayoutEffect(() => {
    if (canvas.current === null || first === null) return;
    const values = new Float32Array(height! * width! * drawn);
    for (let pixel = 0; pixel < height! * width!; pixel++) {
      for (let unit = 0; unit < drawn; unit++) {
        values[pixel * drawn + unit] = first.weights[pixel * units! + unit]!;
      }
    }
    paintLayer(canvas.current, values, [height!, width!, drawn]);
  }, [first]);
  if (first === null) return null;
  const words = drawn < units!
    ? `the first ${drawn} of ${formatCount(units!)}`
    : `all ${formatCount(units!)}`;
  return (
    <div class="first-layer">
      <h3>What the first layer looks for</h3>
      <canvas
        ref={canvas}
        class="layer"
        role="img"
        aria-label={`Weights of the first layer: ${words} as pictures`}
      />
      <p class="quiet play-note">
        Weights of each unit on the pixels, {words}: ink on <span class="above">blue</span>{" "}
        speaks for the unit, on <span class="below">orange</span> against it.
      </p>
    </div>
  );
}

/** Probabilities of the classes for the drawing over the steps, a row for each class. */
export function Thoughts({ thoughts, digits }: {
  readonly thoughts: readonly Thought[];
  readonly digits: readonly string[];
}) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useLayoutEffect(() => {
    if (canvas.current !== null) paintThoughts(canvas.current, thoughts.map((one) => one.probabilities));
  }, [thoughts]);
  if (thoughts.length < 2) return null;
  const best = thoughts.map(({ probabilities }) => bestOf(probabilities));
  const changes = best.filter((digit, i) => i > 0 && digit !== best[i - 1]).length;
  const words = changes === 0
    ? `It has said ${digits[best[0]!]} all along`
    : `It has changed its mind ${changes === 1 ? "once" : changes === 2 ? "twice" : `${changes} times`}`;
  return (
    <div class="thoughts">
      <ol aria-hidden="true">{digits.map((digit) => <li key={digit}>{digit}</li>)}</ol>
      <div class="thoughts-strip">
        <canvas ref={canvas} role="img" aria-label={`Probabilities over the training: ${words}`} />
      </div>
      <p class="quiet">
        {words}, from step {formatCount(thoughts[0]!.step)} to {formatCount(thoughts.at(-1)!.step)}.
      </p>
    </div>
  );
}
