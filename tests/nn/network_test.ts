/** Networks as graphs: what leads where, what is shared, and what is saved of it. */
import { assert, assertEquals, assertNotEquals, assertRejects, assertThrows } from "@std/assert";
import { join } from "node:path";
import { DescentError } from "../../src/core/errors.ts";
import { sizeOf } from "../../src/core/tensor.ts";
import { referenceExecutor } from "../../src/exec/reference.ts";
import { wasmExecutor } from "../../src/exec/wasm.ts";
import { leaf } from "../../src/ir/leaf.ts";
import { reachable } from "../../src/ir/node.ts";
import { activation } from "../../src/nn/activation.ts";
import { batchNorm } from "../../src/nn/batch_norm.ts";
import { concat } from "../../src/nn/concat.ts";
import { dense } from "../../src/nn/dense.ts";
import { addValues, elementwise, residual } from "../../src/nn/elementwise.ts";
import { flatten } from "../../src/nn/flatten.ts";
import type { Layer } from "../../src/nn/layer.ts";
import { meanSquaredError } from "../../src/nn/losses.ts";
import {
  countParameters,
  initializeWeights,
  sequential,
  summarizeModel,
  type Weights,
} from "../../src/nn/model.ts";
import { input, type Model, modelOf, share, through, type Value } from "../../src/nn/network.ts";
import { layerNorm } from "../../src/nn/layer_norm.ts";
import { pad, slice, transpose } from "../../src/nn/rearrange.ts";
import { tiedDense } from "../../src/nn/tied_dense.ts";
import { sigmoid } from "../../src/ops/expression/expression.ts";
import { webgpuOrSkip } from "../exec/adapter.ts";
import { assertNear, runSteps, worstSlope } from "./layer_steps.ts";
import { sampleNormal } from "../../src/nn/sample_normal.ts";
import { map } from "../../src/ops/map.ts";
import { sgd } from "../../src/optim/mod.ts";
import { joinModels, sliceLayers } from "../../src/train/compose.ts";
import { fit } from "../../src/train/fit.ts";
import { predict } from "../../src/train/predict.ts";
import { loadModel, saveModel } from "../../src/train/saved.ts";
import { withTempFolder } from "../fixtures.ts";
import { forward } from "../ops/forward.ts";

const WASM = await wasmExecutor({ threads: 1 });
const WEBGPU = await webgpuOrSkip();
const sentenceOf = (work: () => unknown) => assertThrows(work, DescentError).message;
const linear = (units: number) => dense(units, { activation: "identity" });
const rowsOf = (count: number) => Float32Array.from({ length: count }, (_, i) => Math.sin(1.3 * i + 0.2));

/** What the outputs of a model are for rows 0, 1, … of each input. */
async function outputsOf(model: Model, weights: Weights, rows = 3) {
  const leaves = model.inputs.map(({ name, shape }) => leaf("input", name, [rows, ...shape]));
  const values = model.values(leaves), roots = model.outputs.map(({ at }) => values[at]!);
  const parameters = [...model.parameters, ...model.states].map(({ node }) =>
    [node, weights.get(node.label)!] as const
  );
  const given = leaves.map((one, i) => [one, rowsOf(sizeOf(one.type.shape)).map((v) => v + i)] as const);
  const reached = reachable(roots);
  return await forward(WASM, roots, [...given, ...parameters].filter(([one]) => reached.includes(one)), {
    count: rows,
  });
}

/** The model is saved and loaded, and gives the same bits. */
async function savedIsTheSame(model: Model, layers = {}): Promise<Model> {
  return await withTempFolder(async (folder) => {
    const path = join(folder, "model"), weights = initializeWeights(model, 3);
    await saveModel(path, { model, weights });
    const loaded = await loadModel(path, { layers });
    assertEquals(summarizeModel(loaded.model), summarizeModel(model));
    assertEquals(loaded.model.inputs, model.inputs);
    assertEquals(loaded.model.outputs, model.outputs);
    assertEquals(loaded.weights, weights);
    assertEquals(await outputsOf(loaded.model, loaded.weights), await outputsOf(model, weights));
    return loaded.model;
  });
}

