/** What the classifiers of Report B say of its claims: how they read reconstructions, and what their curves do. */
import type { RunFacts } from "../../../src/runs/facts.ts";
import type { FindRuns, Wanted } from "../item.ts";
import { judgeEach, judgeLarger, type Judgement, overRuns } from "../statistics.ts";
import { adding, larger, listed, type Measure, numberAt, valuesOf } from "./numbers.ts";
import { CLASSIFY, NO_MOMENTUM, SPARSE } from "./stacked_runs.ts";

/** "Recognisable", "carry enough information": nine of ten reconstructions are read as their originals are. */
const RECOGNISABLE = 0.9;

const POINTS = { digits: 2, scale: 100, unit: " points" } as const;
const NATS = { unit: " nats" } as const;

/** Whether a share satisfies a test in each run, and the shares as percentages. */
function eachShare(
  runs: readonly RunFacts[],
  { words, measure, test }: {
    readonly words: string;
    readonly measure: Measure;
    test(share: number): boolean;
  },
): Judgement {
  const isSo = (run: RunFacts) => {
    const share = measure(run);
    return share === undefined ? undefined : test(share);
  };
  return judgeEach(
    words,
    runs,
    isSo,
    (known) => `${listed(valuesOf(known, measure).map((share) => 100 * share), 1)}%`,
  );
}

/** Blur and legibility of the reconstructions through some layers, as the classifier on them reads. */
export function blurred(
  find: FindRuns,
  { layers, classifier }: { readonly layers: Wanted; readonly classifier: Wanted },
): readonly Judgement[] {
  return [
    eachShare(find(layers), {
      words:
        "reconstructions are blurred: neighbouring pixels differ less than the originals' do, by squares",
      measure: numberAt("reconstruction.sharpness"),
      test: (share) => share < 1,
    }),
    eachShare(find(classifier), {
      words: "they can be recognised: nine of ten are read as their originals are",
      measure: numberAt("reconstructions.agreement"),
      test: (share) => share >= RECOGNISABLE,
    }),
  ];
}

/** The training cost of the last five epochs below that of the five before. */
function costStillFalls(runs: readonly RunFacts[]): Judgement {
  const fall = valuesOf(runs, numberAt("curves.loss.tail")).map((tail) => -tail);
  const words =
    "the training cost has not converged: in the last five epochs it is below that of the five before, by";
  return judgeLarger(words, fall, NATS);
}

export function stillRising(find: FindRuns): readonly Judgement[] {
  const runs = find(CLASSIFY);
  const words = "the test accuracy of the last five epochs is above that of the five before, by";
  return [
    judgeLarger(words, valuesOf(runs, numberAt("curves.testAccuracy.tail")), POINTS),
    costStillFalls(runs),
  ];
}

/** Ups and downs late in the training: before, the bend of a curve that still rises steeply would count as such. */
export function smoother(find: FindRuns): readonly Judgement[] {
  const common = { fewer: SPARSE, measure: numberAt("curves.testAccuracy.noiseLate"), shown: POINTS };
  const falls = (wanted: Wanted) => overRuns(find(wanted), "curves.testAccuracy.falls", 2);
  const question = larger(find, {
    ...common,
    words: "over the last third of the epochs the test accuracy goes less up and down than in question 2, by",
    more: CLASSIFY,
  });
  return [
    adding(
      question,
      () => `share of all epochs in which it falls: ${falls(SPARSE)}, in question 2 ${falls(CLASSIFY)}`,
    ),
    larger(find, {
      ...common,
      words: "it is momentum: less than with the same sparsity and no momentum, by",
      more: NO_MOMENTUM.classifier,
    }),
  ];
}

export function dearer(find: FindRuns): readonly Judgement[] {
  const common = { fewer: CLASSIFY, measure: numberAt("running.loss"), shown: NATS };
  return [
    larger(find, {
      ...common,
      words: "the training cost of the last epoch is higher than in question 2, by",
      more: SPARSE,
    }),
    larger(find, {
      ...common,
      words: "it is sparsity: higher without momentum too, by",
      more: NO_MOMENTUM.classifier,
    }),
    costStillFalls(find(SPARSE)),
  ];
}
