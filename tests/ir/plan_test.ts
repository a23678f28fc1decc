/** The planner: order, places, arenas, hoisting, and the plan of a real network in numbers. */
import { assert, assertEquals, assertThrows } from "@std/assert";
import { DescentError } from "../../src/core/errors.ts";
import { randomWords, STREAM } from "../../src/core/random.ts";
import type { Step } from "../../src/core/step.ts";
import { bytesPerElement, storageOf, type TypedArray } from "../../src/core/tensor.ts";
import { feedsSetup } from "../../src/exec/executor.ts";
import { referenceExecutor } from "../../src/exec/reference.ts";
import { wasmExecutor } from "../../src/exec/wasm.ts";
import { arena, ARENA_ALIGN, leaf } from "../../src/ir/leaf.ts";
import { describeNode, type Node, node, reachable } from "../../src/ir/node.ts";
import { compile, type Plan, type PlanCall, type PlanOperand } from "../../src/ir/plan.ts";
import { planJson } from "../../src/ir/plan_json.ts";
import { callBytes, callFlops, describeBuffers, describeCall, formatBytes } from "../../src/ir/print.ts";
import { dense } from "../../src/nn/dense.ts";
import { initializeWeights, sequential } from "../../src/nn/model.ts";
import { add } from "../../src/ops/add.ts";
import { gather } from "../../src/ops/gather.ts";
import { linear } from "../../src/ops/linear.ts";
import { record } from "../../src/ops/record.ts";
import { reshape } from "../../src/ops/reshape.ts";
import { rowWeights } from "../../src/ops/row_weights.ts";
import { sumRows } from "../../src/ops/sum_rows.ts";
import { adam } from "../../src/optim/adam.ts";
import { sgd } from "../../src/optim/sgd.ts";
import { planSession, type SessionOptions, type SessionPlan } from "../../src/train/session_plan.ts";
import { imageSizes } from "../fixtures.ts";

const f32 = (label: string, shape: readonly number[], role: "input" | "parameter" = "input") =>
  leaf(role, label, shape);

const labelsOf = (calls: readonly PlanCall[] | undefined) => calls!.map(({ label }) => label);

/** 784-30-20-10-5 on 11,385 training rows and 3,795 rows each of validation and test, as in the first report. */
function reportPlan(more: Partial<SessionOptions> = {}): SessionPlan {
  const model = sequential(784, [
    dense(30, { activation: "relu" }),
    dense(20, { activation: "relu" }),
    dense(10, { activation: "relu" }),
    dense(5),
  ]);
  const sizes = imageSizes({ rows: 18975, trainRows: 11385, pixels: 784, classes: 5 });
  return planSession(model, sizes, { optimizer: adam(), batch: 32, seed: 1, ...more });
}

Deno.test("compile() puts a value's inputs before it, each value once, in an order that the roots alone decide", () => {
  const a = f32("a", [3]), b = add(a, a, "b"), c = add(b, a, "c"), d = add(b, c, "d");
  assertEquals(labelsOf(compile({ run: [d] }).routines.run), ["b", "c", "d"]);
  assertEquals(labelsOf(compile({ run: [c, d] }).routines.run), ["b", "c", "d"]);
  const left = add(a, a, "left"), right = add(a, a, "right");
  assertEquals(labelsOf(compile({ run: [left, right] }).routines.run), ["left", "right"]);
  assertEquals(labelsOf(compile({ run: [right, left] }).routines.run), ["right", "left"]);
});

Deno.test("reachable() of a graph of 20,000 nodes in a row does not overflow the stack", () => {
  let value: Node = f32("x", [1]);
  for (let i = 0; i < 20_000; i++) value = add(value, value);
  assertEquals(reachable([value]).length, 20_001);
});

Deno.test("compile() makes calls that update in place last, in the order of the roots", () => {
  const params = f32("params", [64], "parameter"), grads = f32("grads", [64]);
  const update = sgd().update(params, grads, []), metrics = leaf("state", "metrics", [1, 4]);
  const reader = add(params, params, "reader"), row = record(reader, metrics, 0);
  const { run } = compile({ run: [update, row, add(reader, params, "late")] }).routines;
  assertEquals(labelsOf(run), ["reader", "late", "sgd", "metrics/reader"]);
});

