/** What training autoencoders and classifiers of their codes needs: encoders, parts of models, frozen layers, losses. */
import {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertNotEquals,
  assertRejects,
  assertThrows,
} from "@std/assert";
import { DescentError } from "../../src/core/errors.ts";
import { selectImages } from "../../experiments/images/select.ts";
import type { ImageSplits } from "../../src/data/mnist.ts";
import type { Executor } from "../../src/exec/executor.ts";
import { referenceExecutor } from "../../src/exec/reference.ts";
import { wasmExecutor } from "../../src/exec/wasm.ts";
import { corruption } from "../../src/nn/corruption.ts";
import { dense } from "../../src/nn/dense.ts";
import { crossEntropy } from "../../src/nn/cross_entropy.ts";
import { reconstructionCrossEntropy, reconstructionError } from "../../src/nn/losses.ts";
import { initializeWeights, type Model, sequential, type Weights } from "../../src/nn/model.ts";
import { tiedDense } from "../../src/nn/tied_dense.ts";
import { sgd } from "../../src/optim/mod.ts";
import { firstLayers, joinModels, sliceLayers } from "../../src/train/compose.ts";
import { fit, type FitOptions } from "../../src/train/fit.ts";
import { classify, layerOutputs } from "../../src/train/predict.ts";
import type { Trained } from "../../src/train/saved.ts";
import { planSession, sessionSizes } from "../../src/train/session_plan.ts";
import { evaluationSteps } from "../../src/train/session_plan.ts";
import { withTempFolder, writeIdxFolder } from "../fixtures.ts";
import { gpuTest } from "../exec/webgpu_support.ts";

/** 100 training, 50 validation and 40 test images of 8 × 8 pixels. */
const DATA: ImageSplits = await withTempFolder(async (folder) =>
  await selectImages({
    data: await writeIdxFolder(folder, { train: 150, t10k: 40, size: 8, classes: [0, 1, 2, 3, 4] }),
    first: { train: 100, validation: 50, test: 40 },
  })
);
const OPTIONS = { optimizer: sgd({ learningRate: 0.5 }), batch: 32, epochs: 2 } satisfies FitOptions;

function fresh(model: Model, seed: number): Trained {
  return { model, weights: initializeWeights(model, seed) };
}

/** 64 pixels to 12 values in two layers. */
const ENCODER = fresh(
  sequential(64, [dense(20, { activation: "relu" }), dense(12, { activation: "sigmoid" })]),
  7,
);
const CLASSIFIER = sequential(12, [dense(8, { activation: "relu" }), dense(5)]);

/** Weights of a layer of `units` values that gives what it is given. */
function identity(units: number, name = "dense_1"): Weights {
  const weights = new Float32Array(units * units);
  for (let i = 0; i < units; i++) weights[i * units + i] = 1;
  return new Map([[`${name}/weights`, weights], [`${name}/bias`, new Float32Array(units)]]);
}

async function sentenceOf(work: () => Promise<unknown>): Promise<string> {
  return (await assertRejects(work, DescentError)).message;
}

/** Trains on codes, and the same layers joined and the encoder's frozen: everything measured must agree. */
async function assertSameAsFrozen(executor: Executor, batch: number): Promise<void> {
  const start = fresh(CLASSIFIER, 3), common = { ...OPTIONS, executor, batch, measureTest: true };
  const onCodes = await fit(CLASSIFIER, DATA, { ...common, weights: start.weights, encoder: ENCODER });
  const joined = joinModels(ENCODER, start);
  const frozen = await fit(joined.model, DATA, {
    ...common,
    weights: joined.weights,
    frozen: ["dense_1", "dense_2"],
  });
  assertEquals(frozen.weights, joinModels(ENCODER, onCodes).weights);
  const measured = (result: typeof onCodes) =>
    result.history.map(({ seconds: _, samplesPerSecond: __, ...record }) => record);
  assertEquals(measured(frozen), measured(onCodes));
  assertEquals(frozen.results, onCodes.results);
  assertNotEquals(onCodes.weights, start.weights);
}

Deno.test("fit() with an encoder trains as the joined model with the encoder's layers frozen does, on the reference", async () => {
  await assertSameAsFrozen(referenceExecutor(), 32);
});

