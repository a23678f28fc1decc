/** Ops that move a window over images, as ONNX nodes. Theirs are [B,C,H,W], their windows [out,in,H,W]. */
import { sizeOf } from "../core/tensor.ts";
import type { Node } from "../ir/node.ts";
import { type ConvAttrs, windowSpan } from "../ops/_conv.ts";
import { type PoolAttrs, poolSizes } from "../ops/_pool.ts";
import type { Settings } from "./graph_writer.ts";
import { FUSED_OPERATORS } from "./write_products.ts";
import { type Constant, permuted, type Translation, type WriteOp, type Written } from "./translation.ts";

function convolution(node: Node, to: Translation): Written {
  const [x, weights, bias] = node.inputs as [Node, Node, Node],
    attrs = node.attrs as ConvAttrs & { activation: string };
  const operator = FUSED_OPERATORS[attrs.activation], { label } = node;
  const inputs = [to.first(x), windowOf(node, weights, attrs, to)];
  if (bias.op.name !== "zeros") inputs.push(to.last(bias));
  const name = to.graph.add(
    "Conv",
    inputs,
    operator === undefined ? label : `${label}/linear`,
    movesOf(weights, attrs),
  );
  return { first: operator === undefined ? name : to.graph.add(operator, [name], label) };
}

/** The gradient of a convolution by its images, which are the result. */
function transposedConvolution(node: Node, to: Translation): Written {
  const [x, weights] = node.inputs as [Node, Node], attrs = node.attrs as ConvAttrs, { shape } = node.type;
  const [kh, kw] = weights.type.shape, given = x.type.shape;
  const more = [
    shape[1]! - (given[1]! - 1) * attrs.strideY - windowSpan(kh!, attrs.dilationY) + attrs.padTop +
    attrs.padBottom,
    shape[2]! - (given[2]! - 1) * attrs.strideX - windowSpan(kw!, attrs.dilationX) + attrs.padLeft +
    attrs.padRight,
  ];
  const name = to.graph.add("ConvTranspose", [to.first(x), windowOf(node, weights, attrs, to)], node.label, {
    ...movesOf(weights, attrs),
    ...(more.some((size) => size > 0) && { output_padding: more }),
  });
  return { first: name };
}

/** The name of weights [H,W,in,out] as [out,in,H,W]. */
function windowOf(node: Node, weights: Node, { flip }: ConvAttrs, to: Translation): string {
  const constant = to.constant(weights);
  if (constant === undefined) return to.refuse(node, "the window of a convolution depends on its input");
  const { shape, data } = permuted(flip ? turned(constant) : constant, [3, 2, 0, 1]);
  return to.graph.tensor(weights.label, shape, data);
}

/** A window turned by 180°. */
function turned({ shape, data }: Constant): Constant {
  const size = sizeOf(shape.slice(2)), count = data.length / size, other = new Float32Array(data.length);
  for (let i = 0; i < count; i++) other.set(data.subarray(i * size, (i + 1) * size), (count - 1 - i) * size);
  return { shape, data: other };
}

function movesOf({ type: { shape } }: Node, attrs: ConvAttrs) {
  const { dilationY = 1, dilationX = 1, groups = 1 } = attrs;
  return {
    kernel_shape: shape.slice(0, 2),
    strides: [attrs.strideY, attrs.strideX],
    pads: [attrs.padTop, attrs.padLeft, attrs.padBottom, attrs.padRight],
    dilations: [dilationY, dilationX],
    group: groups,
  };
}

/** Sizes of a pool, with as many pixels behind the image as its last windows reach over. */
function windowsOf({ inputs: [x], attrs }: Node) {
  const pool = attrs as PoolAttrs, { padTop = 0, padBottom = 0, padLeft = 0, padRight = 0 } = pool;
  const { x: { height, width }, oh, ow } = poolSizes(x!.type.shape, pool);
  const bottom = (oh - 1) * pool.strideY + pool.windowHeight - height - padTop;
  const right = (ow - 1) * pool.strideX + pool.windowWidth - width - padLeft;
  return {
    settings: { kernel_shape: [pool.windowHeight, pool.windowWidth], strides: [pool.strideY, pool.strideX] },
    pads: [padTop, padLeft, padBottom, padRight],
    reached: [padTop, padLeft, Math.max(padBottom, bottom), Math.max(padRight, right)],
    isPast: bottom > padBottom || right > padRight,
    isPadded: padTop + padLeft + padBottom + padRight > 0,
    excludesPads: pool.excludesPads === true,
  };
}

/**
 * Images for a pool. ONNX Runtime (seen in 1.30) joins zeros around images with the pool behind them, whose own pads are no
 * zeros: the largest of one value stands between.
 */
function pooledImages({ inputs: [x] }: Node, to: Translation): string {
  const name = to.first(x!);
  return x!.op.name === "rearrange" ? to.graph.add("Max", [name], `${x!.label}/apart`) : name;
}

function maxPool(node: Node, to: Translation): Written {
  const { settings, reached } = windowsOf(node);
  return {
    first: to.graph.add("MaxPool", [pooledImages(node, to)], node.label, { ...settings, pads: reached }),
  };
}

function averagePool(node: Node, to: Translation): Written {
  const { settings, pads, reached, isPast, isPadded, excludesPads } = windowsOf(node), { label } = node;
  const x = pooledImages(node, to);
  if (!isPast || excludesPads || !isPadded) {
    const count_include_pad = excludesPads || !isPadded ? 0 : 1;
    return {
      first: to.graph.add("AveragePool", [x], label, { ...settings, pads: reached, count_include_pad }),
    };
  }
  // Pads count, but not what windows reach over beyond them: so the pads become part of the image.
  const [top, left, bottom, right] = pads;
  const sides = to.graph.whole([0, 0, top!, left!, 0, 0, bottom!, right!]);
  const padded = to.graph.add("Pad", [x, sides, to.graph.number(0)], `${label}/padded`);
  const beyond = reached.map((size, side) => size - pads[side]!);
  return {
    first: to.graph.add("AveragePool", [padded], label, { ...settings, pads: beyond, count_include_pad: 0 }),
  };
}

function upsample(node: Node, to: Translation): Written {
  const { factorY, factorX, bilinear } = node.attrs as {
    factorY: number;
    factorX: number;
    bilinear: boolean;
  };
  const scales = to.graph.tensor(
    `scales_${factorY}_${factorX}`,
    [4],
    Float32Array.of(1, 1, factorY, factorX),
  );
  const settings: Settings = bilinear
    ? { mode: "linear", coordinate_transformation_mode: "half_pixel" }
    : { mode: "nearest", coordinate_transformation_mode: "asymmetric", nearest_mode: "floor" };
  return { first: to.graph.add("Resize", [to.first(node.inputs[0]!), "", scales], node.label, settings) };
}

/** Writers by op. */
export const WINDOW_OPS: readonly (readonly [string, WriteOp])[] = [
  ["conv2d", convolution],
  ["conv2d_input_grad", transposedConvolution],
  ["max_pool2d", maxPool],
  ["avg_pool2d", averagePool],
  ["upsample2d", upsample],
];