Deno.test("compile() gives a call its inputs in order and then its output, or the updated operand alone", () => {
  const x = f32("x", [2, 3]), w = f32("w", [3, 4], "parameter"), b = f32("b", [4], "parameter");
  const y = linear(x, w, b, { label: "y" }), metrics = leaf("state", "metrics", [2, 4]);
  const sums = sumRows(y, "sums"), plan = compile({ run: [record(sums, metrics, 1)] });
  const [first, , last] = plan.routines.run!;
  assertEquals(first!.operands.map(({ label }) => label), ["x", "w", "b", "y"]);
  assertEquals([first!.writes, last!.writes], [[3], [1]]);
  assertEquals(last!.operands.map(({ label }) => label), ["sums", "metrics"]);
  assertEquals(last!.attrs, { column: 1 });
});

Deno.test("routines of one plan share their leaves and the values that both reach", () => {
  const x = f32("x", [4]), y = add(x, x, "y"), z = add(y, x, "z");
  const plan = compile({ one: [y], two: [z] });
  assertEquals(plan.buffers.map(({ name }) => name).sort(), ["x", "y", "z"]);
  assertEquals(plan.routines.one![0]!.operands[2]!.buffer, plan.routines.two![0]!.operands[2]!.buffer);
});

Deno.test("a buffer has the bytes of its tensor with rows padded to four elements", () => {
  const x = f32("x", [3, 5]),
    order = leaf("input", "order", [7], "u32"),
    pixels = leaf("data", "pixels", [2, 10], "u8");
  const plan = compile({ run: [add(x, x, "y"), gather(pixels, order, { rows: 3, label: "g" })] });
  const found = Object.fromEntries(
    plan.buffers.map(({ name, role, elements, bytes }) => [name, [role, elements, bytes]]),
  );
  assertEquals(found, {
    x: ["input", 24, 96],
    y: ["value", 24, 96],
    pixels: ["data", 24, 24],
    order: ["input", 8, 32],
    g: ["value", 36, 144],
  });
});

Deno.test("members of an arena lie in one buffer, each at a multiple of 256 bytes, and do not overlap", () => {
  const members = [f32("w", [5, 7], "parameter"), f32("b", [7], "parameter"), f32("one", [1], "parameter")];
  const params = arena("params", members), grads = arena("grads", members.map((one) => add(one, one)));
  const plan = compile({ run: [sgd().update(params, grads, [])] });
  assertEquals(members.map((one) => plan.place(one)!.offset), [0, 64, 128]);
  assertEquals(grads.inputs.map((one) => plan.place(one)!.offset), [0, 64, 128]);
  assertEquals(new Set(members.map((one) => plan.place(one)!.buffer)).size, 1);
  assertEquals(plan.place(members[0]!)!.buffer, plan.place(params)!.buffer);
  assertEquals(plan.buffers.map(({ name, elements }) => [name, elements]), [["params", 192], ["grads", 192]]);
});

Deno.test("a value is computed straight into its place in an arena", async () => {
  const a = f32("a", [3]), b = f32("b", [65]), [twoA, twoB] = [add(a, a), add(b, b)];
  const both = arena("both", [twoA, twoB]), plan = compile({ run: [twoA, twoB, both] });
  assertEquals(plan.routines.run!.length, 2);
  const program = await referenceExecutor().load(plan);
  program.write(a, [1, 2, 3]);
  program.write(b, Array.from({ length: 65 }, (_, i) => i));
  await program.run("run", [STEP]);
  const flat = await program.read(both);
  assertEquals([flat.length, ...flat.subarray(0, 4)], [64 + 128, 2, 4, 6, 0]);
  assertEquals([flat[64], flat[65], flat[64 + 64], flat[64 + 65]], [0, 2, 128, 0]);
});

Deno.test("compile() refuses a value in two arenas, or twice in one, with its name", () => {
  const w = f32("w", [4], "parameter");
  for (const arenas of [[arena("one", [w]), arena("two", [w])], [arena("twice", [w, w])]]) {
    assertThrows(
      () => compile({ run: arenas }),
      DescentError,
      'leaf f32[4] "w" cannot lie in two arenas or twice in one',
    );
  }
});

Deno.test("compile() refuses an arena that mixes leaves and computed values, and arena() one without members", () => {
  const w = f32("w", [4], "parameter");
  assertThrows(
    () => compile({ run: [arena("mixed", [w, add(w, w)])] }),
    DescentError,
    'Arena "mixed" mixes leaves and computed values',
  );
  assertThrows(() => arena("empty", []), DescentError, "empty: An arena holds one or more f32 tensors");
  assertThrows(() => arena("whole", [leaf("input", "u", [2], "u32")]), DescentError, "f32 tensors");
});

