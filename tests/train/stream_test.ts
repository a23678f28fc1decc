/** Training on rows that come as they are trained on. */
import { assertAlmostEquals, assertEquals, assertRejects } from "@std/assert";
import { join } from "node:path";
import { DescentError } from "../../src/core/errors.ts";
import { type DataSet, takeRows } from "../../src/data/data_set.ts";
import type { DataBatch, StreamedSplits } from "../../src/data/stream.ts";
import type { Executor } from "../../src/exec/executor.ts";
import { wasmExecutor } from "../../src/exec/wasm.ts";
import { crossEntropy } from "../../src/nn/cross_entropy.ts";
import { dense } from "../../src/nn/dense.ts";
import type { Loss } from "../../src/nn/loss.ts";
import { meanSquaredError, reconstructionError } from "../../src/nn/losses.ts";
import { initializeWeights, sequential } from "../../src/nn/model.ts";
import { adam } from "../../src/optim/adam.ts";
import { firstLayers } from "../../src/train/compose.ts";
import { fit, type FitOptions, type FitResult } from "../../src/train/fit.ts";
import { openPredictor } from "../../src/train/predictor.ts";
import { everyExecutor } from "../ops/forward.ts";
import { withTempFolder } from "../fixtures.ts";
import { BATCH, CUTS, partsOf, resultOf, rowsOf, STEPS, streamOf, WITH_VALUES } from "./streams.ts";

const EXECUTORS = await everyExecutor();
const [REFERENCE] = EXECUTORS, executor = REFERENCE!;
const SET = rowsOf(22);
const MODEL = sequential(6, [dense(7, { activation: "relu" }), dense(3)]);
const OPTIONS = {
  batch: BATCH,
  epochs: 3,
  optimizer: adam({ learningRate: 0.01 }),
  shuffle: false,
  evaluate: [],
} satisfies FitOptions;

Deno.test("rows that stream in parts of any size train as the same rows in memory, bit for bit", async () => {
  const weights = Float32Array.from({ length: 22 }, (_, row) => row % 3);
  const cases: readonly (readonly [Loss, DataSet])[] = [
    [crossEntropy(), { ...SET, scaling: { scale: 1 / 64, offset: -2 } }],
    [crossEntropy({ classWeights: [1, 2, 3], ignore: 1 }), { ...SET, weights }],
    [meanSquaredError(), WITH_VALUES],
    [reconstructionError(), { ...WITH_VALUES, targets: new Float32Array(22), weights }],
  ];
  for (const one of EXECUTORS) {
    for (const [loss, set] of one.name === "webgpu" ? cases.slice(1, 3) : cases) {
      const model = loss.compares === "inputs"
        ? sequential(6, [dense(3, { activation: "relu" }), dense(6)])
        : MODEL;
      const options = { ...OPTIONS, loss, executor: one };
      const whole = await fit(model, { train: set }, options);
      for (const cuts of one.name === "webgpu" ? CUTS.slice(2, 3) : CUTS) {
        const { train } = streamOf(set, cuts);
        const streamed = await fit(model, { train, stepsPerEpoch: STEPS }, options);
        assertEquals(resultOf(streamed), resultOf(whole), `${loss.name} in parts of ${cuts} on ${one.name}`);
      }
    }
  }
});

Deno.test("a stream may be a list, a generator or an asynchronous one", async () => {
  const whole = await fit(MODEL, { train: SET }, { ...OPTIONS, executor }), parts = partsOf(SET, [5, 9]);
  const sources: StreamedSplits["train"][] = [
    () => parts,
    function* () {
      yield* parts;
    },
    async function* () {
      for (const part of parts) yield await Promise.resolve(part);
    },
    () =>
      new ReadableStream<DataBatch>({
        start: (to) => (parts.forEach((part) => to.enqueue(part)), to.close()),
      }),
  ];
  for (const train of sources) {
    const streamed = await fit(MODEL, { train, stepsPerEpoch: STEPS }, { ...OPTIONS, executor });
    assertEquals(streamed.weights, whole.weights);
  }
});

