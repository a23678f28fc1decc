/** Calls of a plan in few dispatches: which share one, in what order, and that the numbers stay the same bits. */
import { assert, assertEquals } from "@std/assert";
import { planTraining } from "../../bench/training.ts";
import { TRAININGS } from "../../bench/workloads.ts";
import { sizeOf, storageOf } from "../../src/core/tensor.ts";
import { buildCase, sameBits } from "../../src/exec/case.ts";
import type { Executor } from "../../src/exec/executor.ts";
import { readShader } from "../../src/exec/read_shader.ts";
import { type Launch, launchMaker } from "../../src/exec/webgpu_launches.ts";
import { launchesOf, type Link, scheduleLaunches } from "../../src/exec/webgpu_schedule.ts";
import { mergeWgsl } from "../../src/exec/wgsl_merge.ts";
import { parseWgsl } from "../../src/exec/wgsl_module.ts";
import { leaf } from "../../src/ir/leaf.ts";
import { node } from "../../src/ir/node.ts";
import type { Op, OpCase } from "../../src/ir/op.ts";
import { compile, type PlanCall } from "../../src/ir/plan.ts";
import { callTypes } from "../../src/ir/print.ts";
import { activation } from "../../src/nn/activation.ts";
import { batchNorm } from "../../src/nn/batch_norm.ts";
import { conv2d } from "../../src/nn/conv2d.ts";
import { dense } from "../../src/nn/dense.ts";
import { dropout } from "../../src/nn/dropout.ts";
import { residual } from "../../src/nn/elementwise.ts";
import { flatten } from "../../src/nn/flatten.ts";
import { layerNorm } from "../../src/nn/layer_norm.ts";
import { maxPool2d } from "../../src/nn/max_pool2d.ts";
import { initializeWeights, type Model, sequential } from "../../src/nn/model.ts";
import { addOp } from "../../src/ops/add.ts";
import { OPS } from "../../src/ops/mod.ts";
import { adam, type Optimizer, OPTIMIZER_OPS, sgd } from "../../src/optim/mod.ts";
import { Session } from "../../src/train/session.ts";
import { gpuTest, STEP } from "./webgpu_support.ts";

/** What a GPU allows at least, in Vulkan. */
const ROOMY = { storageBuffers: 32, sharedBytes: 32_768 };
const launchesFor = launchMaker(readShader);

async function launchesIn(calls: readonly PlanCall[]): Promise<readonly Launch[]> {
  let scratch = -1;
  return (await Promise.all(calls.map((call) => launchesFor(call, () => scratch--)))).flat();
}

/** The launches of a step of each workload that is timed, at the sizes that it is timed at. */
async function workloadLaunches(name: string): Promise<readonly Launch[]> {
  const workload = TRAININGS.find((one) => one.name === name)!, isSmall = workload.network === "classifier";
  const classes = Array.from({ length: isSmall ? 5 : 10 }, (_, i) => `${i}`);
  const { plan } = planTraining(workload, {
    kind: {
      columns: workload.images === "shapes" ? 32 * 32 * 3 : 784,
      inputs: { kind: "bytes", scaling: { scale: 1 / 255, offset: 0 } },
      targets: { kind: "classes", names: classes },
      weighted: false,
    },
    rows: isSmall ? 11_385 : 12_000,
    backend: "webgpu",
  });
  return await launchesIn(plan.routines.train!);
}

for (
  const [name, dispatches] of [
    ["W1", 2],
    ["W2", 3],
    ["W3", 10],
    ["W4", 14],
    ["W5", 6],
    ["W6", 5],
    ["W8", 13],
    ["W9", 84],
    ["W10", 36],
  ] as const
) {
  Deno.test(`a step of ${name} is ${dispatches} dispatches, in which nothing comes before what it needs`, async () => {
    const launches = await workloadLaunches(name), stages = scheduleLaunches(launches, ROOMY);
    assertEquals(stages.length, dispatches);
    const places = stages.flatMap((units, stage) =>
      units.flatMap((unit, at) =>
        unit.flatMap(launchesOf).map((launch, i) => ({ launch, stage, unit: at, i }))
      )
    );
    // An update of an arena is made in pieces, so that there may be more than there were.
    assertEquals(
      new Set(places.map(({ launch }) => launch.call)).size,
      new Set(launches.map(({ call }) => call)).size,
    );
    for (const a of places) {
      for (const b of places.filter((other) => other !== a && clash(a.launch, other.launch))) {
        const isOrdered = launches.findIndex(({ call }) => call === a.launch.call) -
          launches.findIndex(({ call }) => call === b.launch.call);
        if (isOrdered >= 0) continue;
        const comesFirst = a.stage < b.stage || (a.stage === b.stage && a.unit === b.unit && a.i < b.i);
        assert(comesFirst, `${a.launch.call.label} has to come before ${b.launch.call.label}`);
      }
    }
  });
}

