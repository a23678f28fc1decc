/** Convolutions with gaps, groups and without a bias, transposed and along one axis, and images made larger. */
import { assert, assertEquals, assertThrows } from "@std/assert";
import { DescentError } from "../../src/core/errors.ts";
import type { Shape } from "../../src/core/tensor.ts";
import { leaf } from "../../src/ir/leaf.ts";
import { compile } from "../../src/ir/plan.ts";
import { conv1d, type Conv1dOptions } from "../../src/nn/conv1d.ts";
import { conv2d } from "../../src/nn/conv2d.ts";
import { conv2dTranspose } from "../../src/nn/conv2d_transpose.ts";
import type { ConvolutionOptions } from "../../src/nn/convolution.ts";
import { dense } from "../../src/nn/dense.ts";
import type { Layer } from "../../src/nn/layer.ts";
import { countParameters, sequential } from "../../src/nn/model.ts";
import { modelConfig, modelFromConfig } from "../../src/nn/registry.ts";
import { tiedDense } from "../../src/nn/tied_dense.ts";
import { upsample2d, type Upsample2dOptions } from "../../src/nn/upsample2d.ts";
import { outputOf } from "./output_of.ts";

function built(layer: Layer, shape: Shape) {
  const { outputShape, parameters } = layer.build("c", shape, 0);
  return [outputShape.join(), ...parameters.map(({ node }) => node.type.shape.join())];
}

Deno.test("conv2d() with dilation and groups has the shapes of PyTorch, and depthwise one channel a filter", () => {
  assertEquals(built(conv2d(8, 3, { activation: "relu", dilation: [2, 3] }), [9, 9, 4]), [
    "5,3,8",
    "3,3,4,8",
    "8",
  ]);
  assertEquals(built(conv2d(8, 3, { activation: "relu", padding: "same", dilation: 2 }), [9, 9, 4]), [
    "9,9,8",
    "3,3,4,8",
    "8",
  ]);
  assertEquals(built(conv2d(8, 3, { activation: "relu", groups: 2 }), [9, 9, 4]), ["7,7,8", "3,3,2,8", "8"]);
  assertEquals(built(conv2d(8, 3, { activation: "relu", groups: 4, bias: false }), [9, 9, 4]), [
    "7,7,8",
    "3,3,1,8",
  ]);
});

Deno.test("a depthwise convolution gives each channel its own filters, the first channel's first", async () => {
  // Two channels, two filters each: 1, 10 on the first, 100, 1000 on the second.
  const layer = conv2d(4, 1, { groups: 2, bias: false, activation: "identity" });
  assertEquals(await outputOf([layer], [1, 2, 2], [1, 2, 3, 4], [[1, 10, 100, 1000]]), [
    ...[1, 10, 200, 2000],
    ...[3, 30, 400, 4000],
  ]);
});

Deno.test("conv2d() with dilation sees pixels that lie apart", async () => {
  const layer = conv2d(1, [1, 3], { dilation: 2, activation: "identity" });
  assertEquals(await outputOf([layer], [1, 7], [1, 2, 3, 4, 5, 6, 7], [[1, 10, 100], [0.5]]), [
    531.5,
    642.5,
    753.5,
  ]);
});

Deno.test("layers without a bias have no such parameter, and a plan makes their zeros once", async () => {
  const model = sequential([4, 4], [
    conv2d(2, 3, { activation: "relu", bias: false }),
    conv2dTranspose(3, 2, { activation: "relu", bias: false }),
  ]);
  assertEquals(countParameters(model), 9 * 2 + 4 * 3 * 2);
  const flat = sequential(6, [
    dense(5, { activation: "relu", bias: false }),
    tiedDense("dense_1", { bias: false }),
  ]);
  assertEquals(countParameters(flat), 30);
  const plan = compile({ run: [flat.apply(leaf("input", "x", [2, 6]))] });
  assertEquals([plan.setup, plan.routines.run!].map((calls) => calls.map(({ op }) => op.name)), [
    ["zeros", "zeros"],
    ["linear", "linear"],
  ]);
  const values = await outputOf([dense(1, { bias: false, activation: "identity" })], [2], [3, 4], [[10, 1]]);
  assertEquals(values, [34]);
});

