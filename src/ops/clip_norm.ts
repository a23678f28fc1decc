/**
 * clip_norm: g ← g·min(1, MAX/(√(Σ s) + 10⁻⁶)): gradients that are longer than MAX together are made that long.
 * Shapes: g of any shape, updated; s [B], its `sum_squares`.   NaN in s makes all of g NaN, as in PyTorch.
 * Source: Pascanu, Mikolov, Bengio (ICML 2013); the form is that of `torch.nn.utils.clip_grad_norm_`.
 */
import { type Node, node } from "../ir/node.ts";
import type { Op, OpCase } from "../ir/op.ts";
import { fits, flatGrid, ROUNDING, vectorsOf } from "./_support.ts";
import { squareBlocks, sumSquares } from "./sum_squares.ts";

type ClipNormAttrs = { readonly maxNorm: number };

export const clipNormOp: Op<ClipNormAttrs> = {
  name: "clip_norm",
  operands: ["grads", "squares"],
  updates: [0],
  infer(inputs) {
    const [grads, squares] = inputs, blocks = squareBlocks(grads!);
    fits(
      grads!.dtype === "f32" && squares!.shape.join() === String(blocks),
      "clip the norm of",
      inputs,
      `the squares must be the ${blocks} of sum_squares`,
    );
    return grads!;
  },
  reference({ inputs: [grads, squares], attrs: { maxNorm } }) {
    let sum = 0;
    for (let b = 0; b < squares!.type.shape[0]!; b++) sum += squares!.data[b]!;
    const factor = Math.min(1, maxNorm / (Math.sqrt(sum) + 1e-6));
    for (let i = 0; i < grads!.data.length; i++) grads!.data[i]! *= factor;
  },
  tolerance: ({ inputs: [, squares] }, written) => (index) =>
    (squares!.data.length + 16) * ROUNDING * Math.abs(written.data[index]!),
  flops: ({ output }) => 4 * vectorsOf(output),
  wgsl: (types) => ({ overrides: sizesOf(types), workgroups: flatGrid(vectorsOf(types.output)) }),
  wasm: (types) => {
    const { BLOCKS, MAX_NORM } = sizesOf(types);
    return { units: vectorsOf(types.output), args: [BLOCKS, MAX_NORM] };
  },
  cases: [
    clipCase([1], 0.1),
    clipCase([7], 1),
    clipCase([7], 0),
    clipCase([3, 5], 0.5),
    clipCase([11385, 1], 1e-3),
    clipCase([11385, 1], 1e3),
    clipCase([24448], 1, true),
    clipCase([300 * 4096 + 4], 2),
  ],
};

function sizesOf({ inputs, output, attrs }: Parameters<typeof clipNormOp.wgsl>[0]) {
  return { VECTORS: vectorsOf(output), BLOCKS: inputs[1]!.shape[0]!, MAX_NORM: attrs.maxNorm };
}

function clipCase(shape: readonly number[], maxNorm: number, bench = false): OpCase<ClipNormAttrs> {
  const blocks = squareBlocks({ dtype: "f32", shape });
  return {
    label: `[${shape}] to ${maxNorm}`,
    inputs: [{ shape, fill: "normal" }, { shape: [blocks], fill: "positive" }],
    attrs: { maxNorm },
    bench,
  };
}

/** Node that scales `grads` in place where their norm is above `maxNorm`. */
export function clipNorm(grads: Node, maxNorm: number, label = "clip_norm"): Node {
  return node(clipNormOp, [grads, sumSquares(grads, "squares")], { maxNorm }, label);
}
