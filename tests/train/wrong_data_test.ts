/** What is no pixel or no label never reaches a kernel: each is refused with its set, its row and its value. */
import { assertEquals, assertRejects } from "@std/assert";
import { DescentError } from "../../src/core/errors.ts";
import type { DataSet, Splits } from "../../src/data/set.ts";
import { wasmExecutor } from "../../src/exec/wasm.ts";
import { dense } from "../../src/nn/dense.ts";
import { reconstructionError } from "../../src/nn/losses.ts";
import { initializeWeights, sequential } from "../../src/nn/model.ts";
import { fit } from "../../src/train/fit.ts";
import { classify, evaluate, layerOutputs } from "../../src/train/predict.ts";

const MODEL = sequential(4, [dense(3, { activation: "identity" })]);
const TRAINED = { model: MODEL, weights: initializeWeights(MODEL, 1) };
const executor = await wasmExecutor({ threads: 1 });

function setOf(rows: number, name: string): DataSet {
  return {
    name,
    images: Uint8Array.from({ length: 4 * rows }, (_, i) => 7 * i),
    labels: Uint8Array.from({ length: rows }, (_, row) => row % 3),
    rows,
    imageShape: [2, 2],
    classes: ["a", "b", "c"],
  };
}

const DATA: Splits = {
  train: setOf(12, "train"),
  validation: setOf(5, "validation"),
  test: setOf(6, "test"),
  source: { from: "toy", files: [], original: false, indexSha256: "" },
};

/** A set with something in it that its type does not allow. */
function wrong(set: DataSet, changes: Readonly<Record<string, unknown>>): DataSet {
  return { ...set, ...changes } as DataSet;
}

/** An array of the set's size with one value at a row's place. */
function oneOf<T extends { [index: number]: number }>(array: T, at: number, value: number): T {
  array[at] = value;
  return array;
}

const PIXELS = "pixels are whole numbers from 0 to 255 in a Uint8Array";
const LABELS = "but there are 3 classes: a label is a position in them, a whole number from 0 to 2";

const CASES: readonly (readonly [changes: Readonly<Record<string, unknown>>, sentence: string])[] = [
  [
    { images: Float32Array.from({ length: 24 }, (_, i) => i / 24) },
    `The images of the test set are a Float32Array whose row 0 holds 0.0416666679084301: ${PIXELS}, so multiply ` +
    "these, from 0 to 1, by 255",
  ],
  [
    { images: new Float32Array(24) },
    `The images of the test set are a Float32Array: ${PIXELS}`,
  ],
  [
    { images: oneOf(new Float32Array(24), 9, NaN) },
    `The images of the test set are a Float32Array whose row 2 holds NaN: ${PIXELS}`,
  ],
  [
    { images: [...new Array(22).fill(0), 300, -1] },
    `The images of the test set are an Array whose row 5 holds 300: ${PIXELS}`,
  ],
  [
    { images: oneOf(new Int16Array(24), 5, -1) },
    `The images of the test set are an Int16Array whose row 1 holds -1: ${PIXELS}`,
  ],
  [{ images: undefined }, `The images of the test set are undefined: ${PIXELS}`],
  [{ images: "0".repeat(24) }, `The images of the test set are "${"0".repeat(24)}": ${PIXELS}`],
  [
    { images: new Uint8Array(20) },
    "The test set has 6 rows of 4 pixels, 24 in all, but its images hold 20",
  ],
  [{ labels: oneOf(new Float32Array(6), 4, 0.5) }, `Row 4 of the test set has label 0.5, ${LABELS}`],
  [{ labels: oneOf(new Float64Array(6), 1, NaN) }, `Row 1 of the test set has label NaN, ${LABELS}`],
  [{ labels: oneOf(new Int8Array(6), 3, -1) }, `Row 3 of the test set has label -1, ${LABELS}`],
  [{ labels: oneOf(new Uint16Array(6), 5, 65535) }, `Row 5 of the test set has label 65535, ${LABELS}`],
  [{ labels: new Array(6) }, `Row 0 of the test set has label undefined, ${LABELS}`],
  [{ labels: ["0", 1, 2, 0, 1, 2] }, `Row 0 of the test set has label "0", ${LABELS}`],
  [{ labels: new BigInt64Array(6) }, `Row 0 of the test set has label 0n, ${LABELS}`],
  [{ labels: new Uint8Array(5) }, "The test set has 6 rows, but 5 labels: give each row one label"],
  [
    { labels: undefined },
    "The test set has 6 rows, but its labels are undefined: give each row one label",
  ],
  [{ rows: 6.5 }, "The rows of the test set must be a whole number of 0 or more, got 6.5"],
  [{ rows: undefined }, "The rows of the test set must be a whole number of 0 or more, got undefined"],
  [
    { imageShape: [2, NaN] },
    "The image shape of the test set must hold positive whole numbers, got [2,null]",
  ],
  [{ classes: 3 }, "The classes of the test set must be a list of names, got 3"],
];