Deno.test("a model of several inputs and outputs names them in order, and the layers as what leads to the outputs needs them", async () => {
  const x = input(4), y = input(3), unused = input([2, 2]);
  const behind = y.pipe(linear(5)), sum = addValues([x.pipe(linear(5)), behind]);
  const model = modelOf({ x, unused, y }, { sum, behind, last: sum.pipe(activation("tanh"), linear(2)) });
  assertEquals(model.inputs.map(({ name, shape }) => [name, ...shape]), [["x", 4], ["unused", 2, 2], [
    "y",
    3,
  ]]);
  assertEquals(model.outputs.map(({ name, at }) => [name, at]), [["sum", 5], ["behind", 4], ["last", 7]]);
  assertEquals(
    summarizeModel(model).map(({ name, from, parameters }) => [name, from.join(), parameters]),
    [
      ["dense_1", "x", 25],
      ["dense_2", "y", 20],
      ["elementwise_3", "dense_1,dense_2", 0],
      ["elementwise_4", "elementwise_3", 0],
      ["dense_5", "elementwise_4", 12],
    ],
  );
  const loaded = await savedIsTheSame(model);
  assertEquals(loaded.layers.map(({ from }) => from), [[0], [2], [3, 4], [5], [6]]);
});

Deno.test("an output may be an input, and one value may be two outputs", async () => {
  const x = input(4), y = x.pipe(linear(2));
  await savedIsTheSame(modelOf({ x }, { given: x, one: y, two: y }));
});

Deno.test("an input of another name than x, or an output before the last layer, is saved", async () => {
  const image = input([2, 2]), flat = image.pipe(flatten()), far = flat.pipe(linear(3));
  await savedIsTheSame(modelOf({ image }, far));
  await savedIsTheSame(modelOf({ image }, { far, flat }));
});

Deno.test("modelOf() says what is missing or no value, with the shape", () => {
  const x = input(4), y = input([2, 3]), both = addValues([x.pipe(linear(6)), y.pipe(flatten())]);
  assertEquals(
    sentenceOf(() => modelOf({ x }, both)),
    "The outputs need an input of shape [2,3] that the model is not given: name it too",
  );
  assertEquals(
    sentenceOf(() => modelOf({ x, y, z: both }, both)),
    '"z" is no input of a model: make it by input(shape)',
  );
  assertEquals(
    sentenceOf(() => modelOf({ x, again: x }, x.pipe(linear(2)))),
    "Each input of a model has one name: make another by input(shape)",
  );
  assertEquals(sentenceOf(() => modelOf({ x }, x)), "A model needs at least one layer");
  assertEquals(
    sentenceOf(() => modelOf(x as never, both)),
    "The inputs of a model are values by name, as in modelOf({ x }, y), got a value of a network",
  );
  assertEquals(
    sentenceOf(() => modelOf({ x }, {})),
    "The outputs of a model are values by name, as in modelOf({ x }, y), got an object",
  );
  assertEquals(
    sentenceOf(() => modelOf({ x }, [both, 3] as never)),
    "The outputs of a model are values by name, as in modelOf({ x }, y), got [a value of a network,3]",
  );
  assertEquals(
    sentenceOf(() => x.pipe(() => 3 as never)),
    "A part of a network must give a value, as x.pipe(…) does, got 3",
  );
  assertEquals(
    sentenceOf(() => x.pipe(3 as never)),
    "A layer must be what dense(), conv2d() and the like give, got 3",
  );
  assertEquals(
    sentenceOf(() => sequential(4, [batchNorm as never])),
    "batchNorm() takes options by name, { epsilon, momentum }, got a value of a network: call batchNorm with its settings first",
  );
  assertEquals(sentenceOf(() => input([])), "The input shape must hold positive whole numbers, got []");
});

