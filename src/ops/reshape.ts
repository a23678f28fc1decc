/**
 * reshape: the values of each row in the same dense order, under other axes. Where both layouts are the same bytes, as
 * of [B,784] and [B,28,28], the result is the operand itself and costs nothing; else it is a copy with other pads.
 * Shapes: X [B,…] → Y [B,…sizes], of as many values a row.
 */
import { columnsOf, formatShape, pitchOf, rowsOf, type Shape, sizeOf, tensorType } from "../core/tensor.ts";
import { gradientLabel } from "../ir/gradients.ts";
import { type Node, node } from "../ir/node.ts";
import type { Op, OpCase } from "../ir/op.ts";
import { exact, fits, flatGrid, vectorsOf } from "./_support.ts";

type ReshapeAttrs = {
  /** Shape of one row, such as `28,28`. */
  readonly sizes: string;
};

/** Whether tensors of two shapes with as many values are the same bytes: their rows end alike, or nowhere in pads. */
function sameLayout(a: Shape, b: Shape): boolean {
  const isDense = (shape: Shape) => columnsOf(shape) === pitchOf(shape);
  return rowsOf(a) === rowsOf(b) || (isDense(a) && isDense(b));
}

export const reshapeOp: Op<ReshapeAttrs> = {
  name: "reshape",
  operands: ["x"],
  alias: ({ inputs, output }) => sameLayout(inputs[0]!.shape, output.shape),
  infer([x], { sizes }) {
    const row = sizes.split(",").map(Number), shape = x!.shape;
    fits(shape.length >= 2 && x!.dtype === "f32", "reshape", [x!], "it must be rows of f32 values");
    const from = sizeOf(shape.slice(1)), to = sizeOf(row);
    fits(from === to, "reshape", [x!], `a row holds ${from} values, ${formatShape(row)} takes ${to}`);
    return tensorType("f32", [shape[0]!, ...row]);
  },
  grad: ({ inputs: [x] }, dOutput) => [
    reshape(dOutput, x!.type.shape.slice(1), gradientLabel(x!)),
  ],
  reference({ inputs: [x], output }) {
    const from = columnsOf(x!.type.shape),
      to = columnsOf(output.type.shape),
      count = sizeOf(output.type.shape);
    for (let i = 0; i < count; i++) {
      const source = Math.floor(i / from) * x!.pitch + i % from;
      output.data[Math.floor(i / to) * output.pitch + i % to] = x!.data[source]!;
    }
  },
  tolerance: exact,
  flops: () => 0,
  wgsl: ({ inputs: [x], output }) => ({
    overrides: { ROWS: rowsOf(output.shape), FROM: columnsOf(x!.shape), TO: columnsOf(output.shape) },
    workgroups: flatGrid(vectorsOf(output)),
  }),
  wasm: ({ inputs: [x], output }) => ({
    units: output.shape[0]!,
    args: [sizeOf(output.shape.slice(1)), columnsOf(x!.shape), columnsOf(output.shape)],
  }),
  // These need the copy: where the layouts agree no call is made.
  cases: [
    reshapeCase([1, 1, 5], [5, 1]),
    reshapeCase([1, 2], [2, 1]),
    reshapeCase([128, 6, 6, 15], [540], true),
    reshapeCase([128, 540], [6, 6, 15], true),
    reshapeCase([7, 49], [7, 7]),
    reshapeCase([13, 7, 7], [49]),
    reshapeCase([5, 3, 4, 5], [4, 15]),
    reshapeCase([3, 2, 37], [37, 2]),
    reshapeCase([2, 1, 13], [13, 1]),
    reshapeCase([4, 8, 8], [64, 1]),
    reshapeCase([6, 23, 2], [46]),
    reshapeCase([11385, 3, 3], [9]),
  ],
};

function reshapeCase(shape: Shape, sizes: Shape, bench = false): OpCase<ReshapeAttrs> {
  return {
    label: `${formatShape(shape)} to ${formatShape([shape[0]!, ...sizes])}`,
    inputs: [{ shape, fill: "normal" }],
    attrs: { sizes: sizes.join() },
    bench,
  };
}

/**
 * Node for `x` [B,…] as [B,…sizes]; `x` itself where it has these sizes already. Throws when a row of `x` has another
 * number of values.
 */
export function reshape(x: Node, sizes: Shape, label?: string): Node {
  const from = x.op === reshapeOp ? x.inputs[0]! : x;
  const value = node(reshapeOp, [from], { sizes: sizes.join() }, label);
  return `${value.type.shape}` === `${from.type.shape}` ? from : value;
}
