/**
 * confusion: counts[label[i], prediction[i]] += 1 for the first `count` rows, where `count` is the step's.
 * The prediction is the largest logit; of equal ones the first. A label of C or more is not counted.
 * Shapes: logits [M,C], labels u32 [M], counts u32 [C,C], updated.   M rows (batch), C classes.
 */
import { type Node, node } from "../ir/node.ts";
import type { Fill, Op, OpCase } from "../ir/op.ts";
import { argmax, logitsCase, rowsAndClasses } from "./_classes.ts";
import { exact, fits, flatGrid } from "./_support.ts";

export const confusionOp: Op = {
  name: "confusion",
  operands: ["logits", "labels", "counts"],
  updates: [2],
  step: true,
  infer(inputs) {
    const [, c] = rowsAndClasses("count the confusion of", inputs);
    const counts = inputs[2]!;
    fits(
      counts.dtype === "u32" && counts.shape.join() === `${c},${c}`,
      "count into",
      inputs,
      `it must be u32[${c},${c}]`,
    );
    return counts;
  },
  reference({ inputs: [logits, labels, counts], step }) {
    const rows = Math.min(step.count, labels!.type.shape[0]!);
    for (let i = 0; i < rows; i++) counts!.data[labels!.data[i]! * counts!.pitch + argmax(logits!, i)]! += 1;
  },
  tolerance: exact,
  flops: ({ inputs: [logits] }) => logits!.shape[0]! * logits!.shape[1]!,
  wgsl: ({ inputs: [logits] }) => ({
    overrides: { M: logits!.shape[0]!, C: logits!.shape[1]! },
    workgroups: flatGrid(logits!.shape[0]!),
  }),
  // One unit: rows meet in the same counts, and the count is cheap.
  wasm: ({ inputs: [logits] }) => ({ units: 1, args: logits!.shape }),
  cases: [
    confusionCase(1, 1, 1),
    confusionCase(32, 5, 25),
    confusionCase(13, 10, 13),
    confusionCase(11385, 5, 11385),
    // Whole numbers below 3 tie in most rows.
    confusionCase(64, 5, 60, { below: 3 }),
  ],
};

function confusionCase(m: number, c: number, count: number, fill: Fill = "normal"): OpCase {
  const [, labels] = logitsCase(m, c);
  return {
    label: `${count} of [${m},${c}]${fill === "normal" ? "" : " with ties"}`,
    inputs: [{ shape: [m, c], fill }, labels, { shape: [c, c], fill: { below: 100 }, dtype: "u32" }],
    attrs: {},
    step: { count },
  };
}

/** Node that adds a batch to a confusion matrix: rows are true classes, columns predictions. */
export function confusion(logits: Node, labels: Node, counts: Node): Node {
  return node(confusionOp, [logits, labels, counts], {}, counts.label);
}
