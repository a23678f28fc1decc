import {
  assert,
  assertAlmostEquals,
  assertEquals,
  assertMatch,
  assertNotEquals,
  assertRejects,
} from "@std/assert";
import { join } from "node:path";
import { DescentError } from "../../src/core/errors.ts";
import { selectImages } from "../../experiments/images/select.ts";
import type { ImageSet, ImageSplits } from "../../src/data/mnist.ts";
import { epochOrder } from "../../src/data/order.ts";
import type { Executor } from "../../src/exec/executor.ts";
import { referenceExecutor } from "../../src/exec/reference.ts";
import { webgpuExecutor } from "../../src/exec/webgpu.ts";
import { wasmExecutor } from "../../src/exec/wasm.ts";
import { dense } from "../../src/nn/dense.ts";
import { dropout } from "../../src/nn/dropout.ts";
import { initializeWeights, type Model, sequential, type Weights } from "../../src/nn/model.ts";
import { adam, type Optimizer, sgd } from "../../src/optim/mod.ts";
import { type EpochRecord, fit, type FitOptions } from "../../src/train/fit.ts";
import { classify, evaluate } from "../../src/train/predict.ts";
import { loadModel, saveModel } from "../../src/train/saved.ts";
import { MONITORS, observe, startStopping } from "../../src/train/stop.ts";
import { withTempFolder, writeIdxFolder } from "../fixtures.ts";
import { gpuTest } from "../exec/webgpu_support.ts";

const CLASSES = [0, 2, 4, 6, 7];

/** 100 training, 50 validation and 50 test images of 8 × 8 pixels. */
const DATA = await smallSet();
/** For these images. */
const MODEL = sequential(64, [dense(12, { activation: "relu" }), dense(5)]);
const OPTIONS = { optimizer: sgd({ learningRate: 0.5 }), batch: 32, epochs: 2 } satisfies FitOptions;

async function smallSet(): Promise<ImageSplits> {
  let data: ImageSplits | undefined;
  await withTempFolder(async (folder) => {
    await writeIdxFolder(folder, { train: 160, t10k: 40, size: 8, classes: CLASSES });
    data = await selectImages({ data: folder, perClass: { train: 20, validation: 10, test: 10 } });
  });
  return data!;
}

function empty(set: ImageSet): ImageSet {
  return { ...set, inputs: new Uint8Array(0), targets: new Uint8Array(0), rows: 0 };
}

/** A test per backend; that of WebGPU needs an adapter. */
function onEachBackend(name: string, body: (executor: Executor) => Promise<void>): void {
  Deno.test(`${name}, on the reference`, () => body(referenceExecutor()));
  onDevices(name, body);
}

/** One for all tests, as it keeps the pipelines that it has compiled; the process ends with it. */
let sharedGpu: Promise<Executor> | undefined;

/** The same without the reference. */
function onDevices(name: string, body: (executor: Executor) => Promise<void>): void {
  Deno.test(`${name}, on WASM`, async () => await body(await wasmExecutor({ threads: 2 })));
  gpuTest(
    `${name}, on WebGPU`,
    async () => await body(await (sharedGpu ??= webgpuExecutor({ software: true }))),
  );
}

/** Weights as words: assertEquals then compares bits. */
function bitsOf(weights: Weights): ReadonlyMap<string, Uint32Array> {
  return new Map([...weights].map(([name, values]) => [name, new Uint32Array(values.slice().buffer)]));
}

/** max |a − b| / max |b| over all parameters. */
function gapOf(a: Weights, b: Weights): number {
  let difference = 0, largest = 0;
  for (const [name, values] of a) {
    values.forEach((value, i) => {
      difference = Math.max(difference, Math.abs(value - b.get(name)![i]!));
      largest = Math.max(largest, Math.abs(b.get(name)![i]!));
    });
  }
  return difference / largest;
}

async function sentenceOf(work: () => Promise<unknown>): Promise<string> {
  return (await assertRejects(work, DescentError)).message;
}

