/** Training in the Playground: what is chosen, how far it is, and what can be done with it. */
import { type ReadonlySignal, type Signal, useComputed, useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { adviceFor } from "./playground_advice.ts";
import { fetchImages, ModelWorker, sentenceOf } from "./playground_client.ts";
import { SIDE } from "./playground_digit.ts";
import type { Control, ImageSet, Pace, Progress, WebgpuFacts } from "./playground_messages.ts";
import { type BrowserBackend, type PlayChoice, type PlaySettings, searchOf } from "./playground_settings.ts";

/** Curves of more points are thinned to half of them. */
const MOST_RECORDS = 600;

/** How a training goes. */
export interface TrainingShown {
  readonly settings: PlaySettings;
  readonly records: readonly Progress[];
  /** `[true digit][what was said]` of the validation set. */
  readonly confusion: readonly (readonly number[])[];
  /** What it computes on. */
  readonly description: string;
}

/** `idle` before the first training and after one that has failed. */
export type TrainingState = "idle" | "running" | "paused";

export interface Trainer {
  readonly choice: Signal<PlayChoice>;
  readonly state: Signal<TrainingState>;
  readonly training: Signal<TrainingShown | null>;
  readonly webgpu: Signal<WebgpuFacts | null>;
  readonly backend: ReadonlySignal<BrowserBackend>;
  /** One sentence, or nothing: what went wrong, or what settings do to a training. */
  readonly problem: Signal<string>;
  readonly advice: ReadonlySignal<string>;
  /** Other settings begin a new training, but for the learning rate, where one is under way. */
  change(settings: Partial<PlaySettings>): void;
  changeHow(how: Partial<Pick<PlayChoice, "speed" | "backend">>): void;
  play(): void;
  pause(): void;
  /** One step, or one epoch; begins a training where none is. */
  advance(kind: "step" | "epoch"): void;
  /** From the first weights. */
  anew(): void;
}

/** Trains in a worker of its own; `onModel` gets the file of the network as it is, again and again. */
export function useTrainer(
  first: PlayChoice,
  { isServed, onModel }: {
    readonly isServed: boolean;
    onModel(file: Uint8Array<ArrayBuffer>, step: number): void;
  },
): Trainer {
  const choice = useSignal(first), state = useSignal<TrainingState>("idle"), problem = useSignal("");
  const training = useSignal<TrainingShown | null>(null), webgpu = useSignal<WebgpuFacts | null>(null);
  const backend = useComputed(() =>
    choice.value.backend ?? (webgpu.value?.kind === "gpu" ? "webgpu" : "wasm")
  );
  const advice = useComputed(() =>
    training.value === null ? "" : adviceFor(training.value.records, training.value.settings)
  );
  const worker = useRef<ModelWorker>(), attempt = useRef(0);

  const pace = (isPaused: boolean): Pace => {
    const { speed } = choice.peek();
    return { isPaused, stepsPerSecond: speed === "full" ? null : Number(speed) };
  };
  const tell = (control: Control) => worker.current?.control(control);
  const start = async (isPaused: boolean) => {
    const mine = ++attempt.current, { settings } = choice.peek(), isLast = () => mine === attempt.current;
    state.value = isPaused ? "paused" : "running";
    problem.value = "";
    training.value = { settings, records: [], confusion: [], description: "compiling the kernels" };
    try {
      const { train, test } = await fetchImages();
      if (!isLast()) return;
      const ended = worker.current!.train({
        settings,
        backend: backend.peek(),
        pace: pace(state.peek() === "paused"),
        train: firstOf(train, settings.images),
        validation: firstOf(test, Math.floor(settings.images / 3)),
      }, (told) => {
        const before = training.peek();
        if (before === null || !isLast()) return;
        if (told.kind === "started") training.value = { ...before, description: told.description };
        if (told.kind !== "progress") return;
        const { record, confusion, model } = told;
        training.value = { ...before, records: appended(before.records, record), confusion };
        onModel(model, record.step);
      });
      for (const control of asked.current.splice(0)) tell(control);
      await ended;
    } catch (error) {
      if (isLast()) problem.value = sentenceOf(error);
    } finally {
      if (isLast()) state.value = "idle";
    }
  };
  /** What was asked while the images were still on their way. */
  const asked = useRef<Control[]>([]);
  const restart = () => {
    if (state.peek() !== "idle") start(state.peek() === "paused");
  };
  const take = (next: PlayChoice) => {
    choice.value = next;
    const search = searchOf(next), run = new URLSearchParams(location.search).get("run");
    if (run !== null) search.set("run", run);
    history.replaceState(null, "", search.size > 0 ? `?${search}` : location.pathname);
  };

  useEffect(() => {
    if (!isServed) return;
    worker.current = new ModelWorker();
    worker.current.webgpu().then(
      (facts) => webgpu.value = facts,
      (error) => problem.value = sentenceOf(error),
    );
    return () => worker.current?.close();
  }, []);

  return {
    choice,
    state,
    training,
    webgpu,
    backend,
    problem,
    advice,
    change(part) {
      const before = choice.peek(), settings = { ...before.settings, ...part };
      take({ ...before, settings });
      if (Object.keys(part).join() !== "learningRate") return restart();
      tell({ kind: "rate", learningRate: settings.learningRate });
      const shown = training.peek();
      if (shown !== null && state.peek() !== "idle") training.value = { ...shown, settings };
    },
    changeHow(how) {
      take({ ...choice.peek(), ...how });
      if ("backend" in how) restart();
      else if (state.peek() !== "idle") tell({ kind: "pace", pace: pace(state.peek() === "paused") });
    },
    play() {
      if (state.peek() === "idle") return void start(false);
      state.value = "running";
      tell({ kind: "pace", pace: pace(false) });
    },
    pause() {
      state.value = "paused";
      tell({ kind: "pace", pace: pace(true) });
    },
    advance(kind) {
      if (state.peek() !== "idle") {
        state.value = "paused";
        tell({ kind: "pace", pace: pace(true) });
        return tell({ kind });
      }
      asked.current = [{ kind }];
      start(true);
    },
    anew() {
      start(state.peek() === "paused");
    },
  };
}

/** The records with one more; of too many every second is left out, but for the first and the last. */
function appended(records: readonly Progress[], record: Progress): readonly Progress[] {
  const kept = records.length < MOST_RECORDS ? records : records.filter((_, i) => i % 2 === 0);
  return [...kept, record];
}

function firstOf({ images, labels }: ImageSet, count: number): ImageSet {
  return { images: images.slice(0, count * SIDE * SIDE), labels: labels.slice(0, count) };
}
