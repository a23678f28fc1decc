/**
 * Numbers from a confusion matrix, and intervals around numbers from samples.
 *
 * Sources: scikit-learn, `precision_recall_fscore_support` with `zero_division=0` (semantics of the scores);
 * Wilson: "Probable inference, the law of succession, and statistical inference" (JASA 1927); Abramowitz and
 * Stegun: "Handbook of Mathematical Functions", 26.7.3 and 26.7.4 (Student's t for whole degrees of freedom);
 * Marsaglia: "Evaluating the normal distribution" (Journal of Statistical Software 2004).
 */
import { require } from "../core/errors.ts";
import { checkOptions, shown } from "../core/option_names.ts";
import { tensorType, type TypedArray } from "../core/tensor.ts";
import { argmax } from "../ops/_classes.ts";

/** How often samples of a class (row: the true one) were taken for a class (column: the predicted one). */
export interface ConfusionMatrix {
  /** Names, in the order of rows and columns. */
  readonly classes: readonly string[];
  /** Whole numbers: `counts[true class][predicted class]`. */
  readonly counts: readonly (readonly number[])[];
}

/** `weighted`: mean of the classes by their support; `macro`: plain mean of the classes. */
export type Averaging = "weighted" | "macro";

/** Scores of one class, or an average of them: each from 0 to 1. */
export interface Scores {
  /** Share of what was predicted as the class that is of the class; 0 where nothing was predicted. */
  readonly precision: number;
  /** Share of the class that was predicted as such; 0 where the class has no sample. */
  readonly recall: number;
  /** Harmonic mean of precision and recall; 0 where both are. */
  readonly f1: number;
}

/** Scores of one class. */
export interface ClassScores extends Scores {
  /** Of the class. */
  readonly name: string;
  /** Samples that truly are of the class. */
  readonly support: number;
}

/** `precision`, `recall` and `f1` are the averages that `averaging` names; both kinds are in `averages`. */
export interface ClassificationReport extends Scores {
  /** Share of all samples that were predicted right. */
  readonly accuracy: number;
  /** Which average `precision`, `recall` and `f1` are. */
  readonly averaging: Averaging;
  /** Both of them. */
  readonly averages: { readonly [kind in Averaging]: Scores };
  /** Scores of each class, in the order of their indices. */
  readonly classes: readonly ClassScores[];
  /** Samples in all. */
  readonly support: number;
}