Deno.test('compile() refuses a routine of the name "setup"', () => {
  assertThrows(
    () => compile({ setup: [add(f32("a", [1]), f32("b", [1]))] }),
    DescentError,
    'A routine cannot be named "setup": that name is taken',
  );
});

const STEP: Step = { start: 0, count: 2, slot: 0, step: 0, seed: 0, scalars: [0.5] };

Deno.test("calls that depend on constant data alone are made in setup, the others in the routine", () => {
  const table = leaf("data", "table", [4, 6], "u8"), order = leaf("data", "order", [4], "u32");
  const x = gather(table, order, { rows: 4, whole: true, label: "x" }), constant = add(x, x, "constant");
  const w = f32("w", [6, 2], "parameter"), b = f32("b", [2], "parameter");
  const roots = [linear(constant, w, b, { label: "y" }), rowWeights(4, "weights")];
  const plan = compile({ run: roots });
  assertEquals(labelsOf(plan.setup), ["x", "constant"]);
  // The weights of rows have no input, but read the step.
  assertEquals(labelsOf(plan.routines.run), ["y", "weights"]);
  const place = (value: Node) => plan.place(value) as PlanOperand;
  assertEquals([table, order, w].map((value) => feedsSetup(plan, place(value))), [true, true, false]);
  const plain = compile({ run: roots }, { hoist: false });
  assertEquals([plain.setup.length, labelsOf(plain.routines.run)], [0, ["x", "constant", "y", "weights"]]);
});

Deno.test("a batch that the step chooses is gathered in every step, though its table and order are constant", () => {
  const table = leaf("data", "table", [4, 6], "u8"), order = leaf("data", "order", [4], "u32");
  const plan = compile({ run: [gather(table, order, { rows: 2, label: "x" })] });
  assertEquals([plan.setup.length, labelsOf(plan.routines.run)], [0, ["x"]]);
});

Deno.test("setup runs again after constant data is written, and only then", async () => {
  const table = leaf("data", "table", [2, 2], "u8"), order = leaf("data", "order", [2], "u32");
  const x = gather(table, order, { rows: 2, whole: true, scale: 1 }),
    other = f32("other", [2, 2]),
    sum = add(x, other);
  const program = await referenceExecutor().load(compile({ run: [sum] }));
  const result = async () => {
    await program.run("run", [STEP]);
    return [...await program.read(sum)];
  };
  program.write(table, [1, 2, 3, 4]);
  program.write(order, [0, 1]);
  program.write(other, [10, 10, 10, 10]);
  assertEquals(await result(), [11, 12, 13, 14]);
  program.write(order, [1, 0]);
  assertEquals(await result(), [13, 14, 11, 12]);
  program.write(x, [0, 0, 0, 0]);
  assertEquals(await result(), [10, 10, 10, 10]);
});

/** Weights and metrics after some steps of a small training with the whole set in one batch. */
async function trainWhole(hoist: boolean): Promise<readonly TypedArray[]> {
  const model = sequential(16, [dense(6, { activation: "tanh" }), dense(3)]);
  const { plan, table, training, evaluation } = planSession(
    model,
    imageSizes({ rows: 20, trainRows: 14, pixels: 16, classes: 3 }),
    { optimizer: adam({ learningRate: 0.05 }), batch: 14, seed: 1, off: hoist ? [] : ["hoist"] },
  );
  assertEquals(labelsOf(plan.setup), hoist ? ["x", "y"] : []);
  const program = await referenceExecutor().load(plan);
  program.write(table.inputs, randomWords(320, { seed: 3, stream: STREAM.test }).map((word) => word >>> 24));
  program.write(table.targets!, Uint8Array.from({ length: 20 }, (_, i) => i % 3));
  program.write(training.order, Array.from({ length: 14 }, (_, i) => 13 - i));
  program.write(evaluation!.order, Array.from({ length: 20 }, (_, i) => i));
  const weights = initializeWeights(model, 1);
  for (const { node: one } of model.parameters) program.write(one, weights.get(one.label)!);
  const steps = [0, 1, 2, 3].map((step) => ({
    ...STEP,
    count: 14,
    step,
    scalars: adam({ learningRate: 0.05 }).scalars(step),
  }));
  await program.run("train", steps);
  return await Promise.all(
    [...model.parameters.map((one) => one.node), training.metrics].map((one) => program.read(one)),
  );
}

