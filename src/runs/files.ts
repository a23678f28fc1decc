/** Files of a run folder, never outside it. */
import { isAbsolute, join, normalize, sep } from "node:path";
import { require } from "../core/errors.ts";

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
