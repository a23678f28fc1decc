/** What a program gets by `descent`, `descent/data` and `descent/mnist`: documented as a whole, by examples that can be pasted into one. */
import { assert, assertEquals } from "@std/assert";
import { join } from "node:path";
import { ROOT } from "./sources.ts";

/** The entries of the library. */
const ENTRIES = Object.values<string>(JSON.parse(await Deno.readTextFile(join(ROOT, "deno.json"))).exports);

/** What `deno doc` says of the entries. */
async function denoDoc(option: string): Promise<{ readonly stdout: string; readonly stderr: string }> {
  const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["doc", option, ...ENTRIES],
    cwd: ROOT,
    env: { NO_COLOR: "1" },
  }).output();
  const text = (bytes: Uint8Array) => new TextDecoder().decode(bytes);
  return { stdout: text(stdout), stderr: text(stderr) };
}

/** The texts of the examples that stand anywhere in what `deno doc --json` prints. */
function examplesIn(value: unknown): readonly string[] {
  if (typeof value !== "object" || value === null) return [];
  if ("kind" in value && value.kind === "example" && "doc" in value) return [String(value.doc)];
  return Object.values(value).flatMap(examplesIn);
}

/** Imports of an example that a program of a user's own does not have. */
function foreignImports(example: string): readonly string[] {
  const imported = [...example.matchAll(/\bfrom\s*"([^"]+)"|\bimport\(?\s*"([^"]+)"/g)];
  return imported.map(([, from, bare]) => from ?? bare!).filter((name) => /^\.|^\/|^src\//.test(name));
}

Deno.test("deno doc --lint finds nothing: all that the entries export is documented, and every type that it names is exported", async () => {
  const { stderr } = await denoDoc("--lint");
  const found = [...stderr.matchAll(/^error\[[\w-]+\]: (.*)\n\s*--> (.*)$/gm)];
  assertEquals(found.map(([, sentence, place]) => `${sentence} at ${place}`), []);
  // The last line, behind warnings of packages.
  assert(stderr.trimEnd().endsWith(`Checked ${ENTRIES.length} files`), stderr.slice(-500));
});

Deno.test("examples of what the entries export import descent, and nothing by its place in the repository", async () => {
  const examples = examplesIn(JSON.parse((await denoDoc("--json")).stdout));
  assertEquals(examples.flatMap(foreignImports), []);
  assert(examples.filter((example) => example.includes('from "descent"')).length > 50);
});

Deno.test("imports of an example by a path are found, whatever their form", () => {
  const example = [
    'import { fit } from "descent";',
    'import {\n  dense,\n  flatten,\n} from "../nn/mod.ts";',
    'import "./a.ts";',
    'const { b } = await import("./b.ts");',
    'import { assert } from "@std/assert";',
  ].join("\n");
  assertEquals(foreignImports(example), ["../nn/mod.ts", "./a.ts", "./b.ts"]);
  assertEquals(examplesIn([{ tags: [{ kind: "example", doc: example }, { kind: "module" }] }]), [example]);
});
