/** Checkpoints: what a training is taken up from, to the same bits. */
import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { join } from "node:path";
import { DescentError, DivergedError } from "../../src/core/errors.ts";
import { selectImages } from "../../experiments/images/select.ts";
import type { ImageSplits } from "../../src/data/mnist.ts";
import type { Executor } from "../../src/exec/executor.ts";
import { referenceExecutor } from "../../src/exec/reference.ts";
import { wasmExecutor } from "../../src/exec/wasm.ts";
import { augmentation } from "../../src/nn/augmentation.ts";
import { corruption } from "../../src/nn/corruption.ts";
import { dense } from "../../src/nn/dense.ts";
import { dropout } from "../../src/nn/dropout.ts";
import { flatten } from "../../src/nn/flatten.ts";
import { reconstructionCrossEntropy } from "../../src/nn/losses.ts";
import { initializeWeights, type Model, sequential } from "../../src/nn/model.ts";
import { tiedDense } from "../../src/nn/tied_dense.ts";
import { adagrad, adam, adamw, type Optimizer, rmsprop, sgd } from "../../src/optim/mod.ts";
import { isHealthy } from "../../src/train/checkpoint.ts";
import { hasCheckpoint, previousOf, readCheckpoint } from "../../src/train/checkpoint_file.ts";
import { firstBadCall } from "../../src/train/first_bad_call.ts";
import { reduceOnPlateau } from "../../src/train/plateau.ts";
import { stepDecay, warmUp } from "../../src/train/schedule.ts";
import { Session } from "../../src/train/session.ts";
import { fit, type FitOptions, type FitResult } from "../../src/train/fit.ts";
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
  rmsprop({ learningRate: 0.01, momentum: 0.9 }),
  adam({ learningRate: 0.01 }),
  adamw({ learningRate: 0.01 }),
  adamw({ learningRate: 0.01, amsgrad: true }),
  adagrad({ learningRate: 0.05, initialAccumulator: 0.1 }),
];
const OPTIONS = { optimizer: adam({ learningRate: 0.01 }), batch: 8, epochs: 4 } satisfies FitOptions;

/** All of a result that does not depend on the clock. */
function resultOf({ model: _, seconds: __, history, ...rest }: FitResult) {
  return {
    ...rest,
    weights: Array.from(rest.weights, ([name, values]) => [name, new Uint32Array(values.slice().buffer)]),
    history: history.map(({ seconds: _, samplesPerSecond: __, ...record }) => record),
  };
}

/** Trains, stops after so many steps of all, and goes on; each in a program of its own. */
async function inTwo(
  model: Model,
  options: FitOptions & { readonly executor: Executor },
  { stopAfter, path, then = options.executor }: {
    readonly stopAfter: number;
    readonly path: string;
    readonly then?: Executor;
  },
): Promise<FitResult> {
  const controller = new AbortController();
  let steps = 0, before = 0;
  const first = await fit(model, DATA, {
    ...options,
    checkpoint: { path },
    signal: controller.signal,
    onSteps(done) {
      steps += done > before ? done - before : done;
      before = done;
      if (steps >= stopAfter) controller.abort();
    },
  });
  assertEquals(first.stopped, "interrupted");
  const checkpoint = { path };
  return await fit(model, DATA, { ...options, executor: then, checkpoint, resume: path });
}

for (const optimizer of OPTIMIZERS) {
  const { name, options } = optimizer;
  const words = JSON.stringify(options);
  Deno.test(`4 epochs are 2 and 2 bit for bit, on WASM, with ${name} ${words}`, async () => {
    await withTempFolder(async (folder) => {
      const executor = await wasmExecutor({ threads: 1 }), path = join(folder, "checkpoint.safetensors");
      const all = { ...OPTIONS, optimizer, executor };
      const whole = await fit(MODEL, DATA, all);
      await fit(MODEL, DATA, { ...all, epochs: 2, checkpoint: { path } });
      const epochs: number[] = [];
      const rest = await fit(MODEL, DATA, {
        ...all,
        resume: path,
        onEpoch: ({ epoch }) => void epochs.push(epoch),
      });
      assertEquals(resultOf(rest), resultOf(whole));
      assertEquals(epochs, [3, 4]);
      executor.close();
    });
  });
}

