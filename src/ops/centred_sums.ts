/**
 * centred_sums: S[b,0,c] = Σ_p A[b,p,c] and S[b,1,c] = Σ_p A[b,p,c]·(X[b,p,c] − m[c]) over the P places between the first
 * axis and the last: what the gradients of a normalization of channels are made of, in one pass over both.
 * Shapes: A and X [B,…,C], m [C] → S [B,2,C].
 */
import { pitchOf, sameShape, sizeOf, tensorType } from "../core/tensor.ts";
import { type Node, node } from "../ir/node.ts";
import type { Op, OpCase, ReferenceCall } from "../ir/op.ts";
import { fits, ROUNDING } from "./_support.ts";
import { placesOf } from "./image_variance.ts";

/** Both sums, of absolute values if asked. */
function collect({ inputs, output }: ReferenceCall, into: Float64Array, of: (term: number) => number): void {
  const [a, x, m] = inputs, [rows, , columns] = output.type.shape as [number, number, number];
  const places = placesOf(a!.type.shape), { pitch } = output;
  for (let b = 0; b < rows; b++) {
    for (let p = 0; p < places; p++) {
      for (let c = 0; c < columns; c++) {
        const at = (b * places + p) * a!.pitch + c, value = a!.data[at]!;
        into[2 * b * pitch + c]! += of(value);
        into[(2 * b + 1) * pitch + c]! += of(value * (x!.data[at]! - m!.data[c]!));
      }
    }
  }
}

export const centredSumsOp: Op = {
  name: "centred_sums",
  operands: ["a", "x", "means"],
  infer(inputs) {
    const [a, x, m] = inputs, columns = x!.shape.at(-1)!;
    fits(
      x!.shape.length > 1 && sameShape(a!.shape, x!.shape) && `${m!.shape}` === `${[columns]}`,
      "sum the products of",
      inputs,
      `both must have the same shape, and means must be [${columns}]`,
    );
    return tensorType("f32", [x!.shape[0]!, 2, columns]);
  },
  reference(call) {
    call.output.data.fill(0);
    collect(call, call.output.data as Float64Array, (term) => term);
  },
  tolerance(call, output) {
    const magnitude = new Float64Array(output.data.length), places = placesOf(call.inputs[0]!.type.shape);
    collect(call, magnitude, Math.abs);
    return (index) => 2 * (places + 2) * ROUNDING * magnitude[index]!;
  },
  flops: ({ inputs: [x] }) => 4 * sizeOf(x!.shape),
  // One workgroup per 4 channels of an image: its threads share the places and meet in a tree.
  wgsl: ({ inputs: [x] }) => ({
    overrides: { PLACES: placesOf(x!.shape), VECTORS: pitchOf(x!.shape) / 4 },
    workgroups: [pitchOf(x!.shape) / 4, x!.shape[0]!, 1],
  }),
  wasm: ({ inputs: [x] }) => ({
    units: x!.shape[0]! * pitchOf(x!.shape) / 4,
    args: [placesOf(x!.shape), pitchOf(x!.shape) / 4],
  }),
  cases: [
    sumsCase([1, 1]),
    sumsCase([3, 2, 5]),
    sumsCase([13, 3, 3, 7]),
    sumsCase([2, 5, 3, 17]),
    sumsCase([32, 16, 16, 32], true),
    sumsCase([3, 4, 29]),
    sumsCase([11385, 2, 6]),
  ],
};

function sumsCase(shape: readonly number[], bench = false): OpCase {
  return {
    label: `[${shape}]`,
    inputs: [{ shape, fill: "normal" }, { shape, fill: "normal" }, {
      shape: shape.slice(-1),
      fill: "normal",
    }],
    attrs: {},
    bench,
  };
}

/** Node for the sums of `a`, and of its products with what `x` has more than `means`, over each image's places. */
export function centredSums(a: Node, x: Node, means: Node, label?: string): Node {
  return node(centredSumsOp, [a, x, means], {}, label);
}
