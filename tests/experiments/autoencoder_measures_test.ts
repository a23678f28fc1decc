/** What is measured of autoencoders. */
import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { autoencoderModel, encoderOf, RECIPES } from "../../experiments/autoencoder_model.ts";
import { weightDomain } from "../../experiments/figures/autoencoder_parts.ts";
import { latentCodes } from "../../experiments/measures/latent_codes.ts";
import {
  imageErrors,
  inkedPixels,
  meanError,
  pcaErrorOf,
  pcaErrors,
  roughnessOf,
  shownImages,
  weightImages,
} from "../../experiments/measures/reconstruction.ts";
import { DescentError } from "../../src/core/errors.ts";
import { uniform } from "../../src/core/random.ts";
import { selectImages } from "../../experiments/images/select.ts";
import type { ImageSet } from "../../src/data/mnist.ts";
import { referenceExecutor } from "../../src/exec/reference.ts";
import { dense } from "../../src/nn/dense.ts";
import { initializeWeights, sequential } from "../../src/nn/model.ts";
import { compressPng, encodePng } from "../../src/plot/pixels.ts";
import { withTempFolder, writeIdxFolder } from "../fixtures.ts";

/** A set of 1 × 4 pixels. */
function smallSet(images: readonly number[], labels: readonly number[] = []): ImageSet {
  return {
    inputs: Uint8Array.from(images),
    targets: Uint8Array.from(labels),
    rows: images.length / 4,
    inputShape: [2, 2],
    classNames: ["0", "2"],
  };
}

Deno.test("imageErrors() is the mean squared error of each image, and meanError() their mean with its standard error", () => {
  const set = smallSet([0, 0, 0, 0, 255, 255, 255, 255]);
  const errors = imageErrors(Float32Array.of(0, 0, 0, 1, 0.5, 0.5, 1, 1), set);
  assertEquals([...errors], [0.25, 0.125]);
  // The standard deviation of two values is their difference over √2.
  const { mean, standardError } = meanError(errors);
  assertEquals(mean, 0.1875);
  assertAlmostEquals(standardError, 0.125 / Math.SQRT2 / Math.SQRT2, 1e-15);
  assertEquals(
    assertThrows(() => imageErrors(new Float32Array(4), set), DescentError).message,
    "Cannot compare 4 values with 8 pixels",
  );
});

Deno.test("weightImages() are the columns of the first dense layer, each of length 1", () => {
  const model = sequential(2, [dense(3, { activation: "relu" })]),
    weights = new Map(initializeWeights(model, 1));
  weights.set("dense_1/weights", Float32Array.of(3, 0, -1, 4, 0, 0));
  assertEquals(weightImages({ model, weights }).map((image) => [...image]), [
    [Math.fround(0.6), Math.fround(0.8)],
    [0, 0],
    [-1, 0],
  ]);
});

Deno.test("roughnessOf() is 0 for a constant, 1 for white noise, and looks where there is ink alone", () => {
  const inked = new Array(400).fill(true), shape = [20, 20];
  assertEquals(roughnessOf([new Float32Array(400).fill(0.05)], shape, inked), 0);
  const noise = Array.from(
    { length: 20 },
    (_, lane) => Float32Array.from(uniform(400, { seed: 1, stream: 5, lane }), (value) => value - 0.5),
  );
  assertAlmostEquals(roughnessOf(noise, shape, inked), 1, 0.03);
  const stripes = Float32Array.from({ length: 400 }, (_, at) => at % 2 === 0 ? 1 : -1);
  // Neighbours in a row differ in sign, those in a column are alike.
  assertAlmostEquals(roughnessOf([stripes], shape, inked), 1, 1e-12);
  const half = inked.map((_, at) => at < 200),
    ramp = Float32Array.from({ length: 400 }, (_, at) => at < 200 ? 1 : at % 7);
  assertEquals(roughnessOf([ramp], shape, half), 0);
});

Deno.test("inkedPixels() and shownImages() look at the images of a set", () => {
  const set = smallSet([0, 9, 0, 0, 0, 9, 1, 0, 0, 9, 0, 0], [1, 0, 1]);
  assertEquals(inkedPixels(set), [false, true, true, false]);
  assertEquals(shownImages(set), [1, 0, 2]);
  assertEquals(shownImages(set, 1), [1, 0]);
});

Deno.test("pcaErrors() falls from the variance of the pixels to 0, and is computed once for a set of images", async () => {
  await withTempFolder(async (folder) => {
    const data = await selectImages({
      data: await writeIdxFolder(folder, { train: 90, t10k: 40, size: 8 }),
      first: { train: 60, validation: 30, test: 40 },
    });
    const errors = pcaErrors(data), { train } = errors;
    assertEquals(train.length, 65);
    assert(train.every((error, k) => k === 0 || error <= train[k - 1]! + 1e-12));
    const pixels = Array.from(data.train.inputs, (byte) => byte / 255);
    const variance = (column: number) => {
      const values = pixels.filter((_, at) => at % 64 === column);
      const mean = values.reduce((sum, value) => sum + value) / values.length;
      return values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
    };
    const all = Array.from({ length: 64 }, (_, column) => variance(column));
    assertAlmostEquals(train[0]!, all.reduce((sum, value) => sum + value) / 64, 1e-12);
    assertEquals([pcaErrorOf(errors, "test", 64), pcaErrorOf(errors, "test", 1000)], [0, 0]);
    assert(pcaErrors(data) === errors);
  });
});

