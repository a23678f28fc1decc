/** Files of a run, for download. */
import type { FileEntry } from "../components/types.ts";
import { findFile, findFolder, isPlainName, listNames } from "./folder.ts";

/** More files than this are not listed. */
export const MAX_FILES = 400;
const MAX_DEPTH = 3;

/** Regular files below the run's folder, a few levels deep, by path. */
export function filesBelow(root: string, id: string): FileEntry[] {
  const found: FileEntry[] = [];
  const walk = (names: readonly string[], depth: number) => {
    const folder = findFolder(root, names);
    if (folder === undefined || depth > MAX_DEPTH) return;
    for (const name of listNames(folder, MAX_FILES + 1).filter(isPlainName).sort()) {
      if (found.length > MAX_FILES) return;
      const file = findFile(root, [...names, name]);
      if (file !== undefined) found.push({ path: [...names.slice(1), name].join("/"), bytes: file.bytes });
      else walk([...names, name], depth + 1);
    }
  };
  walk([id], 1);
  return found;
}
