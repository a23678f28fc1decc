/**
 * How a training is asked to stop by someone who may not signal its process: a file in a folder beside the runs, which
 * the training looks for once a second. That works from another machine on a shared folder, needs no permission to end
 * processes, and whoever asks need not be able to write into any run.
 */
import { basename, dirname, join } from "node:path";
import { BESIDE_FOLDER, makeBesideFolder } from "./beside.ts";

/** In the folder beside the runs: a file by the id of each run that is asked to stop. */
const STOP_FOLDER = "stop";

/** How often a training looks. */
const LOOK_MS = 1000;

function requestPath(runs: string, id: string): string {
  return join(runs, BESIDE_FOLDER, STOP_FOLDER, id);
}

/**
 * Asks the run `id` in the folder `runs` to stop. A run that is not under way never hears of it.
 *
 * @throws DescentError when the folder beside the runs is a link or a file.
 */
export async function askToStop(runs: string, id: string): Promise<void> {
  await makeBesideFolder(runs);
  await makeBesideFolder(runs, STOP_FOLDER);
  const path = requestPath(runs, id);
  await Deno.remove(path).catch(() => {});
  await Deno.writeTextFile(path, `${new Date().toISOString()}\n`, { createNew: true });
}

/** Whether the run `id` is asked to stop and has not heard it yet. */
export function isAskedToStop(runs: string, id: string): boolean {
  try {
    return Deno.lstatSync(requestPath(runs, id)).isFile;
  } catch {
    return false;
  }
}

export interface StopWatchOptions {
  /** Aborts `signal` of the watch too. */
  readonly signal?: AbortSignal;
  /** Called when the request is seen. */
  readonly onAsked?: () => void;
  /** How often it looks. Default 1000. */
  readonly lookMs?: number;
}

/** Looks for a request to stop while a run is under way. */
export class StopWatch implements AsyncDisposable {
  /** Aborted once the run is asked to stop, or by the signal that was given. */
  readonly signal: AbortSignal;
  readonly #controller = new AbortController();
  readonly #path: string;
  #timer: ReturnType<typeof setTimeout> | undefined;

  readonly #onAsked: (() => void) | undefined;

  private constructor(path: string, { signal, onAsked }: StopWatchOptions) {
    this.#path = path;
    this.#onAsked = onAsked;
    this.signal = AbortSignal.any([this.#controller.signal, ...(signal ? [signal] : [])]);
  }

  /**
   * Begins to look; a request from before is none. `run` is the run's folder.
   *
   * @example
   * ```ts
   * import { assert } from "@std/assert";
   * import { askToStop, StopWatch } from "./stop_request.ts";
   * const runs = await Deno.makeTempDir();
   * {
   *   await using watch = await StopWatch.open(`${runs}/q1`, { lookMs: 1 });
   *   const heard = new Promise((resolve) => watch.signal.addEventListener("abort", resolve));
   *   await askToStop(runs, "q1");
   *   await heard;
   *   assert(watch.isAsked);
   * }
   * await Deno.remove(runs, { recursive: true });
   * ```
   */
  static async open(run: string, options: StopWatchOptions = {}): Promise<StopWatch> {
    const watch = new StopWatch(requestPath(dirname(run), basename(run)), options);
    await watch.#forget();
    watch.#lookAgain(options.lookMs ?? LOOK_MS);
    return watch;
  }

  /** Whether the request came, and not the signal alone. */
  get isAsked(): boolean {
    return this.#controller.signal.aborted;
  }

  #lookAgain(lookMs: number): void {
    this.#timer = setTimeout(async () => {
      // What cannot be looked at asks for nothing.
      const isThere = await Deno.lstat(this.#path).then(({ isFile }) => isFile, () => false);
      if (this.#timer === undefined) return;
      if (!isThere) return this.#lookAgain(lookMs);
      this.#onAsked?.();
      this.#controller.abort(new Error("interrupted"));
    }, lookMs);
  }

  async #forget(): Promise<void> {
    await Deno.remove(this.#path).catch(() => {}); // mostly there is none
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    await this.#forget();
  }
}
