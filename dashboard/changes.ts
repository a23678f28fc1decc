/** What pages may ask to be changed, read with distrust: names, tags, notes, and that a run stops. */
import { basename, dirname } from "node:path";
import { MAX_NAME, MAX_NOTE, MAX_TAGS, type NoteChange } from "../components/runs/run_note.ts";
import { DescentError, require } from "../src/core/errors.ts";
import { isJsonObject, type Json, type JsonObject, parseObject } from "../src/runs/json.ts";
import { askToStop } from "../src/runs/stop_request.ts";
import { json } from "./define.ts";
import { findFolder } from "./folder.ts";
import { NoteConflict } from "./notes.ts";
import { plainAnswer } from "./security.ts";
import type { Store } from "./store.ts";

const MAX_BODY_BYTES = 256 * 1024, MAX_IDS = 1000;

/** Does what a request asks for, and answers what came of it; what cannot be done is said in a sentence. */
export async function answerChange(
  request: Request,
  work: (asked: JsonObject) => Promise<Json>,
): Promise<Response> {
  try {
    return json(await work(await readAsked(request)));
  } catch (error) {
    if (error instanceof NoteConflict) return json({ problem: error.message, now: error.now }, 409);
    if (error instanceof DescentError) return plainAnswer(error.message, 400);
    throw error;
  }
}

/** Changes what is kept of the runs `ids`, and answers what is kept of them then. */
export async function changeNotes(store: Store, asked: JsonObject): Promise<Json> {
  const { ids } = asked, { notes } = store;
  require(
    Array.isArray(ids) && ids.length > 0 && ids.length <= MAX_IDS &&
      ids.every((id) => typeof id === "string"),
    () => `A change names 1 to ${MAX_IDS} runs`,
  );
  const wanted = ids as readonly string[];
  for (const id of wanted) await theRun(store, id);
  await notes.change(wanted, noteChangeOf(asked.change));
  store.forget();
  return wanted.map((id) => (notes.of(id) ?? null) as Json);
}

/** Asks the training of a run to end, as Ctrl-C does. */
export async function stopRun(store: Store, { id }: JsonObject): Promise<Json> {
  require(typeof id === "string", "Say which run is to stop");
  const { state } = await theRun(store, id);
  require(state === "running", () => `${id} is not training: there is nothing to stop`);
  const folder = findFolder(store.root, [id]), root = await Deno.realPath(store.root);
  // A training knows its folder by the name that it made it with.
  require(
    folder !== undefined && dirname(folder) === root,
    () => `${id} is a link to a folder elsewhere: stop the run there`,
  );
  await askToStop(store.root, basename(folder));
  return { id };
}

async function theRun(store: Store, id: string) {
  const row = await store.row(id);
  require(row !== undefined, () => `There is no run "${id.slice(0, 200)}" any more`);
  return row;
}

function noteChangeOf(asked: Json | undefined): NoteChange {
  const change = isJsonObject(asked) ? asked : {}, { kind, before, value } = change;
  switch (kind) {
    case "name":
    case "note": {
      const most = kind === "name" ? MAX_NAME : MAX_NOTE;
      require(typeof before === "string" && typeof value === "string", `A ${kind} is a text`);
      require(
        value.length <= most,
        () => `A ${kind} has up to ${most} characters; this one has ${value.length}`,
      );
      require(kind === "note" || !/\p{Cc}/u.test(value), "A name is a single line");
      return { kind, before, value: value.trim() };
    }
    case "tags":
      return { kind, add: wordsIn(change.add), remove: wordsIn(change.remove) };
    case "archive":
      require(typeof value === "boolean", "A run is put away or is not");
      return { kind, value };
    default:
      throw new DescentError("Changes are of a name, a note, tags, or whether a run is put away");
  }
}

function wordsIn(value: Json | undefined): readonly string[] {
  require(
    Array.isArray(value) && value.length <= MAX_TAGS && value.every((one) => typeof one === "string"),
    () => `Tags are a list of up to ${MAX_TAGS} texts`,
  );
  return value as readonly string[];
}

async function readAsked(request: Request): Promise<JsonObject> {
  const parts: Uint8Array[] = [];
  let bytes = 0;
  for await (const part of request.body ?? []) {
    bytes += part.length;
    require(bytes <= MAX_BODY_BYTES, () => `A change has at most ${MAX_BODY_BYTES} bytes`);
    parts.push(part);
  }
  const asked = parseObject(await new Blob(parts as Uint8Array<ArrayBuffer>[]).text());
  require(asked !== undefined, "A change is a JSON object");
  return asked;
}