onEachBackend("fit() learns the classes", async (executor) => {
  const { results, history, stopped } = await fit(MODEL, DATA, {
    executor,
    optimizer: adam({ learningRate: 0.02 }),
    batch: 25,
    epochs: 8,
  });
  assert(results.test!.accuracy >= 0.95 && results.validation!.accuracy >= 0.95);
  assertEquals(history.map(({ epoch }) => epoch), [1, 2, 3, 4, 5, 6, 7, 8]);
  assert(history.at(-1)!.loss < history[0]!.loss / 2);
  assert(history.at(-1)!.valLoss! < history[0]!.valLoss! / 2);
  assertEquals(stopped, "last epoch");
});

onEachBackend(
  "fit() gives the same bits for the same seed and other weights for another",
  async (executor) => {
    const [once, again, other] = [
      await fit(MODEL, DATA, { ...OPTIONS, executor, seed: 7 }),
      await fit(MODEL, DATA, { ...OPTIONS, executor, seed: 7 }),
      await fit(MODEL, DATA, { ...OPTIONS, executor, seed: 8 }),
    ];
    assertEquals(bitsOf(again.weights), bitsOf(once.weights));
    const numbersOf = ({ loss, accuracy, valLoss, valAccuracy }: EpochRecord) => [
      loss,
      accuracy,
      valLoss,
      valAccuracy,
    ];
    assertEquals(again.history.map(numbersOf), once.history.map(numbersOf));
    assertEquals(again.results, once.results);
    assertNotEquals(bitsOf(other.weights), bitsOf(once.weights));
  },
);

Deno.test("the seed of fit() chooses the shuffles as well as the weights, and shuffle: false ignores it", async () => {
  const executor = referenceExecutor(), weights = initializeWeights(MODEL, 1);
  const bits = async (options: FitOptions) =>
    bitsOf((await fit(MODEL, DATA, { ...OPTIONS, executor, weights, ...options })).weights);
  assertNotEquals(await bits({ seed: 1 }), await bits({ seed: 2 }));
  assertEquals(await bits({ seed: 1, shuffle: false }), await bits({ seed: 2, shuffle: false }));
});

/** Real MNIST for the envelopes: `train` images per digit. */
function realSet(train: number): Promise<ImageSplits> {
  return selectImages({ digits: CLASSES, perClass: { train, validation: 40, test: 40 } });
}

const NETWORK = sequential(784, [
  dense(30, { activation: "relu" }),
  dense(20, { activation: "relu" }),
  dense(10, { activation: "relu" }),
  dense(5),
]);

/**
 * How far two backends may be apart after one epoch, as max |Δw| / max |w| over all weights: ten times the
 * largest gap that was measured for 784-30-20-10-5, batch 32, one epoch over Report A's 11,385 images (356
 * updates), seeds 1 and 2, between WASM, WebGPU (llvmpipe) and the reference. Gradient descent with learning
 * rate 0.05: 1.3e-6. Adam with 0.001: 1.5e-5, since it divides by the root of gradients that are all rounding.
 */
const ENVELOPES = [
  { name: "gradient descent", build: () => sgd({ learningRate: 0.05 }), largest: 1.3e-5 },
  { name: "Adam", build: () => adam({ learningRate: 0.001 }), largest: 1.5e-4 },
] as const;

for (const { name, build, largest } of ENVELOPES) {
  const options = () => ({ optimizer: build(), batch: 32, epochs: 1, seed: 1 });

  Deno.test(`WASM and the reference agree within ${largest} after one epoch of ${name}`, async () => {
    const data = await realSet(200);
    const wasm = await fit(NETWORK, data, { ...options(), executor: await wasmExecutor({ threads: 2 }) });
    const reference = await fit(NETWORK, data, { ...options(), executor: referenceExecutor() });
    const gap = gapOf(wasm.weights, reference.weights);
    assert(gap > 0 && gap < largest, `apart by ${gap}`);
    assertAlmostEquals(wasm.results.test!.loss, reference.results.test!.loss, 1e-4);
  });

  gpuTest(`WASM and WebGPU agree within ${largest} after one epoch of ${name}`, async (open) => {
    const data = await realSet(759);
    const wasm = await fit(NETWORK, data, { ...options(), executor: await wasmExecutor({ threads: 2 }) });
    const webgpu = await fit(NETWORK, data, { ...options(), executor: await open() });
    const gap = gapOf(wasm.weights, webgpu.weights);
    assert(gap < largest, `apart by ${gap}`);
    assertAlmostEquals(wasm.results.test!.loss, webgpu.results.test!.loss, 1e-4);
  });
}

