/** What `summary.json` and the screen say of one autoencoder. */
import type { TableOptions } from "../../src/core/text_table.ts";
import { numberOf, objectOf } from "../../src/runs/facts.ts";
import type { JsonObject } from "../../src/runs/json.ts";
import type { FitResult } from "../../src/train/fit.ts";
import { SPLIT_NAMES } from "../../src/data/data_set.ts";
import type { AutoencoderMeasures } from "./autoencoder_measures.ts";
import { splitScores } from "./split_scores.ts";

/** The two trainings of a run. */
export interface AutoencoderStages {
  readonly trained: FitResult;
  readonly classifier: FitResult;
}

/** Members of `summary.json`. */
export function summarizeAutoencoder(
  { errors, corruptionMse, roughness, deadUnits }: AutoencoderMeasures,
  { trained, classifier }: AutoencoderStages,
  { isFineTuned }: { readonly isFineTuned: boolean },
): JsonObject {
  const bySplit = (members: (split: typeof SPLIT_NAMES[number]) => JsonObject) =>
    Object.fromEntries(SPLIT_NAMES.map((split) => [split, members(split)]));
  return {
    reconstruction: {
      ...endOf(trained),
      ...bySplit((split) => {
        const { mse, cleanMse, standardError } = errors[split];
        return { mse, ...(corruptionMse !== undefined && { cleanMse }), standardError };
      }),
      // The mean of the last epoch while it trained, before each update: what Keras prints.
      running: { mse: trained.history.at(-1)?.loss },
      ...(corruptionMse !== undefined && { corruptionMse }),
    },
    pca: bySplit((split) => ({ mse: errors[split].pca })),
    classifier: {
      ...endOf(classifier),
      fineTune: isFineTuned,
      ...(classifier.restoredEpoch !== undefined && { restoredEpoch: classifier.restoredEpoch }),
      ...bySplit((split) => splitScores(classifier.results[split]!)),
    },
    encoder: { roughness, deadUnits },
  };
}

function endOf({ history, seconds, stopped }: FitResult): JsonObject {
  return { epochs: history.length, seconds, stopped };
}

/** Errors and accuracies on the three sets, beside PCA and the published ones. */
export function errorTable(
  { errors }: AutoencoderMeasures,
  { classifier }: AutoencoderStages,
  { isNoisy, published }: { readonly isNoisy: boolean; readonly published: JsonObject | null },
): TableOptions {
  const number = (value: number | null | undefined, digits: number) => value?.toFixed(digits) ?? "–";
  const right = (label: string) => ({ label, align: "right" as const });
  const printed = (part: string, split: string, name: string) =>
    numberOf(objectOf(objectOf(published?.[part])[split])[name]);
  return {
    columns: [
      "set",
      right(isNoisy ? "MSE, corrupted" : "MSE"),
      ...(isNoisy ? [right("MSE, clean")] : []),
      right("PCA"),
      right("published MSE"),
      right("accuracy"),
      right("published accuracy"),
    ],
    rows: SPLIT_NAMES.map((split) => [
      split,
      number(errors[split].mse, 5),
      ...(isNoisy ? [number(errors[split].cleanMse, 5)] : []),
      number(errors[split].pca, 5),
      number(printed("reconstruction", split, "mse"), 5),
      number(classifier.results[split]?.accuracy, 4),
      number(printed("classifier", split, "accuracy"), 4),
    ]),
  };
}
