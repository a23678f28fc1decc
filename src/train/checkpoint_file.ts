/** Checkpoints on disk: two generations, of which one is whole whatever a crash leaves. */
import { causeOf, DescentError } from "../core/errors.ts";
import { folderOf, syncFolder, writeFully } from "../core/write_file.ts";
import { type Checkpoint, decodeCheckpoint, encodeCheckpoint } from "./checkpoint.ts";

/** The generation before. */
export function previousOf(path: string): string {
  return `${path}.previous`;
}

/**
 * Writes a checkpoint: beside its place, to the disk, then in its place, and what was there becomes the one before.
 *
 * @throws DescentError when it cannot be written; what was there before is still there.
 */
export async function writeCheckpoint(path: string, checkpoint: Checkpoint): Promise<void> {
  const bytes = await encodeCheckpoint(checkpoint), temporary = `${path}.part`;
  try {
    await Deno.mkdir(folderOf(path), { recursive: true });
    {
      using file = await Deno.open(temporary, { write: true, create: true, truncate: true });
      writeFully(file, bytes);
      await file.sync();
    }
    await Deno.rename(path, previousOf(path)).catch((error) => {
      if (!(error instanceof Deno.errors.NotFound)) throw error;
    });
    await Deno.rename(temporary, path);
    await syncFolder(folderOf(path));
  } catch (error) {
    await Deno.remove(temporary).catch(() => {});
    throw new DescentError(
      `Cannot write the checkpoint ${path}: ${
        causeOf(error)
      }; training goes on from the one before once it can be`,
    );
  }
}

/**
 * The newest whole checkpoint at a path: the file itself, or where it is missing or damaged the one before it.
 *
 * @throws DescentError when there is none.
 */
export async function readCheckpoint(path: string): Promise<Checkpoint> {
  const problems: string[] = [];
  for (const file of [path, previousOf(path)]) {
    try {
      return await decodeCheckpoint(await Deno.readFile(file), file);
    } catch (error) {
      problems.push(
        error instanceof DescentError ? error.message : `${file} cannot be read: ${causeOf(error)}`,
      );
    }
  }
  throw new DescentError(`There is no checkpoint to go on from: ${problems.join("; ")}`);
}

/** Whether there is a checkpoint at a path, whole or not. */
export async function hasCheckpoint(path: string): Promise<boolean> {
  for (const file of [path, previousOf(path)]) {
    if (await Deno.stat(file).then(({ isFile }) => isFile, () => false)) return true;
  }
  return false;
}
