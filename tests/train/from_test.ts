/** Going on from what a training gave: continuing equals not stopping. */
import { assert, assertEquals, assertNotEquals, assertRejects } from "@std/assert";
import { join } from "node:path";
import { DescentError } from "../../src/core/errors.ts";
import { selectImages } from "../../experiments/images/select.ts";
import type { ImageSplits } from "../../src/data/mnist.ts";
import type { Executor } from "../../src/exec/executor.ts";
import { referenceExecutor } from "../../src/exec/reference.ts";
import { wasmExecutor } from "../../src/exec/wasm.ts";
import { dense } from "../../src/nn/dense.ts";
import { dropout } from "../../src/nn/dropout.ts";
import { initializeWeights, sequential } from "../../src/nn/model.ts";
import { adagrad, adam, adamw, type Optimizer, rmsprop, sgd } from "../../src/optim/mod.ts";
import { fit, type FitOptions, type FitResult } from "../../src/train/fit.ts";
import { reduceOnPlateau } from "../../src/train/plateau.ts";
import { cosineDecay, exponentialDecay, warmUp } from "../../src/train/schedule.ts";
import { gpuTest } from "../exec/webgpu_support.ts";
import { withTempFolder, writeIdxFolder } from "../fixtures.ts";

/** 100 training, 50 validation and 50 test images of 8 × 8 pixels. */
const DATA = await withTempFolder(async (folder): Promise<ImageSplits> => {
  await writeIdxFolder(folder, { train: 160, t10k: 40, size: 8, classes: [0, 2, 4, 6, 7] });
  return await selectImages({ data: folder, perClass: { train: 20, validation: 10, test: 10 } });
});
const MODEL = sequential(64, [dense(12, { activation: "relu" }), dropout(0.2), dense(5)]);
const OPTIMIZERS: readonly Optimizer[] = [
  sgd({ learningRate: 0.1, weightDecay: 1e-3 }),
  sgd({ learningRate: 0.1, momentum: 0.9 }),
  sgd({ learningRate: 0.1, momentum: 0.9, nesterov: true }),
  rmsprop({ learningRate: 0.01 }),
  rmsprop({ learningRate: 0.01, momentum: 0.9, centered: true }),
  adam({ learningRate: 0.01 }),
  adam({ learningRate: 0.01, rawEpsilon: true }),
  adamw({ learningRate: 0.01 }),
  adamw({ learningRate: 0.01, amsgrad: true }),
  adagrad({ learningRate: 0.05, initialAccumulator: 0.1 }),
];
const SCHEDULES: FitOptions["schedule"][] = [
  undefined,
  warmUp({ over: 9, from: 0, per: "step", then: cosineDecay({ over: 5 }) }),
  reduceOnPlateau({ factor: 0.5, patience: 0, threshold: 100, thresholdMode: "absolute" }),
];
const OPTIONS = { optimizer: adam({ learningRate: 0.01 }), batch: 8 } satisfies FitOptions;

/** All of a result that does not depend on the clock. */
function resultOf({ model: _, seconds: __, history, ...rest }: FitResult) {
  return { ...rest, history: history.map(({ seconds: _, samplesPerSecond: __, ...record }) => record) };
}

async function continuingIsNotStopping(executor: Executor, optimizers = OPTIMIZERS): Promise<void> {
  for (const optimizer of optimizers) {
    for (const schedule of SCHEDULES) {
      const all = { ...OPTIONS, optimizer, executor, ...(schedule && { schedule }) };
      const whole = await fit(MODEL, DATA, { ...all, epochs: 4 });
      const first = await fit(MODEL, DATA, { ...all, epochs: 2 });
      const epochs: number[] = [];
      const onEpoch = ({ epoch }: { epoch: number }) => void epochs.push(epoch);
      const second = await fit(MODEL, DATA, { ...all, epochs: 2, from: first, onEpoch });
      const words = `${optimizer.name} ${schedule?.name}`;
      assertEquals(resultOf(second), resultOf(whole), words);
      assertEquals(epochs, [3, 4]);
      const third = await fit(MODEL, DATA, { ...all, epochs: 1, from: first });
      assertEquals(
        resultOf(await fit(MODEL, DATA, { ...all, epochs: 1, from: third })),
        resultOf(whole),
        words,
      );
      // Weights alone are another training: the first epoch's order, masks and rates again, and an empty optimizer.
      const anew = await fit(MODEL, DATA, { ...all, epochs: 2, weights: first.weights });
      assertNotEquals(anew.weights, whole.weights, words);
      assertEquals(anew.history.map(({ epoch }) => epoch), [1, 2]);
    }
  }
}