/** An epoch of softmax regression by hand, in float64: weights [pixels, classes], bias [classes]. */
function regressByHand(
  { inputs, targets, classNames: { length: classes } }: ImageSet,
  start: { readonly weights: Float32Array; readonly bias: Float32Array },
  { order, batch, learningRate }: { order: Uint32Array; batch: number; learningRate: number },
) {
  const weights = Float64Array.from(start.weights), bias = Float64Array.from(start.bias);
  const pixels = weights.length / classes;
  let lossSum = 0, correct = 0;
  for (let first = 0; first < order.length; first += batch) {
    const rows = [...order.subarray(first, first + batch)];
    const dWeights = new Float64Array(weights.length), dBias = new Float64Array(classes);
    for (const row of rows) {
      const x = Array.from(inputs.subarray(row * pixels, (row + 1) * pixels), (byte) => byte / 255);
      const logits = Array.from(
        bias,
        (value, c) => x.reduce((sum, pixel, p) => sum + pixel * weights[p * classes + c]!, value),
      );
      const total = logits.reduce((sum, logit) => sum + Math.exp(logit), 0), label = targets[row]!;
      lossSum += Math.log(total) - logits[label]!;
      if (logits.indexOf(Math.max(...logits)) === label) correct++;
      for (let c = 0; c < classes; c++) {
        const dLogit = (Math.exp(logits[c]!) / total - (c === label ? 1 : 0)) / rows.length;
        dBias[c]! += dLogit;
        x.forEach((pixel, p) => dWeights[p * classes + c]! += dLogit * pixel);
      }
    }
    dWeights.forEach((d, i) => weights[i]! -= learningRate * d);
    dBias.forEach((d, i) => bias[i]! -= learningRate * d);
  }
  return { weights, bias, loss: lossSum / order.length, accuracy: correct / order.length };
}

onEachBackend("an epoch whose last batch is short makes the updates that a hand makes", async (executor) => {
  const model = sequential(64, [dense(5)]), learningRate = 0.5, seed = 3;
  const start = initializeWeights(model, seed), { rows } = DATA.train;
  assert(rows % 32 > 0 && rows % 7 > 0);
  for (const batch of [32, 7, 1, rows]) {
    const expected = regressByHand(
      DATA.train,
      { weights: start.get("dense_1/weights")!, bias: start.get("dense_1/bias")! },
      { order: epochOrder(rows, { seed, epoch: 0, shuffle: true }), batch, learningRate },
    );
    const { weights, history: [epoch] } = await fit(model, DATA, {
      executor,
      optimizer: sgd({ learningRate }),
      batch,
      epochs: 1,
      seed,
    });
    // float64 but for the reading of the weights as float32; the devices round each of a hundred updates.
    const tolerance = executor.name === "reference" ? 1e-7 : 1e-5;
    for (const [name, values] of [["weights", expected.weights], ["bias", expected.bias]] as const) {
      const actual = weights.get(`dense_1/${name}`)!;
      values.forEach((value, i) => assertAlmostEquals(actual[i], value, tolerance, `batch ${batch}`));
    }
    assertAlmostEquals(epoch!.loss, expected.loss, tolerance);
    assertAlmostEquals(epoch!.accuracy, expected.accuracy, 1e-12);
  }
});

