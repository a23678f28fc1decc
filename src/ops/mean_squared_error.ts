/**
 * mean_squared_error: the loss of each row, loss[i] = (1/N) Σ_j (y[i,j] − t[i,j])².
 * Shapes: output y [M,N], target t [M,N] → losses [M].   M rows (batch), N values a row.
 */
import { gradientLabel } from "../ir/gradients.ts";
import { type Node, node } from "../ir/node.ts";
import type { Op, OpCase } from "../ir/op.ts";
import { tensorType } from "../core/tensor.ts";
import { fits, flatGrid, ROUNDING, sameTypes } from "./_support.ts";
import { meanSquaredErrorGrad } from "./mean_squared_error_grad.ts";

export const meanSquaredErrorOp: Op = {
  name: "mean_squared_error",
  operands: ["output", "target"],
  infer(inputs) {
    const { shape } = sameTypes("take the squared error of", inputs);
    fits(shape.length === 2, "take the squared error of", inputs, "both must be matrices");
    return tensorType("f32", [shape[0]!]);
  },
  grad({ inputs: [output, target] }, dLosses) {
    return [meanSquaredErrorGrad(output!, target!, dLosses, gradientLabel(output!)), undefined];
  },
  reference({ inputs: [y, target], output }) {
    const [m, n] = y!.type.shape;
    for (let i = 0; i < m!; i++) {
      let sum = 0;
      for (let j = 0; j < n!; j++) {
        sum += (y!.data[i * y!.pitch + j]! - target!.data[i * target!.pitch + j]!) ** 2;
      }
      output.data[i] = sum / n!;
    }
  },
  tolerance({ inputs: [y] }, losses) {
    return (index) => 2 * (y!.type.shape[1]! + 4) * ROUNDING * Math.abs(losses.data[index]!);
  },
  flops: ({ inputs: [y] }) => 3 * y!.shape[0]! * y!.shape[1]!,
  // One workgroup per row at most: its threads share the columns and meet in a tree.
  wgsl: ({ inputs: [y] }) => ({
    overrides: { M: y!.shape[0]!, N: y!.shape[1]! },
    workgroups: flatGrid(y!.shape[0]! * 256),
  }),
  wasm: ({ inputs: [y] }) => ({ units: y!.shape[0]!, args: [y!.shape[1]!] }),
  cases: [
    errorCase(1, 1),
    errorCase(1, 784),
    errorCase(7, 13),
    errorCase(32, 784, true),
    errorCase(11385, 29),
  ],
};

function errorCase(m: number, n: number, bench = false): OpCase {
  const shape = [m, n];
  return {
    label: `[${shape}]`,
    inputs: [{ shape, fill: "normal" }, { shape, fill: "positive" }],
    attrs: {},
    bench,
  };
}

/** Node for the mean squared error of each row. The target is constant: no gradient flows to it. */
export function meanSquaredError(output: Node, target: Node, label = "losses"): Node {
  return node(meanSquaredErrorOp, [output, target], {}, label);
}
