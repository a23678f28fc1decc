/** What the package is tried with, from npm: Node of two versions, Bun, Vite, WebGPU for Node, resvg; and ONNX Runtime, for exported models. */
import { join } from "node:path";
import { ROOT } from "../house/sources.ts";

const PLATFORM = `${Deno.build.os}-${Deno.build.arch === "x86_64" ? "x64" : "arm64"}`;
const PACKAGES = [
  `node20@npm:node-${PLATFORM}@20.20.2`,
  `node22@npm:node-${PLATFORM}@22.23.3`,
  "bun@1.4.5",
  "vite@8.3.8",
  "webgpu@0.6.2",
  "onnxruntime-web@1.30.0",
  // What draws PNG files.
  "@resvg/resvg-wasm@2.6.2",
  "@expo-google-fonts/inter@0.4.2",
] as const;

/** Programs by name. */
export interface Tools {
  readonly node20: string;
  readonly node22: string;
  readonly bun: string;
  /** A script for Node. */
  readonly vite: string;
  /** A module for Node. */
  readonly webgpu: string;
  /** Folder of the packages. */
  readonly modules: string;
}

/** Runs a program and gives what it printed; throws what it complained of. */
export async function run(
  program: string,
  args: readonly string[],
  cwd: string,
  env: Readonly<Record<string, string>> = {},
): Promise<string> {
  const { success, stdout, stderr } = await new Deno.Command(program, {
    args: [...args],
    cwd,
    env: { NO_COLOR: "1", ...env },
  }).output();
  const [said, complained] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
  if (!success) throw new Error(`${program} ${args.join(" ")}: ${complained}${said}`);
  return said!;
}

/** Installs the tools, unless they are there already. Tests of several files may want them at once: one of them installs. */
async function installTools(folder: string): Promise<void> {
  const stamp = join(folder, "installed.txt"), wanted = PACKAGES.join("\n");
  await Deno.mkdir(folder, { recursive: true });
  using lock = await Deno.open(join(folder, "installing.lock"), { create: true, write: true });
  await lock.lock(true);
  if (await Deno.readTextFile(stamp).catch(() => "") === wanted) return;
  await install(folder, PACKAGES);
  await Deno.writeTextFile(stamp, wanted);
}

/** Installs a package into a folder with npm, from what it has kept where it can. */
export async function install(folder: string, packages: readonly string[]): Promise<void> {
  await Deno.mkdir(folder, { recursive: true });
  await Deno.writeTextFile(join(folder, "package.json"), '{ "private": true, "type": "module" }\n');
  await run(
    "npm",
    ["install", "--silent", "--no-audit", "--no-fund", "--prefer-offline", ...packages],
    folder,
  );
}

/**
 * The folder of packages `dist/tools/node_modules`, if it holds this one; else undefined, and a sentence that says what is
 * not tested. DESCENT_REQUIRE_PACKAGE brings them, some 830 MB, and lets an error stand where npm cannot.
 */
async function findModules(holding: string, sentence: string): Promise<string | undefined> {
  const folder = join(ROOT, "dist/tools"), modules = join(folder, "node_modules");
  if (Deno.env.get("DESCENT_REQUIRE_PACKAGE") === "1") await installTools(folder);
  else if (!await Deno.stat(join(modules, holding)).then(() => true, () => false)) {
    console.log(`${sentence} in dist/tools; DESCENT_REQUIRE_PACKAGE=1 brings them`);
    return undefined;
  }
  return modules;
}

/** The tools that the package is tried with. */
export async function findTools(): Promise<Tools | undefined> {
  const modules = await findModules(
    "@resvg",
    "Package not tested: there are no Node 20 and 22, Bun, Vite, webgpu and resvg",
  );
  if (modules === undefined) return undefined;
  return {
    node20: join(modules, "node20/bin/node"),
    node22: join(modules, "node22/bin/node"),
    bun: join(modules, ".bin/bun"),
    vite: join(modules, "vite/bin/vite.js"),
    webgpu: join(modules, "webgpu/index.js"),
    modules,
  };
}

/** The module of ONNX Runtime on WebAssembly. */
export async function findOnnxRuntime(): Promise<string | undefined> {
  const modules = await findModules("onnxruntime-web", "ONNX Runtime not tested: there are no packages");
  return modules && join(modules, "onnxruntime-web/dist/ort.wasm.bundle.min.mjs");
}
