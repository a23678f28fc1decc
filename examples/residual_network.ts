/**
 * A residual network with batch normalization on coloured images of 32×32 pixels, drawn here: discs, squares and rings.
 * `deno run -A examples/residual_network.ts`
 */
import {
  activation,
  batchNorm,
  conv2d,
  cosineDecay,
  dense,
  fit,
  globalAvgPool2d,
  residual,
  sequential,
  sgd,
  splitData,
} from "descent";

const [epochs = 6, rows = 2400] = Deno.args.map(Number);
/** How far a point is from the middle of a disc, a square and a ring: inside it is below 1. */
const SHAPES = [
  (x: number, y: number) => Math.hypot(x, y),
  (x: number, y: number) => Math.max(Math.abs(x), Math.abs(y)),
  (x: number, y: number) => 4 * Math.abs(Math.hypot(x, y) - 0.75),
];
const targets = Uint8Array.from({ length: rows }, (_, row) => row % 3), inputs = new Uint8Array(rows * 3072);
targets.forEach((shape, row) => {
  const [size, left, top] = [5 + 6 * Math.random(), 10 + 12 * Math.random(), 10 + 12 * Math.random()];
  const colours = [0, 90].map((light) => [0, 1, 2].map(() => light + 120 * Math.random()));
  for (let at = 0; at < 1024; at++) {
    const distance = SHAPES[shape]!(
      (at % 32 - left) / size,
      (Math.floor(at / 32) - top) / size,
    );
    inputs.set(colours[+(distance < 1)]!.map((value) => value + 40 * Math.random()), 3072 * row + 3 * at);
  }
});
const data = splitData({ inputs, inputShape: [32, 32, 3], targets }, { test: 0.2, stratify: true });
const convolution = (filters: number, stride = 1) =>
  conv2d(filters, 3, { padding: "same", stride, bias: false });
const block = (filters: number, stride = 1) => {
  const parts = [
    convolution(filters, stride),
    batchNorm(),
    activation("relu"),
    convolution(filters),
    batchNorm(),
  ];
  const shortcut = stride === 1 ? [] : [conv2d(filters, 1, { stride, bias: false }), batchNorm()];
  return [residual(parts, { shortcut }), activation("relu")];
};
const stem = [convolution(16), batchNorm(), activation("relu")], head = [globalAvgPool2d(), dense(3)];
const model = sequential([32, 32, 3], [...stem, ...block(16), ...block(32, 2), ...block(64, 2), ...head]);
const { results } = await fit(model, data, {
  optimizer: sgd({ learningRate: 0.05, momentum: 0.9, weightDecay: 1e-4 }),
  schedule: cosineDecay({ over: epochs }),
  epochs,
  onEpoch: ({ epoch, loss }) => console.log(`epoch ${epoch}: loss ${loss.toFixed(4)}`),
});
console.log(`${(100 * results.test!.accuracy).toFixed(1)} % of the shapes are told`);
