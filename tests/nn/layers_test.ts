/** Layers for images: shapes, settings, what they compute, what they refuse; and a training step of a whole network. */
import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { DescentError } from "../../src/core/errors.ts";
import { randomWords, STREAM } from "../../src/core/random.ts";
import type { Step } from "../../src/core/step.ts";
import { type Shape, sizeOf } from "../../src/core/tensor.ts";
import type { Executor } from "../../src/exec/executor.ts";
import { referenceExecutor } from "../../src/exec/reference.ts";
import { wasmExecutor } from "../../src/exec/wasm.ts";
import { leaf } from "../../src/ir/leaf.ts";
import { avgPool2d } from "../../src/nn/avg_pool2d.ts";
import { conv1d } from "../../src/nn/conv1d.ts";
import { conv2d } from "../../src/nn/conv2d.ts";
import { conv2dTranspose } from "../../src/nn/conv2d_transpose.ts";
import type { ConvolutionOptions } from "../../src/nn/convolution.ts";
import { dense } from "../../src/nn/dense.ts";
import { flatten } from "../../src/nn/flatten.ts";
import { globalAvgPool2d, globalMaxPool2d } from "../../src/nn/global_pool.ts";
import type { Layer } from "../../src/nn/layer.ts";
import { maxPool2d } from "../../src/nn/max_pool2d.ts";
import { countParameters, initializeWeights, type Model, sequential } from "../../src/nn/model.ts";
import { modelConfig, modelFromConfig } from "../../src/nn/registry.ts";
import { reshape } from "../../src/nn/reshape.ts";
import { upsample2d } from "../../src/nn/upsample2d.ts";
import { sgd } from "../../src/optim/sgd.ts";
import { planSession } from "../../src/train/session_plan.ts";
import { webgpuOrSkip } from "../exec/adapter.ts";
import { imageSizes } from "../fixtures.ts";
import { outputOf } from "./output_of.ts";

const STEP: Step = { start: 0, count: 1, slot: 0, step: 0, seed: 0, scalars: [] };

/** The network of the second report. */
function reportModel(): Model {
  return sequential([28, 28], [
    conv2d(15, 9, { activation: "relu" }),
    maxPool2d(),
    conv2d(20, 5, { activation: "relu" }),
    maxPool2d(),
    flatten(),
    dense(100, { activation: "relu" }),
    dense(10),
  ]);
}

Deno.test("the second report's network has 27,860 parameters and the report's shapes", () => {
  const model = reportModel();
  assertEquals(countParameters(model), 27_860);
  assertEquals(model.layers.map(({ name, built }) => [name, ...built.outputShape]), [
    ["conv2d_1", 20, 20, 15],
    ["max_pool2d_2", 10, 10, 15],
    ["conv2d_3", 6, 6, 20],
    ["max_pool2d_4", 3, 3, 20],
    ["flatten_5", 180],
    ["dense_6", 100],
    ["dense_7", 10],
  ]);
});

Deno.test("conv2d() has weights [height,width,channels,filters] with the fans of a convolution", () => {
  const { parameters: [weights, bias] } = conv2d(20, [5, 3], { activation: "relu" }).build(
    "c",
    [10, 10, 15],
    0,
  );
  assertEquals([weights!.node.label, weights!.node.type.shape], ["c/weights", [5, 3, 15, 20]]);
  assertEquals([bias!.node.label, bias!.node.type.shape, bias!.initializer], ["c/bias", [20], "zeros"]);
  assertEquals([weights!.fanIn, weights!.fanOut, weights!.initializer], [225, 300, "glorot_uniform"]);
});

/** Settings of the op that a layer applies to an image, and the shape of what it makes. */
function applied(layer: Layer, shape: Shape) {
  const built = layer.build("c", shape, 0),
    value = built.apply(leaf("input", "x", [2, ...shape]), { training: false });
  assertEquals(value.type.shape, [2, ...built.outputShape]);
  const { padTop, padBottom, padLeft, padRight } = value.attrs;
  return { pads: [padTop, padBottom, padLeft, padRight], outputShape: built.outputShape, attrs: value.attrs };
}

