/** What the comparison of the methods keeps of each training. */
import { isJsonObject, type Json, type JsonObject } from "../../src/runs/json.ts";
import type { RunSummary } from "../../src/runs/layout.ts";
import type { FitResult } from "../../src/train/fit.ts";
import { type Cell, commonCell, isCommonCell } from "../group.ts";
import type { TrainedRun } from "../train_run.ts";
import { CNN_METHODS, type CnnMethod } from "./cnn.ts";
import { epochsToTarget } from "./findings.ts";

/** One finished training. */
export type CnnCell = {
  readonly method: CnnMethod;
  readonly seed: number;
  readonly trainAccuracy: number;
  /** After the last epoch. */
  readonly testAccuracy: number;
  /** Mean over the last ten epochs: the level at which the curve ends, with less of its ups and downs. */
  readonly levelAccuracy: number;
  /** Mean cross-entropy of the last epoch while it trained. */
  readonly cost: number;
  /** The first epoch after which the test accuracy was 0.96; null if there was none. */
  readonly epochsTo96: number | null;
  /** Kernels that are never active on the test set. */
  readonly deadC1: number;
  readonly deadC2: number;
  /** Maps without activity, for each image that is shown. */
  readonly inactiveC1: readonly number[];
  readonly inactiveC2: readonly number[];
} & Cell;

/** Epochs at the end over which the accuracy is averaged. */
const LEVEL_EPOCHS = 10;

/** What is kept of a training. */
export function cnnCellOf(
  method: CnnMethod,
  seed: number,
  { summary, result }: Pick<TrainedRun, "summary" | "result">,
): CnnCell {
  const { history, results } = result;
  return {
    method,
    seed,
    ...commonCell(summary),
    trainAccuracy: results.train!.accuracy!,
    testAccuracy: results.test!.accuracy!,
    levelAccuracy: levelOf(history) ?? results.test!.accuracy!,
    cost: history.at(-1)?.loss ?? results.train!.loss,
    epochsTo96: epochsToTarget(history) ?? null,
    ...deadIn(summary),
  };
}

function levelOf(history: FitResult["history"]): number | undefined {
  const last = history.slice(-LEVEL_EPOCHS).flatMap(({ testAccuracy }) => testAccuracy ?? []);
  return last.length === 0 ? undefined : last.reduce((sum, value) => sum + value, 0) / last.length;
}

/** What the findings of a training say of its kernels. */
function deadIn(
  { deadKernels, inputs }: RunSummary,
): Pick<CnnCell, "deadC1" | "deadC2" | "inactiveC1" | "inactiveC2"> {
  const dead = (layer: string) => lengthOf(objectOf(objectOf(deadKernels)[layer]).dead);
  const inactive = (layer: string) =>
    Array.isArray(inputs) ? inputs.map((input) => lengthOf(objectOf(objectOf(input).inactive)[layer])) : [];
  return {
    deadC1: dead("C1"),
    deadC2: dead("C2"),
    inactiveC1: inactive("C1"),
    inactiveC2: inactive("C2"),
  };
}

function objectOf(value: Json | undefined): JsonObject {
  return isJsonObject(value) ? value : {};
}

function lengthOf(value: Json | undefined): number {
  return Array.isArray(value) ? value.length : 0;
}

/** Whether parsed JSON is a cell. */
export function isCnnCell(value: Json): value is CnnCell {
  if (!isJsonObject(value) || !isCommonCell(value)) return false;
  const {
    method,
    seed,
    trainAccuracy,
    testAccuracy,
    levelAccuracy,
    cost,
    epochsTo96,
    inactiveC1,
    inactiveC2,
  } = value;
  return CNN_METHODS.some((known) => known === method) &&
    [seed, trainAccuracy, testAccuracy, levelAccuracy, cost, value.deadC1, value.deadC2]
      .every((number) => typeof number === "number") &&
    (epochsTo96 === null || typeof epochsTo96 === "number") && Array.isArray(inactiveC1) &&
    Array.isArray(inactiveC2);
}
