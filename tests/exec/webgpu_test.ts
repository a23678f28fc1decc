/** The WebGPU executor itself; that its kernels agree with the reference is tested with the ops. */
import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { platform } from "../../src/core/choose_platform.ts";
import { DescentError } from "../../src/core/errors.ts";
import { checkCase, describeDeviation, fillValues } from "../../src/exec/case.ts";
import { arena, leaf } from "../../src/ir/leaf.ts";
import type { CallTypes, Op, OpCase } from "../../src/ir/op.ts";
import { compile } from "../../src/ir/plan.ts";
import type { Activation } from "../../src/ops/_activation.ts";
import { PRODUCT_TILES, productLaunch } from "../../src/ops/_product_tiles.ts";
import { add } from "../../src/ops/add.ts";
import { gather } from "../../src/ops/gather.ts";
import { linear, linearOp } from "../../src/ops/linear.ts";
import { matmul, matmulOp } from "../../src/ops/matmul.ts";
import { OPS } from "../../src/ops/mod.ts";
import { record } from "../../src/ops/record.ts";
import { softmax } from "../../src/ops/softmax.ts";
import { sumRows } from "../../src/ops/sum_rows.ts";
import { softmaxCrossEntropy } from "../../src/ops/softmax_cross_entropy.ts";
import { OPTIMIZER_OPS, sgd } from "../../src/optim/mod.ts";
import { bringsKernels, secondShaders, shadersOf, typesOf } from "../ops/own_kernels.ts";
import { countCalls, gpuTest, smallSum, STEP } from "./webgpu_support.ts";

const WGSL = new URL("../../wgsl/", import.meta.url);

Deno.test("every op with kernels in files has a shader that binds its operands, and no shader is without an op", async () => {
  const ops = [...OPS, ...OPTIMIZER_OPS].filter((op) => !bringsKernels(op));
  const files = [...Deno.readDirSync(WGSL)].map(({ name }) => name).sort();
  const shaders = ops.flatMap((op) =>
    [...shadersOf(op)].map(([name, one]) => {
      const operands = Math.max(op.operands.length, op.cases[0]!.inputs.length) +
        (op.updates === undefined ? 1 : 0);
      const overrides: readonly string[] = Object.keys(op.wgsl(typesOf(op, one)).overrides);
      return { name, bindings: operands + (op.step ? 1 : 0), overrides };
    })
  );
  for (const [name, overrides] of secondShaders(ops)) shaders.push({ name, bindings: 2, overrides });
  assertEquals(files, shaders.map(({ name }) => `${name}.wgsl`).sort());
  for (const { name, bindings, overrides } of shaders) {
    const text = await Deno.readTextFile(new URL(`${name}.wgsl`, WGSL));
    assert(text.startsWith(`// ${name}: `), `${name}.wgsl must open with what it computes`);
    assertEquals(text.match(/@binding\(\d+\)/g)?.length, bindings, name);
    assertStringIncludes(text, "fn main(");
    for (const override of overrides) assertStringIncludes(text, `override ${override}: `);
  }
});

gpuTest(
  "a plan's setup runs before the first step, and again only after its data is written",
  async (open) => {
    const executor = await open();
    const table = leaf("data", "table", [3, 5], "u8"), order = leaf("data", "order", [3], "u32");
    const bias = leaf("input", "bias", [3, 5]);
    const sum = add(gather(table, order, { rows: 3, whole: true, scale: 2 }), bias);
    const plan = compile({ forward: [sum] });
    assertEquals(plan.setup.length, 1);
    const program = await executor.load(plan);
    const submits = countCalls(executor.device.queue, "submit");
    const pixels = Uint8Array.from({ length: 15 }, (_, i) => i + 240);
    program.write(table, pixels);
    program.write(order, [2, 0, 1]);
    program.write(bias, new Float32Array(15).fill(1));
    await program.run("forward", [STEP]);
    await program.run("forward", [STEP]);
    assertEquals(submits.count, 3);
    assertEquals([...await program.read(sum)].slice(0, 6), [501, 503, 505, 507, 509, 481]);
    program.write(table, pixels.map((pixel) => pixel - 200));
    await program.run("forward", [STEP]);
    assertEquals([...await program.read(sum)].slice(0, 6), [101, 103, 105, 107, 109, 81]);
  },
);

