/** The page's side of its worker, and the images that the server gives. */
import { DescentError } from "../../src/core/errors.ts";
import { SIDE } from "./playground_digit.ts";
import type {
  Asked,
  Control,
  FirstLayer,
  ImageSet,
  Misread,
  ModelFacts,
  Pace,
  Shown,
  Told,
  WebgpuFacts,
} from "./playground_messages.ts";
import type { BrowserBackend, PlaySettings } from "./playground_settings.ts";

type WithoutId<T> = T extends unknown ? Omit<T, "id"> : never;
type Final = Exclude<Told["kind"], "problem" | "progress" | "started">;
type ToldOf<K extends Told["kind"]> = Told & { readonly kind: K };

interface Waiting {
  resolve(told: Told): void;
  reject(error: Error): void;
  onNews?(told: Told): void;
}

/** A model that the worker has opened. */
export interface OpenedModel {
  readonly model: ModelFacts;
  readonly first: FirstLayer | null;
}

/** How long a training has to make place for the next one: a software adapter may be in the middle of a long epoch. */
const STOP_MS = 700;

/** A worker in which models are opened, shown and trained. What goes wrong there is thrown here, as a sentence. */
export class ModelWorker {
  readonly #waiting = new Map<number, Waiting>();
  #worker = this.#start();
  #id = 0;
  #training: number | undefined;

  #start(): Worker {
    const worker = new Worker("/playground/worker", { type: "module" });
    worker.onmessage = ({ data: told }: MessageEvent<Told>) => {
      const waiting = this.#waiting.get(told.id);
      if (told.kind === "progress" || told.kind === "started") return waiting?.onNews?.(told);
      this.#waiting.delete(told.id);
      if (told.kind === "problem") waiting?.reject(new DescentError(told.sentence));
      else waiting?.resolve(told);
    };
    worker.onerror = (event) => {
      event.preventDefault();
      const error = new DescentError("The worker of this page did not start: load the page again");
      for (const { reject } of this.#waiting.values()) reject(error);
      this.#waiting.clear();
    };
    return worker;
  }

  /** Opens a model that the dashboard serves. */
  async open(address: string, name: string): Promise<OpenedModel> {
    return await this.#ask("opened", { kind: "open", address, name });
  }

  /** Opens a model from the bytes of its file. */
  async decode(bytes: Uint8Array<ArrayBuffer>, name: string): Promise<OpenedModel> {
    return await this.#ask("opened", { kind: "decode", bytes, name });
  }

  async show(pixels: Uint8Array): Promise<Shown> {
    return (await this.#ask("shown", { kind: "show", pixels })).shown;
  }

  /** Which images of the set the open model takes for another digit, the surest first. */
  async misread(set: ImageSet): Promise<readonly Misread[]> {
    return (await this.#ask("misread", { kind: "misread", set })).rows;
  }

  async webgpu(): Promise<WebgpuFacts> {
    return (await this.#ask("webgpu", { kind: "webgpu" })).webgpu;
  }

  /** Resolves when training is over, by itself, by `stop` or by another that is asked for. */
  async train(
    { settings, backend, pace, train, validation }: {
      readonly settings: PlaySettings;
      readonly backend: BrowserBackend;
      readonly pace: Pace;
      readonly train: ImageSet;
      readonly validation: ImageSet;
    },
    onNews: (told: Told) => void,
  ): Promise<void> {
    const before = this.#training,
      asked = { kind: "train", settings, backend, pace, train, validation } as const;
    const answer = this.#ask("done", asked, onNews), id = this.#training = this.#id;
    if (before !== undefined && this.#waiting.has(before)) {
      setTimeout(() => this.#replaceFor(before, { ...asked, id }), STOP_MS);
    }
    await answer;
  }

  /** Asks a new worker, if one before has not ended yet and none was asked for since. */
  #replaceFor(before: number, asked: Asked): void {
    if (!this.#waiting.has(before) || asked.id !== this.#training) return;
    this.#worker.terminate();
    this.#worker = this.#start();
    for (const [id, waiting] of this.#waiting) {
      if (id >= asked.id) continue;
      this.#waiting.delete(id);
      waiting.resolve({ kind: "done", id });
    }
    this.#worker.postMessage(asked);
  }

  /** Tells the training that is under way how to go on. */
  control(control: Control): void {
    this.#worker.postMessage({ kind: "control", id: ++this.#id, control } satisfies Asked);
  }

  close(): void {
    this.#worker.terminate();
  }

  #ask<K extends Final>(
    _kind: K,
    asked: WithoutId<Asked>,
    onNews?: (told: Told) => void,
  ): Promise<ToldOf<K>> {
    const id = ++this.#id;
    return new Promise<ToldOf<K>>((resolve, reject) => {
      this.#waiting.set(id, {
        resolve: (told) => resolve(told as ToldOf<K>),
        reject,
        ...(onNews && { onNews }),
      });
      this.#worker.postMessage({ ...asked, id } as Asked);
    });
  }
}

/** Images to train on, and others that no training here sees. */
export interface Images {
  readonly train: ImageSet;
  readonly test: ImageSet;
}

let images: Promise<Images> | undefined;

/** Images of MNIST, asked for once. */
export function fetchImages(): Promise<Images> {
  return images ??= readImages().catch((error) => {
    images = undefined;
    throw error;
  });
}

async function readImages(): Promise<Images> {
  let answer: Response;
  try {
    answer = await fetch("/playground/images");
  } catch {
    throw new DescentError("Cannot read the images: the dashboard does not answer; is it still running?");
  }
  if (!answer.ok) throw new DescentError((await answer.text()).trim());
  const buffer = await answer.arrayBuffer(), view = new DataView(buffer);
  let at = 8;
  const take = (count: number) => new Uint8Array(buffer.slice(at, at += count));
  const set = (rows: number): ImageSet => ({ images: take(rows * SIDE * SIDE), labels: take(rows) });
  return { train: set(view.getUint32(0, true)), test: set(view.getUint32(4, true)) };
}

/** What to tell people of something that was thrown. */
export function sentenceOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