const STOPS = [6, 13, 20];

/** A clock by which every step is slow: the session then stops to listen after each. */
async function withSlowSteps(work: () => Promise<void>): Promise<void> {
  const { now } = performance;
  let ms = 0;
  performance.now = () => ms += 60;
  try {
    await work();
  } finally {
    performance.now = now;
  }
}

/** Every member of a checkpoint is of use in one of these. */
async function goesOnTheSame(executor: Executor, then: Executor = executor): Promise<void> {
  const trainings: readonly (readonly [Model, FitOptions])[] = [
    // The best weights are put back; the last batch is short.
    [MODEL, {
      ...OPTIONS,
      batch: 16,
      epochs: 8,
      stopping: { monitor: "val_loss", minDelta: 0.05, patience: 2, restoreBest: true },
      measureTest: true,
    }],
    // A tied autoencoder with noise, on the codes of another model, with a frozen order.
    [
      sequential(12, [
        corruption(0.3),
        dense(6, { activation: "sigmoid" }),
        tiedDense("dense_2"),
      ]),
      {
        ...OPTIONS,
        optimizer: rmsprop({ learningRate: 0.01, momentum: 0.5 }),
        loss: reconstructionCrossEntropy(),
        shuffle: false,
        dropLast: true,
        batch: 12,
        encoder: {
          model: sequential(64, [dense(12, { activation: "sigmoid" })]),
          weights: initializeWeights(sequential(64, [dense(12, { activation: "sigmoid" })]), 3),
        },
      },
    ],
    // The rate falls by what the epochs gave.
    [MODEL, {
      ...OPTIONS,
      clip: { norm: 0.1 },
      schedule: warmUp({
        over: 9,
        from: 0,
        per: "step",
        then: reduceOnPlateau({ factor: 0.5, patience: 0, threshold: 100, thresholdMode: "absolute" }),
      }),
    }],
    // The whole set is one batch.
    [MODEL, { ...OPTIONS, batch: 100, epochs: 45 }],
    // Images are moved as they would have been.
    [
      sequential([8, 8], [
        augmentation({ shift: 1, flip: "both", rotate: 20, zoom: 0.1 }),
        flatten(),
        dense(5),
      ]),
      OPTIONS,
    ],
  ];
  const places = new Set<string>();
  const work = async (folder: string) => {
    for (const [i, [model, options]] of trainings.entries()) {
      const whole = await fit(model, DATA, { ...options, executor });
      for (const stopAfter of STOPS) {
        const path = join(folder, `${i}-${stopAfter}`);
        const rest = await inTwo(model, { ...options, executor }, { stopAfter, path, then });
        assertEquals(resultOf(rest), resultOf(whole), `training ${i}, stopped after ${stopAfter} steps`);
        const { state: { epoch, done } } = await readCheckpoint(previousOf(path));
        places.add(`${i}, epoch ${epoch}, step ${done}`);
      }
    }
  };
  await withTempFolder((folder) => withSlowSteps(() => work(folder)));
  // It was stopped where it was to be, within epochs and between them.
  for (
    const place of ["0, epoch 0, step 6", "0, epoch 1, step 6", "1, epoch 1, step 5", "3, epoch 20, step 0"]
  ) {
    assert(places.has(place), `${place} of ${[...places].join("; ")}`);
  }
}

Deno.test("a training that is stopped anywhere goes on to the same bits, on the reference", async () => {
  await goesOnTheSame(referenceExecutor());
});