Deno.test("fit() with an encoder trains as the joined model does on WASM, in batches and on the whole set", async () => {
  const executor = await wasmExecutor({ threads: 1 });
  try {
    await assertSameAsFrozen(executor, 32);
    await assertSameAsFrozen(executor, 100);
  } finally {
    executor.close();
  }
});

gpuTest("fit() with an encoder trains as the joined model does on WebGPU", async (open) => {
  await assertSameAsFrozen(await open(), 32);
});

Deno.test("what a loss compares with is the code, in training and at evaluation", async () => {
  const model = sequential(12, [dense(12)]);
  const { history, results } = await fit(model, DATA, {
    ...OPTIONS,
    executor: referenceExecutor(),
    loss: reconstructionError(),
    weights: identity(12),
    encoder: ENCODER,
  });
  const losses = [...history.flatMap(({ loss, valLoss }) => [loss, valLoss]), results.test?.loss];
  assertEquals(losses, losses.map(() => 0));
});

Deno.test("the plan of a training on codes has the encoder's weights as data, reads bytes, and no gradient of theirs", () => {
  const options = { optimizer: sgd(), seed: 1, encoder: ENCODER, backend: "wasm" } as const;
  const { plan, encoder } = planSession(CLASSIFIER, sessionSizes(DATA), { ...options, batch: 32 });
  const labels = plan.routines.train!.map(({ op, label }) => `${op.name} ${label}`);
  assertEquals(labels.slice(0, 3), [
    "linear_bytes encoder/dense_1",
    "linear encoder/dense_2",
    "linear dense_1",
  ]);
  assert(labels.every((label) => !label.startsWith("gather ")), labels.join());
  assertEquals(labels.filter((label) => label.includes("encoder")).length, 2);
  assertEquals(
    plan.buffers.filter(({ name }) => name.startsWith("encoder/")).map(({ name, role }) => [name, role]),
    [
      ["encoder/dense_1/weights", "data"],
      ["encoder/dense_1/bias", "data"],
      ["encoder/dense_1", "value"],
      ["encoder/dense_2/weights", "data"],
      ["encoder/dense_2/bias", "data"],
      ["encoder/dense_2", "value"],
      ["encoder/dense_1", "value"],
      ["encoder/dense_2", "value"],
    ],
  );
  assertEquals([...encoder!.constants.keys()], [...ENCODER.weights.keys()]);
  // The codes of one batch of the whole set never change: they are computed once.
  const whole = planSession(CLASSIFIER, sessionSizes(DATA), { ...options, batch: 100 });
  assert(whole.plan.setup.some(({ label }) => label === "encoder/dense_2"));
  assert(whole.plan.routines.train!.every(({ label }) => !label.startsWith("encoder/")));
});

Deno.test("the encoder's weights are written once, and they are not among the trained ones", async () => {
  const inner = referenceExecutor(), written: string[] = [];
  const executor: Executor = {
    ...inner,
    async load(plan) {
      const program = await inner.load(plan);
      return {
        ...program,
        write(leaf, values) {
          written.push(leaf.label);
          program.write(leaf, values);
        },
      };
    },
  };
  const { weights } = await fit(CLASSIFIER, DATA, { ...OPTIONS, executor, encoder: ENCODER });
  const ofEncoder = [...ENCODER.weights.keys()].map((name) => `encoder/${name}`);
  assertEquals(written.filter((label) => label.startsWith("encoder/")), ofEncoder);
  assertEquals([...weights.keys()], CLASSIFIER.parameters.map(({ node }) => node.label));
});

Deno.test("an encoder draws other masks than the model behind it, and none unless it always does", async () => {
  const noisy = corruption(0.5, { always: true }), white = new Uint8Array(DATA.test.inputs.length).fill(255);
  const data = { ...DATA, test: { ...DATA.test, inputs: white } };
  const model = sequential(64, [noisy, dense(64)]);
  const testLoss = async (encoder: Trained) => {
    const { results } = await fit(model, data, {
      ...OPTIONS,
      epochs: 1,
      optimizer: sgd({ learningRate: 1e-30 }),
      executor: referenceExecutor(),
      loss: reconstructionError(),
      weights: identity(64, "dense_2"),
      encoder,
    });
    return results.test!.loss;
  };
  // A value counts where the encoder leaves it and the model masks it: a quarter; with the same masks it would be none.
  assertAlmostEquals(await testLoss(fresh(sequential(64, [noisy]), 1)), 0.25, 0.02);
  assertAlmostEquals(await testLoss(fresh(sequential(64, [corruption(0.5)]), 1)), 0.5, 0.02);
});