for (const [changes, sentence] of CASES) {
  Deno.test(`fit() and evaluate() say: ${sentence}`, async () => {
    const test = wrong(DATA.test, changes);
    for (
      const work of [
        () => fit(MODEL, { ...DATA, test }, { executor, epochs: 1 }),
        () => evaluate(TRAINED, test, { executor }),
      ]
    ) assertEquals((await assertRejects(work, DescentError)).message, sentence);
  });
}

Deno.test("each of the three sets is checked by itself, whatever the others hold", async () => {
  // 11 labels for 12 rows and 6 for 5 are as many as there are rows.
  const train = { ...DATA.train, labels: DATA.train.labels.subarray(0, 11) };
  const validation = { ...DATA.validation, labels: new Uint8Array(6) };
  assertEquals(
    (await assertRejects(() => fit(MODEL, { ...DATA, train, validation }, { executor }), DescentError))
      .message,
    "The train set has 12 rows, but 11 labels: give each row one label",
  );
  assertEquals(
    (await assertRejects(() => fit(MODEL, { ...DATA, validation }, { executor }), DescentError)).message,
    "The validation set has 5 rows, but 6 labels: give each row one label",
  );
});

Deno.test("fit() refuses sets that are missing, empty, or unlike each other", async () => {
  const { test: _, ...two } = DATA, one = setOf(0, "train");
  const cases: readonly (readonly [unknown, string])[] = [
    [undefined, "Training takes three sets, train, validation, test, but the data has no train set"],
    [two, "Training takes three sets, train, validation, test, but the data has no test set"],
    [{ ...DATA, train: one }, "The train set is empty: there is nothing to train on"],
    [
      { ...DATA, validation: { ...setOf(4, "validation"), imageShape: [2, 1], images: new Uint8Array(8) } },
      "The images of the validation set have shape [2,1], those of the train set [2,2]: give all sets images of one " +
      "shape",
    ],
    [
      { ...DATA, test: { ...DATA.test, classes: ["a", "b", "c", "d"] } },
      "The test set has 4 classes, the train set 3: give all sets the same classes",
    ],
  ];
  for (const [data, sentence] of cases) {
    const found = await assertRejects(() => fit(MODEL, data as Splits, { executor }), DescentError);
    assertEquals(found.message, sentence);
  }
});

Deno.test("classify() and layerOutputs() refuse images that are no bytes, with row and value", async () => {
  const images = Float32Array.of(0, 0, 0, 0, 0, 0.5, 1, 0) as unknown as Uint8Array;
  const sentence =
    `The images of a prediction are a Float32Array whose row 1 holds 0.5: ${PIXELS}, so multiply ` +
    "these, from 0 to 1, by 255";
  for (const ask of [classify, layerOutputs]) {
    assertEquals(
      (await assertRejects(() => ask(TRAINED, images, { executor }), DescentError)).message,
      sentence,
    );
  }
});

Deno.test("labels of any array are taken where each is a class, and an autoencoder's are not looked at", async () => {
  const labels = Int32Array.from(DATA.train.labels), train = wrong(DATA.train, { labels });
  const options = { executor, epochs: 2 };
  assertEquals(
    (await fit(MODEL, { ...DATA, train }, options)).weights,
    (await fit(MODEL, DATA, options)).weights,
  );
  const autoencoder = sequential(4, [dense(2), dense(4, { activation: "sigmoid" })]);
  const unlabelled = wrong(DATA.train, { labels: new Uint8Array(12).fill(200) });
  const { results } = await fit(autoencoder, { ...DATA, train: unlabelled }, {
    ...options,
    loss: reconstructionError(),
  });
  assertEquals(Number.isFinite(results.train!.loss), true);
});
