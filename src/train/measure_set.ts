/** How well the model of a session does on one set: its means, and what is known of each class. */
import type { Step } from "../core/step.ts";
import { columnsOf } from "../core/tensor.ts";
import type { DataSet } from "../data/data_set.ts";
import type { Program } from "../exec/executor.ts";
import type { Loss } from "../nn/loss.ts";
import type { SplitResult } from "./fit_result.ts";
import { type EvaluationGraph, MOST_PAIRED_CLASSES } from "./graph.ts";
import type { Means } from "./means.ts";
import { answersReport, classificationReport, type ConfusionMatrix, likeliestClasses } from "./metrics.ts";
import { startWaits } from "./waits.ts";

/**
 * Runs the routine `evaluate` over a set. Where the loss compares with classes there is a report; a confusion matrix too, of
 * at most `MOST_PAIRED_CLASSES`. It is counted here where there are rows that do not count.
 */
export async function measureSet(
  { targets, classNames }: DataSet,
  { program, graph: { counts, logits }, loss, steps, run, means }: {
    readonly program: Program;
    readonly graph: EvaluationGraph;
    readonly loss: Loss;
    readonly steps: readonly Step[];
    readonly run: (steps: readonly Step[]) => Promise<void>;
    readonly means: () => Promise<Means>;
  },
): Promise<SplitResult> {
  if (logits === undefined) {
    await run(steps);
    return await means();
  }
  const size = columnsOf(logits.type.shape), classes = classNames ?? numbered(size);
  if (counts === undefined) {
    const parts: (readonly number[])[] = [], waits = startWaits();
    for (const [i, step] of steps.entries()) {
      await run([step]);
      const answered = program.read(logits).then((values) => {
        parts[i] = Array.from(likeliestClasses(values, size).slice(0, step.count));
      });
      await waits.add(answered);
    }
    await waits.all();
    const predicted = parts.flat();
    const counted = [...predicted.keys()].filter((row) => targets![row] !== loss.ignore);
    const known = counted.map((row) => targets![row]!), taken = counted.map((row) => predicted[row]!);
    const report = answersReport(classes, known, taken);
    return {
      ...await means(),
      report,
      ...(size <= MOST_PAIRED_CLASSES && { confusion: confusionOf(classes, known, taken) }),
    };
  }
  program.write(counts, new Uint32Array(size * size));
  await run(steps);
  const [flat, own] = await Promise.all([program.read(counts), means()]);
  const rows = classes.map((_, row) => Array.from(flat.subarray(row * size, (row + 1) * size)));
  const confusion = { classes, counts: rows };
  return { ...own, confusion, report: classificationReport(confusion) };
}

/** Counts of answers by what is known. */
export function confusionOf(
  classes: readonly string[],
  known: ArrayLike<number>,
  taken: ArrayLike<number>,
): ConfusionMatrix {
  const counts = classes.map(() => new Array<number>(classes.length).fill(0));
  for (let i = 0; i < known.length; i++) counts[known[i]!]![taken[i]!]!++;
  return { classes, counts };
}

/** Classes without names are called by their numbers. */
function numbered(size: number): readonly string[] {
  return Array.from({ length: size }, (_, index) => String(index));
}
