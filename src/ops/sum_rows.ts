/**
 * sum_rows: s[j] = Σᵢ X[i,j], the gradient of a bias.
 * Shapes: X [M,N] → s [N].
 */
import { type Node, node } from "../ir/node.ts";
import type { Op, OpCase } from "../ir/op.ts";
import { columnsOf, pitchOf, rowsOf, sizeOf, tensorType } from "../core/tensor.ts";
import { fits, ROUNDING } from "./_support.ts";

export const sumRowsOp: Op = {
  name: "sum_rows",
  operands: ["x"],
  infer(inputs) {
    fits(inputs[0]!.shape.length === 2, "sum the rows of", inputs, "it must be a matrix");
    return tensorType("f32", [inputs[0]!.shape[1]!]);
  },
  reference({ inputs, output }) {
    const [x] = inputs, [m, n] = x!.type.shape;
    for (let j = 0; j < n!; j++) {
      let sum = 0;
      for (let i = 0; i < m!; i++) sum += x!.data[i * x!.pitch + j]!;
      output.data[j] = sum;
    }
  },
  tolerance({ inputs }) {
    const [x] = inputs, m = x!.type.shape[0]!;
    return (index) => {
      let magnitude = 0;
      for (let i = 0; i < m; i++) magnitude += Math.abs(x!.data[i * x!.pitch + index]!);
      return 2 * m * ROUNDING * magnitude;
    };
  },
  flops: ({ inputs }) => sizeOf(inputs[0]!.shape),
  // One workgroup per 4 columns: its threads share the rows and meet in a tree.
  wgsl: ({ inputs }) => ({
    overrides: { M: rowsOf(inputs[0]!.shape), N: columnsOf(inputs[0]!.shape) },
    workgroups: [pitchOf(inputs[0]!.shape) / 4, 1, 1],
  }),
  wasm: ({ inputs }) => ({
    units: pitchOf(inputs[0]!.shape) / 4,
    args: [rowsOf(inputs[0]!.shape), pitchOf(inputs[0]!.shape)],
  }),
  cases: [
    sumCase(1, 1),
    sumCase(1, 30),
    sumCase(32, 30, true),
    sumCase(13, 7),
    sumCase(300, 129),
    sumCase(11385, 30, true),
  ],
};

function sumCase(m: number, n: number, bench = false): OpCase {
  return { label: `[${m},${n}]`, inputs: [{ shape: [m, n], fill: "normal" }], attrs: {}, bench };
}

/** Node for the sum of the rows of a matrix: a vector with one value per column. */
export function sumRows(x: Node, label?: string): Node {
  return node(sumRowsOp, [x], {}, label);
}
