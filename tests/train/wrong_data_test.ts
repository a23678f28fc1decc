/** What is no number or no class never reaches a kernel: each is refused with its set, its row and its value. */
import { assertEquals, assertRejects } from "@std/assert";
import { DescentError } from "../../src/core/errors.ts";
import type { DataSet, Splits } from "../../src/data/data_set.ts";
import { wasmExecutor } from "../../src/exec/wasm.ts";
import { dense } from "../../src/nn/dense.ts";
import { crossEntropy } from "../../src/nn/cross_entropy.ts";
import { binaryCrossEntropy, meanSquaredError, reconstructionError } from "../../src/nn/losses.ts";
import { initializeWeights, sequential } from "../../src/nn/model.ts";
import { fit } from "../../src/train/fit.ts";
import { classify, evaluate, layerOutputs } from "../../src/train/predict.ts";

const MODEL = sequential(4, [dense(3)]);
const TRAINED = { model: MODEL, weights: initializeWeights(MODEL, 1) };
const executor = await wasmExecutor({ threads: 1 });

function setOf(rows: number): DataSet {
  return {
    inputs: Uint8Array.from({ length: 4 * rows }, (_, i) => 7 * i),
    inputShape: [2, 2],
    targets: Uint8Array.from({ length: rows }, (_, row) => row % 3),
    classNames: ["a", "b", "c"],
  };
}

const DATA = { train: setOf(12), validation: setOf(5), test: setOf(6) };

/** A set with something in it that its type does not allow. */
function wrong(set: DataSet, changes: Readonly<Record<string, unknown>>): DataSet {
  return { ...set, ...changes } as DataSet;
}

/** An array of the set's size with one value at a row's place. */
function oneOf<T extends { [index: number]: number }>(array: T, at: number, value: number): T {
  array[at] = value;
  return array;
}

const INPUTS = "give bytes in a Uint8Array, or numbers in a Float32Array";
const TARGETS = "give class indices in a Uint8Array, or values in a Float32Array";

const CASES: readonly (readonly [changes: Readonly<Record<string, unknown>>, sentence: string])[] = [
  [
    { inputs: oneOf(new Float32Array(24), 9, NaN) },
    "The inputs of the test set hold NaN in row 2, column 1: a model learns from finite numbers alone; leave such " +
    "rows out, or fill them in",
  ],
  [
    { inputs: oneOf(new Float32Array(24), 23, -Infinity) },
    "The inputs of the test set hold -Infinity in row 5, column 3: a model learns from finite numbers alone; leave " +
    "such rows out, or fill them in",
  ],
  [{ inputs: new Array(24).fill(0.5) }, `The inputs of the test set are an Array: ${INPUTS}`],
  [{ inputs: new Float64Array(24) }, `The inputs of the test set are a Float64Array: ${INPUTS}`],
  [{ inputs: undefined }, `The inputs of the test set are undefined: ${INPUTS}`],
  [{ inputs: "0".repeat(24) }, `The inputs of the test set are "${"0".repeat(24)}": ${INPUTS}`],
  [
    { inputs: new Uint8Array(21) },
    "The inputs of the test set hold 21 values, which is no whole number of rows of shape [2,2], 4 values each",
  ],
  [{ inputs: new Uint8Array(20) }, "The test set has 5 rows, but 6 targets: give each row one class index"],
  [{ targets: new Uint8Array(5) }, "The test set has 6 rows, but 5 targets: give each row one class index"],
  [{ targets: new Array(6).fill(0) }, `The targets of the test set are an Array: ${TARGETS}`],
  [{ targets: new Float64Array(6) }, `The targets of the test set are a Float64Array: ${TARGETS}`],
  [{ targets: new BigInt64Array(6) }, `The targets of the test set are a BigInt64Array: ${TARGETS}`],
  [
    { targets: oneOf(new Uint16Array(6), 5, 65535) },
    "Row 5 of the test set is of class 65535, but there are 3 classNames: a class index is a position in them, a " +
    "whole number from 0 to 2",
  ],
  [
    { inputShape: [2, NaN] },
    "The inputShape of the test set must hold 1 to 3 positive whole numbers, as [28, 28], got [2,NaN]",
  ],
  [
    { inputShape: [2, 1, 1, 2] },
    "The inputShape of the test set must hold 1 to 3 positive whole numbers, as [28, 28], got [2,1,1,2]",
  ],
  [{ classNames: 3 }, "The classNames of the test set must be a list of names, got 3"],
  [
    { weights: new Float32Array(5) },
    "The weights of the test set must be a Float32Array of one weight a row, 6 in all, got a Float32Array of 5",
  ],
  [
    { weights: oneOf(new Float32Array(6), 2, -1) },
    "Row 2 of the test set weighs -1: a weight is a number of 0 or more",
  ],
  [
    { scaling: { scale: 0 } },
    'The scaling of the test set must be finite numbers, { scale, offset }, its scale not 0, got {"scale":0}',
  ],
];

for (const [changes, sentence] of CASES) {
  Deno.test(`fit() and evaluate() say: ${sentence}`, async () => {
    const test = wrong(DATA.test, changes);
    const work = () => fit(MODEL, { ...DATA, test }, { executor, epochs: 1 });
    assertEquals((await assertRejects(work, DescentError)).message, sentence);
    assertEquals(
      (await assertRejects(() => evaluate(TRAINED, test, { executor }), DescentError)).message,
      sentence.replaceAll("the test set", "the given set").replace("The test set", "The given set"),
    );
  });
}

