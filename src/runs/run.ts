/** Writing run folders; `layout.ts` shows what is in one. */
import { basename, join } from "node:path";
import { causeOf, DescentError, require } from "../core/errors.ts";
import { writeAtomically } from "../core/write_file.ts";
import { formatJson, type JsonObject } from "./json.ts";
import { METRICS_FILE, RUN_FILE, type RunInfo } from "./layout.ts";
import { holdLock, hostName, LOCK_FILE } from "./lock.ts";
import { readEntry } from "./read.ts";
import { cannotWrite, RunWriter } from "./writer.ts";

export * from "./layout.ts";
export { RunWriter } from "./writer.ts";

export interface RunOptions {
  /** What the id starts with, such as `q1-adam`: letters, digits, `.`, `_` and `-`. */
  readonly name: string;
  readonly seed: number;
  /** What `run.json` tells besides the members of `RunInfo`. */
  readonly record: JsonObject;
  /** When the run starts; default now. */
  readonly now?: Date;
}

/**
 * Creates `out` if need be and in it the folder `<name>-<yyyymmdd>-<hhmmss>` (UTC), with -2, -3, … where that is
 * taken: the system creates a folder only once, so runs that start together never share one.
 *
 * @throws DescentError when the folder cannot be created or written.
 * @example
 * ```ts
 * import { assert } from "@std/assert";
 * import { createRun } from "./run.ts";
 * import { readRun } from "./read.ts";
 * const out = await Deno.makeTempDir();
 * const run = await createRun(out, { name: "q1-adam", seed: 1, record: { epochs: 2 } });
 * run.writeMetrics({ epoch: 0, loss: 0.5 });
 * run.writeMetrics({ epoch: 1, loss: 0.25 });
 * await run.finish("finished");
 * const { state, metrics } = await readRun(run.path);
 * assert(state === "finished" && metrics[1]!.loss === 0.25);
 * await Deno.remove(out, { recursive: true });
 * ```
 */
export async function createRun(out: string, options: RunOptions): Promise<RunWriter> {
  const { name, seed, record, now = new Date() } = options;
  require(
    /^[a-z0-9][a-z0-9._-]{0,99}$/i.test(name),
    () => `Cannot name a run "${name}": use up to 100 letters, digits, ".", "_" and "-"`,
  );
  const startedAt = now.toISOString();
  const [date, time] = startedAt.replaceAll(/[-:]|\..*$/g, "").split("T");
  const own = { name, seed, state: "running", startedAt, pid: Deno.pid, host: hostName() } as const;
  const clash = Object.keys(record).find((key) =>
    Object.hasOwn(own, key) || ["id", "finishedAt", "error", "sha256"].includes(key)
  );
  if (clash !== undefined) throw new Error(`A run records "${clash}" itself`);

  let path: string | undefined, lock: Deno.FsFile | undefined;
  try {
    await Deno.mkdir(out, { recursive: true });
    path = await claimFolder(join(out, `${name}-${date}-${time}`));
    lock = await holdLock(join(path, LOCK_FILE));
    const info: RunInfo = { id: basename(path), ...own, ...record };
    await writeAtomically(join(path, RUN_FILE), formatJson(info));
    const metrics = await Deno.open(join(path, METRICS_FILE), { append: true, create: true });
    return new RunWriter(path, info, metrics, lock);
  } catch (error) {
    lock?.close();
    if (path !== undefined) await Deno.remove(path, { recursive: true }).catch(() => {});
    const cause = error instanceof Deno.errors.AlreadyExists ? "a file has this name" : causeOf(error);
    throw new DescentError(
      `Cannot create a run folder in ${out}: ${cause}; choose a folder that can be written`,
    );
  }
}

/**
 * Opens the folder of a run that has ended, to go on in it: it is `running` again, and lines are added to its metrics, or
 * with `fromStart` take their place.
 *
 * @throws DescentError when it is no run, its process still lives, or it cannot be written.
 * @example
 * ```ts
 * import { assert } from "@std/assert";
 * import { createRun, reopenRun } from "./run.ts";
 * import { readRun } from "./read.ts";
 * const out = await Deno.makeTempDir();
 * const run = await createRun(out, { name: "q1", seed: 1, record: {} });
 * await run.finish("interrupted");
 * const again = await reopenRun(run.path);
 * await again.finish("finished");
 * assert((await readRun(run.path)).state === "finished" && again.id === run.id);
 * await Deno.remove(out, { recursive: true });
 * ```
 */
export async function reopenRun(
  path: string,
  { fromStart = false }: { readonly fromStart?: boolean } = {},
): Promise<RunWriter> {
  const entry = await readEntry(path);
  if (entry?.info === undefined) {
    throw new DescentError(`Cannot go on in ${path}: it has no ${RUN_FILE} that can be read`);
  }
  // Looked at before the lock is taken: to take it from a run that holds it would make that one seem dead.
  require(
    entry.state !== "running",
    () => `Cannot go on in ${path}: process ${entry.info!.pid} still works there; end it first`,
  );
  let lock: Deno.FsFile | undefined;
  try {
    lock = await holdLock(join(path, LOCK_FILE));
    // Members that are undefined are not written.
    const info: RunInfo = {
      ...entry.info,
      state: "running",
      pid: Deno.pid,
      ...{ finishedAt: undefined, error: undefined },
    };
    await writeAtomically(join(path, RUN_FILE), formatJson(info));
    if (fromStart) await Deno.writeFile(join(path, METRICS_FILE), new Uint8Array(0));
    const metrics = await Deno.open(join(path, METRICS_FILE), { append: true, create: true });
    return new RunWriter(path, info, metrics, lock, { isUsed: true });
  } catch (error) {
    lock?.close();
    if (error instanceof DescentError) throw error;
    throw cannotWrite(join(path, RUN_FILE), error);
  }
}

/** Creates `path`, or `path-2`, `path-3`, … where it exists, and returns what it created. */
async function claimFolder(path: string): Promise<string> {
  for (let attempt = 1;; attempt++) {
    const free = attempt === 1 ? path : `${path}-${attempt}`;
    try {
      await Deno.mkdir(free);
      return free;
    } catch (error) {
      if (!(error instanceof Deno.errors.AlreadyExists)) throw error;
    }
  }
}
