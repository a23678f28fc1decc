/** The figures of one autoencoder and the classifier of its codes, in the order of the report. */
import type { ImageSplits } from "../../src/data/mnist.ts";
import type { Figure } from "../../src/plot/mod.ts";
import { numberOf, objectOf } from "../../src/runs/facts.ts";
import type { JsonObject } from "../../src/runs/json.ts";
import type { FitResult } from "../../src/train/fit.ts";
import { SPLIT_NAMES, type SplitName } from "../../src/data/data_set.ts";
import type { AutoencoderMeasures, SetErrors, ShownImages } from "../measures/autoencoder_measures.ts";
import {
  type BySplit,
  classifierFigures,
  imageRows,
  lossBars,
  reconstructionCurves,
  weightFigure,
} from "./autoencoder_parts.ts";

/** What the figures are made of. */
export interface AutoencoderStory {
  /** `784-64-784, masking 20%`. */
  readonly network: string;
  /** What the classifier is of: `64-30-20-10-5 on codes of 784-64-784`. */
  readonly classifierNetwork: string;
  readonly nodes: number;
  readonly isNoisy: boolean;
  readonly monitor: string;
  readonly seed: number;
  readonly data: ImageSplits;
  readonly trained: FitResult;
  /** Absent where the autoencoder was interrupted. */
  readonly classifier: FitResult;
  readonly measured: AutoencoderMeasures;
  /** What the report prints of this run. */
  readonly published: JsonObject | null;
}

/** Draws what the trainings of a run were and gave. */
export function autoencoderFigures(story: AutoencoderStory): readonly Figure[] {
  const { network, classifierNetwork, nodes, monitor, seed, trained, classifier, measured, data } = story;
  const { errors, shown, weights } = measured;
  const { inputShape } = data.test;
  const pca = { nodes, validation: errors.validation.pca };
  return [
    ...(trained.history.length > 0 ? [reconstructionCurves(trained, { network, seed, monitor }, pca)] : []),
    lossBars(network, barsOf(story)),
    imageRows(
      { name: "reconstructions", title: "Test images and their reconstructions", subtitle: network },
      inputShape,
      rowsOf(shown.test),
    ),
    imageRows(
      {
        name: "reconstructions_validation",
        title: "Validation images and their reconstructions",
        subtitle: network,
      },
      inputShape,
      rowsOf(shown.validation),
    ),
    weightFigure(weights, inputShape, network),
    ...classifierFigures(classifier, { network: classifierNetwork, seed, monitor: "val_loss" }),
  ];
}

function rowsOf({ original, corrupted, reconstruction }: ShownImages) {
  return [
    { label: "Original", values: original },
    ...(corrupted ? [{ label: "Corrupted", values: corrupted }] : []),
    { label: "Reconstruction", values: reconstruction },
  ];
}

/** Ours, PCA's and the printed errors; of a set that nothing is printed of there is no bar. */
function barsOf({ isNoisy, nodes, measured: { errors }, published }: AutoencoderStory) {
  const of = (member: keyof SetErrors) =>
    Object.fromEntries(SPLIT_NAMES.map((split) => [split, errors[split][member]])) as BySplit;
  const printed = printedErrors(published);
  return [
    ...(isNoisy
      ? [{ label: "from corrupted images", errors: of("mse") }, {
        label: "from clean images",
        errors: of("cleanMse"),
      }]
      : [{ label: "autoencoder", errors: of("mse") }]),
    { label: `PCA, ${nodes} components`, errors: of("pca") },
    ...(Object.keys(printed).length > 0 ? [{ label: "report", errors: printed }] : []),
  ];
}

function printedErrors(published: JsonObject | null): Partial<Record<SplitName, number>> {
  const reconstruction = objectOf(published?.reconstruction);
  return Object.fromEntries(SPLIT_NAMES.flatMap((split) => {
    const value = numberOf(objectOf(reconstruction[split]).mse);
    return value === null ? [] : [[split, value]];
  }));
}