Deno.test("2 epochs and 2 from there are 4, bit for bit, with every optimizer and schedule, on the reference", async () => {
  await continuingIsNotStopping(referenceExecutor());
});

Deno.test("2 epochs and 2 from there are 4, bit for bit, with every optimizer and schedule, on WASM", async () => {
  const executor = await wasmExecutor({ threads: 2 });
  await continuingIsNotStopping(executor);
  executor.close();
});

gpuTest("2 epochs and 2 from there are 4, bit for bit, on WebGPU", async (open) => {
  await continuingIsNotStopping(await open(), OPTIMIZERS.slice(1, 2));
});

Deno.test("a training that was interrupted within an epoch goes on within it, to the same bits", async () => {
  const { now } = performance;
  let ms = 0;
  // Every step is slow: the session listens after each.
  performance.now = () => ms += 60;
  try {
    const executor = referenceExecutor(), all = { ...OPTIONS, executor };
    const whole = await fit(MODEL, DATA, { ...all, epochs: 3 });
    const controller = new AbortController();
    let steps = 0;
    const first = await fit(MODEL, DATA, {
      ...all,
      epochs: 3,
      signal: controller.signal,
      onSteps: () => ++steps === 18 ? controller.abort() : undefined,
    });
    assertEquals([first.stopped, first.history.length, first.end.state.done], ["interrupted", 1, 5]);
    const second = await fit(MODEL, DATA, { ...all, epochs: 2, from: first });
    assertEquals(resultOf(second), resultOf(whole));
    await assertRejects(
      () => fit(MODEL, DATA, { ...all, batch: 10, from: first }),
      DescentError,
      "Cannot go on within an epoch of 100 rows in batches of 8 with 100 rows in batches of 10: " +
        "give its weights as { weights } to start anew from them",
    );
  } finally {
    performance.now = now;
  }
});

Deno.test("what goes on may have other data, batches, rates and schedules; its counts go on", async () => {
  const executor = referenceExecutor(), all = { ...OPTIONS, executor, epochs: 2 };
  const first = await fit(MODEL, DATA, {
    ...all,
    schedule: reduceOnPlateau({ patience: 0, threshold: 0.9 }),
  });
  assertEquals(first.end.state.updates, 26);
  const schedule = exponentialDecay({ factor: 0.5 });
  const second = await fit(MODEL, { ...DATA, train: DATA.validation }, {
    ...all,
    optimizer: adamw({ learningRate: 0.02 }),
    batch: 25,
    schedule,
    from: first,
  });
  assertEquals(second.end.state.updates, 30);
  assertEquals(second.history.map(({ learningRate }) => learningRate).slice(2), [0.02 / 4, 0.02 / 8]);
  // What the first schedule had seen and lowered is none of another's.
  const settings = { patience: 0, threshold: 0.9 }, plateau = reduceOnPlateau({ ...settings, factor: 0.5 });
  const third = await fit(MODEL, DATA, { ...all, epochs: 1, schedule: plateau, from: first });
  assertEquals(first.history.map(({ learningRate }) => learningRate), [0.01, 0.01]);
  assertEquals(first.end.state.schedule!.rate, 0.001);
  assertEquals(third.history[2]!.learningRate, 0.01);
  assert(second.seconds >= first.seconds && second.history[2]!.seconds >= first.history[1]!.seconds);
});

Deno.test("a training that goes on from one on another executor starts from its weights and its optimizer's state", async () => {
  const reference = referenceExecutor(), wasm = await wasmExecutor({ threads: 1 });
  const whole = await fit(MODEL, DATA, { ...OPTIONS, executor: reference, epochs: 3 });
  for (const [one, other] of [[wasm, reference], [reference, wasm]] as const) {
    const first = await fit(MODEL, DATA, { ...OPTIONS, executor: one, epochs: 2 });
    const { weights } = await fit(MODEL, DATA, { ...OPTIONS, executor: other, epochs: 1, from: first });
    for (const [name, values] of weights) {
      const gap = Math.max(...values.map((value, i) => Math.abs(value - whole.weights.get(name)![i]!)));
      assert(gap < 1e-4, `${name} is off by ${gap}`);
    }
  }
  wasm.close();
});

