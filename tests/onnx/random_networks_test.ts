/** Networks put together at random: what ONNX Runtime makes of each, and what it is when it comes back. */
import { assert, assertEquals } from "@std/assert";
import {
  activation,
  avgPool2d,
  batchNorm,
  concat,
  conv1d,
  conv2d,
  conv2dTranspose,
  dense,
  DescentError,
  elementwise,
  flatten,
  globalAvgPool2d,
  globalMaxPool2d,
  input,
  layerNorm,
  maxPool2d,
  type Model,
  modelOf,
  pad,
  type Padding,
  type Part,
  predict,
  reshape,
  residual,
  slice,
  transpose,
  upsample2d,
} from "descent";
import { fromOnnx, toOnnx } from "descent/onnx";
import { type Shape, sizeOf } from "../../src/core/tensor.ts";
import { longOr } from "../fixtures.ts";
import { type Draw, drawsOf } from "../mutations.ts";
import { moved, onnxRuntime } from "./networks.ts";

/** Relative to the largest value: a normalization of values that are nearly alike makes much of their last digits. */
const CLOSE = 1e-4;
const ROWS = 3, MOST_VALUES = 3000;
const ACTIVATIONS = [
  ...["identity", "relu", "sigmoid", "tanh", "leakyRelu"] as const,
  ...["elu", "selu", "gelu", "silu", "softplus"] as const,
];
const SHAPES: readonly Shape[] = [[5], [12], [6, 5], [7, 6, 2], [5, 5, 1], [4, 6, 3], [1, 1, 4]];
const SIDES: readonly ("same" | "valid" | number | Padding)[] = ["same", "valid", 1, [0, 1, 2, 0]];

/** One of the parts that rows of this shape may go through. */
function partFor(shape: Shape, draw: Draw): Part {
  const one = <T>(all: readonly T[]) => all[draw(all.length)]!, coin = () => draw(2) === 1;
  const curve = () => one(ACTIVATIONS), [height, width = 1, channels = 1] = shape as [number, number, number];
  const groups = one([1, 2, 3].filter((count) => channels % count === 0)),
    ends = { bias: coin(), activation: curve() };
  const everywhere: readonly (() => Part)[] = [
    () => batchNorm(),
    () => layerNorm(),
    () => activation(curve()),
    () => (value) => pad(value, { axis: draw(shape.length), before: draw(2), after: 1 }),
    () => (value) => slice(value, { axis: draw(shape.length), size: 1 }),
  ];
  const flat: readonly (() => Part)[] = [
    () => dense(1 + draw(12), ends),
    () => residual([dense(height, ends)]),
    () => reshape(one([[1, 1, height], [height, 1], [1, height]])),
    () => conv1d(1 + draw(4), 1 + draw(2), { padding: one(["same", "valid"]) }),
    () => (value) => concat([value, value.pipe(dense(2))]),
  ];
  const plain: readonly (() => Part)[] = [
    flatten,
    () => conv2d(1 + draw(5), 1 + draw(2), { padding: "same", flipKernel: coin() }),
    () => conv1d(1 + draw(5), 1 + draw(2), { padding: "same", ...ends }),
    () => upsample2d({ factor: 1 + draw(2) }),
    () => conv2dTranspose(1 + draw(3), 2, { stride: 1 + draw(2) }),
    () => (value) => transpose(value, [1, 0]),
  ];
  const pool = () => ({ ceilMode: coin(), padding: one(["same", "valid", 1] as const), stride: 1 + draw(3) });
  const images: readonly (() => Part)[] = [
    flatten,
    () =>
      conv2d(groups * (1 + draw(3)), [1 + draw(3), 1 + draw(3)], {
        ...{ ...ends, groups, padding: one(SIDES), stride: [1 + draw(2), 1 + draw(2)] },
        ...{ dilation: 1 + draw(2), flipKernel: coin() },
      }),
    () =>
      conv2dTranspose(groups * (1 + draw(2)), [1 + draw(3), 1 + draw(3)], {
        ...{ ...ends, groups, padding: one(["same", "valid"] as const), stride: 1 + draw(2) },
      }),
    () => maxPool2d(2, pool()),
    () => avgPool2d(2 + draw(2), { ...pool(), countIncludePad: coin() }),
    () => coin() ? globalAvgPool2d() : globalMaxPool2d(),
    () => upsample2d({ factor: [1 + draw(2), 1 + draw(2)], mode: coin() ? "nearest" : "bilinear" }),
    () => residual([conv2d(channels, 3, { padding: "same" }), batchNorm(), activation(curve())]),
    () => (value) => concat([value, value.pipe(conv2d(2, 1))]),
    () => (value) => transpose(value, one([[2, 0, 1], [1, 2, 0], [1, 0, 2], [2, 1, 0]])),
    () => (value) =>
      elementwise([value, value.pipe(globalAvgPool2d(), dense(channels))], (a, b) => a.mul(b).add(1)),
    () => reshape(coin() ? [width, height, channels] : [height * width, channels]),
  ];
  return one([...everywhere, ...[flat, plain, images][shape.length - 1]!])();
}

/** The network `index`; a part that cannot take what it is given is passed over. */
function networkOf(index: number): Model {
  const draw = drawsOf(index), x = input(SHAPES[draw(SHAPES.length)]!);
  let value = x.pipe(activation("identity"));
  for (let parts = 2 + draw(6); parts > 0; parts--) {
    try {
      const next = value.pipe(partFor(value.shape, draw));
      if (sizeOf(next.shape) <= MOST_VALUES) value = next;
    } catch (error) {
      if (!(error instanceof DescentError)) throw error;
    }
  }
  return modelOf({ x }, value);
}

function differenceOf(a: Float32Array, b: Float32Array): number {
  assertEquals(a.length, b.length);
  const largest = a.reduce((most, value) => Math.max(most, Math.abs(value)), 1);
  return a.reduce((worst, value, i) => Math.max(worst, Math.abs(value - b[i]!)), 0) / largest;
}

Deno.test("networks put together at random answer alike in ONNX Runtime, and when they come back", async () => {
  const run = await onnxRuntime(), count = longOr(30, 3000);
  for (let index = 0; index < count; index++) {
    const model = networkOf(index), trained = moved(model), width = sizeOf(model.inputShape);
    const rows = Float32Array.from({ length: ROWS * width }, (_, i) => Math.sin(1.7 * i + index));
    const title = `network ${index}: ${model.layers.map(({ layer }) => layer.kind).join(" ")}`;
    const file = toOnnx(trained), ours = await predict(trained, rows);
    const theirs = await run?.(file, { x: { data: rows, shape: [ROWS, ...model.inputShape] } });
    if (theirs !== undefined) assert(differenceOf(ours, theirs.output!.data) < CLOSE, title);
    // What is a change of shape alone has no layer.
    if (model.layers.every(({ built }) => built.parameters.length === 0)) continue;
    assert(differenceOf(ours, await predict(fromOnnx(file), rows)) < CLOSE, `${title}, back`);
  }
});
