import { assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { DescentError } from "../../src/core/errors.ts";
import {
  classificationReport,
  meanAndInterval,
  type Scores,
  wilsonInterval,
} from "../../src/train/metrics.ts";

function assertScores(actual: Scores, precision: number, recall: number, f1: number): void {
  assertAlmostEquals(actual.precision, precision, 1e-14);
  assertAlmostEquals(actual.recall, recall, 1e-14);
  assertAlmostEquals(actual.f1, f1, 1e-14);
}

// The expected scores of the three reports were computed with scikit-learn 1.6.1, zero_division=0.

Deno.test("classificationReport() gives scikit-learn's scores per class and on average", () => {
  const counts = [[50, 3, 2], [4, 30, 1], [0, 5, 5]];
  const report = classificationReport({ classes: ["a", "b", "c"], counts });
  assertEquals(report.accuracy, 0.85);
  assertEquals(report.support, 100);
  assertEquals(report.classes.map(({ name, support }) => [name, support]), [["a", 55], ["b", 35], ["c", 10]]);
  const [a, b, c] = report.classes;
  assertScores(a!, 0.9259259259259259, 0.9090909090909091, 0.9174311926605505);
  assertScores(b!, 0.7894736842105263, 0.8571428571428571, 0.821917808219178);
  assertScores(c!, 0.625, 0.5, 0.5555555555555556);
  assertScores(report.averages.weighted, 0.8480750487329435, 0.85, 0.8478139443955708);
  assertScores(report.averages.macro, 0.7801332033788174, 0.7554112554112553, 0.7649681854784282);
});

Deno.test("classificationReport() averages with weights unless macro is asked for", () => {
  const matrix = { classes: ["a", "b", "c"], counts: [[50, 3, 2], [4, 30, 1], [0, 5, 5]] };
  const weighted = classificationReport(matrix), macro = classificationReport(matrix, { averaging: "macro" });
  assertEquals(weighted.averaging, "weighted");
  assertScores(weighted, 0.8480750487329435, 0.85, 0.8478139443955708);
  assertEquals(macro.averaging, "macro");
  assertScores(macro, 0.7801332033788174, 0.7554112554112553, 0.7649681854784282);
});

Deno.test("classificationReport() gives 0 where a class has no sample and no prediction", () => {
  const counts = [[5, 0, 0], [2, 0, 1], [0, 0, 0]];
  const report = classificationReport({ classes: ["a", "b", "c"], counts });
  assertScores(report.classes[1]!, 0, 0, 0); // has samples, none of them found
  assertScores(report.classes[2]!, 0, 0, 0); // predicted once, has no sample
  assertScores(report.averages.weighted, 0.44642857142857145, 0.625, 0.5208333333333334);
  assertScores(report.averages.macro, 0.2380952380952381, 0.3333333333333333, 0.2777777777777778);

  const unseen = [[3, 0, 1, 0], [0, 0, 0, 2], [1, 0, 7, 0], [0, 0, 0, 0]];
  const four = classificationReport({ classes: ["a", "b", "c", "d"], counts: unseen });
  assertAlmostEquals(four.averages.weighted.f1, 10 / 14, 1e-14);
  assertAlmostEquals(four.averages.macro.f1, 0.40625, 1e-14); // the empty class counts in the plain mean
});

Deno.test("classificationReport() reads rows as true classes and columns as predicted ones", () => {
  const { classes } = classificationReport({ classes: ["a", "b"], counts: [[1, 3], [0, 4]] });
  assertEquals(classes[0]!.precision, 1);
  assertEquals(classes[0]!.recall, 0.25);
});

Deno.test("classificationReport() gives accuracy as weighted recall, and both averages alike on balanced classes", () => {
  const counts = [[740, 10, 9], [4, 750, 5], [19, 0, 740]];
  const { accuracy, averages } = classificationReport({ classes: ["0", "2", "4"], counts });
  assertAlmostEquals(averages.weighted.recall, accuracy, 1e-15);
  assertScores(averages.macro, averages.weighted.precision, averages.weighted.recall, averages.weighted.f1);
});

Deno.test("classificationReport() refuses a matrix that holds no counts", () => {
  const mistakes: [string[], number[][], string][] = [
    [["a", "b"], [[1, 2]], "2 classes must have as many rows and columns"],
    [["a", "b"], [[1, 2], [3]], "2 classes must have as many rows and columns"],
    [["a"], [[-1]], "got -1"],
    [["a"], [[0.5]], "got 0.5"],
    [["a"], [[NaN]], "got NaN"],
    [["a", "b"], [[0, 0], [0, 0]], "without a single sample"],
    [[], [], "without a single sample"],
  ];
  for (const [classes, counts, message] of mistakes) {
    assertThrows(() => classificationReport({ classes, counts }), DescentError, message);
  }
});

Deno.test("wilsonInterval() equals SciPy's interval of a binomial test", () => {
  const expected: [number, number, number, number, number][] = [
    [3722, 3795, 0.95, 0.9758832571856747, 0.9846727543128387],
    [3632, 3795, 0.95, 0.9501227341968795, 0.9630504101956506],
    [0, 10, 0.95, 0, 0.27753279986288926],
    [10, 10, 0.95, 0.7224672001371109, 1],
    [1, 3, 0.99, 0.04042662929608476, 0.855783984952333],
    [5, 10, 0.5, 0.39569991542468774, 0.6043000845753123],
  ];
  for (const [successes, trials, confidence, low, high] of expected) {
    const interval = wilsonInterval(successes, trials, { confidence });
    assertEquals(interval.value, successes / trials);
    assertAlmostEquals(interval.low, low, 1e-14);
    assertAlmostEquals(interval.high, high, 1e-14);
  }
});

Deno.test("wilsonInterval() stays within 0 and 1 at both ends", () => {
  for (const trials of [1, 2, 7, 3795, 1e9]) {
    assertEquals(wilsonInterval(0, trials).low, 0);
    assertEquals(wilsonInterval(trials, trials).high, 1);
  }
});

Deno.test("wilsonInterval() refuses impossible counts and confidences", () => {
  assertThrows(() => wilsonInterval(0, 0), DescentError, "at least one trial, got 0");
  assertThrows(() => wilsonInterval(4, 3), DescentError, "between 0 and the 3 trials, got 4");
  assertThrows(() => wilsonInterval(NaN, 3), DescentError, "got NaN");
  assertThrows(() => wilsonInterval(1, 3, { confidence: 95 }), DescentError, "such as 0.95, got 95");
  assertThrows(() => wilsonInterval(1, 3, { confidence: 1 }), DescentError, "got 1");
});

Deno.test("meanAndInterval() equals SciPy's interval with Student's t", () => {
  const expected: [number[], number, number, number, number][] = [
    [[1, 2, 3], 0.95, 1, -0.48413771175033027, 4.48413771175033],
    [[1, 2, 3], 0.99, 1, -3.7301108937150014, 7.730110893715001],
    [
      [0.9847, 0.9812, 0.979, 0.988, 0.9755],
      0.95,
      0.004864874099090328,
      0.9756394609753657,
      0.9877205390246345,
    ],
    [[1, 2], 0.95, 0.7071067811865476, -4.853102368087347, 7.853102368087347],
    [[3, 1, 4, 1, 5, 9, 2, 6], 0.95, 2.748376143938713, 1.5773000431592457, 6.172699956840754],
    [
      Array.from({ length: 25 }, (_, i) => i + 1),
      0.95,
      7.359800721939872,
      9.962023575223881,
      16.03797642477612,
    ],
  ];
  for (const [values, confidence, sd, low, high] of expected) {
    const interval = meanAndInterval(values, { confidence });
    assertAlmostEquals(interval.sd, sd, 1e-12);
    assertAlmostEquals(interval.low, low, 1e-12);
    assertAlmostEquals(interval.high, high, 1e-12);
  }
});

Deno.test("meanAndInterval() uses the t quantiles of the tables for many and few values", () => {
  // The half width is t · sd / √n, so the quantile can be read back.
  const quantiles: [number, number, number][] = [
    [1, 12.706204736174694, 63.656741162871526],
    [2, 4.302652729749462, 9.924843200918287],
    [3, 3.1824463052837078, 5.840909309733355],
    [4, 2.7764451051977934, 4.604094871349992],
    [10, 2.228138851986274, 3.16927267261695],
    [100, 1.9839715185235518, 2.6258905214380173],
  ];
  for (const [degrees, t95, t99] of quantiles) {
    const values = Array.from({ length: degrees + 1 }, (_, i) => i);
    for (const [confidence, t] of [[0.95, t95], [0.99, t99]] as const) {
      const { mean, sd, high } = meanAndInterval(values, { confidence });
      assertAlmostEquals((high - mean) / sd * Math.sqrt(degrees + 1), t, 1e-10);
    }
  }
});

Deno.test("meanAndInterval() knows no spread of one value, and none at all of equal values", () => {
  assertEquals(meanAndInterval([0.98]), { mean: 0.98, sd: NaN, low: NaN, high: NaN });
  assertEquals(meanAndInterval([3, 3, 3]), { mean: 3, sd: 0, low: 3, high: 3 });
  assertThrows(() => meanAndInterval([]), DescentError, "at least one value, got none");
});
