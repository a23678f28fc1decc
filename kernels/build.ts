/**
 * Makes ready what every task needs, if it is not there: compiles kernels/*.ts to kernels/build/kernels.wasm when it is
 * older than what it is made of, and finds out which flags this Deno's engine knows, for kernels/build/engine.flags.
 */
import asc from "assemblyscript/asc";
import { acceptedFlags } from "../src/exec/engine.ts";

const here = new URL("./", import.meta.url);
const built = new URL("build/", here);

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
  const text = JSON.stringify([FLAGS, asc.version, [...sources].sort(([a], [b]) => (a < b ? -1 : 1))]);
  const hash = await crypto.subtle.digest("SHA-256", new TextEncoder().encode(text));
  return Array.from(new Uint8Array(hash), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

/** The module that the sources make; throws with the compiler's words where they make none. */
export async function compileSources(sources: ReadonlyMap<string, string>): Promise<Uint8Array> {
  let wasm: Uint8Array | undefined;
  const { error, stderr } = await asc.main(["mod.ts", "--outFile", "kernels.wasm", ...FLAGS], {
    readFile: (name) => sources.get(name) ?? null,
    writeFile(name, contents) {
      if (name === "kernels.wasm") wasm = contents as Uint8Array;
    },
    listFiles: () => [],
  });
  if (error !== null || wasm === undefined) {
    throw new Error(`The kernels do not compile:\n${stderr.toString()}`);
  }
  return wasm;
}

/** The tasks of deno.json start Deno with what this file says. */
async function writeEngineFlags(): Promise<void> {
  const { deno, v8 } = Deno.version, engine = `deno ${deno}, v8 ${v8}, ${Deno.build.target}`;
  const known = await Deno.readTextFile(new URL("engine.txt", built)).catch(() => "");
  if (known === engine && await exists(new URL("engine.flags", built))) return;
  await Deno.mkdir(built, { recursive: true });
  await replace("engine.flags", await acceptedFlags());
  await replace("engine.txt", engine);
}

/** Renamed into place, so that a program that starts meanwhile reads the old file or the new, never half of one. */
async function replace(name: string, contents: string | Uint8Array): Promise<void> {
  const temporary = new URL(`${name}.${Deno.pid}.tmp`, built);
  if (typeof contents === "string") await Deno.writeTextFile(temporary, contents);
  else await Deno.writeFile(temporary, contents);
  await Deno.rename(temporary, new URL(name, built));
}

function exists(file: URL): Promise<boolean> {
  return Deno.stat(file).then(() => true, () => false);
}

if (import.meta.main) {
  await writeEngineFlags();
  const sources = await readSources(here), wanted = await digest(sources);
  const found = await Deno.readTextFile(new URL("kernels.sha256", built)).catch(() => "");
  if (found !== wanted || !await exists(new URL("kernels.wasm", built))) {
    const wasm = await compileSources(sources);
    await Deno.mkdir(built, { recursive: true });
    await replace("kernels.wasm", wasm);
    await replace("kernels.sha256", wanted);
    console.error(`Compiled the WebAssembly kernels (${wasm.length} bytes)`);
  }
}