Deno.test("a model says how many inputs it takes, also where fit() and predict() give it one", async () => {
  const x = input(4), y = input(4), model = modelOf({ x, y }, addValues([x, y]).pipe(linear(1)));
  const sentence = "The model takes rows of shape [8]", weights = initializeWeights(model, 1);
  assertEquals(
    sentenceOf(() => model.apply(leaf("input", "x", [2, 4]))),
    "The model takes 2 inputs (x [4], y [4]), 8 values side by side in a row, but is given [4]",
  );
  assertEquals(
    sentenceOf(() => model.values([x, y, x].map((_, i) => leaf("input", `x${i}`, [2, 4])))),
    "The model takes 2 inputs (x, y), but is given 3",
  );
  const train = { inputs: rowsOf(8), inputShape: [4], targets: rowsOf(2) };
  await assertRejects(() => fit(model, { train }, { loss: meanSquaredError() }), DescentError, sentence);
  await assertRejects(() => predict({ model, weights }, rowsOf(12)), DescentError, "takes rows of shape [8]");
});

Deno.test("a layer is tied to the first use of a shared one, and says so of another", () => {
  const same = share(dense(4));
  assertEquals(countParameters(sequential(4, [same, same, tiedDense("dense_1")])), 20 + 4);
  assertEquals(
    sentenceOf(() => sequential(4, [same, same, tiedDense("dense_2")])),
    'Layer "tied_dense_3" (tied_dense) is tied to "dense_2", which is no dense layer before it: choose from dense_1',
  );
});

/** A graph with a bit of everything that joins, shares and cuts. */
function graphOfAll(): Model {
  const x = input([3, 4]), same = share(dense(5, { activation: "tanh" }));
  const [first, second] = [0, 2].map((start) => slice(x, { axis: 0, start, size: 1 }).pipe(flatten()));
  const turned = transpose(x, [1, 0]).pipe((v) => pad(v, { before: 1, after: 1 }), flatten(), linear(5));
  const joined = concat([first!.pipe(same), turned, second!.pipe(same)]);
  const behind = joined.pipe(residual([linear(15), batchNorm(), activation("gelu")]), layerNorm());
  return modelOf({ x }, elementwise([behind, joined], (a, b) => a.mul(sigmoid(b))).pipe(linear(2)));
}

const GRAPH_BATCH = { rows: 4, x: rowsOf(48), seed: rowsOf(8) };

Deno.test("the gradients through a graph that joins, shares, cuts and normalizes agree with central differences", async () => {
  const model = graphOfAll(), options = { model, weights: initializeWeights(model, 1), rows: 5 };
  const worst = await worstSlope(referenceExecutor(), options, GRAPH_BATCH);
  assert(worst < 1e-6, `off by ${worst}`);
});

Deno.test("a graph gives the same bits on WASM with one thread and with two, and near ones on WebGPU", async () => {
  const model = await savedIsTheSame(graphOfAll());
  const options = { model, weights: initializeWeights(model, 1), rows: 5 };
  const one = await runSteps(WASM, options, [GRAPH_BATCH]);
  const two = await wasmExecutor({ threads: 2, parallelFlops: 0 });
  assertEquals(await runSteps(two, options, [GRAPH_BATCH]), one);
  for (const executor of [referenceExecutor(), ...(WEBGPU ? [WEBGPU] : [])]) {
    const found = await runSteps(executor, options, [GRAPH_BATCH]);
    for (const [name, values] of Object.entries(one.answers[0]!)) {
      assertNear(values, found.answers[0]![name]!, 1e-4, `${name} on ${executor.name}`);
    }
    assertNear(one.evaluated, found.evaluated, 1e-4, `evaluated on ${executor.name}`);
  }
});

Deno.test("values know their shapes before there is a model", () => {
  const x = input([4, 4]), y = x.pipe(flatten(), linear(3));
  assertEquals([x.shape, y.shape, addValues([y, y]).shape], [[4, 4], [3], [3]]);
});

Deno.test("a chain of 5000 layers is put together, applied and saved without running out of stack", async () => {
  const half = activation((value) => value.mul(0.5).add(1));
  const model = sequential(2, Array.from({ length: 5000 }, () => half));
  assertEquals([model.layers.length, model.layers.at(-1)!.name], [5000, "elementwise_5000"]);
  const x = leaf("input", "x", [1, 2]);
  const [found] = await forward(referenceExecutor(), [model.apply(x)], [[x, [5, -5]]]);
  assertEquals([...found!], [2, 2]);
  await withTempFolder(async (folder) => {
    const path = join(folder, "deep");
    await saveModel(path, { model, weights: new Map() });
    assertEquals((await loadModel(path)).model.layers.length, 5000);
  });
});

