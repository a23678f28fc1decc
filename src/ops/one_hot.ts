/**
 * one_hot: class indices as rows of numbers: X[i,c] = 1 where c = y[i], else 0.
 * Shapes: indices y u32 [M] → X [M,C].   M rows (batch), C classes.
 */
import { pitchOf, tensorType } from "../core/tensor.ts";
import { type Node, node } from "../ir/node.ts";
import type { Op, OpCase } from "../ir/op.ts";
import { exact, fits, flatGrid, vectorsOf } from "./_support.ts";

type OneHotAttrs = { readonly classes: number };

export const oneHotOp: Op<OneHotAttrs> = {
  name: "one_hot",
  operands: ["indices"],
  infer(inputs, { classes }) {
    const [indices] = inputs;
    fits(
      indices!.dtype === "u32" && indices!.shape.length === 1,
      "make one-hot rows of",
      inputs,
      "they must be u32[rows]",
    );
    return tensorType("f32", [indices!.shape[0]!, classes]);
  },
  reference({ inputs: [indices], output }) {
    const [rows, classes] = output.type.shape;
    for (let i = 0; i < rows!; i++) {
      for (let c = 0; c < classes!; c++) output.data[i * output.pitch + c] = indices!.data[i] === c ? 1 : 0;
    }
  },
  tolerance: exact,
  flops: () => 0,
  wgsl: ({ output }) => ({
    overrides: { M: output.shape[0]!, C: output.shape[1]! },
    workgroups: flatGrid(vectorsOf(output)),
  }),
  wasm: ({ output }) => ({ units: output.shape[0]!, args: [pitchOf(output.shape), output.shape[1]!] }),
  cases: [
    oneHotCase(1, 1),
    oneHotCase(32, 10),
    oneHotCase(7, 13),
    oneHotCase(300, 257),
    oneHotCase(11385, 5),
  ],
};

function oneHotCase(rows: number, classes: number): OpCase<OneHotAttrs> {
  return {
    label: `[${rows}] of ${classes} classes`,
    inputs: [{ shape: [rows], fill: { below: classes }, dtype: "u32" }],
    attrs: { classes },
  };
}

/** Node with a row for each class index: 1 in its place, else 0. Indices of `classes` or more give rows of zeros. */
export function oneHot(
  indices: Node,
  { classes, label = "one_hot" }: { readonly classes: number; readonly label?: string },
): Node {
  return node(oneHotOp, [indices], { classes }, label);
}
