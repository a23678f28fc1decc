/** Exported networks: what ONNX Runtime and ONNX's own checker make of them, and what they are when they come back. */
import { assert, assertEquals, assertThrows } from "@std/assert";
import {
  corruption,
  dense,
  DescentError,
  initializeWeights,
  input,
  type Layer,
  layerOutputs,
  map,
  modelOf,
  ops,
  ownOp,
  predict,
  sequential,
  type Trained,
} from "descent";
import { mnist } from "descent/mnist";
import { fromOnnx, toOnnx } from "descent/onnx";
import { node } from "../../src/ir/node.ts";
import { modelFromConfig, UnknownKindError } from "../../src/nn/registry.ts";
import { sizeOf } from "../../src/core/tensor.ts";
import { decodeOnnx } from "../../src/onnx/messages.ts";
import { longOr } from "../fixtures.ts";
import { onnxChecker, onnxRuntime, type RunOnnx, trainedNetworks, untrainedNetworks } from "./networks.ts";

/** How far apart answers may be. */
const CLOSE = 1e-5;

const run = await onnxRuntime(), check = await onnxChecker();
const digits = await mnist({ train: 256, test: longOr(200, 10_000) }), test = digits.test.inputs;
const trained = await trainedNetworks({ train: digits.train }), untrained = untrainedNetworks();

/** Rows of a network, which hold its inputs side by side, apart. */
function inputsOf({ model }: Trained, rows: Float32Array | Uint8Array) {
  const width = sizeOf(model.inputShape), count = rows.length / width;
  let start = 0;
  return Object.fromEntries(model.inputs.map(({ name, shape }) => {
    const size = sizeOf(shape), from = start, Kind = rows.constructor as Float32ArrayConstructor;
    start += size;
    const data = Kind.from(
      { length: count * size },
      (_, i) => rows[Math.floor(i / size) * width + from + i % size]!,
    );
    return [name, { data, shape: [count, ...shape] }];
  }));
}

function differenceOf(a: Float32Array, b: ArrayLike<number>): number {
  assertEquals(a.length, b.length);
  return a.reduce((worst, value, i) => Math.max(worst, Math.abs(value - b[i]!)), 0);
}

/** What each output of a model gives. */
async function outputsOf(
  trained: Trained,
  rows: Float32Array | Uint8Array,
): Promise<readonly Float32Array[]> {
  const { model } = trained, [, ...others] = model.outputs, first = await predict(trained, rows);
  if (others.length === 0) return [first];
  const layers = await layerOutputs(trained, rows);
  return [first, ...others.map(({ at }) => layers.get(model.layers[at - model.inputs.length]!.name)!)];
}

/** Compares every output with what the runtime gives for so many rows; gives the largest difference. */
async function compare(
  run: RunOnnx,
  trained: Trained,
  rows: Float32Array | Uint8Array,
  file: Uint8Array,
): Promise<number> {
  const ours = await outputsOf(trained, rows), theirs = await run(file, inputsOf(trained, rows));
  assertEquals(Object.keys(theirs), trained.model.outputs.map(({ name }) => name));
  const count = rows.length / sizeOf(trained.model.inputShape);
  return Math.max(...trained.model.outputs.map(({ name, shape }, i) => {
    assertEquals([...theirs[name]!.dims], [count, ...shape]);
    return differenceOf(ours[i]!, theirs[name]!.data);
  }));
}

