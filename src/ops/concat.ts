/**
 * concat: two tensors behind one another along an axis.
 * Shapes: a and b of 1 to 4 axes, which differ in `axis` alone → y, as long there as both.
 */
import { columnsOf, formatShape, rowsOf, type Shape, sizeOf, tensorType } from "../core/tensor.ts";
import { gradientLabel } from "../ir/gradients.ts";
import { type Node, node } from "../ir/node.ts";
import type { CallTypes, Op, OpCase } from "../ir/op.ts";
import { exact, fits, flatGrid, vectorsOf } from "./_support.ts";
import { resized, windowNode } from "./rearrange.ts";

type ConcatAttrs = { readonly axis: number };

/**
 * What the kernels need: rows of a and of b that take turns in y, and their columns; along the last axis, each row of y is
 * made of one of both.
 */
function turnsOf({ inputs: [a, b], output, attrs: { axis } }: CallTypes<ConcatAttrs>) {
  const isLast = axis === output.shape.length - 1;
  const rows = ({ shape }: { readonly shape: Shape }) => isLast ? 1 : sizeOf(shape.slice(axis, -1));
  return {
    LAST: +isLast,
    A_ROWS: rows(a!),
    B_ROWS: rows(b!),
    A_COLUMNS: columnsOf(a!.shape),
    B_COLUMNS: columnsOf(b!.shape),
  };
}

export const concatOp: Op<ConcatAttrs> = {
  name: "concat",
  operands: ["a", "b"],
  infer(inputs, { axis }) {
    const [a, b] = inputs, rank = a!.shape.length;
    fits(
      a!.dtype === "f32" && b!.dtype === "f32" && rank >= 1 && rank <= 4 && axis < rank,
      "concatenate",
      inputs,
      `they must be f32 values of 1 to 4 axes, of which ${axis} is one`,
    );
    fits(
      b!.shape.length === rank && a!.shape.every((size, at) => at === axis || size === b!.shape[at]),
      "concatenate",
      inputs,
      `they differ in more than axis ${axis}`,
    );
    return tensorType("f32", resized(a!.shape, axis, a!.shape[axis]! + b!.shape[axis]!));
  },
  grad({ inputs: [a, b], attrs }, dOutput) {
    const axis = (attrs as ConcatAttrs).axis, size = a!.type.shape[axis]!;
    return [
      windowNode(dOutput, { axis, start: 0, size, label: gradientLabel(a!) }),
      windowNode(dOutput, { axis, start: size, size: b!.type.shape[axis]!, label: gradientLabel(b!) }),
    ];
  },
  reference({ inputs: [a, b], output, attrs }) {
    const { LAST, A_ROWS, B_ROWS, A_COLUMNS } = turnsOf({
      inputs: [a!.type, b!.type],
      output: output.type,
      attrs,
    });
    const rows = rowsOf(output.type.shape), columns = columnsOf(output.type.shape);
    for (let r = 0; r < rows; r++) {
      const turn = Math.floor(r / (A_ROWS + B_ROWS)), within = r % (A_ROWS + B_ROWS);
      for (let c = 0; c < columns; c++) {
        const isA = LAST ? c < A_COLUMNS : within < A_ROWS, from = isA ? a! : b!;
        const row = LAST ? r : isA ? turn * A_ROWS + within : turn * B_ROWS + within - A_ROWS;
        output.data[r * output.pitch + c] = from.data[row * from.pitch + (LAST && !isA ? c - A_COLUMNS : c)]!;
      }
    }
  },
  tolerance: exact,
  flops: () => 0,
  wgsl: (types) => ({
    overrides: { ROWS: rowsOf(types.output.shape), ...turnsOf(types) },
    workgroups: flatGrid(vectorsOf(types.output)),
  }),
  wasm: (types) => ({ units: rowsOf(types.output.shape), args: Object.values(turnsOf(types)) }),
  cases: [
    concatCase([1, 1], 1, 1),
    concatCase([7], 0, 6),
    concatCase([7, 13], 1, 5),
    concatCase([7, 13], 0, 2),
    concatCase([32, 64], 1, 64, true),
    concatCase([5, 8], 1, 4),
    concatCase([3, 5, 7], 0, 2),
    concatCase([3, 5, 7], 1, 1),
    concatCase([3, 5, 7], 2, 3),
    concatCase([2, 3, 5, 7], 1, 4),
    concatCase([2, 3, 5, 6], 2, 1),
    concatCase([2, 3, 5, 6], 3, 5),
    concatCase([32, 16, 16, 15], 3, 15, true),
    concatCase([11385, 3], 1, 2),
  ],
};

function concatCase(shape: Shape, axis: number, more: number, bench = false): OpCase<ConcatAttrs> {
  const other = resized(shape, axis, more);
  return {
    label: `${formatShape(shape)} and ${formatShape(other)} along axis ${axis}`,
    inputs: [{ shape, fill: "normal" }, { shape: other, fill: "normal" }],
    attrs: { axis },
    bench,
  };
}

/** Node for two or more tensors behind one another; halves first, so that many are not copied over and over. */
export function concatNodes(nodes: readonly Node[], axis: number, label?: string): Node {
  if (nodes.length === 1) return nodes[0]!;
  const half = Math.ceil(nodes.length / 2);
  const halves = [nodes.slice(0, half), nodes.slice(half)].map((some) => concatNodes(some, axis, label));
  return node(concatOp, halves, { axis }, label);
}
