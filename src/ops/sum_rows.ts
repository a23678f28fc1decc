/**
 * sum_rows: s[j] = Σᵢ X[i,j] over all axes but the last, the gradient of a bias.
 * Shapes: X [M,N] → s [N]; of more axes, all but the last are rows: X [B,H,W,N] has M = B·H·W.
 */
import { type Node, node } from "../ir/node.ts";
import type { Op, OpCase } from "../ir/op.ts";
import { columnsOf, formatShape, pitchOf, rowsOf, type Shape, sizeOf, tensorType } from "../core/tensor.ts";
import { partsOf, sumOfParts } from "./_parts.ts";
import { fits, ROUNDING } from "./_support.ts";

/** Rows that a workgroup of the WGSL kernel reads at a time, and how often it does while a second launch lasts. */
const ROUND_ROWS = 1024;
const LAUNCH_ROUNDS = 12;

export const sumRowsOp: Op = {
  name: "sum_rows",
  operands: ["x"],
  infer(inputs) {
    const { shape } = inputs[0]!;
    fits(shape.length >= 2, "sum the rows of", inputs, "it must have two axes or more");
    return tensorType("f32", [columnsOf(shape)]);
  },
  reference({ inputs, output }) {
    const [x] = inputs, m = rowsOf(x!.type.shape), n = columnsOf(x!.type.shape);
    for (let j = 0; j < n; j++) {
      let sum = 0;
      for (let i = 0; i < m; i++) sum += x!.data[i * x!.pitch + j]!;
      output.data[j] = sum;
    }
  },
  tolerance({ inputs }) {
    const [x] = inputs, m = rowsOf(x!.type.shape);
    return (index) => {
      let magnitude = 0;
      for (let i = 0; i < m; i++) magnitude += Math.abs(x!.data[i * x!.pitch + index]!);
      return 2 * m * ROUNDING * magnitude;
    };
  },
  flops: ({ inputs }) => sizeOf(inputs[0]!.shape),
  wgsl({ inputs: [x], output }) {
    const rows = rowsOf(x!.shape), vectors = pitchOf(x!.shape) / 4;
    const rounds = Math.ceil(rows / ROUND_ROWS);
    const parts = partsOf({ workgroups: vectors, rounds, launchRounds: LAUNCH_ROUNDS });
    return {
      overrides: { M: rows, N: columnsOf(x!.shape), PARTS: parts },
      workgroups: [vectors, parts, 1],
      ...sumOfParts(parts, output),
    };
  },
  wasm: ({ inputs }) => ({
    units: pitchOf(inputs[0]!.shape) / 4,
    args: [rowsOf(inputs[0]!.shape), pitchOf(inputs[0]!.shape)],
  }),
  cases: [
    sumCase([1, 1]),
    sumCase([1, 30]),
    sumCase([32, 30], true),
    sumCase([13, 7]),
    sumCase([300, 129]),
    sumCase([11385, 30], true),
    sumCase([128, 20, 20, 15], true),
    sumCase([20483, 3]),
    sumCase([3, 5, 7, 13]),
    sumCase([2, 3, 1]),
    sumCase([1, 11, 12, 41]),
  ],
};

function sumCase(shape: Shape, bench = false): OpCase {
  return { label: formatShape(shape), inputs: [{ shape, fill: "normal" }], attrs: {}, bench };
}

/** Node for the sum of the rows of `x`: a vector with one value per column. */
export function sumRows(x: Node, label?: string): Node {
  return node(sumRowsOp, [x], {}, label);
}