Deno.test("fit() counts updates over the whole training", async () => {
  const seen: number[] = [], plain = sgd({ learningRate: 0.1 });
  const optimizer: Optimizer = {
    ...plain,
    scalars(step) {
      seen.push(step);
      return plain.scalars(step);
    },
  };
  await fit(MODEL, DATA, { executor: referenceExecutor(), optimizer, batch: 40, epochs: 3 });
  assertEquals(seen, [0, 1, 2, 3, 4, 5, 6, 7, 8]);
});

Deno.test("fit() takes a batch larger than the set as the whole set", async () => {
  const executor = referenceExecutor();
  const larger = await fit(MODEL, DATA, { ...OPTIONS, executor, batch: 5000 });
  const whole = await fit(MODEL, DATA, { ...OPTIONS, executor, batch: DATA.train.rows });
  assertEquals(bitsOf(larger.weights), bitsOf(whole.weights));
});

Deno.test("fit() goes on from weights that it is given", async () => {
  const executor = referenceExecutor();
  const options = { ...OPTIONS, executor, shuffle: false, epochs: 1 };
  const { weights } = await fit(MODEL, DATA, options);
  const next = await fit(MODEL, DATA, { ...options, weights }),
    both = await fit(MODEL, DATA, {
      ...options,
      epochs: 2,
    });
  assert(gapOf(next.weights, both.weights) < 1e-6); // the weights between were read as float32
  assertNotEquals(bitsOf(next.weights), bitsOf(weights));
});

Deno.test("fit() without validation images records and reports none", async () => {
  const data = { ...DATA, validation: empty(DATA.validation) };
  const { history, results } = await fit(MODEL, data, { ...OPTIONS, executor: referenceExecutor() });
  assertEquals(history.map(({ valLoss, valAccuracy }) => [valLoss, valAccuracy]), [
    [undefined, undefined],
    [undefined, undefined],
  ]);
  assertEquals(Object.keys(results), ["train", "test"]);
});

Deno.test("the order of calls is: steps of an epoch, onEpoch until it resolves, the next epoch", async () => {
  const calls: string[] = [];
  await fit(MODEL, DATA, {
    ...OPTIONS,
    executor: referenceExecutor(),
    onSteps(done, all) {
      if (done === all) calls.push(`${all} steps`);
    },
    async onEpoch({ epoch }) {
      calls.push(`begin ${epoch}`);
      await new Promise((resolve) => setTimeout(resolve, 5));
      calls.push(`end ${epoch}`);
    },
  });
  assertEquals(calls, ["4 steps", "begin 1", "end 1", "4 steps", "begin 2", "end 2"]);
});

Deno.test("onSteps tells of growing numbers of steps, up to all of the epoch", async () => {
  const done: number[] = [];
  await fit(MODEL, DATA, {
    ...OPTIONS,
    executor: referenceExecutor(),
    batch: 1,
    epochs: 1,
    onSteps(steps, all) {
      assertEquals(all, 100);
      done.push(steps);
    },
  });
  assert(done.length > 1 && done.every((steps, i) => i === 0 || steps > done[i - 1]!), done.join());
  assertEquals(done.at(-1), 100);
});

for (const monitor of MONITORS) {
  Deno.test(`the trace of early stopping is what observe() makes of ${monitor}`, async () => {
    const rule = { monitor, minDelta: 0.3, patience: 2 };
    const { history, stopped } = await fit(MODEL, DATA, {
      ...OPTIONS,
      executor: referenceExecutor(),
      epochs: 40,
      stopping: rule,
    });
    const column = {
      loss: "loss",
      accuracy: "accuracy",
      val_loss: "valLoss",
      val_accuracy: "valAccuracy",
    } as const;
    let state = startStopping(rule);
    for (const [epoch, record] of history.entries()) {
      state = observe(state, epoch, record[column[monitor]]);
      const { best, bestEpoch, wait } = state;
      assertEquals(record.stopping, { best, bestEpoch: bestEpoch! + 1, wait });
      assertEquals(state.stop, epoch === history.length - 1);
    }
    assertEquals(stopped, "early stopping");
    assert(history.length > 2 && history.length < 40);
  });
}

