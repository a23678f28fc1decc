/** Files that are written whole or not at all. */
import { platform } from "./choose_platform.ts";
import { folderOf, splitPath } from "./paths.ts";
import type { FileStatus } from "./platform.ts";

/**
 * Writes a file so that readers see the old one or the new one, never a half: into a temporary file beside it, which is
 * renamed. File and folder are synchronised, so that it outlives a loss of power. A crash leaves at most a file whose
 * name starts with a dot.
 */
export async function writeAtomically(path: string, data: string | Uint8Array): Promise<void> {
  const { files } = platform(), { folder, name } = splitPath(path);
  const temporary = `${folder}.${name}.${crypto.randomUUID()}.tmp`;
  try {
    const bytes = typeof data === "string" ? new TextEncoder().encode(data) : data;
    await files.write(temporary, bytes, { isNew: true });
    await files.rename(temporary, path);
  } catch (error) {
    await files.remove(temporary).catch(() => {}); // it may not even have been created
    throw error;
  }
  await files.syncFolder(folderOf(path));
}

const MAX_LINKS = 40;

/**
 * The path of the regular file that `path` names, behind symbolic links; it need not exist yet.
 *
 * @throws an error in a few words when something else has this name: a folder, a pipe, a device.
 */
export async function regularFile(path: string): Promise<string> {
  const { files } = platform();
  for (let at = path, links = 0; links < MAX_LINKS; links++) {
    let found: FileStatus;
    try {
      found = await files.lstat(at);
    } catch (error) {
      if (files.isNotFound(error)) return at;
      throw error;
    }
    if (found.isFile) return at;
    if (!found.isSymlink) throw new Error(found.isDirectory ? "it is a folder" : "it is no regular file");
    const target = await files.readLink(at);
    at = /^([a-z]:|[/\\])/i.test(target) ? target : splitPath(at).folder + target;
  }
  throw new Error("its symbolic links go round in a circle");
}
