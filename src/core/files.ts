/** Files that are whole or not there at all, never outside their folder, and why one could not be written. */
import { basename, dirname, isAbsolute, join, normalize, sep } from "node:path";
import { require } from "./errors.ts";

/** Why a file operation failed, in a few words: `not a directory`, `no space left on device`. */
export function causeOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  // The system's words come first; Deno appends an error number, the call and the path.
  const words = message.replace(/ \(os error \d+\)[^]*$/, "").replaceAll("\n", " ");
  return words.charAt(0).toLowerCase() + words.slice(1);
}

/**
 * Writes a file so that readers see the old one or the new one, never a half: into a temporary file beside it,
 * which is synchronised and renamed. A crash leaves at most a file whose name starts with a dot.
 */
export async function writeAtomically(path: string, data: string | Uint8Array): Promise<void> {
  const temporary = join(dirname(path), `.${basename(path)}.${crypto.randomUUID()}.tmp`);
  try {
    {
      using file = await Deno.open(temporary, { write: true, createNew: true });
      writeFully(file, typeof data === "string" ? new TextEncoder().encode(data) : data);
      await file.sync();
    }
    await Deno.rename(temporary, path);
    await syncFolder(dirname(path));
  } catch (error) {
    await Deno.remove(temporary).catch(() => {}); // it may not even have been created
    throw error;
  }
}

/** Writes all of `bytes`; one call of `writeSync` may write less. */
export function writeFully(file: Deno.FsFile, bytes: Uint8Array): void {
  for (let written = 0; written < bytes.length;) written += file.writeSync(bytes.subarray(written));
}

/** Has the names in a folder written to the disk: without it, a power cut may undo a rename. */
export async function syncFolder(path: string): Promise<void> {
  try {
    using folder = await Deno.open(path, { read: true });
    await folder.sync();
  } catch {
    // Some systems open no folders; the file itself is on the disk all the same.
  }
}

/**
 * `relative` as a path below `folder`.
 *
 * @throws DescentError when it is empty, absolute or leads out of the folder.
 * @example
 * ```ts
 * import { assert } from "@std/assert";
 * import { pathInside } from "./files.ts";
 * assert(pathInside("runs/a", "figures/loss.svg").endsWith("loss.svg"));
 * ```
 */
export function pathInside(folder: string, relative: string): string {
  const path = normalize(relative), [first] = path.split(sep);
  require(
    relative !== "" && first !== "." && first !== ".." && !isAbsolute(path) && !/^[a-z]:|\/$|\\$/i.test(path),
    () => `Cannot write "${relative}" into ${folder}: name a file inside this folder`,
  );
  return join(folder, path);
}
