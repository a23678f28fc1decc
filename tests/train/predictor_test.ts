/** Predictors: what is compiled once answers as what is compiled for each call. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { DescentError } from "../../src/core/errors.ts";
import { randomWords, STREAM } from "../../src/core/random.ts";
import { referenceExecutor } from "../../src/exec/reference.ts";
import { wasmExecutor } from "../../src/exec/wasm.ts";
import { conv2d } from "../../src/nn/conv2d.ts";
import { dense } from "../../src/nn/dense.ts";
import { flatten } from "../../src/nn/flatten.ts";
import { maxPool2d } from "../../src/nn/max_pool2d.ts";
import { initializeWeights, sequential } from "../../src/nn/model.ts";
import { classify, predict } from "../../src/train/predict.ts";
import { openPredictor } from "../../src/train/predictor.ts";
import { countCalls, gpuTest } from "../exec/webgpu_support.ts";

const MODEL = sequential([8, 8, 1], [
  conv2d(3, 3, { activation: "relu" }),
  maxPool2d(2),
  flatten(),
  dense(12, { activation: "relu" }),
  dense(5),
]);
const TRAINED = { model: MODEL, weights: initializeWeights(MODEL, 3) };

function imagesOf(rows: number): Uint8Array {
  return Uint8Array.from(
    randomWords(64 * rows, { seed: 1, stream: STREAM.test, step: 0 }),
    (word) => word >>> 24,
  );
}

Deno.test("a predictor gives the bits that predict() and classify() give, for any number of images", async () => {
  const executor = await wasmExecutor({ threads: 1 });
  using predictor = await openPredictor(TRAINED, { batch: 8 });
  for (const rows of [1, 2, 5, 8, 9, 20, 300]) {
    const images = imagesOf(rows);
    assertEquals(await predictor.predict(images), await predict(TRAINED, images, { executor }), `${rows}`);
    assertEquals(await predictor.classify(images), await classify(TRAINED, images, { executor }), `${rows}`);
  }
  executor.close();
});

Deno.test("rows of bytes are answered with the bits of the numbers that they mean", async () => {
  const model = sequential(784, [
    dense(128, { activation: "relu" }),
    dense(64, { activation: "relu" }),
    dense(10),
  ]);
  const trained = { model, weights: initializeWeights(model, 2) }, scale = Math.fround(1 / 255);
  for (const rows of [1, 2, 40]) {
    const words = randomWords(784 * rows, { seed: rows, stream: STREAM.test, step: 0 });
    // Four of five pixels are zero.
    const bytes = Uint8Array.from(words, (word) => word % 5 === 0 ? word >>> 24 : 0);
    const numbers = Float32Array.from(bytes, (byte) => byte * scale);
    for (const threads of [1, 2]) {
      using predictor = await openPredictor(trained, {
        batch: 32,
        executor: await wasmExecutor({ threads }),
      });
      assertEquals(await predictor.predict(bytes), await predictor.predict(numbers), `${rows}, ${threads}`);
    }
  }
});

gpuTest("a predictor on WebGPU gives what one on the reference gives, within rounding", async (open) => {
  using ours = await openPredictor(TRAINED, { batch: 8, executor: await open() });
  using theirs = await openPredictor(TRAINED, { batch: 8, executor: referenceExecutor() });
  const [mine, right] = [await ours.predict(imagesOf(11)), await theirs.predict(imagesOf(11))];
  assertEquals([mine.length, right.length], [55, 55]);
  mine.forEach((value, i) => assert(Math.abs(value - right[i]!) <= 1e-5 * (1 + Math.abs(right[i]!)), `${i}`));
});

Deno.test("calls of a predictor that overlap are answered in turn, each with its own images", async () => {
  using predictor = await openPredictor(TRAINED, { batch: 4 });
  const parts = Array.from({ length: 12 }, (_, i) => imagesOf(12).subarray(64 * i, 64 * (i + 1)));
  const alone: Float32Array[] = [];
  for (const part of parts) alone.push(await predictor.predict(part));
  assertEquals(await Promise.all(parts.map((part) => predictor.predict(part))), alone);
  // A call that is refused does not stop those behind it.
  const [bad, good] = await Promise.allSettled([
    predictor.predict(new Uint8Array(3)),
    predictor.predict(parts[0]!),
  ]);
  assertEquals([bad!.status, good!.status], ["rejected", "fulfilled"]);
});

Deno.test("a predictor loads its plans once, and is closed once", async () => {
  const executor = await wasmExecutor({ threads: 1 });
  const loads = countCalls(executor as { load: (...args: never[]) => unknown }, "load");
  const predictor = await openPredictor(TRAINED, { executor });
  assertEquals(loads.count, 1);
  for (let i = 0; i < 20; i++) await predictor.classify(imagesOf(1 + i % 7));
  // One for batches, one for single rows.
  assertEquals(loads.count, 2);
  predictor.close();
  predictor.close();
  await assertRejects(
    () => predictor.predict(imagesOf(1)),
    DescentError,
    "This predictor is closed: open another",
  );
  executor.close();
});

Deno.test("predict() gives the values of what is no classifier in their shape, and classify() refuses them", async () => {
  const model = sequential([8, 8, 1], [conv2d(2, 3)]);
  const trained = { model, weights: initializeWeights(model, 1) };
  const executor = referenceExecutor();
  assertEquals((await predict(trained, imagesOf(3), { executor })).length, 3 * 6 * 6 * 2);
  await assertRejects(
    () => classify(trained, imagesOf(3), { executor }),
    DescentError,
    "This model is no classifier, it gives [6,6,2] and not a row of classes: predict() gives its values as they are",
  );
});

Deno.test("20,000 calls of a predictor take no more memory than 2,000 did", async () => {
  const model = sequential(16, [dense(8, { activation: "relu" }), dense(3)]);
  using predictor = await openPredictor({ model, weights: initializeWeights(model, 1) });
  const image = imagesOf(1).subarray(0, 16);
  for (let i = 0; i < 2000; i++) await predictor.classify(image);
  const before = Deno.memoryUsage().rss;
  for (let i = 0; i < 18_000; i++) await predictor.classify(image);
  const grownMib = (Deno.memoryUsage().rss - before) / 2 ** 20;
  assert(grownMib < 32, `${grownMib} MiB more`);
});
