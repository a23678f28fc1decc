/** Greedy pre-training, and penalties for sparse codes: what they compute, and that every executor agrees. */
import { assert, assertAlmostEquals, assertEquals, assertNotEquals, assertRejects } from "@std/assert";
import { DescentError } from "../../src/core/errors.ts";
import { selectImages } from "../../experiments/images/select.ts";
import type { ImageSplits } from "../../src/data/mnist.ts";
import type { Executor } from "../../src/exec/executor.ts";
import { referenceExecutor } from "../../src/exec/reference.ts";
import { wasmExecutor } from "../../src/exec/wasm.ts";
import { conv2d } from "../../src/nn/conv2d.ts";
import { corruption } from "../../src/nn/corruption.ts";
import { dense } from "../../src/nn/dense.ts";
import { dropout } from "../../src/nn/dropout.ts";
import { crossEntropy } from "../../src/nn/cross_entropy.ts";
import type { Loss } from "../../src/nn/loss.ts";
import { reconstructionCrossEntropy } from "../../src/nn/losses.ts";
import { initializeWeights, type Model, sequential } from "../../src/nn/model.ts";
import { withSparsity } from "../../src/nn/sparsity.ts";
import { tiedDense } from "../../src/nn/tied_dense.ts";
import { sgd } from "../../src/optim/mod.ts";
import { firstLayers } from "../../src/train/compose.ts";
import { fit, type FitOptions, type FitResult } from "../../src/train/fit.ts";
import { layerOutputs } from "../../src/train/predict.ts";
import { layerwiseStack, pretrainLayers, type PretrainOptions } from "../../src/train/pretrain.ts";
import { REWRITE_NAMES } from "../../src/train/rewrites.ts";
import type { Trained } from "../../src/train/saved.ts";
import { planSession, sessionSizes } from "../../src/train/session_plan.ts";
import { Session } from "../../src/train/session.ts";
import { withTempFolder, writeIdxFolder } from "../fixtures.ts";
import { gpuTest } from "../exec/webgpu_support.ts";

/** 100 training, 20 validation and 40 test images of 8 × 8 pixels; 100 rows in batches of 32 leave a short one. */
const DATA: ImageSplits = await withTempFolder(async (folder) =>
  await selectImages({
    data: await writeIdxFolder(folder, { train: 120, t10k: 40, size: 8 }),
    first: { train: 100, validation: 20, test: 40 },
  })
);
const sigmoid = (units: number) => dense(units, { activation: "sigmoid" });
const STACK = sequential(64, [sigmoid(20), sigmoid(12), sigmoid(6)]);
const FIT_OPTIONS = {
  optimizer: sgd({ learningRate: 0.1 }),
  batch: 32,
  epochs: 2,
  seed: 3,
  executor: referenceExecutor(),
} satisfies FitOptions;
const OPTIONS = { ...FIT_OPTIONS, noise: corruption(0.1) } satisfies PretrainOptions;
const SPARSITY = { rho: 0.05, beta: 0.5 } as const;

async function sentenceOf(work: () => Promise<unknown>): Promise<string> {
  return (await assertRejects(work, DescentError)).message;
}

const logistic = (x: number) => 1 / (1 + Math.exp(-x));

Deno.test("pretrainLayers() trains each layer as fit() does on the codes of those below, and leaves those as they are", async () => {
  const seen: string[] = [];
  const { encoder, layers, stopped } = await pretrainLayers(STACK, DATA, {
    ...OPTIONS,
    onEpoch: ({ epoch }, layer) => void seen.push(`${layer} ${epoch}`),
  });
  assertEquals(seen, ["dense_1 1", "dense_1 2", "dense_2 1", "dense_2 2", "dense_3 1", "dense_3 2"]);
  assertEquals([layers.map(({ name }) => name), stopped], [["dense_1", "dense_2", "dense_3"], "last epoch"]);

  const options = FIT_OPTIONS, loss = reconstructionCrossEntropy();
  const whole = initializeWeights(sequential(64, [...STACK.layers.map(({ layer }) => layer)]), 3);
  let below: Trained | undefined;
  for (const [i, inputs] of [64, 20, 12].entries()) {
    const model = sequential(inputs, [corruption(0.1), STACK.layers[i]!.layer, tiedDense("dense_2")]);
    const weights = new Map([
      ["dense_2/weights", whole.get(`dense_${i + 1}/weights`)!],
      ["dense_2/bias", whole.get(`dense_${i + 1}/bias`)!],
      ["tied_dense_3/bias", new Float32Array(inputs)],
    ]);
    const alone = await fit(model, DATA, { ...options, loss, weights, ...(below && { encoder: below }) });
    assertEquals(layers[i]!.result.weights, alone.weights, `layer ${i + 1}`);
    assertEquals(layers[i]!.result.results, alone.results);
    for (const part of ["weights", "bias"]) {
      assertEquals(encoder.weights.get(`dense_${i + 1}/${part}`), alone.weights.get(`dense_2/${part}`));
    }
    below = firstLayers(encoder, i + 1);
  }
  assertEquals(encoder.model.layers.map(({ name }) => name), ["dense_1", "dense_2", "dense_3"]);
});

