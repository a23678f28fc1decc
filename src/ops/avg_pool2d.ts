/**
 * avg_pool2d: Y[b,oy,ox,c] = mean of X[b, oy·sy + ky − top, ox·sx + kx − left, c] over a window of KH×KW pixels. Pads count as
 * zeros, or not at all (`excludesPads`); what lies past the pads never counts, as in PyTorch.
 * Shapes: X [B,H,W,C] → Y [B,OH,OW,C]; see _pool.ts for OH.
 */
import { gradientLabel } from "../ir/gradients.ts";
import { type Node, node } from "../ir/node.ts";
import type { Op, ReferenceCall } from "../ir/op.ts";
import {
  averageNumbers,
  forEachPixel,
  type PoolAttrs,
  poolAttrs,
  pooledType,
  type PoolOptions,
  poolSizes,
  poolTerms,
  sharesOf,
} from "./_pool.ts";
import { POOL_CASES } from "./_pool_cases.ts";
import { flatGrid, ROUNDING, vectorsOf } from "./_support.ts";
import { avgPool2dGrad } from "./avg_pool2d_grad.ts";

/** Means over the windows; with `absolute`, of absolute values. */
function means({ inputs: [x], output, attrs }: ReferenceCall<PoolAttrs>, absolute: boolean): Float64Array {
  const sizes = poolSizes(x!.type.shape, attrs), shares = sharesOf(sizes, attrs);
  const mean = new Float64Array(output.data.length);
  forEachPixel(sizes, attrs, (at, pixel) => {
    const share = shares[at / output.pitch % shares.length]!;
    for (let c = 0; c < output.pitch; c++) {
      const value = x!.data[pixel + c]!;
      mean[at + c]! += share * (absolute ? Math.abs(value) : value);
    }
  });
  return mean;
}

export const avgPool2dOp: Op<PoolAttrs> = {
  name: "avg_pool2d",
  operands: ["x"],
  infer: ([x], attrs) => pooledType("avg_pool2d", x!, attrs),
  grad({ inputs: [x], attrs }, dOutput) {
    const label = gradientLabel(x!);
    return [avgPool2dGrad(dOutput, { ...attrs as PoolAttrs, shape: x!.type.shape, label })];
  },
  reference(call) {
    call.output.data.set(means(call, false));
  },
  tolerance(call) {
    const mean = means(call, true), terms = call.attrs.windowHeight * call.attrs.windowWidth;
    return (index) => 2 * (terms + 1) * ROUNDING * mean[index]!;
  },
  flops: ({ inputs, attrs }) => poolTerms(poolSizes(inputs[0]!.shape, attrs), attrs),
  wgsl: ({ inputs, output, attrs }) => ({
    overrides: { B: output.shape[0]!, ...averageNumbers(inputs[0]!.shape, attrs) },
    workgroups: flatGrid(vectorsOf(output)),
  }),
  wasm: ({ inputs, output, attrs }) => ({
    units: output.shape[0]! * output.shape[1]!,
    args: Object.values(averageNumbers(inputs[0]!.shape, attrs)),
  }),
  cases: POOL_CASES.map(({ x, attrs, label, bench }) => ({
    label,
    inputs: [{ shape: x, fill: "normal" }],
    attrs,
    bench,
  })),
};

/**
 * Node for the mean of each channel under a window that moves over images [B,H,W,C]; see the top of this file. Throws
 * when the window is larger than the images.
 */
export function avgPool2d(x: Node, { label, ...options }: PoolOptions): Node {
  return node(avgPool2dOp, [x], poolAttrs(options), label);
}
