/**
 * Makes ready what every task needs, if it is not there and whole: compiles kernels/*.ts to kernels/build/kernels.wasm when
 * it was made of other sources, and finds out which flags this Deno's engine knows, for kernels/build/engine.flags.
 */
import { sha256 } from "../src/core/sha256.ts";
import { engineTakes } from "../src/core/platform_restart.ts";
import { ENGINE_FLAGS } from "../src/exec/engine.ts";

const here = new URL("./", import.meta.url);

const FLAGS = [
  ["--runtime", "stub", "-O3", "--noAssert"],
  ["--enable", "simd,relaxed-simd,threads", "--importMemory", "--sharedMemory"],
  // The executor brings a memory of the size that the plan needs; these are the bounds it may have.
  ["--initialMemory", "1", "--maximumMemory", "65536"],
].flat();

/** All sources of a folder (`kernels`) by their path, so that the compiler reads no disk. */
export async function readSources(folder: URL, prefix = ""): Promise<Map<string, string>> {
  const sources = new Map<string, string>();
  for await (const entry of Deno.readDir(folder)) {
    const path = prefix + entry.name;
    if (entry.isDirectory && entry.name !== "build") {
      for (const [name, text] of await readSources(new URL(`${entry.name}/`, folder), `${path}/`)) {
        sources.set(name, text);
      }
    } else if (entry.name.endsWith(".ts") && path !== "build.ts") {
      sources.set(path, await Deno.readTextFile(new URL(entry.name, folder)));
    }
  }
  return sources;
}

async function digest(sources: ReadonlyMap<string, string>): Promise<string> {
  const { imports } = JSON.parse(await Deno.readTextFile(new URL("../deno.json", here)));
  const inOrder = [...sources].sort(([a], [b]) => (a < b ? -1 : 1));
  return await hash(JSON.stringify([FLAGS, imports["assemblyscript/asc"], inOrder]));
}

function hash(contents: string | Uint8Array<ArrayBuffer>): Promise<string> {
  return sha256(typeof contents === "string" ? new TextEncoder().encode(contents) : contents);
}

/** The module that the sources make; throws with the compiler's words where they make none. */
export async function compileSources(sources: ReadonlyMap<string, string>): Promise<Uint8Array<ArrayBuffer>> {
  // Loaded by whoever compiles: every task looks whether there is something to compile.
  const { default: asc } = await import("assemblyscript/asc");
  let wasm: Uint8Array<ArrayBuffer> | undefined;
  const { error, stderr } = await asc.main(["mod.ts", "--outFile", "kernels.wasm", ...FLAGS], {
    readFile: (name) => sources.get(name) ?? null,
    writeFile(name, contents) {
      if (name === "kernels.wasm") wasm = new Uint8Array(contents as Uint8Array);
    },
    listFiles: () => [],
  });
  if (error !== null || wasm === undefined) {
    throw new Error(`The kernels do not compile:\n${stderr.toString()}`);
  }
  return wasm;
}

/**
 * The first of `choices` with which this Deno starts; the last, untried, if there is none. `deno task setup` leaves it
 * where the other tasks find it.
 */
export function acceptedFlags(choices = ENGINE_FLAGS): string {
  return choices.slice(0, -1).find(engineTakes) ?? choices.at(-1)!;
}

/**
 * Makes the file `name` of `folder` unless it is there as it was made last, of the same: `madeOf` names what it is made of.
 * Beside it lies that name with the SHA-256 of the file, so that one that was cut off or changed is made anew.
 */
async function ensure(
  folder: URL,
  name: string,
  { madeOf, make }: {
    readonly madeOf: string;
    readonly make: () => Promise<string | Uint8Array<ArrayBuffer>>;
  },
): Promise<boolean> {
  const file = new URL(name, folder), stamp = `${name}.stamp`;
  const stampOf = async (contents: string | Uint8Array<ArrayBuffer>) => `${madeOf}\n${await hash(contents)}\n`;
  const known = await Deno.readTextFile(new URL(stamp, folder)).catch(() => undefined);
  const found = await Deno.readFile(file).catch(() => undefined);
  if (found !== undefined && known === await stampOf(found)) return false;
  const contents = await make();
  await Deno.mkdir(folder, { recursive: true });
  await replace(folder, name, contents);
  await replace(folder, stamp, await stampOf(contents));
  return true;
}

/** Renamed into place, so that a program that starts meanwhile reads the old file or the new, never half of one. */
async function replace(folder: URL, name: string, contents: string | Uint8Array): Promise<void> {
  const temporary = new URL(`${name}.${Deno.pid}.tmp`, folder);
  if (typeof contents === "string") await Deno.writeTextFile(temporary, contents);
  else await Deno.writeFile(temporary, contents);
  await Deno.rename(temporary, new URL(name, folder));
}

/** Makes in `folder` what is missing, stale or damaged, and tells the names of what it made; `note` is told what takes long. */
export async function build(
  folder: URL,
  { note }: { readonly note?: (sentence: string) => void } = {},
): Promise<readonly string[]> {
  const { deno, v8 } = Deno.version;
  // The tasks of deno.json start Deno with what this file says.
  const flags = await ensure(folder, "engine.flags", {
    madeOf: `deno ${deno}, v8 ${v8}, ${Deno.build.target}`,
    make: () => Promise.resolve(acceptedFlags()),
  });
  const sources = await readSources(here);
  const kernels = await ensure(folder, "kernels.wasm", {
    madeOf: await digest(sources),
    make() {
      note?.("Compiling the WebAssembly kernels, which takes some seconds once");
      return compileSources(sources);
    },
  });
  return [...(flags ? ["engine.flags"] : []), ...(kernels ? ["kernels.wasm"] : [])];
}

if (import.meta.main) {
  await build(new URL("build/", here), { note: (sentence) => console.error(sentence) });
}