Deno.test('conv2d() with padding "same" gives ⌈size/stride⌉ positions, the odd zeros at the bottom and right', () => {
  // Sizes, window, stride → TensorFlow's padding.
  const known: readonly (readonly [number, number, number, number, number])[] = [
    [28, 3, 1, 1, 1],
    [28, 3, 2, 0, 1],
    [7, 3, 2, 1, 1],
    [28, 4, 1, 1, 2],
    [5, 2, 3, 0, 0],
    [6, 5, 4, 1, 2],
    [3, 7, 1, 3, 3],
  ];
  for (const [size, window, stride, before, after] of known) {
    const down = applied(
      conv2d(4, [window, 1], { activation: "relu", padding: "same", stride: [stride, 1] }),
      [size, 6],
    );
    assertEquals(down.pads, [before, after, 0, 0]);
    assertEquals(down.outputShape, [Math.ceil(size / stride), 6, 4]);
    const across = applied(
      conv2d(4, [1, window], { activation: "relu", padding: "same", stride: [1, stride] }),
      [6, size],
    );
    assertEquals(across.pads, [0, 0, before, after]);
    assertEquals(across.outputShape, [6, Math.ceil(size / stride), 4]);
  }
});

Deno.test("conv2d() passes padding, stride, flip and activation on", () => {
  assertEquals(applied(conv2d(4, 3, { activation: "relu" }), [8, 8]).attrs, {
    strideY: 1,
    strideX: 1,
    padTop: 0,
    padBottom: 0,
    padLeft: 0,
    padRight: 0,
    flip: false,
    activation: "relu",
  });
  const options = { padding: [1, 2, 3, 0], stride: [2, 3], flipKernel: true, activation: "tanh" } as const;
  const { attrs, outputShape } = applied(conv2d(4, 3, options), [8, 9, 5]);
  assertEquals(attrs, {
    strideY: 2,
    strideX: 3,
    padTop: 1,
    padBottom: 2,
    padLeft: 3,
    padRight: 0,
    flip: true,
    activation: "tanh",
  });
  assertEquals(outputShape, [5, 4, 4]);
  assertEquals(applied(conv2d(4, 3, { activation: "relu", padding: 2 }), [8, 8]).pads, [2, 2, 2, 2]);
});

Deno.test("conv2d() slides its window as it is, or with flipKernel turned by 180°, and applies ReLU", async () => {
  const image = [1, 2, 3, 4, 5, 6, 7, 8, 9], window = [1, 0, -2, 0.5], bias = [2.5];
  const slide = (options: ConvolutionOptions) =>
    outputOf([conv2d(1, 2, options)], [3, 3], image, [window, bias]);
  // 1·a − 2·c + 0.5·d + 2.5 of a b / c d, and with the window turned −2·b + 0.5·a + 1·d + 2.5.
  assertEquals(await slide({ activation: "identity" }), [-2, -2.5, -3.5, -4]);
  assertEquals(await slide({ activation: "identity", flipKernel: true }), [4, 3.5, 2.5, 2]);
  assertEquals(await slide({ activation: "relu" }), [0, 0, 0, 0]);
});

Deno.test("maxPool2d(), avgPool2d() and flatten() after each other give the values worked out by hand", async () => {
  const image = [1, 9, 2, 8, 3, 7, 4, 6, 5, 5, 6, 4, 7, 3, 8, 2];
  assertEquals(await outputOf([maxPool2d(1), flatten()], [2, 2, 4], image), image);
  assertEquals(await outputOf([maxPool2d()], [4, 4, 1], image), [9, 8, 7, 8]);
  assertEquals(await outputOf([avgPool2d([2, 4])], [4, 4, 1], image), [5, 5]);
  assertEquals(await outputOf([maxPool2d(2, { stride: 1 }), avgPool2d(2, { stride: 1 })], [4, 4, 1], image), [
    8,
    7.5,
    7.25,
    7.25,
  ]);
  assertEquals(await outputOf([avgPool2d([1, 2]), flatten()], [2, 2, 4], image), [2, 8, 3, 7, 6, 4, 7, 3]);
});

Deno.test("layers refuse rows that hold no images, and images smaller than their window, with both shapes", () => {
  const mistakes: readonly (readonly [Layer, Shape, string])[] = [
    [
      conv2d(4, 3, { activation: "relu" }),
      [784],
      '"conv2d_1" (conv2d) cannot take rows of shape [784]: it needs images [height,width]',
    ],
    [
      conv2d(4, [9, 3], { activation: "relu" }),
      [8, 8],
      '"conv2d_1" (conv2d) cannot take rows of shape [8,8]: it needs images at least as large as its window [9,3]',
    ],
    [
      conv2d(4, 9, { activation: "relu", padding: [0, 0, 1, 2] }),
      [8, 8, 3],
      "rows of shape [8,8,3]: it needs images at least as large, padding [0,0,1,2] included, as its window [9,9]",
    ],
    [
      maxPool2d(),
      [28, 28],
      '"max_pool2d_1" (max_pool2d) cannot take rows of shape [28,28]: it needs images [height,width,channels]',
    ],
    [
      maxPool2d([2, 4]),
      [3, 3, 20],
      '"max_pool2d_1" (max_pool2d) cannot take rows of shape [3,3,20]: it needs images at least as large as its window [2,4]',
    ],
    [
      avgPool2d(4),
      [3, 5, 2],
      '"avg_pool2d_1" (avg_pool2d) cannot take rows of shape [3,5,2]: it needs images at least as large as its window [4,4]',
    ],
    [
      dense(10, { activation: "relu" }),
      [3, 3, 20],
      '"dense_1" (dense) cannot take rows of shape [3,3,20]: it needs flat rows: put flatten() before it',
    ],
  ];
  for (const [layer, shape, sentence] of mistakes) {
    assertThrows(() => sequential(shape, [layer]), DescentError, sentence);
  }
});

