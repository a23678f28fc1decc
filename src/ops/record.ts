/**
 * record: metrics[slot, column] = Σ values[i] over the first `count` rows, where `slot` and `count` are the step's.
 * Each step has a row of its own, so nothing is accumulated on the device and the host sums in float64.
 * Shapes: values [M], metrics [S,P], updated.   M rows (batch), S slots, P columns.
 */
import { type Node, node } from "../ir/node.ts";
import type { Op, OpCase } from "../ir/op.ts";
import { columnsOf, pitchOf, rowsOf } from "../core/tensor.ts";
import { fits, ROUNDING } from "./_support.ts";

type RecordAttrs = { readonly column: number };

export const recordOp: Op<RecordAttrs> = {
  name: "record",
  operands: ["values", "metrics"],
  updates: [1],
  step: true,
  infer(inputs, { column }) {
    const [values, metrics] = inputs;
    fits(
      values!.shape.length === 1 && metrics!.shape.length === 2 && column < columnsOf(metrics!.shape),
      "record",
      inputs,
      `values must be f32[rows] and metrics have a column ${column}`,
    );
    return metrics!;
  },
  reference({ inputs: [values, metrics], attrs, step }) {
    let sum = 0;
    for (let i = 0; i < Math.min(step.count, values!.type.shape[0]!); i++) sum += values!.data[i]!;
    metrics!.data[step.slot * metrics!.pitch + attrs.column] = sum;
  },
  tolerance({ inputs: [values, metrics], attrs, step }) {
    const target = step.slot * metrics!.pitch + attrs.column;
    return (index) => {
      if (index !== target) return 0;
      let magnitude = 0;
      for (let i = 0; i < step.count; i++) magnitude += Math.abs(values!.data[i]!);
      return 2 * step.count * ROUNDING * magnitude;
    };
  },
  flops: ({ inputs: [values] }) => values!.shape[0]!,
  // One workgroup: its threads share the rows and meet in a tree.
  wgsl: ({ inputs: [values, metrics], attrs }) => ({
    overrides: {
      M: values!.shape[0]!,
      SLOTS: rowsOf(metrics!.shape),
      PITCH: pitchOf(metrics!.shape),
      COLUMN: attrs.column,
    },
    workgroups: [1, 1, 1],
  }),
  wasm: ({ inputs: [values, metrics], attrs }) => ({
    units: 1,
    args: [values!.shape[0]!, pitchOf(metrics!.shape), attrs.column],
  }),
  cases: [
    recordCase(1, 1, 0),
    recordCase(32, 25, 3),
    recordCase(13, 13, 7),
    recordCase(11385, 11385, 1),
    recordCase(32, 25, 5, 8),
  ],
};

function recordCase(m: number, count: number, slot: number, columns = 4): OpCase<RecordAttrs> {
  return {
    label: `${count} of [${m}] into slot ${slot} of ${columns} columns`,
    inputs: [{ shape: [m], fill: "normal" }, { shape: [8, columns], fill: "normal" }],
    attrs: { column: slot % columns },
    step: { count, slot },
  };
}

/** Node that writes the sum of a batch's values into the step's row of the metrics table. */
export function record(values: Node, metrics: Node, column: number): Node {
  return node(recordOp, [values, metrics], { column }, `${metrics.label}/${values.label}`);
}
