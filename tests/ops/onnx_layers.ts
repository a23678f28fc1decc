/** Nodes of ONNX that are layers, losses and updates of training. */
import { sizeOf } from "../../src/core/tensor.ts";
import type { Node } from "../../src/ir/node.ts";
import {
  adagrad,
  adam,
  arena,
  batchNorm,
  concat,
  constant,
  map,
  ops,
  type Optimizer,
} from "../../src/mod.ts";
import { reduceMean, reduceSum, sgd, slice } from "../../src/mod.ts";
import { axisOf, given, has, numberOf, numbersOf, type OnnxBuild, type OnnxGraph } from "./onnx_case.ts";
import { listOf, type OnnxNode, shapeOf, textOf, valued, valuesOf } from "./onnx_case.ts";
import { asRows, logSoftmaxOfLast } from "./onnx_reductions.ts";
import { channelsFirst, imagesOf } from "./onnx_windows.ts";

const { matmul, oneHot, reshapeAll } = ops;

function gemm(node: OnnxNode): Node {
  const flag = (name: string) => numberOf(node, name, 0) === 1;
  const product = matmul(given(node), given(node, 1), {
    transposeA: flag("transA"),
    transposeB: flag("transB"),
  });
  const alpha = numberOf(node, "alpha", 1), beta = numberOf(node, "beta", 1);
  if (!has(node, 2)) return map([product], (y) => y.mul(alpha));
  return map([product, given(node, 2)], (y, c) => y.mul(alpha).add(c.mul(beta)));
}

/** Matrices of a batch one by one. */
function matmulOfAll(node: OnnxNode): Node {
  const a = given(node), b = given(node, 1), shape = a.type.shape, count = sizeOf(shape.slice(0, -2));
  if (shape.length === 2) return matmul(a, b);
  const matrix = (x: Node, at: number) => {
    const [rows, columns] = x.type.shape.slice(-2), all = reshapeAll(x, [count, rows!, columns!]);
    return reshapeAll(slice(all, { axis: 0, start: at, size: 1 }), [rows!, columns!]);
  };
  const products = Array.from({ length: count }, (_, at) => matmul(matrix(a, at), matrix(b, at)));
  return reshapeAll(concat(products, { axis: 0 }), [...shape.slice(0, -1), b.type.shape.at(-1)!]);
}

/** By the layer, as when it is evaluated. */
function batchNormalization(node: OnnxNode): Node | OnnxGraph {
  const shape = shapeOf(node), epsilon = numberOf(node, "epsilon", 1e-5);
  if (numberOf(node, "training_mode", 0) === 1) return batchNormalizationInTraining(node, epsilon);
  const x = imagesOf(given(node)), built = batchNorm({ epsilon }).build("norm", x.type.shape.slice(1), 0);
  const values = [...built.parameters, ...built.states ?? []].map((one) => one.node);
  values.forEach((value, i) => node.written.set(value, valuesOf(node.inputs[1 + i]!)));
  return channelsFirst(built.apply(x, { training: false }), shape.length);
}

const ALL = [0, 1, 2, 3], CHANNELS = [1];

/** ONNX keeps the variance of a batch as it is, where the layer and PyTorch keep the unbiased one. */
function batchNormalizationInTraining(node: OnnxNode, epsilon: number): OnnxGraph {
  const x = given(node),
    { mean, centred, variance } = moments(x, [0, 2, 3]),
    momentum = numberOf(node, "momentum", 0.9);
  const kept = (old: Node, now: Node) =>
    map([old, reshapeAll(now, old.type.shape)], (a, b) => a.mul(momentum).add(b.mul(1 - momentum)));
  return {
    outputs: [
      scaled(node, centred, variance, epsilon),
      kept(given(node, 3), mean),
      kept(given(node, 4), variance),
    ],
  };
}

function moments(x: Node, axes: readonly number[]) {
  const mean = reduceMean(x, { axes, keepAxes: true }), centred = map([x, mean], (value, m) => value.sub(m));
  const variance = reduceMean(map([centred], (value) => value.square()), { axes, keepAxes: true });
  return { mean, centred, variance };
}

