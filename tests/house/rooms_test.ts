/** The house: what may import what, and where a GPU or WebAssembly is touched. */
import { assert, assertEquals, assertThrows } from "@std/assert";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { circlesOf, roomOf, roomsIn, violationsOf } from "./rooms.ts";
import { codeOf, FOLDERS, importsOf, isSource, readFiles, ROOT } from "./sources.ts";

const ROOMS = roomsIn(await Deno.readTextFile(join(ROOT, "docs/architecture.md")));

Deno.test("a room imports only what the table of rooms says", async () => {
  assertEquals(violationsOf(await readFiles(FOLDERS, isSource), ROOMS), []);
});

Deno.test("every room of the table has a file", async () => {
  const files = await readFiles([...FOLDERS, "wgsl"], (path) => isSource(path) || path.endsWith(".wgsl"));
  const filled = new Set([...files.keys()].map((path) => roomOf(path, ROOMS)));
  assertEquals(ROOMS.filter((room) => !filled.has(room)).map(({ paths }) => paths), []);
});

Deno.test("no files import each other in a circle, types included", async () => {
  assertEquals(circlesOf(await readFiles(FOLDERS, isSource)), []);
});

Deno.test("violationsOf() finds an import of a room below, beside, or outside, and none in comments", () => {
  const files = new Map([
    ["src/ir/node.ts", 'import { x } from "../core/x.ts";\nimport type { Op } from "./op.ts";'],
    ["src/core/bad.ts", 'import { node } from "../ir/node.ts";'],
    ["src/optim/bad.ts", 'import {\n  dense,\n  type Layer,\n} from "../nn/dense.ts";'],
    ["src/nn/bad.ts", 'export { sgd } from "../optim/sgd.ts";'],
    ["src/ops/bad.ts", 'export * from "../exec/wasm.ts";\nconst later = await import("../train/fit.ts");'],
    ["src/plot/bad.ts", 'import "../ir/node.ts";\nimport { f } from "../core/tensor.ts";'],
    [
      "src/train/bad.ts",
      'import { q1 } from "../../experiments/q1.ts";\nimport { p } from "../plot/mod.ts";',
    ],
    [
      "src/runs/good.ts",
      '/**\n * import { x } from "../plot/mod.ts";\n */\n// import "../plot/a.ts";\nimport { y } from "../core/y.ts";',
    ],
    ["src/cli/bad.ts", 'import { e } from "../core/errors.ts";\nimport { n } from "../ir/node.ts";'],
    ["src/lost/file.ts", ""],
    ["experiments/main.ts", 'import { a } from "../src/runs/a.ts";\nimport { b } from "../src/plot/b.ts";'],
    ["src/mod.ts", 'export { a } from "./train/a.ts";\nexport { main } from "../experiments/main.ts";'],
  ]);
  assertEquals(violationsOf(files, ROOMS), [
    "src/core/bad.ts imports ../ir/node.ts",
    "src/optim/bad.ts imports ../nn/dense.ts",
    "src/nn/bad.ts imports ../optim/sgd.ts",
    "src/ops/bad.ts imports ../exec/wasm.ts",
    "src/ops/bad.ts imports ../train/fit.ts",
    "src/plot/bad.ts imports ../ir/node.ts",
    "src/train/bad.ts imports ../../experiments/q1.ts",
    "src/train/bad.ts imports ../plot/mod.ts",
    "src/cli/bad.ts imports ../ir/node.ts",
    "src/lost/file.ts is in no room",
    "src/mod.ts imports ../experiments/main.ts",
  ]);
});

