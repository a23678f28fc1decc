/**
 * sum_squares: s[b] = Σᵢ x[i]², over the 4,096 values of block b as they lie; the last block may be short.
 * Shapes: x of any shape → s [B], B = ⌈P/4096⌉, P stored values. Their sum is the square of x's norm.
 */
import { storageOf, type TensorType, tensorType } from "../core/tensor.ts";
import { type Node, node } from "../ir/node.ts";
import type { Op, OpCase } from "../ir/op.ts";
import { ROUNDING, vectorsOf } from "./_support.ts";

/** Values of a block; the kernels carry the same number, in vectors of four. */
const BLOCK = 4096;

/** How many sums there are. */
export function squareBlocks(type: TensorType): number {
  return Math.ceil(storageOf(type.shape) / BLOCK);
}

export const sumSquaresOp: Op = {
  name: "sum_squares",
  operands: ["x"],
  infer: ([x]) => tensorType("f32", [squareBlocks(x!)]),
  reference({ inputs: [x], output }) {
    const { data } = x!, blocks = squareBlocks(x!.type);
    for (let b = 0; b < blocks; b++) {
      let sum = 0;
      for (let i = b * BLOCK; i < Math.min(data.length, (b + 1) * BLOCK); i++) sum += data[i]! * data[i]!;
      output.data[b] = sum;
    }
  },
  // All terms have one sign. 16 lanes share them on WASM, 1,024 on WebGPU, and meet in a tree.
  tolerance: (_, written) => (index) => (BLOCK / 16 + 16) * ROUNDING * Math.abs(written.data[index]!),
  flops: ({ inputs }) => 2 * storageOf(inputs[0]!.shape),
  // One workgroup per block.
  wgsl: ({ inputs, output }) => ({
    overrides: { VECTORS: vectorsOf(inputs[0]!), BLOCKS: output.shape[0]! },
    workgroups: [Math.min(storageOf(output.shape), 65535), 1, 1],
  }),
  wasm: ({ inputs, output }) => ({ units: storageOf(output.shape), args: [vectorsOf(inputs[0]!)] }),
  cases: [
    squaresCase([1]),
    squaresCase([7]),
    squaresCase([3, 5]),
    squaresCase([4096]),
    squaresCase([4100]),
    squaresCase([11385, 1]),
    squaresCase([4 * 4096 + 13, 1]),
    squaresCase([24448], true),
  ],
};

function squaresCase(shape: readonly number[], bench = false): OpCase {
  return { label: `[${shape}]`, inputs: [{ shape, fill: "normal" }], attrs: {}, bench };
}

/** Node for the sums of squares of the blocks of `x`. */
export function sumSquares(x: Node, label?: string): Node {
  return node(sumSquaresOp, [x], {}, label);
}
