/**
 * binary_cross_entropy_grad: dZ[b,j] = (σ(z[b,j]) − x[b,j]) · dRows[b].
 * Shapes: logits z [M,N], targets x [M,N], dRows [M] → dLogits [M,N].   M rows (batch), N values a row.
 */
import { type Node, node } from "../ir/node.ts";
import type { Op, OpCase } from "../ir/op.ts";
import { type Shape, sizeOf } from "../core/tensor.ts";
import { activate, CURVE_ERROR } from "./_activation.ts";
import { fits, flatGrid, forEachElement, LEAST_NORMAL, ROUNDING, sameTypes, vectorsOf } from "./_support.ts";

export const binaryCrossEntropyGradOp: Op = {
  name: "binary_cross_entropy_grad",
  operands: ["logits", "targets", "dRows"],
  infer(inputs) {
    const type = sameTypes("differentiate the binary cross-entropy of", inputs.slice(0, 2));
    const [m] = type.shape, dRows = inputs[2]!.shape;
    fits(dRows.length === 1 && dRows[0] === m, "weigh", inputs, `dRows must be f32[${m}]`);
    return type;
  },
  reference({ inputs: [logits, targets, dRows], output }) {
    forEachElement(output.type.shape, output.pitch, (at) => {
      const dRow = dRows!.data[Math.floor(at / output.pitch)]!;
      output.data[at] = (activate("sigmoid", logits!.data[at]!) - targets!.data[at]!) * dRow;
    });
  },
  tolerance: ({ inputs: [logits, , dRows] }, { data, pitch }) => (index) => {
    const dRow = Math.abs(dRows!.data[Math.floor(index / pitch)]!);
    const curve = CURVE_ERROR * activate("sigmoid", logits!.data[index]!) + LEAST_NORMAL;
    return curve * dRow + 2 * ROUNDING * Math.abs(data[index]!) + LEAST_NORMAL;
  },
  flops: ({ output }) => 8 * sizeOf(output.shape),
  wgsl: ({ output }) => ({
    overrides: { VECTORS: vectorsOf(output), N: output.shape[1]! },
    workgroups: flatGrid(vectorsOf(output)),
  }),
  wasm: ({ output }) => ({ units: output.shape[0]!, args: [output.shape[1]!] }),
  cases: [
    gradCase([1, 1]),
    gradCase([1, 784]),
    gradCase([7, 13]),
    gradCase([32, 784], true),
    gradCase([11385, 29]),
  ],
};

function gradCase(shape: Shape, bench = false): OpCase {
  return {
    label: `[${shape}]`,
    inputs: [{ shape, fill: "normal" }, { shape, fill: "positive" }, { shape: [shape[0]!], fill: "normal" }],
    attrs: {},
    bench,
  };
}

/** Node for the gradient of `binaryCrossEntropy` by the logits, given that by the losses of the rows. */
export function binaryCrossEntropyGrad(logits: Node, targets: Node, dRows: Node, label?: string): Node {
  return node(binaryCrossEntropyGradOp, [logits, targets, dRows], {}, label);
}
