/** The worker of the pages Playground and Latent space: models at work, and training, away from what is drawn. */
import { browserWasm, browserWebgpu, fetchBytes, firstLayerOf, Viewer } from "./playground_engine.ts";
import type { Asked, Told } from "../components/playground/playground_messages.ts";
import { type Throttle, throttle } from "./playground_pace.ts";
import { trainInBrowser } from "./playground_train.ts";
import { DescentError, unreachable } from "../src/core/errors.ts";
import { selfTest } from "../src/exec/selftest.ts";
import { findAdapter } from "../src/exec/webgpu.ts";
import { decodeModel } from "../src/train/saved.ts";

let viewer: Viewer | undefined, training = new AbortController();
/** Of the training that was asked for last. */
let pacing: Throttle | undefined;
/** Requests are answered one after another, but for what a training under way is told. */
let queue = Promise.resolve();

function tell(told: Told): void {
  self.postMessage(told);
}

async function openModel(id: number, bytes: Uint8Array, path: string): Promise<void> {
  const trained = decodeModel(bytes, { path });
  if (!viewer?.update(trained)) {
    const next = await Viewer.open(trained, await browserWasm());
    viewer?.close();
    viewer = next;
  }
  tell({ kind: "opened", id, model: viewer.facts, first: firstLayerOf(trained) });
}

async function train(
  { id, settings, backend, ...sets }: Asked & { readonly kind: "train" },
  signal: AbortSignal,
  throttle: Throttle,
): Promise<void> {
  if (signal.aborted) return tell({ kind: "done", id });
  const executor = backend === "webgpu" ? await browserWebgpu() : await browserWasm();
  try {
    // Drivers do miscompile kernels.
    if (backend === "webgpu") await selfTest(executor);
    await trainInBrowser(settings, sets, {
      executor,
      signal,
      throttle,
      onStart: () => tell({ kind: "started", id, description: executor.description }),
      onProgress: (record, more) => tell({ kind: "progress", id, record, ...more }),
    });
  } finally {
    if (backend === "webgpu") executor.close();
  }
  tell({ kind: "done", id });
}

async function answer(asked: Asked, signal: AbortSignal, pacing: Throttle | undefined): Promise<void> {
  const { id } = asked;
  switch (asked.kind) {
    case "open":
      return await openModel(id, await fetchBytes(asked.address, asked.name), asked.name);
    case "decode":
      return await openModel(id, asked.bytes, asked.name);
    case "show":
      if (viewer === undefined) throw new DescentError("No model is open: choose one from the list");
      return tell({ kind: "shown", id, shown: await viewer.show(asked.pixels) });
    case "misread":
      return tell({ kind: "misread", id, rows: await viewer?.misread(asked.set) ?? [] });
    case "webgpu": {
      const { kind, name } = await findAdapter();
      return tell({ kind: "webgpu", id, webgpu: { kind, name } });
    }
    case "train":
      return await train(asked, signal, pacing!);
    case "control":
      return; // done when it came
    default:
      return unreachable(asked);
  }
}

self.onmessage = ({ data: asked }: MessageEvent<Asked>) => {
  if (asked.kind === "control") return pacing?.control(asked.control);
  if (asked.kind === "train") {
    training.abort();
    training = new AbortController();
    pacing = throttle({ pace: asked.pace, learningRate: asked.settings.learningRate });
  }
  const { signal } = training, own = pacing;
  queue = queue.then(() => answer(asked, signal, own)).catch((error) => {
    const sentence = error instanceof Error ? error.message : String(error);
    if (!(error instanceof DescentError)) console.error(error);
    tell({ kind: "problem", id: asked.id, sentence });
  });
};