Deno.test("conv2d() and the pools refuse settings that cannot be, with what was given", () => {
  const given = (options: Readonly<Record<string, unknown>>) => options as ConvolutionOptions;
  const mistakes: readonly (readonly [() => Layer, string])[] = [
    [
      () => conv2d(0, 3, { activation: "relu" }),
      "A convolutional layer needs a positive whole number of filters, got 0",
    ],
    [
      () => conv2d(4, 2.5, { activation: "relu" }),
      "The kernel size of a convolution must be a positive whole number or two, [height, width], got 2.5",
    ],
    [
      () => conv2d(4, 3, { activation: "relu", stride: [1, 0] }),
      "The stride of a convolution must be a positive whole number or two, [height, width], got [1,0]",
    ],
    [
      () => conv2d(4, 3, { activation: "relu", padding: -1 }),
      'must be "valid", "same", a whole number of 0 or more, or four of them [top, bottom, left, right], got -1',
    ],
    [() => conv2d(4, 3, given({ padding: [1, 1] })), "got [1,1]"],
    [() => conv2d(4, 3, given({ padding: "full" })), 'got "full"'],
    [() => conv2d(4, 3, given({ activation: "swish" })), 'Unknown activation "swish"'],
    [() => conv2d(4, 3, given({ initializer: "xavier" })), 'Unknown initializer "xavier"'],
    [
      () => maxPool2d(0),
      "The window of a pooling layer must be a positive whole number or two, [height, width], got 0",
    ],
    [
      () => avgPool2d(2, { stride: -1 }),
      "The stride of a pooling layer must be a positive whole number or two, [height, width], got -1",
    ],
  ];
  for (const [make, sentence] of mistakes) assertThrows(make, DescentError, sentence);
});

Deno.test("a model of every layer for images comes back from its description in JSON", () => {
  const model = sequential([13, 12], [
    conv2d(3, [3, 2], { padding: [1, 0, 2, 1], stride: [1, 2], flipKernel: true, activation: "tanh" }),
    conv2d(4, 3, { activation: "relu", padding: "same", initializer: "he_normal" }),
    conv2d(4, 1, { activation: "relu", padding: 1 }),
    maxPool2d(3, { stride: [2, 1] }),
    avgPool2d([1, 2]),
    flatten(),
    dense(2, { activation: "relu" }),
  ]);
  const back = modelFromConfig(JSON.parse(JSON.stringify(modelConfig(model))));
  assertEquals(modelConfig(back), modelConfig(model));
  assertEquals(
    back.layers.map(({ built }) => built.outputShape),
    model.layers.map(({ built }) => built.outputShape),
  );
  const attrsOf = ({ layers }: Model) =>
    layers.map(({ built }, i) =>
      built.apply(leaf("input", "x", [1, ...(layers[i - 1]?.built.outputShape ?? [13, 12])]), {
        training: true,
      }).attrs
    );
  assertEquals(attrsOf(back), attrsOf(model));
});

const SIZES = { rows: 24, trainRows: 16, classes: 3 };

function session(model: Model) {
  return planSession(model, imageSizes({ ...SIZES, pixels: sizeOf(model.inputShape) }), {
    optimizer: sgd(),
    batch: 8,
    seed: 1,
  });
}

Deno.test("a batch of images and a flattened one of 20 channels cost no call: they lie as they are needed", () => {
  const { plan } = planSession(
    reportModel(),
    imageSizes({ rows: 256, trainRows: 128, pixels: 784, classes: 10 }),
    { optimizer: sgd(), batch: 32, seed: 1 },
  );
  const names = plan.routines.train!.map(({ op }) => op.name);
  assertEquals(names.slice(0, 7), [
    "gather",
    "conv2d",
    "max_pool2d",
    "conv2d",
    "max_pool2d",
    "linear",
    "linear",
  ]);
  assertEquals(names.includes("reshape"), false);
  assertEquals(names.filter((name) => name === "conv2d_input_grad").length, 1);
});

