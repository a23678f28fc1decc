/** Rewrites of the plan: what they do to it, and that the numbers stay the same to the last bit. */
import { assert, assertEquals } from "@std/assert";
import { selectImages } from "../../experiments/images/select.ts";
import { wasmExecutor } from "../../src/exec/wasm.ts";
import { activation } from "../../src/nn/activation.ts";
import { batchNorm } from "../../src/nn/batch_norm.ts";
import { conv2d } from "../../src/nn/conv2d.ts";
import { dense } from "../../src/nn/dense.ts";
import { residual } from "../../src/nn/elementwise.ts";
import { flatten } from "../../src/nn/flatten.ts";
import { maxPool2d } from "../../src/nn/max_pool2d.ts";
import { initializeWeights, type Model, sequential } from "../../src/nn/model.ts";
import { adam, sgd } from "../../src/optim/mod.ts";
import type { Node } from "../../src/ir/node.ts";
import { leaf } from "../../src/ir/leaf.ts";
import { compile } from "../../src/ir/plan.ts";
import { MAPS_REWRITE } from "../../src/ops/_map_rewrite.ts";
import { add } from "../../src/ops/add.ts";
import { maximum } from "../../src/ops/expression/expression.ts";
import { map } from "../../src/ops/map.ts";
import { planSession, type SessionOptions } from "../../src/train/session_plan.ts";
import { Session } from "../../src/train/session.ts";
import { REWRITE_NAMES, type RewriteName } from "../../src/train/rewrites.ts";
import { imageSizes, withTempFolder, writeIdxFolder } from "../fixtures.ts";

const model = sequential(784, [
  dense(30, { activation: "relu" }),
  dense(67, { activation: "tanh" }),
  dense(3),
]);

const convolutional = sequential([28, 28], [
  conv2d(3, 5, { activation: "relu" }),
  maxPool2d(2),
  conv2d(5, 3, { activation: "tanh" }),
  maxPool2d(3, { stride: 2 }),
  flatten(),
  dense(3),
]);

const normalized = sequential([28, 28, 1], [
  conv2d(16, 3, { stride: 3 }),
  batchNorm(),
  activation("relu"),
  residual([conv2d(16, 3, { padding: "same" }), batchNorm(), activation("tanh")]),
  activation("relu"),
  flatten(),
  dense(3),
]);

async function smallData() {
  return await withTempFolder(async (folder) =>
    await selectImages({
      data: await writeIdxFolder(folder, { train: 90, t10k: 30, classes: [0, 1, 2] }),
      first: { train: 75, validation: 15, test: 30 },
    })
  );
}

function ops(options: Omit<SessionOptions, "seed">, rows = 75): readonly string[] {
  const sizes = imageSizes({ rows: Math.max(rows, 120), trainRows: rows, pixels: 784, classes: 3 });
  const { plan } = planSession(model, sizes, { seed: 1, ...options, backend: "wasm" });
  return plan.routines.train!.map(({ op }) => op.name);
}

Deno.test("the rewrite bytes takes the gather into the first layer and its weight gradient, and off leaves it out", () => {
  const on = ops({ optimizer: adam(), batch: 32 }),
    off = ops({ optimizer: adam(), batch: 32, off: ["bytes"] });
  assert(on.includes("linear_bytes") && on.includes("matmul_bytes") && !on.includes("gather"));
  assert(!off.includes("linear_bytes") && !off.includes("matmul_bytes") && off.includes("gather"));
});

Deno.test("the rewrite sgd takes the first layer's update into its gradient: for plain descent in small batches alone", () => {
  const has = (options: Omit<SessionOptions, "seed">) => ops(options, 500).includes("sgd_bytes");
  assert(has({ optimizer: sgd(), batch: 1 }) && has({ optimizer: sgd(), batch: 256 }));
  assert(!has({ optimizer: sgd(), batch: 257 }));
  assert(!has({ optimizer: sgd({ weightDecay: 0.1 }), batch: 1 }));
  assert(!has({ optimizer: sgd({ momentum: 0.9 }), batch: 1 }) && !has({ optimizer: adam(), batch: 1 }));
  assert(
    !has({ optimizer: sgd(), batch: 1, off: ["sgd"] }) &&
      !has({ optimizer: sgd(), batch: 1, off: ["bytes"] }),
  );
});

Deno.test("the rewrite lists makes lists in the setup for a batch of the whole set alone", () => {
  const plan = (batch: number, off: readonly RewriteName[] = []) =>
    planSession(model, imageSizes({ rows: 120, trainRows: 75, pixels: 784, classes: 3 }), {
      optimizer: sgd(),
      batch,
      seed: 1,
      off,
      backend: "wasm",
    }).plan;
  const names = (calls: ReturnType<typeof plan>["setup"]) => calls.map(({ op }) => op.name);
  assertEquals(names(plan(75).setup).filter((name) => name === "list_bytes").length, 2);
  assert(
    names(plan(75).routines.train!).includes("linear_lists") &&
      names(plan(75).routines.train!).includes("matmul_lists"),
  );
  assert(!names(plan(32).routines.train!).includes("linear_lists"));
  assert(names(plan(75, ["lists"]).routines.train!).includes("linear_bytes"));
});

