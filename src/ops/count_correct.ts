/**
 * count_correct: 1 for each row whose largest logit is at its label, else 0. Of equal logits the first counts.
 * Shapes: logits [M,C], labels u32 [M] → correct [M].   M rows (batch), C classes.
 */
import { type Node, node } from "../ir/node.ts";
import type { Op } from "../ir/op.ts";
import { tensorType } from "../core/tensor.ts";
import { argmax, classCases, rowsAndClasses } from "./_classes.ts";
import { exact, flatGrid } from "./_support.ts";

export const countCorrectOp: Op = {
  name: "count_correct",
  operands: ["logits", "labels"],
  infer: (inputs) => tensorType("f32", [rowsAndClasses("count correct answers of", inputs)[0]]),
  reference({ inputs: [logits, labels], output }) {
    for (let i = 0; i < output.type.shape[0]!; i++) {
      output.data[i] = argmax(logits!, i) === labels!.data[i] ? 1 : 0;
    }
  },
  tolerance: exact,
  flops: ({ inputs: [logits] }) => logits!.shape[0]! * logits!.shape[1]!,
  wgsl: ({ inputs: [logits] }) => ({
    overrides: { M: logits!.shape[0]!, C: logits!.shape[1]! },
    workgroups: flatGrid(logits!.shape[0]!),
  }),
  wasm: ({ inputs: [logits] }) => ({ units: logits!.shape[0]!, args: [logits!.shape[1]!] }),
  cases: classCases(),
};

/** Node with 1 for each row classified correctly, else 0. */
export function countCorrect(logits: Node, labels: Node, label = "correct"): Node {
  return node(countCorrectOp, [logits, labels], {}, label);
}
