/**
 * mean_squared_error_grad: dY[i,j] = (2/N)·(y[i,j] − t[i,j])·dLoss[i].
 * Shapes: output y [M,N], target t [M,N], dLosses [M] → dOutput [M,N].   M rows (batch), N values a row.
 */
import { type Node, node } from "../ir/node.ts";
import type { Op, OpCase } from "../ir/op.ts";
import { pitchOf, sizeOf } from "../core/tensor.ts";
import { fits, flatGrid, forEachElement, ROUNDING, sameTypes, vectorsOf } from "./_support.ts";

export const meanSquaredErrorGradOp: Op = {
  name: "mean_squared_error_grad",
  operands: ["output", "target", "dLosses"],
  infer(inputs) {
    const type = sameTypes("differentiate the squared error of", inputs.slice(0, 2)), [m] = type.shape;
    fits(
      inputs[2]!.shape.length === 1 && inputs[2]!.shape[0] === m,
      "weigh",
      inputs,
      `dLosses must be f32[${m}]`,
    );
    return type;
  },
  reference({ inputs: [y, target, dLosses], output }) {
    const n = output.type.shape[1]!;
    forEachElement(output.type.shape, output.pitch, (at) => {
      const dLoss = dLosses!.data[Math.floor(at / output.pitch)]!;
      output.data[at] = 2 / n * (y!.data[at]! - target!.data[at]!) * dLoss;
    });
  },
  tolerance: (_call, written) => (index) => 6 * ROUNDING * Math.abs(written.data[index]!),
  flops: ({ output }) => 3 * sizeOf(output.shape),
  wgsl: ({ output }) => ({
    overrides: { VECTORS: vectorsOf(output), N: output.shape[1]! },
    workgroups: flatGrid(vectorsOf(output)),
  }),
  wasm: ({ output }) => ({ units: output.shape[0]!, args: [output.shape[1]!, pitchOf(output.shape)] }),
  cases: [gradCase(1, 1), gradCase(1, 784), gradCase(7, 13), gradCase(32, 784, true), gradCase(11385, 29)],
};

function gradCase(m: number, n: number, bench = false): OpCase {
  const shape = [m, n];
  return {
    label: `[${shape}]`,
    inputs: [{ shape, fill: "normal" }, { shape, fill: "positive" }, { shape: [m], fill: "normal" }],
    attrs: {},
    bench,
  };
}

/** Node for the gradient of `meanSquaredError` by the output, given that by the losses. */
export function meanSquaredErrorGrad(output: Node, target: Node, dLosses: Node, label?: string): Node {
  return node(meanSquaredErrorGradOp, [output, target, dLosses], {}, label);
}
