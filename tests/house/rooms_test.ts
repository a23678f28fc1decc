/** The house: what may import what, one name everywhere, and no file too long. */
import { assert, assertEquals } from "@std/assert";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import type { Op } from "../../src/ir/op.ts";
import { OPS } from "../../src/ops/mod.ts";
import { OPTIMIZER_OPS } from "../../src/optim/mod.ts";

const ROOT = fileURLToPath(new URL("../../", import.meta.url));
const ALL_OPS = [...OPS, ...OPTIMIZER_OPS];
const LONGEST_FILE = 300;

/** Rooms from the top down: each may import from itself and from those above its line. */
const ORDER = [["core"], ["cli"], ["ir"], ["ops"], ["optim", "nn"], ["exec"], ["data"], ["train"], ["runs"]];

/**
 * The dashboard reads runs, images and kernels, and never trains: the playground does, in the browser, where all of the
 * library runs but what reads folders.
 */
const DASHBOARD: Readonly<Record<string, readonly string[]>> = {
  components: ["core", "plot"],
  islands: [...ORDER.flat().filter((room) => room !== "runs"), "plot", "components"],
  dashboard: ["core", "exec", "data", "runs", "plot", "components", "published"],
  routes: ["core", "runs", "plot", "components", "islands", "dashboard"],
};
const FOLDERS = ["src", "experiments", ...Object.keys(DASHBOARD)];

/** Rooms that `room` may import from beside itself; `undefined` if there is no such room. */
function importableFrom(room: string): readonly string[] | undefined {
  const at = ORDER.findIndex((rooms) => rooms.includes(room));
  if (at >= 0) return ORDER.slice(0, at).flat();
  if (room === "plot") return ["core"];
  if (room === "mod.ts") return [...ORDER.flat(), "plot"];
  if (DASHBOARD[room] !== undefined) return DASHBOARD[room];
  if (room === "published") return ["core", "runs"];
  return room === "experiments" ? [...ORDER.flat(), "plot", "mod.ts", "published"] : undefined;
}

/**
 * `src/nn/dense.ts` → `nn`, `src/mod.ts` → `mod.ts`, `experiments/q1/q1.ts` → `experiments`; but what the reports print,
 * `experiments/q1/published.ts`, is data for everyone: `published`.
 */
function roomOf(path: string): string {
  if (/^experiments\/.*\/published\.ts$/.test(path)) return "published";
  const [top, room] = path.split("/");
  return top === "src" ? room! : top!;
}