Deno.test("a training with the whole set in one batch gives the same numbers with and without hoisting", async () => {
  const hoisted = await trainWhole(true);
  assert(hoisted.at(-1)![0]! > 0);
  assertEquals(hoisted, await trainWhole(false));
});

Deno.test("a training step of 784-30-20-10-5 with Adam is 27 calls, updates last", () => {
  const { plan } = reportPlan();
  assertEquals(plan.setup.length, 0);
  assertEquals(plan.routines.train!.map(({ op }) => op.name), [
    "gather",
    ...["linear", "linear", "linear", "linear"],
    "gather_elements",
    "softmax_cross_entropy",
    "count_correct",
    "row_weights",
    "softmax_cross_entropy_grad",
    ...["matmul", "activation_grad", "matmul", "activation_grad", "matmul", "activation_grad"],
    ...["matmul", "sum_rows", "matmul", "sum_rows", "matmul", "sum_rows", "matmul", "sum_rows"],
    ...["record", "record", "adam"],
  ]);
});

Deno.test("the first layer costs no gradient by its input: three of seven matmuls are gradients by inputs", () => {
  const { plan } = reportPlan(), matmuls = plan.routines.train!.filter(({ op }) => op.name === "matmul");
  const made = matmuls.map(({ operands }) => operands[2]!.type.shape.join("×"));
  assertEquals(made.filter((shape) => shape.startsWith("32×")), ["32×10", "32×20", "32×30"]);
  assertEquals(made.filter((shape) => !shape.startsWith("32×")).sort(), ["10×5", "20×10", "30×20", "784×30"]);
});

Deno.test("validation is ten calls over the images of training, and evaluation the same and the confusion matrix", () => {
  const { plan, table } = reportPlan(), { validate, evaluate } = plan.routines;
  const names = [
    "gather",
    "linear",
    "linear",
    "linear",
    "linear",
    "gather_elements",
    "softmax_cross_entropy",
    "count_correct",
  ];
  assertEquals(validate!.map(({ op }) => op.name), [...names, "record", "record"]);
  assertEquals(evaluate!.map(({ op }) => op.name), [...names, "record", "record", "confusion"]);
  const images = plan.place(table.inputs)!.buffer;
  assertEquals([plan.routines.train![0]!, validate![0]!].map(({ operands }) => operands[0]!.buffer), [
    images,
    images,
  ]);
});

Deno.test("parameters, gradients and both moments of 784-30-20-10-5 lie in four arenas of 26,368 elements", () => {
  const { plan } = reportPlan();
  // Rows of weights are padded to 32, 20, 12 and 8; each tensor starts at a multiple of 64.
  const tensors = [784 * 32, 32, 30 * 20, 20, 20 * 12, 12, 10 * 8, 8];
  const elements = tensors.reduce((sum, size) => sum + Math.ceil(size / 64) * 64, 0);
  assertEquals(elements, 26368);
  const arenas = ["params", "grads", "m", "v"].map((name) => plan.buffers.find((one) => one.name === name)!);
  assertEquals(arenas.map((one) => one.elements), [26368, 26368, 26368, 26368]);
  assertEquals(arenas.map(({ role }) => role), ["parameter", "value", "state", "state"]);
});

/** The parts of a plan's buffers that its values take; those of one value are taken once. */
function spansOf(plan: Plan): readonly (readonly [buffer: number, begin: number, end: number])[] {
  const calls = [...plan.setup, ...Object.values(plan.routines).flat()];
  const keys = calls.flatMap(({ operands }) =>
    operands.map(({ buffer, offset, type }) => `${buffer} ${offset} ${offset + storageOf(type.shape)}`)
  );
  return [...new Set(keys)].map((key) => key.split(" ").map(Number) as [number, number, number]);
}

Deno.test("every operand of the report's plan lies within its buffer, aligned, with the buffer's element type", () => {
  const { plan } = reportPlan();
  for (const [buffer, begin, end] of spansOf(plan)) {
    assert(
      begin % ARENA_ALIGN === 0 && end <= plan.buffers[buffer]!.elements,
      `${buffer}: ${begin} … ${end}`,
    );
  }
  for (const { operands } of Object.values(plan.routines).flat()) {
    for (const { buffer, type } of operands) assertEquals(type.dtype, plan.buffers[buffer]!.dtype);
  }
  for (const { dtype, elements, bytes } of plan.buffers) {
    assertEquals(bytes, elements * bytesPerElement(dtype));
  }
});