Deno.test("residual() adds what goes by, as it is or through its shortcut", async () => {
  const x = leaf("input", "x", [1, 2]), values = [[x, [1, 2]]] as const;
  const double = activation((value) => value.mul(2)), plus = activation((value) => value.add(10));
  const parts = [
    sequential(2, [residual([double])]),
    sequential(2, [residual([double, double], { shortcut: [plus] })]),
    sequential(2, [residual([])]),
    sequential(2, [residual([residual([double])])]),
  ];
  const found = await Promise.all(
    parts.map((model) => forward(referenceExecutor(), [model.apply(x)], values)),
  );
  assertEquals(found.map(([one]) => [...one!]), [[3, 6], [15, 20], [2, 4], [4, 8]]);
  await savedIsTheSame(
    sequential(4, [
      residual([linear(6), batchNorm(), activation("silu")], { shortcut: [linear(6)] }),
      linear(2),
    ]),
  );
  assertEquals(
    sentenceOf(() => sequential(4, [residual([linear(6)])])),
    'Layer "elementwise_2" (elementwise) cannot take rows of shape [6]: it needs rows of one shape, here [4]',
  );
});

Deno.test("elementwise() takes up to six values, of which some may end in the shape of the largest", async () => {
  const x = input([2, 3]), scale = input(3), product = elementwise([x, scale], (a, b) => a.mul(b).sub(1));
  const model = await savedIsTheSame(modelOf({ x, scale }, product));
  assertEquals(model.outputShape, [2, 3]);
  const [found] = await outputsOf(model, new Map(), 2), rows = rowsOf(12), factors = rowsOf(6);
  rows.forEach((value, i) => {
    const expected = value * (Math.fround(factors[3 * Math.floor(i / 6) + i % 3]! + 1)) - 1;
    assert(Math.abs(found![i]! - expected) < 1e-6, `${i}: ${found![i]} for ${expected}`);
  });
  assertEquals(
    sentenceOf(() => elementwise([x, 3 as unknown as Value], (a) => a)),
    "elementwise() joins a list of 1 to 6 values of a network, got [a value of a network,3]",
  );
});

Deno.test("a shared layer has one set of weights, which stand once, are counted once and trained once", async () => {
  const x = input(4), same = share(dense(4, { activation: "tanh" }));
  const model = modelOf({ x }, concat([x.pipe(same), x.pipe(same, same)]).pipe(linear(1)));
  assertEquals(model.parameters.map(({ node }) => node.label), [
    "dense_1/weights",
    "dense_1/bias",
    "dense_5/weights",
    "dense_5/bias",
  ]);
  assertEquals(countParameters(model), 20 + 9);
  assertEquals(summarizeModel(model).map(({ parameters }) => parameters), [20, 0, 0, 0, 9]);
  const loaded = await savedIsTheSame(model);
  assertEquals(loaded.layers.map(({ sharedWith }) => sharedWith), [undefined, 0, 0, undefined, undefined]);

  const train = { inputs: rowsOf(4 * 6), inputShape: [4], targets: rowsOf(6) };
  const options = { loss: meanSquaredError(), optimizer: sgd({ learningRate: 0.1 }), executor: WASM };
  const trained = await fit(model, { train }, { ...options, batch: 6, epochs: 1 });
  // By hand: the gradient of the loss by each weight of the shared layer, by differences.
  const before = trainedFrom(model),
    loss = async (weights: Weights) => {
      const [out] = await outputsOf(model, weights, 6);
      return out!.reduce((sum, y, i) => sum + (y - train.targets[i]!) ** 2 / 6, 0);
    };
  const weights = before.get("dense_1/weights")!;
  for (const at of [0, 5, 15]) {
    const moved = (by: number) =>
      loss(new Map(before).set("dense_1/weights", weights.map((w, i) => i === at ? w + by : w)));
    const slope = (await moved(0.01) - await moved(-0.01)) / 0.02;
    const step = (weights[at]! - trained.weights.get("dense_1/weights")![at]!) / 0.1;
    assert(Math.abs(slope - step) < 2e-3, `${at}: ${step} for ${slope}`);
  }
});

