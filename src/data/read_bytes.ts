/** Where the readers of data touch files: the bytes of a path or an address, the names in a folder. */
import { platform } from "../core/choose_platform.ts";
import { causeOf, DescentError, require } from "../core/errors.ts";
import { joinPath } from "../core/paths.ts";
import { gunzip } from "./gzip.ts";

/** Larger files are refused before memory is asked for. */
export const MAX_FILE_BYTES = 2 ** 31;

/** A file by its path, or by its address: `new URL("iris.csv", import.meta.url)`, `"https://…/iris.csv"`. */
export type Place = string | URL;

/** What messages call a place. */
export function nameOf(place: Place): string {
  if (typeof place === "string") return place;
  return place.protocol === "file:" ? platform().files.pathOf(place) : place.href;
}

/**
 * The bytes of a file, unpacked if they are gzip (told by the first two, not by the name); nobody else holds them.
 * `check` sees what is there of the bytes while they are unpacked (see `gunzip`).
 */
export async function readBytes(
  place: Place,
  check?: (bytes: Uint8Array) => number | undefined,
): Promise<Uint8Array<ArrayBuffer>> {
  const name = nameOf(place), isAddress = /^https?:\/\//i.test(name);
  const bytes = isAddress ? await download(name) : await readFile(name);
  const isGzip = bytes[0] === 0x1f && bytes[1] === 0x8b;
  return isGzip ? await gunzip(bytes, { path: name, maxBytes: MAX_FILE_BYTES, check }) : bytes;
}

/** Whether `path` is what `kind` asks; undefined if there is nothing. */
export async function kindOf(path: string, kind: "isFile" | "isDirectory"): Promise<boolean | undefined> {
  try {
    return (await platform().files.stat(path))[kind];
  } catch (error) {
    if (platform().files.isNotFound(error)) return undefined;
    throw cannotRead(path, error);
  }
}

/** The names in a folder, in the order of their characters' codes. Throws where there is no such folder. */
export async function namesIn(
  folder: string,
): Promise<readonly { readonly name: string; readonly isFolder: boolean }[]> {
  const isFolder = await kindOf(folder, "isDirectory");
  require(isFolder !== undefined, `There is no folder "${folder}"; check the path`);
  require(isFolder, `"${folder}" is not a folder; give the folder that holds the files`);
  try {
    const entries = await platform().files.list(folder);
    const names = await Promise.all(entries.map(async ({ name, isDirectory, isSymlink }) => ({
      name,
      isFolder: isDirectory || (isSymlink && await kindOf(joinPath(folder, name), "isDirectory") === true),
    })));
    return names.sort((a, b) => a.name < b.name ? -1 : 1);
  } catch (error) {
    throw error instanceof DescentError ? error : cannotRead(folder, error);
  }
}

async function readFile(path: string): Promise<Uint8Array<ArrayBuffer>> {
  const { files } = platform();
  try {
    const { isFile, size } = await files.stat(path);
    require(isFile, `Cannot read ${path}: it is not a file`);
    require(size <= MAX_FILE_BYTES, `Cannot read ${path}: it has ${size} bytes, more than ${MAX_FILE_BYTES}`);
    return await files.readStart(path, size);
  } catch (error) {
    if (error instanceof DescentError || !(error instanceof Error)) throw error;
    throw cannotRead(path, error);
  }
}

async function download(address: string): Promise<Uint8Array<ArrayBuffer>> {
  let response: Response;
  try {
    response = await fetch(address);
  } catch (error) {
    throw platform().files.isKeptOut(error)
      ? cannotRead(address, error)
      : new DescentError(`Cannot read ${address}: the server cannot be reached; check the address`, {
        cause: error,
      });
  }
  const { ok, status, statusText } = response, size = Number(response.headers.get("content-length") ?? 0);
  if (!ok || size > MAX_FILE_BYTES) {
    await response.body?.cancel();
    throw new DescentError(
      `Cannot read ${address}: ` +
        (ok
          ? `it has ${size} bytes, more than ${MAX_FILE_BYTES}`
          : `the server answers ${`${status} ${statusText}`.trim()}; check the address`),
    );
  }
  try {
    return new Uint8Array(await response.arrayBuffer());
  } catch (error) {
    throw new DescentError(`Cannot read ${address}: the connection broke off; try again`, { cause: error });
  }
}

function cannotRead(path: string, error: unknown): DescentError {
  const reason = platform().files.isNotFound(error) ? "there is no such file" : causeOf(error);
  return new DescentError(`Cannot read ${path}: ${reason}`, { cause: error });
}
