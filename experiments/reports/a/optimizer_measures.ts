/** What claims about optimizers are judged by: numbers of their runs, and how much words such as "far" leave open. */
import type { RunFacts } from "../../../src/runs/facts.ts";
import type { FindRuns } from "../item.ts";
import { compare, type Comparison, halfWidth, less, logOf, numberAt, type ValueOf } from "./judging.ts";
import { printedAccuracy, SECTIONS } from "./printed_optimizers.ts";
import { IMAGES, OPTIMIZER_TITLES, type OptimizerName, optimizerRuns, OPTIMIZERS } from "./runs.ts";

export const ACCURACY = numberAt("validation.accuracy");
export const EPOCHS = logOf(numberAt("epochs"));
export const SECONDS = logOf(numberAt("seconds"));
export const GAP = numberAt("curves.gap.above");

/** "Far more" is an order of magnitude at least: less has other words. */
export const FAR = Math.log(10);
/** The report calls its own gap of training and validation, 0.9684 and 0.9625, a similar fashion. */
export const SIMILAR = SECTIONS.vgd.prose.train.published - SECTIONS.vgd.prose.validation.published;
/** "No significant difference" and "marginally": what 3,795 images cannot tell, at the accuracies that are printed. */
export const CHANCE = halfWidth(printedAccuracy("nag", "validation"), IMAGES.validation);
/** The report calls 0.9771 against 0.9626 marginal; the chance of both is added to what lies between them. */
export const MARGINAL = printedAccuracy("nag", "validation") - printedAccuracy("vgd", "validation") +
  Math.hypot(CHANCE, halfWidth(printedAccuracy("vgd", "validation"), IMAGES.validation));

/** How much a curve of losses falls. */
export function fallOf(curve: "loss" | "valLoss"): ValueOf {
  return less(numberAt(`curves.${curve}.first`), numberAt(`curves.${curve}.last`));
}

/** Noise of a curve by how far it falls to its lowest: methods fall differently far in an epoch. */
export function noiseOf(curve: "loss" | "valLoss", noise: "noise" | "noiseEarly"): ValueOf {
  const fall = less(numberAt(`curves.${curve}.first`), numberAt(`curves.${curve}.least`));
  return less(logOf(numberAt(`curves.${curve}.${noise}`)), logOf(fall));
}

/** Each other method's number less that of one; of `sign` −1, that of one less each other's. */
export function others(
  find: FindRuns,
  own: OptimizerName,
  valueOf: ValueOf,
  sign: 1 | -1 = 1,
): readonly Comparison[] {
  const runs = find(optimizerRuns(own));
  return OPTIMIZERS.filter((optimizer) => optimizer !== own).map((optimizer) => {
    const rest = find(optimizerRuns(optimizer));
    return compare(OPTIMIZER_TITLES[optimizer], sign === 1 ? [rest, runs] : [runs, rest], valueOf);
  });
}

/** How far a run's epochs are from NAG's 320, as the logarithm of a factor. */
export function fromPrinted(run: RunFacts): number | undefined {
  const epochs = EPOCHS(run);
  return epochs && Math.abs(epochs - Math.log(SECTIONS.nag.epochs.published));
}
