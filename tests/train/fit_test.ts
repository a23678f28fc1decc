/** What a training can be asked for beyond its defaults: fewer batches, more measuring, other losses, layers' values. */
import { assert, assertAlmostEquals, assertEquals, assertRejects } from "@std/assert";
import { DescentError } from "../../src/core/errors.ts";
import { selectImages } from "../../experiments/images/select.ts";
import type { ImageSet, ImageSplits } from "../../src/data/mnist.ts";
import type { Executor } from "../../src/exec/executor.ts";
import { referenceExecutor } from "../../src/exec/reference.ts";
import { wasmExecutor } from "../../src/exec/wasm.ts";
import { conv2d } from "../../src/nn/conv2d.ts";
import { dense } from "../../src/nn/dense.ts";
import { dropout } from "../../src/nn/dropout.ts";
import { reconstructionError } from "../../src/nn/losses.ts";
import { initializeWeights, sequential } from "../../src/nn/model.ts";
import { adam, sgd } from "../../src/optim/mod.ts";
import { firstLayers, joinModels, sliceLayers } from "../../src/train/compose.ts";
import { fit, type FitOptions } from "../../src/train/fit.ts";
import { classify, evaluate, layerOutputs } from "../../src/train/predict.ts";
import { decodeModel, encodeModel, type Trained } from "../../src/train/saved.ts";
import { Session } from "../../src/train/session.ts";
import { withTempFolder, writeIdxFolder } from "../fixtures.ts";

/** 100 training, 50 validation and 40 test images of 8 × 8 pixels. */
const DATA: ImageSplits = await withTempFolder(async (folder) =>
  await selectImages({
    data: await writeIdxFolder(folder, { train: 150, t10k: 40, size: 8, classes: [0, 1, 2, 3, 4] }),
    first: { train: 100, validation: 50, test: 40 },
  })
);
const MODEL = sequential(64, [dense(12), dense(5, { activation: "identity" })]);
const OPTIONS = { optimizer: sgd({ learningRate: 0.5 }), batch: 32, epochs: 2 } satisfies FitOptions;

function empty(set: ImageSet): ImageSet {
  return { ...set, inputs: new Uint8Array(0), targets: new Uint8Array(0), rows: 0 };
}

/** The first `rows` of a set. */
function first(set: ImageSet, rows: number): ImageSet {
  return { ...set, rows, inputs: set.inputs.subarray(0, 64 * rows), targets: set.targets.subarray(0, rows) };
}

async function sentenceOf(work: () => Promise<unknown>): Promise<string> {
  return (await assertRejects(work, DescentError)).message;
}

Deno.test("fit() with dropLast trains as if the rows of the short last batch were not there", async () => {
  const executor = referenceExecutor();
  const dropped = await fit(MODEL, DATA, { ...OPTIONS, executor, shuffle: false, dropLast: true });
  const fewer = await fit(MODEL, { ...DATA, train: first(DATA.train, 96) }, {
    ...OPTIONS,
    executor,
    shuffle: false,
  });
  assertEquals(dropped.weights, fewer.weights);
  assertEquals(dropped.history.map(({ loss }) => loss), fewer.history.map(({ loss }) => loss));
  // All images are evaluated at the end, also those that no step trained on.
  assertEquals(dropped.results.train!.report.support, 100);
});

Deno.test("dropLast counts steps and rows of whole batches, each epoch of an order of its own", async () => {
  const steps: number[] = [], executor = referenceExecutor();
  await fit(MODEL, DATA, {
    ...OPTIONS,
    executor,
    dropLast: true,
    batch: 60,
    onSteps: (done, all) => void steps.push(done, all),
  });
  assertEquals(steps, [1, 1, 1, 1]);
  const session = await Session.open(MODEL, DATA, {
    ...OPTIONS,
    batch: 60,
    seed: 1,
    dropLast: true,
    executor,
    weights: initializeWeights(MODEL, 1),
  });
  assertEquals([session.stepsPerEpoch, session.rowsPerEpoch], [1, 60]);
  // With a learning rate too small to change anything, only other rows give another loss.
  const options = {
    ...OPTIONS,
    optimizer: sgd({ learningRate: 1e-30 }),
    executor,
    dropLast: true,
    batch: 60,
  };
  const { history } = await fit(MODEL, DATA, options);
  assert(history[0]!.loss !== history[1]!.loss);
  session.close();
});