Deno.test("a set that calls its parts otherwise is told what they are called", async () => {
  const { inputs, targets, ...rest } = DATA.train;
  const cases: readonly (readonly [unknown, string])[] = [
    [{ ...rest, images: inputs, targets }, "The train set has images, which a set calls inputs: rename it"],
    [{ ...rest, inputs, labels: targets }, "The train set has labels, which a set calls targets: rename it"],
    [{ ...rest, x: inputs, y: targets }, "The train set has x, which a set calls inputs: rename it"],
    [
      { inputs, targets, shape: [4] },
      "The train set has shape, which a set calls inputShape: rename it",
    ],
  ];
  for (const [train, sentence] of cases) {
    const work = () => fit(MODEL, { train: train as DataSet }, { executor });
    assertEquals((await assertRejects(work, DescentError)).message, sentence);
  }
});

Deno.test("fit() refuses sets that are missing, empty, or unlike each other", async () => {
  const cases: readonly (readonly [unknown, string])[] = [
    [
      undefined,
      "Training takes a set to train on, as in fit(model, { train: { inputs, inputShape, targets } }), got undefined",
    ],
    [
      DATA.train,
      "Training takes a set to train on, as in fit(model, { train: { inputs, inputShape, targets } }), got data with " +
      "inputs, inputShape, targets, classNames",
    ],
    [{ ...DATA, train: setOf(0) }, "The train set is empty: there is nothing to train on"],
    [
      { ...DATA, validation: { ...setOf(4), inputShape: [2, 1], inputs: new Uint8Array(8) } },
      "The inputs of the validation set have shape [2,1], those of the train set [2,2]: give all sets inputs of one " +
      "shape",
    ],
    [
      { ...DATA, test: { ...DATA.test, classNames: ["a", "b", "c", "d"] } },
      "The test set has 4 classes, the train set 3 classes: give all sets the same classes",
    ],
    [
      { ...DATA, test: { ...DATA.test, inputs: new Float32Array(24) } },
      "The test set has inputs of numbers, the train set inputs of bytes: give all sets inputs of one kind",
    ],
    [
      { ...DATA, test: { ...DATA.test, targets: new Float32Array(12) } },
      "The test set has targets of 2 values a row, the train set class indices as targets: give all sets targets of " +
      "one kind",
    ],
  ];
  for (const [data, sentence] of cases) {
    const found = await assertRejects(() => fit(MODEL, data as Splits, { executor }), DescentError);
    assertEquals(found.message, sentence);
  }
});

Deno.test("fit() refuses a loss that cannot compare with the targets, and a class that the model does not have", async () => {
  const { classNames: _, ...unnamed } = DATA.train, { targets: __, ...bare } = unnamed;
  const values = { ...unnamed, targets: new Float32Array(24) };
  const cases = [
    [
      { train: bare },
      crossEntropy(),
      "The softmax cross-entropy compares with classes, but the targets are left out: " +
      "give class indices, or another loss, such as reconstructionError()",
    ],
    [
      { train: values },
      crossEntropy(),
      "The softmax cross-entropy compares with classes, but the targets are values: " +
      "give class indices, or another loss, such as meanSquaredError()",
    ],
    [
      { train: unnamed },
      meanSquaredError(),
      "The mean squared error compares with values, but the targets are class " +
      "indices: give a Float32Array, or another loss, such as crossEntropy()",
    ],
    [
      { train: values },
      binaryCrossEntropy(),
      "The model gives [3], but there are 2 targets a row: the binary " +
      "cross-entropy compares each with one value",
    ],
    [
      { train: unnamed },
      reconstructionError(),
      "The model gives [3], the inputs have 4 values a row: the mean squared " +
      "reconstruction error compares each with one value",
    ],
    [
      { train: { ...unnamed, targets: new Uint8Array(12).fill(7) } },
      crossEntropy(),
      "Row 0 of the train set is of class " +
      "7, but the model tells 3 classes apart: end it with dense(8) or more",
    ],
  ] as const;
  for (const [data, loss, sentence] of cases) {
    const found = await assertRejects(() => fit(MODEL, data, { executor, loss, epochs: 1 }), DescentError);
    assertEquals(found.message, sentence);
  }
});

Deno.test("classify() and layerOutputs() refuse numbers that are not finite, with row and column", async () => {
  const rows = Float32Array.of(0, 0, 0, 0, 0, 0.5, NaN, 0);
  for (const ask of [classify, layerOutputs]) {
    assertEquals(
      (await assertRejects(() => ask(TRAINED, rows, { executor }), DescentError)).message,
      "The inputs of a prediction hold NaN in row 1, column 2: a model learns from finite numbers alone; leave such " +
        "rows out, or fill them in",
    );
  }
});

Deno.test("an autoencoder's targets are not looked at, and need not be there", async () => {
  const autoencoder = sequential(4, [dense(2, { activation: "relu" }), dense(4, { activation: "sigmoid" })]);
  const options = { executor, epochs: 2, loss: reconstructionError() };
  const { targets: _, ...bare } = DATA.train;
  const without = await fit(autoencoder, { train: bare }, options);
  assertEquals(Number.isFinite(without.results.train!.loss), true);
  assertEquals((await fit(autoencoder, { train: DATA.train }, options)).weights, without.weights);
});
