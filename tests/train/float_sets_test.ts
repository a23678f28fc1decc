/** Sets of numbers, and of bytes that stand for numbers: training on them, and what the trained model makes of either. */
import { assert, assertAlmostEquals, assertEquals, assertNotEquals, assertRejects } from "@std/assert";
import { join } from "node:path";
import { DescentError } from "../../src/core/errors.ts";
import { randomWords, STREAM } from "../../src/core/random.ts";
import type { ByteScaling, DataSet, Splits } from "../../src/data/data_set.ts";
import { referenceExecutor } from "../../src/exec/reference.ts";
import { conv2d } from "../../src/nn/conv2d.ts";
import { crossEntropy } from "../../src/nn/cross_entropy.ts";
import { dense } from "../../src/nn/dense.ts";
import { flatten } from "../../src/nn/flatten.ts";
import type { Loss } from "../../src/nn/loss.ts";
import { binaryCrossEntropy, meanSquaredError, reconstructionError } from "../../src/nn/losses.ts";
import { type Model, sequential } from "../../src/nn/model.ts";
import { adam } from "../../src/optim/adam.ts";
import { firstLayers, joinModels, sliceLayers } from "../../src/train/compose.ts";
import { fit, type FitOptions } from "../../src/train/fit.ts";
import { reduceOnPlateau } from "../../src/train/plateau.ts";
import { classify, evaluate, layerOutputs, predict } from "../../src/train/predict.ts";
import { openPredictor } from "../../src/train/predictor.ts";
import { pretrainLayers } from "../../src/train/pretrain.ts";
import { loadModel, saveModel, type Trained } from "../../src/train/saved.ts";
import { everyExecutor } from "../ops/forward.ts";
import { withTempFolder } from "../fixtures.ts";

const EXECUTORS = await everyExecutor();
const executor = referenceExecutor();
const COLUMNS = 12, ROWS = 20;
const BYTES = Uint8Array.from(
  randomWords(ROWS * COLUMNS, { seed: 1, stream: STREAM.test }),
  (word) => word >>> 24,
);
const CLASSES = Uint8Array.from({ length: ROWS }, (_, row) => BYTES[row * COLUMNS]! > 127 ? 1 : 0);
/** Such that every number has a float32. */
const SCALING = { scale: 1 / 128, offset: -1 };
const MODEL = sequential(COLUMNS, [dense(8, { activation: "relu" }), dense(2)]);
const OPTIONS = { epochs: 3, batch: 8, optimizer: adam({ learningRate: 0.01 }) } satisfies FitOptions;

function byteSet(scaling?: ByteScaling, more: Partial<DataSet> = {}): DataSet {
  return { inputs: BYTES, inputShape: [COLUMNS], targets: CLASSES, ...(scaling && { scaling }), ...more };
}

function floatsOf(bytes: Uint8Array, { scale, offset = 0 }: ByteScaling): Float32Array {
  return Float32Array.from(bytes, (byte) => byte * scale + offset);
}

function floatSet(scaling: ByteScaling, more: Partial<DataSet> = {}): DataSet {
  const { scaling: _, ...rest } = byteSet();
  return { ...rest, inputs: floatsOf(BYTES, scaling), ...more };
}

Deno.test("bytes with a scaling train as the numbers that they stand for, to the same bits where those are exact", async () => {
  for (const one of EXECUTORS) {
    for (const scaling of [SCALING, { scale: 1 / 128 }, { scale: -2, offset: 3 }, { scale: 1 / 255 }]) {
      const options = { ...OPTIONS, executor: one, off: ["bytes", "lists", "sgd"] } satisfies FitOptions;
      const bytes = await fit(MODEL, { train: byteSet(scaling), test: byteSet(scaling) }, options);
      const floats = await fit(MODEL, { train: floatSet(scaling), test: floatSet(scaling) }, options);
      const fast = await fit(MODEL, { train: byteSet(scaling) }, { ...OPTIONS, executor: one });
      const isExact = scaling.scale !== 1 / 255;
      if (isExact) {
        assertEquals(bytes.weights, floats.weights, `${one.name} ${JSON.stringify(scaling)}`);
        assertEquals(bytes.results, floats.results);
      }
      for (const [name, values] of floats.weights) {
        values.forEach((value, i) => {
          assertAlmostEquals(bytes.weights.get(name)![i]!, value, 2e-3);
          assertAlmostEquals(fast.weights.get(name)![i]!, value, 2e-3);
        });
      }
    }
  }
});

