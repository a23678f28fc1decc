/** What writes into the folder of a run while it is under way. */
import { dirname, join } from "node:path";
import { causeOf, DescentError } from "../core/errors.ts";
import { sha256 } from "../core/sha256.ts";
import { writeAtomically } from "../core/write_file.ts";
import { pathInside } from "./files.ts";
import { formatJson, type Json, type JsonObject } from "./json.ts";
import { METRICS_FILE, MODEL_ENDING, RUN_FILE, type RunInfo, type RunState } from "./layout.ts";
import { LOCK_FILE, releaseLock } from "./lock.ts";

/** Lines that may wait, and for how long, before they are written: a line a microsecond must not cost a call. */
const MAX_PENDING_LINES = 256;
const MAX_PENDING_MS = 100;

/**
 * Writes one run; `createRun` makes it. It owns the open metrics file and the lock: end it by `finish` or
 * `discard`, whichever way the run goes. The first of them counts, later ones do nothing.
 */
export class RunWriter {
  /** The folder, as joined from what `createRun` was given. */
  readonly path: string;
  readonly id: string;
  readonly #info: RunInfo;
  readonly #metrics: Deno.FsFile;
  readonly #lock: Deno.FsFile | undefined;
  #pending: string[] = [];
  #flushedMs = -Infinity;
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** Why metrics could not be written, and whether the caller has heard. */
  #failure: DescentError | undefined;
  #told = false;
  /** Whether anything but `run.json` was written. */
  #used = false;
  /** SHA-256 of the model files that were written, by their paths. */
  readonly #sha256 = new Map<string, string>();
  #end: Promise<void> | undefined;

  constructor(
    path: string,
    info: RunInfo,
    metrics: Deno.FsFile,
    lock: Deno.FsFile | undefined,
    { isUsed = false }: { readonly isUsed?: boolean } = {},
  ) {
    this.path = path;
    this.#used = isUsed;
    this.id = info.id;
    this.#info = info;
    this.#metrics = metrics;
    this.#lock = lock;
  }

  /**
   * Appends a line to `metrics.jsonl`. Lines are written in groups, at most 0.1 s late; NaN and infinities
   * become null.
   *
   * @throws DescentError when this or an earlier line could not be written.
   */
  writeMetrics(line: JsonObject): void {
    this.#use();
    this.#pending.push(JSON.stringify(line) + "\n");
    const waitMs = this.#flushedMs + MAX_PENDING_MS - performance.now();
    if (waitMs <= 0 || this.#pending.length >= MAX_PENDING_LINES) this.#flush();
    else if (this.#timer === undefined) {
      const timer = this.#timer = setTimeout(() => this.#flush(), waitMs);
      Deno.unrefTimer(timer); // `finish` flushes: no process need stay alive for this
    }
    if (this.#failure !== undefined) {
      this.#told = true;
      throw this.#failure;
    }
  }

  /** Writes `value` as the file `name`, such as `summary.json`: whole, in the place of an older one. */
  async writeJson(name: string, value: Json): Promise<void> {
    await this.writeFile(name, formatJson(value));
  }

  /**
   * Writes a file of the run, such as `figures/loss.svg`: whole, in the place of an older one. Of models, `run.json`
   * tells the SHA-256 when the run ends.
   *
   * @throws DescentError when the path leaves the folder or the file cannot be written.
   */
  async writeFile(relative: string, data: string | Uint8Array): Promise<void> {
    this.#use();
    const path = pathInside(this.path, relative);
    if ([RUN_FILE, METRICS_FILE, LOCK_FILE].some((own) => path === join(this.path, own))) {
      throw new Error(`${relative} is written by the run itself`);
    }
    try {
      await Deno.mkdir(dirname(path), { recursive: true });
      await writeAtomically(path, data);
    } catch (error) {
      throw cannotWrite(path, error);
    }
    if (relative.endsWith(MODEL_ENDING) && typeof data !== "string") {
      this.#sha256.set(relative, await sha256(new Uint8Array(data)));
    }
  }

  /**
   * Writes what is left, notes in `run.json` how and when the run ended, with `extra` (such as `error`), and
   * closes its files.
   *
   * @throws DescentError when something could not be written and nobody was told yet.
   */
  finish(state: Exclude<RunState, "running">, extra: JsonObject = {}): Promise<void> {
    return this.#end ??= this.#finish(state, extra);
  }

  /** Removes a file or folder of the run, if it is there. */
  async remove(relative: string): Promise<void> {
    this.#use();
    await Deno.remove(pathInside(this.path, relative), { recursive: true }).catch((error) => {
      if (!(error instanceof Deno.errors.NotFound)) throw cannotWrite(join(this.path, relative), error);
    });
  }

  /** Removes the folder if nothing was written yet but `run.json`, and tells whether it did. */
  async discard(): Promise<boolean> {
    if (this.#used || this.#end !== undefined) return false;
    this.#end = Promise.resolve();
    this.#metrics.close();
    this.#lock?.close();
    await Deno.remove(this.path, { recursive: true });
    return true;
  }

  async #finish(state: RunState, extra: JsonObject): Promise<void> {
    this.#flush();
    this.#metrics.close();
    const path = join(this.path, RUN_FILE);
    try {
      const hashes = { ...this.#info.sha256, ...Object.fromEntries(this.#sha256) };
      const info: RunInfo = {
        ...this.#info,
        ...(Object.keys(hashes).length > 0 && { sha256: hashes }),
        ...extra,
        state,
        finishedAt: new Date().toISOString(),
      };
      await writeAtomically(path, formatJson(info));
    } catch (error) {
      // The file of the lock stays, and nobody holds it: a reader takes the run for dead, not for running.
      this.#lock?.close();
      throw cannotWrite(path, error);
    }
    // Only now: a reader takes a run that is neither ended nor locked for dead.
    await releaseLock(this.#lock, join(this.path, LOCK_FILE));
    if (this.#failure !== undefined && !this.#told) throw this.#failure;
  }

  #use(): void {
    if (this.#end !== undefined) throw new Error(`Run ${this.id} has ended and takes no more files`);
    this.#used = true;
  }

  /** Never throws, as a timer calls it too: the next line or the end of the run tells of the failure. */
  #flush(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    const text = this.#pending.join("");
    this.#pending = [];
    this.#flushedMs = performance.now();
    // After a failure the file may end in half a line, so nothing may follow it.
    if (text === "" || this.#failure !== undefined) return;
    try {
      writeFully(this.#metrics, new TextEncoder().encode(text));
    } catch (error) {
      this.#failure = cannotWrite(join(this.path, METRICS_FILE), error);
    }
  }
}

export function cannotWrite(path: string, error: unknown): DescentError {
  return new DescentError(
    `Cannot write ${path}: ${causeOf(error)}; make room or choose another folder`,
  );
}

/** Writes all of `bytes`; one call of `writeSync` may write less. */
function writeFully(file: Deno.FsFile, bytes: Uint8Array): void {
  for (let written = 0; written < bytes.length;) written += file.writeSync(bytes.subarray(written));
}