gpuTest("a chunk of steps is one submit that allocates nothing, each step with its own row", async (open) => {
  const executor = await open({ tableRows: 4 });
  const values = leaf("input", "values", [16]), metrics = leaf("state", "metrics", [16, 4]);
  const program = await executor.load(compile({ measure: [record(values, metrics, 2)] }));
  program.write(values, Float32Array.from({ length: 16 }, (_, i) => 2 ** i));
  const { device } = executor;
  const submits = countCalls(device.queue, "submit");
  const allocations = [countCalls(device, "createBuffer"), countCalls(device, "createBindGroup")];
  const steps = Array.from({ length: 11 }, (_, i) => ({ ...STEP, slot: i, count: i + 1 }));
  await program.run("measure", steps);
  assertEquals(submits.count, 3);
  assertEquals(allocations.map(({ count }) => count), [0, 0]);
  const rows = await program.read(metrics);
  assertEquals([...rows].filter((_, i) => i % 4 === 2), [
    ...steps.map((_, i) => 2 ** (i + 1) - 1),
    0,
    0,
    0,
    0,
    0,
  ]);
  assertEquals([...rows].filter((value, i) => i % 4 !== 2 && value !== 0), []);
});

gpuTest("writes, runs and reads happen in the order they are asked for, awaited or not", async (open) => {
  const { a, b, sum, plan } = smallSum();
  const program = await (await open({ tableRows: 2 })).load(plan);
  program.write(b, [100, 200]);
  const pending: Promise<unknown>[] = [], reads: Promise<unknown>[] = [];
  for (let i = 0; i < 6; i++) {
    program.write(a, [i, 2 * i]);
    pending.push(program.run("forward", [STEP, STEP, STEP]));
    reads.push(program.read(sum).then((found) => [...found]), program.read(a).then((found) => [...found]));
  }
  const found = await Promise.all(reads);
  await Promise.all(pending);
  assertEquals(found, [0, 1, 2, 3, 4, 5].flatMap((i) => [[100 + i, 200 + 2 * i], [i, 2 * i]]));
});

gpuTest("two runs from the same start are bit-identical", async (open) => {
  const executor = await open();
  const weights = leaf("parameter", "weights", [30, 20]), params = arena("params", [weights]);
  const x = leaf("input", "x", [1000, 30]), dY = leaf("input", "dY", [1000, 20]);
  const y = matmul(x, weights, { label: "y" });
  const dWeights = matmul(x, add(y, dY), { transposeA: true, label: "dWeights" });
  const optimizer = sgd({ learningRate: 1e-5 });
  const update = optimizer.update(params, arena("grads", [dWeights]), []);
  const plan = compile({ train: [update] });
  const train = async () => {
    const program = await executor.load(plan);
    [weights, x, dY].forEach((value, lane) => {
      program.write(value, fillValues({ shape: value.type.shape, fill: "normal" }, lane));
    });
    await program.run("train", Array(20).fill({ ...STEP, scalars: optimizer.scalars(0) }));
    const found = await program.readPadded(plan.place(params)!);
    program.close();
    return new Uint32Array(found.buffer as ArrayBuffer);
  };
  const first = await train();
  assert(first.some((word) => word !== 0));
  assertEquals(await train(), first);
});

gpuTest("a second load compiles no kernel again", async (open) => {
  const executor = await open(), pipelines = countCalls(executor.device, "createComputePipeline");
  await executor.load(smallSum().plan);
  await executor.load(smallSum().plan);
  assertEquals(pipelines.count, 1);
});

