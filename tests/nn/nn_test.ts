/** Layers, initial weights, models; saving a model and predicting with it. */
import { assert, assertAlmostEquals, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { join } from "node:path";
import { DescentError } from "../../src/core/errors.ts";
import type { TypedArray } from "../../src/core/tensor.ts";
import { STREAM, uniform } from "../../src/core/random.ts";
import { referenceExecutor } from "../../src/exec/reference.ts";
import { wasmExecutor } from "../../src/exec/wasm.ts";
import { leaf } from "../../src/ir/leaf.ts";
import { compile } from "../../src/ir/plan.ts";
import { dense, type DenseOptions } from "../../src/nn/dense.ts";
import { type Initializer, INITIALIZERS, initialValues } from "../../src/nn/initializers.ts";
import { dropout } from "../../src/nn/dropout.ts";
import { crossEntropy } from "../../src/nn/cross_entropy.ts";
import {
  checkWeights,
  countParameters,
  initializeWeights,
  type Model,
  sequential,
  summarizeModel,
  type Weights,
} from "../../src/nn/model.ts";
import { modelConfig, modelFromConfig } from "../../src/nn/registry.ts";
import { ACTIVATIONS } from "../../src/ops/_activation.ts";
import { classify, evaluate } from "../../src/train/predict.ts";
import { encodeSafetensors } from "../../src/train/safetensors.ts";
import { decodeModel, encodeModel, loadModel, saveModel } from "../../src/train/saved.ts";
import { withTempFolder } from "../fixtures.ts";

const FAN_IN = 300, FAN_OUT = 100;

function draw(initializer: Initializer, { seed = 1, lane = 0 } = {}): Float32Array {
  return initialValues(initializer, [FAN_IN, FAN_OUT], { fanIn: FAN_IN, fanOut: FAN_OUT, seed, lane });
}

function varianceOf(values: Float32Array): number {
  return values.reduce((sum, value) => sum + value * value, 0) / values.length;
}

const VARIANCE = {
  glorot_uniform: 2 / (FAN_IN + FAN_OUT),
  glorot_uniform_sigmoid: 16 * 2 / (FAN_IN + FAN_OUT),
  glorot_normal: 2 / (FAN_IN + FAN_OUT),
  he_uniform: 2 / FAN_IN,
  he_normal: 2 / FAN_IN,
  lecun_uniform: 1 / FAN_IN,
  lecun_normal: 1 / FAN_IN,
  zeros: 0,
} as const satisfies Record<Exclude<Initializer, "ones">, number>;

for (const [initializer, variance] of Object.entries(VARIANCE) as [Initializer, number][]) {
  Deno.test(`${initializer} draws weights of mean 0 and variance ${variance.toPrecision(3)} for fan-in 300, fan-out 100`, () => {
    const values = draw(initializer), mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    assertEquals(values.length, FAN_IN * FAN_OUT);
    // Four standard errors of the mean; a variance of 30,000 values is good to some 3 in 100.
    assertAlmostEquals(mean, 0, 4 * Math.sqrt(variance / values.length) + 1e-12);
    assertAlmostEquals(varianceOf(values), variance, 0.03 * variance);
  });
}

Deno.test("uniform initializers stay within the root of three variances and come close to it, normal ones go beyond", () => {
  for (const [initializer, variance] of Object.entries(VARIANCE) as [Initializer, number][]) {
    const largest = draw(initializer).reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    const limit = Math.sqrt(3 * variance);
    if (initializer.endsWith("uniform")) {
      assert(largest <= limit * (1 + 1e-7) && largest > 0.999 * limit, initializer);
    }
    if (initializer.endsWith("normal")) assert(largest > 1.5 * limit, initializer);
  }
});

Deno.test("initial weights are the known ones for a seed", () => {
  const options = { fanIn: 2, fanOut: 3, seed: 1, lane: 0 };
  // Computed by another implementation of Philox from its paper.
  assertEquals([...initialValues("glorot_uniform", [2, 3], options)], [
    -0.9372551441192627,
    -0.8385512828826904,
    -0.47483882308006287,
    -1.0079511404037476,
    -0.9516812562942505,
    0.3542040288448334,
  ]);
  assertEquals([...initialValues("he_normal", [2, 3], options)], [
    0.2867487967014313,
    0.2601170539855957,
    0.7905928492546082,
    0.20264746248722076,
    -0.19413809478282928,
    -0.31313297152519226,
  ]);
  const [first] = uniform(1, { seed: 1, stream: STREAM.weights, lane: 0 });
  assertEquals(Math.fround((2 * first! - 1) * Math.sqrt(6 / 5)), -0.9372551441192627);
});

Deno.test("initial weights repeat for one seed and lane, and differ for another seed or lane", () => {
  for (const initializer of INITIALIZERS.filter((one) => one !== "zeros" && one !== "ones")) {
    const values = draw(initializer);
    assertEquals(draw(initializer), values);
    for (const other of [{ seed: 2 }, { lane: 1 }]) {
      const equal = draw(initializer, other).filter((value, i) => value === values[i]).length;
      assert(equal < 10, `${initializer}: ${equal} equal values`);
    }
  }
});

Deno.test("initializeWeights() gives each parameter its own values by its name, and zeros to biases", () => {
  const model = sequential(6, [
      dense(6, { activation: "relu" }),
      dense(6, { activation: "relu", initializer: "he_normal" }),
    ]),
    weights = initializeWeights(model, 3);
  assertEquals([...weights.keys()], ["dense_1/weights", "dense_1/bias", "dense_2/weights", "dense_2/bias"]);
  const options = { fanIn: 6, fanOut: 6, seed: 3 };
  assertEquals(
    weights.get("dense_1/weights"),
    initialValues("glorot_uniform", [6, 6], { ...options, lane: 0 }),
  );
  assertEquals(weights.get("dense_2/weights"), initialValues("he_normal", [6, 6], { ...options, lane: 2 }));
  assertEquals(weights.get("dense_2/bias"), new Float32Array(6));
});

Deno.test("the four architectures of the first report have 24435, 12620, 20188 and 14827 parameters", () => {
  const counts = [[30, 20, 10], [15, 30, 10], [25, 15, 8], [18, 20, 12]].map((hidden) =>
    countParameters(
      sequential(784, [...hidden.map((units) => dense(units, { activation: "relu" })), dense(5)]),
    )
  );
  assertEquals(counts, [24435, 12620, 20188, 14827]);
});

Deno.test("summarizeModel() names each layer with its output shape and parameters", () => {
  const model = sequential([12], [dense(4, { activation: "relu" }), dense(2)]);
  assertEquals(
    summarizeModel(model).map((
      { name, kind, outputShape, parameters },
    ) => [name, kind, outputShape, parameters]),
    [
      ["dense_1", "dense", [4], 52],
      ["dense_2", "dense", [2], 10],
    ],
  );
  assertEquals([model.inputShape, model.outputShape], [[12], [2]]);
});

Deno.test("a model applied to two batches shares its parameters", () => {
  const model = sequential(3, [dense(2, { activation: "relu" })]);
  const [a, b] = [4, 9].map((rows) => model.apply(leaf("input", "x", [rows, 3])));
  assertEquals([a!.type.shape, b!.type.shape], [[4, 2], [9, 2]]);
  assert(a!.inputs[1] === b!.inputs[1] && a!.inputs[1] === model.parameters[0]!.node);
});

Deno.test("dense() computes f(x·W + b) with the activation that it was given", async () => {
  for (const activation of ACTIVATIONS) {
    const model = sequential(2, [dense(2, { activation })]),
      x = leaf("input", "x", [1, 2]),
      y = model.apply(x);
    assertEquals(y.attrs.activation, activation);
    const program = await referenceExecutor().load(compile({ run: [y] }));
    program.write(x, [1, -2]);
    program.write(model.parameters[0]!.node, [0.5, 1, 0.25, 1]);
    program.write(model.parameters[1]!.node, [0.125, 0.5]);
    await program.run("run", [{ start: 0, count: 1, slot: 0, step: 0, seed: 0, scalars: [] }]);
    const f = {
      identity: (z: number) => z,
      relu: (z: number) => z > 0 ? z : 0,
      sigmoid: (z: number) => 1 / (1 + Math.exp(-z)),
      tanh: Math.tanh,
    };
    assertEquals([...await program.read(y)], [0.125, -0.5].map(f[activation]));
  }
});

Deno.test("dense() refuses units that are not a positive whole number, with what was given", () => {
  for (const units of [0, -3, 2.5, NaN, Infinity]) {
    assertThrows(
      () => dense(units, { activation: "relu" }),
      DescentError,
      `A layer needs a positive whole number of units, got ${units}`,
    );
  }
});

Deno.test("dense() refuses names that it does not know, with those that it does", () => {
  const given = (options: Readonly<Record<string, string>>) => options as DenseOptions;
  assertThrows(
    () => dense(3, given({ activation: "swish" })),
    DescentError,
    'Unknown activation "swish": choose from identity, relu, sigmoid, tanh',
  );
  assertThrows(
    () => dense(3, given({ initializer: "xavier" })),
    DescentError,
    'Unknown initializer "xavier": choose from glorot_uniform, glorot_uniform_sigmoid, glorot_normal, he_uniform, he_normal, lecun_uniform, lecun_normal, zeros',
  );
});

Deno.test("dense() refuses rows that are not flat, naming the layer and the shape", () => {
  assertThrows(
    () => sequential([28, 28], [dense(10, { activation: "relu" })]),
    DescentError,
    'Layer "dense_1" (dense) cannot take rows of shape [28,28]: it needs flat rows',
  );
});

Deno.test("sequential() refuses no layers, and input shapes that are not positive whole numbers", () => {
  assertThrows(() => sequential(3, []), DescentError, "A model needs at least one layer");
  for (const shape of [0, -1, 2.5, [], [28, 0]]) {
    const text = typeof shape === "number" ? `[${shape}]` : `[${shape.join(",")}]`;
    assertThrows(
      () => sequential(shape, [dense(2, { activation: "relu" })]),
      DescentError,
      `The input shape must hold positive whole numbers, got ${text}`,
    );
  }
});

/** What a model makes of ones while training, at a step. */
async function trainedOnes(model: Model, { rows = 200, step = 0, seed = 1 } = {}): Promise<TypedArray> {
  const x = leaf("input", "x", [rows, ...model.inputShape]), y = model.apply(x, { training: true });
  const program = await referenceExecutor().load(compile({ run: [y] }));
  program.write(x, new Float32Array(rows * model.inputShape[0]!).fill(1));
  await program.run("run", [{ start: 0, count: rows, slot: 0, step, seed, scalars: [] }]);
  return await program.read(y);
}

Deno.test("dropout() drops its share of the inputs while training and scales the others", async () => {
  const values = await trainedOnes(sequential(50, [dropout(0.2)])), count = values.length;
  assertEquals(new Set(values), new Set([0, 1 / 0.8]));
  const dropped = values.filter((value) => value === 0).length;
  assertAlmostEquals(dropped / count, 0.2, 4 * Math.sqrt(0.2 * 0.8 / count));
});

Deno.test("dropout() does nothing outside training, or with a rate of 0", () => {
  const x = leaf("input", "x", [2, 3]);
  assert(sequential(3, [dropout(0.5)]).apply(x) === x);
  assert(sequential(3, [dropout(0)]).apply(x, { training: true }) === x);
});

Deno.test("dropout() draws the same mask for one seed, step and layer, and others for others", async () => {
  const model = sequential(50, [dropout(0.5)]), mask = await trainedOnes(model);
  assertEquals(await trainedOnes(model), mask);
  const second = sequential(50, [dropout(0), dropout(0.5)]);
  for (
    const other of [
      await trainedOnes(model, { step: 1 }),
      await trainedOnes(model, { seed: 2 }),
      await trainedOnes(second),
    ]
  ) {
    const equal = mask.filter((value, i) => value === other[i]).length / mask.length;
    assertAlmostEquals(equal, 0.5, 4 * Math.sqrt(0.25 / mask.length));
  }
});

Deno.test("dropout() refuses a rate outside [0, 1), with the rate", () => {
  for (const rate of [1, -0.1, NaN, 2]) {
    assertThrows(
      () => dropout(rate),
      DescentError,
      `The dropout rate must be at least 0 and below 1, got ${rate}`,
    );
  }
});

Deno.test("checkWeights() refuses a missing name, an unknown name and a wrong size", () => {
  const model = sequential(3, [dense(2, { activation: "relu" })]), right = initializeWeights(model, 1);
  const changed = (change: (weights: Map<string, Float32Array>) => void): Weights => {
    const copy = new Map(right);
    change(copy);
    return copy;
  };
  checkWeights(model, right);
  const mistakes: readonly (readonly [Weights, string])[] = [
    [
      changed((one) => one.delete("dense_1/bias")),
      'The weights have no "dense_1/bias": they belong to another model',
    ],
    [
      changed((one) => one.set("dense_2/bias", new Float32Array(2))),
      'The model has no parameter "dense_2/bias": the weights belong to another model',
    ],
    [
      changed((one) => one.set("dense_1/weights", new Float32Array(5))),
      '"dense_1/weights" has 5 values, the model needs [3,2]',
    ],
  ];
  for (const [weights, sentence] of mistakes) {
    assertThrows(() => checkWeights(model, weights), DescentError, sentence);
  }
});

Deno.test("crossEntropy() is -log of the probability of each row's label, and does not overflow", async () => {
  const output = leaf("input", "output", [2, 3]),
    labels = leaf("input", "labels", [2], "u32"),
    x = leaf("input", "x", [2, 1]);
  const losses = crossEntropy().rows({ output, outputs: { output }, targets: labels, x });
  const program = await referenceExecutor().load(compile({ run: [losses] }));
  program.write(output, [1, 2, 3, 1000, 0, -1000]);
  program.write(labels, [2, 1]);
  await program.run("run", [{ start: 0, count: 2, slot: 0, step: 0, seed: 0, scalars: [] }]);
  const [first, second] = await program.read(losses);
  assertAlmostEquals(first!, Math.log(1 + Math.exp(-1) + Math.exp(-2)), 1e-14);
  assertEquals(second, 1000);
});

/** Weights that use all bits of a float32, some of them special. */
function wildWeights(model: Model): Weights {
  const weights = initializeWeights(model, 5), first = weights.get("dense_1/weights")!;
  first.set([1e-45, -1e-45, 3.4028234663852886e38, -0, 1 / 3]);
  return weights;
}

function bitsOf(weights: Weights): readonly (readonly [string, readonly number[]])[] {
  const names = [...weights.keys()].sort();
  return names.map((name) => [name, [...new Uint32Array(weights.get(name)!.slice().buffer)]]);
}

Deno.test("a model comes back from its file bit for bit, with its layers", async () => {
  const model = sequential(7, [
    dense(5, { activation: "tanh", initializer: "lecun_normal" }),
    dropout(0.25),
    dense(3),
  ]);
  const weights = wildWeights(model);
  await withTempFolder(async (folder) => {
    const path = join(folder, "model.safetensors");
    await saveModel(path, { model, weights }, { run: "q1-adam" });
    const loaded = await loadModel(path);
    assertEquals(bitsOf(loaded.weights), bitsOf(weights));
    assertEquals(modelConfig(loaded.model), modelConfig(model));
    assertEquals(summarizeModel(loaded.model), summarizeModel(model));
  });
});

Deno.test("modelFromConfig() refuses a layer of an unknown kind and a description without layers", () => {
  const unknown = { inputShape: [3], layers: [{ kind: "attention", config: {} }] };
  assertThrows(
    () => modelFromConfig(unknown),
    DescentError,
    'Layer 1 of the model is of the kind "attention", which is not known here: give what makes it as in loadModel(path, { ' +
      "layers: { attention: (config) => … } }), or use a version that has it beside augmentation, avg_pool2d, ",
  );
  assertThrows(
    () => modelFromConfig(JSON.parse("{}")),
    DescentError,
    "A model description needs inputShape and layers",
  );
});

Deno.test("loading refuses a missing file, a damaged one, and tensors that are no model, with the path", async () => {
  const model = sequential(3, [dense(2, { activation: "relu" })]),
    trained = { model, weights: initializeWeights(model, 1) };
  await withTempFolder(async (folder) => {
    const path = join(folder, "gone.safetensors");
    await assertRejects(() => loadModel(path), DescentError, `Cannot read the model ${path}: `);
    await assertRejects(
      () => saveModel(join(folder, "none", "m.safetensors"), trained),
      DescentError,
      `Cannot write the model to ${join(folder, "none", "m.safetensors")}: `,
    );
  });
  const bytes = encodeModel(trained);
  assertThrows(() => decodeModel(bytes.slice(0, -1), { path: "cut" }), DescentError, "cut");
  const tensors = encodeSafetensors(
    new Map([["w", { dtype: "f32", shape: [1], data: new Float32Array(1) }]]),
    {},
  );
  assertThrows(
    () => decodeModel(tensors, { path: "plain" }),
    DescentError,
    'plain holds tensors but no Descent model: its metadata has no "format": "descent-1"',
  );
});

Deno.test("saving refuses weights of another model", () => {
  const model = sequential(3, [dense(2, { activation: "relu" })]),
    other = sequential(4, [dense(2, { activation: "relu" })]);
  assertThrows(
    () => encodeModel({ model, weights: initializeWeights(other, 1) }),
    DescentError,
    '"dense_1/weights" has 8 values, the model needs [3,2]',
  );
});

/** A model of three inputs whose logits are ten times them: the likeliest class is the brightest pixel. */
function brightest() {
  const model = sequential(3, [dense(3)]);
  const weights = new Map([
    ["dense_1/weights", Float32Array.of(10, 0, 0, 0, 10, 0, 0, 0, 10)],
    ["dense_1/bias", new Float32Array(3)],
  ]);
  return { model, weights };
}

Deno.test("classify() gives probabilities and the likeliest class of each image, for more images than a batch", async () => {
  const rows = 600, executor = await wasmExecutor({ threads: 1 });
  const images = Uint8Array.from(
    { length: 3 * rows },
    (_, i) => (i % 3 === Math.floor(i / 3) % 3 ? 255 : 51),
  );
  const { classes, probabilities } = await classify(brightest(), images, { executor });
  assertEquals(classes, Uint32Array.from({ length: rows }, (_, row) => row % 3));
  assertEquals(probabilities.length, 3 * rows);
  // Logits are 10 for the bright pixel and 2 for each of the others.
  const high = 1 / (1 + 2 * Math.exp(-8)), low = Math.exp(-8) * high;
  probabilities.forEach((value, i) =>
    assertAlmostEquals(value, i % 3 === classes[Math.floor(i / 3)] ? high : low, 1e-6)
  );
});

Deno.test("classify() of one image gives what it gives of many", async () => {
  const model = sequential(3, [dense(8, { activation: "relu" }), dense(4)]),
    weights = initializeWeights(model, 2);
  const executor = await wasmExecutor({ threads: 1 }),
    images = Uint8Array.from({ length: 900 }, (_, i) => i * 7 % 256);
  const all = await classify({ model, weights }, images, { executor });
  for (const row of [0, 150, 299]) {
    const { probabilities, classes } = await classify(
      { model, weights },
      images.slice(3 * row, 3 * row + 3),
      {
        executor,
      },
    );
    assertEquals(probabilities, all.probabilities.slice(4 * row, 4 * row + 4));
    assertEquals(classes[0], all.classes[row]);
  }
});

Deno.test("classify() refuses bytes that are no whole number of rows, none included", async () => {
  const executor = referenceExecutor();
  for (const count of [0, 4]) {
    await assertRejects(
      () => classify(brightest(), new Uint8Array(count), { executor }),
      DescentError,
      `Cannot predict from ${count} values: the model takes rows of shape [3], 3 values each`,
    );
  }
});

Deno.test("evaluate() counts true classes by predicted classes", async () => {
  const images = Uint8Array.of(255, 0, 0, 0, 255, 0, 0, 0, 255, 255, 0, 0),
    labels = Uint8Array.of(0, 1, 2, 2);
  const data = { inputs: images, targets: labels, inputShape: [3], classNames: ["a", "b", "c"] };
  const report = await evaluate(brightest(), data, { executor: referenceExecutor() });
  assertEquals(report.accuracy, 0.75);
  const counts = [[1, 0, 0], [0, 1, 0], [1, 0, 1]];
  assertEquals(report.confusion, { classes: ["a", "b", "c"], counts });
});
