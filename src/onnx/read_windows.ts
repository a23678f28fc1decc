/** Nodes of ONNX that move a window over images. Theirs are [C,H,W], their windows [out,in,H,W]. */
import { conv1d } from "../nn/conv1d.ts";
import { conv2d } from "../nn/conv2d.ts";
import { conv2dTranspose } from "../nn/conv2d_transpose.ts";
import { avgPool2d } from "../nn/avg_pool2d.ts";
import { globalAvgPool2d, globalMaxPool2d } from "../nn/global_pool.ts";
import { maxPool2d } from "../nn/max_pool2d.ts";
import { type Padding, paddingFor } from "../nn/padding.ts";
import { upsample2d } from "../nn/upsample2d.ts";
import { windowSpan } from "../ops/_conv.ts";
import type { Layer } from "../nn/layer.ts";
import type { OnnxNode } from "./messages.ts";
import { activationBehind, axesOf } from "./read_layers.ts";
import type { Reader, ReadNode } from "./reader.ts";
import { channelsLast, type Given, plain, type Rows, rowsOf } from "./rows.ts";
import { listOf, numberOf, type Numbers, refuseNode, textOf } from "./tensors.ts";
import { permuted } from "./translation.ts";

type Two = readonly [number, number];

/** Images that lie with their channels last; a sequence [C,L] is seen as those of one pixel's height. */
function imagesOf(node: OnnxNode, x: Rows): Given {
  if (x.shape.length !== 3) {
    refuseNode(node, `takes rows of shape [${x.shape}], and here images [channels,height,width]`);
  }
  return channelsLast(x);
}

/** Images as the file sees them. */
function fromImages(given: Given): Rows {
  const [height, width, channels] = given.lies as [number, number, number];
  return rowsOf(given, [channels, height, width], channels);
}

/** A setting of both axes; of a sequence's one, 1 for the other. */
function two(node: OnnxNode, name: string, otherwise: number): Two {
  const list = listOf(node, name) ?? [otherwise, otherwise];
  if (list.length > 2 || list.length === 0) {
    refuseNode(node, `has ${name} [${list}], and here a window has two axes`);
  }
  return list.length === 1 ? [1, list[0]!] : [list[0]!, list[1]!];
}

/** Pads as a layer takes them. */
function padsOf(
  node: OnnxNode,
  { size, span, stride }: { readonly size: Two; readonly span: Two; readonly stride: Two },
): Padding {
  const auto = textOf(node, "auto_pad", "NOTSET"), list = listOf(node, "pads") ?? [0, 0, 0, 0];
  if (auto === "SAME_UPPER" || auto === "SAME_LOWER") {
    const [top, bottom, left, right] = paddingFor(size, span, stride, "same");
    return auto === "SAME_UPPER" ? [top, bottom, left, right] : [bottom, top, right, left];
  }
  if (auto === "VALID") return [0, 0, 0, 0];
  if (list.length === 2) return [0, 0, list[0]!, list[1]!];
  if (list.length !== 4) refuseNode(node, `has pads [${list}], and here images have four sides`);
  return [list[0]!, list[2]!, list[1]!, list[3]!];
}

/** Settings and weights of a convolution: those of a sequence as of images of one pixel's height. */
function movesOf(node: OnnxNode, x: Rows, weights: Numbers) {
  const isSequence = weights.shape.length === 3, [outer, inner, ...window] = weights.shape;
  if (weights.shape.length !== x.shape.length + 1 || weights.shape.length < 3 || weights.shape.length > 4) {
    refuseNode(node, `moves windows of shape [${weights.shape}] over rows of shape [${x.shape}]`);
  }
  const kernel: Two = isSequence ? [1, window[0]!] : [window[0]!, window[1]!];
  const stride = two(node, "strides", 1), dilation = two(node, "dilations", 1);
  const size: Two = isSequence ? [1, x.shape[1]!] : [x.shape[1]!, x.shape[2]!];
  const span: Two = [windowSpan(kernel[0], dilation[0]), windowSpan(kernel[1], dilation[1])];
  const groups = numberOf(node, "group", 1), padding = padsOf(node, { size, span, stride });
  const moved = () => permuted({ ...weights, shape: [outer!, inner!, ...kernel] }, [2, 3, 1, 0]).data;
  return { isSequence, outer: outer!, inner: inner!, kernel, stride, dilation, groups, padding, moved };
}

