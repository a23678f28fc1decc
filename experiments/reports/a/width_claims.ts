/** Claims that Report A makes of both kinds of autoencoders, with one and with three hidden layers. */
import type { ClaimItem } from "../item.ts";
import { judgeLarger, judgeWithin, pairedBySeed } from "../statistics.ts";
import { bySeed, compare, judgeAll, logOf, numberAt, POINTS, TIMES, valuesOf } from "./judging.ts";
import { AROUND } from "./printed_autoencoders.ts";
import { BEST_NODES, type WidthExperiment, widthRuns } from "./runs.ts";

/** Of the classifier of the codes, on the test set. */
export const CODE_ACCURACY = numberAt("classifier.test.accuracy");
/** Of the reconstruction, on the test set. */
export const TEST_ERROR = numberAt("reconstruction.test.mse");

/** The widths of a chapter, and where it says something of them. */
export interface Chapter {
  readonly experiment: WidthExperiment;
  readonly widths: readonly number[];
}

interface Said {
  readonly id: string;
  readonly place: string;
}

const shown = (nodes: number) => nodes.toLocaleString("en");

/** The error falls as the code grows wider. */
export function fallingError({ experiment, widths }: Chapter, said: Said): ClaimItem {
  return {
    kind: "claim",
    ...said,
    words: "The error falls as the code grows wider.",
    needs: widths.map((nodes) => widthRuns(experiment, nodes)),
    judge: (find) => [
      judgeAll(
        "from each width to the next the test error is lower",
        widths.slice(1).map((wide, i) =>
          compare(
            `${shown(widths[i]!)} to ${shown(wide)}`,
            [find(widthRuns(experiment, widths[i]!)), find(widthRuns(experiment, wide))],
            logOf(TEST_ERROR),
          )
        ),
        TIMES,
      ),
    ],
  };
}

/** The codes of the best model classify with around 97%. */
export function aroundClaim({ experiment }: Pick<Chapter, "experiment">, said: Said): ClaimItem {
  const accuracy = AROUND.published;
  return {
    kind: "claim",
    ...said,
    words: "The codes classify validation and test images with around 97%.",
    needs: [widthRuns(experiment)],
    judge: (find) =>
      (["validation", "test"] as const).map((set) => {
        const values = valuesOf(find(widthRuns(experiment)), numberAt(`classifier.${set}.accuracy`));
        return judgeWithin(
          `64 nodes, ${set}: the accuracy is within half a point of 97%`,
          values.map((value) => value - accuracy),
          AROUND.about,
          POINTS,
        );
      }),
  };
}

/** The rule by which 64 nodes are called best: there the accuracy rises abruptly. */
export function selectionClaim({ experiment, widths }: Chapter, said: Said): ClaimItem {
  const wanted = widths.map((nodes) => widthRuns(experiment, nodes));
  const best = widths.indexOf(BEST_NODES);
  return {
    kind: "claim",
    ...said,
    words: "64 nodes are best: there the accuracy of classification rises abruptly.",
    needs: wanted,
    judge(find) {
      const [before, own] = [find(wanted[best - 1]!), find(wanted[best]!)];
      const rises = bySeed(find, wanted).map((runs) => risesOf(valuesOf(runs, CODE_ACCURACY)));
      const whole = rises.filter((one) => one.length === widths.length - 1);
      const others = widths.slice(1).map((nodes, i) => ({ nodes, i })).filter(({ i }) => i !== best - 1);
      return [
        judgeLarger(
          `the test accuracy rises from ${shown(widths[best - 1]!)} to ${shown(BEST_NODES)} nodes`,
          pairedBySeed(own, before, CODE_ACCURACY),
          POINTS,
        ),
        judgeAll(
          "and by more than from any other width to the next",
          others.map(({ nodes, i }) => ({
            title: `${shown(widths[i]!)} to ${shown(nodes)}`,
            differences: whole.map((one) => one[best - 1]! - one[i]!),
          })),
          POINTS,
        ),
      ];
    },
  };
}

/** What each value is above the one before. */
function risesOf(values: readonly number[]): readonly number[] {
  return values.slice(1).map((value, i) => value - values[i]!);
}