/** With a scale and a shift for each channel. */
function scaled(node: OnnxNode, centred: Node, variance: Node, epsilon: number): Node {
  return map(
    [centred, variance, given(node, 1), given(node, 2)],
    (value, v, s, b) => value.div(v.add(epsilon).sqrt()).mul(s).add(b),
    { axes: [ALL, ALL, CHANNELS, CHANNELS] },
  );
}

function layerNormalization(node: OnnxNode): OnnxGraph {
  const x = given(node), from = axisOf(node, -1), epsilon = numberOf(node, "epsilon", 1e-5);
  const axes = shapeOf(node).map((_size, axis) => axis).slice(from),
    { mean, centred, variance } = moments(x, axes);
  const inverse = map([variance], (v) => constant(1).div(v.add(epsilon).sqrt()));
  const y = map(
    [centred, inverse, given(node, 1), given(node, 2)],
    (value, i, s, b) => value.mul(i).mul(s).add(b),
  );
  return { outputs: [y, mean, inverse] };
}

function instanceNormalization(node: OnnxNode): Node {
  const { centred, variance } = moments(given(node), [2, 3]);
  return scaled(node, centred, variance, numberOf(node, "epsilon", 1e-5));
}

function meanVarianceNormalization(node: OnnxNode): Node {
  const { centred, variance } = moments(given(node), listOf(node, "axes") ?? [0, 2, 3]);
  return map([centred, variance], (value, v) => value.div(v.sqrt().add(1e-9)));
}

/** While evaluating it is its input, and its mask is ones; while training with a rate of 0 as well. */
function dropout(node: OnnxNode): OnnxGraph {
  const isTraining = numbersOf(node, 2)[0] === 1, [rate = 0.5] = numbersOf(node, 1), x = given(node);
  if (isTraining && rate > 0) throw new Error("Its mask is drawn by NumPy");
  const y = isTraining ? ops.dropout(x, { rate, lane: 0 }) : map([x], (value) => value);
  return { outputs: [y, map([x], () => 1)].slice(0, node.outputs.length) };
}

/**
 * Losses of log-probabilities [M,C]: w[c]·-log p[c] of each row's class c. Rows that are ignored come with a class past the
 * last one, whose one-hot row is zeros.
 */
function classLosses(node: OnnxNode, logP: Node): Node {
  const [rows, classes] = logP.type.shape as [number, number], ignored = node.attributes.ignore_index;
  const labels = numbersOf(node, 1).map((label) => label === ignored ? classes : label);
  const indices = valued(node, [rows], labels, { dtype: "u32" }), chosen = oneHot(indices, { classes });
  const weighted = has(node, 2) ? map([chosen, given(node, 2)], (is, w) => is.mul(w)) : chosen;
  const losses = reduceSum(map([weighted, logP], (w, l) => w.mul(l).neg()), { axes: [1] });
  const reduction = textOf(node, "reduction", "mean");
  if (reduction === "none") return reshapeAll(losses, shapeOf(node, 1));
  const sum = reduceSum(losses, { axes: [0] });
  if (reduction === "sum") return sum;
  return map([sum, reduceSum(weighted, { axes: [0, 1] })], (all, weight) => all.div(weight));
}

/** Plain rows of logits take the op that is made for them. */
function softmaxCrossEntropyLoss(node: OnnxNode): OnnxGraph {
  const { rows, back } = asRows(given(node), 1), logP = logSoftmaxOfLast(rows);
  const isPlain = shapeOf(node).length === 2 && !has(node, 2) && node.attributes.ignore_index === undefined;
  const loss = isPlain ? plainLoss(node, rows) : classLosses(node, logP);
  return { outputs: [loss, ...(node.outputs.length === 2 ? [back(logP)] : [])] };
}

function plainLoss(node: OnnxNode, logits: Node): Node {
  const losses = ops.softmaxCrossEntropy(
    logits,
    valued(node, shapeOf(node, 1), numbersOf(node, 1), { dtype: "u32" }),
  );
  switch (textOf(node, "reduction", "mean")) {
    case "none":
      return losses;
    case "sum":
      return reduceSum(losses, { axes: [0] });
    default:
      return reduceMean(losses, { axes: [0] });
  }
}

