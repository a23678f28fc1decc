/** What the steps of an epoch, or of an evaluation, left in their table: sums, one row for each step. */
import type { Step } from "../core/step.ts";
import { columnsOf, type TypedArray } from "../core/tensor.ts";
import type { Node } from "../ir/node.ts";
import { COLUMN } from "./graph.ts";
import type { Monitor } from "./stop.ts";

/** Means over rows. */
export interface Means {
  readonly loss: number;
  /** Share of right answers; absent where the loss knows no right or wrong. */
  readonly accuracy?: number;
  /** What the loss's penalties come to; of training alone, and absent without penalties. */
  readonly penalty?: number;
}

/** What an epoch measures: while training, and after it on each set that was asked for. */
export interface EpochMeans {
  readonly training: Means;
  readonly validation?: Means;
  readonly test?: Means;
  /** Of the epoch's last update; absent without a schedule. */
  readonly learningRate?: number;
}

/** What an epoch measured, by the names of what can be watched. */
export function monitored(
  { training, validation }: EpochMeans,
): Readonly<Record<Monitor, number | undefined>> {
  return {
    loss: training.loss,
    accuracy: training.accuracy,
    val_loss: validation?.loss,
    val_accuracy: validation?.accuracy,
  };
}

/** A table as it was read. */
export interface ReadTable {
  readonly node: Node;
  readonly values: TypedArray;
}

/** Mean loss and, where right and wrong were counted, accuracy. */
export function meansOf(
  table: ReadTable,
  steps: readonly Step[],
  { hasAccuracy }: { readonly hasAccuracy: boolean },
): Means {
  const sum = (column: number) => steps.reduce((all, step) => all + entry(table, step, column), 0);
  const isWeighed = columnsOf(table.node.type.shape) > COLUMN.weight, rows = rowsOf(steps);
  const [losses, answers] = isWeighed ? [sum(COLUMN.divisor), sum(COLUMN.weight)] : [rows, rows];
  return {
    loss: share(sum(COLUMN.loss), losses),
    ...(hasAccuracy && { accuracy: share(sum(COLUMN.correct), answers) }),
  };
}

/** 0 where nothing counts; what is no number stays none. */
function share(sum: number, whole: number): number {
  return whole === 0 ? sum * 0 : sum / whole;
}

/** The mean of the steps' penalties, each weighing as much as it has rows. */
export function penaltyOf(table: ReadTable, steps: readonly Step[]): number {
  const weighed = steps.map((step) => step.count * entry(table, step, COLUMN.penalty));
  return weighed.reduce((sum, value) => sum + value, 0) / rowsOf(steps);
}

/** The first of so many steps, from 0, whose loss was no number. */
export function firstBadStep(table: ReadTable, steps: number): number | undefined {
  for (let slot = 0; slot < steps; slot++) {
    if (!Number.isFinite(entry(table, { slot }, COLUMN.loss))) return slot;
  }
  return undefined;
}

/** How many rows steps or batches have together. */
export function rowsOf(batches: readonly { readonly count: number }[]): number {
  return batches.reduce((sum, { count }) => sum + count, 0);
}

function entry({ node, values }: ReadTable, { slot }: Pick<Step, "slot">, column: number): number {
  return values[slot * columnsOf(node.type.shape) + column]!;
}
