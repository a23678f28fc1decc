/** What seeds can tell, and what follows for printed numbers and claims. */
import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import { rankingOf } from "../../experiments/commands/forensics.ts";
import { explain } from "../../experiments/reports/explain.ts";
import { QUESTIONS } from "../../experiments/reports/hypotheses.ts";
import type { NumberItem } from "../../experiments/reports/item.ts";
import {
  inWords,
  judgeEach,
  judgeLarger,
  judgeWithin,
  pairedBySeed,
  prediction,
  seedsToDecide,
  signFlipBounds,
  together,
} from "../../experiments/reports/statistics.ts";
import { asPrinted, judgeNumber, oursInWords } from "../../experiments/reports/verdict.ts";
import { textTable } from "../../src/core/text_table.ts";
import { factsOf, type RunFacts } from "../../src/runs/facts.ts";

/** A run of a seed with some numbers. */
export function runWith(seed: number, numbers: Readonly<Record<string, number>>): RunFacts {
  return { ...factsOf({ path: "", id: `run-${seed}`, state: "finished" }), seed, numbers };
}

const NUMBER: NumberItem = {
  kind: "number",
  id: "X-1",
  place: "Table 1",
  words: "test accuracy",
  published: 0.98,
  digits: 4,
  rule: "equal",
  images: 3795,
  ours: { experiment: "q1-adam" },
  number: "test.accuracy",
};

Deno.test("with five differences the bounds are the least and the largest: one pattern of 32 is rarer than 5%", () => {
  const { mean, low, high } = signFlipBounds([0.3, 0.1, 0.2, 0.5, 0.4]);
  assertAlmostEquals(mean, 0.3);
  assertAlmostEquals(low, 0.1, 1e-9);
  assertAlmostEquals(high, 0.5, 1e-9);
});

Deno.test("with ten differences the bounds are nearer to the mean than the extremes", () => {
  const differences = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10];
  const { low, high } = signFlipBounds(differences);
  assert(low > 3 && low < 5.5 && high > 5.5 && high < 8);
  // What is symmetric stays so.
  assertAlmostEquals(low + high, 11, 1e-6);
});

Deno.test("with thirty differences patterns are drawn, and the bounds are those of a normal mean", () => {
  const differences = Array.from({ length: 30 }, (_, i) => 1 + Math.sin(i * 1.7));
  const { mean, low, high } = signFlipBounds(differences);
  const sd = Math.sqrt(differences.reduce((sum, value) => sum + (value - mean) ** 2, 0) / 29);
  assertAlmostEquals(high - low, 2 * 1.70 * sd / Math.sqrt(30), 0.06);
});

Deno.test("fewer than five seeds decide nothing, and the answer says how many would", () => {
  const judged = judgeLarger("a is larger", [1, 1.1, 0.9]);
  assertEquals([judged.verdict, judged.seeds], ["undecided", 3]);
  assert(judged.measured.includes("about 5 seeds would decide"));
});

Deno.test("an order holds, fails or stays open by the bound that decides it", () => {
  assertEquals(judgeLarger("", [1, 2, 1, 3, 2]).verdict, "holds");
  assertEquals(judgeLarger("", [-1, -2, -1, -3, -2]).verdict, "fails");
  assertEquals(judgeLarger("", [1, -2, 1, -3, 2]).verdict, "undecided");
  assertEquals(judgeLarger("", []).verdict, "not run");
});

Deno.test("two numbers are alike only where both bounds are within the margin", () => {
  assertEquals(judgeWithin("", [0.1, -0.1, 0.2, 0, 0.1], 0.5).verdict, "holds");
  assertEquals(judgeWithin("", [1, 1.1, 1.2, 0.9, 1], 0.5).verdict, "fails");
  assertEquals(judgeWithin("", [0.4, 0.6, 0.3, 0.7, 0.5], 0.5).verdict, "undecided");
});

Deno.test("runs are paired by their seeds; a seed of one side alone is left out", () => {
  const first = [runWith(1, { a: 3 }), runWith(2, { a: 5 }), runWith(4, { a: 9 })];
  const second = [runWith(2, { a: 1 }), runWith(1, { a: 1 }), runWith(3, { a: 0 })];
  assertEquals(pairedBySeed(first, second, ({ numbers }) => numbers.a), [2, 4]);
});