Deno.test("an epoch is stepsPerEpoch batches: it may end within the rows, and begin anew within them", async () => {
  const [one, two] = [streamOf(SET, [4]), streamOf(SET, [4])];
  const options = { ...OPTIONS, executor };
  // 22 rows in batches of 4 are 6 steps, the last with 2 rows.
  const six = await fit(MODEL, { train: one.train, stepsPerEpoch: STEPS }, { ...options, epochs: 2 });
  const four = await fit(MODEL, { train: two.train, stepsPerEpoch: 4 }, { ...options, epochs: 3 });
  assertEquals(four.weights, six.weights);
  // All rows weigh the same in a mean, those of a short batch too: 12 rows are more than 10.
  const sum = ({ history }: FitResult, rows: readonly number[]) =>
    history.reduce((sum, { loss }, i) => sum + loss * rows[i]!, 0);
  assertAlmostEquals(sum(four, [16, 14, 14]), sum(six, [22, 22]), 1e-9);
});

Deno.test("dropLast leaves out what is no whole batch at the end of the rows, as in memory", async () => {
  const options = { ...OPTIONS, executor, dropLast: true };
  const whole = await fit(MODEL, { train: SET }, options);
  for (const cuts of CUTS) {
    const streamed = await fit(MODEL, { train: streamOf(SET, cuts).train, stepsPerEpoch: 5 }, options);
    assertEquals(resultOf(streamed), resultOf(whole));
  }
  await assertRejects(
    () => fit(MODEL, { train: streamOf(SET, [4]).train, stepsPerEpoch: 1 }, { ...options, batch: 23 }),
    DescentError,
    "The stream of training rows ends before it has given the 23 rows of a batch, and dropLast is set",
  );
});

Deno.test("parts may fill the same arrays again and again", async () => {
  const whole = await fit(MODEL, { train: SET }, { ...OPTIONS, executor });
  for (const size of [1, 3, 4, 6]) {
    const inputs = new Uint8Array(size * 6), targets = new Uint8Array(size);
    const train = function* () {
      for (const part of partsOf(SET, [size])) {
        inputs.fill(0), targets.fill(0);
        inputs.set(part.inputs), targets.set(part.targets as Uint8Array);
        const rows = part.targets!.length;
        yield { inputs: inputs.subarray(0, rows * 6), targets: targets.subarray(0, rows) };
      }
    };
    const streamed = await fit(MODEL, { train, stepsPerEpoch: STEPS }, { ...OPTIONS, executor });
    assertEquals(streamed.weights, whole.weights, `parts of ${size}`);
  }
});

Deno.test("class indices may have 8 bits in one part and 16 in another", async () => {
  const model = sequential(1, [dense(300)]);
  const inputs = Float32Array.of(1, 2),
    parts: DataBatch[] = [
      { inputs, targets: Uint8Array.of(0, 5) },
      { inputs, targets: Uint16Array.of(299, 1) },
    ];
  const set = { inputs: Float32Array.of(1, 2, 1, 2), inputShape: [1], targets: Uint16Array.of(0, 5, 299, 1) };
  const options = { ...OPTIONS, batch: 3, executor };
  const streamed = await fit(model, { train: () => parts, stepsPerEpoch: 2 }, options);
  assertEquals(streamed.weights, (await fit(model, { train: set }, options)).weights);
});

Deno.test("sets beside a stream are measured as sets in memory; the stream itself cannot be", async () => {
  const [validation, test] = [takeRows(SET, [1, 5, 9]), takeRows(SET, [2, 3])];
  const options = { ...OPTIONS, executor, evaluate: ["validation", "test"] } satisfies FitOptions;
  const data = { train: streamOf(SET, [5]).train, stepsPerEpoch: STEPS, validation, test };
  const more: FitOptions = {
    stopping: { monitor: "val_loss", patience: 1, restoreBest: true },
    measureTest: true,
  };
  const streamed = await fit(MODEL, data, { ...options, ...more });
  const whole = await fit(MODEL, { train: SET, validation, test }, { ...options, ...more });
  assertEquals(resultOf(streamed), resultOf(whole));
  const { evaluate: _, ...rest } = options;
  assertEquals((await fit(MODEL, data, rest)).results, (await fit(MODEL, data, options)).results);
  await assertRejects(
    () => fit(MODEL, data, { ...options, evaluate: ["train"] }),
    DescentError,
    "evaluate names the train set, but that is a stream: what of it is to be measured, give as the test set",
  );
});

