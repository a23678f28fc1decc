/** Latent space: the codes of an autoencoder's test images, to turn and to point at. */
import { useSignal, useSignalEffect } from "@preact/signals";
import { useContext, useEffect, useMemo, useRef } from "preact/hooks";
import { useAlive } from "../components/alive.ts";
import { formatCount, formatValue } from "../components/format.ts";
import { normalized } from "../components/latent/latent_camera.ts";
import { SheetImage } from "../components/latent/latent_image.tsx";
import { ImageSheet } from "../components/latent/latent_sheet.ts";
import { LatentStage } from "../components/latent/latent_stage.tsx";
import type { LatentCodes, LatentRun } from "../components/latent/latent_types.ts";
import { ModelWorker, sentenceOf } from "../components/playground/playground_client.ts";
import { ImageView } from "../components/playground/playground_layers.tsx";
import { addressOf, filePath, SiteContext } from "../components/site.tsx";

export interface LatentProps {
  readonly runs: readonly LatentRun[];
  readonly codes: LatentCodes;
}

/** What the autoencoder makes of an image; null where it cannot be asked. */
interface Made {
  readonly at: number;
  readonly pixels: Uint8Array | null;
  readonly mse: number | null;
}

export default function LatentView({ runs, codes }: LatentProps) {
  const { id, digits, labels, predicted, indices, variance, sheet, all } = codes,
    site = useContext(SiteContext),
    alive = useAlive();
  const points = useMemo(() => normalized(codes.points), []);
  const hidden = useSignal<ReadonlySet<number>>(new Set()), mode = useSignal<"webgpu" | "canvas">("webgpu");
  const chosen = useSignal<number | undefined>(undefined), pointed = useSignal<number | undefined>(undefined);
  const drawsWith = useSignal<"webgpu" | "canvas" | undefined>(undefined), problem = useSignal("");
  const made = useSignal<Made | null>(null);
  const images = useRef<ImageSheet>(), worker = useRef<ModelWorker>(), opened = useRef<Promise<unknown>>();
  const shown = pointed.value ?? chosen.value, state = useRef({ busy: false });

  useEffect(() => {
    if (sheet === null) return;
    images.current = new ImageSheet(addressOf(site, filePath(id, sheet.file)), sheet);
    return () => worker.current?.close();
  }, []);
  const reconstruct = async (at: number): Promise<Made> => {
    // Pages from disk may neither fetch models nor read images.
    if (images.current === undefined || site.root !== undefined) return { at, pixels: null, mse: null };
    const image = await images.current.pixels(indices[at]!);
    worker.current ??= new ModelWorker();
    opened.current ??= worker.current.open(filePath(id, "model.safetensors"), `${id}/model.safetensors`);
    await opened.current;
    const { layers } = await worker.current.show(image), values = layers.at(-1)!;
    if (values.length !== image.length) return { at, pixels: null, mse: null };
    const mse = image.reduce((sum, byte, i) => sum + (byte / 255 - values[i]!) ** 2, 0) / image.length;
    return { at, pixels: Uint8Array.from(values, (value) => 255 * Math.min(1, Math.max(0, value))), mse };
  };
  /** Follows the pointer; while one image is worked on, only the last of those that come is kept. */
  const follow = async () => {
    if (state.current.busy) return;
    state.current.busy = true;
    try {
      for (let at = wanted(); at !== undefined && at !== made.peek()?.at; at = wanted()) {
        made.value = await reconstruct(at);
        problem.value = "";
      }
    } catch (error) {
      problem.value = sentenceOf(error);
    } finally {
      state.current.busy = false;
    }
  };
  const wanted = () => pointed.peek() ?? chosen.peek();
  useSignalEffect(() => {
    [pointed.value, chosen.value];
    follow();
  });
  const tellProblem = (error: unknown) => problem.value = sentenceOf(error);
  const toggle = (digit: number) => {
    const next = new Set(hidden.peek());
    if (!next.delete(digit)) next.add(digit);
    hidden.value = next;
  };
  const isAlone = (digit: number) => hidden.value.size === digits.length - 1 && !hidden.value.has(digit);
  const counts = useMemo(
    () => digits.map((_, digit) => labels.filter((label) => label === digit).length),
    [],
  );
  // A digit has its colour in every run.
  const areDigits = digits.every((name) => /^[0-9]$/.test(name));
  const tones = useMemo(() => digits.map((name, i) => areDigits ? Number(name) : i), []);
  const held = variance.reduce((sum, share) => sum + share, 0);
  return (
    <div class="latent" {...alive}>
      <div class="latent-bar">
        <label class="field">
          <span>Run</span>
          <select
            class="needs-script"
            onChange={({ currentTarget: { value } }) =>
              location.href = addressOf(site, `/latent/${encodeURIComponent(value)}`)}
          >
            {runs.map((run) => (
              <option key={run.id} value={run.id} selected={run.id === id}>
                {run.id}
                {run.nodes === null ? "" : `, ${run.nodes} codes`}
              </option>
            ))}
          </select>
        </label>
        <span class="switch needs-script" role="group" aria-label="Drawn with">
          {(["webgpu", "canvas"] as const).map((one) => (
            <button
              key={one}
              type="button"
              aria-pressed={drawsWith.value === one}
              disabled={one === "webgpu" && mode.value === "webgpu" && drawsWith.value === "canvas"}
              onClick={() => mode.value = one}
            >
              {one === "webgpu" ? "WebGPU" : "Canvas"}
            </button>
          ))}
        </span>
      </div>
      <div class="latent-main">
        <LatentStage
          points={points}
          labels={labels}
          digits={digits}
          tones={tones}
          hidden={hidden}
          chosen={chosen}
          pointed={pointed}
          mode={mode.value}
          drawsWith={drawsWith}
        />
        <aside class="latent-side" aria-label="Digits and images">
          <div class="legend" role="group" aria-label="Digits shown">
            {digits.map((digit, i) => (
              <button
                key={digit}
                type="button"
                class={`legend-digit digit-${tones[i]}`}
                aria-pressed={!hidden.value.has(i)}
                title={`${formatCount(counts[i]!)} images; double-click for this one alone`}
                onClick={() => toggle(i)}
                onDblClick={() =>
                  hidden.value = new Set(isAlone(i) ? [] : [...digits.keys()].filter((other) => other !== i))}
              >
                <span class="legend-mark" aria-hidden="true" />
                <bdi>{digit}</bdi>
              </button>
            ))}
            <button type="button" class="legend-all" onClick={() => hidden.value = new Set()}>All</button>
            <button
              type="button"
              class="legend-all"
              onClick={() => hidden.value = new Set(digits.keys())}
            >
              None
            </button>
          </div>
          <div class="latent-detail" aria-live="polite">
            {shown === undefined
              ? <p class="quiet">Point at a dot to see its image, click to keep it.</p>
              : (
                <>
                  <p class="latent-word">
                    <b class={`digit-word digit-${tones[labels[shown]!]}`}>{digits[labels[shown]!]}</b>
                    <span class="quiet">{readAs(digits, labels[shown]!, predicted[shown]!)}</span>
                  </p>
                  {sheet !== null && images.current !== undefined && (
                    <div class="latent-pair">
                      <figure>
                        <SheetImage sheet={images.current} index={indices[shown]!} onProblem={tellProblem} />
                        <figcaption>Image {indices[shown]! + 1}</figcaption>
                      </figure>
                      {made.value?.pixels && (
                        <figure>
                          <ImageView
                            pixels={made.value.pixels}
                            width={sheet.width}
                            label="Its reconstruction"
                          />
                          <figcaption>Reconstruction</figcaption>
                        </figure>
                      )}
                    </div>
                  )}
                  {made.value?.mse != null && (
                    <p class="quiet latent-mse">Mean squared error {formatValue(made.value.mse)} per pixel</p>
                  )}
                </>
              )}
          </div>
          <p class="warning" role="alert">{problem.value}</p>
        </aside>
      </div>
      <p class="quiet latent-note" id="stage-keys">
        {formatCount(labels.length)}
        {all > labels.length ? ` of ${formatCount(all)}` : ""}{" "}
        test images, each where its code lies along the first three principal components{held > 0
          ? `, which hold ${(100 * held).toFixed(0)}% of the variance of the codes`
          : ""}. Drag or use the arrow keys to turn, scroll, pinch or press + and − to zoom, Enter, N and P to
        go from point to point, Home to start again.
      </p>
    </div>
  );
}

function readAs(digits: readonly string[], label: number, predicted: number): string {
  if (predicted < 0) return "";
  return predicted === label ? "read rightly from its code" : `read as ${digits[predicted]} from its code`;
}
