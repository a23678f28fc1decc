/** The library's modules as JavaScript with declarations. */
import { basename, join, relative } from "node:path";
import ts from "typescript";

/**
 * Texts by path of what `entries` need, as `.js` and `.d.ts`. `vendored` says where packages lie that come along, by the
 * name that they are imported by.
 */
export function emitModules(
  root: string,
  entries: readonly string[],
  vendored: ReadonlyMap<string, string>,
): ReadonlyMap<string, string> {
  const files = new Map<string, string>();
  const roots = [...entries, "src/exec/wasm_worker.ts"].map((path) => join(root, path));
  const program = ts.createProgram(roots, {
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    lib: ["lib.esnext.d.ts", "lib.dom.d.ts", "lib.dom.iterable.d.ts"],
    types: [],
    strict: true,
    declaration: true,
    allowImportingTsExtensions: true,
    rewriteRelativeImportExtensions: true,
    rootDir: root,
    outDir: root,
  });
  // Types of Deno and Node are unknown to it and appear in no declaration: `deno check` has looked at them.
  program.emit(undefined, (path, text) => {
    const name = relative(root, path), emitted = withPaths(text, name, vendored);
    // By this Deno finds the types of a module that is imported by its path.
    const types = name.endsWith(".js") ? `/* @ts-self-types="./${basename(name, ".js")}.d.ts" */\n` : "";
    files.set(name, `${types}${emitted}`);
  });
  return files;
}

/** A module whose specifiers are those of the package. */
function withPaths(text: string, path: string, vendored: ReadonlyMap<string, string>): string {
  return text
    .replace(
      /(\bfrom |\bimport\(|\bimport |\bnew URL\()"([^"]+)"/g,
      (whole, before: string, specifier: string) => {
        const lies = vendored.get(specifier);
        if (lies !== undefined) {
          const way = relative(join(path, ".."), lies);
          return `${before}"${way.startsWith(".") ? way : `./${way}`}"`;
        }
        return /^\.\.?\/.*\.ts$/.test(specifier) ? `${before}"${specifier.replace(/\.ts$/, ".js")}"` : whole;
      },
    );
}
