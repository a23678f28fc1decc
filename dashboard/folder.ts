/**
 * Reading below the runs folder, and nowhere else: names come from addresses, and every file may have been put there
 * by someone else. A path is resolved first; what is opened is the resolved one.
 */
import { join, sep } from "node:path";
import { DescentError } from "../src/core/errors.ts";

/** A file that may be read: where it really lies, and what it was when it was looked at. */
export interface FoundFile {
  readonly path: string;
  readonly bytes: number;
  readonly mtimeMs: number;
  /** Of the file itself, whatever its name: another file has another one. Null where the system has none. */
  readonly inode: number | null;
}

/** A name of one entry of a folder: nothing hidden, nothing that leads elsewhere. */
export function isPlainName(name: string): boolean {
  // For the system a name ends at a zero byte.
  return name !== "" && name.length <= 255 && !/^\.|[/\\]/.test(name) && !name.includes("\0");
}

/**
 * The file `names` below `root`, or `undefined` where there is none that may be read: no such file, a name that is not
 * plain, a link that leads out of `root`, or something that is no regular file (a pipe would never end).
 *
 * @example
 * ```ts
 * import { assert } from "@std/assert";
 * import { findFile } from "./folder.ts";
 * assert(findFile(Deno.cwd(), ["..", "etc", "passwd"]) === undefined);
 * ```
 */
export function findFile(root: string, names: readonly string[]): FoundFile | undefined {
  const path = findPath(root, names);
  if (path === undefined) return undefined;
  const { isFile, size, mtime, ino } = Deno.lstatSync(path);
  return isFile ? { path, bytes: size, mtimeMs: mtime?.getTime() ?? 0, inode: ino } : undefined;
}

/** The folder `names` below `root` as it really lies, or `undefined` where there is none that may be read. */
export function findFolder(root: string, names: readonly string[]): string | undefined {
  const path = findPath(root, names);
  return path !== undefined && Deno.lstatSync(path).isDirectory ? path : undefined;
}

function findPath(root: string, names: readonly string[]): string | undefined {
  if (names.length === 0 || !names.every(isPlainName)) return undefined;
  try {
    const real = Deno.realPathSync(join(root, ...names)), top = Deno.realPathSync(root);
    return real.startsWith(top.endsWith(sep) ? top : top + sep) ? real : undefined;
  } catch {
    return undefined; // not there, a loop of links, or nothing that this process may read
  }
}

/**
 * The text of a file of at most `maxBytes`, or `undefined` if there is no such file.
 *
 * @throws DescentError when it is no regular file, lies elsewhere, or is larger.
 */
export function readText(root: string, names: readonly string[], maxBytes: number): string | undefined {
  const bytes = readBytes(root, names, { maxBytes });
  return bytes && new TextDecoder().decode(bytes);
}

/** As `readText`, with the bytes as they are; `length` reads the first so many. */
export function readBytes(
  root: string,
  names: readonly string[],
  { maxBytes, length }: { readonly maxBytes: number; readonly length?: number },
): Uint8Array<ArrayBuffer> | undefined {
  const found = findFile(root, names);
  if (found === undefined) {
    if (!exists(join(root, ...names))) return undefined;
    throw new DescentError("It is no regular file inside the runs folder");
  }
  const wanted = Math.min(length ?? found.bytes, found.bytes);
  if (wanted > maxBytes) throw new DescentError(`It has ${wanted} bytes, at most ${maxBytes} are read`);
  using file = Deno.openSync(found.path);
  const bytes = new Uint8Array(wanted);
  let filled = 0;
  while (filled < wanted) {
    const count = file.readSync(bytes.subarray(filled));
    if (count === null) break;
    filled += count;
  }
  return bytes.subarray(0, filled);
}

function exists(path: string): boolean {
  try {
    Deno.lstatSync(path);
    return true;
  } catch {
    return false;
  }
}

/** Names of what lies in the folder, links too, or nothing where there is no folder; at most `limit`, unsorted. */
export function listNames(folder: string, limit: number): string[] {
  const names: string[] = [];
  try {
    for (const { name } of Deno.readDirSync(folder)) {
      if (names.push(name) >= limit) break;
    }
  } catch {
    // None, or none of our business.
  }
  return names;
}
