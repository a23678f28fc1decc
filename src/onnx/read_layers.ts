/** Nodes of ONNX that are layers with weights, but for those that move a window. */
import { columnsOf, sameShape, sizeOf } from "../core/tensor.ts";
import { batchNorm } from "../nn/batch_norm.ts";
import { dense } from "../nn/dense.ts";
import { embedding } from "../nn/embedding.ts";
import { layerNorm } from "../nn/layer_norm.ts";
import type { OnnxNode } from "./messages.ts";
import type { Reader, ReadNode } from "./reader.ts";
import {
  asTheyLie,
  channelsLast,
  flat,
  orderOf,
  placeOf,
  plain,
  type Rows,
  rowsOf,
  withAxes,
} from "./rows.ts";
import { listOf, numberOf, type Numbers, refuseNode } from "./tensors.ts";
import { permuted } from "./translation.ts";

const FUSED: Readonly<Record<string, "relu" | "sigmoid" | "tanh">> = {
  Relu: "relu",
  Sigmoid: "sigmoid",
  Tanh: "tanh",
};

/** The activation that alone follows a node, done with it. */
export function activationBehind(
  node: OnnxNode,
  last: OnnxNode,
  from: Reader,
): "identity" | "relu" | "sigmoid" | "tanh" {
  const next = from.next(last), found = next && FUSED[next.operator ?? ""];
  if (next === undefined || found === undefined) return "identity";
  from.absorb(node, next);
  return found;
}

/** A bias of so many values, from a tensor that may be one number for all. */
function biasOf(node: OnnxNode, { shape, data }: Numbers, units: number, from: Reader): Float32Array {
  from.claim(node, units);
  const isRow = sizeOf(shape) === units && columnsOf(shape) === units;
  if (!isRow && data.length !== 1) {
    refuseNode(node, `adds a tensor of shape [${shape}] to ${units} values a row`);
  }
  return isRow ? data : new Float32Array(units).fill(data[0]!);
}

/** A dense layer of weights [inputs,units], whose inputs are in the file's order. */
function denseOf(
  node: OnnxNode,
  { x, weights, bias, last, key }: {
    readonly x: Rows;
    readonly weights: Matrix;
    readonly bias: Float32Array | undefined;
    /** The last node that it takes in. */
    readonly last: OnnxNode;
    readonly key: string;
  },
  from: Reader,
): Rows {
  const [inputs, units] = weights.shape, count = sizeOf(x.shape);
  if (x.shape.length !== 1) {
    refuseNode(
      node,
      `takes rows of shape [${x.shape}], and dense layers take flat ones: put a Flatten before it`,
    );
  }
  if (inputs !== count) {
    refuseNode(node, `multiplies rows of ${count} values by weights [${inputs},${units}]`);
  }
  const activation = activationBehind(node, last, from), channels = orderOf(x);
  const given = from.layer(node, `${key} ${activation} ${channels}`, flat(x), () => {
    const values = new Float32Array(inputs * units), rows = weights.values();
    for (let i = 0; i < inputs; i++) {
      values.set(rows.subarray(i * units, (i + 1) * units), placeOf(i, inputs, channels) * units);
    }
    const layer = dense(units, { activation, ...(bias === undefined && { bias: false }) });
    return { layer, values: { weights: values, ...(bias && { bias }) } };
  });
  return rowsOf(given);
}

/** Weights as they multiply: [inputs,units]. They are put into that order when a layer is made of them. */
interface Matrix {
  readonly shape: readonly [inputs: number, units: number];
  values(): Float32Array;
}

function matrixOf(node: OnnxNode, from: Reader, { isTransposed = false, factor = 1 } = {}): Matrix {
  const found = from.numbers(node, 1), [rows, columns] = found.shape;
  if (found.shape.length !== 2) {
    refuseNode(node, `multiplies by weights of shape [${found.shape}], which are no matrix`);
  }
  return {
    shape: isTransposed ? [columns!, rows!] : [rows!, columns!],
    values() {
      const { data } = isTransposed ? permuted(found, [1, 0]) : found;
      return factor === 1 ? data : data.map((value) => value * factor);
    },
  };
}

const gemm: ReadNode = (node, from) => {
  const x = from.rows(node), isTransposed = numberOf(node, "transB", 0) !== 0;
  if (numberOf(node, "transA", 0) !== 0) refuseNode(node, "transposes the rows of a batch");
  const alpha = numberOf(node, "alpha", 1), beta = numberOf(node, "beta", 1);
  const weights = matrixOf(node, from, { isTransposed, factor: alpha });
  const sum = from.has(node, 2) ? biasOf(node, from.numbers(node, 2), weights.shape[1], from) : undefined;
  const bias = beta === 1 ? sum : sum?.map((value) => value * beta);
  const key = `${node.inputs?.slice(1)} ${alpha} ${beta} ${isTransposed}`;
  return denseOf(node, { x, weights, bias, last: node, key }, from);
};