gpuTest("runCall() makes one call of a routine and waits for it", async (open) => {
  const { a, b, sum } = smallSum(), twice = add(sum, sum, "twice");
  const program = await (await open()).load(compile({ forward: [twice] }));
  program.write(a, [1, 2]);
  program.write(b, [3, 4]);
  await program.runCall("forward", 1, STEP);
  assertEquals([...await program.read(twice)], [0, 0]);
  await program.runCall("forward", 0, STEP);
  await program.runCall("forward", 1, STEP);
  assertEquals([...await program.read(twice)], [8, 12]);
  await assertRejects(() => program.runCall("forward", 2, STEP), DescentError, "no call 2");
});

gpuTest("checkGuards() names the buffer that a kernel writes past the end of", async (open) => {
  const overrun = async (op: string) => {
    const text = await Deno.readTextFile(new URL(`${op}.wgsl`, WGSL));
    return text.replace("c[i] = a[i] + b[i];", "c[i + 1u] = a[i] + b[i];");
  };
  for (const [options, names] of [[{}, []], [{ loadShader: overrun }, ["sum"]]] as const) {
    const program = await (await open(options)).load(smallSum().plan, { guards: true });
    assertEquals(await program.checkGuards(), []);
    await program.run("forward", [STEP]);
    assertEquals(await program.checkGuards(), [...names]);
  }
});

gpuTest(
  "a call of two launches gives the sums of each step, and the buffer between them has a guard",
  async (open) => {
    const x = leaf("input", "x", [20483, 1]), sum = sumRows(x, "sum");
    const metrics = leaf("state", "metrics", [4, 1]), plan = compile({ forward: [record(sum, metrics, 0)] });
    const loadShader = async (kernel: string) =>
      (await Deno.readTextFile(new URL(`${kernel}.wgsl`, WGSL)))
        .replace("s[group.y * VECTORS", "s[1u + group.y * VECTORS");
    for (const [options, names] of [[{}, []], [{ loadShader }, ["scratch of sum"]]] as const) {
      const program = await (await open(options)).load(plan, { guards: true });
      const steps = [1, 2].map((slot) => ({ ...STEP, slot }));
      program.write(x, new Float32Array(20483).fill(1));
      await program.run("forward", steps);
      assertEquals(await program.checkGuards(), [...names]);
      if (names.length === 0) assertEquals([...await program.read(metrics)], [0, 20483, 20483, 0]);
    }
  },
);

gpuTest("linear and matmul agree with the reference whichever way they share out the work", async (open) => {
  const executor = await open();
  const inputs = (...shapes: readonly number[][]) =>
    shapes.map((shape) => ({ shape, fill: "normal" as const }));
  const linearCase = (
    [m, k, n]: readonly [number, number, number],
    activation: Activation,
    transposeWeights = false,
  ): readonly [Op, OpCase] => [
    linearOp as unknown as Op,
    {
      label: `${m}×${k}×${n}${transposeWeights ? " transposed" : ""}`,
      inputs: inputs([m, k], transposeWeights ? [n, k] : [k, n], [n]),
      attrs: { activation, transposeWeights },
    },
  ];
  const matmulCase = (
    [m, k, n]: readonly [number, number, number],
    transposeA: boolean,
    transposeB: boolean,
  ): readonly [Op, OpCase] => [
    matmulOp as unknown as Op,
    {
      label: `${m}×${k}×${n} transposed ${transposeA} ${transposeB}`,
      inputs: inputs(transposeA ? [k, m] : [m, k], transposeB ? [n, k] : [k, n]),
      attrs: { transposeA, transposeB },
    },
  ];
  const cases = [
    linearCase([67, 130, 70], "tanh"),
    linearCase([131, 9, 197], "relu", true),
    ...[false, true].flatMap((a) => [
      matmulCase([130, 70, 133], a, false),
      matmulCase([130, 70, 133], a, true),
    ]),
    matmulCase([5, 6029, 9], true, false),
  ];
  for (const tile of PRODUCT_TILES) {
    for (const [op, opCase] of cases) {
      const wgsl = (types: CallTypes) => {
        const { SPLIT_ROOT: _, ...overrides } = op.wgsl(types).overrides, { M: m, K: k, N: n } = overrides;
        const hasParts = "PARTS" in overrides, product = { name: op.name, m: m!, k: k!, n: n!, hasParts };
        const launch = productLaunch({ ...product, output: types.output }, [tile]);
        return { ...launch, overrides: { ...overrides, ...launch.overrides } };
      };
      const deviation = await checkCase(executor, { ...op, wgsl }, opCase);
      const text = deviation && describeDeviation(deviation);
      assert(
        deviation === undefined || deviation.ratio <= 1,
        `${JSON.stringify(tile.overrides)} ${op.name} ${opCase.label}: ${text}`,
      );
    }
  }
});

