/** What the Playground knows, and what can be done in it. */
import { type Signal, useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { fetchImages, ModelWorker, sentenceOf } from "./playground_client.ts";
import { SIDE } from "./playground_digit.ts";
import type { TrainingShown } from "./playground_form.tsx";
import { bestOf } from "./playground_layers.tsx";
import type { ImageSet, ModelFacts, Shown, TrainSettings, WebgpuFacts } from "./playground_messages.ts";
import type { ModelChoice } from "./playground_types.ts";
import { filePath } from "../site.tsx";

export const ALL_DIGITS: readonly string[] = Array.from({ length: 10 }, (_, digit) => String(digit));
const MAX_FILE_BYTES = 256e6;

/** Where the open model is from: a position in the list, a file, or the training on the page. */
export type From = number | "file" | "trained";

/** The model that is open, and what its outputs are called. */
export interface Opened {
  readonly model: ModelFacts;
  readonly digits: readonly string[];
}

export interface Playground {
  readonly choice: Signal<From>;
  readonly opened: Signal<Opened | null>;
  readonly shown: Signal<Shown | null>;
  readonly pixels: Signal<Uint8Array | null>;
  /** One sentence, or nothing. */
  readonly problem: Signal<string>;
  /** What a screen reader says of the last stroke. */
  readonly spoken: Signal<string>;
  /** The digit of the test image that is on the sheet. */
  readonly truth: Signal<string | null>;
  readonly fileName: Signal<string>;
  readonly webgpu: Signal<WebgpuFacts | null>;
  readonly isTraining: Signal<boolean>;
  readonly training: Signal<TrainingShown | null>;
  open(from: From): void;
  openFile(file: File): void;
  onDraw(image: Uint8Array | null, isDone: boolean): void;
  /** A test image of a digit that the network knows. */
  randomImage(): Promise<Uint8Array<ArrayBuffer> | undefined>;
  start(settings: TrainSettings): void;
  stop(): void;
}

/** Starts the workers, opens the first model, and keeps them until the page goes. */
export function usePlayground(
  choices: readonly ModelChoice[],
  { first, isServed }: { readonly first: number; readonly isServed: boolean },
): Playground {
  const choice = useSignal<From>(choices.length > 0 ? first : "trained");
  const opened = useSignal<Opened | null>(null), shown = useSignal<Shown | null>(null);
  const pixels = useSignal<Uint8Array | null>(null), problem = useSignal(""), spoken = useSignal("");
  const truth = useSignal<string | null>(null), fileName = useSignal("");
  const webgpu = useSignal<WebgpuFacts | null>(null), isTraining = useSignal(false);
  const training = useSignal<TrainingShown | null>(null);
  const trainedFile = useRef<Uint8Array<ArrayBuffer>>();
  const viewer = useRef<ModelWorker>(),
    trainer = useRef<ModelWorker>(),
    look = useRef({ busy: false, again: false });

  /** Does work, and shows what went wrong in it. */
  const attempt = async (work: () => Promise<void>) => {
    try {
      problem.value = "";
      await work();
    } catch (error) {
      problem.value = sentenceOf(error);
    }
  };
  /** Reads the image that is there now; while one is read, only the last of those that come is kept. */
  const lookAgain = async () => {
    const state = look.current;
    state.again = true;
    if (state.busy) return;
    state.busy = true;
    try {
      while (state.again) {
        state.again = false;
        const image = pixels.peek();
        shown.value = image === null || opened.peek() === null ? null : await viewer.current!.show(image);
      }
      problem.value = "";
    } catch (error) {
      shown.value = null;
      problem.value = sentenceOf(error);
    } finally {
      state.busy = false;
    }
  };
  const take = async (model: ModelFacts, digits: readonly string[] | null) => {
    const names = digits?.length === model.outputs
      ? digits
      : Array.from({ length: model.outputs }, (_, i) => String(i));
    shown.value = null;
    opened.value = { model, digits: names };
    await lookAgain();
    say();
  };
  const openChoice = (at: number) =>
    attempt(async () => {
      const { id, file, digits } = choices[at]!;
      choice.value = at;
      const model = await viewer.current!.open(filePath(id, file), `${id}/${file}`);
      if (choice.peek() === at) await take(model, digits);
    });
  const openFile = (file: File) =>
    attempt(async () => {
      if (file.size > MAX_FILE_BYTES) throw new Error(`${file.name} is too large to be a model of Descent`);
      const bytes = new Uint8Array(await file.arrayBuffer());
      const model = await viewer.current!.decode(bytes, file.name);
      fileName.value = file.name;
      choice.value = "file";
      await take(model, null);
    });
  const openTrained = async () => {
    const bytes = trainedFile.current;
    if (bytes === undefined) return;
    const model = await viewer.current!.decode(bytes, "The network trained here");
    if (choice.peek() !== "trained") return;
    if (opened.peek()?.digits !== ALL_DIGITS || opened.peek()?.model.parameters !== model.parameters) {
      shown.value = null;
    }
    opened.value = { model, digits: ALL_DIGITS };
    await lookAgain();
  };
  const say = () => {
    const now = shown.peek(), digits = opened.peek()?.digits ?? [];
    if (now === null) spoken.value = "";
    else {
      const best = bestOf(now.probabilities);
      spoken.value = `Reads ${digits[best] ?? "nothing"}, ${(100 * now.probabilities[best]!).toFixed(1)}%`;
    }
  };
  const onDraw = async (image: Uint8Array | null, isDone: boolean) => {
    pixels.value = image;
    truth.value = null;
    await lookAgain();
    if (isDone) say();
  };
  const randomImage = async () => {
    let image: Uint8Array<ArrayBuffer> | undefined;
    await attempt(async () => {
      const { test: { images, labels } } = await fetchImages(), known = opened.peek()?.digits ?? ALL_DIGITS;
      const rows = [...labels.keys()].filter((row) => known.includes(String(labels[row])));
      const from = rows.length > 0 ? rows : [...labels.keys()];
      const row = from[Math.floor(Math.random() * from.length)]!;
      image = images.slice(row * SIDE * SIDE, (row + 1) * SIDE * SIDE);
      // The sheet tells of the new image first.
      setTimeout(() => truth.value = String(labels[row]), 0);
    });
    return image;
  };
  const start = (settings: TrainSettings) =>
    attempt(async () => {
      isTraining.value = true;
      try {
        const { train, test } = await fetchImages();
        training.value = { records: [], epochs: settings.epochs, description: "compiling the kernels" };
        const sets = {
          train: firstOf(train, settings.images),
          validation: firstOf(test, Math.floor(settings.images / 3)),
        };
        await trainer.current!.train(settings, sets, (told) => {
          const before = training.peek();
          if (before === null) return;
          if (told.kind === "started") training.value = { ...before, description: told.description };
          if (told.kind !== "epoch") return;
          training.value = { ...before, records: [...before.records, told.record] };
          if (told.model === undefined) return;
          if (trainedFile.current === undefined || before.records.length === 0) choice.value = "trained";
          trainedFile.current = told.model;
          if (choice.peek() === "trained") attempt(openTrained);
        });
      } finally {
        isTraining.value = false;
      }
    });

  useEffect(() => {
    if (!isServed) return;
    viewer.current = new ModelWorker();
    trainer.current = new ModelWorker();
    if (choices.length > 0) openChoice(first);
    attempt(async () => {
      webgpu.value = await trainer.current!.webgpu();
    });
    return () => {
      viewer.current?.close();
      trainer.current?.close();
    };
  }, []);

  return {
    choice,
    opened,
    shown,
    pixels,
    problem,
    spoken,
    truth,
    fileName,
    webgpu,
    isTraining,
    training,
    open(from) {
      if (typeof from === "number") openChoice(from);
      if (from !== "trained") return;
      choice.value = from;
      attempt(openTrained);
    },
    openFile,
    onDraw,
    randomImage,
    start,
    stop: () => trainer.current!.stop(),
  };
}

function firstOf({ images, labels }: ImageSet, count: number): ImageSet {
  return { images: images.slice(0, count * SIDE * SIDE), labels: labels.slice(0, count) };
}
