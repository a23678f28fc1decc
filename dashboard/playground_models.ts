/** The models that the runs hold, as the Playground offers them. */
import type { ModelChoice } from "../components/playground/playground_types.ts";
import type { RunRow } from "../components/types.ts";
import type { RunEntry } from "../src/runs/read.ts";
import { isJsonObject } from "../src/runs/json.ts";
import { findFile } from "./folder.ts";
import type { Store } from "./store.ts";

/** More are not offered: nobody looks through them. */
const MAX_MODELS = 200;
/** Files that hold a classifier of images, and the number that tells how good it is, in order of preference. */
const FILES = [
  { file: "classifier.safetensors", numbers: ["classifier.test.accuracy", "classifier.validation.accuracy"] },
  { file: "model.safetensors", numbers: ["test.accuracy", "validation.accuracy"] },
] as const;

/** Classifiers that can be opened, the best first. */
export async function modelChoices(store: Store): Promise<readonly ModelChoice[]> {
  const scored = (await store.list()).flatMap((row) => {
    const found = FILES.map(({ file, numbers }) => ({ file, accuracy: scoreOf(row, numbers) }))
      .find(({ accuracy }) => accuracy !== undefined);
    return found === undefined ? [] : [{ row, file: found.file, accuracy: found.accuracy! }];
  }).sort((a, b) => b.accuracy - a.accuracy);
  const choices: ModelChoice[] = [];
  for (const { row: { id, experiment, network }, file, accuracy } of scored) {
    if (choices.length >= MAX_MODELS) break;
    if (findFile(store.root, [id, file]) === undefined) continue;
    choices.push({ id, file, accuracy, experiment, network, digits: digitsOf(await store.entry(id)) });
  }
  return choices;
}

function scoreOf({ numbers }: RunRow, names: readonly string[]): number | undefined {
  return names.map((name) => numbers[name]).find((value) => value !== undefined);
}

/** Names of the classes, in the order of the model's outputs; null where the run does not tell. */
export function digitsOf(entry: RunEntry | undefined): readonly string[] | null {
  for (const holder of [entry?.info?.data, entry?.info?.settings]) {
    const digits = isJsonObject(holder) ? holder.digits : undefined;
    if (Array.isArray(digits) && digits.length > 0 && digits.length <= 256) {
      return digits.map((digit) => String(digit).slice(0, 20));
    }
  }
  return null;
}
