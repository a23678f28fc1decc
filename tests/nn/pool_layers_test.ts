/** Pools with padding and ceil mode, pools over whole images, reshape and embedding as layers. */
import { assertEquals, assertThrows } from "@std/assert";
import { DescentError } from "../../src/core/errors.ts";
import type { Shape } from "../../src/core/tensor.ts";
import { leaf } from "../../src/ir/leaf.ts";
import { compile } from "../../src/ir/plan.ts";
import { avgPool2d } from "../../src/nn/avg_pool2d.ts";
import { conv2d } from "../../src/nn/conv2d.ts";
import { dense } from "../../src/nn/dense.ts";
import { embedding } from "../../src/nn/embedding.ts";
import { flatten } from "../../src/nn/flatten.ts";
import { globalAvgPool2d, globalMaxPool2d } from "../../src/nn/global_pool.ts";
import type { Layer } from "../../src/nn/layer.ts";
import { maxPool2d } from "../../src/nn/max_pool2d.ts";
import { countParameters, sequential } from "../../src/nn/model.ts";
import type { MaxPoolOptions } from "../../src/nn/pool.ts";
import { modelConfig, modelFromConfig } from "../../src/nn/registry.ts";
import { reshape } from "../../src/nn/reshape.ts";
import { outputOf } from "./output_of.ts";

function shapeOf(layer: Layer, shape: Shape): Shape {
  return layer.build("pool", shape, 0).outputShape;
}

Deno.test("pools pass over padding or count it as zeros, and with ceilMode what is left over has its window", async () => {
  const row = [1, 2, 3, 4, 5];
  const over = (layer: Layer) => outputOf([layer], [1, 5, 1], row);
  assertEquals(await over(maxPool2d([1, 2], { ceilMode: true })), [2, 4, 5]);
  assertEquals(await over(maxPool2d([1, 2], { padding: [0, 0, 1, 0] })), [1, 3, 5]);
  assertEquals(await outputOf([maxPool2d([1, 2], { padding: [0, 0, 1, 0] })], [1, 1, 1], [-7]), [-7]);
  assertEquals(await over(avgPool2d([1, 2], { padding: [0, 0, 1, 0] })), [0.5, 2.5, 4.5]);
  assertEquals(await over(avgPool2d([1, 2], { padding: [0, 0, 1, 0], countIncludePad: false })), [
    1,
    2.5,
    4.5,
  ]);
  assertEquals(await over(avgPool2d([1, 2], { ceilMode: true })), [1.5, 3.5, 5]);
});

Deno.test('pools with padding "same" have ⌈size/stride⌉ windows, and with ceilMode none begins behind the image', () => {
  assertEquals(shapeOf(maxPool2d(3, { stride: 2, padding: "same" }), [7, 8, 2]), [4, 4, 2]);
  assertEquals(shapeOf(avgPool2d(2, { padding: "same" }), [7, 8, 2]), [4, 4, 2]);
  assertEquals(shapeOf(maxPool2d(2, { stride: 3, padding: 1, ceilMode: true }), [7, 6, 2]), [3, 3, 2]);
  assertEquals(shapeOf(maxPool2d(2, { ceilMode: true }), [7, 6, 2]), [4, 3, 2]);
  assertEquals(shapeOf(maxPool2d(2, { stride: 4, ceilMode: true }), [4, 5, 2]), [1, 2, 2]);
});

Deno.test("globalAvgPool2d() and globalMaxPool2d() give a value for each channel, in one call", async () => {
  const image = [1, 8, 2, 7, 3, 6, 6, 5];
  assertEquals(await outputOf([globalAvgPool2d()], [2, 2, 2], image), [3, 6.5]);
  assertEquals(await outputOf([globalMaxPool2d()], [2, 2, 2], image), [6, 8]);
  const model = sequential([6, 6, 5], [globalAvgPool2d(), dense(3, { activation: "relu" })]);
  const { routines } = compile({ run: [model.apply(leaf("input", "x", [2, 6, 6, 5]))] });
  assertEquals(routines.run!.map(({ op }) => op.name), ["reduce", "linear"]);
});

