/** Whether a model is the very file that its run saved. */
import { createHash } from "node:crypto";
import { savedSha256 } from "../src/runs/facts.ts";
import { MODEL_ENDING } from "../src/runs/layout.ts";
import { findFile, type FoundFile } from "./folder.ts";
import type { Store } from "./store.ts";

/**
 * What is wrong with the file `path` of the run `id`, in a sentence: it is a model and has another SHA-256 than `run.json`
 * tells. Undefined where nothing is known to be wrong.
 */
export async function modelProblem(store: Store, id: string, path: string): Promise<string | undefined> {
  const expected = path.endsWith(MODEL_ENDING) ? savedSha256((await store.entry(id))?.info, path) : null;
  const found = findFile(store.root, [id, ...path.split("/")]);
  if (expected === null || found === undefined || await hashOf(found) === expected) return undefined;
  return `${path} is not the file that the run saved: its SHA-256 is not the one in run.json`;
}

async function hashOf({ path }: FoundFile): Promise<string> {
  using file = await Deno.open(path);
  const hash = createHash("sha256"), piece = new Uint8Array(2 ** 20);
  for (;;) {
    const count = await file.read(piece);
    if (count === null) return hash.digest("hex");
    hash.update(piece.subarray(0, count));
  }
}
