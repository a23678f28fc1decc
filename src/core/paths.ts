/** Paths, without a module that not every place has. */

/** A name in a folder. */
export function joinPath(folder: string, name: string): string {
  const inside = folder.replace(/^(\.[/\\]+)+(?=.)/, "");
  return inside === "" || inside === "." ? name : /[/\\]$/.test(inside) ? inside + name : `${inside}/${name}`;
}

/** The folder that a path leads into: `.` where it names none. */
export function folderOf(path: string): string {
  const { folder } = splitPath(path);
  return folder === "" ? "." : folder;
}

/** The folder with its last separator, and the name. */
export function splitPath(path: string): { readonly folder: string; readonly name: string } {
  const cut = path.search(/[^/\\]*$/);
  return { folder: path.slice(0, cut), name: path.slice(cut) };
}
