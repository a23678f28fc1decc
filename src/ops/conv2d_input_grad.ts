/**
 * conv2d_input_grad: dX[b, oy·sy + ky − top, ox·sx + kx − left, c] = Σ dY[b,oy,ox,n] · W[ky,kx,c,n], the gradient of a
 * convolution by its images: each gradient goes back along every tap that it came by.
 * Shapes: dY [B,OH,OW,N], W [KH,KW,C,N] → dX [B,H,W,C] or [B,H,W].
 */
import { type Node, node } from "../ir/node.ts";
import type { CallTypes, Op, ReferenceCall } from "../ir/op.ts";
import { type Shape, tensorType } from "../core/tensor.ts";
import {
  CONV_CASES,
  type ConvAttrs,
  convNumbers,
  convShape,
  convSizes,
  convTerms,
  forEachTap,
  weightsFit,
} from "./_conv.ts";
import { convInputListBytes } from "./_conv_scratch.ts";
import { convTiling } from "./_conv_tiles.ts";
import { fits, ROUNDING } from "./_support.ts";

type InputGradAttrs = ConvAttrs & {
  /** Shape of the images, such as `128,10,10,15`. */
  readonly sizes: string;
};

function shapeOf({ sizes }: InputGradAttrs): Shape {
  return sizes.split(",").map(Number);
}

function sizesOf({ inputs, attrs }: CallTypes<InputGradAttrs>) {
  return convSizes(shapeOf(attrs), inputs[1]!.shape, attrs);
}

/** Adds the products to `into`; with `absolute`, their absolute values. */
function scatter(
  { inputs: [dY, w], attrs }: ReferenceCall<InputGradAttrs>,
  into: Float64Array,
  absolute: boolean,
): void {
  const sizes = convSizes(shapeOf(attrs), w!.type.shape, attrs), { n, x: { channels } } = sizes;
  const size = absolute ? Math.abs : (value: number) => value;
  forEachTap(sizes, attrs, (position, tap, pixel) => {
    const from = position * dY!.pitch;
    for (let j = 0; j < n; j++) {
      const value = dY!.data[from + j]!;
      if (value === 0) continue;
      for (let c = 0; c < channels; c++) {
        into[pixel + c]! += size(value * w!.data[(tap * channels + c) * w!.pitch + j]!);
      }
    }
  });
}

export const conv2dInputGradOp: Op<InputGradAttrs> = {
  name: "conv2d_input_grad",
  operands: ["dY", "weights"],
  infer(inputs, attrs) {
    const [dY, w] = inputs, x = tensorType("f32", shapeOf(attrs));
    fits(
      weightsFit(x, w!),
      "differentiate conv2d with",
      [x, w!],
      "weights are [height,width,channels,filters]",
    );
    const shape = convShape(convSizes(x.shape, w!.shape, attrs));
    fits(`${shape}` === `${dY!.shape}`, "differentiate conv2d with", inputs, `dY must be [${shape}]`);
    return x;
  },
  reference(call) {
    call.output.data.fill(0);
    scatter(call, call.output.data as Float64Array, false);
  },
  tolerance(call, output) {
    const magnitude = new Float64Array(output.data.length), [kh, kw, , n] = call.inputs[1]!.type.shape;
    scatter(call, magnitude, true);
    return (index) => 2 * kh! * kw! * n! * ROUNDING * magnitude[index]!;
  },
  flops: (types) => 2 * convTerms(sizesOf(types)),
  wgsl(types) {
    const sizes = sizesOf(types), { x, kh, kw, n } = sizes;
    const pixels = x.count * x.image / x.pixel, tiles = Math.ceil(pixels / 4) * Math.ceil(x.channels / 4);
    const { split, workgroups } = convTiling(tiles, kh * kw * Math.ceil(n / 4));
    return { overrides: { ...convNumbers(sizes, types.attrs), B: x.count, SPLIT: split }, workgroups };
  },
  wasm(types) {
    const sizes = sizesOf(types);
    return {
      units: sizes.x.count,
      args: Object.values(convNumbers(sizes, types.attrs)),
      scratchBytes: convInputListBytes(sizes, types.attrs),
    };
  },
  cases: CONV_CASES.map(({ x, window, filters, attrs, label, bench }, i) => {
    const weights = [...window, x[3] ?? 1, filters];
    return {
      label,
      inputs: [
        // Behind max pooling and ReLU most gradients are zero.
        { shape: convShape(convSizes(x, weights, attrs)), fill: i % 2 === 0 ? "normal" : "sparse" },
        { shape: weights, fill: "normal" },
      ],
      attrs: { ...attrs, sizes: x.join() },
      bench,
    };
  }),
};

/** Node for the gradient of a convolution by its images of shape `shape`. */
export function conv2dInputGrad(
  dY: Node,
  weights: Node,
  { shape, label, ...attrs }: ConvAttrs & { readonly shape: Shape; readonly label?: string },
): Node {
  return node(conv2dInputGradOp, [dY, weights], { ...attrs, sizes: shape.join() }, label);
}
