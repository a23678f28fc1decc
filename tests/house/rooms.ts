/** The rooms of the house, as docs/architecture.md tells them, and what breaks their rules. */
import { importsOf, targetOf } from "./sources.ts";

/** A row of the table of rooms. */
export interface Room {
  /** Its folders and files. */
  readonly paths: readonly string[];
  /** Paths of the rooms that it may import from. */
  readonly imports: ReadonlySet<string>;
  /** Paths of the rooms that it may import types from. */
  readonly types: ReadonlySet<string>;
}

/** Reads the table: rooms from the top down. Throws on a cell that says something else than rooms. */
export function roomsIn(markdown: string): readonly Room[] {
  const lines = markdown.split("\n");
  const start = lines.findIndex((line) => /^\| room +\|/.test(line)) + 2;
  const end = lines.findIndex((line, i) => i >= start && !line.startsWith("|"));
  const cells = lines.slice(start, end).map((line) =>
    line.split("|").slice(1, -1).map((cell) => cell.trim())
  );
  const names = cells.map(([paths]) => namesIn(paths!));
  return cells.map(([, , rule], row) => {
    const imports = new Set<string>(), types = new Set<string>();
    for (const part of rule!.split(", ")) {
      const [name] = namesIn(part), words = part.replace(/`[^`]*`/, "…");
      if (words === "all above") names.slice(0, row).flat().forEach((one) => imports.add(one));
      else if (words === "all of …") {
        names.flat().filter((one) => one.startsWith(`${name}/`)).forEach((one) => imports.add(one));
      } else if (words === "types of …") types.add(name!);
      else if (words === "…") imports.add(name!);
      else if (words !== "nothing") throw new Error(`"${part}" in the table of rooms names no room`);
    }
    const known = names.flat(), unknown = [...imports, ...types].find((one) => !known.includes(one));
    if (unknown !== undefined) throw new Error(`"${unknown}" in the table of rooms is no room`);
    return { paths: names[row]!, imports, types };
  });
}

function namesIn(cell: string): readonly string[] {
  return [...cell.matchAll(/`([^`]+)`/g)].map(([, name]) => name!);
}

/** The room of a file: that of the longest path. Of `experiments` only the files; its folders are rooms of their own. */
export function roomOf(path: string, rooms: readonly Room[]): Room | undefined {
  const holds = (room: string) =>
    path === room ||
    (path.startsWith(`${room}/`) && (room !== "experiments" || path.split("/").length === 2));
  const longest = rooms.flatMap(({ paths }) => paths).filter(holds).sort((a, b) => b.length - a.length)[0];
  return rooms.find(({ paths }) => longest !== undefined && paths.includes(longest));
}

/** One line per file in no room, and per import that the rules forbid. `files` are texts by path. */
export function violationsOf(files: ReadonlyMap<string, string>, rooms: readonly Room[]): readonly string[] {
  const found: string[] = [];
  for (const [path, text] of files) {
    const room = roomOf(path, rooms);
    if (room === undefined) {
      found.push(`${path} is in no room`);
      continue;
    }
    for (const { specifier, typesOnly } of importsOf(text)) {
      if (!specifier.startsWith(".")) continue;
      const target = roomOf(targetOf(path, specifier), rooms);
      const mayImport = (one: string) => room.imports.has(one) || (typesOnly && room.types.has(one));
      if (target !== room && !target?.paths.some(mayImport)) found.push(`${path} imports ${specifier}`);
    }
  }
  return found;
}

/** Which files import each other in a circle: the strongly connected components of two files or more (Tarjan). */
export function circlesOf(files: ReadonlyMap<string, string>): readonly (readonly string[])[] {
  const order = new Map<string, number>(), lowest = new Map<string, number>();
  const open: string[] = [], circles: string[][] = [];
  const visit = (path: string): void => {
    const at = order.size;
    order.set(path, at);
    lowest.set(path, at);
    open.push(path);
    for (const target of targetsOf(path, files)) {
      if (!order.has(target)) visit(target);
      else if (!open.includes(target)) continue;
      lowest.set(path, Math.min(lowest.get(path)!, lowest.get(target)!));
    }
    if (lowest.get(path) !== at) return;
    const component = open.splice(open.indexOf(path));
    if (component.length > 1) circles.push(component.sort());
  };
  for (const path of files.keys()) if (!order.has(path)) visit(path);
  return circles;
}

function targetsOf(path: string, files: ReadonlyMap<string, string>): readonly string[] {
  const ours = importsOf(files.get(path)!).filter(({ specifier }) => specifier.startsWith("."));
  return ours.map(({ specifier }) => targetOf(path, specifier)).filter((target) => files.has(target));
}