Deno.test("violationsOf() knows the rooms of the experiments, and of the programs beside them", () => {
  const files = new Map([
    ["experiments/measures/a.ts", 'import type { Run } from "../lab/run.ts";\nimport "../figures/a.ts";'],
    ["experiments/figures/a.ts", 'import { type Run } from "../lab/run.ts";\nimport "../measures/a.ts";'],
    ["experiments/figures/bad.ts", 'import { makeRun, type Run } from "../lab/run.ts";'],
    ["experiments/lab/bad.ts", 'import "../figures/a.ts";\nimport "../reports/mod.ts";\nimport "../q1.ts";'],
    ["experiments/q1.ts", 'import "./lab/run.ts";\nimport "./images/select.ts";\nimport "./reports/mod.ts";'],
    ["experiments/reports/a/mod.ts", 'import "../../q1.ts";\nimport "../../commands.ts";'],
    ["experiments/commands/sweep.ts", 'import "../reports/mod.ts";\nimport "../main.ts";'],
    ["experiments/lost/file.ts", ""],
    ["components/run/bad.tsx", 'import "../../src/plot/axes.ts";\nimport "../../src/runs/read.ts";'],
    ["routes/index.tsx", 'import "../dashboard/define.ts";\nimport "../experiments/reports/mod.ts";'],
    ["dashboard/bad.ts", 'import "../experiments/reports/mod.ts";\nimport "../experiments/q1.ts";'],
    ["bench/bad.ts", 'import "../experiments/images/select.ts";\nimport "../tests/fixtures.ts";'],
    ["kernels/bad.ts", 'import { add } from "./lib/math";\nimport "../src/core/tensor.ts";'],
    ["kernels/build.ts", 'import "../src/exec/engine.ts";'],
  ]);
  assertEquals(violationsOf(files, ROOMS), [
    "experiments/measures/a.ts imports ../figures/a.ts",
    "experiments/figures/bad.ts imports ../lab/run.ts",
    "experiments/lab/bad.ts imports ../reports/mod.ts",
    "experiments/lab/bad.ts imports ../q1.ts",
    "experiments/q1.ts imports ./reports/mod.ts",
    "experiments/reports/a/mod.ts imports ../../commands.ts",
    "experiments/lost/file.ts is in no room",
    "components/run/bad.tsx imports ../../src/runs/read.ts",
    "dashboard/bad.ts imports ../experiments/q1.ts",
    "bench/bad.ts imports ../tests/fixtures.ts",
    "kernels/bad.ts imports ../src/core/tensor.ts",
  ]);
});

Deno.test("roomsIn() refuses a rule that names no room", () => {
  const table = (rule: string) => `| room | holds | imports |\n| - | - | - |\n| \`a\` | x | ${rule} |\n\nEnd`;
  assertEquals(roomsIn(table("nothing")).map(({ paths }) => paths), [["a"]]);
  assertThrows(() => roomsIn(table("`b`")), Error, '"b" in the table of rooms is no room');
  assertThrows(() => roomsIn(table("a few")), Error, '"a few" in the table of rooms names no room');
});

Deno.test("circlesOf() finds circles of any length, through types too, and nothing else", () => {
  const files = new Map([
    ["a/one.ts", 'import "./two.ts";\nimport "./leaf.ts";'],
    ["a/two.ts", 'export * from "../b/three.ts";'],
    ["b/three.ts", 'import type { One } from "../a/one.ts";\nimport "../b/leaf.ts";'],
    ["a/leaf.ts", 'import "../b/leaf.ts";'],
    ["b/leaf.ts", ""],
    ["b/left.ts", 'import "./right";'],
    ["b/right.ts", 'import "./left";'],
  ]);
  assertEquals(circlesOf(files), [["a/one.ts", "a/two.ts", "b/three.ts"], ["b/left.ts", "b/right.ts"]]);
});