/** What a module imports, as it is written: import and export … from, bare imports, and import(). */
function importsOf(text: string): readonly string[] {
  const code = text.replace(/\/\*[\s\S]*?\*\//g, "").replace(/^\s*\/\/.*$/gm, "");
  const statements = code.matchAll(/^\s*(?:import|export)\b[^"'`;()]*?\bfrom\s*["']([^"']+)["']/gm);
  const bare = code.matchAll(/^\s*import\s*["']([^"']+)["']/gm);
  const dynamic = code.matchAll(/\bimport\(\s*["'`]([^"'`]+)["'`]/g);
  return [...statements, ...bare, ...dynamic].map((match) => match[1]!);
}

/** One line per import of a room that is not above the importing one. `files` are texts by path. */
function violationsOf(files: ReadonlyMap<string, string>): readonly string[] {
  const found: string[] = [];
  for (const [path, text] of files) {
    const room = roomOf(path), allowed = importableFrom(room);
    if (allowed === undefined) {
      found.push(`${path} is in no room`);
      continue;
    }
    for (const specifier of importsOf(text).filter((one) => one.startsWith("."))) {
      const target = roomOf(join(dirname(path), specifier));
      if (target !== room && !allowed.includes(target)) found.push(`${path} imports ${specifier}`);
    }
  }
  return found;
}

/** Texts of the files under the folders that `accepts` their path; a folder that is not there has none. */
async function readFiles(
  folders: readonly string[],
  accepts: (path: string) => boolean,
): Promise<ReadonlyMap<string, string>> {
  const files = new Map<string, string>();
  const walk = async (folder: string): Promise<void> => {
    for (const { name, isDirectory } of await entriesOf(folder)) {
      const path = join(folder, name);
      if (isDirectory) await walk(path);
      else if (accepts(path)) files.set(path, await Deno.readTextFile(join(ROOT, path)));
    }
  };
  for (const folder of folders) await walk(folder);
  return files;
}

async function entriesOf(folder: string): Promise<readonly Deno.DirEntry[]> {
  try {
    return await Array.fromAsync(Deno.readDir(join(ROOT, folder)));
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}

const isSource = (path: string) => /\.tsx?$/.test(path);

Deno.test("a room imports only from the rooms above it", async () => {
  const files = await readFiles(FOLDERS, isSource);
  const rooms = new Set([...files.keys()].map(roomOf));
  for (const room of ORDER.flat()) assert(rooms.has(room), `no file in src/${room}`);
  assertEquals(violationsOf(files), []);
});

Deno.test("violationsOf() finds an import of a room below, beside, or outside, and none in comments", () => {
  const files = new Map([
    ["src/ir/node.ts", 'import { x } from "../../core/x.ts";\nimport type { Op } from "../op.ts";'],
    ["src/core/bad.ts", 'import { node } from "../../ir/node.ts";'],
    ["src/optim/bad.ts", 'import {\n  dense,\n  type Layer,\n} from "../../nn/dense.ts";'],
    ["src/nn/bad.ts", 'export { sgd } from "../../optim/sgd.ts";'],
    [
      "src/ops/bad.ts",
      'export * from "../../exec/wasm.ts";\nconst later = await import("../../train/fit.ts");',
    ],
    ["src/plot/bad.ts", 'import "../../ir/node.ts";\nimport { f } from "../../core/tensor.ts";'],
    [
      "src/train/bad.ts",
      'import { q1 } from "../../../experiments/q1.ts";\nimport { p } from "../../plot/mod.ts";',
    ],
    [
      "src/runs/good.ts",
      '/**\n * import { x } from "../../plot/mod.ts";\n */\n// import "../../plot/a.ts";\nimport { y } from "../../train/y.ts";',
    ],
    ["src/lost/file.ts", ""],
    [
      "experiments/main.ts",
      'import { a } from "../../src/runs/a.ts";\nimport { b } from "../../src/plot/b.ts";',
    ],
    ["src/mod.ts", 'export { a } from "../runs/a.ts";\nexport { main } from "../../experiments/main.ts";'],
  ]);
  assertEquals(violationsOf(files), [
    "src/core/bad.ts imports ../ir/node.ts",
    "src/optim/bad.ts imports ../nn/dense.ts",
    "src/nn/bad.ts imports ../optim/sgd.ts",
    "src/ops/bad.ts imports ../exec/wasm.ts",
    "src/ops/bad.ts imports ../train/fit.ts",
    "src/plot/bad.ts imports ../ir/node.ts",
    "src/train/bad.ts imports ../../experiments/q1.ts",
    "src/train/bad.ts imports ../plot/mod.ts",
    "src/lost/file.ts is in no room",
    "src/mod.ts imports ../experiments/main.ts",
  ]);
});

Deno.test("imports name files of ours, node: modules, and packages that deno.json lists", async () => {
  const { imports } = JSON.parse(await Deno.readTextFile(join(ROOT, "deno.json")));
  const isListed = (specifier: string) =>
    Object.keys(imports).some((name) =>
      specifier === name || (name.endsWith("/") && specifier.startsWith(name))
    );
  const foreign: string[] = [];
  for (const [path, text] of await readFiles([...FOLDERS, "tests"], isSource)) {
    if (path === relative(ROOT, fileURLToPath(import.meta.url))) continue;
    for (const specifier of importsOf(text)) {
      if (!/^(\.\.?\/|node:)/.test(specifier) && !isListed(specifier)) {
        foreign.push(`${path} imports ${specifier}`);
      }
    }
  }
  assertEquals(foreign, []);
});

Deno.test("only src/exec touches a GPU or WebAssembly", async () => {
  const files = await readFiles(["src"], (path) => isSource(path) && !path.startsWith("src/exec/"));
  const touching = [...files].filter(([, text]) =>
    /\bWebAssembly\.\w|\bnavigator\.gpu\b|\bGPU[A-Z]\w+/.test(text)
  );
  assertEquals(touching.map(([path]) => path), []);
});

for (const op of ALL_OPS) {
  Deno.test(`${op.name} has its file, its WGSL shader and its WASM kernel under one name`, async () => {
    const room = OPTIMIZER_OPS.includes(op) ? "optim" : "ops";
    const module = await import(`../../src/${room}/${op.name}.ts`);
    assert(Object.values(module).includes(op), `src/${room}/${op.name}.ts does not export it`);
    const shader = await Deno.readTextFile(join(ROOT, `wgsl/${op.name}.wgsl`));
    assert(/@compute[^{]*\bfn main\(/.test(shader), `wgsl/${op.name}.wgsl has no entry point main`);
    const kernel = await Deno.readTextFile(join(ROOT, `kernels/${op.name}.ts`));
    assert(kernel.includes(`\nexport function ${op.name}(`), `kernels/${op.name}.ts exports no ${op.name}`);
  });

  Deno.test(`${op.name} has cases with a value for each operand`, () => {
    assert(op.cases.length > 0);
    for (const { label, inputs } of op.cases) assertEquals(inputs.length, op.operands.length, label);
    assertEquals(new Set(op.cases.map(({ label }) => label)).size, op.cases.length);
    assert((op.updates ?? []).every((at) => at < op.operands.length));
  });
}

Deno.test("the compiled kernels export every op by its name", async () => {
  const bytes = await Deno.readFile(join(ROOT, "kernels/build/kernels.wasm"));
  const exported = WebAssembly.Module.exports(await WebAssembly.compile(bytes)).map(({ name }) => name);
  assertEquals(ALL_OPS.map(({ name }) => name).filter((name) => !exported.includes(name)), []);
});

Deno.test("every op that a file of src/ops or src/optim exports is in the list that tests and benchmarks read", async () => {
  const isOp = (value: unknown): value is Op =>
    typeof value === "object" && value !== null && "infer" in value && "reference" in value;
  const found: Op[] = [];
  for (const path of (await readFiles(["src/ops", "src/optim"], isSource)).keys()) {
    found.push(...Object.values<unknown>(await import(join(ROOT, path))).filter(isOp));
  }
  const names = (ops: readonly Op[]) => [...new Set(ops)].map(({ name }) => name).sort();
  assertEquals(names(found), names(ALL_OPS));
  assertEquals(new Set(ALL_OPS.map(({ name }) => name)).size, ALL_OPS.length);
});

Deno.test("every shader and every kernel belongs to an op", async () => {
  const names = ALL_OPS.map(({ name }) => name);
  const stems = async (folder: string, end: string) =>
    (await entriesOf(folder)).filter(({ name }) => name.endsWith(end)).map(({ name }) =>
      name.slice(0, -end.length)
    );
  assertEquals((await stems("wgsl", ".wgsl")).filter((name) => !names.includes(name)), []);
  const tools = ["mod", "build"];
  assertEquals(
    (await stems("kernels", ".ts")).filter((name) => !names.includes(name) && !tools.includes(name)),
    [],
  );
});

Deno.test(`no source file is longer than ${LONGEST_FILE} lines`, async () => {
  const files = await readFiles(
    [...FOLDERS, "wgsl"],
    (path) => /\.(tsx?|wgsl)$/.test(path),
  );
  assert(files.size > 50);
  const long = [...files].filter(([, text]) => text.split("\n").length - 1 > LONGEST_FILE);
  assertEquals(long.map(([path]) => path), []);
});

Deno.test("no file names a path of the machine that it was written on", async () => {
  // Put together here, so that this file does not hold them.
  const forbidden = [["/wo", "rk/"], ["../sha", "red"]].map((parts) => parts.join(""));
  const isText = (path: string) =>
    /\.(tsx?|wgsl|jsonc?|md|css|html|py|yml)$/.test(path) && !path.includes("/build/");
  const inFolders = await readFiles(
    [
      "src",
      "experiments",
      "kernels",
      "wgsl",
      "tests",
      "docs",
      "bench",
      ...Object.keys(DASHBOARD),
      "static",
      ".ci",
    ],
    (path) => isText(path) || path.startsWith(".ci"),
  );
  const files = new Map(inFolders);
  for (const { name, isFile } of await entriesOf(".")) {
    if (isFile && isText(name)) files.set(name, await Deno.readTextFile(join(ROOT, name)));
  }
  assert(files.has("deno.json"));
  const found = [...files].filter(([, text]) => forbidden.some((words) => text.includes(words)));
  assertEquals(found.map(([path]) => path), []);
});
