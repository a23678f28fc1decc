/** Classes that a byte cannot count: 300, more than a confusion matrix is made of, and 65,536. */
import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import type { ClassIndices, DataSet } from "../../src/data/data_set.ts";
import { wasmExecutor } from "../../src/exec/wasm.ts";
import { dense } from "../../src/nn/dense.ts";
import { initializeWeights, type Model, sequential, type Weights } from "../../src/nn/model.ts";
import { sgd } from "../../src/optim/mod.ts";
import { fit } from "../../src/train/fit.ts";
import { classify, evaluate } from "../../src/train/predict.ts";
import { everyExecutor } from "../ops/forward.ts";

const PIXELS = 4;

function modelOf(classes: number): Model {
  return sequential(PIXELS, [dense(classes)]);
}

/** Weights by which an image whose pixel p is bright is of class `answers[p]`. */
function weightsOf(model: Model, answers: readonly number[]): Weights {
  const values = new Map([...initializeWeights(model, 1)].map(([name, { length }]) => [
    name,
    new Float32Array(length),
  ]));
  const [classes] = model.outputShape;
  answers.forEach((answer, pixel) => values.get("dense_1/weights")![pixel * classes! + answer] = 5);
  return values;
}

/** Images of which row r is bright in pixel r % 4. */
function setOf(labels: ClassIndices, classes: number): DataSet {
  const images = new Uint8Array(PIXELS * labels.length);
  labels.forEach((_: number, row: number) => images[PIXELS * row + row % PIXELS] = 255);
  const names = Array.from({ length: classes }, (_, c) => `${c}`);
  return { inputs: images, inputShape: [2, 2], targets: labels, classNames: names };
}

function splitsOf(set: DataSet) {
  return { train: set, validation: set, test: set };
}

for (const classes of [300, 1025]) {
  Deno.test(`fit(), evaluate() and classify() count ${classes} classes alike, on every executor`, async () => {
    const model = modelOf(classes), last = classes - 1, weights = weightsOf(model, [0, 255, 256, last]);
    // Seven of ten are right; 255 and 256, or 43 and 299, are told apart.
    const data = splitsOf(setOf(Uint16Array.of(0, 255, 256, last, 0, 255, 256, 43, 1, 0), classes));
    for (const executor of await everyExecutor()) {
      // Steps so small that the weights stay as they are.
      const optimizer = sgd({ learningRate: 1e-30 });
      const result = await fit(model, data, { executor, weights, optimizer, epochs: 1, batch: 4 });
      const { classes: predicted } = await classify(result, data.test.inputs, { executor });
      assertEquals([...predicted], [0, 255, 256, last, 0, 255, 256, last, 0, 255], executor.name);
      const report = await evaluate(result, data.test, { executor }), { test } = result.results;
      assertEquals(
        [report.accuracy, test!.accuracy, result.history[0]!.valAccuracy].map((a) => a!.toFixed(6)),
        [
          "0.700000",
          "0.700000",
          "0.700000",
        ],
      );
      const { confusion } = test!;
      assertEquals({ ...test!.report, ...(confusion && { confusion }) }, report);
      assertEquals(report.classes[last], {
        name: `${last}`,
        precision: 0.5,
        recall: 1,
        f1: 2 / 3,
        support: 1,
      });
      assertEquals(test!.confusion?.counts[43]?.[last], classes > 1024 ? undefined : 1);
      executor.close();
    }
  });
}

Deno.test("65,536 classes are trained, evaluated and predicted", async () => {
  const classes = 65536, model = modelOf(classes), executor = await wasmExecutor({ threads: 1 });
  const data = splitsOf(setOf(Uint16Array.of(0, 65535, 65534, 256), classes));
  const optimizer = sgd({ learningRate: 50 });
  const result = await fit(model, data, { executor, optimizer, epochs: 3, batch: 2 });
  assert(result.history[2]!.loss < result.history[0]!.loss);
  assertEquals(result.results.test!.accuracy, 1);
  const { classes: predicted, probabilities } = await classify(result, data.test.inputs, { executor });
  assertEquals([...predicted], [0, 65535, 65534, 256]);
  const sum = probabilities.subarray(0, classes).reduce((total, value) => total + value, 0);
  assertAlmostEquals(sum, 1, 1e-4);
});

Deno.test("logits that differ by less than probabilities can tell are counted alike by fit() and evaluate()", async () => {
  const model = modelOf(4), data = splitsOf(setOf(new Uint8Array(12).fill(1), 4));
  const weights = new Map([
    ["dense_1/weights", new Float32Array(16)],
    ["dense_1/bias", Float32Array.of(0, 1e-8, 0, 0)],
  ]);
  for (const executor of await everyExecutor()) {
    const optimizer = sgd({ learningRate: 1e-50 });
    const { results, weights: after } = await fit(model, data, { executor, weights, optimizer, epochs: 1 });
    assertEquals(results.test!.accuracy, 1, executor.name);
    assertEquals(
      (await evaluate({ model, weights: after }, data.test, { executor })).accuracy,
      1,
      executor.name,
    );
    executor.close();
  }
});