function clash(a: Launch, b: Launch): boolean {
  return a.operands.some((one) =>
    b.operands.some((other) =>
      one.buffer === other.buffer && (one.writes || other.writes) &&
      one.offset < other.offset + other.size && other.offset < one.offset + one.size
    )
  );
}

Deno.test("an elementwise call goes over a result where it is stored, and updates of members go their own ways", async () => {
  const text = ({ launch, after }: Link): string => [launch.call.op.name, ...after.map(text)].join(" ");
  const stages = scheduleLaunches(await workloadLaunches("W6"), ROOMY);
  const all = stages.map((units) => units.map((unit) => unit.map(text).join(", ")));
  assert(all[2]!.includes("linear mean_squared_error_grad activation_grad"), JSON.stringify(all));
  assert(all.at(-1)!.includes("matmul adam") && all.at(-1)!.includes("sum_rows adam"), JSON.stringify(all));
});

Deno.test("a device of few storage buffers gets more dispatches, none of which has too many", async () => {
  const launches = await workloadLaunches("W1"),
    stages = scheduleLaunches(launches, { storageBuffers: 8, sharedBytes: 16_384 });
  for (const units of stages) {
    const operands = units.flat().flatMap(launchesOf).flatMap((launch) => launch.operands);
    assert(new Set(operands.map(({ buffer }) => buffer)).size <= 8);
  }
  assert(stages.length > 2 && stages.length < launches.length / 2, `${stages.length}`);
});

Deno.test("the text of every kernel can be put together with others", async () => {
  for await (const { name } of Deno.readDir(new URL("../../wgsl", import.meta.url))) {
    assert(parseWgsl(await readShader(name.replace(".wgsl", ""))) !== undefined, name);
  }
  for (const op of OPS) {
    const { inputs, output } = buildCase(op, op.cases[0]!);
    const { text } = op.wgsl({
      inputs: inputs.map(({ type }) => type),
      output: output.type,
      attrs: output.attrs,
    });
    if (text !== undefined) assert(parseWgsl(text) !== undefined, op.name);
  }
});

Deno.test("a text of other forms runs by itself", () => {
  const flat = "@compute @workgroup_size(256)\nfn main(@builtin(global_invocation_id) id: vec3u) {}\n";
  assert(parseWgsl(flat) !== undefined);
  for (
    const other of [
      flat.replace("256", "64"),
      flat.replace("main", "start"),
      `enable f16;\n${flat}`,
      `@group(1) @binding(0) var<storage, read> x: array<f32>;\n${flat}`,
      `@group(0) @binding(0) var<storage, read> x: Rows;\nstruct Rows { length: u32 }\n${flat}`,
      `/* one */\n${flat}`,
      ...["x[i] *= 2;", "x[i].y = 1;", "x[i][1] += 1;", "let part = &x[i];"].map((changing) =>
        `@group(0) @binding(0) var<storage, read_write> x: array<vec4f>;\n${
          flat.replace("{}", `{ ${changing} }`)
        }`
      ),
    ]
  ) assertEquals(parseWgsl(other), undefined, other);
});

