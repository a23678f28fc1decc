/**
 * conv2d_weight_grad: dW[ky,kx,c,n] = Σ X[b, oy·sy + ky·dy − top, ox·sx + kx·dx − left, c] · dY[b,oy,ox,n], the gradient
 * of a convolution by its weights.
 * Shapes: X [B,H,W,C] or [B,H,W], dY [B,OH,OW,N] → dW [KH,KW,C/G,N].
 */
import { type Node, node } from "../ir/node.ts";
import type { CallTypes, Op, ReferenceCall } from "../ir/op.ts";
import { roundUp, type Shape, storageOf, tensorType } from "../core/tensor.ts";
import { type ConvAttrs, convNumbers, convShape, convSizes, convTerms, isGeneral } from "./_conv.ts";
import { CONV_CASES } from "./_conv_cases.ts";
import { collectWeights } from "./_conv_definition.ts";
import { convWeightListBytes } from "./_conv_scratch.ts";
import { convTiling, isPadded } from "./_conv_tiles.ts";
import { imagesOf } from "./_images.ts";
import { partsOf, sumOfParts } from "./_parts.ts";
import { fits, ROUNDING } from "./_support.ts";

type WeightGradAttrs = ConvAttrs & { readonly windowHeight: number; readonly windowWidth: number };

function weightsShape(inputs: readonly { readonly shape: Shape }[], attrs: WeightGradAttrs): Shape {
  const { channels } = imagesOf(inputs[0]!.shape), { groups = 1 } = attrs;
  return [attrs.windowHeight, attrs.windowWidth, channels / groups, inputs[1]!.shape.at(-1)!];
}

function sizesOf({ inputs, attrs }: CallTypes<WeightGradAttrs>) {
  return convSizes(inputs[0]!.shape, weightsShape(inputs, attrs), attrs);
}

/** Adds the products to `into`; with `absolute`, their absolute values. */
function collect(
  { inputs, attrs }: ReferenceCall<WeightGradAttrs>,
  into: Float64Array,
  absolute: boolean,
): void {
  const types = inputs.map(({ type }) => type),
    sizes = convSizes(types[0]!.shape, weightsShape(types, attrs), attrs);
  collectWeights(inputs, into, sizes, attrs, absolute);
}

/** Terms that a thread of the WGSL kernels adds while a second launch lasts. */
const LAUNCH_TERMS = 16;

export const conv2dWeightGradOp: Op<WeightGradAttrs> = {
  name: "conv2d_weight_grad",
  operands: ["x", "dY"],
  infer(inputs, attrs) {
    const [x, dY] = inputs, shape = weightsShape(inputs, attrs);
    const expected = convShape(convSizes(x!.shape, shape, attrs));
    fits(`${expected}` === `${dY!.shape}`, "differentiate conv2d with", inputs, `dY must be [${expected}]`);
    return tensorType("f32", shape);
  },
  reference(call) {
    call.output.data.fill(0);
    collect(call, call.output.data as Float64Array, false);
  },
  tolerance(call, output) {
    const magnitude = new Float64Array(output.data.length), [b, oh, ow] = call.inputs[1]!.type.shape;
    collect(call, magnitude, true);
    return (index) => 2 * b! * oh! * ow! * ROUNDING * magnitude[index]!;
  },
  flops: (types) => 2 * convTerms(sizesOf(types)),
  wgsl(types) {
    const sizes = sizesOf(types), { x, kh, kw, n, oh, ow } = sizes;
    const settings = { ...convNumbers(sizes, types.attrs), B: x.count }, general = isGeneral(types.attrs);
    const rows = x.pixel === 1 ? Math.ceil(kh * kw / 4) : kh * kw * Math.ceil(x.channels / 4);
    const tiles = general ? storageOf(types.output.shape) : rows * Math.ceil(n / 4),
      terms = x.count * oh * ow;
    const { split, workgroups: [right, down] } = convTiling(tiles, terms);
    const parts = partsOf({
      workgroups: right * down,
      rounds: Math.ceil(terms / split),
      launchRounds: LAUNCH_TERMS,
    });
    return {
      ...(general && { kernel: "conv2d_weight_grad_general" }),
      overrides: {
        ...settings,
        ...(!general && { PADDED: +isPadded(types.attrs) }),
        SPLIT: split,
        PARTS: parts,
      },
      workgroups: [right, down, parts],
      ...sumOfParts(parts, types.output),
    };
  },
  wasm(types) {
    const sizes = sizesOf(types);
    return {
      ...(isGeneral(types.attrs) && { kernel: "conv2d_weight_grad_general" }),
      // A row of the window of four filters each.
      units: sizes.kh * roundUp(sizes.n, 4) / 4,
      args: [sizes.x.count, ...Object.values(convNumbers(sizes, types.attrs))],
      scratchBytes: convWeightListBytes(sizes, types.attrs),
    };
  },
  cases: CONV_CASES.map(({ x, weights, attrs, label, bench }, i) => ({
    label,
    inputs: [
      { shape: x, fill: x.length === 3 ? "sparse" : "normal" },
      {
        shape: convShape(convSizes(x, weights, attrs)),
        fill: i % 2 === 0 ? "normal" : "sparse",
      },
    ],
    attrs: { ...attrs, windowHeight: weights[0]!, windowWidth: weights[1]! },
    bench,
  })),
};

/** Node for the gradient of a convolution by its weights; `window` starts with the window's height and width. */
export function conv2dWeightGrad(
  x: Node,
  dY: Node,
  { window, label, ...attrs }: ConvAttrs & { readonly window: Shape; readonly label?: string },
): Node {
  const [windowHeight, windowWidth] = window;
  const settings = { ...attrs, windowHeight: windowHeight!, windowWidth: windowWidth! };
  return node(conv2dWeightGradOp, [x, dY], settings, label);
}
