/** The folder of a run around the work that fills it. */
import type { Choice } from "../src/exec/choose.ts";
import { toJson } from "../src/runs/json.ts";
import type { JsonObject } from "../src/runs/json.ts";
import { createRun, type RunOptions, type RunWriter } from "../src/runs/run.ts";

/** What work leaves: its result, and whether it was interrupted. */
export interface Ended<T> {
  readonly value: T;
  readonly interrupted: boolean;
}

/**
 * Makes a run folder, does the work, and notes how it ended. When the work throws, the folder keeps what was recorded
 * and the error; a folder with nothing in it to keep is removed.
 */
export async function inRun<T>(
  out: string,
  options: RunOptions,
  work: (run: RunWriter) => Promise<Ended<T>>,
): Promise<Ended<T> & { readonly path: string }> {
  const run = await createRun(out, options);
  try {
    const ended = await work(run);
    await run.finish(ended.interrupted ? "interrupted" : "finished");
    return { ...ended, path: run.path };
  } catch (error) {
    if (!await run.discard()) {
      await run.finish("failed", { error: error instanceof Error ? error.message : String(error) });
    }
    throw error;
  }
}

/** What `run.json` tells of the place where a run is made. */
export async function placeRecord({ executor, why }: Choice): Promise<JsonObject> {
  return {
    backend: { name: executor.name, description: executor.description, why },
    versions: toJson({ descent: await ownVersion(), deno: Deno.version.deno, v8: Deno.version.v8 }),
  };
}

async function ownVersion(): Promise<string> {
  const config = JSON.parse(await Deno.readTextFile(new URL("../deno.json", import.meta.url)));
  return config.version;
}