gpuTest(
  "every kernel can share buffers with kernels that see them otherwise, and begin anywhere in them",
  async () => {
    const device = await (await navigator.gpu.requestAdapter())!.requestDevice(), refused: string[] = [];
    // One reads buffers as vectors, one writes into them number by number.
    const other = (element: string, mode: string, work: string) =>
      parseWgsl(`
@group(0) @binding(0) var<storage, ${mode}> a: array<${element}>;
@group(0) @binding(1) var<storage, read_write> b: array<${element}>;
@compute @workgroup_size(256)
fn main(@builtin(global_invocation_id) id: vec3u) {
  ${work}
}`)!;
    const others = [
      other("vec4f", "read", "if (a[0].x > 0 && id.x > 0) { b[0] = a[0]; }"),
      other("f32", "read_write", "a[id.x] = b[id.x];"),
    ];
    const seen = new Set<string>();
    for (const op of [...OPS, ...OPTIMIZER_OPS]) {
      for (const one of op.cases.filter(isModest)) {
        const { output } = buildCase(op, one);
        for (
          const { kernel, module, operands } of await launchesIn(compile({ run: [output] }).routines.run!)
        ) {
          if (seen.has(kernel) && op.name !== "map" && op.name !== "reduce") continue;
          seen.add(kernel);
          const places = operands.map(({ writes }, binding) => ({ binding, offset: 4096, writes }));
          for (const stranger of others) {
            const strangers = places.flatMap((place, i) =>
              ["f32", "vec4f"].includes(module!.storage[i]!.element)
                ? [{
                  module: stranger,
                  places: [{ ...place, writes: stranger === others[1] }, { ...place, writes: true }],
                  isSingle: false,
                  after: [],
                }]
                : []
            );
            const code = mergeWgsl([[{ module: module!, places, isSingle: false, after: [] }], strangers]);
            device.pushErrorScope("validation");
            device.createShaderModule({ code });
            const error = await device.popErrorScope();
            if (error) refused.push(`${kernel}, ${one.label}: ${error.message}\n${code}`);
          }
        }
      }
    }
    device.destroy();
    assertEquals(refused, []);
    assert(seen.size > 60, `${seen.size}`);
  },
);

/** Adds 1 to a count for each vector of a value that is stored: what goes after a kernel goes once over each. */
const countOp: Op = {
  ...addOp,
  name: "count_stores",
  operands: ["counts", "value"],
  updates: [0],
  infer: ([counts]) => counts!,
  wgsl: ({ inputs: [counts] }) => ({
    text: `
override VECTORS: u32;
@group(0) @binding(0) var<storage, read_write> counts: array<vec4f>;
@group(0) @binding(1) var<storage, read> value: array<vec4f>;
@compute @workgroup_size(256)
fn main(@builtin(global_invocation_id) id: vec3u, @builtin(num_workgroups) groups: vec3u) {
  for (var i = id.x; i < VECTORS; i += groups.x * 256u) {
    counts[i] = counts[i] + select(vec4f(1), vec4f(1), value[i] == value[i]);
  }
}`,
    overrides: { VECTORS: storageOf(counts!.shape) / 4 },
    workgroups: [1, 1, 1],
  }),
};

function isModest({ inputs, bench }: OpCase): boolean {
  return !bench && inputs.every(({ shape }) => sizeOf(shape) <= 20_000);
}

/** Four of a list, spread over it. */
function fewOf<T>(all: readonly T[]): readonly T[] {
  return all.filter((_one, i) => i % Math.ceil(all.length / 4) === 0);
}

gpuTest("a kernel that others may go after stores each vector of its result once", async (open) => {
  const executor = await open(), missed: string[] = [];
  let tried = 0;
  for (const op of [...OPS, ...OPTIMIZER_OPS].filter(({ updates }) => updates === undefined)) {
    const modest = op.cases.filter(isModest);
    // Tiles of convolutions overlap at the end.
    for (const one of op.name.startsWith("conv") ? modest : fewOf(modest)) {
      const { inputs, values, output, step } = buildCase(op, one), { shape, dtype } = output.type;
      if (dtype !== "f32") continue;
      const counts = leaf("state", "counts", shape), count = node(countOp, [counts, output], {}, "count");
      const plan = compile({ run: [output, count] }, { hoist: false }), calls = plan.routines.run!;
      const [units] = scheduleLaunches(await launchesIn(calls), ROOMY).slice(-1);
      if (calls.length !== 2 || units!.flat().flatMap(launchesOf).length !== 2) continue;
      tried++;
      const program = await executor.load(plan, { merge: true });
      inputs.forEach((input, i) => program.write(input, values[i]!));
      await program.run("run", [step]);
      if ((await program.read(counts)).some((value) => value !== 1)) missed.push(`${op.name} ${one.label}`);
      program.close();
    }
  }
  assertEquals(missed, []);
  assert(tried > 60, `${tried}`);
});

