/**
 * Names, tags and notes of runs, in a file of their own beside the runs: `.descent/notes.json` in the folder of runs.
 * Nothing of a run is ever written. A file that cannot be read is told and left as it is: somebody's words are in it.
 */
import { join } from "node:path";
import { MAX_TAGS, NO_NOTE, type NoteChange, type RunNote, tagProblem } from "../components/runs/run_note.ts";
import { causeOf, DescentError, require } from "../src/core/errors.ts";
import { writeAtomically } from "../src/core/write_file.ts";
import { BESIDE_FOLDER, makeBesideFolder } from "../src/runs/beside.ts";
import { formatJson, isJsonObject, type Json, type JsonObject, parseObject } from "../src/runs/json.ts";

const NOTES_FILE = "notes.json", LOCK_FILE = "notes.lock";
const MAX_BYTES = 16 * 2 ** 20;
/** How long another dashboard may hold the file. */
const LOCK_TRIES = 40, LOCK_WAIT_MS = 50;

/** Somebody else has changed the same words meanwhile: theirs are not lost. */
export class NoteConflict extends DescentError {
  /** What the words are now. */
  readonly now: string;

  constructor(kind: "name" | "note", now: string) {
    super(
      `The ${kind} was changed meanwhile, in another window: it is ${
        now === "" ? "empty now" : `now "${now}"`
      }; keep yours once more to write over it`,
    );
    this.now = now;
  }
}

export class Notes {
  readonly #root: string;
  #stamp = "";
  #all: ReadonlyMap<string, RunNote> = new Map();
  #problem: string | undefined;
  /** One change after another. */
  #last: Promise<unknown> = Promise.resolve();
  /** Grows whenever the file has changed. */
  version = 0;

  constructor(root: string) {
    this.#root = root;
  }

  /** What is wrong with the file, in a sentence. */
  get problem(): string | undefined {
    return this.#problem;
  }

  /** What is kept of a run, as of the last `look`. */
  of(id: string): RunNote | undefined {
    return this.#all.get(id);
  }

  /** Reads the file again if it has changed. */
  look(): void {
    const path = join(this.#root, BESIDE_FOLDER, NOTES_FILE), stamp = stampOf(this.#root, path);
    if (stamp === this.#stamp) return;
    this.#stamp = stamp;
    this.version++;
    this.#problem = undefined;
    this.#all = new Map();
    if (stamp === "") return;
    try {
      this.#all = notesIn(readNotes(path, stamp));
    } catch (error) {
      this.#problem = `Names, tags and notes cannot be read from ${BESIDE_FOLDER}/${NOTES_FILE}: ${
        causeOf(error)
      }; repair it, or move it away`;
    }
  }

  /**
   * Changes what is kept of some runs, all or none, and writes the file whole.
   *
   * @throws NoteConflict when a text is not any more what the change goes by.
   * @throws DescentError when a change is none, or the file cannot be read or written.
   */
  change(ids: readonly string[], change: NoteChange): Promise<void> {
    const work = this.#last.then(() => this.#change(ids, change));
    this.#last = work.catch(() => {});
    return work;
  }

  async #change(ids: readonly string[], change: NoteChange): Promise<void> {
    const folder = await makeBesideFolder(this.#root);
    using _lock = await lockOf(join(folder, LOCK_FILE));
    this.#stamp = "again";
    this.look();
    if (this.#problem !== undefined) throw new DescentError(this.#problem);
    const all = new Map(this.#all);
    for (const id of ids) {
      const note = changed(all.get(id) ?? NO_NOTE, change);
      if (isEmpty(note)) all.delete(id);
      else all.set(id, note);
    }
    const text = formatJson({ runs: Object.fromEntries(all) as unknown as Json });
    require(text.length <= MAX_BYTES, () => `There is room for ${MAX_BYTES} bytes of notes: shorten some`);
    try {
      await writeAtomically(join(folder, NOTES_FILE), text);
    } catch (error) {
      throw new DescentError(`Cannot write ${BESIDE_FOLDER}/${NOTES_FILE}: ${causeOf(error)}`);
    }
    this.look();
  }
}

/** What changes with the file; nothing where there is none. A link, even of its folder, may lead anywhere. */
function stampOf(root: string, path: string): string {
  try {
    if (!Deno.lstatSync(join(root, BESIDE_FOLDER)).isDirectory) return "a link";
    const { mtime, size, ino, isFile } = Deno.lstatSync(path);
    return isFile ? `${mtime?.getTime()}:${size}:${ino}` : "a link";
  } catch {
    return "";
  }
}

function readNotes(path: string, stamp: string): JsonObject {
  require(stamp !== "a link", () => "it is a link, or no regular file");
  const bytes = Deno.readFileSync(path);
  require(bytes.length <= MAX_BYTES, () => `it has ${bytes.length} bytes, at most ${MAX_BYTES} are read`);
  const value = parseObject(new TextDecoder().decode(bytes));
  if (!isJsonObject(value?.runs)) throw new DescentError('it is damaged: there is no object "runs" in it');
  return value.runs;
}

/** What the file holds, as far as it makes sense: people may edit it. */
function notesIn(runs: JsonObject): ReadonlyMap<string, RunNote> {
  const text = (value: Json | undefined) => typeof value === "string" ? value : "";
  return new Map(
    Object.entries(runs).filter((entry): entry is [string, JsonObject] => isJsonObject(entry[1])).map((
      [id, { name, note, tags, isArchived }],
    ) => [id, {
      name: text(name),
      note: text(note),
      tags: Array.isArray(tags) ? [...new Set(tags.map(text))].filter((tag) => tag !== "") : [],
      isArchived: isArchived === true,
    }]),
  );
}

function isEmpty({ name, note, tags, isArchived }: RunNote): boolean {
  return name === "" && note === "" && tags.length === 0 && !isArchived;
}

function changed(note: RunNote, change: NoteChange): RunNote {
  switch (change.kind) {
    case "name":
    case "note": {
      const { kind, before, value } = change, now = note[kind];
      if (now !== before && now !== value) {
        throw new NoteConflict(kind, now);
      }
      return { ...note, [kind]: value };
    }
    case "tags": {
      const tags = [...new Set([...note.tags, ...change.add])].filter((tag) => !change.remove.includes(tag));
      const problem = change.add.map(tagProblem).find((one) => one !== undefined);
      require(problem === undefined, () => problem!);
      require(
        tags.length <= MAX_TAGS,
        () => `A run has up to ${MAX_TAGS} tags; this would be ${tags.length}`,
      );
      return { ...note, tags };
    }
    case "archive":
      return { ...note, isArchived: change.value };
    default:
      return change satisfies never;
  }
}

/** Held while the file is read, changed and written: there may be two dashboards over one folder. */
async function lockOf(path: string): Promise<Disposable> {
  const found = await Deno.lstat(path).catch(() => undefined);
  require(
    found === undefined || found.isFile,
    () => `${BESIDE_FOLDER}/${LOCK_FILE} is no regular file: remove it`,
  );
  const file = await Deno.open(path, { write: true, create: true }).catch((error) => {
    throw new DescentError(`Cannot write into ${BESIDE_FOLDER}: ${causeOf(error)}`);
  });
  for (let i = 0; i < LOCK_TRIES; i++) {
    // Some network file systems know no locks: then the writers are on their own.
    if (await file.tryLock(true).catch(() => true)) return file;
    await new Promise((resolve) => setTimeout(resolve, LOCK_WAIT_MS));
  }
  file.close();
  throw new DescentError("Another dashboard writes notes just now: try again");
}
