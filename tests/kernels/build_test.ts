/** What `deno task setup` makes is made once, and again when it is not what was made. */
import { assert, assertEquals } from "@std/assert";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { build } from "../../kernels/build.ts";
import { ENGINE_FLAGS } from "../../src/exec/engine.ts";
import { withTempFolder } from "../fixtures.ts";
import { ROOT } from "../house/sources.ts";

const BUILT = join(ROOT, "kernels/build");
const OUTPUTS = ["engine.flags", "kernels.wasm"] as const;

Deno.test("kernels and flags that were cut off, emptied, changed or removed are made again, bit for bit", () =>
  withTempFolder(async (parent) => {
    const folder = join(parent, "build"), url = pathToFileURL(`${folder}/`);
    // What the task has made of these sources; to compile them takes seconds, so that it is done once.
    await Deno.mkdir(folder);
    const files = OUTPUTS.flatMap((name) => [name, `${name}.stamp`]);
    for (const name of files) await Deno.copyFile(join(BUILT, name), join(folder, name));
    assertEquals(await build(url), []);
    const whole = new Map(OUTPUTS.map((name) => [name, Deno.readFileSync(join(folder, name))]));
    assert(WebAssembly.validate(whole.get("kernels.wasm")!));
    assert(ENGINE_FLAGS.includes(new TextDecoder().decode(whole.get("engine.flags"))));
    for (const name of OUTPUTS) {
      const path = join(folder, name), bytes = whole.get(name)!;
      const flipped = bytes.slice();
      flipped[flipped.length >> 1]! ^= 1;
      const damages = [
        () => Deno.writeFile(path, bytes.slice(0, bytes.length >> 1)),
        () => Deno.writeFile(path, new Uint8Array()),
        () => Deno.writeFile(path, flipped),
        () => Deno.remove(path),
        () => Deno.writeTextFile(`${path}.stamp`, ""),
      ];
      // A cut-off file of kernels stands for all.
      for (const damage of name === "kernels.wasm" ? damages.slice(0, 1) : damages) {
        await damage();
        assertEquals(await build(url), [name]);
        assertEquals(await Deno.readFile(path), bytes);
      }
    }
    assertEquals(await build(url), []);
    const names = Array.from(Deno.readDirSync(folder), (entry) => entry.name).sort();
    assertEquals(names, files);
  }));