onEachBackend(
  "restoreBest gives back the weights of the best epoch and their validation loss",
  async (executor) => {
    // As the loss falls, the highest one from the third epoch on is that of the third.
    const stopping = {
      monitor: "val_loss",
      mode: "max",
      startFromEpoch: 2,
      patience: 9,
      restoreBest: true,
    } as const;
    const restored = await fit(MODEL, DATA, { ...OPTIONS, executor, epochs: 5, stopping });
    const three = await fit(MODEL, DATA, { ...OPTIONS, executor, epochs: 3 });
    const five = await fit(MODEL, DATA, { ...OPTIONS, executor, epochs: 5 });
    assertEquals(restored.history.length, 5);
    assertEquals(restored.restoredEpoch, 3);
    assertEquals(bitsOf(restored.weights), bitsOf(three.weights));
    // Restored weights went through float32, which the reference does not compute in.
    assertAlmostEquals(restored.results.validation!.loss, restored.history[2]!.valLoss!, 1e-6);
    assertNotEquals(bitsOf(restored.weights), bitsOf(five.weights));
    assertEquals(five.restoredEpoch, undefined);
  },
);

Deno.test("fit() without restoreBest keeps the weights of the last epoch", async () => {
  const executor = referenceExecutor();
  const stopping = { monitor: "val_loss", mode: "max", patience: 9 } as const;
  const watched = await fit(MODEL, DATA, { ...OPTIONS, executor, stopping });
  const plain = await fit(MODEL, DATA, { ...OPTIONS, executor });
  assertEquals(watched.restoredEpoch, undefined);
  assertEquals(bitsOf(watched.weights), bitsOf(plain.weights));
});

Deno.test("fit() ends after the epoch in which maxSeconds run out", async () => {
  const { history, stopped, results } = await fit(MODEL, DATA, {
    ...OPTIONS,
    executor: referenceExecutor(),
    epochs: 1000,
    maxSeconds: 1e-6,
  });
  assertEquals([history.length, stopped], [1, "time"]);
  assert(results.test !== undefined);
});

Deno.test("the seconds of the records grow and the speed is that of the training images", async () => {
  const { history, seconds } = await fit(MODEL, DATA, { ...OPTIONS, executor: referenceExecutor() });
  const [first, second] = history;
  assert(first!.seconds > 0 && second!.seconds > first!.seconds && seconds >= second!.seconds);
  const rows = first!.samplesPerSecond * first!.seconds; // the two are read one after the other
  assert(rows > 10 && rows < 150, `${rows} of ${DATA.train.rows} rows`);
});

onEachBackend("aborting between epochs ends as interrupted and keeps what was learned", async (executor) => {
  const controller = new AbortController();
  const { history, stopped, weights, results } = await fit(MODEL, DATA, {
    ...OPTIONS,
    executor,
    epochs: 1000,
    signal: controller.signal,
    onEpoch: ({ epoch }) => epoch === 2 ? controller.abort() : undefined,
  });
  assertEquals([history.length, stopped], [2, "interrupted"]);
  assertEquals(bitsOf(weights), bitsOf((await fit(MODEL, DATA, { ...OPTIONS, executor })).weights));
  assertEquals(
    results,
    {},
    "whoever stops a training does not want to wait for what evaluate() can tell later",
  );
});

onDevices("aborting within an epoch keeps the steps that were made", async (executor) => {
  const controller = new AbortController(), steps: number[] = [];
  const options = { ...OPTIONS, executor, shuffle: false, batch: 10 };
  const { history, stopped, weights, results } = await fit(MODEL, DATA, {
    ...options,
    signal: controller.signal,
    onSteps(done) {
      steps.push(done);
      controller.abort();
    },
  });
  assertEquals([history.length, stopped, steps.length], [0, "interrupted", 1]);
  assertEquals(results, {});
  // The same steps as an epoch of their own: so many batches of ten, in the order in which they lie.
  const rows = 10 * steps[0]!, { inputs, targets } = DATA.train;
  assert(rows < DATA.train.rows);
  const train = {
    ...DATA.train,
    rows,
    inputs: inputs.subarray(0, 64 * rows),
    targets: targets.subarray(0, rows),
  };
  const part = await fit(MODEL, { ...DATA, train }, { ...options, epochs: 1 });
  assertEquals(bitsOf(weights), bitsOf(part.weights));
});