Deno.test("conv2dTranspose() adds each pixel's multiple of the window, and has the sizes of PyTorch and of Keras", async () => {
  const grow = conv2dTranspose(1, 2, { stride: 2, activation: "identity" });
  assertEquals(await outputOf([grow], [1, 2], [1, 10], [[1, 2, 3, 4], [0.5]]), [
    ...[1.5, 2.5, 10.5, 20.5],
    ...[3.5, 4.5, 30.5, 40.5],
  ]);
  const shapes = [{}, { stride: 2 }, { stride: 2, padding: 1, outputPadding: 1 }, {
    stride: 3,
    padding: "same",
  }, {
    dilation: 2,
    groups: 2,
  }] as const;
  assertEquals(shapes.map((options) => built(conv2dTranspose(4, 3, options), [5, 7, 2])[0]), [
    "7,9,4",
    "11,15,4",
    "10,14,4",
    "15,21,4",
    "9,11,4",
  ]);
  assertEquals(built(conv2dTranspose(4, 3, { activation: "relu", groups: 2 }), [5, 7, 6])[1], "3,3,2,6");
});

Deno.test("conv1d() is a convolution along one axis, and nothing is copied for it", async () => {
  const causal = conv1d(1, 2, { padding: [1, 0], activation: "identity" });
  assertEquals(await outputOf([causal], [4], [1, 2, 3, 4], [[10, 1], [0]]), [1, 12, 23, 34]);
  assertEquals(built(conv1d(6, 3, { activation: "relu", stride: 2, padding: "same", groups: 3 }), [9, 3]), [
    "5,6",
    "1,3,1,6",
    "6",
  ]);
  assertEquals(built(conv1d(6, 3, { activation: "relu", dilation: 4, padding: 1 }), [9]), [
    "3,6",
    "1,3,1,6",
    "6",
  ]);
  const model = sequential([9, 3], [
    conv1d(5, 3, { activation: "relu" }),
    conv1d(7, 3, { activation: "relu" }),
  ]);
  const { routines } = compile({ run: [model.apply(leaf("input", "x", [2, 9, 3]))] });
  assertEquals(routines.run!.map(({ op }) => op.name), ["conv2d", "conv2d"]);
});

Deno.test("upsample2d() repeats pixels, or lies on the lines between them as PyTorch has it", async () => {
  const twice = (options: Upsample2dOptions) => outputOf([upsample2d(options)], [1, 3], [0, 4, 8]);
  assertEquals(await twice({ factor: [2, 1] }), [0, 4, 8, 0, 4, 8]);
  assertEquals(await twice({ factor: [1, 2], mode: "bilinear" }), [0, 1, 3, 5, 7, 8]);
});

Deno.test("a model of these layers comes back from its description in JSON", () => {
  const model = sequential([12, 10, 4], [
    conv2d(8, [3, 2], { activation: "relu", dilation: [2, 1], groups: 4, bias: false, padding: "same" }),
    conv2dTranspose(6, 3, {
      activation: "relu",
      stride: [2, 3],
      padding: [1, 0, 1, 1],
      outputPadding: [1, 2],
      groups: 2,
    }),
    conv2dTranspose(4, 3, { stride: 2, padding: "same", dilation: 2, bias: false, activation: "tanh" }),
    upsample2d({ factor: [1, 2], mode: "bilinear" }),
    upsample2d(),
  ]);
  const rows = sequential([40, 3], [
    conv1d(6, 5, { stride: 2, padding: [4, 0], dilation: 2, groups: 3, bias: false, activation: "sigmoid" }),
    conv1d(4, 3, { activation: "relu", padding: "same" }),
    conv1d(4, 3, { activation: "relu", padding: 2 }),
  ]);
  const flat = sequential(6, [
    dense(5, { activation: "relu", bias: false }),
    tiedDense("dense_1", { bias: false }),
  ]);
  for (const one of [model, rows, flat]) {
    const back = modelFromConfig(JSON.parse(JSON.stringify(modelConfig(one))));
    assertEquals(modelConfig(back), modelConfig(one));
    assertEquals(
      back.layers.map((layer) => layer.built.outputShape),
      one.layers.map((layer) => layer.built.outputShape),
    );
    assertEquals(back.parameters.map(({ node }) => node.label), one.parameters.map(({ node }) => node.label));
  }
});