Deno.test("reshape() gives the same values under other axes, and costs nothing where they lie alike", async () => {
  assertEquals(await outputOf([reshape([2, 1, 3])], [6], [1, 2, 3, 4, 5, 6]), [1, 2, 3, 4, 5, 6]);
  const model = sequential(16, [reshape([2, 2, 4]), flatten()]);
  const x = leaf("input", "x", [3, 16]);
  assertEquals(compile({ run: [model.apply(x)] }).routines.run!.length, 0);
});

Deno.test("embedding() has a row for each thing, and its rows go on to a dense layer", async () => {
  const model = sequential(3, [embedding(4, 2), flatten(), dense(1, { activation: "relu" })]);
  assertEquals([countParameters(model), model.layers[0]!.built.outputShape], [4 * 2 + 6 + 1, [3, 2]]);
  const table = [1, 2, 3, 4, 5, 6, 7, 8];
  assertEquals(await outputOf([embedding(4, 2)], [3], [3, 0, 3], [table]), [7, 8, 1, 2, 7, 8]);
});

Deno.test("a model of these layers comes back from its description in JSON", () => {
  const images = sequential([13, 12], [
    conv2d(4, 3, { activation: "relu" }),
    maxPool2d(3, { stride: 2, padding: [1, 0, 2, 1], ceilMode: true, sharesTies: true }),
    avgPool2d([2, 3], { padding: "same", countIncludePad: false }),
    maxPool2d(2, { stride: 1, padding: 1 }),
    avgPool2d(2, { ceilMode: true }),
    reshape([2, 1, 8]),
    globalMaxPool2d(),
  ]);
  const words = sequential([4, 3], [embedding(10, 5, { initializer: "he_uniform" }), globalAvgPool2d()]);
  for (const one of [images, words]) {
    const back = modelFromConfig(JSON.parse(JSON.stringify(modelConfig(one))));
    assertEquals(modelConfig(back), modelConfig(one));
    const attrsOf = ({ layers }: typeof one) =>
      layers.map(({ built }, i) =>
        built.apply(leaf("input", "x", [1, ...(layers[i - 1]?.built.outputShape ?? one.inputShape)]), {
          training: true,
        }).attrs
      );
    assertEquals(attrsOf(back), attrsOf(one));
  }
});

Deno.test("these layers refuse what cannot be, with what was given and the way out", () => {
  const given = (options: Readonly<Record<string, unknown>>) => options as MaxPoolOptions;
  const mistakes: readonly (readonly [() => unknown, string])[] = [
    [() => maxPool2d(2, { padding: 2 }), "must be less than its window [2,2], got 2"],
    [() => avgPool2d([3, 2], { padding: [2, 2, 2, 0] }), "must be less than its window [3,2], got [2,2,2,0]"],
    [
      () => maxPool2d(2, given({ padding: "full" })),
      'The padding of a pooling layer must be "valid", "same", ',
    ],
    [
      () => maxPool2d(2, given({ ceilMode: 1 })),
      "The option ceilMode of a pooling layer must be true or false, got 1",
    ],
    [() => maxPool2d(2, given({ countIncludePad: true })), 'maxPool2d() has no option "countIncludePad"'],
    [
      () => sequential([2, 2, 3], [avgPool2d(4, { padding: [1, 0, 1, 1] })]),
      "images at least as large, padding [1,0,1,1] included, as its window [4,4]",
    ],
    [() => sequential([8, 8], [globalAvgPool2d()]), "it needs images [height,width,channels]"],
    [
      () => reshape([4, -1]),
      "reshape() takes the shape of a row, one to 3 positive whole numbers, got [4,-1]",
    ],
    [() => sequential([8, 8], [reshape([8, 7])]), "rows of shape [8,8]: it needs 56 values, for [8,7]"],
    [() => embedding(0, 4), "An embedding takes how many things there are, up to 16777216, and the size"],
    [() => embedding(10, 2.5), "got 10 and 2.5"],
    [() => sequential([2, 2, 2], [embedding(10, 4)]), "it needs rows of one or two axes of indices"],
  ];
  for (const [make, sentence] of mistakes) assertThrows(make, DescentError, sentence);
});
