/**
 * argmax: where the largest value of the last axis is, counted from 0; of equal ones the first, and no NaN but at the start.
 * Shapes: x of 2 to 4 axes […,C] → u32 […].
 */
import { columnsOf, formatShape, rowsOf, type Shape, storageOf, tensorType } from "../core/tensor.ts";
import { type Node, node } from "../ir/node.ts";
import type { Op, OpCase } from "../ir/op.ts";
import { positionOf } from "./_indices.ts";
import { exact, fits, flatGrid } from "./_support.ts";

export const argmaxOp: Op = {
  name: "argmax",
  operands: ["x"],
  infer([x]) {
    const { dtype, shape } = x!;
    fits(
      dtype === "f32" && shape.length >= 2 && shape.length <= 4,
      "find the largest of",
      [x!],
      "it must be f32 values of 2 to 4 axes",
    );
    return tensorType("u32", shape.slice(0, -1));
  },
  reference({ inputs: [x], output }) {
    const { data, pitch, type } = x!, columns = columnsOf(type.shape);
    for (let r = 0; r < rowsOf(type.shape); r++) {
      let best = 0;
      for (let c = 1; c < columns; c++) if (data[r * pitch + c]! > data[r * pitch + best]!) best = c;
      output.data[positionOf(output, r)] = best;
    }
  },
  tolerance: exact,
  flops: ({ inputs: [x] }) => rowsOf(x!.shape) * columnsOf(x!.shape),
  wgsl: ({ inputs: [x], output }) => ({
    overrides: { ROWS: rowsOf(output.shape), N: columnsOf(output.shape), C: columnsOf(x!.shape) },
    workgroups: flatGrid(storageOf(output.shape)),
  }),
  wasm: ({ inputs: [x], output }) => ({
    units: rowsOf(x!.shape),
    args: [columnsOf(output.shape), columnsOf(x!.shape)],
  }),
  cases: [
    argmaxCase([1, 1]),
    argmaxCase([7, 13]),
    argmaxCase([64, 5], 3),
    argmaxCase([3, 5, 7]),
    argmaxCase([2, 3, 5, 7], 4),
    argmaxCase([128, 100], undefined, true),
    argmaxCase([11385, 5]),
  ],
};

function argmaxCase(shape: Shape, below?: number, bench = false): OpCase {
  return {
    label: formatShape(shape) + (below === undefined ? "" : ` of whole numbers below ${below}`),
    inputs: [{ shape, fill: below === undefined ? "normal" : { below } }],
    attrs: {},
    bench,
  };
}

/**
 * Node for where the largest value of the last axis of `x` […,C] is: u32 […], counted from 0. Of equal ones the first
 * counts. It has no gradient. Throws `DescentError` where `x` is a vector, or no f32.
 *
 * @example The class of each row
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { argmax, leaf } from "descent";
 * const classes = argmax(leaf("input", "logits", [32, 10]));
 * assertEquals(classes.type, { dtype: "u32", shape: [32] });
 * ```
 */
export function argmax(x: Node, label?: string): Node {
  return node(argmaxOp, [x], {}, label);
}
