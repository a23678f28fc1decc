/**
 * linear_lists: Y = f(X·W + b) with X as lists by rows (_lists.ts). The rewrite `lists` makes it of linear_bytes.
 * Shapes: lists of X [M,K], W [K,N], b [N] → Y [M,N].   M rows (batch), K inputs, N units.
 */
import { tensorType } from "../core/tensor.ts";
import type { Op, OpCase } from "../ir/op.ts";
import { activate, type Activation, ACTIVATION_CODE, activationError, ACTIVATIONS } from "./_activation.ts";
import { forEachEntry, type ListsAttrs, listsLayout, listsPlaces, randomLists } from "./_lists.ts";
import { fits, flatGrid, ROUNDING } from "./_support.ts";

type LinearListsAttrs = ListsAttrs & { readonly activation: Activation };

export const linearListsOp: Op<LinearListsAttrs> = {
  name: "linear_lists",
  operands: ["lists", "weights", "bias"],
  infer([lists, w, b], attrs) {
    fits(
      lists!.shape[0] === listsLayout(attrs).words && !attrs.byColumns &&
        w!.shape.join() === `${attrs.inputs},${attrs.columns}` &&
        b!.shape.join() === `${attrs.columns}`,
      "apply linear to lists of",
      [lists!, w!, b!],
      `W must be f32[${attrs.inputs},${attrs.columns}] and the lists those of ${attrs.rows} rows`,
    );
    return tensorType("f32", [attrs.rows, attrs.columns]);
  },
  reference({ inputs: [lists, w, b], output, attrs }) {
    for (let i = 0; i < attrs.rows; i++) {
      const sums = Float64Array.from(b!.data.subarray(0, attrs.columns));
      forEachEntry(lists!, attrs, i, (value, row) => {
        for (let j = 0; j < attrs.columns; j++) sums[j]! += value * w!.data[row * w!.pitch + j]!;
      });
      sums.forEach((sum, j) => output.data[i * output.pitch + j] = activate(attrs.activation, sum));
    }
  },
  tolerance({ inputs: [lists, w, b], attrs }, output) {
    return (index) => {
      const j = index % output.pitch;
      let magnitude = Math.abs(b!.data[j]!);
      forEachEntry(lists!, attrs, Math.floor(index / output.pitch), (value, row) => {
        magnitude += Math.abs(value * w!.data[row * w!.pitch + j]!);
      });
      return 2 * (attrs.inputs + 1) * ROUNDING * magnitude +
        activationError(attrs.activation, output.data[index]!);
    };
  },
  flops: ({ attrs }) => 2 * attrs.rows * attrs.inputs * attrs.columns,
  wgsl: ({ attrs }) => ({
    overrides: {
      M: attrs.rows,
      N: attrs.columns,
      ...listsPlaces(attrs),
      ACTIVATION: ACTIVATION_CODE[attrs.activation],
    },
    workgroups: flatGrid(attrs.rows * Math.ceil(attrs.columns / 4)),
  }),
  wasm: ({ attrs }) => ({
    units: attrs.rows,
    args: [attrs.columns, ...Object.values(listsPlaces(attrs)), ACTIVATION_CODE[attrs.activation]],
  }),
  cases: [
    listsCase(1, 1, 1, "identity"),
    listsCase(37, 31, 29, "tanh"),
    listsCase(7, 784, 30, "relu"),
    ...ACTIVATIONS.map((activation) => listsCase(5, 20, 67, activation)),
    listsCase(11385, 29, 30, "relu"),
  ],
};

function listsCase(
  rows: number,
  inputs: number,
  columns: number,
  activation: Activation,
): OpCase<LinearListsAttrs> {
  const lists = { rows, inputs, columns, byColumns: false };
  return {
    label: `[${rows},${inputs}]·[${inputs},${columns}] ${activation}`,
    inputs: [
      { shape: [listsLayout(lists).words], fill: { make: () => randomLists(lists) }, dtype: "u32" },
      { shape: [inputs, columns], fill: "normal" },
      { shape: [columns], fill: "normal" },
    ],
    attrs: { ...lists, activation },
  };
}