Deno.test("imports name files of ours, node: modules, and packages that deno.json lists; in fresh/, deno.fresh.json", async () => {
  const [ours, withFresh] = await Promise.all(
    ["deno.json", "deno.fresh.json"].map(async (name) =>
      JSON.parse(await Deno.readTextFile(join(ROOT, name)))
    ),
  );
  // The same packages, but for Fresh.
  const version = /@fresh\/core@([\d.]+)$/.exec(withFresh.imports.fresh)?.[1];
  assertEquals(withFresh.imports, {
    ...ours.imports,
    fresh: `jsr:@fresh/core@${version}`,
    "fresh/": `jsr:/@fresh/core@${version}/`,
  });
  assertEquals(withFresh.compilerOptions, ours.compilerOptions);
  const isListed = (specifier: string, { imports }: typeof ours) =>
    Object.keys(imports).some((name) =>
      specifier === name || (name.endsWith("/") && specifier.startsWith(name))
    );
  const foreign: string[] = [];
  for (const [path, text] of await readFiles([...FOLDERS, "tests"], isSource)) {
    if (path === relative(ROOT, fileURLToPath(import.meta.url))) continue;
    for (const { specifier } of importsOf(text)) {
      if (
        !/^(\.\.?\/|node:)/.test(specifier) &&
        !isListed(specifier, path.startsWith("fresh/") ? withFresh : ours)
      ) {
        foreign.push(`${path} imports ${specifier}`);
      }
    }
  }
  assertEquals(foreign, []);
});

/** Rooms of the library itself, which runs in Deno, Node, Bun and browsers. */
const LIBRARY =
  /^src\/(?:(?:core|ir|ops|optim|nn|exec|data|train|onnx|plot|notebook)\/|mod\.ts$)(?!platform_(?:builtins|deno|restart|node|browser)\.ts$)/;

/** Files of the library that use what not every place has. */
function boundTo(files: ReadonlyMap<string, string>): readonly string[] {
  return [...files].filter(([path, text]) =>
    LIBRARY.test(path) && (
      /\bDeno\s*[.[]|\bprocess\s*[.[]/.test(codeOf(text)) ||
      importsOf(text).some(({ specifier }) => specifier.startsWith("node:"))
    )
  ).map(([path]) => path);
}

Deno.test("the library asks for what depends on the place through src/core/platform.ts alone", async () => {
  assertEquals(boundTo(await readFiles(["src"], isSource)), []);
});

Deno.test("boundTo() finds Deno, process and Node's modules, types included, and none in comments or the seam", () => {
  const files = new Map([
    ["src/data/deno.ts", "await Deno.stat(path);"],
    ["src/train/node.ts", 'import type { Stats } from "node:fs";'],
    ["src/exec/process.ts", "process.cwd();"],
    ["src/mod.ts", 'export { join } from "node:path";'],
    ["src/core/platform_deno.ts", "Deno.cwd();"],
    ["src/nn/good.ts", "// Deno.cwd()\nconst why = `start Deno with a flag`;"],
    ["src/cli/command.ts", "Deno.exit(1);"],
  ]);
  assertEquals(boundTo(files), [
    "src/data/deno.ts",
    "src/train/node.ts",
    "src/exec/process.ts",
    "src/mod.ts",
  ]);
});

Deno.test("a GPU and WebAssembly are touched in src/exec, and where docs/architecture.md says", async () => {
  const touches =
    /\bWebAssembly\.\w|\bnavigator\.gpu\b|\bGPU[A-Z]\w+|\brequestAdapter\b|getContext\("webgpu"/;
  const files = await readFiles(FOLDERS, (path) => isSource(path) && !path.startsWith("src/exec/"));
  const touching = [...files].filter(([, text]) => touches.test(codeOf(text))).map(([path]) => path);
  assertEquals(touching, ["components/latent/latent_gpu.ts"]);
  const bringers = [...files].filter(([, text]) =>
    importsOf(text).some(({ specifier }) => /^(@resvg|assemblyscript)\//.test(specifier))
  );
  assertEquals(bringers.map(([path]) => path), ["src/plot/png.ts", "kernels/build.ts"]);
  const told = await Deno.readTextFile(join(ROOT, "docs/architecture.md"));
  for (const path of [...touching, ...bringers.map(([path]) => path)]) assert(told.includes(`\`${path}\``));
});