if (run !== undefined) {
  Deno.test("ONNX Runtime answers as we do on a whole test set, for batches of 1, 7 and all, from numbers and from bytes", async () => {
    const worst: Record<string, number> = {};
    for (const [name, one] of Object.entries(trained)) {
      const numbers = Float32Array.from(test, (byte) => byte / 255), file = toOnnx(one);
      const parts = [numbers.subarray(0, 784), numbers.subarray(784, 8 * 784), numbers];
      const found = [];
      for (const rows of parts) found.push(await compare(run, one, rows, file));
      found.push(await compare(run, one, test, toOnnx(one, { inputs: "bytes" })));
      worst[name] = Math.max(...found);
    }
    assert(Object.values(worst).every((value) => value <= CLOSE), JSON.stringify(worst));
    console.log(`Largest differences on ${test.length / 784} test images: ${JSON.stringify(worst)}`);
  });

  Deno.test("ONNX Runtime gives every output of networks of every other layer and setting", async () => {
    const worst: Record<string, number> = {};
    for (const [name, one] of Object.entries(untrained)) {
      const rows = rowsFor(name, one, 7), file = toOnnx(one), width = rows.length / 7;
      worst[name] = Math.max(
        await compare(run, one, rows, file),
        await compare(run, one, rows.slice(0, width), file),
      );
    }
    assert(Object.values(worst).every((value) => value <= CLOSE), JSON.stringify(worst));
  });
}

function rowsFor(name: string, { model }: Trained, count: number): Float32Array {
  const length = count * sizeOf(model.inputShape);
  return Float32Array.from({ length }, (_, i) => name === "words" ? i * 7 % 30 : Math.sin(1.7 * i));
}

if (check !== undefined) {
  Deno.test("ONNX's own checker finds nothing wrong with any file", async () => {
    const files = Object.values({ ...trained, ...untrained }).map((one) => toOnnx(one));
    assertEquals(await check([...files, toOnnx(trained.dense!, { inputs: "bytes" })]), "");
  });
}

Deno.test("every kind of layer is in a network that is exported here", () => {
  const used = new Set(
    Object.values({ ...trained, ...untrained }).flatMap(({ model }) =>
      model.layers.map(({ layer }) => layer.kind)
    ),
  );
  const unknown = { inputShape: [1], layers: [{ kind: "none", config: {} }] };
  const sentence = assertThrows(() => modelFromConfig(unknown), UnknownKindError).message;
  const kinds = / beside (.*)$/.exec(sentence)![1]!.split(", ");
  assertEquals(kinds.filter((kind) => !used.has(kind)), []);
});

Deno.test("what comes back by fromOnnx() takes and gives the same, with what was recorded", async () => {
  for (const [name, one] of Object.entries({ ...trained, ...untrained })) {
    const rows = name in trained
      ? Float32Array.from(test.subarray(0, 9 * 784), (byte) => byte / 255)
      : rowsFor(name, one, 9);
    const back = fromOnnx(toOnnx(one)), { inputs, outputs, gives, scaling, classNames } = one.model;
    assertEquals(back.model.inputs, inputs);
    assertEquals(
      back.model.outputs.map(({ name, shape }) => ({ name, shape })),
      outputs.map(({ name, shape }) => ({ name, shape })),
    );
    assertEquals([back.model.gives, back.model.scaling, back.model.classNames], [gives, scaling, classNames]);
    const [ours, theirs] = [await outputsOf(one, rows), await outputsOf(back, rows)];
    ours.forEach((values, i) => assert(differenceOf(values, theirs[i]!) <= CLOSE, `${name} ${i}`));
  }
});

Deno.test("layers that ONNX has come back as they were, with the same weights; elementwise ones in a row as one", () => {
  for (const name of ["dense", "convolutional", "batch-norm"]) {
    const one = trained[name]!, back = fromOnnx(toOnnx(one));
    const left = ["dropout", "augmentation", "reshape", "elementwise"];
    const kinds = ({ model: { layers } }: Trained) =>
      layers.map(({ layer }) => layer.kind).filter((kind) => !left.includes(kind));
    assertEquals(kinds(back), kinds(one));
    // A window that is turned by flipKernel lies turned in the file.
    if (name !== "convolutional") assertEquals([...back.weights.values()], [...one.weights.values()]);
  }
});

Deno.test("images go through a convolutional network channels first, with one change of order before flatten()", () => {
  const operators = (file: Uint8Array) => decodeOnnx(file).graph.nodes!.map(({ operator }) => operator);
  const expected = [
    "Reshape",
    "Conv",
    "Relu",
    "MaxPool",
    "Conv",
    "Sigmoid",
    "MaxPool",
    "Transpose",
    "Reshape",
    "Gemm",
  ];
  assertEquals(operators(toOnnx(trained.convolutional!)), expected);
  assertEquals(operators(toOnnx(trained.dense!)), ["Gemm", "Relu", "Gemm", "Tanh", "Gemm"]);
  assertEquals(operators(toOnnx(trained.dense!, { inputs: "bytes" })).slice(0, 3), ["Cast", "Mul", "Gemm"]);
});