Deno.test("pixels need no scaling: theirs is 1/255", async () => {
  const plain = await fit(MODEL, { train: byteSet() }, { ...OPTIONS, executor });
  const said = await fit(MODEL, { train: byteSet({ scale: 1 / 255 }), test: byteSet() }, {
    ...OPTIONS,
    executor,
  });
  assertEquals(plain.weights, said.weights);
  assertEquals([plain.model.scaling, said.model.scaling], [undefined, undefined]);
});

Deno.test("class indices of 8, 16 and 32 bits are the same, with names and without", async () => {
  const { weights, results, model } = await fit(MODEL, { train: byteSet() }, { ...OPTIONS, executor });
  const classNames = ["dark", "bright"];
  for (const targets of [Uint16Array.from(CLASSES), Uint32Array.from(CLASSES)]) {
    const named = await fit(MODEL, { train: byteSet(undefined, { targets, classNames }) }, {
      ...OPTIONS,
      executor,
    });
    assertEquals(named.weights, weights);
    assertEquals(named.results.train!.report.classes.map(({ name }) => name), classNames);
    assertEquals(named.model.classNames, classNames);
  }
  assertEquals(results.train!.report.classes.map(({ name }) => name), ["0", "1"]);
  assertEquals(model.classNames, undefined);
});

Deno.test("rows of 1, 2 and 3 axes are the same numbers, for classes, values and reconstructions", async () => {
  const targets = floatsOf(BYTES.subarray(0, ROWS), SCALING);
  const cases: readonly (readonly [Loss, Partial<DataSet>, number])[] = [
    [crossEntropy(), {}, 2],
    [meanSquaredError(), { targets }, 1],
    [reconstructionError(), {}, COLUMNS],
  ];
  for (const [loss, more, outputs] of cases) {
    const trained = async (inputShape: readonly number[]) => {
      const layers = [dense(5, { activation: "tanh" }), dense(outputs)];
      const model = sequential(inputShape, inputShape.length === 1 ? layers : [flatten(), ...layers]);
      const { weights } = await fit(model, { train: floatSet(SCALING, { ...more, inputShape }) }, {
        ...OPTIONS,
        loss,
        executor,
      });
      return [...weights.values()];
    };
    const flat = await trained([COLUMNS]);
    for (const shape of [[3, 4], [2, 3, 2], [1, 12], [12, 1, 1]]) {
      assertEquals(await trained(shape), flat, `${loss.name} of [${shape}]`);
    }
  }
});

Deno.test("axes in another order than the model's are refused; flat rows, and axes of size 1, are not", async () => {
  const model = sequential([2, 3, 2], [conv2d(2, 2, { activation: "relu" }), flatten(), dense(2)]);
  const train = (inputShape: readonly number[]) => floatSet(SCALING, { inputShape });
  await fit(model, { train: train([12]) }, { ...OPTIONS, executor });
  await fit(sequential([3, 4, 1], [flatten(), dense(2, { activation: "relu" })]), { train: train([3, 4]) }, {
    ...OPTIONS,
    executor,
  });
  await assertRejects(
    () => fit(model, { train: train([2, 2, 3]) }, { ...OPTIONS, executor }),
    DescentError,
    "The model takes rows of shape [2,3,2], the inputs have [2,2,3]: as many values in another order",
  );
  await assertRejects(
    () => fit(model, { train: train([2, 3, 2]), test: train([3, 2, 2]) }, { ...OPTIONS, executor }),
    DescentError,
    "The inputs of the test set have shape [3,2,2], those of the train set [2,3,2]: give all sets inputs of one shape",
  );
});

