/** Nodes of ONNX that move windows over images. Theirs are [N,C,H,W] and ours [N,H,W,C]: nodes of `transpose` go between. */
import type { Shape } from "../../src/core/tensor.ts";
import type { Node } from "../../src/ir/node.ts";
import { map, maximum, ops, reduceMax, reduceMean, slice, transpose } from "../../src/mod.ts";
import { given, has, listOf, numberOf, type OnnxBuild, type OnnxNode, shapeOf, textOf } from "./onnx_case.ts";

type Pair = readonly [y: number, x: number];
/** Of rows and columns, before and after. */
type Pads = readonly [top: number, bottom: number, left: number, right: number];

/** [N,C,H,W] as [N,H,W,C]; a sequence [N,C,L] as images of one pixel's height. */
export function imagesOf(x: Node): Node {
  const { shape } = x.type;
  if (shape.length === 4) return transpose(x, [0, 2, 3, 1]);
  return ops.reshape(transpose(x, [0, 2, 1]), [1, shape[2]!, shape[1]!]);
}

/** The other way. */
export function channelsFirst(y: Node, rank: number): Node {
  if (rank === 4) return transpose(y, [0, 3, 1, 2]);
  const [, , width, channels] = y.type.shape;
  return transpose(ops.reshape(y, [width!, channels!]), [0, 2, 1]);
}

/** Windows [N,C,H,W] as [H,W,C,N]; of sequences, of one pixel's height. */
function windowsOf(w: Node): Node {
  const { shape } = w.type;
  return transpose(shape.length === 4 ? w : ops.reshape(w, [shape[1]!, 1, shape[2]!]), [2, 3, 1, 0]);
}

/** A setting of both axes; of a sequence's one, 1 for the other. */
function pairOf(list: readonly number[] | undefined, otherwise = 1): Pair {
  if (list === undefined) return [otherwise, otherwise];
  return list.length === 1 ? [1, list[0]!] : [list[0]!, list[1]!];
}

function sizeOfImages(shape: Shape): Pair {
  return pairOf(shape.slice(2));
}

/** What of `total` comes before and what after; an odd one at the end or, with SAME_LOWER, at the start. */
function shared(total: number, isLower: boolean): Pair {
  const less = Math.floor(total / 2);
  return isLower ? [total - less, less] : [less, total - less];
}

function padsOf(node: OnnxNode, size: Pair, span: Pair, stride: Pair): Pads {
  const auto = textOf(node, "auto_pad", "NOTSET"), asked = listOf(node, "pads") ?? [0, 0, 0, 0];
  if (auto.startsWith("SAME")) {
    const [[top, bottom], [left, right]] = [0, 1].map((axis) => {
      const positions = Math.ceil(size[axis]! / stride[axis]!);
      const total = Math.max((positions - 1) * stride[axis]! + span[axis]! - size[axis]!, 0);
      return shared(total, auto === "SAME_LOWER");
    }) as [Pair, Pair];
    return [top, bottom, left, right];
  }
  if (asked.length === 2) return [0, 0, asked[0]!, asked[1]!];
  return [asked[0]!, asked[2]!, asked[1]!, asked[3]!];
}

function spanOf([height, width]: Pair, [y, x]: Pair): Pair {
  return [(height - 1) * y + 1, (width - 1) * x + 1];
}

/** Settings of our convolution. */
function movesOf([padTop, padBottom, padLeft, padRight]: Pads, stride: Pair, dilation: Pair, groups: number) {
  return {
    ...{ padTop, padBottom, padLeft, padRight, strideY: stride[0], strideX: stride[1] },
    ...{ dilationY: dilation[0], dilationX: dilation[1], groups },
  };
}

function conv(node: OnnxNode): Node {
  const shape = shapeOf(node),
    weights = windowsOf(given(node, 1)),
    [height, width, , filters] = weights.type.shape;
  const stride = pairOf(listOf(node, "strides")), dilation = pairOf(listOf(node, "dilations"));
  const pads = padsOf(node, sizeOfImages(shape), spanOf([height!, width!], dilation), stride);
  const bias = has(node, 2) ? given(node, 2) : ops.zeros(filters!);
  const y = ops.conv2d(
    imagesOf(given(node)),
    weights,
    bias,
    movesOf(pads, stride, dilation, numberOf(node, "group", 1)),
  );
  return channelsFirst(y, shape.length);
}

