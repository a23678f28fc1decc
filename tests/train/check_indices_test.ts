/** Embeddings: what `fit` and `predict` say of an index that names nothing. */
import { assertEquals, assertRejects } from "@std/assert";
import { DescentError } from "../../src/core/errors.ts";
import { dense } from "../../src/nn/dense.ts";
import { concat } from "../../src/nn/concat.ts";
import { embedding } from "../../src/nn/embedding.ts";
import { flatten } from "../../src/nn/flatten.ts";
import { initializeWeights, sequential } from "../../src/nn/model.ts";
import { input, modelOf } from "../../src/nn/network.ts";
import { fit } from "../../src/train/fit.ts";
import { predict } from "../../src/train/predict.ts";

const words = sequential(2, [embedding(4, 3), flatten(), dense(2)]);
const targets = Uint8Array.of(0, 1);
const options = { epochs: 1, evaluate: [] } as const;

Deno.test("fit() and predict() name the row of an index that an embedding does not have", async () => {
  const train = { inputs: Float32Array.of(0, 1, 3, 4), inputShape: [2], targets };
  const said = "hold 4 in row 1, column 1: embedding_1 looks up whole numbers from 0 to 3; make it larger";
  await assertRejects(
    () => fit(words, { train }, options),
    DescentError,
    `The inputs of the train set ${said}`,
  );
  const trained = { model: words, weights: initializeWeights(words, 1) };
  await assertRejects(
    () => predict(trained, train.inputs),
    DescentError,
    `The inputs of a prediction ${said}`,
  );
  for (const value of [-1, 0.5]) {
    await assertRejects(
      () => predict(trained, Float32Array.of(value, 0)),
      DescentError,
      `hold ${value} in row 0`,
    );
  }
  assertEquals((await predict(trained, Float32Array.of(0, 3))).length, 2);
});

Deno.test("bytes are indices where their scaling says so, and pixels where it says nothing", async () => {
  const inputs = Uint8Array.of(0, 1, 3, 2);
  await assertRejects(
    () => fit(words, { train: { inputs, inputShape: [2], targets } }, options),
    DescentError,
    "in row 0, column 1: embedding_1 looks up whole numbers from 0 to 3; give the bytes a scaling of { scale: 1",
  );
  await fit(
    words,
    { train: { inputs, inputShape: [2], targets, scaling: { scale: 1, offset: 0 } } },
    options,
  );
});

Deno.test("only the columns of the input that an embedding is given are looked at", async () => {
  const size = input(1),
    word = input(1),
    model = modelOf(
      { size, word },
      concat([size, word.pipe(embedding(3, 2), flatten())]).pipe(dense(2)),
    );
  await fit(model, { train: { inputs: Float32Array.of(7.5, 2, -1, 0), inputShape: [2], targets } }, options);
  await assertRejects(
    () =>
      fit(model, { train: { inputs: Float32Array.of(7.5, 2, -1, 3), inputShape: [2], targets } }, options),
    DescentError,
    "hold 3 in row 1, column 1",
  );
});