/** A product, with the sum behind it that is its bias. */
const matmul: ReadNode = (node, from) => {
  const x = from.rows(node), weights = matrixOf(node, from), next = from.next(node);
  const units = weights.shape[1], [own] = node.outputs ?? [];
  const other = next?.operator === "Add" ? next.inputs!.findIndex((name) => name !== own) : -1;
  const found = other < 0 ? undefined : from.known(next!, other);
  const isBias = found?.kind === "numbers" && columnsOf(found.shape) === units && found.data.length === units;
  if (isBias) from.absorb(node, next!);
  const bias = isBias ? biasOf(node, found, units, from) : undefined, last = isBias ? next! : node;
  const key = `${node.inputs![1]} ${isBias ? next!.inputs![other] : ""}`;
  return denseOf(node, { x, weights, bias, last, key }, from);
};

const batchNormalization: ReadNode = (node, from) => {
  const x = from.rows(node), isFlat = x.shape.length === 1, order = isFlat ? orderOf(x) : undefined;
  if (numberOf(node, "training_mode", 0) !== 0) {
    refuseNode(node, "normalizes by its batch: export the model for evaluation, as after model.eval()");
  }
  const [channels] = x.shape, epsilon = numberOf(node, "epsilon", 1e-5);
  const [scale, shift, mean, variance] = [1, 2, 3, 4].map((input) => {
    const { data, shape } = from.numbers(node, input);
    if (shape.length !== 1 || data.length !== channels) {
      refuseNode(node, `has an input ${input + 1} of shape [${shape}] for ${channels} channels`);
    }
    return asTheyLie(data, order);
  }) as [Float32Array, Float32Array, Float32Array, Float32Array];
  const given = isFlat ? flat(x) : channelsLast(x);
  const normal = from.layer(node, `${node.inputs} ${epsilon} ${order}`, given, () => ({
    // What share of the old statistics stays is what here is taken of the new ones.
    layer: batchNorm({ epsilon, momentum: Number((1 - numberOf(node, "momentum", 0.9)).toPrecision(6)) }),
    values: { scale, shift, mean, variance },
  }));
  return rowsOf(normal, x.shape, isFlat ? order : channels);
};

const layerNormalization: ReadNode = (node, from) => {
  const x = from.rows(node), axis = numberOf(node, "axis", -1), epsilon = numberOf(node, "epsilon", 1e-5);
  const rank = x.shape.length + 1, scale = from.numbers(node, 1);
  if (axis !== 1 && axis !== 1 - rank) {
    refuseNode(node, `normalizes from axis ${axis} on, and layerNorm() takes all values of a row together`);
  }
  const shift = from.has(node, 2)
    ? from.numbers(node, 2)
    : { ...scale, data: new Float32Array(scale.data.length) };
  if (![scale, shift].every(({ shape }) => sameShape(shape, x.shape))) {
    refuseNode(node, `has a scale of shape [${scale.shape}] for rows of shape [${x.shape}]`);
  }
  const { given, isLast } = withAxes(x), order = isLast ? x.shape[0] : undefined;
  const normal = from.layer(node, `${node.inputs} ${epsilon} ${order}`, given, () => ({
    layer: layerNorm({ epsilon }),
    values: { scale: asTheyLie(scale.data, order), shift: asTheyLie(shift.data, order) },
  }));
  return rowsOf(normal, x.shape, order);
};

/** Rows of a table; or a part of what is known of sizes. */
const gather: ReadNode = (node, from) => {
  const table = from.known(node, 0), axis = numberOf(node, "axis", 0);
  if (table.kind === "whole") {
    const at = from.whole(node, 1), { values } = table;
    const chosen = at.map((i) => values[i < 0 ? i + values.length : i]);
    if (chosen.includes(undefined)) refuseNode(node, `takes the places [${at}] of ${values.length} sizes`);
    from.claim(node, at.length);
    return {
      kind: "whole",
      shape: at.length === 1 ? [] : [at.length],
      values: chosen as (number | "batch")[],
    };
  }
  if (table.kind !== "numbers" || table.shape.length !== 2 || axis !== 0) {
    refuseNode(node, "takes places of a value, and here rows of a table of weights can be looked up alone");
  }
  const [count, size] = table.shape as [number, number], indices = plain(from.rows(node, 1));
  return rowsOf(from.layer(node, `${node.inputs![0]}`, indices, () => ({
    layer: embedding(count, size),
    values: { weights: table.data },
  })));
};

/** What a loss takes as logits: `classify` makes the probabilities of them again. */
const softmax: ReadNode = (node, from) => {
  const x = from.rows(node), axis = numberOf(node, "axis", from.opset < 13 ? 1 : -1);
  if (x.shape.length !== 1 || (axis !== 1 && axis !== -1) || !from.isEnd(node)) {
    refuseNode(node, "is not the end of a classifier, and no layer here does its work");
  }
  return x;
};

/** Readers by operator. */
export const LAYER_READERS: Readonly<Record<string, ReadNode>> = {
  Gemm: gemm,
  MatMul: matmul,
  BatchNormalization: batchNormalization,
  LayerNormalization: layerNormalization,
  Gather: gather,
  Softmax: softmax,
  LogSoftmax: softmax,
};

/** Axes of a setting that was an attribute before some opset and is an input since. */
export function axesOf(node: OnnxNode, from: Reader, input = 1): readonly number[] | undefined {
  return listOf(node, "axes") ?? (from.has(node, input) ? from.whole(node, input) : undefined);
}
