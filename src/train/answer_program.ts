/** A loaded plan that computes something of a trained model for rows, as many as there are, a batch after another. */
import { sizeOf, type TypedArray } from "../core/tensor.ts";
import type { Executor } from "../exec/executor.ts";
import type { Node } from "../ir/node.ts";
import { compile } from "../ir/plan.ts";
import { modelLeaves } from "../nn/model.ts";
import type { RowBatch } from "./answer_graph.ts";
import { compileOptionsFor } from "./rewrites.ts";
import type { Trained } from "./saved.ts";
import { startWaits } from "./waits.ts";

/** What is computed of a batch: the outputs of each routine, [batch, …]. */
export interface AnswerGraph extends RowBatch {
  readonly routines: Readonly<Record<string, readonly Node[]>>;
}

/** Rows as a model is given them: bytes, which are scaled as those that it was trained on, or numbers. */
export type Rows = Float32Array | Uint8Array;

export interface AnswerProgram {
  /** Rows of one run. */
  readonly batch: number;
  /** Hands on the dense values of the routine's outputs for each batch, in any order, and the position of its first row. */
  run(
    routine: string,
    rows: Rows,
    take: (values: readonly TypedArray[], first: number) => void,
  ): Promise<void>;
  close(): void;
}

/** Compiles and loads it, weights included. Nothing is allocated on the device afterwards. */
export async function loadAnswers(
  { model, weights }: Trained,
  executor: Executor,
  { batch, routines }: { readonly batch: number; readonly routines: (batch: number) => AnswerGraph },
): Promise<AnswerProgram> {
  const graph = routines(batch), columns = sizeOf(model.inputShape);
  const program = await executor.load(compile(graph.routines, compileOptionsFor(executor.name)));
  for (const node of modelLeaves(model)) {
    // Layers after the last one that was asked for are not in the plan.
    if (program.plan.place(node) !== undefined) program.write(node, weights.get(node.label)!);
  }
  program.write(graph.order, Uint32Array.from({ length: batch }, (_, i) => i));
  const Kind = graph.rows.type.dtype === "u8" ? Uint8Array : Float32Array;
  const padded = new Kind(batch * columns);
  return {
    batch,
    async run(routine, rows, take) {
      const outputs = graph.routines[routine]!, count = rows.length / columns;
      const sizes = outputs.map(({ type }) => sizeOf(type.shape) / batch), waits = startWaits();
      for (let first = 0; first < count; first += batch) {
        const filled = Math.min(batch, count - first);
        const part = rows.subarray(first * columns, (first + filled) * columns);
        if (filled < batch) padded.set(part);
        program.write(graph.rows, filled < batch ? padded : part);
        await program.run(routine, [{ start: 0, count: filled, slot: 0, step: first, seed: 0, scalars: [] }]);
        const answered = Promise.all(outputs.map((output) => program.read(output))).then((read) =>
          take(read.map((values, i) => values.subarray(0, filled * sizes[i]!)), first)
        );
        await waits.add(answered);
      }
      await waits.all();
    },
    close: () => program.close(),
  };
}
