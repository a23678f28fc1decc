/** The folder beside the runs: what belongs to them and is no part of any, so that runs stay as they were made. */
import { join } from "node:path";
import { causeOf, DescentError } from "../core/errors.ts";

/** Its name in the folder of runs. A name with a dot in front is no run. */
export const BESIDE_FOLDER = ".descent";

/**
 * Makes the folder beside the runs, or one in it, if it is not there, and returns its path.
 *
 * @throws DescentError when a link or a file has its name, which would lead writers elsewhere, or it cannot be made.
 */
export async function makeBesideFolder(runs: string, ...names: readonly string[]): Promise<string> {
  const path = join(runs, BESIDE_FOLDER, ...names);
  try {
    await Deno.mkdir(path).catch((error) => {
      if (!(error instanceof Deno.errors.AlreadyExists)) throw error;
    });
  } catch (error) {
    throw new DescentError(`Cannot make the folder ${path}: ${causeOf(error)}`);
  }
  if (!(await Deno.lstat(path)).isDirectory) {
    throw new DescentError(`Cannot write into ${path}: it is no folder, or a link to one; remove it`);
  }
  return path;
}
