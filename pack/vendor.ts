/** Packages that readers and writers of files use, as modules of our package: it has no dependency. */
import { join } from "node:path";

/** What each brings, by the name that it is imported by; `from` is where its package lies. */
const PACKAGES: ReadonlyMap<string, (from: string) => string> = new Map([
  ["csv-parse/sync", csvParse],
  ["fast-png", everything],
  ["fflate", everything],
  ["pbf", everything],
]);

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

/** Bundles each package into one module, and their licences into one text. */
export async function vendorPackages(
  root: string,
  imports: Readonly<Record<string, string>>,
): Promise<Vendored> {
  const files = new Map<string, string>(), paths = new Map<string, string>(), licences: string[] = [];
  await Deno.mkdir(join(root, "dist"), { recursive: true });
  for (const [specifier, textFrom] of PACKAGES) {
    const listed = imports[specifier]!, name = specifier.split("/")[0]!;
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
    files.set(path, withoutProto(script));
    paths.set(specifier, path);
    licences.push(`${listed.replace(/^npm:/, "")}\n\n${await licenceOf(specifier)}`);
  }
  return { files: files.set("vendor/LICENSES", licences.join("\n\n---\n\n")), paths };
}

/** Deno has no `__proto__` to assign to, which an old module of buffers does. */
function withoutProto(script: string): string {
  return script.replace(/([\w.]+)\.__proto__ = ([^;]+);/g, "Object.setPrototypeOf($1, $2);");
}

/** The licence in the folder of a package. */
async function licenceOf(specifier: string): Promise<string> {
  for (let at = new URL("./", import.meta.resolve(specifier)); at.pathname !== "/"; at = new URL("../", at)) {
    for (const name of ["LICENSE", "LICENSE.md"]) {
      const text = await Deno.readTextFile(new URL(name, at)).catch(() => undefined);
      if (text !== undefined) return text.trim();
    }
  }
  throw new Error(`The package of ${specifier} holds no licence`);
}