Deno.test("a signal that is aborted already gives back the initial weights", async () => {
  const weights = initializeWeights(MODEL, 4), signal = AbortSignal.abort();
  const result = await fit(MODEL, DATA, { ...OPTIONS, executor: referenceExecutor(), weights, signal });
  assertEquals([result.history.length, result.stopped], [0, "interrupted"]);
  assertEquals(bitsOf(result.weights), bitsOf(weights));
});

onEachBackend("a loss that is no number ends training with a sentence after the record", async (executor) => {
  const records: EpochRecord[] = [];
  const options = { ...OPTIONS, executor, optimizer: sgd({ learningRate: 1e300 }), batch: 10 };
  const sentence = await sentenceOf(() =>
    fit(MODEL, DATA, { ...options, onEpoch: (record) => void records.push(record) })
  );
  assertMatch(
    sentence,
    /^The loss became (NaN|Infinity) in epoch 1, at step [1-9] of 10: the steps are too large; try a tenth of/,
  );
  assertEquals(records.map(({ epoch, loss }) => [epoch, Number.isFinite(loss)]), [[1, false]]);
});

onDevices("an update that overflows is noticed after the epoch that it ends", async (executor) => {
  // The only step of the epoch has a finite loss; the weights that it leaves have none.
  const model = sequential(64, [dense(12), dense(5)]);
  const options = { executor, optimizer: sgd({ learningRate: 1e38 }), batch: 100, epochs: 1 };
  const watched = await sentenceOf(() => fit(model, DATA, options));
  assertMatch(watched, /^The validation loss became (NaN|Infinity) in epoch 1: the steps are too large; /);
  const data = { ...DATA, validation: empty(DATA.validation) };
  const unwatched = await sentenceOf(() => fit(model, data, options));
  assertMatch(unwatched, /^The loss on the train set became (NaN|Infinity) in epoch 1: the steps are too /);
});

for (
  const [what, expected, options] of [
    ["a batch of 0", "The batch size must be a positive whole number, got 0", { batch: 0 }],
    ["a batch of 1.5", "The batch size must be a positive whole number, got 1.5", { batch: 1.5 }],
    ["0 epochs", "The epochs must be a positive whole number, got 0", { epochs: 0 }],
    ["a negative seed", "Seed must be a whole number from 0 to 2^53 - 1, got -1", { seed: -1 }],
    ["no time", "The time limit must be a positive number of seconds, got 0", { maxSeconds: 0 }],
    ["NaN seconds", "The time limit must be a positive number of seconds, got NaN", { maxSeconds: NaN }],
    [
      "a negative patience",
      "Patience must be a whole number of epochs, 0 or more, got -1",
      { stopping: { patience: -1 } },
    ],
  ] as const
) {
  Deno.test(`fit() refuses ${what} with a sentence`, async () => {
    assertEquals(
      await sentenceOf(() => fit(MODEL, DATA, { executor: referenceExecutor(), ...options })),
      expected,
    );
  });
}

Deno.test("fit() refuses weights of another model", async () => {
  const refused = (weights: Weights) =>
    sentenceOf(() => fit(MODEL, DATA, { ...OPTIONS, executor: referenceExecutor(), weights }));
  const own = initializeWeights(MODEL, 1);
  const wider = sequential(64, [dense(13, { activation: "relu" }), dense(5)]);
  assertEquals(
    await refused(initializeWeights(wider, 1)),
    '"dense_1/weights" has 832 values, the model needs [64,12]',
  );
  assertEquals(
    await refused(new Map([...own].slice(1))),
    'The weights have no "dense_1/weights": they belong to another model',
  );
  assertEquals(
    await refused(new Map([...own, ["dense_3/bias", new Float32Array(5)]])),
    'The model has no parameter "dense_3/bias": the weights belong to another model',
  );
});