Deno.test("the pre-trained autoencoder decodes layer by layer with transposed weights and biases of the decoders' own", async () => {
  const { autoencoder, encoder, layers } = await pretrainLayers(STACK, DATA, OPTIONS);
  const { executor } = OPTIONS, images = DATA.test.inputs.subarray(0, 64);
  const outputs = await layerOutputs(autoencoder, images, { executor });
  let value = Array.from(outputs.get("dense_3")!);
  for (const i of [2, 1, 0]) {
    const weights = encoder.weights.get(`dense_${i + 1}/weights`)!, units = value.length;
    const bias = layers[i]!.result.weights.get("tied_dense_3/bias")!;
    assert(bias.some((one) => one !== 0));
    value = Array.from(
      bias,
      (own, input) =>
        logistic(value.reduce((sum, code, unit) => sum + code * weights[input * units + unit]!, own)),
    );
    const name = `tied_dense_${6 - i}`;
    assertEquals(autoencoder.weights.get(`${name}/bias`), bias);
    outputs.get(name)!.forEach((given, at) => assertAlmostEquals(given, value[at]!, 1e-5, name));
  }
});

Deno.test("layers of a stack start from words of their own", () => {
  const { names, next } = layerwiseStack(sequential(20, [sigmoid(20), sigmoid(20)]), { seed: 3 });
  const first = next([]);
  const second = next([first]);
  assertEquals(names, [first.name, second.name]);
  const [one, other] = [first, second].map(({ weights }) => weights.get("dense_1/weights")!);
  assertEquals([one!.length, other!.length], [400, 400]);
  assert(one!.filter((value, i) => value === other![i]).length < 5);
});

Deno.test("layerwiseStack() puts layers together that someone else has trained, as many as there are", () => {
  const { names, next, assemble } = layerwiseStack(STACK, { noise: corruption(0.1) });
  const trained: Trained[] = [];
  for (const [i] of names.entries()) {
    const { model, weights, encoder } = next(trained);
    // What was learned by the layers below is what they encode with.
    assertEquals(encoder?.weights.get("dense_1/bias"), i === 0 ? undefined : new Float32Array(20).fill(1));
    trained.push({
      model,
      weights: new Map(Array.from(weights, ([name, old]) => [name, old.map(() => i + 1)])),
    });
  }
  const { encoder, autoencoder } = assemble(trained.slice(0, 2));
  assertEquals(encoder.model.layers.map(({ name }) => name), ["dense_1", "dense_2"]);
  assertEquals(
    Array.from(autoencoder.weights, ([name, values]) => `${name} ${values[0]}`),
    [
      "dense_1/weights 1",
      "dense_1/bias 1",
      "dense_2/weights 2",
      "dense_2/bias 2",
      "tied_dense_3/bias 2",
      "tied_dense_4/bias 1",
    ],
  );
});

Deno.test("noise that the stack holds itself goes on in the codes and in the reconstruction", async () => {
  const always = () => corruption(0.5, { always: true });
  const stack = sequential(64, [always(), sigmoid(10), always(), sigmoid(4)]);
  const { autoencoder, encoder, layers } = await pretrainLayers(stack, DATA, FIT_OPTIONS);
  assertEquals(autoencoder.model.layers.map(({ name }) => name), [
    "corruption_1",
    "dense_2",
    "corruption_3",
    "dense_4",
    "tied_dense_5",
    "tied_dense_6",
  ]);
  assertEquals(layers.map(({ name }) => name), ["dense_2", "dense_4"]);
  assertEquals(encoder.model.layers.length, 4);
  // The same image twice in a batch: noise makes two codes of it.
  const image = DATA.test.inputs.subarray(0, 64), twice = Uint8Array.from([...image, ...image]);
  const codes = (await layerOutputs(encoder, twice, { executor: FIT_OPTIONS.executor })).get("dense_4")!;
  assertNotEquals(codes.subarray(0, 4), codes.subarray(4));
});