Deno.test("sets that call their classes otherwise are refused", async () => {
  const data: Splits = {
    train: byteSet(undefined, { classNames: ["no", "yes"] }),
    test: byteSet(undefined, { classNames: ["yes", "no"] }),
  };
  await assertRejects(
    () => fit(MODEL, data, { ...OPTIONS, executor }),
    DescentError,
    'The test set calls class 0 "yes", the train set "no": give all sets the same classes in one order',
  );
});

Deno.test("a train set alone is enough: with early stopping, schedules and checkpoints", async () => {
  await withTempFolder(async (folder) => {
    const data = { train: floatSet(SCALING) }, options = { ...OPTIONS, executor, epochs: 6 };
    const { history, results, restoredEpoch } = await fit(MODEL, data, {
      ...options,
      stopping: { monitor: "loss", patience: 1, minDelta: 1e9, restoreBest: true },
      schedule: reduceOnPlateau({ monitor: "loss", patience: 0 }),
      checkpoint: { path: join(folder, "checkpoint") },
    });
    assert(history.length < 6 && restoredEpoch === 1);
    assertEquals(Object.keys(results), ["train"]);
    assert(history.every((record) => !("valLoss" in record) && record.learningRate !== undefined));
    const wrong: [FitOptions, string][] = [
      [
        { stopping: { monitor: "val_loss" } },
        "Early stopping watches val_loss, but there is no validation set: give one, or watch loss",
      ],
      [
        { schedule: reduceOnPlateau({}) },
        "The schedule watches val_loss, but there is no validation set: give one, or watch loss",
      ],
      [{ measureTest: true }, "measureTest is set, but there is no test set: give one, or leave it out"],
      [{ evaluate: ["test"] }, "evaluate names the test set, but there is none: give one, or leave it out"],
    ];
    for (const [more, sentence] of wrong) {
      const error = await assertRejects(() => fit(MODEL, data, { ...options, ...more }), DescentError);
      assertEquals(error.message, sentence);
    }
  });
});

Deno.test("a model remembers what its bytes stand for, saved and loaded, in every way to ask it", async () => {
  const train = byteSet(SCALING, { classNames: ["dark", "bright"] });
  const { model, weights, results } = await fit(MODEL, { train }, { ...OPTIONS, executor });
  assertEquals(model.scaling, SCALING);
  await withTempFolder(async (folder) => {
    const path = join(folder, "model.safetensors");
    await saveModel(path, { model, weights });
    const loaded = await loadModel(path);
    assertEquals([loaded.model.scaling, loaded.model.classNames], [SCALING, ["dark", "bright"]]);
    const floats = floatsOf(BYTES, SCALING);
    for (const trained of [{ model, weights }, loaded] satisfies Trained[]) {
      for (const one of EXECUTORS) {
        const given = { executor: one };
        assertEquals(await predict(trained, BYTES, given), await predict(trained, floats, given));
        assertEquals(await classify(trained, BYTES, given), await classify(trained, floats, given));
        assertEquals(await layerOutputs(trained, BYTES, given), await layerOutputs(trained, floats, given));
        using predictor = await openPredictor(trained, { executor: one, batch: 7 });
        for (const rows of [1, 3, ROWS]) {
          const [few, same] = [BYTES.subarray(0, rows * COLUMNS), floats.subarray(0, rows * COLUMNS)];
          assertEquals(await predictor.predict(few), await predictor.predict(same));
          assertEquals(await predictor.classify(few), await predictor.classify(same));
        }
      }
      const { inputs: _, scaling: __, ...rest } = train;
      for (const inputs of [BYTES, floats]) {
        const { report, confusion } = results.train!;
        assertEquals(await evaluate(trained, { ...rest, inputs }, { executor }), { ...report, confusion });
      }
    }
  });
});

