/** Packages that readers and writers of files, and figures, use, as modules of our package: it has no dependency. */
import { dirname, join, resolve } from "node:path";

/** What each brings, by the name that it is imported by; `from` is where its package lies. */
const PACKAGES: ReadonlyMap<string, (from: string) => string> = new Map([
  ["csv-parse/sync", csvParse],
  ["fast-png", everything],
  ["fflate", everything],
  ["pbf", everything],
  [
    "@observablehq/plot",
    parts(
      "plot",
      "areaY",
      "axisX",
      "axisY",
      "cell",
      "dot",
      "frame",
      "gridX",
      "gridY",
      "line",
      "rect",
      "ruleY",
    ),
  ],
  ["linkedom", parts("parseHTML")],
]);

/** What the figures use of a package: the rest, a half of it, stays away. */
function parts(...names: readonly string[]): (from: string) => string {
  return (from) => `export { ${names.join(", ")} } from ${JSON.stringify(from)};\n`;
}

function everything(from: string): string {
  return `export * from ${JSON.stringify(from)};\n`;
}

/** Its plain module takes Node's `Buffer` for granted, and the one for browsers takes no bytes but such a `Buffer`. */
function csvParse(from: string): string {
  const everywhere = JSON.stringify(from.replace(/\/sync$/, "/browser/esm/sync"));
  return `import { CsvError, parse as parseText } from ${everywhere};
export { CsvError };
export function parse(bytes, options) {
  return parseText(new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes), options);
}
`;
}

/** What comes along. */
export interface Vendored {
  /** Texts by path. */
  readonly files: ReadonlyMap<string, string>;
  /** Where each lies, by the name that it is imported by. */
  readonly paths: ReadonlyMap<string, string>;
}

/** Bundles each package into one module, with what it needs, and the licences of all of them into one text. */
export async function vendorPackages(
  root: string,
  imports: Readonly<Record<string, string>>,
): Promise<Vendored> {
  const files = new Map<string, string>(),
    paths = new Map<string, string>(),
    licences = new Map<string, string>();
  await Deno.mkdir(join(root, "dist"), { recursive: true });
  for (const [specifier, textFrom] of PACKAGES) {
    const listed = imports[specifier]!, name = specifier.replace(/^@[^/]*\//, "").split("/")[0]!;
    const entry = join(root, "dist", `${name}.js`), path = `vendor/${name}.js`;
    await Deno.writeTextFile(entry, textFrom(listed));
    const { outputFiles, errors } = await Deno.bundle({
      entrypoints: [entry],
      platform: "browser",
      format: "esm",
      write: false,
    }).finally(() => Deno.remove(entry));
    const script = outputFiles?.[0]?.text();
    if (script === undefined) {
      throw new Error(`Cannot bundle ${specifier}: ${errors.map(({ text }) => text).join("; ")}`);
    }
    files.set(path, withoutProto(withoutPaths(script)));
    paths.set(specifier, path);
    for (const [name, licence] of await licencesIn(script)) licences.set(name, licence);
  }
  const texts = [...licences].sort(([a], [b]) => a < b ? -1 : 1).map(([name, text]) => `${name}\n\n${text}`);
  return { files: files.set("vendor/LICENSES", `${texts.join("\n\n---\n\n")}\n`), paths };
}

/** Deno has no `__proto__` to assign to, which an old module of buffers does. */
function withoutProto(script: string): string {
  return script.replace(/([\w.]+)\.__proto__ = ([^;]+);/g, "Object.setPrototypeOf($1, $2);");
}

/** The comment in front of each module: where it lies, seen from the current folder. */
const MODULE_PATH = /^\s*\/\/ (\S+\.(?:[cm]?js|json))$/gm;

/** A bundle names its modules by where they lie on this machine, those of CommonJS in its code too. */
function withoutPaths(script: string): string {
  return script.replace(MODULE_PATH, "").replace(/^(\s*)"[^"]+\.[cm]?js"(?=\(exports\b)/gm, '$1"module"');
}

/** Licences of all packages that a bundle holds modules of, by name and version. */
async function licencesIn(script: string): Promise<ReadonlyMap<string, string>> {
  const licences = new Map<string, string>(), looked = new Set<string>();
  for (const [, path] of script.matchAll(MODULE_PATH)) {
    for (let at = dirname(resolve(path!)); !looked.has(at) && at !== dirname(at); at = dirname(at)) {
      looked.add(at);
      const described = await Deno.readTextFile(join(at, "package.json")).catch(() => undefined);
      const { name, version, license, author } = JSON.parse(described ?? "{}");
      // Folders of a package may have a package.json too, which says no more than what kind their modules are.
      if (name === undefined || version === undefined) continue;
      const by = typeof author === "string" ? author : author?.name;
      licences.set(`${name}@${version}`, await licenceText(at) ?? `${license}, by ${by}`);
      break;
    }
  }
  return licences;
}

async function licenceText(folder: string): Promise<string | undefined> {
  for await (const { name } of Deno.readDir(folder)) {
    if (/^licen[cs]e(\.\w+)?$/i.test(name)) return (await Deno.readTextFile(join(folder, name))).trim();
  }
  return undefined;
}
