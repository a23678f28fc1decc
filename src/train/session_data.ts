/** What the host writes into a session's plan: the sets once, or a batch of a stream at each step. */
import { require } from "../core/errors.ts";
import { columnsOf } from "../core/tensor.ts";
import { areValues, countRows, type DataSet } from "../data/data_set.ts";
import type { Program } from "../exec/executor.ts";
import type { Loss } from "../nn/loss.ts";
import type { Model } from "../nn/model.ts";
import { checkIndices } from "./check_indices.ts";
import type { Trained } from "./saved.ts";
import type { SessionPlan } from "./session_plan.ts";
import { inputKind, type TableLeaves } from "./table.ts";

/**
 * Throws where a class that a row has is none that the model tells apart, nor the one that the loss passes over; and where
 * a number is none that the loss can compare with, or that an embedding looks up. `of` is whose rows they are.
 */
export function checkCompared(model: Model, set: DataSet, { loss, of, encoder }: {
  readonly loss: Loss;
  readonly of: string;
  readonly encoder?: Trained | undefined;
}): void {
  const { targets, inputs } = set;
  checkIndices(encoder?.model ?? model, inputs, { kind: inputKind(set), of });
  if (loss.compares === "classes" && targets !== undefined && !areValues(targets)) {
    const classes = columnsOf(model.outputShape);
    const row = targets.findIndex((index) => index >= classes && index !== loss.ignore);
    require(
      row < 0,
      () =>
        `Row ${row} of ${of} is of class ${targets[row]}, but the model tells ${classes} classes apart: ` +
        `end it with dense(${targets[row]! + 1}) or more`,
    );
  }
  for (const { compares, name, within } of loss.parts ?? [loss]) {
    const values = compares === "values" ? targets : compares === "inputs" && !encoder ? inputs : undefined;
    if (within === undefined || values === undefined) continue;
    const kind = compares === "inputs" ? inputKind(set) : undefined;
    const { scale, offset } = kind?.kind === "bytes" ? kind.scaling : { scale: 1, offset: 0 };
    const [least, most] = within, meant = (value: number) => value * scale + offset;
    const at = values.findIndex((value) => meant(value) < least || meant(value) > most);
    require(
      at < 0,
      () =>
        `The ${name} compares with numbers from ${least} to ${most}, but the ${
          compares === "values" ? "targets" : "inputs"
        } of ${of} hold ${meant(values[at]!)} in row ${
          Math.floor(at / (values.length / countRows(set)))
        }: scale them, or take another loss`,
    );
  }
}

/** Writes sets into the table, one after another. */
export function writeTable(
  program: Program,
  { rows, inputs, targets, weights, divisors }: TableLeaves,
  sets: readonly DataSet[],
  loss: Loss,
): void {
  const columns = inputs.type.shape[1]!;
  const Kind = inputs.type.dtype === "u8" ? Uint8Array : Float32Array;
  const parts = sets.map(({ inputs }) => inputs), size = rows * columns;
  // One set that fills the table is written as it lies: of a large one a copy would be as much memory again.
  program.write(inputs, parts[0]?.length === size ? parts[0] : concat(new Kind(size), parts));
  if (targets?.type.dtype === "u32") {
    program.write(targets, concat(new Uint32Array(rows), sets.map((set) => classesOf(set, loss))));
  } else if (targets !== undefined) {
    const all = new Float32Array(rows * targets.type.shape[1]!);
    program.write(targets, concat(all, sets.map(({ targets }) => targets!)));
  }
  if (weights) {
    program.write(
      weights,
      concat(new Float32Array(rows), sets.map((set) => weightsOf(set, loss))),
    );
  }
  if (divisors) {
    program.write(
      divisors,
      concat(new Float32Array(rows), sets.map((set) => divisorsOf(set, loss))),
    );
  }
}

/** Class indices, with one that the kernels can look up where a row does not count. */
function classesOf({ targets }: DataSet, { ignore }: Loss): ArrayLike<number> {
  return ignore === undefined
    ? targets!
    : Uint32Array.from(targets!, (index) => index === ignore ? 0 : index);
}

function weightsOf(set: DataSet, { compares, ignore }: Loss): Float32Array {
  const { targets } = set, weights = set.weights ?? new Float32Array(countRows(set)).fill(1);
  if (ignore === undefined || compares !== "classes") return weights;
  return weights.map((weight, row) => targets![row] === ignore ? 0 : weight);
}

function divisorsOf(set: DataSet, loss: Loss): Float32Array {
  const { targets } = set;
  return weightsOf(set, loss).map((weight, row) => weight && weight * loss.classWeights![targets![row]!]!);
}

/** Writes what is written once besides the sets: the encoder's weights, constants and orders. */
export function writeConstants(
  program: Program,
  { training, evaluation, evaluationTable, encoder }: SessionPlan,
  { encoder: trained }: { readonly encoder?: Trained | undefined },
): void {
  for (const [name, leaf] of encoder?.constants ?? []) program.write(leaf, trained!.weights.get(name)!);
  for (const [leaf, values] of training.constants) program.write(leaf, values);
  program.write(training.order, counting(training.order.type.shape[0]!));
  if (evaluation) program.write(evaluation.order, counting(evaluationTable!.rows));
}

/** 0, 1, 2 … */
function counting(count: number): Uint32Array {
  return Uint32Array.from({ length: count }, (_, i) => i);
}

/** Fills `whole` with the parts, one after another. */
function concat<T extends Uint8Array | Uint32Array | Float32Array>(
  whole: T,
  parts: readonly ArrayLike<number>[],
): T {
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
