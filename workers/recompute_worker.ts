/**
 * The worker of the reports' pages: trains declared experiments with the kernels as they are. It is served where
 * `src/exec` would be, so that the library finds kernels, shaders and threads beside it as among its sources.
 */
import type { RecomputeAsked, RecomputeTold } from "../components/report/recompute_types.ts";
import { liveCurves, type RecomputeNews, Recomputing } from "../experiments/browser/recompute.ts";
import { PackedImages } from "../experiments/images/image_pack.ts";
import { platform } from "../src/core/choose_platform.ts";
import { DescentError, unreachable } from "../src/core/errors.ts";
import { type Choice, chooseExecutor } from "../src/exec/choose.ts";
import { findAdapter } from "../src/exec/webgpu.ts";

/** Curves are drawn at most so often, and progress is told. */
const DRAW_MS = 400, TELL_MS = 100;
/** Drawing takes at most this share of the time. */
const DRAW_SHARE = 0.1;

const recomputing = new Recomputing(new PackedImages(readImages));
let stopping = new AbortController();
/** One after another. */
let queue = Promise.resolve();

function tell(told: RecomputeTold): void {
  self.postMessage(told);
}

async function readImages(file: string): Promise<Uint8Array<ArrayBuffer>> {
  const address = new URL(`../../images/${file}`, import.meta.url);
  try {
    return await platform().readAsset(address);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    throw new DescentError(`Cannot read the images ${address.pathname}: ${why}; is the whole export there?`);
  }
}

type Asked = RecomputeAsked & { readonly kind: "recompute" };

const choices = new Map<string, Promise<Choice>>();

/** Opened once. Where threads cannot share memory there is one. */
function choiceOf(backend: Asked["backend"]): Promise<Choice> {
  const choice = choices.get(backend) ?? openChoice(backend).catch((error) => {
    choices.delete(backend);
    throw error;
  });
  choices.set(backend, choice);
  return choice;
}

async function openChoice(backend: Asked["backend"]): Promise<Choice> {
  const { kind } = await findAdapter(), isGpu = kind !== "none" && kind !== "software";
  if (backend === "webgpu" || (backend === "auto" && isGpu)) return await chooseExecutor({ backend });
  const isAlone = platform().whyNoSharing() !== undefined;
  return await chooseExecutor({ backend: "wasm", ...(isAlone && { threads: 1 }) });
}

/** Tells of a training, no more often than people can read it. */
function teller(id: number): (news: RecomputeNews) => void {
  let toldMs = -Infinity, drawAtMs = 0, drawn = "";
  return (news) => {
    const { title, stage, share, history } = news, now = performance.now();
    if (now - toldMs >= TELL_MS) {
      toldMs = now;
      tell({ kind: "progress", id, progress: { title, stage, share, epoch: history.length } });
    }
    const shown = `${title} ${stage} ${history.length}`;
    if (now < drawAtMs || history.length < 2 || shown === drawn) return;
    drawn = shown;
    tell({ kind: "curves", id, pictures: liveCurves(news) });
    const after = performance.now();
    drawAtMs = after + Math.max(DRAW_MS, (after - now) / DRAW_SHARE);
  };
}

async function recompute({ id, backend, report, items, form }: Asked, signal: AbortSignal): Promise<void> {
  const place = { choice: await choiceOf(backend), backend, signal, onNews: teller(id) };
  const recomputed = await recomputing.recompute({ report, items, form }, place);
  tell({ kind: "done", id, recomputed: recomputed ?? null });
}

self.onmessage = ({ data: asked }: MessageEvent<RecomputeAsked>) => {
  switch (asked.kind) {
    case "stop":
      stopping.abort();
      stopping = new AbortController();
      return;
    case "recompute": {
      const { signal } = stopping;
      queue = queue.then(() => recompute(asked, signal)).catch((error) => {
        if (!(error instanceof DescentError)) console.error(error);
        tell({
          kind: "problem",
          id: asked.id,
          sentence: error instanceof Error ? error.message : String(error),
        });
      });
      return;
    }
    default:
      return unreachable(asked);
  }
};