function biasOf(node: OnnxNode, from: Reader, filters: number): Float32Array | undefined {
  if (!from.has(node, 2)) return undefined;
  const { data } = from.numbers(node, 2);
  return data.length === filters
    ? data
    : refuseNode(node, `adds ${data.length} values to ${filters} channels`);
}

const conv: ReadNode = (node, from) => {
  const x = from.rows(node), weights = from.numbers(node, 1), moves = movesOf(node, x, weights);
  const { kernel, stride, dilation, groups, padding, outer } = moves, bias = biasOf(node, from, outer);
  if (x.shape[0] !== moves.inner * groups) {
    refuseNode(node, `takes ${moves.inner * groups} channels, and is given ${x.shape[0]}`);
  }
  const activation = activationBehind(node, node, from);
  const options = { groups, activation, ...(bias === undefined && { bias: false }) };
  const layer = () =>
    moves.isSequence
      ? conv1d(outer, kernel[1], {
        ...options,
        stride: stride[1],
        dilation: dilation[1],
        padding: [padding[2], padding[3]],
      })
      : conv2d(outer, kernel, { ...options, stride, dilation, padding });
  const key = `${node.inputs!.slice(1)} ${JSON.stringify({ stride, dilation, padding, ...options })}`;
  const given = from.layer(node, key, channelsLast(x), () => ({
    layer: layer(),
    values: { weights: moves.moved(), ...(bias && { bias }) },
  }));
  if (!moves.isSequence) return fromImages(given);
  const [length, channels] = given.lies as [number, number];
  return rowsOf(given, [channels, length], channels);
};

const convTranspose: ReadNode = (node, from) => {
  const x = from.rows(node), weights = from.numbers(node, 1), moves = movesOf(node, x, weights);
  const auto = textOf(node, "auto_pad", "NOTSET");
  if (moves.isSequence || auto.startsWith("SAME") || listOf(node, "output_shape") !== undefined) {
    refuseNode(
      node,
      "is a transposed convolution along one axis, or says the size of its result: export it with pads and output_padding",
    );
  }
  const { kernel, stride, dilation, groups, padding } = moves, filters = moves.inner * groups;
  if (x.shape[0] !== moves.outer) {
    refuseNode(node, `takes ${moves.outer} channels, and is given ${x.shape[0]}`);
  }
  const next = from.next(node), sum = from.has(node, 2) ? undefined : biasBehind(node, next, filters, from);
  const bias = biasOf(node, from, filters) ?? sum;
  if (sum !== undefined) from.absorb(node, next!);
  const activation = activationBehind(node, sum === undefined ? node : next!, from);
  const settings = {
    stride,
    dilation,
    groups,
    padding,
    activation,
    outputPadding: two(node, "output_padding", 0),
  };
  const key = `${node.inputs!.slice(1)} ${sum === undefined ? "" : next!.inputs} ${JSON.stringify(settings)}`;
  return fromImages(from.layer(node, key, imagesOf(node, x), () => ({
    layer: conv2dTranspose(filters, kernel, { ...settings, ...(bias === undefined && { bias: false }) }),
    values: { weights: moves.moved(), ...(bias && { bias }) },
  })));
};

/** A sum behind a node that adds a number to each channel. */
function biasBehind(
  node: OnnxNode,
  next: OnnxNode | undefined,
  filters: number,
  from: Reader,
): Float32Array | undefined {
  if (next?.operator !== "Add") return undefined;
  const other = next.inputs!.findIndex((name) => name !== node.outputs![0]),
    found = from.known(next, Math.max(0, other));
  const isIt = found.kind === "numbers" && found.data.length === filters &&
    (filters === 1 || found.shape.slice(-3).join() === [filters, 1, 1].join());
  return isIt ? found.data : undefined;
}