Deno.test("dropLast leaves whole batches and a batch of the whole set alone", async () => {
  const executor = referenceExecutor();
  for (const batch of [20, 100, 500]) {
    const kept = await fit(MODEL, DATA, { ...OPTIONS, executor, batch });
    const same = await fit(MODEL, DATA, { ...OPTIONS, executor, batch, dropLast: true });
    assertEquals(same.weights, kept.weights);
  }
});

Deno.test("fit() and evaluate() refuse a class index that has no name", async () => {
  const targets = DATA.test.targets.map((label, row) => row === 3 ? 5 : label),
    test = { ...DATA.test, targets };
  const sentence = (name: string) =>
    `Row 3 of the ${name} set is of class 5, but there are 5 classNames: a class index is a position in them, a whole ` +
    "number from 0 to 4";
  const executor = referenceExecutor(), trained = { model: MODEL, weights: initializeWeights(MODEL, 1) };
  assertEquals(
    await sentenceOf(() => fit(MODEL, { ...DATA, test }, { ...OPTIONS, executor })),
    sentence("test"),
  );
  assertEquals(await sentenceOf(() => evaluate(trained, test, { executor })), sentence("given"));
});

for (
  const [name, open] of [["the reference", referenceExecutor], [
    "WASM",
    () => wasmExecutor({ threads: 2 }),
  ]] as const
) {
  Deno.test(`measureTest records the test set after every epoch and changes nothing else, on ${name}`, async () => {
    const executor: Executor = await open();
    const plain = await fit(MODEL, DATA, { ...OPTIONS, executor });
    const measured = await fit(MODEL, DATA, { ...OPTIONS, executor, measureTest: true });
    assertEquals(measured.weights, plain.weights);
    const { loss, accuracy } = measured.results.test!, last = measured.history.at(-1)!;
    assertEquals([last.testLoss, last.testAccuracy], [loss, accuracy]);
    measured.history.forEach((record, i) => {
      const { valLoss, valAccuracy, testLoss, testAccuracy } = record;
      assertEquals([valLoss, valAccuracy], [plain.history[i]!.valLoss, plain.history[i]!.valAccuracy]);
      assert(testLoss !== undefined && testAccuracy !== undefined && testLoss !== valLoss);
      assertEquals(plain.history[i]!.testLoss, undefined);
    });
    executor.close();
  });
}

Deno.test("measureTest works without validation images, and refuses a test set that is empty", async () => {
  const executor = referenceExecutor(), options = { ...OPTIONS, executor, measureTest: true };
  const { history, results } = await fit(MODEL, { ...DATA, validation: empty(DATA.validation) }, options);
  assertEquals(history.map((record) => "valLoss" in record), [false, false]);
  assertEquals(history.at(-1)!.testLoss, results.test!.loss);
  assertEquals(Object.keys(results), ["train", "test"]);
  assertEquals(
    await sentenceOf(() => fit(MODEL, { ...DATA, test: empty(DATA.test) }, options)),
    "measureTest is set, but there is no test set: give one, or leave it out",
  );
});

