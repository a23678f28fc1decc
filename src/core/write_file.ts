/** Files that are written whole or not at all. */

/**
 * Writes a file so that readers see the old one or the new one, never a half: into a temporary file beside it, which is
 * renamed. File and folder are synchronised, so that it outlives a loss of power. A crash leaves at most a file whose
 * name starts with a dot.
 */
export async function writeAtomically(path: string, data: string | Uint8Array): Promise<void> {
  const { folder, name } = splitPath(path);
  const temporary = `${folder}.${name}.${crypto.randomUUID()}.tmp`;
  try {
    {
      using file = await Deno.open(temporary, { write: true, createNew: true });
      writeFully(file, typeof data === "string" ? new TextEncoder().encode(data) : data);
      await file.sync();
    }
    await Deno.rename(temporary, path);
  } catch (error) {
    await Deno.remove(temporary).catch(() => {}); // it may not even have been created
    throw error;
  }
  await syncFolder(folderOf(path));
}

/** Writes all of `bytes`; one call of `writeSync` may write less. */
export function writeFully(file: Deno.FsFile, bytes: Uint8Array): void {
  for (let written = 0; written < bytes.length;) written += file.writeSync(bytes.subarray(written));
}

/** A new name in a folder is lost with the power unless the folder is synchronised too. */
export async function syncFolder(folder: string): Promise<void> {
  try {
    using opened = await Deno.open(folder);
    await opened.sync();
  } catch {
    // Some systems open no folders, or synchronise none: then the name is as safe as they make it.
  }
}

const MAX_LINKS = 40;

/**
 * The path of the regular file that `path` names, behind symbolic links; it need not exist yet.
 *
 * @throws an error in a few words when something else has this name: a folder, a pipe, a device.
 */
export async function regularFile(path: string): Promise<string> {
  for (let at = path, links = 0; links < MAX_LINKS; links++) {
    let found: Deno.FileInfo;
    try {
      found = await Deno.lstat(at);
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return at;
      throw error;
    }
    if (found.isFile) return at;
    if (!found.isSymlink) throw new Error(found.isDirectory ? "it is a folder" : "it is no regular file");
    const target = await Deno.readLink(at);
    at = /^([a-z]:|[/\\])/i.test(target) ? target : splitPath(at).folder + target;
  }
  throw new Error("its symbolic links go round in a circle");
}

/** The folder that a path leads into: `.` where it names none. */
export function folderOf(path: string): string {
  const { folder } = splitPath(path);
  return folder === "" ? "." : folder;
}

/** The folder with its last separator, and the name: without `node:path`, as browsers load this file too. */
function splitPath(path: string): { readonly folder: string; readonly name: string } {
  const cut = path.search(/[^/\\]*$/);
  return { folder: path.slice(0, cut), name: path.slice(cut) };
}
