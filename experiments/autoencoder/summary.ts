/** What `summary.json` and the screen say of one autoencoder. */
import { type JsonObject, toJson } from "../../src/runs/json.ts";
import { textTable } from "../../src/plot/table.ts";
import type { FitResult } from "../../src/train/fit.ts";
import { SPLIT_NAMES } from "../../src/train/session.ts";
import { scoresOf } from "../train_run.ts";
import { publishedRow, RECIPES } from "./autoencoder.ts";
import type { Measured } from "./measured.ts";
import type { Prepared } from "./prepare.ts";
import { CHAPTER_4 } from "./published.ts";

/** The two trainings of a run. */
export interface Stages {
  readonly trained: FitResult;
  readonly classifier: FitResult | undefined;
}

/** Members of `summary.json`. */
export function summaryOf(
  prepared: Prepared,
  measured: Measured,
  { trained, classifier }: Stages,
): JsonObject {
  const { settings } = prepared,
    { errors, corruptionMse, roughness, deadUnits } = measured,
    { noise } = settings;
  const bySplit = (members: (split: typeof SPLIT_NAMES[number]) => JsonObject) =>
    Object.fromEntries(SPLIT_NAMES.map((split) => [split, members(split)]));
  return {
    nodes: settings.nodes,
    noise,
    reconstruction: {
      ...endOf(trained),
      ...bySplit((split) => {
        const { mse, cleanMse, standardError } = errors[split];
        return { mse, ...(noise > 0 && { cleanMse }), standardError };
      }),
      // The mean of the last epoch while it trained, before each update: what Keras prints.
      running: { mse: trained.history.at(-1)?.loss },
      ...(corruptionMse !== undefined && { corruptionMse }),
    },
    pca: bySplit((split) => ({ mse: errors[split].pca })),
    ...(classifier && {
      classifier: {
        ...endOf(classifier),
        fineTune: settings.classifier.fineTune,
        ...(classifier.restoredEpoch !== undefined && { restoredEpoch: classifier.restoredEpoch }),
        ...bySplit((split) => scoresOf(classifier.results[split]!)),
      },
    }),
    encoder: { roughness, deadUnits },
    published: publishedOf(prepared),
  };
}

function endOf({ history, seconds, stopped }: FitResult): JsonObject {
  return { epochs: history.length, seconds, stopped };
}

/** What the report prints of this model; null where settings or images are others. */
export function publishedOf({ settings, isPublished }: Prepared): JsonObject | null {
  if (!isPublished) return null;
  const { name, noise } = settings, row = publishedRow(settings);
  const { chapter, table } = RECIPES[name];
  if (row !== undefined) return toJson({ table: table!.name, ...row });
  const ofNoise = chapter === 4 ? CHAPTER_4.find((one) => one.noise === noise) : undefined;
  return ofNoise ? toJson({ section: "4.2.3", ...ofNoise }) : null;
}

/** Errors and accuracies on the three sets, beside PCA and the published ones. */
export function scoreTable(prepared: Prepared, { errors }: Measured, { classifier }: Stages): string {
  const published = publishedOf(prepared), { noise } = prepared.settings;
  const number = (value: unknown, digits: number) => typeof value === "number" ? value.toFixed(digits) : "–";
  const right = (label: string) => ({ label, align: "right" as const });
  return textTable({
    columns: [
      "set",
      right(noise > 0 ? "MSE, corrupted" : "MSE"),
      ...(noise > 0 ? [right("MSE, clean")] : []),
      right("PCA"),
      right("published MSE"),
      right("accuracy"),
      right("published accuracy"),
    ],
    rows: SPLIT_NAMES.map((split) => [
      split,
      number(errors[split].mse, 5),
      ...(noise > 0 ? [number(errors[split].cleanMse, 5)] : []),
      number(errors[split].pca, 5),
      number(published?.[split], 5),
      number(classifier?.results[split]?.accuracy, 4),
      number(published?.[`${split}Accuracy`], 4),
    ]),
  });
}