/** `low` and `high` bound `value`. */
export interface Interval {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

export interface MeanAndInterval {
  readonly mean: number;
  /** Standard deviation of the sample (divided by n - 1); NaN for one value. */
  readonly sd: number;
  /** Bounds of the confidence interval of the mean; NaN for one value, which says nothing about its spread. */
  readonly low: number;
  readonly high: number;
}

export interface IntervalOptions {
  /** How often such intervals hold the true value; between 0 and 1, default 0.95. */
  readonly confidence?: number;
}

/**
 * Accuracy, and precision, recall and F1 per class and on average. Every class counts, one without samples too.
 * The weighted recall is the accuracy, but for rounding.
 *
 * @throws DescentError when the matrix is not square, holds anything but counts, or is empty.
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { classificationReport } from "descent";
 * const { accuracy, classes } = classificationReport({ classes: ["cat", "dog"], counts: [[8, 2], [1, 9]] });
 * assertEquals(accuracy, 0.85); // 17 of 20
 * assertEquals(classes[1]!.recall, 0.9); // 9 of 10 dogs were found
 * ```
 */
export function classificationReport(
  matrix: ConfusionMatrix,
  options: { readonly averaging?: Averaging } = {},
): ClassificationReport {
  checkOptions("classificationReport", options, { averaging: true });
  const { averaging = "weighted" } = options;
  require(
    averaging === "weighted" || averaging === "macro",
    () => `The averaging of scores must be weighted or macro, got ${shown(averaging)}`,
  );
  require(
    [matrix?.classes, matrix?.counts].every(Array.isArray),
    () => `A report is made of a confusion matrix, { classes, counts }, got ${shown(matrix)}`,
  );
  const { classes: names, counts } = matrix;
  require(
    counts.length === names.length && counts.every((row) => row.length === names.length),
    () => `A confusion matrix of ${names.length} classes must have as many rows and columns`,
  );
  for (const row of counts) {
    for (const count of row) {
      require(
        Number.isSafeInteger(count) && count >= 0,
        () => `A confusion matrix holds counts, that is whole numbers of 0 or more, got ${count}`,
      );
    }
  }
  const columns = new Float64Array(names.length);
  for (const row of counts) row.forEach((count, c) => columns[c]! += count);
  return reportOf(
    names,
    counts.map((row, c) => ({ right: row[c]!, support: sum(row), predicted: columns[c]! })),
    averaging,
  );
}

/**
 * The same from answers: the class of each sample, and what it was taken for. It needs no matrix, which of many classes
 * would be large.
 */
export function answersReport(
  names: readonly string[],
  labels: ArrayLike<number>,
  predicted: ArrayLike<number>,
): ClassificationReport {
  const tallies = names.map(() => ({ right: 0, support: 0, predicted: 0 }));
  for (let i = 0; i < labels.length; i++) {
    tallies[labels[i]!]!.support++;
    tallies[predicted[i]!]!.predicted++;
    if (labels[i] === predicted[i]) tallies[labels[i]!]!.right++;
  }
  return reportOf(names, tallies, "weighted");
}

/** The class with the largest logit of each row; of equal ones the first, as `count_correct` and `confusion` have it. */
export function likeliestClasses(logits: TypedArray, classes: number): Uint32Array {
  const type = tensorType("f32", [logits.length / classes, classes]);
  return Uint32Array.from(
    { length: type.shape[0]! },
    (_, row) => argmax({ data: logits, pitch: classes, type }, row),
  );
}

/** Samples of a class: all, those predicted as such, and those of which both hold. */
interface Tally {
  readonly right: number;
  readonly support: number;
  readonly predicted: number;
}

function reportOf(
  names: readonly string[],
  tallies: readonly Tally[],
  averaging: Averaging,
): ClassificationReport {
  const classes = tallies.map(({ right, support, predicted }, c): ClassScores => {
    return {
      name: names[c]!,
      precision: ratio(right, predicted),
      recall: ratio(right, support),
      f1: ratio(2 * right, support + predicted),
      support,
    };
  });
  const support = sum(classes.map((scores) => scores.support));
  require(support > 0, "A confusion matrix without a single sample has no scores: evaluate on some samples");
  const averages = {
    weighted: average(classes, ({ support }) => support),
    macro: average(classes, () => 1),
  };
  const accuracy = sum(tallies.map(({ right }) => right)) / support;
  return { accuracy, ...averages[averaging], averaging, averages, classes, support };
}

function average(classes: readonly ClassScores[], weightOf: (scores: ClassScores) => number): Scores {
  const weight = sum(classes.map(weightOf));
  const mean = (key: keyof Scores) => sum(classes.map((scores) => weightOf(scores) * scores[key])) / weight;
  return { precision: mean("precision"), recall: mean("recall"), f1: mean("f1") };
}

/** scikit-learn's `zero_division=0`. */
function ratio(part: number, whole: number): number {
  return whole === 0 ? 0 : part / whole;
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}

/**
 * Wilson's score interval of a proportion, such as an accuracy: unlike the textbook's, it stays within 0 and 1
 * and holds for proportions near them. `value` is successes / trials.
 *
 * @throws DescentError when there was no trial, or more successes than trials.
 * @example
 * ```ts
 * import { assert } from "@std/assert";
 * import { wilsonInterval } from "./metrics.ts";
 * const { low, high } = wilsonInterval(3722, 3795);
 * assert(low.toFixed(4) === "0.9759" && high.toFixed(4) === "0.9847");
 * ```
 */
export function wilsonInterval(
  successes: number,
  trials: number,
  { confidence = 0.95 }: IntervalOptions = {},
): Interval {
  require(trials > 0, () => `An interval takes at least one trial, got ${trials}`);
  require(
    successes >= 0 && successes <= trials,
    () => `Successes must lie between 0 and the ${trials} trials, got ${successes}`,
  );
  const z = quantile(normalWithin, confidence);
  const value = successes / trials, z2 = z * z / trials;
  const centre = (value + z2 / 2) / (1 + z2);
  const half = z / (1 + z2) * Math.sqrt(value * (1 - value) / trials + z2 / (4 * trials));
  // At the ends the bound is exact on paper; rounding must not push it past.
  return {
    value,
    low: successes === 0 ? 0 : centre - half,
    high: successes === trials ? 1 : centre + half,
  };
}

/**
 * Mean, standard deviation and Student's confidence interval of the mean, for a handful of seeds.
 *
 * @throws DescentError when there is no value.
 * @example
 * ```ts
 * import { assert } from "@std/assert";
 * import { meanAndInterval } from "./metrics.ts";
 * const { mean, low, high } = meanAndInterval([1, 2, 3]);
 * assert(mean === 2 && low.toFixed(3) === "-0.484" && high.toFixed(3) === "4.484");
 * ```
 */
export function meanAndInterval(
  values: readonly number[],
  { confidence = 0.95 }: IntervalOptions = {},
): MeanAndInterval {
  const n = values.length;
  require(n > 0, "A mean takes at least one value, got none");
  const mean = sum(values) / n;
  if (n === 1) return { mean, sd: NaN, low: NaN, high: NaN };
  const sd = Math.sqrt(sum(values.map((value) => (value - mean) ** 2)) / (n - 1));
  const half = quantile((t) => studentWithin(t, n - 1), confidence) * sd / Math.sqrt(n);
  return { mean, sd, low: mean - half, high: mean + half };
}

/** The x whose probability of a result within ±x is `confidence`; `within` grows from 0 to 1. */
function quantile(within: (x: number) => number, confidence: number): number {
  require(
    confidence > 0 && confidence < 1,
    () => `Confidence must lie between 0 and 1, such as 0.95, got ${confidence}`,
  );
  let low = 0, high = 1;
  while (within(high) < confidence) [low, high] = [high, 2 * high];
  // Halving a double's interval ends when the middle is one of its ends.
  for (let middle = (low + high) / 2; middle > low && middle < high; middle = (low + high) / 2) {
    if (within(middle) < confidence) low = middle;
    else high = middle;
  }
  return high;
}

/** Probability that a standard normal number lies within ±x. */
function normalWithin(x: number): number {
  if (x > 8) return 1;
  let term = x, total = x;
  for (let k = 3; term > total * 1e-17; k += 2) total += term *= x * x / k;
  return 2 * total * Math.exp(-x * x / 2) / Math.sqrt(2 * Math.PI);
}

/** Probability that Student's t with `degrees` (a whole number from 1) lies within ±t. */
function studentWithin(t: number, degrees: number): number {
  const angle = Math.atan(t / Math.sqrt(degrees));
  const cosine = Math.cos(angle), even = degrees % 2 === 0;
  let term = even ? 1 : cosine, total = 0;
  for (let k = even ? 2 : 3; k <= degrees; k += 2) {
    total += term;
    term *= cosine * cosine * (k - 1) / k;
  }
  return even ? Math.sin(angle) * total : 2 / Math.PI * (angle + Math.sin(angle) * total);
}
