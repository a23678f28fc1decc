/** The networks that are timed, each with and without what it draws by chance. */
import { activation } from "../src/nn/activation.ts";
import { batchNorm } from "../src/nn/batch_norm.ts";
import { conv2d } from "../src/nn/conv2d.ts";
import { corruption } from "../src/nn/corruption.ts";
import { dense } from "../src/nn/dense.ts";
import { dropout } from "../src/nn/dropout.ts";
import { elementwise, residual } from "../src/nn/elementwise.ts";
import { flatten } from "../src/nn/flatten.ts";
import { globalAvgPool2d } from "../src/nn/global_pool.ts";
import { layerNorm } from "../src/nn/layer_norm.ts";
import type { Loss } from "../src/nn/loss.ts";
import { reconstructionCrossEntropy } from "../src/nn/losses.ts";
import { maxPool2d } from "../src/nn/max_pool2d.ts";
import { type Model, sequential } from "../src/nn/model.ts";
import { input, modelOf } from "../src/nn/network.ts";
import { sampleNormal } from "../src/nn/sample_normal.ts";
import { tiedDense } from "../src/nn/tied_dense.ts";
import { map } from "../src/ops/map.ts";
import { reduceSum } from "../src/ops/reduce.ts";
import { SHAPE_CLASSES, SHAPE_EDGE } from "./shapes.ts";

export type NetworkName =
  | "classifier"
  | "autoencoder"
  | "cnn"
  | "denoising"
  | "mnist_cnn"
  | "residual"
  | "variational"
  | "predictor";

/** Without `noise` (default true) nothing is masked, dropped or drawn; parameters, and so first weights, are the same. */
type MakeNetwork = (options?: { readonly noise?: boolean }) => Model;

export const PIXELS = 784;

/** The networks by name, for images of 28 × 28 pixels; `residual` for those of `shapeImages`. */
export const NETWORKS: Readonly<Record<NetworkName, MakeNetwork>> = {
  classifier: () =>
    sequential(PIXELS, [
      dense(30, { activation: "relu" }),
      dense(20, { activation: "relu" }),
      dense(10, { activation: "relu" }),
      dense(5),
    ]),
  autoencoder: () =>
    sequential(PIXELS, [dense(512, { activation: "relu" }), dense(PIXELS, { activation: "sigmoid" })]),
  cnn: () =>
    sequential([28, 28], [
      conv2d(15, 9, { activation: "relu" }),
      maxPool2d(),
      conv2d(20, 5, { activation: "relu" }),
      maxPool2d(),
      flatten(),
      dense(100, { activation: "relu" }),
      dense(10),
    ]),
  denoising: ({ noise = true } = {}) => {
    const encoder = dense(900, { activation: "sigmoid" });
    return noise
      ? sequential(PIXELS, [corruption(0.1), encoder, tiedDense("dense_2")])
      : sequential(PIXELS, [encoder, tiedDense("dense_1")]);
  },
  mnist_cnn: ({ noise = true } = {}) =>
    sequential([28, 28], [
      conv2d(32, 3, { activation: "relu" }),
      maxPool2d(2),
      conv2d(64, 3, { activation: "relu" }),
      maxPool2d(2),
      flatten(),
      ...(noise ? [dropout(0.5)] : []),
      dense(10),
    ]),
  residual: () =>
    sequential([SHAPE_EDGE, SHAPE_EDGE, 3], [
      convolution(16),
      batchNorm(),
      activation("relu"),
      ...residualBlock(16),
      ...residualBlock(32, 2),
      ...residualBlock(64, 2),
      globalAvgPool2d(),
      dense(SHAPE_CLASSES),
    ]),
  variational: ({ noise = true } = {}) => {
    const block = () => residual([layerNorm(), dense(256, { activation: "gelu" }), dense(128)]);
    const x = input(PIXELS), hidden = x.pipe(dense(128, { activation: "gelu" }), block(), block());
    const mean = hidden.pipe(dense(2)), logVariance = hidden.pipe(dense(2));
    // Without noise of both too: so the layers, and their weights, come in the same order.
    const z = noise ? sampleNormal(mean, logVariance) : elementwise([mean, logVariance], (m) => m);
    const logits = z.pipe(dense(512, { activation: "gelu" }), dense(PIXELS));
    return modelOf({ x }, { logits, mean, logVariance });
  },
  predictor: () =>
    sequential(PIXELS, [dense(128, { activation: "relu" }), dense(64, { activation: "relu" }), dense(10)]),
};

/** Windows of 3 × 3 with a row of zeros on each side, as PyTorch pads; Keras's "same" puts none before where the stride is 2. */
function convolution(filters: number, stride = 1) {
  return conv2d(filters, 3, { padding: 1, stride, bias: false });
}

function residualBlock(filters: number, stride = 1) {
  const parts = [
    convolution(filters, stride),
    batchNorm(),
    activation("relu"),
    convolution(filters),
    batchNorm(),
  ];
  const shortcut = stride === 1 ? [] : [conv2d(filters, 1, { stride, bias: false }), batchNorm()];
  return [residual(parts, { shortcut }), activation("relu")];
}

/** Of `variational`, in nats: what is lost of an image, and how far its code is from a standard normal distribution. */
export function evidenceBound(): Loss {
  const lost = reconstructionCrossEntropy();
  return {
    ...lost,
    name: "negative evidence bound",
    rows(given) {
      const { mean, logVariance } = given.outputs;
      const terms = map([mean!, logVariance!], (m, v) => m.square().add(v.exp()).sub(v).sub(1).mul(0.5));
      return map([lost.rows(given), reduceSum(terms, { axes: [1] })], (a, b) => a.add(b));
    },
  };
}