Deno.test("no two values of the report's plan overlap, but an arena and its members", () => {
  const { plan } = reportPlan(), spans = spansOf(plan);
  const isWhole = ([buffer, begin, end]: readonly number[]) =>
    begin === 0 && end === plan.buffers[buffer!]!.elements;
  for (const [i, a] of spans.entries()) {
    for (const b of spans.slice(i + 1).filter((other) => other[0] === a[0])) {
      assert(a[2] <= b[1] || b[2] <= a[1] || isWhole(a) || isWhole(b), `${a} and ${b}`);
    }
  }
});

Deno.test("every buffer of the report's plan is used, and most of its bytes are the images", () => {
  const { plan } = reportPlan(), used = new Set(spansOf(plan).map(([buffer]) => buffer));
  assertEquals(used.size, plan.buffers.length);
  const total = plan.buffers.reduce((sum, { bytes }) => sum + bytes, 0), images = 18975 * 784;
  assertEquals(plan.buffers.find(({ name }) => name === "inputs")!.bytes, images);
  assert(total > images && total < images + 3 * 2 ** 20, `${total} bytes`);
});

Deno.test("a training step that gathers the whole set in setup does not gather in its steps", () => {
  const { plan } = reportPlan({ batch: 11385 });
  assertEquals(labelsOf(plan.setup), ["x", "y"]);
  assertEquals(plan.routines.train!.filter(({ op }) => op.name.startsWith("gather")), []);
  assertEquals(plan.routines.train!.length, 25);
});

Deno.test("node() puts the label before what the op says of shapes that do not fit", () => {
  const x = f32("x", [128, 784]), w = f32("w", [785, 100]), b = f32("b", [100]);
  assertThrows(
    () => linear(x, w, b, { label: "dense_1" }),
    DescentError,
    "dense_1: Cannot multiply f32[128,784] and f32[785,100]: inner sizes 784 and 785 differ",
  );
  assertThrows(
    () => node(add(x, x).op, [x, w], {}),
    DescentError,
    "Cannot add f32[128,784] and f32[785,100]: shapes differ",
  );
});

Deno.test("describeNode() names the op, the type and the label of a node", () => {
  assertEquals(describeNode(f32("x", [2, 3])), 'leaf f32[2,3] "x"');
});

Deno.test("a call prints its position, op, label, type, settings, buffers and operations", () => {
  const { plan } = reportPlan(), first = plan.routines.train!.find(({ op }) => op.name === "linear")!;
  const [index, op, , type, settings, places, flops] = describeCall(first, 1);
  assertEquals([index, op, type, settings, flops], [
    "1",
    "linear",
    "f32[32,30]",
    "activation=relu",
    "1,505,280",
  ]);
  const bufferOf = (name: string) => plan.buffers.findIndex((one) => one.name === name);
  const [params, x, made] = [bufferOf("params"), bufferOf("x"), first.operands[3]!.buffer];
  assertEquals(places, `b${x} b${params} b${params}+25088 →b${made}`);
  assertEquals(callFlops(first), 2 * 32 * 784 * 30);
});

Deno.test("callBytes() counts what is read or written once, and what is updated twice", () => {
  const a = f32("a", [3]), metrics = leaf("state", "metrics", [2, 4]), sum = add(a, a, "sum");
  const [adding, recording] = compile({ run: [record(sum, metrics, 0)] }).routines.run!;
  assertEquals(callBytes(adding!), 3 * 12);
  assertEquals(callBytes(recording!), 12 + 2 * 32);
});

Deno.test("formatBytes() gives the largest unit below the number, and buffers print with it", () => {
  assertEquals([0, 1023, 1024, 1536 * 1024, 5 * 2 ** 30, 2 ** 42].map(formatBytes), [
    "0 B",
    "1023 B",
    "1.0 KiB",
    "1.5 MiB",
    "5.0 GiB",
    "4096.0 GiB",
  ]);
  const plan = compile({ run: [add(f32("a", [1024]), f32("b", [1024]), "c")] });
  assertEquals(describeBuffers(plan)[0], ["b0", "input", "a", "f32", "1,024", "4.0 KiB"]);
});

