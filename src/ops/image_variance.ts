/**
 * image_variance: V[b,c] = (1/P) Σ_p (X[b,p,c] − m[b,c])², how far the P values of each channel of an image (or of
 * whatever lies between the first axis and the last) are from their mean m.
 * Shapes: X [B,…,C], m [B,C] → V [B,C].
 * No gradient flows to m: as the mean it is where V is least.
 */
import { pitchOf, sizeOf, tensorType } from "../core/tensor.ts";
import { gradientLabel } from "../ir/gradients.ts";
import { type Node, node } from "../ir/node.ts";
import type { Op, OpCase } from "../ir/op.ts";
import { fits, ROUNDING } from "./_support.ts";
import { map } from "./map.ts";

/** Values of a channel in a row of the first axis. */
export function placesOf(shape: readonly number[]): number {
  return sizeOf(shape.slice(1, -1));
}

export const imageVarianceOp: Op = {
  name: "image_variance",
  operands: ["x", "means"],
  infer(inputs) {
    const [x, means] = inputs, [rows, columns] = [x!.shape[0]!, x!.shape.at(-1)!];
    fits(
      x!.shape.length > 1 && `${means!.shape}` === `${[rows, columns]}`,
      "take the variance in",
      inputs,
      `means must be [${rows},${columns}]`,
    );
    return tensorType("f32", [rows, columns]);
  },
  grad({ inputs: [x, means] }, dV) {
    const { shape } = x!.type, all = shape.map((_size, axis) => axis), factor = 2 / placesOf(shape);
    const axes = [[0, shape.length - 1], all, [0, shape.length - 1]], label = gradientLabel(x!);
    return [
      map([dV, x!, means!], (d, value, m) => d.mul(factor).mul(value.sub(m)), { axes, label }),
      undefined,
    ];
  },
  reference({ inputs: [x, means], output }) {
    const [rows, columns] = output.type.shape as [number, number], places = placesOf(x!.type.shape);
    for (let b = 0; b < rows; b++) {
      for (let c = 0; c < columns; c++) {
        let sum = 0;
        for (let p = 0; p < places; p++) {
          sum += (x!.data[(b * places + p) * x!.pitch + c]! - means!.data[b * means!.pitch + c]!) ** 2;
        }
        output.data[b * output.pitch + c] = sum / places;
      }
    }
  },
  tolerance: ({ inputs: [x] }, output) => (index) =>
    2 * (placesOf(x!.type.shape) + 4) * ROUNDING * output.data[index]!,
  flops: ({ inputs: [x] }) => 3 * sizeOf(x!.shape),
  // One workgroup per 4 channels of an image: its threads share the places and meet in a tree.
  wgsl: ({ inputs: [x], output }) => ({
    overrides: { PLACES: placesOf(x!.shape), VECTORS: pitchOf(output.shape) / 4 },
    workgroups: [pitchOf(output.shape) / 4, output.shape[0]!, 1],
  }),
  wasm: ({ inputs: [x], output }) => ({
    units: output.shape[0]! * pitchOf(output.shape) / 4,
    args: [placesOf(x!.shape), pitchOf(output.shape) / 4],
  }),
  cases: [
    varianceCase([1, 1]),
    varianceCase([3, 2, 5]),
    varianceCase([13, 3, 3, 7]),
    varianceCase([2, 5, 3, 16]),
    varianceCase([32, 16, 16, 32], true),
    varianceCase([3, 4, 29]),
    varianceCase([11385, 2, 6]),
  ],
};

function varianceCase(shape: readonly number[], bench = false): OpCase {
  return {
    label: `[${shape}]`,
    inputs: [{ shape, fill: "normal" }, { shape: [shape[0]!, shape.at(-1)!], fill: "normal" }],
    attrs: {},
    bench,
  };
}

/** Node for the variance of each channel in each image, given their means [B,C]. */
export function imageVariance(x: Node, means: Node, label?: string): Node {
  return node(imageVarianceOp, [x, means], {}, label);
}