Deno.test("what a model knows of its bytes and classes goes with its first and last layers, and is known anew by training on", async () => {
  const classNames = ["dark", "bright"], data = { train: byteSet(SCALING, { classNames }) };
  const whole = await fit(MODEL, data, { ...OPTIONS, executor });
  const known = ({ model: { scaling, classNames, gives } }: Trained) => ({ scaling, classNames, gives });
  const none = { scaling: undefined, classNames: undefined, gives: "values" };
  assertEquals(known(firstLayers(whole, 1)), { ...none, scaling: SCALING });
  assertEquals(known(sliceLayers(whole, 1)), { ...none, classNames, gives: "logits" });
  const joined = joinModels(firstLayers(whole, 1), sliceLayers(whole, 1));
  assertEquals(known(joined), { scaling: SCALING, classNames, gives: "logits" });
  assertEquals(await predict(joined, BYTES, { executor }), await predict(whole, BYTES, { executor }));
  const more = { ...OPTIONS, executor, weights: whole.weights };
  // Pixels are what bytes mean where nothing is said; numbers say nothing of bytes.
  assertEquals(known(await fit(whole.model, { train: byteSet() }, more)).scaling, undefined);
  assertEquals(known(await fit(whole.model, { train: floatSet(SCALING) }, more)), known(whole));
  assertEquals(known(await fit(whole.model, { train: byteSet({ scale: 2 }) }, more)).scaling, {
    scale: 2,
    offset: 0,
  });
  const values = byteSet(SCALING, { targets: new Float32Array(2 * ROWS) });
  const regression = await fit(whole.model, { train: values }, { ...more, loss: meanSquaredError() });
  assertEquals(known(regression), { ...none, scaling: SCALING });
});

Deno.test("layers that are pre-trained on scaled bytes know what those stand for", async () => {
  const stack = sequential(COLUMNS, [
    dense(6, { activation: "sigmoid" }),
    dense(3, { activation: "sigmoid" }),
  ]);
  const scaling = { scale: 1 / 256, offset: 0 }, options = { ...OPTIONS, executor };
  const { encoder, autoencoder } = await pretrainLayers(stack, { train: byteSet(scaling) }, options);
  assertEquals([encoder.model.scaling, autoencoder.model.scaling], [scaling, scaling]);
  const floats = floatsOf(BYTES, scaling);
  assertEquals(await predict(encoder, BYTES, { executor }), await predict(encoder, floats, { executor }));
  assertNotEquals(await predict(encoder, BYTES, { executor }), new Float32Array(3 * ROWS));
});

Deno.test("what fit() gives is typed by its loss: accuracies and reports where there are some", async () => {
  const values = floatSet(SCALING, { targets: Float32Array.from(CLASSES) });
  const model: Model = sequential(COLUMNS, [dense(1)]);
  const options = { ...OPTIONS, executor };
  const classes = await fit(MODEL, { train: floatSet(SCALING) }, options);
  const answer: number = classes.results.train!.accuracy + classes.results.train!.report.f1 +
    classes.history[0]!.accuracy;
  const yes = await fit(model, { train: values }, { ...options, loss: binaryCrossEntropy() });
  const share: number = yes.results.train!.accuracy + yes.history[0]!.accuracy;
  // @ts-expect-error There is no report of values.
  const report: object = yes.results.train!.report;
  const regression = await fit(model, { train: values }, { ...options, loss: meanSquaredError() });
  // @ts-expect-error Nor is anything right or wrong.
  const nothing: number = regression.results.train!.accuracy;
  assert(answer > 0 && share > 0 && regression.results.train!.loss > 0);
  assertEquals([report, nothing], [undefined, undefined]);
});
