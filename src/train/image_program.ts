/** A loaded plan that computes something of a trained model for images, as many as there are, a batch after another. */
import { sizeOf, type TypedArray } from "../core/tensor.ts";
import type { Executor } from "../exec/executor.ts";
import type { Node } from "../ir/node.ts";
import { compile } from "../ir/plan.ts";
import type { ImageBatch } from "./graph.ts";
import type { Trained } from "./saved.ts";

/** What is computed of a batch: the outputs of each routine, [batch, …]. */
export interface ImageGraph extends ImageBatch {
  readonly routines: Readonly<Record<string, readonly Node[]>>;
}

export interface ImageProgram {
  /** Rows of one run. */
  readonly batch: number;
  /** Hands on the dense values of the routine's outputs for each batch, and the position of its first image. */
  run(
    routine: string,
    images: Uint8Array,
    take: (values: readonly TypedArray[], first: number) => void,
  ): Promise<void>;
  close(): void;
}

/** Compiles and loads it, weights included. Nothing is allocated on the device afterwards. */
export async function loadImageProgram(
  { model, weights }: Trained,
  executor: Executor,
  { batch, routines }: { readonly batch: number; readonly routines: (batch: number) => ImageGraph },
): Promise<ImageProgram> {
  const graph = routines(batch), pixels = sizeOf(model.inputShape);
  const program = await executor.load(compile(graph.routines));
  for (const { node } of model.parameters) {
    // Layers after the last one that was asked for are not in the plan.
    if (program.plan.place(node) !== undefined) program.write(node, weights.get(node.label)!);
  }
  program.write(graph.order, Uint32Array.from({ length: batch }, (_, i) => i));
  const padded = new Uint8Array(batch * pixels);
  return {
    batch,
    async run(routine, images, take) {
      const outputs = graph.routines[routine]!, rows = images.length / pixels;
      const sizes = outputs.map(({ type }) => sizeOf(type.shape) / batch);
      for (let first = 0; first < rows; first += batch) {
        const count = Math.min(batch, rows - first),
          part = images.subarray(first * pixels, (first + count) * pixels);
        if (count < batch) padded.set(part);
        program.write(graph.images, count < batch ? padded : part);
        await program.run(routine, [{ start: 0, count, slot: 0, step: first, seed: 0, scalars: [] }]);
        const read = await Promise.all(outputs.map((output) => program.read(output)));
        take(read.map((values, i) => values.subarray(0, count * sizes[i]!)), first);
      }
    },
    close: () => program.close(),
  };
}
