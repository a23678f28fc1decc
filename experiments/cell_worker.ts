/** A thread that makes runs, one after another, as it is told; see `lab/pool.ts`. */
import { chooseExecutor } from "../src/exec/choose.ts";
import type { Choice } from "../src/exec/choose.ts";
import { type CellNews, type CellTask, quietScreen } from "./lab/pool.ts";
import { makeRun } from "./lab/run.ts";
import { experimentNamed } from "./registry.ts";
import { publishedOf } from "./reports/published.ts";

/** How often it tells how far it is. */
const NEWS_EVERY_MS = 200;

const stop = new AbortController();
let choice: Choice | undefined;
let toldMs = 0;

const tell = (news: CellNews) => self.postMessage(news);

self.onmessage = async ({ data }: MessageEvent<CellTask | "stop">) => {
  if (data === "stop") return stop.abort(new Error("interrupted"));
  const { experiment, settings, seed, from, resume, options } = data;
  try {
    const { backend, threads } = options;
    choice ??= await chooseExecutor({ backend, ...(threads !== undefined && { threads }) });
    const screen = quietScreen({
      onProgress(share) {
        if (performance.now() - toldMs < NEWS_EVERY_MS) return;
        toldMs = performance.now();
        tell({ kind: "progress", share });
      },
      doing: (words) => tell({ kind: "doing", words }),
    });
    const ask = {
      settings,
      seed,
      ...(from !== undefined && { from }),
      ...(resume !== undefined && { resume }),
    };
    const place = { ...options, choice, screen, published: publishedOf, signal: stop.signal };
    const { path, interrupted } = await makeRun(experimentNamed(experiment), ask, place);
    tell({ kind: "made", path, interrupted });
  } catch (error) {
    tell({ kind: "failed", message: error instanceof Error ? error.message : String(error) });
  }
};
