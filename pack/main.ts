/** Makes the npm package: `dist/descent-<version>.tgz`, and the same unpacked in `dist/package`. */
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { emitModules } from "./emit.ts";
import { shaderModules } from "./shaders.ts";
import { packageJson, readmeOf } from "./describe.ts";
import { vendorPackages } from "./vendor.ts";

const ROOT = fileURLToPath(new URL("../", import.meta.url));

/** Files that are taken as they are. */
const PLAIN = ["LICENSE", "CHANGELOG.md", "kernels/build/kernels.wasm"];

/** Writes the package's folder into `dist`, and has npm pack it; gives the path of the archive. */
export async function pack(dist: string): Promise<string> {
  const folder = join(dist, "package"), config = JSON.parse(await Deno.readTextFile(join(ROOT, "deno.json")));
  await Deno.remove(folder, { recursive: true }).catch(() => {});
  const write = async (path: string, data: string | Uint8Array) => {
    await Deno.mkdir(join(folder, path, ".."), { recursive: true });
    await Deno.writeFile(
      join(folder, path),
      typeof data === "string" ? new TextEncoder().encode(data) : data,
    );
  };
  for (const path of PLAIN) await write(path, await Deno.readFile(join(ROOT, path)));
  const vendored = await vendorPackages(ROOT, config.imports);
  for (const [path, text] of vendored.files) await write(path, text);
  for (const [path, text] of emitModules(ROOT, Object.values(config.exports), vendored.paths)) {
    await write(path, text);
  }
  for (const [path, text] of await shaderModules(join(ROOT, "wgsl"))) await write(path, text);
  await write("README.md", readmeOf(await Deno.readTextFile(join(ROOT, "README.md"))));
  await write("package.json", `${JSON.stringify(packageJson(config), null, 2)}\n`);
  const { success, stdout, stderr } = await new Deno.Command("npm", {
    args: ["pack", "--silent", "--pack-destination", dist],
    cwd: folder,
  }).output();
  const [said, complained] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes).trim());
  if (!success) throw new Error(`npm cannot pack ${folder}: ${complained}`);
  return join(dist, said!.split("\n").at(-1)!);
}

if (import.meta.main) {
  const path = await pack(join(ROOT, "dist")), { size } = await Deno.stat(path);
  console.log(`${path.slice(ROOT.length)}, ${Math.round(size / 1000)} kB`);
}