Deno.test("fit() refuses an encoder that fits neither the images nor the model, and a loss that fits no code", async () => {
  const executor = referenceExecutor();
  const small = fresh(sequential(9, [dense(12, { activation: "relu" })]), 1),
    wide = fresh(sequential(64, [dense(13, { activation: "relu" })]), 1);
  const refusal = (options: FitOptions, model = CLASSIFIER) =>
    sentenceOf(() => fit(model, DATA, { ...OPTIONS, executor, ...options }));
  assertEquals(
    await refusal({ encoder: small }),
    "The encoder takes rows of shape [9], the inputs have 64 values a row",
  );
  assertEquals(
    await refusal({ encoder: wide }),
    "The encoder gives [13], but the model takes rows of shape [12]: begin it with 13 inputs",
  );
  assertEquals(
    await refusal({ encoder: ENCODER, loss: reconstructionError() }),
    "The model gives [5], the codes have 12 values a row: the mean squared reconstruction error compares each with one value",
  );
  assertEquals(
    await refusal({ encoder: { ...ENCODER, weights: new Map() } }),
    'The weights have no "dense_1/weights": they belong to another model',
  );
});

Deno.test("fit() leaves frozen layers as they are, trains the others, and refuses what cannot be frozen", async () => {
  const executor = referenceExecutor(),
    { model, weights } = fresh(
      sequential(64, [
        dense(9, { activation: "relu" }),
        dense(7, { activation: "relu" }),
        dense(5, { activation: "relu" }),
      ]),
      2,
    );
  const trained = await fit(model, DATA, { ...OPTIONS, executor, weights, frozen: ["dense_2"] });
  const changed = [...weights.keys()].filter((name) =>
    weights.get(name)!.some((value, i) => value !== trained.weights.get(name)![i])
  );
  assertEquals(changed, ["dense_1/weights", "dense_1/bias", "dense_3/weights", "dense_3/bias"]);
  const refusal = (frozen: readonly string[]) =>
    sentenceOf(() => fit(model, DATA, { ...OPTIONS, executor, frozen }));
  assertEquals(
    await refusal(["dense_4"]),
    'Cannot freeze layer "dense_4": the model has no such layer, it has dense_1, dense_2, dense_3',
  );
  assertEquals(
    await refusal(["dense_1", "dense_2", "dense_3"]),
    "All layers with parameters are frozen: leave one of dense_1, dense_2, dense_3 out",
  );
});

Deno.test("evaluation draws other noise for each batch, and the same for a set whatever else is measured", async () => {
  const options = { batch: 16, seed: 1 };
  const [validation, test] = evaluationSteps(DATA, ["validation", "test"], options);
  const all = [...validation!.steps, ...test!.steps].map(({ step }) => step);
  assertEquals(new Set(all).size, all.length);
  const [alone] = evaluationSteps(DATA, ["test"], options);
  assertEquals(alone!.steps.map(({ step }) => step), test!.steps.map(({ step }) => step));
  assertNotEquals(alone!.steps.map(({ slot }) => slot), test!.steps.map(({ slot }) => slot));

  // 300 equal images: the second batch of layerOutputs() begins at the 257th.
  const noisy = fresh(sequential(64, [corruption(0.5, { always: true })]), 1);
  const outputs = async () =>
    (await layerOutputs(noisy, new Uint8Array(300 * 64).fill(255), { executor: referenceExecutor() }))
      .get("corruption_1")!;
  const values = await outputs();
  assertNotEquals(values.subarray(0, 44 * 64), values.subarray(256 * 64));
  assertEquals(values, await outputs());
});

Deno.test("reconstructionCrossEntropy() sums over the pixels of a row: ln 2 for each where the logits are 0", async () => {
  const model = sequential(64, [dense(64, { initializer: "zeros" })]);
  const { results } = await fit(model, DATA, {
    ...OPTIONS,
    optimizer: sgd({ learningRate: 1e-30 }),
    epochs: 1,
    executor: referenceExecutor(),
    loss: reconstructionCrossEntropy(),
  });
  assertAlmostEquals(results.test!.loss, 64 * Math.LN2, 1e-9);
});