Deno.test("images that are flattened first are the gathered rows: a dense layer reads their bytes on WASM", () => {
  const model = sequential([8, 8], [flatten(), dense(4, { activation: "relu" }), dense(3)]);
  const sizes = imageSizes({ ...SIZES, pixels: 64 }), options = { optimizer: sgd(), batch: 8, seed: 1 };
  const { plan } = planSession(model, sizes, { ...options, backend: "wasm" });
  const names = plan.routines.train!.map(({ op }) => op.name);
  assertEquals([names[0], names.includes("gather"), names.includes("reshape")], [
    "linear_bytes",
    false,
    false,
  ]);
});

Deno.test("flattened images of 5 channels are copied, and so is their gradient", () => {
  const { plan } = session(
    sequential([8, 8], [conv2d(5, 3, { activation: "relu" }), flatten(), dense(3)]),
  );
  assertEquals(plan.routines.train!.filter(({ op }) => op.name === "reshape").map(({ label }) => label), [
    "flatten_2",
    "dConv2d_1",
  ]);
});

const logits = dense(3, { activation: "identity" });

/** Networks for images of 11×9 pixels, which have all layers for images between them. */
const TRAINED: Readonly<Record<string, readonly Layer[]>> = {
  "with windows as they come": [
    conv2d(5, 3, { padding: "same", flipKernel: true, activation: "tanh" }),
    maxPool2d(2),
    conv2d(6, [2, 3], { activation: "relu" }),
    avgPool2d(2, { stride: 1 }),
    flatten(),
    logits,
  ],
  "with padding, gaps, groups and no biases": [
    conv2d(6, 3, { dilation: [2, 1], padding: 1, activation: "tanh" }),
    maxPool2d(3, { stride: 2, padding: 1, ceilMode: true }),
    conv2d(12, 3, { groups: 6, bias: false, padding: "same", activation: "sigmoid" }),
    avgPool2d(2, { stride: 1, padding: 1, countIncludePad: false }),
    conv2d(8, 3, { groups: 2 }),
    globalAvgPool2d(),
    dense(3, { activation: "identity", bias: false }),
  ],
  "that grow": [
    reshape([33, 3]),
    conv1d(4, 3, { stride: 2, activation: "tanh" }),
    reshape([4, 4, 4]),
    conv2dTranspose(6, 3, { stride: 2, outputPadding: 1, activation: "sigmoid" }),
    upsample2d({ factor: [1, 2], mode: "bilinear" }),
    upsample2d(),
    conv2dTranspose(4, 2, { groups: 2, bias: false }),
    globalMaxPool2d(),
    logits,
  ],
};

/** Weights and losses of a network of all layers after three steps of training. */
async function trained(executor: Executor, layers: readonly Layer[]) {
  const model = sequential([11, 9], layers);
  const { plan, table, training, evaluation } = session(model), program = await executor.load(plan);
  program.write(
    table.inputs,
    randomWords(24 * 99, { seed: 3, stream: STREAM.test }).map((word) => word >>> 24),
  );
  program.write(table.targets!, Uint8Array.from({ length: 24 }, (_, i) => i % 3));
  program.write(training.order, Array.from({ length: 16 }, (_, i) => 15 - i));
  program.write(evaluation!.order, Array.from({ length: 24 }, (_, i) => i));
  const weights = initializeWeights(model, 1), optimizer = sgd({ learningRate: 0.2 });
  for (const { node } of model.parameters) program.write(node, weights.get(node.label)!);
  const steps = [0, 8, 0].map((start, step) => ({
    ...STEP,
    start,
    count: 8 - step,
    slot: step % 2,
    step,
    scalars: optimizer.scalars(step),
  }));
  await program.run("train", steps);
  const values = await Promise.all(
    [...model.parameters.map(({ node }) => node), training.metrics].map((one) => program.read(one)),
  );
  program.close();
  return { before: model.parameters.map(({ node }) => weights.get(node.label)!), after: values };
}

for (const [which, layers] of Object.entries(TRAINED)) {
  Deno.test(`three steps of a network of layers ${which} give the reference's weights on WASM and on WebGPU`, async () => {
    const { before, after } = await trained(referenceExecutor(), layers), webgpu = await webgpuOrSkip();
    before.forEach((values, i) =>
      assert(values.some((value, at) => Math.abs(value - after[i]![at]!) > 1e-4))
    );
    for (
      const executor of [await wasmExecutor({ threads: 2, parallelFlops: 0 }), ...(webgpu ? [webgpu] : [])]
    ) {
      const found = await trained(executor, layers);
      after.forEach((values, i) =>
        values.forEach((value, at) => assertAlmostEquals(found.after[i]![at]!, value, 1e-5))
      );
    }
  });
}
