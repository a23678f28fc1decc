/**
 * conv2d: Y[b,oy,ox,:] = f(b + Σ X[b, oy·sy + ky·dy − top, ox·sx + kx·dx − left, c] · W[ky,kx,c,:]), a convolutional layer
 * with its activation; pixels outside the image are zero. As in PyTorch and Keras this is cross-correlation; with `flip`
 * the window is turned by 180°, W[KH−1−ky, KW−1−kx], as in Theano and in mathematics. Of G groups, filters j·N/G … see
 * channels j·C/G … alone. Gaps (dilations dy, dx) and groups have a kernel of their own, `conv2d_general`.
 * Shapes: X [B,H,W,C] or [B,H,W], W [KH,KW,C/G,N], b [N] → Y [B,OH,OW,N];
 * OH = ⌊(H + top + bottom − dy·(KH−1) − 1)/sy⌋ + 1.
 * With it comes the gradient by the images, conv2d_input_grad, since the gradient of each takes the other.
 * Source: LeCun et al., "Gradient-based learning applied to document recognition" (1998).
 */
import { gradientLabel } from "../ir/gradients.ts";
import { type Node, node } from "../ir/node.ts";
import type { Op, ReferenceCall } from "../ir/op.ts";
import { pitchOf, type Shape, tensorType } from "../core/tensor.ts";
import { activate, type Activation, ACTIVATION_CODE, activationError, ACTIVATIONS } from "./_activation.ts";
import {
  type ConvAttrs,
  convAttrs,
  convNumbers,
  convShape,
  convSizes,
  convTerms,
  isGeneral,
  weightsFit,
  windowProblem,
} from "./_conv.ts";
import { CONV_CASES } from "./_conv_cases.ts";
import { convolve } from "./_conv_definition.ts";
import { type InputGradAttrs, inputGradKernel } from "./_conv_input_grad.ts";
import { convListBytes } from "./_conv_scratch.ts";
import { convTiling, isPadded } from "./_conv_tiles.ts";
import { holdsImages } from "./_images.ts";
import { fits, flatGrid, ROUNDING, vectorsOf } from "./_support.ts";
import { activationGrad } from "./activation_grad.ts";
import { conv2dWeightGrad } from "./conv2d_weight_grad.ts";
import { sumRows } from "./sum_rows.ts";
import { zeros } from "./zeros.ts";

type Conv2dAttrs = ConvAttrs & { readonly activation: Activation };

/** Sums of products before the activation; with `absolute`, of their absolute values. */
function sums({ inputs, attrs }: ReferenceCall<Conv2dAttrs>, absolute: boolean): Float64Array {
  const [x, w, b] = inputs,
    sizes = convSizes(x!.type.shape, w!.type.shape, attrs),
    pitch = pitchOf([1, sizes.n]);
  const sum = new Float64Array(sizes.x.count * sizes.oh * sizes.ow * pitch);
  const bias = Float64Array.from(b!.data, (value) => absolute ? Math.abs(value) : value).subarray(0, sizes.n);
  for (let at = 0; at < sum.length; at += pitch) sum.set(bias, at);
  convolve(inputs, sum, sizes, attrs, absolute);
  return sum;
}