Deno.test("an interrupted pre-training gives the layers so far, whole", async () => {
  const controller = new AbortController();
  const { encoder, autoencoder, layers, stopped } = await pretrainLayers(STACK, DATA, {
    ...OPTIONS,
    signal: controller.signal,
    onEpoch: (_, layer) => layer === "dense_2" ? controller.abort() : undefined,
  });
  assertEquals([stopped, layers.length], ["interrupted", 2]);
  assertEquals(layers.map(({ result: { history } }) => history.length), [2, 1]);
  assertEquals([encoder.model.outputShape, autoencoder.model.layers.length], [[12], 4]);
  assertEquals([...autoencoder.weights.keys()].at(-1), "tied_dense_4/bias");
});

Deno.test("pretrainLayers() decodes anything by the mean squared error where asked to", async () => {
  const stack = sequential(64, [dense(20, { activation: "relu" }), dense(6, { activation: "relu" })]);
  const { autoencoder, layers } = await pretrainLayers(stack, DATA, { ...OPTIONS, decoder: "identity" });
  assertEquals(autoencoder.model.layers.map(({ layer }) => layer.config.activation), [
    "relu",
    "relu",
    "identity",
    "identity",
  ]);
  assert(layers.every(({ result }) => result.results.test!.loss < 1));
});

Deno.test("pretrainLayers() refuses stacks and activations that it cannot train", async () => {
  const refusal = (stack: Model, options: PretrainOptions = {}) =>
    sentenceOf(() => pretrainLayers(stack, DATA, { ...OPTIONS, ...options }));
  assertEquals(
    await refusal(sequential([8, 8], [conv2d(2, 3, { activation: "relu" })])),
    'Layer "conv2d_1" (conv2d) cannot be pre-trained: only dense layers can have a tied decoder',
  );
  assertEquals(
    await refusal(sequential(64, [sigmoid(3), dropout(0.1)])),
    'The stack ends in layer "dropout_2", which has nothing to train: end it with a dense layer',
  );
  const relu = sequential(64, [dense(9, { activation: "relu" }), sigmoid(3)]),
    top = sequential(64, [sigmoid(9), dense(3, { activation: "relu" })]);
  assertEquals(
    await refusal(relu),
    'Layer "dense_1" may give values outside of 0 to 1: give it the activation sigmoid, or decode by { decoder: "identity" }',
  );
  assertEquals(
    await refusal(top, { sparsity: SPARSITY }),
    'Layer "dense_2" may give values outside of 0 to 1: give it the activation sigmoid, or leave the sparsity out',
  );
  assertEquals((await pretrainLayers(top, DATA, { ...OPTIONS, epochs: 1 })).layers.length, 2);
});

/** Half of the units on, whatever the image: weights and biases of zero. */
const HALF_ON = sequential(64, [
  dense(7, { activation: "sigmoid", initializer: "zeros" }),
  tiedDense("dense_1"),
]);
const sparse = (layer = "dense_1") =>
  withSparsity(reconstructionCrossEntropy(), { ...SPARSITY, layers: [layer] });

Deno.test("the penalty is β·Σ KL(ρ‖ρ̂) and is told beside the loss, which does not hold it", async () => {
  const train = async (loss: Loss) =>
    (await fit(HALF_ON, DATA, {
      ...FIT_OPTIONS,
      optimizer: sgd({ learningRate: 1e-30 }),
      epochs: 1,
      loss,
    })).history[0]!;
  const { loss, penalty, valLoss } = await train(sparse()), plain = await train(reconstructionCrossEntropy());
  const { rho, beta } = SPARSITY,
    divergence = rho * Math.log(rho / 0.5) + (1 - rho) * Math.log((1 - rho) / 0.5);
  assertAlmostEquals(penalty!, 7 * beta * divergence, 1e-5);
  assertEquals([loss, valLoss], [plain.loss, plain.valLoss]);
  assertEquals("penalty" in plain, false);
});

Deno.test("the penalty makes codes sparse", async () => {
  const meanCode = async (sparsity: PretrainOptions["sparsity"]) => {
    const { encoder } = await pretrainLayers(sequential(64, [sigmoid(20)]), DATA, {
      ...OPTIONS,
      epochs: 20,
      ...(sparsity && { sparsity }),
    });
    const codes = (await layerOutputs(encoder, DATA.train.inputs, { executor: OPTIONS.executor })).get(
      "dense_1",
    )!;
    return codes.reduce((sum, code) => sum + code, 0) / codes.length;
  };
  const [plain, penalised] = [await meanCode(undefined), await meanCode({ rho: 0.05, beta: 5 })];
  assert(penalised < 0.15 && plain > 2 * penalised, `${plain} to ${penalised}`);
});