Deno.test("weightDomain() leaves one value of a hundred out, so that a single one does not bleach the others", () => {
  const image = Float32Array.from({ length: 200 }, (_, at) => at === 0 ? -50 : at / 100);
  const [low, high] = weightDomain([image]);
  assertEquals([low, high < 2, high > 1.9], [-high, true, true]);
  assertEquals(weightDomain([new Float32Array(4)]), [-1, 1]);
});

Deno.test("compressPng() holds the bytes of encodePng(), in fewer", async () => {
  const bytes = Uint8Array.from({ length: 60 * 50 }, (_, at) => at % 60 < 20 ? 255 : 0);
  const rowsOf = async (png: Uint8Array) => {
    // Signature and header take 33 bytes; then comes the one chunk of data, whose length is its first word.
    const length = new DataView(png.buffer).getUint32(33), data = png.slice(41, 41 + length);
    const inflated = new Blob([data]).stream().pipeThrough(new DecompressionStream("deflate"));
    return new Uint8Array(await new Response(inflated).arrayBuffer());
  };
  const stored = encodePng(bytes, 60, 50), packed = await compressPng(bytes, 60, 50);
  assertEquals(await rowsOf(packed), await rowsOf(stored));
  assertEquals(packed.subarray(0, 33), stored.subarray(0, 33));
  assert(packed.length < stored.length / 10);
});

Deno.test("encoderOf() is what is before the code, without the corruption", () => {
  for (
    const [name, widths] of [["q2-autoencoder", [64]], ["q3-autoencoder", [256, 64]], ["q4-denoising", [
      64,
    ]]] as const
  ) {
    const { settings } = RECIPES[name], model = autoencoderModel(settings, 30);
    const { model: encoder } = encoderOf({ model, weights: initializeWeights(model, 1) }, settings);
    assertEquals(
      encoder.layers.map(({ layer, built }) => [layer.kind, ...built.outputShape]),
      widths.map((w) => ["dense", w]),
    );
  }
});

Deno.test("latentCodes() turns codes along their principal components, and narrow ones into fewer", async () => {
  const test = smallSet([1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12], [0, 1, 0]);
  const executor = referenceExecutor();
  // It takes every image for the second class, a 2.
  const model = sequential(4, [dense(2)]);
  const weights = new Map([["dense_1/weights", new Float32Array(8)], [
    "dense_1/bias",
    Float32Array.of(0, 1),
  ]]);
  const coordinatesOf = async (codes: readonly number[]) => {
    const { files, summary } = await latentCodes(test, {
      codes: Float32Array.from(codes),
      classifier: { model, weights },
      executor,
    });
    const rows = String(files["latent/codes.csv"]).trim().split("\r\n").slice(1).map((row) => row.split(","));
    assertEquals(rows.map((row) => row.slice(0, 3)), [["0", "0", "2"], ["1", "2", "2"], ["2", "0", "2"]]);
    return { coordinates: rows.map((row) => row.slice(3).map(Number)), summary };
  };
  const one = await coordinatesOf([3, 1, 5]);
  assertEquals(one.coordinates.map(([x, y, z]) => [Math.abs(x!), y, z]), [[0, 0, 0], [2, 0, 0], [2, 0, 0]]);
  assertEquals(one.summary.variance, [1]);
  // Three images of 2 × 2 pixels: two in a row, and one below them.
  assertEquals(one.summary.images, { file: "latent/images.png", columns: 2, width: 2, height: 2 });

  // Most of the variance is in the second of four columns, the rest in the fourth.
  const four = await coordinatesOf([1, 0, 1, 0, 1, 9, 1, 0, 1, 0, 1, 3]);
  const squaresOf = (axis: number) => four.coordinates.reduce((sum, row) => sum + row[axis]! ** 2, 0);
  const [alongX, alongY, alongZ] = [0, 1, 2].map(squaresOf);
  const [first, second] = four.summary.variance as readonly number[];
  assert(first! > second! && second! > 0, String(second));
  assertAlmostEquals(first! + second!, 1, 1e-6);
  // The coordinates have the variances, and three images have no third direction.
  assertAlmostEquals(alongX! / (alongX! + alongY!), first!, 1e-5);
  assertAlmostEquals(alongZ!, 0, 1e-6);
  // Codes that are all the same have no variance to share.
  const same = await coordinatesOf([2, 2, 2]);
  assertEquals([same.coordinates, same.summary.variance], [[[0, 0, 0], [0, 0, 0], [0, 0, 0]], [0]]);
});