Deno.test("a training that is stopped anywhere goes on to the same bits, on WASM with another number of threads", async () => {
  const [one, two] = [await wasmExecutor({ threads: 1 }), await wasmExecutor({ threads: 2 })];
  await goesOnTheSame(one, two);
  one.close();
  two.close();
});

gpuTest("a training that is stopped anywhere goes on to the same bits, on WebGPU", async (open) => {
  await goesOnTheSame(await open());
});

Deno.test("a checkpoint is written as often as asked, and its training's own end with it", async () => {
  await withTempFolder(async (folder) => {
    const executor = referenceExecutor(), path = join(folder, "a/b/checkpoint");
    const places: string[] = [];
    await fit(MODEL, DATA, {
      ...OPTIONS,
      executor,
      epochs: 2,
      checkpoint: { path, everySeconds: 1e-9 },
      async onSteps() {
        if (!await hasCheckpoint(path)) return;
        const { state: { epoch, done, updates } } = await readCheckpoint(path);
        places.push(`${epoch}:${done}:${updates}`);
      },
    });
    assert(places.length > 1 && new Set(places).size === places.length, places.join(" "));
    const { state, history, seconds } = await readCheckpoint(path);
    assertEquals([state.epoch, state.done, state.updates, history.length], [2, 0, 26, 2]);
    assert(seconds > 0);
    // What is over is only evaluated again.
    const again = await fit(MODEL, DATA, { ...OPTIONS, executor, epochs: 2, resume: path });
    assertEquals([again.stopped, again.history.length], ["last epoch", 2]);
    await assertRejects(
      () => fit(MODEL, DATA, { ...OPTIONS, checkpoint: { path, everySeconds: 0 } }),
      DescentError,
      "A checkpoint every 0 seconds cannot be",
    );
  });
});

Deno.test("a damaged checkpoint is never gone on from: the one before is, and without it a sentence", async () => {
  await withTempFolder(async (folder) => {
    const executor = referenceExecutor(), path = join(folder, "checkpoint");
    const all = { ...OPTIONS, executor, checkpoint: { path } };
    await fit(MODEL, DATA, { ...all, epochs: 1 });
    await fit(MODEL, DATA, { ...all, epochs: 2, resume: path });
    const bytes = await Deno.readFile(path);
    assertEquals((await readCheckpoint(path)).state.epoch, 2);
    assertEquals((await readCheckpoint(previousOf(path))).state.epoch, 1);
    const whole = resultOf(await fit(MODEL, DATA, { ...OPTIONS, executor }));
    for (let i = 0; i < 60; i++) {
      const at = Math.floor(i * (bytes.length - 1) / 59), damaged = bytes.slice();
      damaged[at]! ^= 1 << i % 8;
      await Deno.writeFile(path, damaged);
      assertEquals((await readCheckpoint(path)).state.epoch, 1, `bit ${i % 8} of byte ${at}`);
    }
    for (const length of [0, 1, 100, bytes.length - 1]) {
      await Deno.writeFile(path, bytes.subarray(0, length));
      assertEquals((await readCheckpoint(path)).state.epoch, 1);
    }
    assertEquals(resultOf(await fit(MODEL, DATA, { ...OPTIONS, executor, resume: path })), whole);
    await Deno.remove(previousOf(path));
    const error = await assertRejects(
      () => fit(MODEL, DATA, { ...OPTIONS, executor, resume: path }),
      DescentError,
    );
    assertStringIncludes(error.message, "There is no checkpoint to go on from: ");
    assertStringIncludes(error.message, "no such file or directory");
    assert(!error.message.includes("os error"), error.message);
  });
});