Deno.test("penalties of several layers add up, and a classifier may have them", async () => {
  const model = sequential(64, [sigmoid(9), sigmoid(5), dense(10)]);
  const penaltyOf = async (layers: readonly string[]) => {
    const loss = withSparsity(crossEntropy(), { ...SPARSITY, layers });
    const { history } = await fit(model, DATA, { ...FIT_OPTIONS, epochs: 1, loss });
    const accuracy: number = history[0]!.accuracy;
    assert(accuracy >= 0);
    return history[0]!.penalty!;
  };
  // The steps differ a little, as the penalties change the weights.
  const parts = [await penaltyOf(["dense_1"]), await penaltyOf(["dense_2"])];
  assertAlmostEquals(await penaltyOf(["dense_1", "dense_2"]), parts[0]! + parts[1]!, 0.05);
});

Deno.test("withSparsity() refuses settings out of range, and layers that the model does not have", async () => {
  const refusal = (change: object) =>
    sentenceOf(() =>
      Promise.resolve().then(() =>
        withSparsity(reconstructionCrossEntropy(), { ...SPARSITY, layers: ["dense_1"], ...change })
      )
    );
  assertEquals(await refusal({ rho: 1 }), "The wanted mean activation rho must lie between 0 and 1, got 1");
  assertEquals(
    await refusal({ beta: 0 }),
    "The weight beta of the sparsity must be a positive number, got 0",
  );
  assertEquals(
    await refusal({ layers: [] }),
    "The sparsity names no layers: give it one or more, such as dense_1",
  );
  assertEquals(
    await sentenceOf(() => fit(HALF_ON, DATA, { ...FIT_OPTIONS, loss: sparse("dense_9") })),
    'The sparsity is of layer "dense_9", but the model has dense_1, tied_dense_2',
  );
});

/** A sparse denoising layer on the codes of a trained one that corrupts too: all that pre-training can meet. */
const ENCODER: Trained = (() => {
  const model = sequential(64, [corruption(0.2, { always: true }), sigmoid(7)]);
  return { model, weights: initializeWeights(model, 5) };
})();
const TIED = sequential(7, [corruption(0.3), sigmoid(5), tiedDense("dense_2")]);

Deno.test("a step's gradient of tied, masked and sparse layers on codes agrees with central differences in float64", async () => {
  const { plan, table, training, encoder } = planSession(TIED, sessionSizes(DATA), {
    optimizer: sgd({ learningRate: 1 }),
    batch: 8,
    seed: 1,
    loss: sparse("dense_2"),
    encoder: ENCODER,
  });
  const program = await referenceExecutor().load(plan), { parameters } = TIED;
  const sets = [DATA.train, DATA.validation, DATA.test].flatMap(({ inputs }) => [...inputs]);
  program.write(table.inputs, sets);
  program.write(training.order, Array.from(DATA.train.targets, (_, i) => i));
  for (const [name, leaf] of encoder!.constants) program.write(leaf, ENCODER.weights.get(name)!);
  for (const [leaf, values] of training.constants) program.write(leaf, values);
  const start = new Map(parameters.map(({ node }, lane) => {
    const values = Float64Array.from(
      initializeWeights(TIED, 2).get(node.label)!,
      (value, i) => value + 0.01 * (i + lane),
    );
    return [node, values];
  }));
  /** The objective of a short batch, five rows of eight, and the parameters after a step with the learning rate 1. */
  const step = async () => {
    for (const [node, values] of start) program.write(node, values);
    await program.run("train", [{ start: 8, count: 5, slot: 1, step: 4, seed: 9, scalars: [1] }]);
    const [loss, , penalty] = (await program.read(training.metrics)).subarray(4);
    return loss! / 5 + penalty!;
  };
  await step();
  const gradients = new Map<typeof parameters[number]["node"], readonly number[]>();
  for (const [node, values] of start) {
    const after = await program.read(node);
    gradients.set(node, Array.from(values, (value, i) => value - after[i]!));
  }
  let worst = 0, largest = 0;
  for (const [node, values] of start) {
    for (let i = 0; i < values.length; i++) {
      const kept = values[i]!, h = 1e-5, ends: number[] = [];
      for (const sign of [1, -1]) {
        values[i] = kept + sign * h;
        ends.push(await step());
      }
      values[i] = kept;
      const slope = (ends[0]! - ends[1]!) / (2 * h), gradient = gradients.get(node)![i]!;
      worst = Math.max(worst, Math.abs(slope - gradient) / Math.max(1, Math.abs(slope)));
      largest = Math.max(largest, Math.abs(slope));
    }
  }
  assert(worst < 1e-8 && largest > 0.1, `off by ${worst}, the largest is ${largest}`);
});