/** The gradient of a convolution by its images. */
function convTranspose(node: OnnxNode): Node {
  const shape = shapeOf(node),
    weights = windowsOf(given(node, 1)),
    [height, width, channels] = weights.type.shape;
  const stride = pairOf(listOf(node, "strides")), dilation = pairOf(listOf(node, "dilations"));
  const size = sizeOfImages(shape), span = spanOf([height!, width!], dilation);
  const more = pairOf(listOf(node, "output_padding"), 0), auto = textOf(node, "auto_pad", "NOTSET");
  const full = [0, 1].map((axis) => stride[axis]! * (size[axis]! - 1) + span[axis]!);
  const wanted = listOf(node, "output_shape") ??
    (auto.startsWith("SAME") ? size.map((one, axis) => one * stride[axis]!) : undefined);
  const [[top, bottom], [left, right]] =
    (wanted === undefined
      ? [padsOf(node, size, span, stride)].map(([t, b, l, r]) => [[t, b], [l, r]])[0]!
      // What is below 0 makes the result larger at its end.
      : full.map((all, axis) => shared(Math.max(all - wanted[axis]!, 0), auto !== "SAME_UPPER"))) as [
        Pair,
        Pair,
      ];
  const result = wanted ?? [full[0]! + more[0] - top - bottom, full[1]! + more[1] - left - right];
  const y = ops.conv2dInputGrad(imagesOf(given(node)), weights, {
    ...movesOf([top, bottom, left, right], stride, dilation, 1),
    shape: [shape[0]!, result[0]!, result[1]!, channels!],
  });
  return channelsFirst(y, shape.length);
}

function pool(node: OnnxNode, kind: typeof ops.maxPool2d | typeof ops.avgPool2d): Node {
  const shape = shapeOf(node),
    window = pairOf(listOf(node, "kernel_shape")),
    stride = pairOf(listOf(node, "strides"));
  const dilation = pairOf(listOf(node, "dilations")), x = imagesOf(given(node));
  if (dilation.some((step) => step > 1)) {
    return channelsFirst(dilatedMaximum(x, window, dilation), shape.length);
  }
  const y = kind(x, {
    window,
    stride,
    padding: padsOf(node, sizeOfImages(shape), window, stride),
    ceil: numberOf(node, "ceil_mode", 0) === 1,
    excludesPads: kind === ops.avgPool2d && numberOf(node, "count_include_pad", 0) === 0,
  });
  return channelsFirst(y, shape.length);
}

/** The largest under a window with gaps that moves by one pixel: of slices, one for each pixel of the window. */
function dilatedMaximum(x: Node, window: Pair, dilation: Pair): Node {
  const [, height, width] = x.type.shape, span = spanOf(window, dilation);
  const slices = Array.from({ length: window[0] * window[1] }, (_, i) => {
    const top = Math.floor(i / window[1]) * dilation[0], left = i % window[1] * dilation[1];
    const rows = slice(x, { axis: 1, start: top, size: height! - span[0] + 1 });
    return slice(rows, { axis: 2, start: left, size: width! - span[1] + 1 });
  });
  return slices.reduce((a, b) => map([a, b], (left, right) => maximum(left, right)));
}

export const WINDOW_NODES: Readonly<Record<string, OnnxBuild>> = {
  Conv: conv,
  ConvTranspose: convTranspose,
  MaxPool: (node) => pool(node, ops.maxPool2d),
  AveragePool: (node) => pool(node, ops.avgPool2d),
  GlobalMaxPool: (node) => reduceMax(given(node), { axes: [2, 3], keepAxes: true }),
  GlobalAveragePool: (node) => reduceMean(given(node), { axes: [2, 3], keepAxes: true }),
  // Windows over channels: to the pool these are the rows of an image.
  LRN: (node) => {
    const size = numberOf(node, "size", 1), x = given(node), before = Math.floor((size - 1) / 2);
    const means = ops.avgPool2d(map([x], (value) => value.square()), {
      window: [size, 1],
      stride: [1, 1],
      padding: [before, size - 1 - before, 0, 0],
    });
    const alpha = numberOf(node, "alpha", 1e-4),
      beta = numberOf(node, "beta", 0.75),
      bias = numberOf(node, "bias", 1);
    return map([x, means], (value, mean) => value.div(mean.mul(alpha).add(bias).pow(beta)));
  },
};