Deno.test("a checkpoint goes on in its own training alone, on its own backend", async () => {
  await withTempFolder(async (folder) => {
    const executor = referenceExecutor(), path = join(folder, "checkpoint");
    await fit(MODEL, DATA, { ...OPTIONS, executor, epochs: 1, checkpoint: { path } });
    const cases: readonly (readonly [string, Partial<FitOptions>, ImageSplits?])[] = [
      ["with batch 8 instead of 16", { batch: 16 }],
      ["with seed 1 instead of 2", { seed: 2 }],
      ["with shuffle true instead of false", { shuffle: false }],
      ["with last short batch trained on instead of left out", { dropLast: true }],
      ["with clipping none instead of norm 1", { clip: { norm: 1 } }],
      ["with schedule none instead of stepDecay", { schedule: stepDecay({ every: 3 }) }],
      ['with optimizer adam {"learningRate":0.01,', { optimizer: adam({ learningRate: 0.02 }) }],
      ["with early stopping null instead of", { stopping: { patience: 3 } }],
      ["with frozen layers none instead of dense_1", { frozen: ["dense_1"] }],
      ["with data ", {}, {
        ...DATA,
        test: { ...DATA.test, targets: DATA.test.targets.map((label) => (label + 1) % 5) },
      }],
    ];
    for (const [words, changed, data = DATA] of cases) {
      const error = await assertRejects(
        () => fit(MODEL, data, { ...OPTIONS, ...changed, executor, resume: path }),
        DescentError,
      );
      assertStringIncludes(error.message, `The checkpoint ${path} is of another training, ${words}`);
    }
    const wasm = await wasmExecutor({ threads: 1 });
    await assertRejects(
      () => fit(MODEL, DATA, { ...OPTIONS, executor: wasm, resume: path }),
      DescentError,
      `The checkpoint ${path} is of a training on reference, which rounds otherwise than wasm: go on with it on reference`,
    );
    wasm.close();
  });
});

Deno.test("what has gone wrong is not kept: the last good checkpoint stays", async () => {
  await withTempFolder(async (folder) => {
    const executor = await wasmExecutor({ threads: 1 }), path = join(folder, "checkpoint");
    const options = {
      ...OPTIONS,
      executor,
      epochs: 100,
      optimizer: sgd({ learningRate: 100 }),
    };
    const model = sequential(64, [
      dense(12),
      dense(5),
    ]);
    const error = await assertRejects(
      () => fit(model, DATA, { ...options, checkpoint: { path, everySeconds: 1e-9 } }),
      DescentError,
    );
    assert(/^The .*loss became (NaN|Infinity) in epoch \d+/.test(error.message), error.message);
    assert(isHealthy((await readCheckpoint(path)).state));
    executor.close();
  });
});

Deno.test("firstBadCall() names the call that first gave a number that is none, and its step", async () => {
  const model = sequential(64, [dense(12), dense(5)]);
  for (const executor of [referenceExecutor(), await wasmExecutor({ threads: 1 })]) {
    const optimizer = sgd({ learningRate: executor.name === "wasm" ? 1e6 : 1e200 });
    const options = { executor, optimizer, batch: 10, seed: 1, epochs: 3 };
    const error = await assertRejects(() => fit(model, DATA, options), DivergedError);
    const session = await Session.open(model, DATA, { ...options, weights: initializeWeights(model, 1) });
    const call = (await firstBadCall(session, { epochs: 3 }))!;
    session.close();
    assertEquals(call.routine, "train");
    // The loss is what shows it, in this step or the next.
    const said = /in epoch (\d), at step (\d+) of 10/.exec(error.message)!;
    assertEquals(String(call.epoch), said[1], error.message);
    assert(
      [0, 1].includes(Number(said[2]) - call.step),
      `${error.message} beside step ${call.step}, ${call.label}`,
    );
    assert(/is (NaN|-?Infinity)/.test(call.problem) && call.label !== "", call.problem);
    executor.close();
  }
  const executor = referenceExecutor(),
    healthy = { executor, optimizer: sgd({ learningRate: 0.1 }), batch: 10, seed: 1 };
  const session = await Session.open(MODEL, DATA, { ...healthy, weights: initializeWeights(MODEL, 1) });
  assertEquals(await firstBadCall(session, { epochs: 2 }), undefined);
});