/** An epoch of the sparse denoising layer on codes, with a short last batch. */
async function epochOn(executor: Executor, off: FitOptions["off"] = []) {
  return await fit(TIED, DATA, {
    ...FIT_OPTIONS,
    executor,
    optimizer: sgd({ learningRate: 0.1, momentum: 0.1 }),
    batch: 16,
    epochs: 1,
    loss: sparse("dense_2"),
    encoder: ENCODER,
    off,
  });
}

/** `most` is how far a weight may be off. */
function assertSameTraining(found: FitResult, expected: FitResult, most = 2e-6): void {
  const [a] = found.history, [b] = expected.history;
  for (const key of ["loss", "penalty", "valLoss"] as const) {
    assertAlmostEquals(a![key]! / b![key]!, 1, 1e-5, key);
  }
  for (const [name, values] of expected.weights) {
    values.forEach((value, i) =>
      assertAlmostEquals(found.weights.get(name)![i]!, value, most, `${name} ${i}`)
    );
  }
}

Deno.test("an epoch of a tied, masked and sparse layer on codes is the same on WASM as on the reference, with and without rewrites", async () => {
  const expected = await epochOn(referenceExecutor());
  for (const threads of [1, 3]) {
    const executor = await wasmExecutor({ threads });
    const found = await epochOn(executor);
    assertSameTraining(found, expected);
    assertEquals((await epochOn(executor, REWRITE_NAMES)).weights, found.weights);
    executor.close();
  }
});

gpuTest(
  "an epoch of a tied, masked and sparse layer on codes is the same on WebGPU as on the reference",
  async (open) => {
    // A driver's own divisions may be off by 2.5 units in the last place, its logarithms by 2⁻²¹.
    assertSameTraining(await epochOn(await open()), await epochOn(referenceExecutor()), 1e-5);
  },
);

Deno.test("an epoch of the first layer, tied and masked, gives the same bits with and without rewrites on WASM", async () => {
  const model = sequential(64, [corruption(0.1), sigmoid(20), tiedDense("dense_2")]);
  const executor = await wasmExecutor({ threads: 2 });
  const train = (off: FitOptions["off"]) =>
    fit(model, DATA, { ...FIT_OPTIONS, executor, epochs: 1, loss: sparse("dense_2"), off });
  assertEquals((await train(REWRITE_NAMES)).weights, (await train([])).weights);
  executor.close();
});

Deno.test("penalties add no call to the plan of a loss without them", () => {
  const planOf = (loss: Loss) =>
    planSession(HALF_ON, sessionSizes(DATA), { optimizer: sgd(), batch: 32, seed: 1, loss }).plan.routines
      .train!
      .map(({ op }) => op.name);
  assertEquals(
    planOf(sparse()).filter((name) => !planOf(reconstructionCrossEntropy()).includes(name)).sort(),
    [
      "kl_sparsity",
      "kl_sparsity_grad",
      "outer_product",
      "outer_product",
      "weighted_sum_rows",
      "weighted_sum_rows",
    ],
  );
  assertEquals(planOf(reconstructionCrossEntropy()).filter((name) => name === "record").length, 1);
});

Deno.test("a session opened twice writes the penalty's weights each time", async () => {
  const options = { optimizer: sgd(), batch: 32, seed: 1, loss: sparse(), executor: referenceExecutor() };
  const weights = initializeWeights(HALF_ON, 1);
  const [first, second] = [
    await Session.open(HALF_ON, DATA, { ...options, weights }),
    await Session.open(HALF_ON, DATA, { ...options, weights }),
  ];
  assertEquals(await first.trainEpoch(0), await second.trainEpoch(0));
  assert((await second.trainEpoch(1)).penalty! > 0);
});

Deno.test("a stack without biases is pre-trained, with those of its decoders alone", async () => {
  const plain = (units: number) => dense(units, { activation: "sigmoid", bias: false });
  const { encoder, autoencoder } = await pretrainLayers(sequential(64, [plain(20), plain(6)]), DATA, OPTIONS);
  assertEquals([...encoder.weights.keys()], ["dense_1/weights", "dense_2/weights"]);
  assertEquals(
    [...autoencoder.weights.keys()].filter((name) => name.endsWith("bias")),
    ["tied_dense_3/bias", "tied_dense_4/bias"],
  );
});
