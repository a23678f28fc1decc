/** Layers for images, sequences and indices against PyTorch's numbers: what they give, and their gradients. */
import { assert, assertEquals } from "@std/assert";
import type { Step } from "../../src/core/step.ts";
import { type Shape, sizeOf, type TypedArray } from "../../src/core/tensor.ts";
import type { Executor } from "../../src/exec/executor.ts";
import { gradients } from "../../src/ir/gradients.ts";
import { leaf } from "../../src/ir/leaf.ts";
import { compile } from "../../src/ir/plan.ts";
import { avgPool2d } from "../../src/nn/avg_pool2d.ts";
import { conv1d } from "../../src/nn/conv1d.ts";
import { conv2d } from "../../src/nn/conv2d.ts";
import { conv2dTranspose } from "../../src/nn/conv2d_transpose.ts";
import { embedding } from "../../src/nn/embedding.ts";
import { globalAvgPool2d, globalMaxPool2d } from "../../src/nn/global_pool.ts";
import type { Layer } from "../../src/nn/layer.ts";
import { maxPool2d } from "../../src/nn/max_pool2d.ts";
import { upsample2d } from "../../src/nn/upsample2d.ts";
import { add } from "../../src/ops/add.ts";
import { everyExecutor } from "../ops/forward.ts";

/** What vectors/make_layers.py writes; arrays of numbers are texts. */
interface Vectors {
  readonly rows: number;
  readonly cases: readonly {
    readonly layer: string;
    readonly args: readonly unknown[];
    readonly options: Readonly<Record<string, unknown>>;
    readonly inputShape: Shape;
    readonly outputShape: Shape;
    readonly y: string;
    readonly dX?: string;
    readonly dParameters: readonly string[];
  }[];
}
type Case = Vectors["cases"][number];

const vectors: Vectors = JSON.parse(
  await Deno.readTextFile(new URL("../vectors/layers.json", import.meta.url)),
);

// Arguments come from the file; each layer checks its own.
const BUILD: Readonly<Record<string, (...args: never[]) => Layer>> = {
  avgPool2d,
  conv1d,
  conv2d,
  conv2dTranspose,
  embedding,
  globalAvgPool2d,
  globalMaxPool2d,
  maxPool2d,
  upsample2d,
};

/** Array number `k` of a case, as the script makes it. */
function given(count: number, k: number): Float32Array {
  return Float32Array.from({ length: count }, (_, i) => ((i * 7919 + k * 1009) % 2003) / 1000 - 1);
}

const numbersOf = (text: string) => text.split(" ").map(Number);
const STEP: Step = { start: 0, count: 1, slot: 0, step: 0, seed: 0, scalars: [] };

/** What the layer gives, its gradient by the input where there is one, and those by its parameters. */
async function computed(executor: Executor, one: Case): Promise<readonly TypedArray[]> {
  const options = Object.keys(one.options).length > 0 ? [one.options] : [];
  const layer = BUILD[one.layer]!(...[...one.args, ...options] as never[]);
  const built = layer.build("layer", one.inputShape, 0);
  assertEquals(built.outputShape, one.outputShape);
  const x = leaf("input", "x", [vectors.rows, ...one.inputShape]), y = built.apply(x, { training: true });
  const dY = leaf("input", "dY", y.type.shape), parameters = built.parameters.map(({ node }) => node);
  const wanted = [...(one.dX === undefined ? [] : [x]), ...parameters];
  const roots = [y, ...gradients([{ value: y, seed: dY }], wanted, add)];
  const program = await executor.load(compile({ run: roots }));
  const count = sizeOf(x.type.shape), isIndices = one.layer === "embedding";
  program.write(
    x,
    isIndices ? Array.from({ length: count }, (_, i) => i * 7 % Number(one.args[0])) : given(count, 0),
  );
  program.write(dY, given(sizeOf(dY.type.shape), 1));
  parameters.forEach((node, i) => program.write(node, given(sizeOf(node.type.shape), 2 + i)));
  await program.run("run", [STEP]);
  const found = await Promise.all(roots.map((root) => program.read(root)));
  program.close();
  return found;
}

// The file has nine digits; sums of some hundred products of float32 lose two of their seven.
const LIMITS: Readonly<Record<string, number>> = { reference: 5e-9, wasm: 1e-5, webgpu: 1e-5 };

for (const executor of await everyExecutor()) {
  // On the software adapter each setting takes a quarter of a second to compile.
  const cases = vectors.cases.filter((_one, i) => executor.name !== "webgpu" || i % 4 === 0);
  Deno.test(`layers on ${executor.name} give PyTorch's numbers and gradients in ${cases.length} settings`, async () => {
    for (const one of cases) {
      const expected = [one.y, ...(one.dX === undefined ? [] : [one.dX]), ...one.dParameters].map(numbersOf);
      const found = await computed(executor, one);
      expected.forEach((values, part) => {
        assertEquals(found[part]!.length, values.length);
        const scale = Math.max(1, ...values.map(Math.abs));
        const worst = Math.max(...values.map((value, at) => Math.abs(found[part]![at]! - value) / scale));
        const what = `${one.layer}(${
          JSON.stringify([...one.args, one.options])
        }) of [${one.inputShape}], part ${part}`;
        assert(worst <= LIMITS[executor.name]!, `${what}: off by ${worst}`);
      });
    }
  });
}

Deno.test("PyTorch's numbers are of every layer that moves a window, with gaps, groups, padding and none", () => {
  const found = new Set(vectors.cases.map(({ layer }) => layer));
  assertEquals([...found].sort(), Object.keys(BUILD).sort());
  const options = new Set(vectors.cases.flatMap((one) => Object.keys(one.options)));
  const needed = [
    "stride",
    "padding",
    "dilation",
    "groups",
    "bias",
    "outputPadding",
    "ceilMode",
    "countIncludePad",
  ];
  assertEquals(needed.filter((name) => !options.has(name)), []);
});
