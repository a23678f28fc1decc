/** News of runs as they happen: the folder is watched, so that nobody has to ask again and again. */
import { join } from "node:path";
import type { RunNews } from "../components/types.ts";
import { picturesStamp } from "./pictures.ts";
import { isPlainName } from "./folder.ts";
import type { Library } from "./library.ts";
import { runData } from "./run_data.ts";

/** Events of one moment are taken together. */
const SETTLE_MS = 80;
/** A process that has died raises no event, and some network folders raise none at all. */
const LOOK_MS = 700;
/** More new lines than this are sent as curves, thinned. */
const MANY_LINES = 3000;

/** Waits for changes in a folder. */
class Watch implements Disposable {
  readonly #signal: AbortSignal;
  #watcher: Deno.FsWatcher | undefined;
  #changed = false;
  #wake = () => {};

  constructor(folder: string, signal: AbortSignal) {
    this.#signal = signal;
    signal.addEventListener("abort", () => this.#wake());
    try {
      this.#watcher = Deno.watchFs(folder, { recursive: false });
      this.#listen(this.#watcher);
    } catch {
      // No such folder yet, or no more watches to be had: looking every now and then will do.
    }
  }

  async #listen(watcher: Deno.FsWatcher): Promise<void> {
    try {
      for await (const { kind } of watcher) {
        if (kind === "access") continue;
        this.#changed = true;
        this.#wake();
      }
    } catch {
      // The watcher was closed.
    }
  }

  /** Resolves soon after a change, after `LOOK_MS` at the latest, and at once when the signal is aborted. */
  async next(): Promise<void> {
    if (!this.#changed) await this.#sleep(LOOK_MS);
    if (this.#changed && !this.#signal.aborted) {
      await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
    }
    this.#changed = false;
  }

  #sleep(ms: number): Promise<void> {
    return new Promise((resolve) => {
      if (this.#signal.aborted) return resolve();
      const timer = setTimeout(resolve, ms);
      this.#wake = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }

  [Symbol.dispose](): void {
    this.#watcher?.close();
  }
}

/**
 * What happens to the run `id` after its first `lines` lines of metrics, until it ends, its folder is gone, or
 * `signal` is aborted.
 */
export async function* followRun(
  library: Library,
  id: string,
  { lines, signal }: { readonly lines: number; readonly signal: AbortSignal },
): AsyncGenerator<RunNews> {
  if (!isPlainName(id)) return;
  const { store } = library, metrics = library.metrics(id);
  using watch = new Watch(join(store.root, id), signal);
  let told = "", seen = lines;
  while (!signal.aborted) {
    const row = await store.row(id);
    if (row === undefined) return;
    await metrics.refresh();
    if (metrics.lines < seen || metrics.lines - seen > MANY_LINES) {
      yield { kind: "curves", lines: metrics.lines, stages: metrics.stages() };
    } else if (metrics.lines > seen) {
      yield { kind: "lines", lines: metrics.lines, appended: metrics.since(seen) };
    }
    seen = metrics.lines;
    const hasEnded = row.state !== "running" && row.state !== "unknown";
    const cells = row.isGroup ? (await store.list()).filter(({ group }) => group === id) : [];
    const stamp = JSON.stringify([
      row,
      picturesStamp(store.root, id),
      cells.map(({ id, state }) => [id, state]),
    ]);
    if (stamp !== told) {
      const data = await runData(store, id);
      if (data === undefined) return;
      yield {
        kind: hasEnded ? "end" : "run",
        data: { ...data, lines: seen, skippedLines: metrics.skippedLines },
      };
      told = stamp;
    }
    if (hasEnded) return;
    await watch.next();
  }
}

/** Yields now, and whenever a list of runs would show something new; while one trains, about every second. */
export async function* followList(library: Library, signal: AbortSignal): AsyncGenerator<void> {
  const { store } = library;
  using watch = new Watch(store.root, signal);
  let told = -1;
  while (!signal.aborted) {
    const rows = await store.list();
    const isLive = rows.some(({ state }) => state === "running");
    if (store.version !== told || isLive) yield;
    told = store.version;
    await watch.next();
  }
}
