/** What is measured of stacked autoencoders, what they are built of, and histograms. */
import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { networkName } from "../../experiments/lab/network_name.ts";
import { digitLikeness, likenessOf } from "../../experiments/measures/digit_likeness.ts";
import { layerTable } from "../../experiments/measures/layer_summaries.ts";
import {
  asBytes,
  asNumbers,
  measureLayers,
  sharpnessOf,
  shownImages,
  sidesOf,
  weightImages,
} from "../../experiments/measures/stacked_layers.ts";
import { kindOf, SDAE_DEFAULTS, sdaeStack, trainingNoise } from "../../experiments/sdae_model.ts";
import { type TableOptions, textTable } from "../../src/core/text_table.ts";
import { DescentError } from "../../src/core/errors.ts";
import type { ImageSet } from "../../src/data/mnist.ts";
import { referenceExecutor } from "../../src/exec/reference.ts";
import { dense } from "../../src/nn/dense.ts";
import { sequential } from "../../src/nn/model.ts";
import { histogram } from "../../src/plot/mod.ts";

/** Two images of 2 × 2 pixels. */
const SET: ImageSet = {
  inputs: Uint8Array.of(0, 255, 51, 102, 255, 255, 0, 204),
  targets: Uint8Array.of(1, 0),
  rows: 2,
  inputShape: [2, 2],
  classNames: ["3", "8"],
};

const entropy = (p: number) => p === 0 || p === 1 ? 0 : -p * Math.log(p) - (1 - p) * Math.log(1 - p);
const logistic = (x: number) => 1 / (1 + Math.exp(-x));

Deno.test("measureLayers() gives the entropy of what each layer reconstructs, and the mean activation of its units", async () => {
  const model = sequential(4, [1, 2].map((units) => dense(units, { activation: "sigmoid" })));
  const weights = new Map([
    ["dense_1/weights", Float32Array.of(1, 0, 0, 0)],
    ["dense_1/bias", Float32Array.of(0)],
    ["dense_2/weights", Float32Array.of(0, 1)],
    ["dense_2/bias", Float32Array.of(-1, 0)],
  ]);
  const [first, second] = await measureLayers({ model, weights }, SET, referenceExecutor());
  // The first pixel alone counts: 0 in the one image, 1 in the other.
  const codes = [logistic(0), logistic(1)],
    mean = (values: readonly number[]) => (values[0]! + values[1]!) / 2;
  assertAlmostEquals(first!.targetEntropy, mean([entropy(0.2) + entropy(0.4), entropy(0.8)]), 1e-6);
  assertAlmostEquals(second!.targetEntropy, mean(codes.map(entropy)), 1e-6);
  assertAlmostEquals(first!.activations[0]!, mean(codes), 1e-6);
  assertAlmostEquals(second!.activations[0]!, logistic(-1), 1e-6);
  assertAlmostEquals(second!.activations[1]!, mean(codes.map(logistic)), 1e-6);
});

Deno.test("sharpnessOf() is the mean squared difference from the right and the lower neighbour", () => {
  // 0 1 / 0.2 0.4: differences 1 and 0.2 along rows, 0.2 and 0.6 along columns.
  assertAlmostEquals(
    sharpnessOf(asNumbers(SET.inputs.subarray(0, 4)), [2, 2]),
    (1 + 0.2 ** 2 + 0.2 ** 2 + 0.6 ** 2) / 4,
    1e-6,
  );
  assertEquals(sharpnessOf(new Float32Array(8).fill(0.3), [2, 2]), 0);
});

Deno.test("shownImages() draws images of the set by seed, each at most once", () => {
  const { positions, images } = shownImages(SET, 1);
  assertEquals([...positions].sort(), [0, 1]);
  positions.forEach((at, i) =>
    assertEquals(images.subarray(4 * i, 4 * i + 4), SET.inputs.subarray(4 * at, 4 * at + 4))
  );
  assertEquals(asBytes(asNumbers(images)), images);
});

Deno.test("weightImages() are the units' weights at length 1, and sidesOf() lays them out as near to a square as they come", () => {
  const weights = new Map([["dense_1/weights", Float32Array.of(3, 0, 4, 0)], [
    "dense_1/bias",
    new Float32Array(2),
  ]]);
  const [first, second] = weightImages(
    { model: sequential(2, [dense(2, { activation: "relu" })]), weights },
    "dense_1",
  );
  assertEquals([...first!].map((value) => Number(value.toFixed(6))), [0.6, 0.8]);
  assertEquals([...second!], [0, 0]);
  assertEquals([900, 625, 400, 784, 12, 7].map(sidesOf), [[30, 30], [25, 25], [20, 20], [28, 28], [3, 4], [
    1,
    7,
  ]]);
});

