/**
 * The runs folder in memory. A run is read again only when its `run.json` or `summary.json` has changed, so that a
 * list of a thousand runs costs a look at their files, not reading them.
 */
import { join } from "node:path";
import type { RunRow } from "../components/types.ts";
import { LOCK_FILE } from "../src/runs/lock.ts";
import { RUN_FILE, SUMMARY_FILE } from "../src/runs/layout.ts";
import { readEntry, type RunEntry } from "../src/runs/read.ts";
import { findFolder, isPlainName, listNames, readText } from "./folder.ts";
import { Notes } from "./notes.ts";
import { rowOf, strangeRow } from "./rows.ts";

/** Larger JSON than this is not read; folders beyond this many are not listed. */
const MAX_JSON_BYTES = 4 * 2 ** 20, MAX_RUNS = 20_000;
/** A list this young is given again without a look at the folder. */
const FRESH_MS = 150;
/** Two changes within so many milliseconds may carry the same time stamp. */
const CLOCK_MS = 20;
/** How long runs are read before other work gets its turn. */
const TURN_MS = 25;
/** Folders of ours that are no runs. */
const OTHER_FOLDERS: readonly string[] = ["bench"];

interface Known {
  readonly stamp: string;
  readonly entry: RunEntry | undefined;
  readonly row: RunRow;
}

/** Reads the runs below `root`, and remembers what it read. */
export class Store {
  /** As it was given; it need not exist. */
  readonly root: string;
  /** What people have written beside the runs. */
  readonly notes: Notes;
  /** Grows whenever a list shows something else than before. */
  version = 0;
  #known = new Map<string, Known>();
  #list: readonly RunRow[] = [];
  #listedMs = -Infinity;
  #listing: Promise<readonly RunRow[]> | undefined;

  constructor(root: string) {
    this.root = root;
    this.notes = new Notes(root);
  }

  /** All runs and what else lies in the folder, newest first, damaged ones last. */
  list(): Promise<readonly RunRow[]> {
    if (performance.now() - this.#listedMs < FRESH_MS) return Promise.resolve(this.#list);
    return this.#listing ??= this.#read().finally(() => this.#listing = undefined);
  }

  /** One run as it is now, or `undefined` where there is no such folder. */
  async row(id: string): Promise<RunRow | undefined> {
    const known = await this.#look(id);
    this.notes.look();
    return known && this.#noted(known.row);
  }

  /** What its `run.json` and `summary.json` hold. */
  async entry(id: string): Promise<RunEntry | undefined> {
    return (await this.#look(id))?.entry;
  }

  async #read(): Promise<readonly RunRow[]> {
    const names = listNames(this.root, MAX_RUNS).filter((name) =>
      isPlainName(name) && !OTHER_FOLDERS.includes(name)
    );
    const rows: RunRow[] = [], before = this.#known, { version } = this.notes;
    this.notes.look();
    if (this.notes.version !== version) this.version++;
    this.#known = new Map();
    let turnMs = performance.now();
    for (const name of names) {
      if (performance.now() - turnMs > TURN_MS) {
        await new Promise((resolve) => setTimeout(resolve, 0));
        turnMs = performance.now();
      }
      const known = await this.#look(name, before.get(name));
      if (known !== undefined) rows.push(this.#noted(known.row));
    }
    if (rows.length !== this.#list.length) this.version++;
    this.#list = rows.sort(newestFirst);
    this.#listedMs = performance.now();
    return this.#list;
  }

  /** The row with what is kept of it, if there is anything. */
  #noted(row: RunRow): RunRow {
    const kept = this.notes.of(row.id);
    return kept === undefined ? row : { ...row, kept };
  }

  /** Lists anew when it is next asked for a list, however soon. */
  forget(): void {
    this.#listedMs = -Infinity;
  }

  async #look(id: string, known = this.#known.get(id)): Promise<Known | undefined> {
    const stamp = isPlainName(id) ? stampOf(join(this.root, id)) : undefined;
    if (stamp === undefined) return undefined;
    let now = known;
    if (now?.stamp !== stamp || now.row.state === "running") now = await this.#load(id, stamp);
    if (now !== known && JSON.stringify(now.row) !== JSON.stringify(known?.row)) this.version++;
    this.#known.set(id, now);
    return now;
  }

  async #load(id: string, stamp: string): Promise<Known> {
    const strange = (error: string) => ({ stamp, entry: undefined, row: strangeRow(id, error) });
    const folder = findFolder(this.root, [id]);
    if (folder === undefined) return strange("A link that leads out of the runs folder: not read");
    if (isOther(join(folder, LOCK_FILE))) return strange(`${LOCK_FILE} is no regular file: not read`);
    const entry = await readEntry(folder, (path) => {
      return Promise.resolve(readText(this.root, [id, path.slice(folder.length + 1)], MAX_JSON_BYTES));
    });
    if (entry === undefined) return strange(`No ${RUN_FILE}: not a run, or one that is just being made`);
    return { stamp, entry, row: rowOf(id, entry) };
  }
}

/** What changes when a run's files do; `undefined` where there is no folder (or link to one). */
function stampOf(folder: string): string | undefined {
  try {
    const { isDirectory, isSymlink } = Deno.lstatSync(folder);
    if (!isDirectory && !isSymlink) return undefined;
  } catch {
    return undefined;
  }
  return [RUN_FILE, SUMMARY_FILE].map((name) => {
    try {
      const { mtime, size, ino } = Deno.lstatSync(join(folder, name));
      const time = mtime?.getTime() ?? 0;
      // What has changed just now may change again within the clock's step.
      return Date.now() - time < CLOCK_MS ? crypto.randomUUID() : `${time}:${size}:${ino}`;
    } catch {
      return "";
    }
  }).join(" ");
}

/** Whether there is something that is no regular file: to open a pipe would wait for its writer. */
function isOther(path: string): boolean {
  try {
    return !Deno.lstatSync(path).isFile;
  } catch {
    return false;
  }
}

const BY_NAME = new Intl.Collator("en", { numeric: true });

function newestFirst(a: RunRow, b: RunRow): number {
  const [first, second] = [a.startedAt ?? "", b.startedAt ?? ""];
  return first === second ? BY_NAME.compare(b.id, a.id) : first < second ? 1 : -1;
}
