/**
 * upsample2d_grad: dX, the gradient of upsample2d by its images: each pixel takes of every result the share that the result
 * has of it.   Shapes: dY [B,H·fy,W·fx,C] → dX [B,H,W,C].
 */
import { formatShape, sizeOf, tensorType } from "../core/tensor.ts";
import { type Node, node } from "../ir/node.ts";
import type { Op, ReferenceCall } from "../ir/op.ts";
import { fits, flatGrid, ROUNDING, vectorsOf } from "./_support.ts";
import {
  forEachShare,
  UPSAMPLE_CASES,
  type UpsampleAttrs,
  upsampledShape,
  upsampleNumbers,
} from "./_upsample.ts";

/** The gradient; with `absolute`, of absolute values. */
function collect(
  { inputs: [dY], output, attrs }: ReferenceCall<UpsampleAttrs>,
  absolute: boolean,
): Float64Array {
  const sum = new Float64Array(output.data.length), { pitch } = output;
  forEachShare(output.type.shape, attrs, (position, pixel, share) => {
    for (let c = 0; c < pitch; c++) {
      const value = share * dY!.data[position * pitch + c]!;
      sum[pixel * pitch + c]! += absolute ? Math.abs(value) : value;
    }
  });
  return sum;
}

export const upsample2dGradOp: Op<UpsampleAttrs> = {
  name: "upsample2d_grad",
  operands: ["dY"],
  infer([dY], attrs) {
    const [count, rows, columns, channels] = dY!.shape, { factorY, factorX } = attrs;
    upsampledShape("upsample2d_grad", dY!, attrs);
    fits(
      rows! % factorY === 0 && columns! % factorX === 0,
      "apply upsample2d_grad to",
      [dY!],
      `its images must be ${formatShape([factorY, factorX])} times as large as others`,
    );
    return tensorType("f32", [count!, rows! / factorY, columns! / factorX, channels!]);
  },
  reference(call) {
    call.output.data.set(collect(call, false));
  },
  tolerance(call) {
    const size = collect(call, true), { factorY, factorX, bilinear } = call.attrs;
    const terms = (bilinear ? 9 : 1) * factorY * factorX;
    return (index) => 2 * (terms + 6) * ROUNDING * size[index]!;
  },
  flops: ({ inputs: [dY], attrs }) => (attrs.bilinear ? 8 : 1) * sizeOf(dY!.shape),
  wgsl: ({ output, attrs }) => ({
    overrides: { B: output.shape[0]!, ...upsampleNumbers(output.shape, attrs) },
    workgroups: flatGrid(vectorsOf(output)),
  }),
  wasm: ({ output, attrs }) => ({
    units: output.shape[0]! * output.shape[1]!,
    args: Object.values(upsampleNumbers(output.shape, attrs)),
  }),
  cases: UPSAMPLE_CASES.map(({ y, attrs, label, bench }) => ({
    label,
    inputs: [{ shape: y, fill: "normal" }],
    attrs,
    bench,
  })),
};

/** Node for the gradient of `upsample2d` by its images, given that by its result. */
export function upsample2dGrad(
  dY: Node,
  { label, ...attrs }: UpsampleAttrs & { readonly label?: string },
): Node {
  return node(upsample2dGradOp, [dY], attrs, label);
}
