/** Whether the errors that Report A prints of the best model of chapter 3 can be of one model. */
import type { ClaimItem } from "../item.ts";
import { judgeEach, meanOf } from "../statistics.ts";
import { isSo, less, logOf, numberAt, type ValueOf, valuesOf } from "./judging.ts";
import { KEY_POINTS_3 } from "./printed_autoencoders.ts";
import { widthRuns } from "./runs.ts";

const RUNS = widthRuns("q3-autoencoder");
/** Errors of one model on two sets of images are not so many standard errors apart: chance of one in 16,000. */
const APART = 4;

/**
 * How many standard errors apart two errors are, by the logarithm of their ratio. Errors of single images spread in
 * proportion to their mean, which is ours here and the report's there.
 */
function apart(ratio: ValueOf): ValueOf {
  return (run) => {
    const difference = ratio(run);
    const [validation, test] = (["validation", "test"] as const).map((set) => {
      const error = run.numbers[`reconstruction.${set}.mse`];
      const standardError = run.numbers[`reconstruction.${set}.standardError`];
      return error && standardError && standardError / error;
    });
    return difference !== undefined && validation && test
      ? difference / Math.hypot(validation, test)
      : undefined;
  };
}

const PRINTED = apart(() => Math.log(KEY_POINTS_3.test.published / KEY_POINTS_3.validation.published));
const OURS = apart(
  less(logOf(numberAt("reconstruction.test.mse")), logOf(numberAt("reconstruction.validation.mse"))),
);

export const ONE_MODEL_CLAIM: ClaimItem = {
  kind: "claim",
  id: "A-I.12",
  place: "Section 3.2.2.4",
  words:
    "The printed errors on validation and test, 0.00997 and 0.01301, are of one model (the report takes it " +
    "for granted).",
  needs: [RUNS],
  judge: (find) => [
    judgeEach(
      "by how much single images spread in ours, they are within four standard errors of each other",
      find(RUNS),
      isSo(PRINTED, (value) => Math.abs(value) < APART),
      (known) => {
        const mean = (valueOf: ValueOf) => meanOf(valuesOf(known, valueOf)).toFixed(1).replace("-", "−");
        return `${mean(PRINTED)} standard errors apart; our own two errors: ${mean(OURS)}`;
      },
    ),
  ],
};