Deno.test("fit() takes sets of any size: metrics of validation and test never share a row", async () => {
  // 513 rows are two batches of evaluation, and so are the others.
  const repeat = (set: ImageSet, rows: number): ImageSet => ({
    ...set,
    rows,
    inputs: Uint8Array.from({ length: 64 * rows }, (_, i) => set.inputs[i % set.inputs.length]!),
    targets: Uint8Array.from({ length: rows }, (_, i) => set.targets[i % set.targets.length]!),
  });
  const data = {
    ...DATA,
    train: first(DATA.train, 1),
    validation: repeat(DATA.validation, 513),
    test: repeat(DATA.test, 513),
  };
  const { history, results } = await fit(MODEL, data, {
    ...OPTIONS,
    epochs: 1,
    executor: referenceExecutor(),
    measureTest: true,
  });
  assertEquals(history[0]!.valLoss, results.validation!.loss);
  assertEquals(history[0]!.testLoss, results.test!.loss);
});

const AUTOENCODER = sequential(64, [dense(20), dense(64, { activation: "sigmoid" })]);

Deno.test("fit() with reconstructionError() learns the images, and there is no right or wrong", async () => {
  const executor = referenceExecutor();
  const { history, results, weights, model } = await fit(AUTOENCODER, DATA, {
    executor,
    loss: reconstructionError(),
    optimizer: adam({ learningRate: 0.01 }),
    batch: 25,
    epochs: 4,
    measureTest: true,
    stopping: { monitor: "val_loss", patience: 9 },
  });
  assert(results.test!.loss < 0.7 * history[0]!.testLoss!, `${results.test!.loss}`);
  for (const record of history) {
    for (const name of ["accuracy", "valAccuracy", "testAccuracy"]) assert(!(name in record), name);
  }
  for (const result of Object.values(results)) assertEquals(Object.keys(result), ["loss"]);
  // By hand: the mean squared difference of pixels from 0 to 1.
  const outputs = (await layerOutputs({ model, weights }, DATA.test.inputs, { executor })).get("dense_2")!;
  const squares = outputs.map((value, i) => (value - DATA.test.inputs[i]! / 255) ** 2);
  const mse = squares.reduce((sum, value) => sum + value, 0) / squares.length;
  assertAlmostEquals(results.test!.loss, mse, 1e-7);
});

Deno.test("fit() refuses a loss that the model, or what is watched, does not suit", async () => {
  const executor = referenceExecutor(), loss = reconstructionError();
  assertEquals(
    await sentenceOf(() => fit(MODEL, DATA, { ...OPTIONS, executor, loss })),
    "The model gives [5], the inputs have 64 values a row: the mean squared reconstruction error compares each with one value",
  );
  assertEquals(
    await sentenceOf(() => fit(AUTOENCODER, DATA, { ...OPTIONS, executor })),
    "The model gives [64], the data has 5 classes: end it with dense(5)",
  );
  const stopping = { monitor: "val_accuracy" } as const;
  assertEquals(
    await sentenceOf(() => fit(AUTOENCODER, DATA, { ...OPTIONS, executor, loss, stopping })),
    "Early stopping watches val_accuracy, but the mean squared reconstruction error knows no right or wrong: watch a loss",
  );
});

