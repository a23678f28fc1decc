/** Streams that go wrong, are wrong, or are left. */
import { assert, assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import { DescentError } from "../../src/core/errors.ts";
import type { DataSet, Splits } from "../../src/data/data_set.ts";
import type { DataBatch, StreamedSplits } from "../../src/data/stream.ts";
import { referenceExecutor } from "../../src/exec/reference.ts";
import { crossEntropy } from "../../src/nn/cross_entropy.ts";
import { dense } from "../../src/nn/dense.ts";
import { sequential } from "../../src/nn/model.ts";
import { adam } from "../../src/optim/adam.ts";
import { fit, type FitOptions } from "../../src/train/fit.ts";
import { BATCH, partsOf, resultOf, rowsOf, STEPS, streamOf } from "./streams.ts";

const executor = referenceExecutor();
const SET = rowsOf(22);
const MODEL = sequential(6, [dense(7, { activation: "relu" }), dense(3)]);
const OPTIONS = { batch: BATCH, executor, optimizer: adam({ learningRate: 0.01 }) } satisfies FitOptions;

/** How often a stream of these parts was closed after it has begun, and the error. */
async function refused(parts: Iterable<unknown>, options: FitOptions = {}, more: Partial<Splits> = {}) {
  const told = { begun: 0, returned: 0 };
  const train = function* () {
    told.begun++;
    try {
      yield* parts as Iterable<DataBatch>;
    } finally {
      told.returned++;
    }
  };
  const data = { ...more, train, stepsPerEpoch: 20 };
  const { message } = await assertRejects(() => fit(MODEL, data, { ...OPTIONS, ...options }), DescentError);
  assertEquals(told.begun, told.returned, message);
  return message;
}

Deno.test("an error of who gives the rows reaches the caller as it is, wherever it happens", async () => {
  const own = new RangeError("disk on fire");
  for (const at of [0, 1, 3, 8]) {
    const parts = [...partsOf(SET, [5]), ...partsOf(SET, [5])];
    for (const isAsync of [true, false]) {
      let closed = 0;
      const gives = function* () {
        try {
          for (const [i, part] of parts.entries()) {
            if (i === at) throw own;
            yield part;
          }
        } finally {
          closed++;
        }
      };
      const gently = async function* () {
        for (const part of gives()) yield await Promise.resolve(part);
      };
      const data = { train: isAsync ? gently : gives, stepsPerEpoch: 20 };
      assertStrictEquals(await assertRejects(() => fit(MODEL, data, OPTIONS)), own);
      assertEquals(closed, 1);
    }
  }
  // The executor is the caller's, and still there.
  await fit(MODEL, { train: SET }, OPTIONS);
});

Deno.test("an error where the rows begin anew reaches the caller, too", async () => {
  const own = new Error("opened once already");
  let begun = 0;
  const train = () => {
    if (begun++ > 0) throw own;
    return partsOf(SET, [5]);
  };
  assertStrictEquals(await assertRejects(() => fit(MODEL, { train, stepsPerEpoch: 20 }, OPTIONS)), own);
  // Who needs no more rows is not told that there are none.
  begun = 0;
  await fit(MODEL, { train, stepsPerEpoch: STEPS }, { ...OPTIONS, epochs: 1 });
});

Deno.test("parts that are unlike the first are refused with their number, and the stream is closed", async () => {
  const [one, two] = partsOf(SET, [5]) as [DataBatch, DataBatch];
  const bytes = new Uint8Array(30), targets = new Uint8Array(5), weights = new Float32Array(5).fill(1);
  const wrong: [unknown, string][] = [
    [
      { ...two, inputs: new Uint8Array(32) },
      "The inputs of part 3 of the stream hold 32 values, which is no whole number of rows of shape [6], 6 values each",
    ],
    [
      { inputs: bytes.subarray(5), targets, inputShape: [5] },
      "The inputs of part 3 of the stream have shape [5], those of part 1 [6]: give all parts inputs of one shape",
    ],
    [
      { inputs: new Float32Array(30), targets },
      "Part 3 of the stream has inputs of numbers, part 1 inputs of bytes: give all parts inputs of one kind",
    ],
    [
      { inputs: bytes, targets, scaling: { scale: 2 } },
      'Part 3 of the stream has inputs of bytes scaled by {"scale":2,"offset":0}, part 1 inputs of bytes: give all parts ' +
      "inputs of one kind",
    ],
    [
      { inputs: bytes, targets: new Float32Array(5) },
      "Part 3 of the stream has targets of 1 values a row, part 1 class indices as targets: give all parts targets of one kind",
    ],
    [
      { inputs: bytes },
      "Part 3 of the stream has no targets, part 1 class indices as targets: give all parts targets of one kind",
    ],
    [
      { inputs: bytes, targets, weights },
      "Part 3 of the stream has weights, part 1 no weights: give all parts weights, or none",
    ],
    [
      { inputs: bytes, targets: Uint8Array.of(0, 1, 7, 0, 0) },
      "Row 2 of part 3 of the stream is of class 7, but the model tells 3 classes apart: end it with dense(8) or more",
    ],
    [
      { inputs: new Uint8Array(), targets: new Uint8Array() },
      "Part 3 of the stream holds no rows: leave it out",
    ],
    [
      undefined,
      "Part 3 of the stream must be { inputs, inputShape, targets }, as data.test is, got undefined",
    ],
    [
      [bytes, targets],
      "Part 3 of the stream must be { inputs, inputShape, targets }, as data.test is, got an Array",
    ],
    [
      { rows: bytes },
      "Part 3 of the stream must be { inputs, inputShape, targets }, as data.test is, got an object",
    ],
    [{ x: bytes, y: targets }, "Part 3 of the stream has x, which a set calls inputs: rename it"],
  ];
  for (const [part, sentence] of wrong) {
    assertEquals(await refused([one, two, part]), sentence);
  }
});

Deno.test("a first part that is none is refused, and the stream is closed", async () => {
  const [one] = partsOf(SET, [5]), weights = Float32Array.of(1, -1, 0, 0, 0);
  assertEquals(await refused([]), "The stream of training rows gave none: there is nothing to train on");
  assertEquals(
    await refused([{ ...one, weights }]),
    "Row 1 of part 1 of the stream weighs -1: a weight is a number of 0 or more",
  );
  assertEquals(
    await refused([{ ...one, inputShape: [2, 3], inputs: new Uint8Array(31) }]),
    "The inputs of part 1 of the stream hold 31 values, which is no whole number of rows of shape [2,3], 6 values each",
  );
  assertEquals(
    await refused([one], { loss: crossEntropy({ classWeights: [1, 2] }) }),
    "There are 2 classWeights, but the model tells 3 classes apart",
  );
  const test: DataSet = { inputs: new Float32Array(6), inputShape: [6], targets: Uint8Array.of(1) };
  assertEquals(
    await refused([one], {}, { test }),
    "The test set has inputs of numbers, the train set inputs of bytes: give all sets inputs of one kind",
  );
});

Deno.test("what is no stream, or has no length of an epoch, is refused with what to give", async () => {
  const { train } = streamOf(SET, [5]);
  const steps = (got: string) =>
    `A stream has no end that an epoch could end with: give stepsPerEpoch, a positive whole number, got ${got}`;
  const no = (got: string) =>
    `train() must give batches one after another, as an async function* does, got ${got}`;
  const wrong: [unknown, string][] = [
    [{ train }, steps("undefined")],
    [{ train, stepsPerEpoch: 0 }, steps("0")],
    [{ train, stepsPerEpoch: 2.5 }, steps("2.5")],
    [{ train: () => undefined, stepsPerEpoch: 3 }, no("undefined")],
    [{ train: () => Promise.resolve([]), stepsPerEpoch: 3 }, no("a Promise")],
    [{ train: () => SET, stepsPerEpoch: 3 }, no("an object")],
    [
      { train: train(), stepsPerEpoch: 3 },
      "The train set is an AsyncGenerator, which gives its rows once: give a function that makes one, and stepsPerEpoch",
    ],
    [
      { train: SET, stepsPerEpoch: 3 },
      "stepsPerEpoch is for a train set that is a function, which gives batches: leave it out, or give such a function",
    ],
    [
      { train, stepsPerEpoch: 3, test: 7 },
      "The test set must be { inputs, inputShape, targets }, as data.test is, got 7",
    ],
  ];
  for (const [data, sentence] of wrong) {
    const { message } = await assertRejects(() => fit(MODEL, data as StreamedSplits, OPTIONS), DescentError);
    assertEquals(message, sentence);
  }
});

Deno.test("a training that is aborted, or whose program throws, closes its stream", async () => {
  const controller = new AbortController(), own = new Error("no more");
  const one = streamOf(SET, [5]), two = streamOf(SET, [5]);
  let steps = 0;
  const onSteps = () => void (++steps === 8 && controller.abort());
  const data = { train: one.train, stepsPerEpoch: STEPS };
  const { stopped, history } = await fit(MODEL, data, { ...OPTIONS, signal: controller.signal, onSteps });
  assertEquals([stopped, history.length, one.told.begun], ["interrupted", 1, one.told.returned]);
  const onEpoch = () => Promise.reject(own);
  assertStrictEquals(
    await assertRejects(() => fit(MODEL, { ...data, train: two.train }, { ...OPTIONS, onEpoch })),
    own,
  );
  assertEquals(two.told.begun, two.told.returned);
});

Deno.test("a stream that gives nothing more does not keep a training that is aborted", async () => {
  const controller = new AbortController();
  let returned = 0;
  const parts = partsOf(SET, [BATCH]);
  const train = () => ({
    [Symbol.asyncIterator]: () => {
      let at = 0;
      return {
        next: () => {
          if (at < 3) return Promise.resolve({ done: false, value: parts[at++]! });
          setTimeout(() => controller.abort(), 20);
          return new Promise<IteratorResult<DataBatch>>(() => {});
        },
        return: () => (returned++, new Promise<IteratorResult<DataBatch>>(() => {})),
      };
    },
  });
  const whole = await fit(MODEL, { train: streamOf(SET, [BATCH]).train, stepsPerEpoch: 3 }, {
    ...OPTIONS,
    epochs: 1,
  });
  const part = await fit(MODEL, { train, stepsPerEpoch: STEPS }, { ...OPTIONS, signal: controller.signal });
  assertEquals([part.stopped, part.end.state.done, returned], ["interrupted", 3, 1]);
  assertEquals(part.weights, whole.weights);
  assert(resultOf(part).history.length === 0);
});