Deno.test("what single runs show holds in all, fails in none, and is mixed otherwise", () => {
  const runs = [runWith(1, { dead: 0 }), runWith(2, { dead: 2 })];
  const judge = (least: number) =>
    judgeEach("", runs, ({ numbers }) => numbers.dead! >= least, () => "counted").verdict;
  assertEquals([judge(0), judge(1), judge(3)], ["holds", "mixed", "fails"]);
  assertEquals(judgeEach("", [], () => true, () => "").verdict, "not run");
});

Deno.test("a claim holds where all its parts do; one part that fails is enough against it", () => {
  const part = (verdict: "holds" | "fails" | "undecided" | "not run") => ({
    words: "",
    measured: "",
    verdict,
    seeds: 5,
  });
  assertEquals(together([part("holds"), part("holds")]), "holds");
  assertEquals(together([part("holds"), part("fails"), part("undecided")]), "fails");
  assertEquals(together([part("holds"), part("undecided")]), "undecided");
  assertEquals(together([]), "not run");
});

Deno.test("a smaller difference of the same spread takes more seeds", () => {
  assert(seedsToDecide([0.1, -0.2, 0.3, 0.1, 0]) > seedsToDecide([1.1, 0.8, 1.3, 1.1, 1]));
});

Deno.test("differences are told with their sign and bounds", () => {
  assertEquals(
    inWords({ mean: -0.00001, low: -0.002, high: 0.002 }, { digits: 3 }),
    "0.000 (−0.002 to 0.002)",
  );
  assertEquals(
    inWords({ mean: Math.log(807_456.7), low: 0, high: Math.log(1e6) }, { digits: 2, factor: true }),
    "807,000 times (1.00 to 1,000,000)",
  );
  const bounds = { mean: 0.0012, low: -0.0005, high: 0.0029 };
  assertEquals(inWords(bounds, { digits: 2, scale: 100, unit: " points" }), "+0.12 points (−0.05 to 0.29)");
  assertEquals(
    inWords({ mean: Math.log(2), low: 0, high: Math.log(4) }, { digits: 1, factor: true }),
    "2.0 times (1.0 to 4.0)",
  );
});

Deno.test("one more run is predicted wider than the mean is known", () => {
  const { mean, low, high } = prediction([1, 2, 3, 4, 5]);
  assertEquals(mean, 3);
  // t(4) = 2.776, sd √2.5, √(1 + 1/5).
  assertAlmostEquals(high - mean, 2.776 * Math.sqrt(2.5) * Math.sqrt(1.2), 0.001);
  assertAlmostEquals(mean - low, high - mean, 1e-12);
});

const FIVE = [0.979, 0.981, 0.98, 0.982, 0.978];

Deno.test("a printed number is reproduced where one more run of five or more would lie", () => {
  assertEquals(judgeNumber(NUMBER, FIVE).verdict, "reproduced");
  assertEquals(judgeNumber({ ...NUMBER, published: 0.9862, images: 100_000_000 }, FIVE).verdict, "differs");
});

Deno.test("a share outside of ours is close where its own images' chance reaches our mean", () => {
  const tight = [0.9799, 0.98, 0.9801, 0.98, 0.98];
  assertEquals(judgeNumber({ ...NUMBER, published: 0.983 }, tight).verdict, "close");
  assertEquals(judgeNumber({ ...NUMBER, published: 0.983, images: 200_000 }, tight).verdict, "differs");
});

Deno.test("an error has no chance of images: it is reproduced or differs, by the same rule", () => {
  const { images: _, ...error } = { ...NUMBER, published: 0.01037, digits: 5 };
  assertEquals(judgeNumber(error, [0.0103, 0.0104, 0.0105, 0.0103, 0.0104]).verdict, "reproduced");
  assertEquals(judgeNumber(error, [0.0098, 0.0099, 0.0098, 0.0099, 0.0098]).verdict, "differs");
});

