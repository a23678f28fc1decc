/** Normalizations, which are several nodes here and one operator in ONNX, found by what their nodes compute. */
import type { Node } from "../ir/node.ts";
import { isOfShape, permuted, TO_FIRST, type Translation, type Written } from "./translation.ts";

const NUMBER = String.raw`(\d[\d.e+-]*)`;
/** What `batchNorm` makes of its scale and the variance; with epsilon. */
const FACTOR = new RegExp(String.raw`^a / sqrt\(b \+ ${NUMBER}\)$`);
/** What `layerNorm` ends in: (x − mean, variance, scale, shift). */
const LAYER = new RegExp(String.raw`^a / sqrt\(b \+ ${NUMBER}\) \* c \+ d$`);
const CHANNELS = "(a - b) * c + d";

/** The one operator that a `map` and what it is made of are; undefined where they are none. */
export function normalization(node: Node, to: Translation): Written | undefined {
  if (node.inputs.length !== 4 || node.attrs.axes !== false) return undefined;
  const { f } = node.attrs;
  if (f === CHANNELS) return batchNormalization(node, to);
  const layer = LAYER.exec(`${f}`);
  return layer === null ? undefined : layerNormalization(node, Number(layer[1]), to);
}

function batchNormalization(node: Node, to: Translation): Written | undefined {
  const [x, mean, factor, shift] = node.inputs as [Node, Node, Node, Node], { shape } = node.type;
  const epsilon = FACTOR.exec(`${factor.attrs.f}`)?.[1], channels = [shape.at(-1)!];
  if (epsilon === undefined || (shape.length !== 2 && shape.length !== 4)) return undefined;
  const [scale, variance] = factor.inputs as [Node, Node], values = [scale, shift, mean, variance];
  if (!values.every((one) => isOfShape(to.constant(one), channels))) return undefined;
  const isImage = shape.length === 4, given = isImage ? to.first(x) : to.last(x);
  const name = to.graph.add("BatchNormalization", [given, ...values.map(to.last)], node.label, {
    epsilon: { float: Number(epsilon) },
  });
  return isImage ? { first: name } : { last: name };
}

function layerNormalization(node: Node, epsilon: number, to: Translation): Written | undefined {
  const [centred, variance, scale, shift] = node.inputs as [Node, Node, Node, Node];
  const [x, mean] = centred.inputs, [squares] = variance.inputs, { shape } = node.type;
  const isMean = (value: Node | undefined, of: Node | undefined) =>
    value !== undefined && value.op.name === "reduce" && value.inputs[0] === of &&
    value.attrs.kind === "mean" &&
    value.attrs.axes === shape.map((_size, axis) => axis).slice(1).join() &&
    value.attrs.keep === value.attrs.axes;
  const isIt = centred.attrs.f === "a - b" && isMean(mean, x) && isMean(variance, squares) &&
    squares?.attrs.f === "a * a" && squares.inputs[0] === centred;
  const constants = [scale, shift].map(to.constant);
  if (!isIt || !constants.every((one) => isOfShape(one, shape.slice(1)))) return undefined;
  const isFirst = shape.length === 4 && to.isFirst(x!), axis = 1;
  const names = [scale, shift].map((one, i) => {
    if (!isFirst) return to.last(one);
    const moved = permuted(constants[i]!, TO_FIRST.slice(1).map((from) => from - 1));
    return to.graph.tensor(one.label, moved.shape, moved.data);
  });
  const given = isFirst ? to.first(x!) : to.last(x!);
  const name = to.graph.add("LayerNormalization", [given, ...names], node.label, {
    axis,
    epsilon: { float: epsilon },
  });
  return isFirst ? { first: name } : { last: name };
}
