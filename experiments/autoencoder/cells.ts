/** What a chapter's command keeps of each of its autoencoders. */
import { isJsonObject, type Json, type JsonObject } from "../../src/runs/json.ts";
import { SPLIT_NAMES, type SplitName } from "../../src/train/session.ts";
import { type Cell, commonCell, isCommonCell } from "../group.ts";
import { duration } from "../screen.ts";
import type { AutoencoderSettings } from "./autoencoder.ts";
import type { AutoencoderRun } from "./run.ts";

/** A number for each set. */
export type PerSet = Readonly<Record<SplitName, number>>;

/** One finished autoencoder and the classifier of its codes. */
export type AutoencoderCell = {
  readonly nodes: number;
  readonly noise: number;
  /** Mean squared errors per pixel, as trained: from corrupted images where there is noise. */
  readonly mse: PerSet;
  /** From images as they are; the same where there is no noise. Their standard errors beside them. */
  readonly cleanMse: PerSet;
  readonly standardError: PerSet;
  /** Of as many principal components. */
  readonly pca: PerSet;
  /** Of the corrupted test images themselves; 0 without noise. */
  readonly corruptionMse: number;
  readonly accuracy: PerSet;
  readonly autoencoderEpochs: number;
  readonly classifierEpochs: number;
  /** Why each ended. */
  readonly autoencoderStopped: string;
  readonly roughness: number;
  readonly deadUnits: number;
} & Cell;

/** What is kept of a run that was not interrupted. */
export function cellOf(
  { nodes, noise }: AutoencoderSettings,
  { summary, measured, classifier }: AutoencoderRun,
): AutoencoderCell {
  const { errors, corruptionMse = 0, roughness, deadUnits } = measured;
  const perSet = (of: (split: SplitName) => number) =>
    Object.fromEntries(SPLIT_NAMES.map((split) => [split, of(split)])) as unknown as PerSet;
  const { history, stopped } = measured.trained;
  return {
    ...commonCell(summary),
    nodes,
    noise,
    mse: perSet((split) => errors[split].mse),
    cleanMse: perSet((split) => errors[split].cleanMse),
    standardError: perSet((split) => errors[split].standardError),
    pca: perSet((split) => errors[split].pca),
    corruptionMse,
    accuracy: perSet((split) => classifier!.results[split]!.accuracy!),
    autoencoderEpochs: history.length,
    classifierEpochs: classifier!.history.length,
    autoencoderStopped: stopped,
    roughness,
    deadUnits,
  };
}

/** Whether parsed JSON is a cell. */
export function isAutoencoderCell(value: Json): value is AutoencoderCell {
  if (!isJsonObject(value) || !isCommonCell(value)) return false;
  const numbers = ["nodes", "noise", "corruptionMse", "autoencoderEpochs", "classifierEpochs", "deadUnits"];
  const sets = ["mse", "cleanMse", "standardError", "pca", "accuracy"];
  return numbers.every((name) => typeof value[name] === "number") &&
    sets.every((name) => isPerSet(value[name])) &&
    typeof value.autoencoderStopped === "string";
}

function isPerSet(value: Json | undefined): boolean {
  return isJsonObject(value) && SPLIT_NAMES.every((split) => typeof value[split] === "number");
}

/** A cell in a line. */
export function describeCell(cell: AutoencoderCell): string {
  const { autoencoderEpochs, classifierEpochs, seconds, mse, pca, accuracy, run } = cell;
  return `${autoencoderEpochs} and ${classifierEpochs} epochs in ${duration(seconds)}: test MSE ${
    mse.test.toFixed(5)
  } (PCA ${pca.test.toFixed(5)}), accuracy ${accuracy.test.toFixed(4)} → ${run}`;
}

/** A cell's settings as they are told in tables: `64 nodes`, `40% noise`. */
export function cellTitle(
  { nodes, noise }: Pick<AutoencoderCell, "nodes" | "noise">,
  by: "nodes" | "noise",
): string {
  return by === "nodes" ? `${nodes} nodes` : noiseTitle(noise);
}

export function noiseTitle(noise: number): string {
  return noise === 0 ? "no noise" : `${Number((100 * noise).toFixed(4))}% noise`;
}

/** Members that all cells of a chapter share. */
export function sharedSettings(settings: AutoencoderSettings, by: "nodes" | "noise"): JsonObject {
  const { [by]: _, ...shared } = settings;
  return JSON.parse(JSON.stringify(shared));
}