Deno.test("a reshape between layouts of the same bytes is an alias: the place of its input, and no call", () => {
  const aliases = [[[5, 784], [28, 28]], [[5, 3, 3, 20], [180]], [[5, 6, 15], [2, 3, 15]], [[5, 7], [1, 7]]];
  for (const [shape, sizes] of aliases as [number[], number[]][]) {
    const x = f32("x", shape), y = reshape(add(x, x, "sum"), sizes, "y"), plan = compile({ run: [y] });
    assertEquals(labelsOf(plan.routines.run), ["sum"]);
    assertEquals(plan.buffers.map(({ name }) => name), ["x", "sum"]);
    const { label, type, ...place } = plan.place(y)!;
    assertEquals([label, type.shape], ["y", [5, ...sizes]]);
    assertEquals(place, { buffer: 1, offset: 0 });
  }
  const copied = [[[5, 6, 15], [90]], [[5, 90], [6, 15]], [[5, 28, 28], [784, 1]], [[5, 2], [2, 1]]];
  for (const [shape, sizes] of copied as [number[], number[]][]) {
    const plan = compile({ run: [reshape(f32("x", shape), sizes, "y")] });
    assertEquals([labelsOf(plan.routines.run), plan.buffers.length], [["y"], 2]);
  }
});

Deno.test("what is written to a value is read from its alias, and the other way round", async () => {
  for (const executor of [referenceExecutor(), await wasmExecutor({ threads: 1 })]) {
    const x = f32("x", [2, 4]), y = reshape(x, [1, 4]), z = add(y, y, "z");
    const program = await executor.load(compile({ run: [z] }));
    program.write(x, [1, 2, 3, 4, 5, 6, 7, 8]);
    await program.run("run", [STEP]);
    assertEquals([...await program.read(y)], [1, 2, 3, 4, 5, 6, 7, 8]);
    assertEquals([...await program.read(z)], [2, 4, 6, 8, 10, 12, 14, 16]);
    program.write(y, [8, 7, 6, 5, 4, 3, 2, 1]);
    assertEquals([...await program.read(x)], [8, 7, 6, 5, 4, 3, 2, 1]);
    program.close();
  }
});

Deno.test("an alias of a part of an arena lies there, and an alias of constant data is constant", () => {
  const w = f32("w", [5, 8], "parameter"), b = f32("b", [7], "parameter"), params = arena("params", [b, w]);
  const seen = reshape(w, [2, 4], "seen"), plan = compile({ run: [add(seen, seen), params] });
  const { buffer, offset } = plan.place(w)!;
  assertEquals([plan.place(seen)!.buffer, plan.place(seen)!.offset, offset], [buffer, 64, 64]);
  const pixels = leaf("data", "pixels", [5, 8]), twice = reshape(pixels, [2, 4]);
  const constant = compile({ run: [add(add(twice, twice, "constant"), seen, "sum")] });
  assertEquals([labelsOf(constant.setup), labelsOf(constant.routines.run)], [["constant"], ["sum"]]);
});

Deno.test("a member of an arena is no alias: what it is reshaped from is copied into its place", async () => {
  const x = f32("x", [2, 8]), sum = add(x, x, "sum"), other = add(x, x, "other");
  const member = reshape(sum, [2, 4], "member"), both = arena("both", [other, member]);
  const plan = compile({ run: [both] }), program = await referenceExecutor().load(plan);
  assertEquals(labelsOf(plan.routines.run), ["other", "sum", "member"]);
  assertEquals([plan.place(member)!.buffer, plan.place(member)!.offset], [plan.place(both)!.buffer, 64]);
  program.write(x, Array.from({ length: 16 }, (_, i) => i));
  await program.run("run", [STEP]);
  assertEquals([...await program.read(member)], Array.from({ length: 16 }, (_, i) => 2 * i));
});

Deno.test("planJson() tells routines, calls and buffers, what is read and written, and times where there are some", () => {
  const params = leaf("parameter", "params", [4]), grads = leaf("input", "grads", [4]);
  const plan = compile({ train: [sgd().update(params, grads, [])] });
  const { routines, buffers } = planJson(plan, { train: [0.5] });
  assertEquals(buffers.map(({ name, role, bytes }) => [name, role, bytes]), [
    ["params", "parameter", 16],
    ["grads", "input", 16],
  ]);
  assertEquals(routines.length, 1);
  const { op, type, reads, writes, ms } = routines[0]!.calls[0]!;
  assertEquals([op, type, reads, writes, ms], ["sgd", "f32[4]", [0, 1], [0], 0.5]);
  assertEquals(planJson(plan).routines[0]!.calls[0]!.ms, undefined);
  const json = JSON.parse(JSON.stringify(planJson(plan)));
  assertEquals(json.routines[0].name, "train");
});