const pool = (kind: "max" | "average"): ReadNode => (node, from) => {
  const x = from.rows(node), given = imagesOf(node, x), window = two(node, "kernel_shape", 1);
  const stride = two(node, "strides", 1), dilation = two(node, "dilations", 1);
  if (dilation.some((step) => step !== 1)) {
    refuseNode(node, "has a window with gaps, which pooling layers here have not");
  }
  if ((node.outputs?.[1] ?? "") !== "") refuseNode(node, "also gives where each maximum was");
  const size: Two = [x.shape[1]!, x.shape[2]!];
  const options = {
    stride,
    padding: padsOf(node, { size, span: window, stride }),
    ceilMode: numberOf(node, "ceil_mode", 0) !== 0,
  };
  const countIncludePad = numberOf(node, "count_include_pad", 0) !== 0;
  const layer = kind === "max"
    ? maxPool2d(window, options)
    : avgPool2d(window, { ...options, countIncludePad });
  return fromImages(from.plainLayer(node, layer, given));
};

/** Of all pixels; `keeps` whether their axes stay, of size 1. */
function globalPool(node: OnnxNode, layer: Layer, from: Reader, keeps: boolean): Rows {
  const x = from.rows(node),
    pooled = from.plainLayer(node, layer, imagesOf(node, x)),
    [channels] = pooled.lies;
  return rowsOf(pooled, keeps ? [channels!, 1, 1] : [channels!]);
}

/** Means and maxima over all pixels of images in either order. */
const reduced = (layer: () => Layer): ReadNode => (node, from) => {
  const x = from.rows(node), rank = x.shape.length + 1, keeps = numberOf(node, "keepdims", 1) !== 0;
  const axes = axesOf(node, from)?.map((axis) => axis < 0 ? axis + rank : axis).toSorted((a, b) => a - b)
    .join();
  if (x.shape.length === 3 && axes === "2,3") return globalPool(node, layer(), from, keeps);
  if (x.shape.length !== 3 || axes !== "1,2") {
    refuseNode(
      node,
      `reduces axes [${
        axes ?? "all"
      }] of rows of shape [${x.shape}], and layers here reduce the pixels of images alone`,
    );
  }
  const pooled = from.plainLayer(node, layer(), plain(x)), [channels] = pooled.lies;
  return rowsOf(pooled, keeps ? [1, 1, channels!] : [channels!]);
};

const resize: ReadNode = (node, from) => {
  const x = from.rows(node), given = imagesOf(node, x), [, height, width] = x.shape;
  const at = node.operator === "Upsample" || from.opset < 11 ? 1 : 2;
  const factors = from.has(node, at) && from.numbers(node, at).data.length > 0
    ? [...from.numbers(node, at).data]
    : undefined;
  const sizes = factors === undefined && from.has(node, 3) ? from.known(node, 3) : undefined;
  const found = factors ??
    (sizes?.kind === "whole"
      ? [1, 1, Number(sizes.values[2]) / height!, Number(sizes.values[3]) / width!]
      : []);
  const mode = textOf(node, "mode", "nearest"),
    place = textOf(node, "coordinate_transformation_mode", "half_pixel");
  const isCentred = place === "half_pixel" || place === "pytorch_half_pixel", isOld = from.opset < 11;
  const isFloor = place === "asymmetric" && textOf(node, "nearest_mode", "round_prefer_floor") === "floor";
  const isKnown = mode === "nearest"
    ? isOld || isCentred || isFloor
    : mode === "linear" && isCentred && !isOld;
  if (found.length !== 4 || found[0] !== 1 || found[1] !== 1 || !isKnown) {
    refuseNode(node, `resizes images by [${found}] in a way (${mode}, ${place}) that upsample2d() does not`);
  }
  const layer = upsample2d({
    factor: [found[2]!, found[3]!],
    mode: mode === "linear" ? "bilinear" : "nearest",
  });
  return fromImages(from.plainLayer(node, layer, given));
};

/** Readers by operator. */
export const WINDOW_READERS: Readonly<Record<string, ReadNode>> = {
  Conv: conv,
  ConvTranspose: convTranspose,
  MaxPool: pool("max"),
  AveragePool: pool("average"),
  GlobalAveragePool: (node, from) => globalPool(node, globalAvgPool2d(), from, true),
  GlobalMaxPool: (node, from) => globalPool(node, globalMaxPool2d(), from, true),
  ReduceMean: reduced(globalAvgPool2d),
  ReduceMax: reduced(globalMaxPool2d),
  Resize: resize,
  Upsample: resize,
};
