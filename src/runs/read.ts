/** Reading run folders, whatever state they were left in. */
import { basename, join } from "node:path";
import { causeOf, DescentError } from "../core/errors.ts";
import { isJsonObject, type Json, type JsonObject, parseObject } from "./json.ts";
import {
  FIGURES_FOLDER,
  METRICS_FILE,
  RUN_FILE,
  RUN_STATES,
  type RunInfo,
  type RunState,
  type RunSummary,
  SCORE_NAMES,
  SUMMARY_FILE,
} from "./layout.ts";
import { hostName, isAbandoned, LOCK_FILE } from "./lock.ts";

/**
 * `died`: `run.json` says running, but the process is gone; `unknown`: `run.json` cannot be read. A run on
 * another machine, or on a file system without locks, is never called died.
 */
export type ReadState = RunState | "died" | "unknown";

/** What a list shows of a run. */
export interface RunEntry {
  readonly path: string;
  /** As in `run.json`, else the folder's name. */
  readonly id: string;
  readonly state: ReadState;
  readonly info?: RunInfo;
  readonly summary?: RunSummary;
  /** What is damaged, in a sentence or two. */
  readonly error?: string;
}

export interface RunFolder extends RunEntry {
  /** The lines of `metrics.jsonl`, in order. */
  readonly metrics: readonly JsonObject[];
  /** Damaged lines that were left out, not counting a piece of one at the end, which is being written or was. */
  readonly skippedLines: number;
  /** Names of the files in `figures/`, sorted. */
  readonly figures: readonly string[];
}

/**
 * Reads a run folder, finished or not. What is missing or damaged is left out, and `error` says so.
 *
 * @throws DescentError when there is no such folder, or it may not be read.
 */
export async function readRun(path: string): Promise<RunFolder> {
  let figures: Deno.DirEntry[], text: string | undefined;
  try {
    const { isDirectory } = await Deno.stat(path);
    if (!isDirectory) throw new Error("it is a file");
    figures = await listFolder(join(path, FIGURES_FOLDER));
    text = await readText(join(path, METRICS_FILE));
  } catch (error) {
    throw new DescentError(`Cannot read run folder ${path}: ${causeOf(error)}; name a folder inside runs/`);
  }
  const id = basename(path),
    missing = { path, id, state: "unknown", error: `${RUN_FILE} is missing` } as const;
  return {
    ...(await readEntry(path) ?? missing),
    ...parseLines(text ?? ""),
    // Names with a dot in front are leftovers of a crash while writing.
    figures: figures.map(({ name }) => name).filter((name) => !name.startsWith(".")).sort(),
  };
}

/**
 * The runs in `out`, newest first; none if there is no such folder. Anything that is no run is passed over.
 *
 * @throws DescentError when `out` exists but cannot be listed.
 * @example
 * ```ts
 * import { assert } from "@std/assert";
 * import { listRuns } from "./read.ts";
 * import { createRun } from "./run.ts";
 * const out = await Deno.makeTempDir();
 * const run = await createRun(out, { name: "q1-adam", seed: 1, record: {} });
 * assert((await listRuns(out))[0]!.state === "running");
 * await run.finish("interrupted");
 * assert((await listRuns(out))[0]!.state === "interrupted");
 * await Deno.remove(out, { recursive: true });
 * ```
 */
export async function listRuns(out: string): Promise<RunEntry[]> {
  let names: Deno.DirEntry[];
  try {
    names = await listFolder(out);
  } catch (error) {
    throw new DescentError(`Cannot list the runs in ${out}: ${causeOf(error)}`);
  }
  const entries: RunEntry[] = [];
  for (const { name } of names) {
    const entry = await readEntry(join(out, name));
    if (entry !== undefined) entries.push(entry);
  }
  const startOf = ({ info }: RunEntry) => info?.startedAt ?? ""; // damaged ones last
  return entries.sort((a, b) =>
    startOf(a) === startOf(b)
      ? b.id.localeCompare(a.id, "en", { numeric: true })
      : startOf(a) < startOf(b)
      ? 1
      : -1
  );
}

/** The text of a file, or `undefined` if there is none; it may throw, and what it says becomes the entry's `error`. */
export type ReadText = (path: string) => Promise<string | undefined>;

/**
 * What `run.json` and `summary.json` of one folder tell; `undefined` where there is no `run.json`. A program that
 * does not trust the folder gives a `read` of its own, which refuses links and files that are too large.
 */
