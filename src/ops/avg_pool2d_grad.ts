/**
 * avg_pool2d_grad: dX, the gradient of avg_pool2d by its images: every pixel of a window takes 1/n of the window's gradient,
 * where n counts what the window is the mean of. Where windows overlap their gradients add up; pixels of no window get 0.
 * Shapes: dY [B,OH,OW,C] → dX [B,H,W,C].
 */
import { type Shape, sizeOf, tensorType } from "../core/tensor.ts";
import { type Node, node } from "../ir/node.ts";
import type { Op, View } from "../ir/op.ts";
import {
  averageNumbers,
  forEachPixel,
  type PoolAttrs,
  pooledGradType,
  poolSizes,
  poolTerms,
  sharesOf,
} from "./_pool.ts";
import { POOL_CASES } from "./_pool_cases.ts";
import { flatGrid, ROUNDING, vectorsOf } from "./_support.ts";

type AvgPool2dGradAttrs = PoolAttrs & {
  /** Shape of the images, such as `128,20,20,15`. */
  readonly sizes: string;
};

function shapeOf({ sizes }: AvgPool2dGradAttrs): Shape {
  return sizes.split(",").map(Number);
}

/** Adds each window's share to its pixels; with `absolute`, its absolute value. */
function scatter(into: Float64Array, dY: View, attrs: AvgPool2dGradAttrs, absolute: boolean): void {
  const sizes = poolSizes(shapeOf(attrs), attrs), shares = sharesOf(sizes, attrs);
  forEachPixel(sizes, attrs, (at, pixel) => {
    const share = shares[at / dY.pitch % shares.length]!;
    for (let c = 0; c < dY.pitch; c++) {
      const value = share * dY.data[at + c]!;
      into[pixel + c]! += absolute ? Math.abs(value) : value;
    }
  });
}

export const avgPool2dGradOp: Op<AvgPool2dGradAttrs> = {
  name: "avg_pool2d_grad",
  operands: ["dY"],
  infer: ([dY], attrs) => pooledGradType("avg_pool2d_grad", tensorType("f32", shapeOf(attrs)), dY!, attrs),
  reference({ inputs: [dY], output, attrs }) {
    output.data.fill(0);
    scatter(output.data as Float64Array, dY!, attrs, false);
  },
  tolerance({ inputs: [dY], attrs }, { data }) {
    const sum = new Float64Array(data.length), terms = attrs.windowHeight * attrs.windowWidth;
    scatter(sum, dY!, attrs, true);
    return (index) => 2 * (terms + 1) * ROUNDING * sum[index]!;
  },
  flops: ({ output, attrs }) => poolTerms(poolSizes(output.shape, attrs), attrs) + sizeOf(output.shape),
  wgsl: ({ output, attrs }) => ({
    overrides: { B: output.shape[0]!, ...averageNumbers(output.shape, attrs) },
    workgroups: flatGrid(vectorsOf(output)),
  }),
  wasm: ({ output, attrs }) => ({
    units: output.shape[0]!,
    args: Object.values(averageNumbers(output.shape, attrs)),
  }),
  cases: POOL_CASES.map(({ x, y, attrs, label, bench }) => ({
    label,
    inputs: [{ shape: y, fill: "normal" }],
    attrs: { ...attrs, sizes: x.join() },
    bench,
  })),
};

/** Node for the gradient of `avgPool2d` by its images of shape `shape`, given that by its result. */
export function avgPool2dGrad(
  dY: Node,
  { shape, label, ...attrs }: PoolAttrs & { readonly shape: Shape; readonly label?: string },
): Node {
  return node(avgPool2dGradOp, [dY], { ...attrs, sizes: shape.join() }, label);
}
