/** Runs in a folder as figures of several runs read them. */
import { join } from "node:path";
import type { RunFacts } from "../../src/runs/facts.ts";
import { readRun } from "../../src/runs/read.ts";
import { loadImages } from "../lab/load_images.ts";
import type { ImageOptions } from "../lab/place.ts";
import { loadRunModel } from "../lab/run_model.ts";
import { experimentNamed } from "../registry.ts";
import type { FindRuns, Found } from "./item.ts";

/**
 * What is found among the runs in `folder`; `images` are those that they were all trained on, `changed` what else in them
 * is not the report's.
 */
export function foundIn(
  folder: string,
  find: FindRuns,
  { images = {}, changed }: { readonly images?: ImageOptions; readonly changed?: string | undefined },
): Found {
  return {
    find,
    modelOf: ({ id }) => loadRunModel(join(folder, id)),
    imagesOf: (run) => loadImages(selectionOf(run), { seed: run.seed ?? 1, ...images }),
    ...(changed !== undefined && { changed }),
    metricsOf: async ({ id }) => (await readRun(join(folder, id))).metrics,
  };
}

/** Which images an experiment takes depends on no more than whether all are wanted. */
function selectionOf({ experiment, settings }: RunFacts) {
  const declared = experimentNamed(experiment);
  return declared.images({ ...declared.defaults, ...(settings.full === "true" && { full: true }) });
}