for (
  const [name, open] of [["the reference", referenceExecutor], [
    "WASM",
    () => wasmExecutor({ threads: 2 }),
  ]] as const
) {
  Deno.test(`layerOutputs() gives what each layer computes, whatever else is asked for, on ${name}`, async () => {
    const executor: Executor = await open();
    const model = sequential(64, [
      dropout(0.5),
      dense(7, { activation: "tanh" }),
      dense(5, { activation: "identity" }),
    ]);
    const weights = initializeWeights(model, 3), images = new Uint8Array(64 * 300); // more than one batch
    for (let row = 0; row < 300; row++) {
      images.set(DATA.train.inputs.subarray(64 * (row % 100), 64 * (row % 100 + 1)), 64 * row);
    }
    const outputs = await layerOutputs({ model, weights }, images, { executor });
    assertEquals([...outputs].map(([name, values]) => [name, values.length]), [
      ["dropout_1", 64 * 300],
      ["dense_2", 7 * 300],
      ["dense_3", 5 * 300],
    ]);
    for (const row of [0, 255, 256, 299]) {
      const w = weights.get("dense_2/weights")!, x = images.subarray(64 * row, 64 * (row + 1));
      for (let j = 0; j < 7; j++) {
        const sum = x.reduce((total, byte, p) => total + byte / 255 * w[7 * p + j]!, 0);
        assertAlmostEquals(outputs.get("dense_2")![7 * row + j], Math.tanh(sum), 1e-5);
      }
      assertAlmostEquals(outputs.get("dropout_1")![64 * row + 9], x[9]! / 255, 1e-6);
    }
    const { classes } = await classify({ model, weights }, images, { executor }),
      logits = outputs.get("dense_3")!;
    classes.forEach((likeliest, row) => {
      const own = logits.subarray(5 * row, 5 * (row + 1));
      assertEquals(own.indexOf(Math.max(...own)), likeliest);
    });
    const one = await layerOutputs({ model, weights }, images, { layers: ["dense_2"], executor });
    assertEquals(one, new Map([["dense_2", outputs.get("dense_2")!]]));
    executor.close();
  });
}

Deno.test("layerOutputs() refuses a layer that is not there, and bytes that are no images", async () => {
  const trained = { model: MODEL, weights: initializeWeights(MODEL, 1) }, executor = referenceExecutor();
  assertEquals(
    await sentenceOf(() =>
      layerOutputs(trained, new Uint8Array(64), { layers: ["dense_2", "conv2d_1"], executor })
    ),
    'The model has no layer "conv2d_1": it has dense_1, dense_2',
  );
  assertEquals(
    await sentenceOf(() => layerOutputs(trained, new Uint8Array(65), { executor })),
    "Cannot predict from 65 values: the model takes rows of shape [64], 64 values each",
  );
});

Deno.test("classify() makes no probabilities of what is no classifier, and fit() records which a model is", async () => {
  const executor = referenceExecutor(), options = { ...OPTIONS, executor, epochs: 1 };
  const autoencoder = sequential(64, [dense(5), dense(64, { activation: "identity" })]);
  const reconstructing = await fit(autoencoder, DATA, { ...options, loss: reconstructionError() });
  const classifying = await fit(MODEL, DATA, options);
  assertEquals([reconstructing.model.gives, classifying.model.gives], ["values", "logits"]);
  const ask = (trained: Trained) => () => classify(trained, DATA.test.inputs, { executor });
  const values =
    "This model is no classifier, it was trained to give values: predict() gives its values as they are";
  assertEquals(await sentenceOf(ask(reconstructing)), values);
  // What was recorded goes with the model into a file, and into parts and wholes.
  assertEquals(await sentenceOf(ask(decodeModel(encodeModel(reconstructing)))), values);
  assertEquals(await sentenceOf(ask(firstLayers(reconstructing, 1))), values);
  assertEquals(await sentenceOf(ask(firstLayers(classifying, 1))), values);
  assertEquals(
    await sentenceOf(ask(joinModels(firstLayers(classifying, 1), decoderOf(12)))),
    values,
  );
  assertEquals(decodeModel(encodeModel(classifying)).model.gives, "logits");
  assertEquals((await ask(sliceLayers(classifying, 0))()).classes.length, 40);
  // Nothing was trained: a flat row is taken for logits, maps are not.
  assertEquals((await ask({ model: MODEL, weights: classifying.weights })()).classes.length, 40);
  const maps = sequential([8, 8], [conv2d(2, 3)]);
  assertEquals(
    await sentenceOf(ask({ model: maps, weights: initializeWeights(maps, 1) })),
    "This model is no classifier, it gives [6,6,2] and not a row of classes: predict() gives its values as they are",
  );
});

/** An autoencoder's last layer. */
function decoderOf(codes: number): Trained {
  const model = sequential(codes, [dense(64)]);
  return { model: { ...model, gives: "values" }, weights: initializeWeights(model, 1) };
}