Deno.test("fit() with crossEntropy() given knows at compile time that there are accuracies", async () => {
  const model = sequential(64, [dense(5, { activation: "relu" })]), executor = referenceExecutor();
  const { results } = await fit(model, DATA, { ...OPTIONS, executor, epochs: 1, loss: crossEntropy() });
  const accuracy: number = results.test!.accuracy;
  assert(accuracy >= 0);
});

Deno.test("firstLayers() and joinModels() take a model apart and put it together again", async () => {
  const executor = referenceExecutor(),
    whole = fresh(
      sequential(64, [
        dense(9, { activation: "relu" }),
        dense(7, { activation: "relu" }),
        dense(5, { activation: "relu" }),
      ]),
      4,
    );
  const head = firstLayers(whole, 2), tail = sliceLayers(whole, 2);
  assertEquals([head.model.outputShape, tail.model.inputShape], [[7], [7]]);
  assertEquals([...tail.weights.keys()], ["dense_1/weights", "dense_1/bias"]);
  assertEquals(tail.weights.get("dense_1/weights"), whole.weights.get("dense_3/weights"));
  const joined = joinModels(head, tail), { inputs } = DATA.test;
  assertEquals(joined.weights, whole.weights);
  assertEquals(await classify(joined, inputs, { executor }), await classify(whole, inputs, { executor }));
});

Deno.test("sliceLayers() leaves the corruption out, and layers behind it get the names of their new positions", () => {
  const model = sequential(64, [
    corruption(0.3),
    dense(9, { activation: "relu" }),
    dense(64, { activation: "relu" }),
  ]);
  const encoder = sliceLayers(fresh(model, 1), 1, 2);
  assertEquals(encoder.model.layers.map(({ name }) => name), ["dense_1"]);
  assertEquals(encoder.weights.get("dense_1/weights"), initializeWeights(model, 1).get("dense_2/weights"));
});

Deno.test("joinModels() and sliceLayers() keep tied layers tied to the same layer", async () => {
  const executor = referenceExecutor(), { inputs } = DATA.test;
  const first = fresh(sequential(64, [dense(10, { activation: "relu" })]), 1);
  const second = fresh(sequential(10, [dense(6, { activation: "sigmoid" }), tiedDense("dense_1")]), 2);
  const joined = joinModels(first, second);
  assertEquals([...joined.weights.keys()].slice(2), ["dense_2/weights", "dense_2/bias", "tied_dense_3/bias"]);
  // The tied layer gives the code's logits from the second layer's own transposed weights.
  const outputs = await layerOutputs(joined, inputs, { executor, layers: ["dense_2", "tied_dense_3"] });
  const weights = second.weights.get("dense_1/weights")!, hidden = outputs.get("dense_2")!;
  const expected = (value: number) =>
    Array.from({ length: 6 }, (_, j) => hidden[j]! * weights[value * 6 + j]!).reduce((sum, term) =>
      sum + term
    );
  outputs.get("tied_dense_3")!.subarray(0, 10).forEach((given, value) =>
    assertAlmostEquals(given, expected(value), 1e-5)
  );
  assertEquals(
    sliceLayers(joined, 1).model.layers.map(({ name, layer }) => [name, layer.config.of]),
    [["dense_1", undefined], ["tied_dense_2", "dense_1"]],
  );
  assertEquals(
    assertThrows(() => sliceLayers(joined, 2), DescentError).message,
    'Layer "tied_dense_3" is tied to "dense_2": keep both, or neither',
  );
});

Deno.test("firstLayers(), sliceLayers() and joinModels() refuse what does not fit", () => {
  const one = fresh(sequential(64, [dense(9, { activation: "relu" })]), 1);
  const refusal = (work: () => unknown) => assertThrows(work, DescentError).message;
  for (const [start, end] of [[0, 2], [0, 0], [1, 1], [-1, 1], [0, 0.5]] as const) {
    assertEquals(
      refusal(() => sliceLayers(one, start, end)),
      `Layers ${start} to ${end} cannot be cut out of a model of 1 layers`,
    );
  }
  assertEquals(
    refusal(() => joinModels(one, one)),
    "Cannot join models: the first gives [9], the second takes rows of shape [64]",
  );
});
