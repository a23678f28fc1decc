/**
 * upsample2d: images made larger by whole factors: Y[b,oy,ox,c] is the pixel X[b,⌊oy/fy⌋,⌊ox/fx⌋,c], or lies on the line
 * between the two nearest pixels of each axis (bilinear).
 * Shapes: X [B,H,W,C] → Y [B,H·fy,W·fx,C].
 */
import { sizeOf, tensorType } from "../core/tensor.ts";
import { gradientLabel } from "../ir/gradients.ts";
import { type Node, node } from "../ir/node.ts";
import type { Op, ReferenceCall } from "../ir/op.ts";
import { flatGrid, ROUNDING, vectorsOf } from "./_support.ts";
import {
  forEachShare,
  UPSAMPLE_CASES,
  type UpsampleAttrs,
  upsampledShape,
  upsampleNumbers,
} from "./_upsample.ts";
import { upsample2dGrad } from "./upsample2d_grad.ts";

/** The result; with `absolute`, of absolute values. */
function shares(
  { inputs: [x], output, attrs }: ReferenceCall<UpsampleAttrs>,
  absolute: boolean,
): Float64Array {
  const sum = new Float64Array(output.data.length), { pitch } = output;
  forEachShare(x!.type.shape, attrs, (position, pixel, share) => {
    for (let c = 0; c < pitch; c++) {
      const value = share * x!.data[pixel * pitch + c]!;
      sum[position * pitch + c]! += absolute ? Math.abs(value) : value;
    }
  });
  return sum;
}

export const upsample2dOp: Op<UpsampleAttrs> = {
  name: "upsample2d",
  operands: ["x"],
  infer: ([x], attrs) => tensorType("f32", upsampledShape("upsample2d", x!, attrs)),
  grad({ inputs: [x], attrs }, dOutput) {
    return [upsample2dGrad(dOutput, { ...attrs as UpsampleAttrs, label: gradientLabel(x!) })];
  },
  reference(call) {
    call.output.data.set(shares(call, false));
  },
  tolerance(call) {
    if (!call.attrs.bilinear) return () => 0;
    const size = shares(call, true);
    // Four shares of two rounded factors each, and their sum.
    return (index) => 2 * 12 * ROUNDING * size[index]!;
  },
  flops: ({ output, attrs }) => (attrs.bilinear ? 8 : 1) * sizeOf(output.shape),
  wgsl: ({ inputs: [x], output, attrs }) => ({
    overrides: { B: output.shape[0]!, ...upsampleNumbers(x!.shape, attrs) },
    workgroups: flatGrid(vectorsOf(output)),
  }),
  wasm: ({ inputs: [x], output, attrs }) => ({
    units: output.shape[0]! * output.shape[1]!,
    args: Object.values(upsampleNumbers(x!.shape, attrs)),
  }),
  cases: UPSAMPLE_CASES.map(({ x, attrs, label, bench }) => ({
    label,
    inputs: [{ shape: x, fill: "normal" }],
    attrs,
    bench,
  })),
};

/** Node for images [B,H,W,C] made larger by whole factors; see the top of this file. */
export function upsample2d(
  x: Node,
  { factor: [factorY, factorX], bilinear = false, label }: {
    readonly factor: readonly [y: number, x: number];
    readonly bilinear?: boolean;
    readonly label?: string;
  },
): Node {
  return node(upsample2dOp, [x], { factorY, factorX, bilinear }, label);
}
