/** Checkpoints on disk: two generations, of which one is whole whatever a crash leaves. */
import { platform } from "../core/choose_platform.ts";
import { causeOf, DescentError } from "../core/errors.ts";
import { folderOf } from "../core/paths.ts";
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
  const { files } = platform();
  try {
    await files.makeFolder(folderOf(path));
    await files.write(temporary, bytes, { isNew: false });
    await files.rename(path, previousOf(path)).catch((error) => {
      if (!files.isNotFound(error)) throw error;
    });
    await files.rename(temporary, path);
    await files.syncFolder(folderOf(path));
  } catch (error) {
    await files.remove(temporary).catch(() => {});
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
      return await decodeCheckpoint(await platform().files.read(file), file);
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
    if (await platform().files.stat(file).then(({ isFile }) => isFile, () => false)) return true;
  }
  return false;
}
