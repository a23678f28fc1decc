/** The models that a run has left. */
import { join } from "node:path";
import { savedSha256 } from "../../src/runs/facts.ts";
import { MODEL_FILE } from "../../src/runs/layout.ts";
import { readEntry } from "../../src/runs/read.ts";
import { loadModel, type Trained } from "../../src/train/saved.ts";

/**
 * A model of the run in the folder `path`.
 *
 * @throws DescentError when it is not the very file that the run saved, as the SHA-256 in `run.json` tells; that of a run
 * from before it was noted is read as it is.
 */
export async function loadRunModel(path: string, file = MODEL_FILE): Promise<Trained> {
  const sha256 = savedSha256((await readEntry(path))?.info, file);
  return await loadModel(join(path, file), sha256 === null ? {} : { sha256 });
}
