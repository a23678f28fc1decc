/** What conv2d_input_grad computes and its kernels, without its gradient: see conv2d_input_grad.ts. */
import type { CallTypes, Op, ReferenceCall } from "../ir/op.ts";
import { type Shape, tensorType } from "../core/tensor.ts";
import {
  type ConvAttrs,
  convNumbers,
  convShape,
  convSizes,
  convTerms,
  isGeneral,
  weightsFit,
  windowProblem,
} from "./_conv.ts";
import { CONV_CASES } from "./_conv_cases.ts";
import { scatterToImages } from "./_conv_definition.ts";
import { convInputListBytes } from "./_conv_scratch.ts";
import { convTiling } from "./_conv_tiles.ts";
import { fits, flatGrid, ROUNDING, vectorsOf } from "./_support.ts";

export type InputGradAttrs = ConvAttrs & {
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
  { inputs, attrs }: ReferenceCall<InputGradAttrs>,
  into: Float64Array,
  absolute: boolean,
): void {
  scatterToImages(inputs, into, convSizes(shapeOf(attrs), inputs[1]!.type.shape, attrs), attrs, absolute);
}

/** All of the op but its gradient. */
export function inputGradKernel(): Omit<Op<InputGradAttrs>, "grad"> {
  return {
    name: "conv2d_input_grad",
    operands: ["dY", "weights"],
    infer(inputs, attrs) {
      const [dY, w] = inputs, x = tensorType("f32", shapeOf(attrs));
      fits(
        weightsFit(x, w!, attrs),
        "differentiate conv2d with",
        [x, w!],
        "weights are [height,width,channels of a group,filters]",
      );
      const problem = windowProblem(x.shape, w!.shape, attrs);
      fits(problem === undefined, "differentiate conv2d with", [x, w!], problem!);
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
      const settings = { ...convNumbers(sizes, types.attrs), B: x.count };
      if (isGeneral(types.attrs)) {
        const workgroups = flatGrid(4 * vectorsOf(types.output));
        return { kernel: "conv2d_input_grad_general", overrides: settings, workgroups };
      }
      const pixels = x.count * x.image / x.pixel, tiles = Math.ceil(pixels / 4) * Math.ceil(x.channels / 4);
      const { split, workgroups } = convTiling(tiles, kh * kw * Math.ceil(n / 4));
      return { overrides: { ...settings, SPLIT: split }, workgroups };
    },
    wasm(types) {
      const sizes = sizesOf(types);
      return {
        ...(isGeneral(types.attrs) && { kernel: "conv2d_input_grad_general" }),
        units: sizes.x.count,
        args: Object.values(convNumbers(sizes, types.attrs)),
        scratchBytes: convInputListBytes(sizes, types.attrs),
      };
    },
    cases: CONV_CASES.map(({ x, weights, attrs, label, bench }, i) => {
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
}
