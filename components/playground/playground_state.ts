/** What the Playground knows, and what can be done in it. */
import { type Signal, useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { fetchImages, ModelWorker, type OpenedModel, sentenceOf } from "./playground_client.ts";
import { SIDE } from "./playground_digit.ts";
import { bestOf } from "./playground_layers.tsx";
import type { Shown } from "./playground_messages.ts";
import type { PlayChoice } from "./playground_settings.ts";
import { type Trainer, useTrainer } from "./playground_training.ts";
import type { ModelChoice } from "./playground_types.ts";
import { filePath } from "../site.tsx";

export const ALL_DIGITS: readonly string[] = Array.from({ length: 10 }, (_, digit) => String(digit));
const MAX_FILE_BYTES = 256e6;

/** Where the open model is from: a position in the list, a file, or the training on the page. */
export type From = number | "file" | "trained";

/** The model that is open, and what its outputs are called. */
export interface Opened extends OpenedModel {
  readonly digits: readonly string[];
}

/** What a network in training made of the drawing at a step. */
export interface Thought {
  readonly step: number;
  readonly probabilities: Float32Array;
}
/** Images that the network took for something else at a step, the surest first. */
export interface Mistakes {
  readonly step: number;
  /** How many there are, of all that were tried. */
  readonly count: number;
  readonly of: number;
  readonly shown: readonly {
    readonly pixels: Uint8Array;
    readonly truth: number;
    readonly said: number;
    readonly probability: number;
  }[];
}
/** More are not shown, and of more images they are not looked for. */
const MOST_MISTAKES = 24, MOST_TRIED = 500;

/** Of more of them every second is left out. */
const MOST_THOUGHTS = 240;

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
  /** What the network in training made of the drawing that is there now. */
  readonly thoughts: Signal<readonly Thought[]>;
  readonly trainer: Trainer;
  /** What the trained network took for something else when it was asked; null before. */
  readonly mistakes: Signal<Mistakes | null>;
  open(from: From): void;
  openFile(file: File): void;
  onDraw(image: Uint8Array | null, isDone: boolean): void;
  /** Looks through the validation images for what the network in training takes for something else. */
  lookForMistakes(): void;
  /** A test image of a digit that the network knows. */
  randomImage(): Promise<Uint8Array<ArrayBuffer> | undefined>;
}

/** Starts the workers, opens the first model, and keeps them until the page goes. */
export function usePlayground(
  choices: readonly ModelChoice[],
  { first, play, isServed }: {
    readonly first: number;
    readonly play: PlayChoice;
    readonly isServed: boolean;
  },
): Playground {
  const choice = useSignal<From>(choices.length > 0 ? first : "trained");
  const opened = useSignal<Opened | null>(null), shown = useSignal<Shown | null>(null);
  const pixels = useSignal<Uint8Array | null>(null), problem = useSignal(""), spoken = useSignal("");
  const truth = useSignal<string | null>(null), fileName = useSignal("");
  const thoughts = useSignal<readonly Thought[]>([]), mistakes = useSignal<Mistakes | null>(null);
  const trained = useRef<{ readonly file: Uint8Array<ArrayBuffer>; readonly step: number }>();
  const viewer = useRef<ModelWorker>(), look = useRef({ busy: false, again: false });

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
  const take = async ({ model, first }: OpenedModel, digits: readonly string[] | null) => {
    const names = digits?.length === model.outputs
      ? digits
      : Array.from({ length: model.outputs }, (_, i) => String(i));
    shown.value = null;
    opened.value = { model, first, digits: names };
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
  /** Shows the network in training as it is now; of those that come while one is being shown, only the last. */
  const openTrained = async () => {
    if (trained.current === undefined) return;
    const { file, step } = trained.current;
    const { model, first } = await viewer.current!.decode(file, "The network trained here");
    if (choice.peek() !== "trained") return;
    if (opened.peek()?.digits !== ALL_DIGITS || opened.peek()?.model.parameters !== model.parameters) {
      shown.value = null;
    }
    opened.value = { model, first, digits: ALL_DIGITS };
    const image = pixels.peek();
    await lookAgain();
    const { probabilities } = shown.peek() ?? {};
    if (probabilities !== undefined && image === pixels.peek()) {
      const before = thoughts.peek(), isNew = step === 0 || (before.at(-1)?.step ?? 0) > step;
      const kept = isNew ? [] : before.length < MOST_THOUGHTS ? before : before.filter((_, i) => i % 2 === 0);
      thoughts.value = [...kept, { step, probabilities }];
    }
    if (trained.current.file !== file) await openTrained();
  };
  const watching = useRef(false);
  const onModel = async (file: Uint8Array<ArrayBuffer>, step: number) => {
    if (trained.current === undefined || step === 0) {
      choice.value = "trained";
      mistakes.value = null;
    }
    trained.current = { file, step };
    if (choice.peek() !== "trained" || watching.current) return;
    watching.current = true;
    await attempt(openTrained);
    watching.current = false;
  };
  const trainer = useTrainer(play, { isServed, onModel });
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
    thoughts.value = [];
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
  const lookForMistakes = () =>
    attempt(async () => {
      choice.value = "trained";
      await openTrained();
      const { test: { images, labels } } = await fetchImages(), { step } = trained.current!;
      const validation = Math.floor(trainer.choice.peek().settings.images / 3);
      const of = Math.min(MOST_TRIED, validation);
      const rows = await viewer.current!.misread({
        images: images.slice(0, of * SIDE * SIDE),
        labels: labels.slice(0, of),
      });
      mistakes.value = {
        step,
        count: rows.length,
        of,
        shown: rows.slice(0, MOST_MISTAKES).map(({ row, said, probability }) => ({
          pixels: images.subarray(row * SIDE * SIDE, (row + 1) * SIDE * SIDE),
          truth: labels[row]!,
          said,
          probability,
        })),
      };
    });

  useEffect(() => {
    if (!isServed) return;
    viewer.current = new ModelWorker();
    if (choices.length > 0) openChoice(first);
    return () => viewer.current?.close();
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
    thoughts,
    trainer,
    mistakes,
    lookForMistakes,
    open(from) {
      if (typeof from === "number") openChoice(from);
      if (from !== "trained") return;
      choice.value = from;
      attempt(openTrained);
    },
    openFile,
    onDraw,
    randomImage,
  };
}