/** An update of all tensors of a node by one call over arenas. Inputs: the rate, the step, parameters, gradients, states. */
function updated(node: OnnxNode, optimizer: Optimizer, scalars: readonly number[], scale = 1): OnnxGraph {
  const kinds = 2 + optimizer.states.length, count = (node.inputs.length - 2) / kinds;
  const leaves = Array.from({ length: kinds }, (_, kind) => {
    const role = kind === 0 ? "parameter" : kind === 1 ? "input" : "state";
    return Array.from({ length: count }, (_, i) => given(node, 2 + kind * count + i, role));
  });
  for (const state of leaves.slice(2).flat()) {
    node.written.set(state, Array.from(node.written.get(state)!, (value) => value * scale));
  }
  const [parameters, gradients, ...states] = leaves.map((some, kind) =>
    arena(`${node.name}/arena_${kind}`, some)
  );
  return {
    outputs: [...leaves[0]!, ...leaves.slice(2).flat()],
    run: [optimizer.update(parameters!, gradients!, states)],
    scalars,
    read: (values, output) => output < count ? values : values.map((value) => value / scale),
  };
}

function adamUpdate(node: OnnxNode): OnnxGraph {
  const [learningRate] = numbersOf(node, 0) as [number], [t] = numbersOf(node, 1) as [number];
  const beta1 = numberOf(node, "alpha", 0.9), beta2 = numberOf(node, "beta", 0.999);
  const epsilon = numberOf(node, "epsilon", 1e-6), weightDecay = numberOf(node, "norm_coefficient", 0);
  if (numberOf(node, "norm_coefficient_post", 0) !== 0) {
    throw new Error("Parameters would shrink behind the update");
  }
  const optimizer = adam({ learningRate, beta1, beta2, epsilon, rawEpsilon: true, weightDecay });
  // At step 0 ONNX corrects nothing.
  return updated(node, optimizer, t === 0 ? [learningRate, 1, learningRate] : optimizer.scalars(t - 1));
}

function adagradUpdate(node: OnnxNode): OnnxGraph {
  const [rate] = numbersOf(node, 0) as [number], [t] = numbersOf(node, 1) as [number];
  const learningRate = rate / (1 + t * numberOf(node, "decay_factor", 0));
  const epsilon = numberOf(node, "epsilon", 1e-6), weightDecay = numberOf(node, "norm_coefficient", 0);
  const optimizer = adagrad({ learningRate, epsilon, weightDecay });
  return updated(node, optimizer, optimizer.scalars(t));
}

/** Our velocity is what is added to the parameters: theirs times -rate. */
function momentumUpdate(node: OnnxNode): OnnxGraph {
  const [rate] = numbersOf(node, 0) as [number], [t] = numbersOf(node, 1) as [number];
  const share = t === 0 ? 1 : numberOf(node, "beta", 1),
    nesterov = textOf(node, "mode", "standard") === "nesterov";
  if (nesterov && share !== 1) {
    throw new Error("Nesterov's step has the whole gradient, its velocity a share of it");
  }
  const momentum = numberOf(node, "alpha", 0.9), weightDecay = numberOf(node, "norm_coefficient", 0);
  const optimizer = sgd({ learningRate: rate * share, momentum, nesterov, weightDecay });
  return updated(node, optimizer, optimizer.scalars(t), -rate);
}

export const LAYER_NODES: Readonly<Record<string, OnnxBuild>> = {
  Gemm: gemm,
  MatMul: matmulOfAll,
};

export const NORMALIZATION_NODES: Readonly<Record<string, OnnxBuild>> = {
  BatchNormalization: batchNormalization,
  LayerNormalization: layerNormalization,
  InstanceNormalization: instanceNormalization,
  MeanVarianceNormalization: meanVarianceNormalization,
  Dropout: dropout,
};

export const LOSS_NODES: Readonly<Record<string, OnnxBuild>> = {
  SoftmaxCrossEntropyLoss: softmaxCrossEntropyLoss,
  NegativeLogLikelihoodLoss: (node) => classLosses(node, asRows(given(node), 1).rows),
};

export const UPDATE_NODES: Readonly<Record<string, OnnxBuild>> = {
  Adam: adamUpdate,
  Adagrad: adagradUpdate,
  Momentum: momentumUpdate,
};
