/**
 * max_pool2d: Y[b,oy,ox,c] = max of X[b, oy·sy + ky − top, ox·sx + kx − left, c] over a window of KH×KW pixels; those outside
 * the image are passed over.
 * Shapes: X [B,H,W,C] → Y [B,OH,OW,C]; see _pool.ts for OH.
 * A window that holds NaN gives NaN, as in PyTorch.
 */
import { gradientLabel } from "../ir/gradients.ts";
import { type Node, node } from "../ir/node.ts";
import type { Op, OpCase } from "../ir/op.ts";
import {
  maximaOf,
  type PoolAttrs,
  poolAttrs,
  pooledType,
  poolNumbers,
  type PoolOptions,
  poolSizes,
  poolTerms,
} from "./_pool.ts";
import { POOL_CASES, type PoolCase } from "./_pool_cases.ts";
import { exact, flatGrid, vectorsOf } from "./_support.ts";
import { maxPool2dGrad } from "./max_pool2d_grad.ts";

export const maxPool2dOp: Op<PoolAttrs> = {
  name: "max_pool2d",
  operands: ["x"],
  infer: ([x], attrs) => pooledType("max_pool2d", x!, attrs),
  grad({ inputs: [x], attrs }, dOutput) {
    return [maxPool2dGrad(x!, dOutput, { ...attrs as PoolAttrs, label: gradientLabel(x!) })];
  },
  reference({ inputs: [x], output, attrs }) {
    maximaOf(x!, attrs).forEach((from, at) => output.data[at] = x!.data[from]!);
  },
  tolerance: exact,
  flops: ({ inputs, attrs }) => poolTerms(poolSizes(inputs[0]!.shape, attrs), attrs),
  wgsl: ({ inputs, output, attrs }) => ({
    overrides: { B: output.shape[0]!, ...poolNumbers(poolSizes(inputs[0]!.shape, attrs), attrs) },
    workgroups: flatGrid(vectorsOf(output)),
  }),
  wasm: ({ inputs, output, attrs }) => ({
    units: output.shape[0]! * output.shape[1]!,
    args: Object.values(poolNumbers(poolSizes(inputs[0]!.shape, attrs), attrs)),
  }),
  cases: [
    ...POOL_CASES.map((one) => maxCase(one)),
    ...POOL_CASES.filter(({ ties }) => ties).map((one) => maxCase(one, "ties")),
  ],
};

function maxCase({ x, attrs, label, bench }: PoolCase, ties?: "ties"): OpCase<PoolAttrs> {
  const inputs = [{ shape: x, fill: ties ? { below: 3 } : "normal" }] as const;
  return ties ? { label: `${label}, ties`, inputs, attrs, notSmooth: true } : { label, inputs, attrs, bench };
}

/**
 * Node for the largest value of each channel under a window that moves over images [B,H,W,C]; see the top of this file.
 * Throws when the window is larger than the images.
 */
export function maxPool2d(x: Node, { label, ...options }: PoolOptions): Node {
  return node(maxPool2dOp, [x], poolAttrs(options), label);
}
