/** The page's side of the worker that trains: one for all tables, claims and figures of the page. */
import { signal } from "@preact/signals";
import type { DrawnPicture, Recomputed, RecomputeForm } from "../../experiments/reports/judged.ts";
import { addressOf, type Site } from "../site.tsx";
import type {
  RecomputeAsked,
  RecomputeBackend,
  RecomputeProgress,
  RecomputeTarget,
  RecomputeTold,
} from "./recompute_types.ts";

/** Where `src/exec` would be: the library looks for its kernels, shaders and threads from there. */
const WORKER = "/recompute/src/exec/recompute_worker.js";
/** How long a training has to end by itself. */
const STOP_MS = 1500;

/** Whether something is being trained: one thing at a time. */
export const isTraining = signal(false);

/** What a training tells while it runs. */
export interface Watching {
  onProgress(progress: RecomputeProgress): void;
  onCurves(pictures: readonly DrawnPicture[]): void;
}

interface Waiting extends Watching {
  readonly id: number;
  resolve(recomputed: Recomputed | null): void;
  reject(error: Error): void;
}

let worker: Worker | undefined, waiting: Waiting | undefined, lastId = 0;

/** Trains what the form says and judges it; null where it was stopped. Rejects with a sentence. */
export async function recompute(
  { report, ids }: Pick<RecomputeTarget, "report" | "ids">,
  { site, form, backend, ...watching }: Watching & {
    readonly site: Site;
    readonly form: RecomputeForm;
    readonly backend: RecomputeBackend;
  },
): Promise<Recomputed | null> {
  worker ??= start(site);
  isTraining.value = true;
  const id = ++lastId;
  try {
    return await new Promise((resolve, reject) => {
      waiting = { id, resolve, reject, ...watching };
      send({ kind: "recompute", id, report, items: ids, form, backend });
    });
  } finally {
    waiting = undefined;
    isTraining.value = false;
  }
}

/** Ends what is under way. Runs that were over are kept, unless the worker is too busy to hear. */
export function stopRecomputing(): void {
  const stopped = waiting;
  if (stopped === undefined) return;
  send({ kind: "stop", id: stopped.id });
  setTimeout(() => {
    if (waiting !== stopped) return;
    worker?.terminate();
    worker = undefined;
    stopped.resolve(null);
  }, STOP_MS);
}

function send(asked: RecomputeAsked): void {
  worker?.postMessage(asked);
}

function start(site: Site): Worker {
  const made = new Worker(addressOf(site, WORKER), { type: "module" });
  made.onmessage = ({ data: told }: MessageEvent<RecomputeTold>) => {
    if (waiting === undefined || told.id !== waiting.id) return;
    switch (told.kind) {
      case "progress":
        return waiting.onProgress(told.progress);
      case "curves":
        return waiting.onCurves(told.pictures);
      case "done":
        return waiting.resolve(told.recomputed);
      case "problem":
        return waiting.reject(new Error(told.sentence));
      default:
        return told satisfies never;
    }
  };
  made.onerror = (event) => {
    event.preventDefault();
    worker = undefined;
    waiting?.reject(
      new Error(
        "The worker of this page did not start: it needs a browser with modules in workers and WebAssembly",
      ),
    );
  };
  return made;
}