Deno.test("a plain convolution says nothing of gaps and groups, so that it is what it was", () => {
  const plain = conv2d(4, 3, { activation: "relu", dilation: 1, groups: 1, bias: true });
  assertEquals(plain.config, conv2d(4, 3, { activation: "relu" }).config);
  const value = plain.build("c", [8, 8], 0).apply(leaf("input", "x", [2, 8, 8]), { training: false });
  assert(!("groups" in value.attrs) && !("dilationY" in value.attrs));
});

Deno.test("these layers refuse what cannot be, with what was given and the way out", () => {
  const given = (options: Readonly<Record<string, unknown>>) => options as ConvolutionOptions;
  const row = (options: Readonly<Record<string, unknown>>) => options as Conv1dOptions;
  const mistakes: readonly (readonly [() => unknown, string])[] = [
    [
      () => conv2d(4, 3, { activation: "relu", groups: 3 }),
      "must be a positive whole number that divides its 4 filters, got 3",
    ],
    [
      () => conv2d(4, 3, { activation: "relu", dilation: 0 }),
      "The dilation of a convolution must be a positive whole number or two",
    ],
    [() => conv2d(4, 3, given({ bias: 0 })), "The option bias must be true or false, got 0"],
    [() => dense(4, given({ bias: "no" })), 'The option bias must be true or false, got "no"'],
    [
      () => sequential([8, 8, 3], [conv2d(4, 3, { activation: "relu", groups: 2 })]),
      "(conv2d) cannot take rows of shape [8,8,3]: it needs channels that make its 2 groups",
    ],
    [
      () => sequential([8, 8], [conv2d(4, 3, { activation: "relu", dilation: 4 })]),
      "it needs images at least as large as its window [9,9]",
    ],
    [
      () => conv2dTranspose(4, 3, { activation: "relu", stride: 2, outputPadding: 2 }),
      "The output padding [2,2] of a transposed convolution must be less than its stride [2,2]",
    ],
    [
      () => conv2dTranspose(4, 3, { activation: "relu", stride: 2, outputPadding: 1, padding: "same" }),
      'A transposed convolution with the padding "same" has no output padding, got [1,1]',
    ],
    [
      () => sequential([2, 2], [conv2dTranspose(4, 3, { activation: "relu", padding: 2 })]),
      "it needs images of which its padding [2,2,2,2] leaves something",
    ],
    [
      () => sequential([64], [conv2dTranspose(4, 3, { activation: "relu" })]),
      "it needs images [height,width]",
    ],
    [
      () => conv1d(4, 3, row({ stride: [1, 1] })),
      "The stride of a conv1d layer must be a positive whole number",
    ],
    [() => conv1d(4, 3, row({ padding: [1, 2, 3] })), "or two of them [before, after], got [1,2,3]"],
    [
      () => sequential([4, 2], [conv1d(4, 5, { activation: "relu" })]),
      "it needs rows at least as long, with padding, as its window of 5",
    ],
    [
      () => sequential([4, 2, 2], [conv1d(4, 2, { activation: "relu" })]),
      "it needs rows [length] or [length,channels]",
    ],
    [() => upsample2d({ factor: 1.5 }), "The factor of upsample2d must be a positive whole number or two"],
    [
      () => upsample2d({ mode: "cubic" as "bilinear" }),
      'The mode of upsample2d is "nearest" or "bilinear", got "cubic"',
    ],
    [() => sequential([64], [upsample2d()]), "(upsample2d) cannot take rows of shape [64]: it needs images"],
  ];
  for (const [make, sentence] of mistakes) assertThrows(make, DescentError, sentence);
});