export async function readEntry(path: string, read: ReadText = readText): Promise<RunEntry | undefined> {
  const run = await readMember(path, RUN_FILE, isRunInfo, read);
  if (run === undefined) return undefined;
  const summary = await readMember(path, SUMMARY_FILE, isRunSummary, read);
  const errors = [run.error, summary?.error].filter((text) => text !== undefined);
  return {
    path,
    id: run.value?.id ?? basename(path),
    state: run.value === undefined ? "unknown" : await stateOf(path, run.value, read),
    ...(run.value !== undefined && { info: run.value }),
    ...(summary?.value !== undefined && { summary: summary.value }),
    ...(errors.length > 0 && { error: errors.join("; ") }),
  };
}

async function stateOf(path: string, { state, host }: RunInfo, read: ReadText): Promise<ReadState> {
  const here = hostName();
  const elsewhere = host !== undefined && here !== undefined && host !== here;
  if (state !== "running" || elsewhere || !await isAbandoned(join(path, LOCK_FILE))) return state;
  // It may have ended between the two looks; it writes its state before it gives the lock back.
  const again = await readMember(path, RUN_FILE, isRunInfo, read);
  return again?.value === undefined || again.value.state === "running" ? "died" : again.value.state;
}

/** A JSON file of the folder: its value, or what is wrong with it; `undefined` where there is none. */
async function readMember<T extends JsonObject>(
  folder: string,
  name: string,
  isValid: (value: JsonObject) => value is T,
  read: ReadText,
): Promise<{ readonly value?: T; readonly error?: string } | undefined> {
  let text: string | undefined;
  try {
    text = await read(join(folder, name));
  } catch (error) {
    return { error: `${name} cannot be read: ${causeOf(error)}` };
  }
  if (text === undefined) return undefined;
  const value = parseObject(text);
  if (value === undefined) return { error: `${name} is damaged: it is not a JSON object` };
  return isValid(value) ? { value } : { error: `${name} is damaged: members are missing or of a wrong type` };
}

function parseLines(text: string): { metrics: JsonObject[]; skippedLines: number } {
  const metrics: JsonObject[] = [];
  let skippedLines = 0;
  const lines = text.split("\n"), last = lines.length - 1;
  for (const [i, line] of lines.entries()) {
    const value = parseObject(line);
    if (value !== undefined) metrics.push(value);
    // What follows the last newline may be nothing, or a piece of a line: no piece of an object is an object.
    else if (i < last) skippedLines++;
  }
  return { metrics, skippedLines };
}

function isRunInfo(value: JsonObject): value is RunInfo {
  return typeof value.id === "string" && typeof value.name === "string" && typeof value.seed === "number" &&
    RUN_STATES.some((state) => state === value.state) && typeof value.startedAt === "string" &&
    typeof value.pid === "number" && isTextOrNothing(value.host) && isTextOrNothing(value.error) &&
    isTextOrNothing(value.finishedAt);
}

function isTextOrNothing(value: unknown): boolean {
  return value === undefined || typeof value === "string";
}

function isRunSummary(value: JsonObject): value is RunSummary {
  // A table of runs has cells instead of scores of its own.
  if (Array.isArray(value.cells)) {
    return typeof value.run === "string" && typeof value.experiment === "string";
  }
  return [value.run, value.experiment, value.stopped, value.backend].every((text) =>
    typeof text === "string"
  ) &&
    [value.epochs, value.seconds, value.seed, value.parameters].every((count) => typeof count === "number") &&
    [value.train, value.validation, value.test].every((split) => split === undefined || isSplitScores(split));
}

function isSplitScores(value: Json): boolean {
  if (!isJsonObject(value) || !(value.loss === null || typeof value.loss === "number")) return false;
  const kinds = SCORE_NAMES.map((name) => typeof value[name]);
  // A classifier has all scores, another model has none.
  return kinds.every((kind) => kind === "number") || kinds.every((kind) => kind === "undefined");
}

/** The text of a file, or `undefined` if there is no such file. */
async function readText(path: string): Promise<string | undefined> {
  try {
    return await Deno.readTextFile(path);
  } catch (error) {
    if (isMissing(error)) return undefined;
    throw error;
  }
}

/** What a folder holds; nothing if there is no such folder. */
async function listFolder(path: string): Promise<Deno.DirEntry[]> {
  try {
    return await Array.fromAsync(Deno.readDir(path));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}

function isMissing(error: unknown): boolean {
  return error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory;
}