Deno.test("four seeds reproduce nothing, and one run says so", () => {
  assertEquals(judgeNumber(NUMBER, FIVE.slice(0, 4)).verdict, "close");
  const one = judgeNumber(NUMBER, [0.9799]);
  assertEquals(one.verdict, "close");
  assert(one.why.startsWith("One run"));
  assertEquals(judgeNumber({ ...NUMBER, images: undefined! }, [0.9]).verdict, "undecided");
});

Deno.test("above 400 is a bound: more is reproduced, however much more", () => {
  const above: NumberItem = { ...NUMBER, rule: "above", published: 400, digits: 0 };
  assertEquals(judgeNumber(above, [411, 412, 410, 411, 412]).verdict, "reproduced");
  assertEquals(judgeNumber(above, [811, 812, 810, 811, 812]).verdict, "reproduced");
  assertEquals(judgeNumber(above, [383, 382, 384, 383, 382]).verdict, "differs");
});

Deno.test("explain() counts deviations, takes what is beyond a bound for explained, and keeps means in their places", () => {
  const of = (values: Readonly<Record<string, number>>) =>
    [-1, 0, 1].map((step) =>
      runWith(step + 2, Object.fromEntries(Object.entries(values).map(([key, value]) => [key, value + step])))
    );
  const { images: _, ...plain } = { ...NUMBER, published: 10, digits: 0, number: "a" };
  const above: NumberItem = { ...plain, rule: "above", published: 400, number: "b" };
  // Values 19, 20, 21: spread 1, of one more run √(4/3); the printed 10 is rounded within ½, or ½/√3.
  const deviation = Math.sqrt(4 / 3 + 1 / 12);
  assertAlmostEquals(explain([plain], of({ a: 20 }))!.off, 10 / deviation, 1e-12);
  assertEquals(explain([above], of({ b: 411 })), {
    logLikelihood: -0,
    off: 0,
    within: 1,
    of: 1,
    means: [411],
  });
  assertAlmostEquals(explain([above], of({ b: 380 }))!.off, 20 / deviation, 1e-12);
  assertEquals(explain([plain, above], of({ b: 411 }))!.means, [undefined, 411]);
  // One that is sure of a number near the printed one explains it better than one that could be anywhere.
  const [near, anywhere] = [[10.4, 10.5, 10.6], [100, -60, 40]].map((values) =>
    explain([plain], values.map((a, i) => runWith(i, { a })))!
  );
  assert(near!.off > anywhere!.off && near!.logLikelihood > anywhere!.logLikelihood);
  assertEquals(explain([plain], of({ b: 1 })), undefined);
});

Deno.test("around 60 leaves room for what rounds to it", () => {
  const { images: _, ...around } = { ...NUMBER, published: 60, digits: 0, about: 5 };
  assertEquals(judgeNumber(around, [57.6, 57.7, 57.5, 57.6, 57.6]).verdict, "reproduced");
  assertEquals(judgeNumber(around, [50.1, 50.2, 50.1, 50, 50.1]).verdict, "differs");
});

Deno.test("times of another machine are judged by nobody", () => {
  assertEquals(judgeNumber({ ...NUMBER, rule: "time" }, FIVE).verdict, "not comparable");
  assertEquals(judgeNumber(NUMBER, []).verdict, "none");
});

Deno.test("numbers are shown as they are printed, counts over seeds with one digit more", () => {
  assertEquals(asPrinted({ published: 31625, digits: 0 }), "31,625");
  assertEquals(asPrinted(NUMBER), "0.9800");
  assertEquals(oursInWords(NUMBER, FIVE), { ours: "0.9800", sd: "0.0016" });
  const epochs: NumberItem = { ...NUMBER, published: 28, digits: 0 };
  assertEquals(oursInWords(epochs, [28]), { ours: "28" });
  assertEquals(oursInWords(epochs, [28, 29]), { ours: "28.5", sd: "0.7" });
});

Deno.test("every question of forensics is answered by a table with what is printed and a row for each reading", () => {
  for (const question of QUESTIONS) {
    const table = rankingOf(question, () => []), [printed] = table.rows;
    // Throws where a row has other columns than the headings.
    textTable(table);
    assertEquals(table.rows.length, 1 + question.hypotheses.length);
    assert(printed!.slice(5).every((number) => number !== ""), question.id);
  }
});