Deno.test("the next part is asked for before the batch before it is trained on", async () => {
  const told: string[] = [];
  const train = async function* () {
    for (const [i, part] of partsOf(SET, [BATCH]).entries()) {
      told.push(`part ${i + 1}`);
      yield await Promise.resolve(part);
    }
  };
  const watched: Executor = {
    ...executor,
    async load(plan, options) {
      const program = await executor.load(plan, options);
      const run = program.run.bind(program);
      program.run = (routine, steps) => {
        told.push(`${routine} ${steps.length}`);
        return run(routine, steps);
      };
      return program;
    },
  };
  await fit(MODEL, { train, stepsPerEpoch: 3 }, { ...OPTIONS, epochs: 1, executor: watched });
  assertEquals(told, ["part 1", "part 2", "train 1", "part 3", "train 1", "train 1"]);
});

Deno.test("a stream begins anew when it has ended, and is closed when the training ends", async () => {
  const { train, told } = streamOf(SET, [11]);
  await fit(MODEL, { train, stepsPerEpoch: STEPS }, { ...OPTIONS, epochs: 2, executor });
  assertEquals(told, { begun: 2, given: 4, returned: 2 });
});

Deno.test("a checkpoint within an epoch goes on to the same bits: the rows that it has had are read over", async () => {
  const wasm = await wasmExecutor({ threads: 1 });
  try {
    for (const one of [executor, wasm]) {
      for (const stepsPerEpoch of [STEPS, 4]) {
        const options = { ...OPTIONS, executor: one };
        const data = () => ({ train: streamOf(SET, [3, 7]).train, stepsPerEpoch });
        const whole = await fit(MODEL, data(), options);
        await withTempFolder(async (folder) => {
          const path = join(folder, "checkpoint"), controller = new AbortController();
          let steps = 0;
          const first = await fit(MODEL, data(), {
            ...options,
            checkpoint: { path },
            signal: controller.signal,
            onSteps: () => void (++steps === stepsPerEpoch + 3 && controller.abort()),
          });
          assertEquals([first.stopped, first.history.length, first.end.state.done], ["interrupted", 1, 3]);
          assertEquals(resultOf(await fit(MODEL, data(), { ...options, resume: path })), resultOf(whole));
          const { weights: _, ...scaled } = { ...SET, scaling: { scale: 2 }, weights: undefined };
          const wrong = [
            { ...data(), stepsPerEpoch: stepsPerEpoch + 1 },
            { ...data(), train: streamOf(scaled, [3, 7]).train },
          ];
          for (const other of wrong) {
            await assertRejects(
              () => fit(MODEL, other, { ...options, resume: path }),
              DescentError,
              "is of another training, with stream ",
            );
          }
        });
      }
    }
  } finally {
    wasm.close();
  }
});

Deno.test("from goes on with a stream that begins anew: where epochs are passes that equals not stopping", async () => {
  const data = () => ({ train: streamOf(SET, [3, 7]).train, stepsPerEpoch: STEPS }),
    options = { ...OPTIONS, executor };
  const whole = await fit(MODEL, data(), options);
  const first = await fit(MODEL, data(), { ...options, epochs: 1 });
  assertEquals(resultOf(await fit(MODEL, data(), { ...options, epochs: 2, from: first })), resultOf(whole));
  // Within an epoch it begins anew with that epoch.
  const controller = new AbortController();
  let steps = 0;
  const onSteps = () => void (++steps === STEPS + 5 && controller.abort());
  const part = await fit(MODEL, data(), { ...options, signal: controller.signal, onSteps });
  assertEquals([part.stopped, part.end.state.done], ["interrupted", 5]);
  assertEquals(resultOf(await fit(MODEL, data(), { ...options, epochs: 2, from: part })), resultOf(whole));
});

Deno.test("a stream's rows go through an encoder, and a model trained on them predicts", async () => {
  const first = { model: MODEL, weights: initializeWeights(MODEL, 5) }, encoder = firstLayers(first, 1);
  const top = sequential(7, [dense(3)]),
    options = { ...OPTIONS, executor, encoder };
  const streamed = await fit(top, { train: streamOf(SET, [5]).train, stepsPerEpoch: STEPS }, options);
  assertEquals(streamed.weights, (await fit(top, { train: SET }, options)).weights);
  const scaled = { ...SET, scaling: { scale: 0.5, offset: -3 } };
  const trained = await fit(MODEL, { train: streamOf(scaled, [5]).train, stepsPerEpoch: STEPS }, {
    ...OPTIONS,
    executor,
  });
  assertEquals(trained.model.scaling, scaled.scaling);
  using predictor = await openPredictor(trained, { executor });
  const floats = Float32Array.from(SET.inputs, (byte) => byte * 0.5 - 3);
  assertEquals(await predictor.classify(SET.inputs), await predictor.classify(floats));
});