Deno.test("a file of bytes scales them as in training, and comes back taking bytes as they are", async () => {
  const model = { ...sequential(3, [dense(2)]), scaling: { scale: 2 / 255, offset: -1 } };
  const one = { model, weights: initializeWeights(model, 1) }, rows = Uint8Array.of(0, 100, 255, 3, 2, 1);
  const ours = await predict(one, rows), file = toOnnx(one, { inputs: "bytes" });
  assert(differenceOf(ours, await predict(fromOnnx(file), rows)) <= CLOSE);
  if (run !== undefined) assert(await compare(run, one, rows, file) <= CLOSE);
});

Deno.test("a deep network is written, and constants of one name but several values are several tensors", async () => {
  const rows = Float32Array.of(1, 2, 3);
  const deep = sequential(
    3,
    Array.from({ length: 3000 }, () => dense(3, { bias: false, activation: "tanh" })),
  );
  const back = fromOnnx(toOnnx({ model: deep, weights: initializeWeights(deep, 1) }));
  assertEquals(back.model.layers.length, 3000);
  // Each multiplies by a number that the graph makes itself, in a node without a name.
  const times = (factor: number): Layer => ({
    kind: "times",
    config: { factor },
    build: (_name, shape) => ({
      outputShape: shape,
      parameters: [],
      apply: (x) => map([x, map([ops.zeros(3)], (zero) => zero.add(factor))], (value, f) => value.mul(f)),
    }),
  });
  const model = sequential(3, [times(2), times(5)]), one = { model, weights: new Map() };
  assertEquals([...await predict(fromOnnx(toOnnx(one)), rows)], [10, 20, 30]);
});

Deno.test("a network that ONNX cannot say is refused in a sentence that names the layer and the way out", () => {
  const refused = (trained: Trained, sentence: string) =>
    void assertThrows(() => toOnnx(trained), DescentError, sentence);
  const of = (model: Trained["model"]) => ({ model, weights: initializeWeights(model, 1) });
  const odd = ownOp({
    name: "odd",
    operands: ["x"],
    infer: ([x]) => x!,
    reference: ({ inputs: [x], output }) => void output.data.set(x!.data as Float64Array),
    composition: ({ inputs: [x] }) => x!,
  });
  const layer = (refuses: boolean) => ({
    kind: "odd",
    config: {},
    build: (_name: string, shape: readonly number[]) => ({
      outputShape: shape,
      parameters: [],
      apply: (x: Parameters<typeof node>[1][number]) =>
        node(refuses ? { ...odd, composition: undefined! } : odd, [x], {}),
    }),
  });
  toOnnx(of(sequential(3, [layer(false), dense(2)])));
  refused(
    of(sequential(3, [dense(2), layer(true)])),
    'ONNX cannot say what layer "odd_2" does: its op odd has no form there; take it out of the model, or cut the model ' +
      "before it by cutModel() and do its work on what the file gives",
  );
  refused(
    of(sequential(3, [corruption(0.1, { always: true }), dense(2)])),
    'layer "corruption_1" does: its op corrupt',
  );
  const x = input(2);
  refused(of(modelOf({ x }, { x: x.pipe(dense(2)) })), 'no output is called as an input, and both are "x"');
  const { model } = of(sequential(2, [dense(2)]));
  refused({ model, weights: new Map() }, 'The weights have no "dense_1/weights"');
  assertThrows(
    () => toOnnx(of(model), { inputs: "floats" as "bytes" }),
    DescentError,
    '"numbers" or "bytes", got "floats"',
  );
  assertThrows(() => toOnnx(of(model), { input: "bytes" } as object), DescentError, "did you mean inputs?");
});
