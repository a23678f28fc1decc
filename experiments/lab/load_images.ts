/** The images of a run: an experiment's selection, from the original MNIST or from what else is asked for. */
import { require } from "../../src/core/errors.ts";
import { type ImageSelection, type SelectedImages, selectImages } from "../images/select.ts";
import { SPLIT_NAMES } from "../../src/data/data_set.ts";
import { type JsonObject, toJson } from "../../src/runs/json.ts";
import type { ImageOptions } from "./place.ts";

/** Sets that are kept, so that runs one after another need not read and choose again. */
const KEPT = 3;
const kept = new Map<string, Promise<SelectedImages>>();

/**
 * Reads the images of a selection; from another folder, or of other digits, as many as there are in the same
 * proportion. Throws when a set that the selection fills is left empty.
 */
export async function loadImages(
  selection: ImageSelection,
  { seed, data, digits }: ImageOptions & { readonly seed: number },
): Promise<SelectedImages> {
  const isOther = data !== undefined || digits !== undefined;
  const options: ImageSelection = {
    ...selection,
    seed,
    ...(isOther && { shrink: true }),
    ...(data !== undefined && { data }),
    ...(digits && { digits }),
  };
  const key = JSON.stringify(options), known = kept.get(key) ?? selectImages(options);
  kept.delete(key);
  kept.set(key, known);
  for (const old of kept.keys()) {
    if (kept.size <= KEPT) break;
    kept.delete(old);
  }
  let splits: SelectedImages;
  try {
    splits = await known;
  } catch (error) {
    kept.delete(key);
    throw error;
  }
  requireFilled(splits, selection);
  return splits;
}

function requireFilled(splits: SelectedImages, { first, perClass }: ImageSelection): void {
  const counts = first ?? perClass;
  const empty = SPLIT_NAMES.find((name) => splits[name].rows === 0 && (counts?.[name] ?? 0) > 0);
  require(
    empty === undefined,
    () =>
      first
        ? `${splits.source.from} has no ${empty} images of these digits: give it some in its ${
          empty === "test" ? "t10k" : "training"
        } files`
        : `${splits.source.from} leaves no ${empty} images: give at least 5 images of each digit`,
  );
}

/** What `run.json` tells of the images. */
export function dataRecord({ source }: SelectedImages): JsonObject {
  return toJson(source);
}
