/** The folder of a run around the work that fills it, and what `run.json` tells of the place. */
import type { Choice } from "../../src/exec/choose.ts";
import { type JsonObject, toJson } from "../../src/runs/json.ts";
import type { RunWriter } from "../../src/runs/run.ts";
import { codeVersion } from "./code_version.ts";

/** What work leaves: its result, and whether it was interrupted. */
export interface Ended<T> {
  readonly value: T;
  readonly interrupted: boolean;
}

/**
 * Does the work in a run that is open, and notes how it ended. When the work throws, the folder keeps what was recorded and
 * the error; a folder with nothing in it to keep is removed.
 */
export async function within<T>(
  run: RunWriter,
  work: (run: RunWriter) => Promise<Ended<T>>,
): Promise<Ended<T> & { readonly path: string }> {
  try {
    const ended = await work(run);
    await run.finish(ended.interrupted ? "interrupted" : "finished");
    return { ...ended, path: run.path };
  } catch (error) {
    if (!await run.discard()) {
      const message = error instanceof Error ? error.message : String(error);
      // Where even this cannot be written, the first cause is what matters; the folder then looks like that of a dead run.
      await run.finish("failed", { error: message }).catch(() => {});
    }
    throw error;
  }
}

/** The executor and the versions of everything that numbers depend on. */
export async function placeRecord({ executor, why }: Choice): Promise<JsonObject> {
  const { version } = JSON.parse(await Deno.readTextFile(new URL("../../deno.json", import.meta.url)));
  return {
    backend: { name: executor.name, description: executor.description, why },
    versions: toJson({
      descent: version,
      code: await codeVersion(),
      deno: Deno.version.deno,
      v8: Deno.version.v8,
    }),
  };
}