/** What fit() starts from. */
function trainedFrom(model: Model): Weights {
  return initializeWeights(model, 1);
}

Deno.test("a frozen layer keeps its weights wherever it is shared", async () => {
  const same = share(dense(4, { activation: "tanh" })), model = sequential(4, [same, same, linear(1)]);
  const train = { inputs: rowsOf(24), inputShape: [4], targets: rowsOf(6) };
  const options = {
    loss: meanSquaredError(),
    epochs: 2,
    executor: WASM,
    weights: initializeWeights(model, 5),
  };
  const { weights } = await fit(model, { train }, { ...options, frozen: ["dense_1"] });
  assertEquals(weights.get("dense_1/weights"), options.weights.get("dense_1/weights"));
  assertNotEquals(weights.get("dense_3/weights"), options.weights.get("dense_3/weights"));
});

Deno.test("share() refuses another shape than the first, with both", () => {
  const x = input(4), same = share(linear(3));
  assertEquals(
    sentenceOf(() => modelOf({ x }, x.pipe(same, same))),
    'Layer "dense_2" shares the weights of "dense_1", which takes rows of shape [4], and is given [3]',
  );
});

Deno.test("models of shared layers can be cut and joined, and share their weights still", async () => {
  const same = share(dense(4, { activation: "tanh" })),
    model = sequential(4, [same, linear(4), same, linear(2)]);
  const trained = { model, weights: initializeWeights(model, 1) }, rows = rowsOf(12);
  const joined = joinModels(sliceLayers(trained, 0, 3), sliceLayers(trained, 3));
  assertEquals(joined.model.layers.map(({ sharedWith }) => sharedWith), [undefined, undefined, 0, undefined]);
  assertEquals(await predict(joined, rows), await predict(trained, rows));
  const second = sliceLayers(trained, 2);
  assertEquals([...second.weights.keys()], [
    "dense_1/weights",
    "dense_1/bias",
    "dense_2/weights",
    "dense_2/bias",
  ]);
  assertEquals(second.weights.get("dense_1/weights"), trained.weights.get("dense_1/weights"));
});

/** A layer of one's own: y = x·factor. */
function scaled(factor: number): Layer {
  return {
    kind: "scaled",
    config: { factor },
    build: (name, inputShape) => ({
      outputShape: inputShape,
      parameters: [],
      apply: (x) => map([x], (value) => value.mul(factor), { label: name }),
    }),
  };
}

Deno.test("layers of one's own are loaded by their kinds, and unknown without them", async () => {
  const model = sequential(4, [scaled(3), linear(2)]),
    layers = {
      scaled: ({ factor }: Layer["config"]) => scaled(factor as number),
    };
  await savedIsTheSame(model, layers);
  await withTempFolder(async (folder) => {
    const path = join(folder, "own");
    await saveModel(path, { model, weights: initializeWeights(model, 1) });
    const { message } = await assertRejects(() => loadModel(path), DescentError);
    assert(
      message.startsWith(
        `${path}: Layer 1 of the model is of the kind "scaled", which is not known here: give what makes it as in ` +
          "loadModel(path, { layers: { scaled: (config) => … } }), or use a version that has it",
      ),
      message,
    );
    assert(!message.includes("damaged"));
  });
});

Deno.test("sampleNormal() refuses a variance of another shape than the mean", () => {
  const x = input(4);
  assertEquals(
    sentenceOf(() => modelOf({ x }, sampleNormal(x.pipe(linear(3)), x.pipe(linear(2))))),
    'Layer "sample_normal_3" (sample_normal) cannot take rows of shape [2]: it needs the shape of the mean, [3]',
  );
  assertEquals(
    sentenceOf(() => through(scaled(1), [x, 3 as unknown as Value])),
    "A layer is given a list of values of a network, got [a value of a network,3]",
  );
});