Deno.test("the rewrite pool takes the slope of an activation into the gradient of max pooling, on WASM and WebGPU", () => {
  const sizes = imageSizes({ rows: 120, trainRows: 75, pixels: 784, classes: 3 });
  for (const backend of ["wasm", "webgpu"] as const) {
    const opsWith = (off: readonly RewriteName[]) =>
      planSession(convolutional, sizes, { optimizer: sgd(), batch: 32, seed: 1, off, backend })
        .plan.routines.train!.map(({ op, attrs }) => `${op.name} ${attrs.activation ?? ""}`);
    const fused = ["max_pool2d_grad tanh", "max_pool2d_grad relu"];
    assertEquals(opsWith([]).filter((name) => /pool2d_grad|activation_grad/.test(name)), fused);
    const plain = opsWith(["pool"]);
    assert(plain.includes("max_pool2d_grad identity") && plain.includes("activation_grad relu"));
  }
});

/** The expressions of a graph's elementwise calls, with and without the rewrite. */
function expressions(roots: readonly Node[], rewrites = [MAPS_REWRITE]): readonly unknown[] {
  return compile({ run: roots }, { rewrites }).routines.run!.map(({ op, attrs }) => attrs.f ?? op.name);
}

Deno.test("the rewrite maps takes what a value alone is made of into it, sums of gradients too", () => {
  const [x, y, scale] = [[2, 5], [2, 5], [5]].map((shape, i) => leaf("input", `x${i}`, shape)) as [
    Node,
    Node,
    Node,
  ];
  const scaled = map([x, scale], (a, b) => a.mul(b)), sum = add(scaled, y);
  assertEquals(expressions([map([sum], (a) => maximum(0, a))]), ["max(0, b * c + a)"]);
  // What another needs too, or the host, is computed as before, and so is what has another shape.
  assertEquals(expressions([map([sum, y], (a, b) => a.sub(b)), scaled]), ["a * b", "b + a - a"]);
  const factor = map([scale], (a) => a.exp());
  assertEquals(expressions([map([x, factor], (a, b) => a.mul(b))]), ["exp(a)", "a * b"]);
  assertEquals(expressions([sum], []), ["a * b", "add"]);
});

Deno.test("the rewrite maps makes no call of more operands than a kernel may have", () => {
  const values = Array.from({ length: 9 }, (_, i) => leaf("input", `x${i}`, [3, 4]));
  const total = values.slice(1).reduce((sum, value) => add(sum, value), values[0]!);
  const { run } = compile({ run: [total] }, { rewrites: [MAPS_REWRITE] }).routines;
  assertEquals(run!.map(({ operands }) => operands.length), [8, 4]);
});

Deno.test("a layer of elementwise parts is one call on WASM, and off leaves each its own", () => {
  const sizes = imageSizes({ rows: 120, trainRows: 75, pixels: 784, classes: 3 });
  const maps = (off: readonly RewriteName[]) =>
    planSession(normalized, sizes, { optimizer: sgd(), batch: 32, seed: 1, off, backend: "wasm" })
      .plan.routines.train!.filter(({ op }) => op.name === "map" || op.name === "add").length;
  assert(maps([]) < maps(["maps"]) - 8, `${maps([])} and ${maps(["maps"])}`);
});

async function trainedBits(
  off: readonly RewriteName[],
  options: Pick<SessionOptions, "optimizer" | "batch">,
  model: Model,
) {
  const data = await smallData(), executor = await wasmExecutor({ threads: 2, parallelFlops: 0 });
  const weights = initializeWeights(model, 1);
  const session = await Session.open(model, data, { ...options, seed: 1, executor, weights, off });
  for (let epoch = 0; epoch < 3; epoch++) await session.trainEpoch(epoch);
  const bits = [...(await session.weights()).values()].map((values) =>
    new Uint32Array(values.buffer.slice(0))
  );
  const { loss } = await session.validate("test");
  session.close();
  return { bits, loss };
}

for (
  const [name, options, network] of [
    ["one image a step", { optimizer: sgd({ learningRate: 0.05 }), batch: 1 }, model],
    ["32 images a step and a short last batch", { optimizer: sgd({ learningRate: 0.05 }), batch: 32 }, model],
    ["the whole set a step", { optimizer: sgd({ learningRate: 0.05 }), batch: 1000 }, model],
    ["Adam", { optimizer: adam(), batch: 32 }, model],
    ["convolutions", { optimizer: adam(), batch: 32 }, convolutional],
    ["normalizations and a residual", { optimizer: adam(), batch: 32 }, normalized],
  ] as const
) {
  Deno.test(`training with ${name} gives the same bits with and without the rewrites`, async () => {
    const plain = await trainedBits(REWRITE_NAMES, options, network),
      fast = await trainedBits([], options, network);
    assertEquals(fast, plain);
  });
}
