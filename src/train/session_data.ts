/** What the host writes into a session's plan once: the sets, the encoder's weights, constants and orders. */
import { checkLabels } from "../data/check_set.ts";
import type { Splits } from "../data/set.ts";
import type { Program } from "../exec/executor.ts";
import type { Trained } from "./saved.ts";
import { type SessionPlan, sessionSizes, SPLIT_NAMES } from "./session_plan.ts";

/** Whether the plan reads labels: a loss that compares with the images reads none. */
function readsLabels({ plan, table }: SessionPlan): boolean {
  return plan.place(table.labels) !== undefined;
}

/** Throws where a label that the plan reads names no class. */
export function checkLabelsRead(compiled: SessionPlan, data: Splits): void {
  if (readsLabels(compiled)) SPLIT_NAMES.forEach((name) => checkLabels(data[name], name));
}

export function writeData(
  program: Program,
  compiled: SessionPlan,
  { data, encoder: trained }: { readonly data: Splits; readonly encoder?: Trained | undefined },
): void {
  const { table, training, evaluation, encoder } = compiled, { rows, pixels } = sessionSizes(data);
  const sets = SPLIT_NAMES.map((name) => data[name]);
  program.write(table.images, concat(new Uint8Array(rows * pixels), sets.map(({ images }) => images)));
  if (readsLabels(compiled)) {
    program.write(table.labels, concat(new Uint32Array(rows), sets.map(({ labels }) => labels)));
  }
  for (const [name, leaf] of encoder?.constants ?? []) program.write(leaf, trained!.weights.get(name)!);
  for (const [leaf, values] of training.constants) program.write(leaf, values);
  program.write(training.order, counting(data.train.rows));
  program.write(evaluation.order, counting(table.labels.type.shape[0]!));
}

/** 0, 1, 2 … */
function counting(count: number): Uint32Array {
  return Uint32Array.from({ length: count }, (_, i) => i);
}

/** Fills `whole` with the parts, one after another. */
function concat<T extends Uint8Array | Uint32Array>(whole: T, parts: readonly ArrayLike<number>[]): T {
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