Deno.test("fit() refuses to watch a validation set that is empty", async () => {
  const data = { ...DATA, validation: empty(DATA.validation) }, executor = referenceExecutor();
  for (const monitor of ["val_loss", "val_accuracy"] as const) {
    assertEquals(
      await sentenceOf(() => fit(MODEL, data, { ...OPTIONS, executor, stopping: { monitor } })),
      `Early stopping watches ${monitor}, but there is no validation set: give one, or watch ${
        monitor.slice(4)
      }`,
    );
  }
  const { history } = await fit(MODEL, data, {
    ...OPTIONS,
    executor,
    stopping: { monitor: "loss", patience: 9 },
  });
  assertEquals(history.length, 2);
});

Deno.test("fit() and evaluate() refuse a model that does not fit the inputs or the classes", async () => {
  const executor = referenceExecutor();
  const images = sequential(60, [dense(5)]);
  const classes = sequential(64, [dense(4)]);
  for (
    const [model, expected] of [
      [images, "The model takes rows of shape [60], the inputs have 64 values a row"],
      [classes, "The model gives [4], the data has 5 classes: end it with dense(5)"],
    ] as const
  ) {
    assertEquals(await sentenceOf(() => fit(model, DATA, { executor })), expected);
    const trained = { model, weights: initializeWeights(model, 1) };
    assertEquals(await sentenceOf(() => evaluate(trained, DATA.test, { executor })), expected);
  }
});

onEachBackend("classify() and evaluate() find what fit() reports of the test set", async (executor) => {
  const { model, weights, results } = await fit(MODEL, DATA, { ...OPTIONS, executor });
  const { test } = DATA, { report, confusion, accuracy, loss } = results.test!;
  const { classes, probabilities } = await classify({ model, weights }, test.inputs, { executor });
  const counts = CLASSES.map(() => CLASSES.map(() => 0));
  test.targets.forEach((label, i) => counts[label]![classes[i]!]!++);
  assertEquals(confusion, { classes: CLASSES.map(String), counts });
  const right = test.targets.filter((label, i) => label === classes[i]).length;
  assert(right > 10 && right < 50, `${right} right shows nothing`);
  assertAlmostEquals(accuracy, right / 50, 1e-12);
  assertEquals(await evaluate({ model, weights }, test, { executor }), { ...report, confusion });
  const losses = Array.from(test.targets, (label, i) => -Math.log(probabilities[5 * i + label]!));
  assertAlmostEquals(loss, losses.reduce((sum, value) => sum + value, 0) / 50, 1e-5);
  for (let row = 0; row < 50; row++) {
    const sum = probabilities.subarray(5 * row, 5 * row + 5).reduce((total, value) => total + value, 0);
    assertAlmostEquals(sum, 1, 1e-5);
  }
});

onEachBackend("classify() gives each image the same bits whatever is beside it", async (executor) => {
  const trained = { model: MODEL, weights: initializeWeights(MODEL, 1) };
  const images = new Uint8Array(64 * 300); // more than one batch
  for (let row = 0; row < 300; row++) {
    images.set(DATA.train.inputs.subarray(64 * (row % 100), 64 * (row % 100 + 1)), 64 * row);
  }
  const all = await classify(trained, images, { executor });
  assertEquals([all.classes.length, all.probabilities.length], [300, 1500]);
  for (const row of [0, 255, 256, 299]) {
    const one = await classify(trained, images.subarray(64 * row, 64 * (row + 1)), { executor });
    assertEquals(one.probabilities, all.probabilities.slice(5 * row, 5 * row + 5));
    assertEquals(one.classes[0], all.classes[row]);
  }
});

