/** Whether the ops' cases see a bug: kernels with one planted in them must differ from the reference, each of them. */
import { assert, assertEquals } from "@std/assert";
import { join } from "node:path";
import { compileSources, readSources } from "../../kernels/build.ts";
import { sizeOf } from "../../src/core/tensor.ts";
import { checkCase } from "../../src/exec/case.ts";
import type { Executor } from "../../src/exec/executor.ts";
import { wasmExecutor } from "../../src/exec/wasm.ts";
import { readShader } from "../../src/exec/read_shader.ts";
import type { Op, OpCase } from "../../src/ir/op.ts";
import { OPS } from "../../src/ops/mod.ts";
import { OPTIMIZER_OPS } from "../../src/optim/mod.ts";
import { IS_LONG } from "../fixtures.ts";
import { ROOT } from "../house/sources.ts";
import { type PlantedBug, WASM_BUGS, WGSL_BUGS } from "./planted_bugs.ts";
import { gpuTest } from "./webgpu_support.ts";

function opOf({ op }: PlantedBug): Op {
  return [...OPS, ...OPTIMIZER_OPS].find(({ name }) => name === op)!;
}

function plant({ file, from, to }: PlantedBug, source: string): string {
  assertEquals(source.includes(from), true, `${file} no longer has "${from}": plant the bug elsewhere`);
  return source.replace(from, () => to);
}

/** Small cases first: most bugs show in one. */
function casesOf(op: Op): readonly OpCase[] {
  const size = ({ inputs }: OpCase) => inputs.reduce((sum, { shape }) => sum + sizeOf(shape), 0);
  return op.cases.toSorted((a, b) => size(a) - size(b));
}

/** How a kernel is stopped: by its guards, by the check of what it only reads, or by the bounds of the memory. */
const STOPPED = /wrote past the end|changed its input|out of bounds/;

/** Whether some case of an op does not come out right on an executor, or is stopped. */
async function isCaught(executor: Executor, op: Op): Promise<boolean> {
  for (const one of casesOf(op)) {
    try {
      const worst = await checkCase(executor, op, one);
      if (worst !== undefined && worst.ratio > 1) return true;
    } catch (error) {
      // What does not compile is no bug that anyone would meet.
      if (!(error instanceof Error) || !STOPPED.test(error.message)) throw error;
      return true;
    }
  }
  return false;
}

// All bugs take minutes.
for (const bug of WGSL_BUGS.filter(({ short }) => IS_LONG || short)) {
  gpuTest(`the cases of ${bug.op} see a WebGPU kernel that ${bug.what}`, async (open) => {
    const loadShader = async (op: string) => {
      const source = await readShader(op);
      return `${op}.wgsl` === bug.file ? plant(bug, source) : source;
    };
    assert(await isCaught(await open({ loadShader }), opOf(bug)));
  });
}

if (IS_LONG) {
  for (const bug of WASM_BUGS) {
    Deno.test(`the cases of ${bug.op} see a WASM kernel that ${bug.what}`, async () => {
      const sources = await readSources(new URL("../../kernels/", import.meta.url));
      sources.set(bug.file, plant(bug, sources.get(bug.file)!));
      const kernels = Uint8Array.from(await compileSources(sources));
      // As kernels are laid out for narrow vectors, and for wide ones.
      const narrow = await wasmExecutor({ threads: 1, kernels, joinVectors: false });
      const wide = await wasmExecutor({ threads: 1, kernels, joinVectors: true });
      assert(await isCaught(narrow, opOf(bug)) || await isCaught(wide, opOf(bug)));
    });
  }
}

gpuTest("kernels without a planted bug come out right in the same way of looking", async (open) => {
  for (const executor of [await open(), await wasmExecutor({ threads: 1 })]) {
    for (const name of ["sum_rows", "softmax"]) {
      assertEquals(await isCaught(executor, OPS.find((op) => op.name === name)!), false);
    }
  }
});

Deno.test("every bug is ready to be planted, in a place that is there, and four of them are quick", async () => {
  assertEquals(WGSL_BUGS.filter(({ short }) => short).length, 4);
  for (const [folder, bugs] of [["wgsl", WGSL_BUGS], ["kernels", WASM_BUGS]] as const) {
    for (const bug of bugs) {
      const source = await Deno.readTextFile(join(ROOT, folder, bug.file));
      assert(plant(bug, source) !== source, `${folder}/${bug.file}: ${bug.what}`);
    }
  }
});