export const conv2dOp: Op<Conv2dAttrs> = {
  name: "conv2d",
  operands: ["x", "weights", "bias"],
  infer(inputs, attrs) {
    const [x, w, b] = inputs;
    fits(
      holdsImages(x!.shape),
      "apply conv2d to",
      [x!],
      "images are [count,height,width] or [count,height,width,channels]",
    );
    fits(
      weightsFit(x!, w!, attrs),
      "apply conv2d to",
      [x!, w!],
      "weights are [height,width,channels of a group,filters]",
    );
    const problem = windowProblem(x!.shape, w!.shape, attrs);
    fits(problem === undefined, "apply conv2d to", [x!, w!], problem!);
    const n = w!.shape[3]!;
    fits(b!.shape.length === 1 && b!.shape[0] === n, "add bias", [b!, w!], `the bias must have ${n} values`);
    return tensorType("f32", convShape(convSizes(x!.shape, w!.shape, attrs)));
  },
  grad(value, dOutput) {
    const [x, w, b] = value.inputs, { activation, ...attrs } = value.attrs as Conv2dAttrs;
    const dPre = activation === "identity"
      ? dOutput
      : activationGrad(dOutput, value, activation, `${gradientLabel(value)}/pre`);
    return [
      conv2dInputGrad(dPre, w!, { ...attrs, shape: x!.type.shape, label: gradientLabel(x!) }),
      conv2dWeightGrad(x!, dPre, { ...attrs, window: w!.type.shape, label: gradientLabel(w!) }),
      sumRows(dPre, gradientLabel(b!)),
    ];
  },
  reference(call) {
    const { output, attrs } = call, sum = sums(call, false), n = output.type.shape[3]!;
    for (let at = 0; at < sum.length; at += output.pitch) {
      for (let j = 0; j < n; j++) output.data[at + j] = activate(attrs.activation, sum[at + j]!);
    }
  },
  tolerance(call, output) {
    const magnitude = sums(call, true), { activation } = call.attrs;
    const terms = call.inputs[1]!.type.shape.slice(0, 3).reduce((product, size) => product * size, 1);
    return (index) =>
      2 * (terms + 1) * ROUNDING * magnitude[index]! + activationError(activation, output.data[index]!);
  },
  flops: ({ inputs, attrs }) => 2 * convTerms(convSizes(inputs[0]!.shape, inputs[1]!.shape, attrs)),
  wgsl({ inputs, output, attrs }) {
    const sizes = convSizes(inputs[0]!.shape, inputs[1]!.shape, attrs), { x, kh, kw, n, oh, ow } = sizes;
    const settings = {
      ...convNumbers(sizes, attrs),
      B: x.count,
      ACTIVATION: ACTIVATION_CODE[attrs.activation],
    };
    if (isGeneral(attrs)) {
      return { kernel: "conv2d_general", overrides: settings, workgroups: flatGrid(4 * vectorsOf(output)) };
    }
    const tiles = Math.ceil(x.count * oh * ow / 4) * Math.ceil(n / 4);
    const { split, workgroups } = convTiling(tiles, kh * kw * Math.ceil(x.channels / 4));
    return {
      overrides: { ...settings, PADDED: +isPadded(attrs), SPLIT: split },
      workgroups,
    };
  },
  wasm({ inputs, attrs }) {
    const sizes = convSizes(inputs[0]!.shape, inputs[1]!.shape, attrs);
    return {
      ...(isGeneral(attrs) && { kernel: "conv2d_general" }),
      units: sizes.x.count,
      args: [...Object.values(convNumbers(sizes, attrs)), ACTIVATION_CODE[attrs.activation]],
      scratchBytes: convListBytes(sizes, attrs),
    };
  },
  cases: CONV_CASES.map(({ x, weights, attrs, label, bench }, i) => {
    const activation = ACTIVATIONS[(i + 1) % ACTIVATIONS.length]!;
    return {
      label: `${label} ${activation}`,
      inputs: [
        // The first layer's images are mostly empty.
        { shape: x, fill: x.length === 3 ? "sparse" : "normal" },
        { shape: weights, fill: "normal" },
        { shape: weights.slice(3), fill: "normal" },
      ],
      attrs: { ...attrs, activation },
      bench,
    };
  }),
};

export const conv2dInputGradOp: Op<InputGradAttrs> = {
  ...inputGradKernel(),
  // A convolution again, which makes a transposed one a layer like others.
  grad({ inputs: [dY, w], attrs }, dOutput) {
    const { sizes: _sizes, ...moves } = attrs as InputGradAttrs, n = w!.type.shape[3]!;
    return [
      conv2d(dOutput, w!, zeros(n), { ...moves, label: gradientLabel(dY!) }),
      conv2dWeightGrad(dOutput, dY!, { ...moves, window: w!.type.shape, label: gradientLabel(w!) }),
    ];
  },
};

/** Settings of `conv2d`; strides, dilations and groups default to 1, padding to 0. */
export type Conv2dOptions = Partial<ConvAttrs> & {
  readonly activation?: Activation;
  readonly label?: string;
};

/** Node for a convolutional layer; see the top of this file. Throws when the window does not fit the images. */
export function conv2d(
  x: Node,
  weights: Node,
  bias: Node,
  { activation = "identity", label, ...changed }: Conv2dOptions = {},
): Node {
  return node(conv2dOp, [x, weights, bias], { ...convAttrs(changed), activation }, label);
}

/** Node for the gradient of a convolution by its images of shape `shape`: a transposed convolution of `dY`. */
export function conv2dInputGrad(
  dY: Node,
  weights: Node,
  { shape, label, ...moves }: Partial<ConvAttrs> & { readonly shape: Shape; readonly label?: string },
): Node {
  return node(conv2dInputGradOp, [dY, weights], { ...convAttrs(moves), sizes: shape.join() }, label);
}
