/** The repository's own files, as the tests of the house read them. */
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

export const ROOT = fileURLToPath(new URL("../../", import.meta.url));

/** Folders of everything that is shipped or run, without the tests. */
export const FOLDERS = [
  "src",
  "experiments",
  "components",
  "islands",
  "workers",
  "fresh",
  "dashboard",
  "routes",
  "bench",
  "examples",
  "kernels",
  "pack",
] as const;

export const isSource = (path: string): boolean => /\.(tsx?|mjs)$/.test(path);

/** Texts by path of the files under the folders that `accepts` takes; a folder that is not there has none. */
export async function readFiles(
  folders: readonly string[],
  accepts: (path: string) => boolean,
): Promise<ReadonlyMap<string, string>> {
  const files = new Map<string, string>();
  const walk = async (folder: string): Promise<void> => {
    for (const { name, isDirectory } of await entriesOf(folder)) {
      const path = join(folder, name);
      if (isDirectory) await walk(path);
      else if (accepts(path)) files.set(path, await Deno.readTextFile(join(ROOT, path)));
    }
  };
  for (const folder of folders) await walk(folder);
  return files;
}

export async function entriesOf(folder: string): Promise<readonly Deno.DirEntry[]> {
  try {
    return await Array.fromAsync(Deno.readDir(join(ROOT, folder)));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}

/** A module without its comments. */
export function codeOf(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\//g, "").replace(/^\s*\/\/.*$/gm, "");
}

/** One import of a module. */
export interface Import {
  /** As it is written. */
  readonly specifier: string;
  readonly typesOnly: boolean;
}

/** What a module imports: import and export … from, bare imports, and import(). */
export function importsOf(text: string): readonly Import[] {
  const code = codeOf(text);
  const statements = code.matchAll(
    /^\s*(?:import|export)\b([^"'`;()]*?)\bfrom\s*["']([^"']+)["']/gm,
  );
  const bare = code.matchAll(/^\s*import\s*["']([^"']+)["']/gm);
  const dynamic = code.matchAll(/\bimport\(\s*["'`]([^"'`]+)["'`]/g);
  return [
    ...[...statements].map(([, clause, specifier]) => ({
      specifier: specifier!,
      typesOnly: bringsTypesOnly(clause!),
    })),
    ...[...bare, ...dynamic].map(([, specifier]) => ({ specifier: specifier!, typesOnly: false })),
  ];
}

/** `type { A }`, or `{ type A, type B }`. */
function bringsTypesOnly(clause: string): boolean {
  const names = /^\s*\{([^}]*)\}\s*$/.exec(clause)?.[1]?.split(",").map((name) => name.trim());
  const listed = names?.filter((name) => name !== "") ?? [];
  return /^\s*type\b/.test(clause) || (listed.length > 0 && listed.every((name) => /^type\s/.test(name)));
}

/** The file of ours that an import of `path` means. */
export function targetOf(path: string, specifier: string): string {
  const target = join(dirname(path), specifier);
  // AssemblyScript leaves the ending out.
  return isSource(target) ? target : `${target}.ts`;
}