gpuTest("activations and losses of extreme numbers do not overflow", async (open) => {
  const executor = await open();
  const x = leaf("input", "x", [4, 1]), w = leaf("input", "w", [1, 1]), b = leaf("input", "b", [1]);
  const labels = leaf("input", "labels", [4], "u32");
  const wide = leaf("input", "wide", [4, 3]);
  const curves = (["sigmoid", "tanh", "relu"] as const).map((activation) => linear(x, w, b, { activation }));
  const losses = softmaxCrossEntropy(wide, labels), probabilities = softmax(wide);
  const program = await executor.load(compile({ forward: [...curves, losses, probabilities] }));
  program.write(x, [-1e30, -1e4, 1e4, 1e30]);
  program.write(w, [1]);
  program.write(wide, [1e30, 0, -1e30, 1000, 1000, 1000, -1e4, -1e4, -2e4, 0, 1e4, 0]);
  program.write(labels, [0, 1, 2, 1]);
  await program.run("forward", [STEP]);
  const found = await Promise.all([...curves, losses, probabilities].map((value) => program.read(value)));
  const [sigmoid, tanh, relu, loss, softmaxed] = found.map((values) => [...values]);
  assertEquals(sigmoid, [0, 0, 1, 1]);
  assertEquals(tanh, [-1, -1, 1, 1]);
  assertEquals(relu, [0, 0, Math.fround(1e4), Math.fround(1e30)]);
  const expected = [0, Math.log(3), 1e4 + Math.log(2), 0];
  loss!.forEach((value, i) =>
    assert(Math.abs(value - expected[i]!) <= 1e-6 * (1 + expected[i]!), `loss ${value}`)
  );
  assert(softmaxed!.every((value) => value >= 0 && value <= 1));
  program.write(wide, [NaN, 0, 0, 0, NaN, 0, 0, 0, NaN, NaN, NaN, NaN]);
  await program.run("forward", [STEP]);
  // WGSL may assume that there is no NaN; what must not come out is a number that looks like a loss.
  for (const value of await program.read(losses)) {
    assert(!(Math.abs(value) < 1e30), `${value} looks like a loss`);
  }
});

gpuTest("reads wait for the device and for nothing else, and give what was there at each", async (open) => {
  assert(
    platform().mapsWithinCall,
    `How mapAsync waits in Deno ${Deno.version.deno} is to be looked at: docs/architecture.md`,
  );
  const executor = await open(), { a, sum, plan } = smallSum(), program = await executor.load(plan);
  const timesMs: number[] = [], found: number[] = [];
  for (let i = 0; i < 12; i++) {
    program.write(a, [i, 0]);
    await program.run("forward", [STEP]);
    const before = performance.now(), reading = program.read(sum);
    program.write(a, [-1, -1]);
    await program.run("forward", [STEP]);
    found.push((await reading)[0]!);
    timesMs.push(performance.now() - before);
  }
  const [first] = found;
  assertEquals(found.map((value) => value - first!), Array.from({ length: 12 }, (_, i) => i));
  assert(Math.min(...timesMs) < 8, `a read took ${Math.min(...timesMs)} ms at least`);
  // Several at once, each in turn on the same buffer.
  const all = await Promise.all([program.read(sum), program.read(a), program.read(sum)]);
  assertEquals(all[0], all[2]);
  assertEquals([...all[1]!], [-1, -1]);
});