Deno.test("classify() refuses bytes that are no whole number of rows", async () => {
  const trained = { model: MODEL, weights: initializeWeights(MODEL, 1) }, executor = referenceExecutor();
  for (const bytes of [0, 63, 65]) {
    assertEquals(
      await sentenceOf(() => classify(trained, new Uint8Array(bytes), { executor })),
      `Cannot predict from ${bytes} values: the model takes rows of shape [64], 64 values each`,
    );
  }
});

Deno.test("evaluate() refuses an empty set", async () => {
  const trained = { model: MODEL, weights: initializeWeights(MODEL, 1) };
  assertEquals(
    await sentenceOf(() => evaluate(trained, empty(DATA.test), { executor: referenceExecutor() })),
    "The set is empty: there is nothing to evaluate",
  );
});

onDevices("a model that was saved and loaded predicts the same bits", async (executor) => {
  const model = sequential(64, [
    dense(12, { activation: "tanh" }),
    dropout(0.2),
    dense(5),
  ]);
  const trained = await fit(model, DATA, { ...OPTIONS, executor });
  await withTempFolder(async (folder) => {
    const path = join(folder, "model.safetensors");
    await saveModel(path, trained);
    const again = await loadModel(path);
    assertEquals(bitsOf(again.weights), bitsOf(trained.weights));
    const [before, after] = [
      await classify(trained, DATA.test.inputs, { executor }),
      await classify(again, DATA.test.inputs, { executor }),
    ];
    assertEquals(after, before);
  });
});

/** 64-40-5 with dropout between; rate 0 is the same network without it. */
function droppedModel(rate: number): Model {
  return sequential(64, [dense(40, { activation: "relu" }), dropout(rate), dense(5)]);
}

onEachBackend("dropout acts while training, with a mask of its own for each step", async (executor) => {
  // Steps too small to change a weight: whatever changes the loss from epoch to epoch is the mask.
  const options = { executor, optimizer: sgd({ learningRate: 1e-30 }), batch: 100, epochs: 3 };
  const weights = initializeWeights(droppedModel(0), 1);
  const lossesOf = async (rate: number, seed: number) => {
    const { history, results } = await fit(droppedModel(rate), DATA, { ...options, weights, seed });
    return { losses: history.map(({ loss }) => loss), results };
  };
  const plain = await lossesOf(0, 1), dropped = await lossesOf(0.5, 1);
  assertEquals(new Set(plain.losses).size, 1);
  assertEquals(new Set([...dropped.losses, plain.losses[0]]).size, 4);
  assertEquals((await lossesOf(0.5, 1)).losses, dropped.losses);
  assertEquals(new Set([...dropped.losses, ...(await lossesOf(0.5, 2)).losses]).size, 6);
  // Evaluation drops nothing: it is that of the network without dropout, to the last bit.
  assertEquals(dropped.results, plain.results);
});

onEachBackend("a network with dropout learns, and its evaluation can be repeated", async (executor) => {
  const model = droppedModel(0.3);
  const trained = await fit(model, DATA, {
    executor,
    optimizer: adam({ learningRate: 0.02 }),
    batch: 25,
    epochs: 8,
  });
  assert(trained.results.test!.accuracy >= 0.95);
  const once = await evaluate(trained, DATA.test, { executor });
  assertEquals(await evaluate(trained, DATA.test, { executor }), once);
  const { report, confusion } = trained.results.test!;
  assertEquals(once, { ...report, confusion });
});

Deno.test("dropout draws the same masks on WASM as on the reference", async () => {
  const options = { optimizer: sgd({ learningRate: 0.1 }), batch: 32, epochs: 2 }, model = droppedModel(0.5);
  const wasm = await fit(model, DATA, { ...options, executor: await wasmExecutor({ threads: 2 }) });
  const reference = await fit(model, DATA, { ...options, executor: referenceExecutor() });
  assert(gapOf(wasm.weights, reference.weights) < 1e-5);
});
