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
  // What is found at run time alone: a thread's module, and what a notebook draws with; and what bundlers take for a page.
  const found = ["src/exec/wasm_worker.ts", "src/notebook/displays.ts", "src/core/choose_browser.ts"];
  const roots = [...entries, ...found].map((path) => join(root, path));
  const program = ts.createProgram(roots, {
    target: ts.ScriptTarget.ES2022,
    module: ts.ModuleKind.ESNext,
    moduleResolution: ts.ModuleResolutionKind.Bundler,
    lib: ["lib.esnext.d.ts", "lib.dom.d.ts", "lib.dom.iterable.d.ts"],
    types: [],
    strict: true,
    declaration: true,
    stripInternal: true,
    allowImportingTsExtensions: true,
    rootDir: root,
    outDir: root,
  });
  // Types of Deno and Node are unknown to it and appear in no declaration: `deno check` has looked at them.
  const write: ts.WriteFileCallback = (path, text) => {
    const name = relative(root, path), emitted = withPaths(text, name, vendored);
    // By this Deno finds the types of a module that is imported by its path.
    const types = name.endsWith(".js") ? `/* @ts-self-types="./${basename(name, ".js")}.d.ts" */\n` : "";
    files.set(name, `${types}${emitted}`);
  };
  program.emit(undefined, write, undefined, false, {
    before: [(context) => (file) => withoutCases(file, context)],
  });
  return files;
}

/** Ops whose cases an executor tries when it starts (src/exec/selftest.ts). */
const TRIED = /\/(linear|sum_rows|softmax_cross_entropy_grad)\.ts$/;

/** An op's module without the cases that Descent's own tests take it through: a twentieth of what a page would load. */
function withoutCases(file: ts.SourceFile, context: ts.TransformationContext): ts.SourceFile {
  if (!/\/src\/(ops|optim)\//.test(file.fileName) || TRIED.test(file.fileName)) return file;
  const { factory } = context;
  const visit = (node: ts.Node): ts.Node =>
    ts.isPropertyAssignment(node) && ts.isIdentifier(node.name) && node.name.text === "cases"
      ? factory.updatePropertyAssignment(node, node.name, factory.createArrayLiteralExpression())
      : ts.visitEachChild(node, visit, context);
  return ts.visitEachChild(file, visit, context);
}

/** A module whose specifiers are those of the package. */
function withPaths(text: string, path: string, vendored: ReadonlyMap<string, string>): string {
  return text
    .replace(
      /(\bfrom |\bimport\(|\bimport |\bnew URL\(|\bimport\.meta\.resolve\()"([^"]+)"/g,
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