Deno.test("weights that were put back, or put in, are what goes on", async () => {
  const executor = referenceExecutor(), all = { ...OPTIONS, executor, epochs: 3 };
  const rate = { optimizer: sgd({ learningRate: 0, momentum: 0.5 }) };
  const restored = await fit(MODEL, DATA, {
    ...all,
    optimizer: sgd({ learningRate: 0.1, momentum: 0.5 }),
    stopping: { monitor: "val_loss", minDelta: 100, patience: 9, restoreBest: true },
  });
  assertEquals(restored.restoredEpoch, 1);
  const still = {
    ...restored,
    end: {
      ...restored.end,
      state: {
        ...restored.end.state,
        tensors: new Map(
          [...restored.end.state.tensors].map((
            [name, values],
          ) => [name, name === "optimizer/velocity" ? values.slice().fill(0) : values]),
        ),
      },
    },
  };
  assertEquals((await fit(MODEL, DATA, { ...all, ...rate, from: still })).weights, restored.weights);
  const other = initializeWeights(MODEL, 5);
  assertEquals(
    (await fit(MODEL, DATA, { ...all, ...rate, from: { ...still, weights: other } })).weights,
    other,
  );
});

Deno.test("time and early stopping are of the training that goes on", async () => {
  const executor = referenceExecutor(), all = { ...OPTIONS, executor };
  const stopping = { monitor: "val_loss", minDelta: 100, patience: 2, restoreBest: true } as const;
  const first = await fit(MODEL, DATA, { ...all, epochs: 9, stopping });
  assertEquals([first.stopped, first.history.length, first.restoredEpoch], ["early stopping", 3, 1]);
  const second = await fit(MODEL, DATA, { ...all, epochs: 9, stopping, from: first });
  assertEquals([second.stopped, second.history.length, second.restoredEpoch], ["early stopping", 6, 4]);
  const long = { ...first, seconds: 1000 };
  const third = await fit(MODEL, DATA, { ...all, epochs: 2, maxSeconds: 900, from: long });
  assertEquals([third.stopped, third.history.length], ["last epoch", 5]);
});

Deno.test("a checkpoint of a training that goes on is taken up by the count of all epochs", async () => {
  await withTempFolder(async (folder) => {
    const executor = referenceExecutor(), path = join(folder, "checkpoint"), all = { ...OPTIONS, executor };
    const whole = await fit(MODEL, DATA, { ...all, epochs: 4 });
    const first = await fit(MODEL, DATA, { ...all, epochs: 2 });
    await fit(MODEL, DATA, { ...all, epochs: 1, from: first, checkpoint: { path } });
    assertEquals(resultOf(await fit(MODEL, DATA, { ...all, epochs: 4, resume: path })), resultOf(whole));
  });
});

Deno.test("what cannot be gone on from is refused in a sentence", async () => {
  const executor = referenceExecutor(), all = { ...OPTIONS, executor, epochs: 1 };
  const first = await fit(MODEL, DATA, all), { weights, model } = first;
  const anew = "give its weights as { weights } to start anew from them";
  const cases: readonly (readonly [FitOptions, string])[] = [
    [
      { from: first, weights },
      "from goes on from a result, and weights start a new training: give one of them",
    ],
    [{ from: first, resume: "a" }, "resume goes on from a file, and from from a result: give one of them"],
    [
      { from: { model, weights } as FitResult },
      "from goes on from what fit() gave in this program, got an object without an end: a model that was loaded starts anew",
    ],
    [{ from: "model.safetensors" as unknown as FitResult }, 'got "model.safetensors" without an end'],
    [
      { from: first, optimizer: sgd() },
      `Cannot go on from a training whose optimizer kept m, v with one that keeps nothing: ${anew}`,
    ],
    [
      { from: first, frozen: ["dense_1"] },
      "Cannot go on from a training of dense_1/weights, dense_1/bias, dense_3/weights, dense_3/bias with one of " +
      `dense_3/weights, dense_3/bias: ${anew}`,
    ],
  ];
  for (const [options, sentence] of cases) {
    await assertRejects(() => fit(MODEL, DATA, { ...all, ...options }), DescentError, sentence);
  }
  await assertRejects(
    () => fit(sequential(64, [dense(5)]), DATA, { ...all, from: first }),
    DescentError,
  );
});

Deno.test("what a training gives holds the optimizer's state and no second copy of the weights", async () => {
  const wasm = await wasmExecutor({ threads: 1 });
  for (const [optimizer, count] of [[sgd(), 0], [sgd({ momentum: 0.9 }), 1], [adam(), 2]] as const) {
    const { end, weights } = await fit(MODEL, DATA, { ...OPTIONS, optimizer, executor: wasm, epochs: 1 });
    const values = [...weights.values()].reduce((sum, { length }) => sum + length, 0);
    const kept = [...end.state.tensors.values()].reduce((sum, { length }) => sum + length, 0);
    // Each parameter begins at a multiple of 64 values.
    assert(
      kept >= count * values && kept <= count * (values + 4 * 64),
      `${optimizer.name}: ${kept} of ${values}`,
    );
  }
  wasm.close();
});
