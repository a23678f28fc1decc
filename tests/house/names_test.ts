/** The house: one name everywhere, few files of one name, and no file too long. */
import { assert, assertEquals } from "@std/assert";
import { basename, join } from "node:path";
import type { Op } from "../../src/ir/op.ts";
import { mapOp } from "../../src/ops/map.ts";
import { OPS } from "../../src/ops/mod.ts";
import { OPTIMIZER_OPS } from "../../src/optim/mod.ts";
import { bringsKernels, kernelsOf, secondShaders, shadersOf } from "../ops/own_kernels.ts";
import { entriesOf, FOLDERS, isSource, readFiles, ROOT } from "./sources.ts";

const ALL_OPS = [...OPS, ...OPTIMIZER_OPS];
const WITH_FILES = ALL_OPS.filter((op) => !bringsKernels(op));
const KERNELS = WITH_FILES.flatMap((op) => [...kernelsOf(op).keys()]);
const SHADERS = [
  ...WITH_FILES.flatMap((op) => [...shadersOf(op).keys()]),
  ...secondShaders(WITH_FILES).keys(),
];
const LONGEST_FILE = 300;

for (const op of ALL_OPS) {
  Deno.test(`${op.name} has its file, its WGSL shader and its WASM kernel under one name`, async () => {
    const room = OPTIMIZER_OPS.includes(op) ? "optim" : "ops";
    const module = await import(`../../src/${room}/${op.name}.ts`);
    assert(Object.values(module).includes(op), `src/${room}/${op.name}.ts does not export it`);
    if (!WITH_FILES.includes(op)) return;
    for (const names of [kernelsOf(op), shadersOf(op)]) {
      assert(names.has(op.name), `no case takes the kernel ${op.name}`);
      for (const name of names.keys()) assert(name.startsWith(op.name), `${name} is a kernel of ${op.name}`);
    }
    for (const name of shadersOf(op).keys()) {
      const shader = await Deno.readTextFile(join(ROOT, `wgsl/${name}.wgsl`));
      assert(/@compute[^{]*\bfn main\(/.test(shader), `wgsl/${name}.wgsl has no entry point main`);
    }
    for (const name of kernelsOf(op).keys()) {
      const kernel = await Deno.readTextFile(join(ROOT, `kernels/${name}.ts`));
      assert(`\n${kernel}`.includes(`\nexport function ${name}(`), `kernels/${name}.ts exports no ${name}`);
    }
  });

  Deno.test(`${op.name} has cases with a value for each operand`, () => {
    assert(op.cases.length > 0);
    for (const { label, inputs } of op.cases) {
      // Whatever the number of its operands, none is without a name.
      if (op === mapOp) assert(inputs.length < op.operands.length, label);
      else assertEquals(inputs.length, op.operands.length, label);
    }
    assertEquals(new Set(op.cases.map(({ label }) => label)).size, op.cases.length);
    assert((op.updates ?? []).every((at) => at < op.operands.length));
  });
}

Deno.test("the compiled kernels export every op by its name", async () => {
  const bytes = await Deno.readFile(join(ROOT, "kernels/build/kernels.wasm"));
  const exported = WebAssembly.Module.exports(await WebAssembly.compile(bytes)).map(({ name }) => name);
  assertEquals(KERNELS.filter((name) => !exported.includes(name)), []);
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
  const stems = async (folder: string, end: string) =>
    (await entriesOf(folder)).filter(({ name }) => name.endsWith(end)).map(({ name }) =>
      name.slice(0, -end.length)
    );
  assertEquals((await stems("wgsl", ".wgsl")).filter((name) => !SHADERS.includes(name)), []);
  const tools = ["mod", "build"];
  assertEquals(
    (await stems("kernels", ".ts")).filter((name) => !KERNELS.includes(name) && !tools.includes(name)),
    [],
  );
});

/** Names that stand for a place of its own in every folder. */
const COMMON_NAMES = ["mod", "main", "index", "_app", "_error"];

Deno.test("no name of a file stands more than twice, but for the three files of an op", async () => {
  const paths = (await readFiles([...FOLDERS, "tests"], isSource)).keys();
  const byName = new Map<string, string[]>();
  for (const path of paths) {
    const name = basename(path).replace(/\.\w+$/, "");
    const isOfOp = ALL_OPS.some((op) => op.name === name) && /^src\/(ops|optim|nn)\//.test(path);
    // An address has the name that it has.
    const isCounted = !/^(kernels|routes)\//.test(path) && !COMMON_NAMES.includes(name) && !isOfOp;
    if (isCounted) byName.set(name, [...byName.get(name) ?? [], path]);
  }
  assertEquals([...byName.values()].filter((paths) => paths.length > 2), []);
});

Deno.test("no sentence of the library names an option of a command line, but for Deno's permissions", async () => {
  const texts = await readFiles(["src"], (path) => isSource(path) && !path.startsWith("src/cli/"));
  // V8 has flags, which are no option of anyone's.
  const isSpoken = ([path]: readonly [string, string]) =>
    !["src/exec/engine.ts", "src/core/platform_node.ts"].includes(path);
  const found = [...texts].filter(isSpoken).flatMap(([path, text]) =>
    text.split("\n").filter((line) =>
      !/^\s*(\*|\/\/|\/\*)/.test(line) && /(^|[\s"'`(])--(?!allow-)[a-z][a-z-]+/.test(line)
    ).map((line) => `${path}: ${line.trim()}`)
  );
  assertEquals(found, []);
});

Deno.test(`no source file is longer than ${LONGEST_FILE} lines`, async () => {
  const files = await readFiles([...FOLDERS, "wgsl"], (path) => isSource(path) || path.endsWith(".wgsl"));
  assert(files.size > 50);
  const long = [...files].filter(([, text]) => text.split("\n").length - 1 > LONGEST_FILE);
  assertEquals(long.map(([path]) => path), []);
});

Deno.test("no file names a path of the machine that it was written on", async () => {
  // Put together here, so that this file does not hold them.
  const forbidden = [["/wo", "rk/"], ["../sha", "red"]].map((parts) => parts.join(""));
  const isText = (path: string) =>
    /\.(tsx?|mjs|wgsl|jsonc?|md|css|html|py|yml)$/.test(path) && !path.includes("/build/");
  const inFolders = await readFiles(
    [...FOLDERS, "wgsl", "tests", "docs", "static", ".ci"],
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