/** Rows of bytes of three classes, and an executor that merges although it is software. */
function trainingData(inputShape: readonly number[]) {
  const rows = 40, columns = sizeOf(inputShape);
  const set = (from: number, count: number) => ({
    inputs: Uint8Array.from({ length: count * columns }, (_, i) => {
      const word = Math.imul(i + from * columns + 1, 2654435761) >>> 0;
      return word % 3 === 0 ? word >>> 24 : 0;
    }),
    inputShape,
    targets: Uint8Array.from({ length: count }, (_, i) => (i + from) % 3),
    classNames: ["a", "b", "c"],
  });
  return { train: set(0, rows), validation: set(rows, 9) };
}

async function trainedOn(executor: Executor, model: Model, optimizer: Optimizer) {
  const { shape } = model.inputs[0]!;
  const session = await Session.open(model, trainingData(shape), {
    optimizer,
    batch: 16,
    seed: 1,
    executor,
    weights: initializeWeights(model, 1),
  });
  const first = await session.trainEpoch(0), second = await session.trainEpoch(1);
  const weights = await session.weights();
  session.close();
  return { first, second, weights };
}

for (
  const [name, model, optimizer] of [
    [
      "dense layers and Adam",
      sequential(29, [
        dense(13, { activation: "relu" }),
        layerNorm(),
        dense(7, { activation: "tanh" }),
        dense(3),
      ]),
      adam(),
    ],
    [
      "convolutions, pooling, dropout and plain descent",
      sequential([13, 13], [
        conv2d(5, 3, { activation: "relu" }),
        maxPool2d(2),
        dropout(0.2),
        flatten(),
        dense(21, { activation: "sigmoid" }),
        dense(3),
      ]),
      sgd({ weightDecay: 1e-3 }),
    ],
    [
      "batch normalization in a residual and momentum",
      sequential([6, 6, 2], [
        conv2d(4, 3, { padding: "same" }),
        batchNorm(),
        residual([activation("relu"), conv2d(4, 3, { padding: "same" })]),
        flatten(),
        dense(3),
      ]),
      sgd({ momentum: 0.9 }),
    ],
  ] as const
) {
  gpuTest(`${name} learn the same bits in few dispatches as in one for each call`, async (open) => {
    const executor = await open();
    const merging: Executor = { ...executor, load: (plan) => executor.load(plan, { merge: true }) };
    const apart = await trainedOn(executor, model, optimizer),
      together = await trainedOn(merging, model, optimizer);
    assertEquals(together.first, apart.first);
    assertEquals(together.second, apart.second);
    for (const [label, values] of apart.weights) {
      assert(sameBits(values, together.weights.get(label)!), label);
    }
  });
}

gpuTest(
  "a program of few dispatches runs single calls, and names a dispatch's calls where it fails",
  async (open) => {
    const executor = await open(), a = leaf("input", "a", [8]), b = leaf("input", "b", [8]);
    const sum = node(addOp, [a, b], {}, "sum"), twice = node(addOp, [sum, sum], {}, "twice");
    const plan = compile({ run: [twice] }), program = await executor.load(plan, { merge: true });
    assertEquals(await executor.dispatches!(plan.routines.run!), 1);
    assertEquals(plan.routines.run!.map((call) => callTypes(call).output.shape), [[8], [8]]);
    program.write(a, [1, 2, 3, 4, 5, 6, 7, 8]);
    program.write(b, [1, 1, 1, 1, 1, 1, 1, 1]);
    await program.runCall("run", 0, STEP);
    assertEquals([...await program.read(sum)], [2, 3, 4, 5, 6, 7, 8, 9]);
    assertEquals([...await program.read(twice)], [0, 0, 0, 0, 0, 0, 0, 0]);
    await program.run("run", [STEP]);
    assertEquals([...await program.read(twice)], [4, 6, 8, 10, 12, 14, 16, 18]);
  },
);