Deno.test("digitLikeness() is 1 for the digits themselves, whatever their scale, and the largest correlation for others", () => {
  const images = [0, 1].map((i) =>
    Float32Array.from(SET.inputs.subarray(4 * i, 4 * i + 4), (byte) => 3 * byte + 7)
  );
  for (const likeness of digitLikeness(images, SET)) assertAlmostEquals(likeness, 1, 1e-6);
  const opposite = images.map((image) => image.map((value) => -value));
  assert(digitLikeness(opposite, SET).every((likeness) => likeness < 0.9));
});

Deno.test("likenessOf() tells the mean, the share of outlines, and what noise comes to by chance", () => {
  const digit = Float32Array.from(SET.inputs.subarray(0, 4));
  const flat = new Float32Array(4);
  const { mean, share, noise } = likenessOf([digit, flat], SET);
  assertAlmostEquals(mean, 1 / 2, 1e-6);
  assertEquals(share, 1 / 2);
  // In four dimensions noise lies near one of two digits more often than not, and never on it.
  assert(noise > 0 && noise < 1);
  assertEquals(likenessOf([digit], SET).noise, noise);
});

Deno.test("layerTable() has a row per layer, and the printed losses beside ours where there are some", () => {
  const layer = {
    layer: 1,
    inputs: 784,
    units: 900,
    epochs: 25,
    seconds: 1,
    stopped: "last epoch",
    loss: 59.84,
    lowest: { cost: 59.84, epoch: 25 },
    targetEntropy: 50,
    excess: 9.84,
    train: 58,
    test: 58.5,
    meanActivation: 0.31,
  };
  const layers = [layer, { ...layer, layer: 2, loss: 62, excess: 12 }];
  const cells = (table: TableOptions) =>
    textTable(table).split("\n").map((line) => line.trim().split(/ {2,}/));
  const plain = cells(layerTable(layers, null));
  assert(!plain[0]!.includes("published"));
  assertEquals(plain[3], ["2", "900", "62.00", "50.00", "12.00", "58.50", "0.310"]);
  const [header, , first] = cells(layerTable(layers, { layers: { 1: { loss: 60 } } }));
  assertEquals(first!.slice(0, 4), ["1", "900", "59.84", "60"]);
  assertEquals(header![3], "published");
});

Deno.test("the stack is the report's, with noise in it or before it, and its name leaves the noise out", () => {
  const settings = SDAE_DEFAULTS.plain;
  const quirks = { ...settings, paperQuirks: true };
  assertEquals(networkName(sdaeStack(settings, 784)), "784-900-625-400");
  assertEquals(networkName(sdaeStack(quirks, 784)), "784-900-625-400");
  assertEquals([sdaeStack(settings, 784).layers.length, sdaeStack(quirks, 784).layers.length], [3, 6]);
  assertEquals([trainingNoise(settings)?.config.rate, trainingNoise(quirks)], [0.1, undefined]);
  assertEquals([kindOf(settings), kindOf(SDAE_DEFAULTS.sparse)], ["plain", "sparse"]);
});

Deno.test("histogram() counts values into bins, the upper end into the last, and gives shares", () => {
  const { svg, csv } = histogram([{ label: "plain", values: [0, 0.2, 0.25, 1, 1.5] }, {
    label: "sparse",
    values: [0.1],
  }], {
    name: "activations",
    title: "Activations",
    xLabel: "Mean activation",
    domain: [0, 1],
    bins: 4,
    marks: [{ x: 0.05, label: "ρ 0.05" }],
  });
  assertEquals(csv.trim().split("\r\n"), [
    "sample,Mean activation from,to,count,share",
    "plain,0,0.25,2,0.4",
    "plain,0.25,0.5,1,0.2",
    "plain,0.5,0.75,0,0",
    "plain,0.75,1,1,0.2",
    "sparse,0,0.25,1,1",
    "sparse,0.25,0.5,0,0",
    "sparse,0.5,0.75,0,0",
    "sparse,0.75,1,0,0",
  ]);
  for (const part of ["ρ 0.05", "sparse", "plain: 5 values, most of them from 0 to 0.25."]) {
    assert(svg.includes(part), part);
  }
});

Deno.test("histogram() refuses no values, and domains and bins that are none", () => {
  const refusal = (change: object, samples = [{ label: "a", values: [0.5] }]) =>
    assertThrows(() => histogram(samples, { name: "h", domain: [0, 1], ...change }), DescentError).message;
  assertEquals(refusal({}, []), 'Figure "h" has no values: give it at least one sample with some');
  assertEquals(refusal({ domain: [1, 1] }), 'Figure "h": domain [1,1] must rise');
  assertEquals(refusal({ bins: 0 }), 'Figure "h": bins must be a whole number from 1, got 0');
});
