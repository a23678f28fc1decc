/** One set made into three: which rows go where, and what goes with them. */
import { assert, assertAlmostEquals, assertEquals, assertNotEquals, assertThrows } from "@std/assert";
import { DescentError } from "../../src/core/errors.ts";
import { randomWords, STREAM } from "../../src/core/random.ts";
import { countRows, type DataSet, SPLIT_NAMES, type Splits, takeRows } from "../../src/data/data_set.ts";
import { splitData, type SplitDataOptions } from "../../src/data/split_data.ts";

/** Row r holds r in its inputs, its weight and, as values, its targets. */
function setOf(rows: number, targets: DataSet["targets"]): DataSet {
  return {
    inputs: Float32Array.from({ length: 2 * rows }, (_, i) => Math.floor(i / 2)),
    inputShape: [2],
    ...(targets && { targets }),
    weights: Float32Array.from({ length: rows }, (_, row) => row),
  };
}

/** Which rows a set holds. */
function rowsIn(set: DataSet | undefined): readonly number[] {
  return set === undefined ? [] : Array.from(set.inputs).filter((_value, i) => i % 2 === 0);
}

function counts(splits: Splits): readonly number[] {
  return SPLIT_NAMES.map((name) => countRows(splits[name]));
}

/** Classes of very different sizes. */
const CLASSES = Uint8Array.from(randomWords(503, { seed: 3, stream: STREAM.test }), (word) => {
  const share = word / 2 ** 32;
  return share < 0.6 ? 0 : share < 0.9 ? 1 : share < 0.99 ? 2 : 200;
});

const SHARES: readonly SplitDataOptions[] = [
  {},
  { test: 0.2 },
  { validation: 0.1, test: 0.1 },
  { validation: 0.3, test: 0.6 },
  { validation: 17, test: 0.5 },
  { validation: 1, test: 1 },
  { validation: 251, test: 251 },
];

Deno.test("no row is lost or there twice, and as many are held out as asked for", () => {
  const set = setOf(503, CLASSES), all = Array.from({ length: 503 }, (_, row) => row);
  for (const shares of SHARES) {
    for (const stratify of [false, true]) {
      const splits = splitData(set, { ...shares, stratify });
      const rows = SPLIT_NAMES.flatMap((name) => rowsIn(splits[name]));
      assertEquals(rows.toSorted((a, b) => a - b), all);
      const asked = [shares.validation ?? 0, shares.test ?? 0].map((part) =>
        part < 1 ? Math.round(503 * part) : part
      );
      assertEquals(counts(splits), [503 - asked[0]! - asked[1]!, ...asked]);
      assertEquals(["validation" in splits, "test" in splits], asked.map((count) => count > 0));
    }
  }
});

Deno.test("inputs, targets, weights and what bytes stand for follow their rows", () => {
  const bytes = { inputs: Uint8Array.of(0, 0, 1, 1, 2, 2, 3, 3), inputShape: [1, 2], scaling: { scale: 2 } };
  const sets: DataSet[] = [
    setOf(60, Float32Array.from({ length: 180 }, (_, i) => Math.floor(i / 3))),
    setOf(60, Uint32Array.from({ length: 60 }, (_, row) => row)),
    { ...bytes, targets: Uint16Array.of(0, 1, 2, 3), classNames: ["a", "b", "c", "d"] },
    { ...bytes, inputs: Buffer8.from(bytes.inputs), weights: Float32Array.of(0, 1, 2, 3) },
  ];
  for (const set of sets) {
    const splits = splitData(set, { test: 0.25 });
    for (const part of [splits.train, splits.test!]) {
      for (const [at, row] of rowsIn(part).entries()) {
        if (part.weights) assertEquals(part.weights[at], row);
        const columns = (part.targets?.length ?? 0) / countRows(part);
        for (let c = 0; c < columns; c++) assertEquals(part.targets![at * columns + c], row);
      }
      assertEquals([part.scaling, part.classNames, part.inputShape], [
        set.scaling,
        set.classNames,
        set.inputShape,
      ]);
      assertEquals(part.targets?.constructor, set.targets?.constructor);
      assertEquals(part.weights === undefined, set.weights === undefined);
    }
  }
});

/** As Node's `Buffer` is one: a kind of `Uint8Array`. */
class Buffer8 extends Uint8Array {}

Deno.test("with stratify each class is held out in the share of all, give or take a row", () => {
  const set = setOf(503, CLASSES), sizes = new Map<number, number>();
  for (const index of CLASSES) sizes.set(index, (sizes.get(index) ?? 0) + 1);
  assertEquals([...sizes.keys()].sort((a, b) => a - b), [0, 1, 2, 200]);
  for (const shares of SHARES.slice(1)) {
    for (const seed of [1, 2]) {
      const splits = splitData(set, { ...shares, stratify: true, seed });
      for (const name of ["validation", "test"] as const) {
        if (splits[name] === undefined) continue;
        const share = countRows(splits[name]) / 503, { targets } = splits[name];
        for (const [index, size] of sizes) {
          const held = Array.from(targets!).filter((one) => one === index).length;
          assert(Math.abs(held - share * size) < 1, `${held} of ${size} of class ${index}, share ${share}`);
        }
      }
    }
  }
  const even = splitData(setOf(100, Uint8Array.from({ length: 100 }, (_, row) => row % 4)), {
    ...{ validation: 0.2, test: 0.4, stratify: true },
  });
  for (const [name, count] of [["train", 10], ["validation", 5], ["test", 10]] as const) {
    for (let index = 0; index < 4; index++) {
      assertEquals(Array.from(even[name]!.targets!).filter((one) => one === index).length, count);
    }
  }
});

Deno.test("rows are chosen at random, the same for one seed, and lie in random order", () => {
  const set = setOf(300, Uint8Array.from({ length: 300 }, (_, row) => row < 150 ? 0 : 1));
  for (const stratify of [false, true]) {
    const options = { validation: 0.2, test: 0.2, stratify };
    assertEquals(splitData(set, options), splitData(set, { ...options, seed: 1 }));
    assertNotEquals(
      rowsIn(splitData(set, options).test),
      rowsIn(splitData(set, { ...options, seed: 2 }).test),
    );
    for (const part of Object.values(splitData(set, options))) {
      const rows = rowsIn(part), mean = rows.reduce((sum, row) => sum + row, 0) / rows.length;
      assertAlmostEquals(mean, 149.5, 35);
      // Half of all neighbours go up, give or take.
      const up = rows.filter((row, i) => i > 0 && row > rows[i - 1]!).length;
      assertAlmostEquals(up / rows.length, 0.5, 0.15);
    }
  }
});

Deno.test("a class that a loss is to pass over may be in a set with names for the others", () => {
  const set = { ...setOf(8, Uint8Array.of(0, 1, 255, 0, 1, 255, 0, 1)), classNames: ["no", "yes"] };
  assertEquals(counts(splitData(set, { test: 0.5, stratify: true })), [4, 0, 4]);
});

Deno.test("splits that cannot be are refused with the way out", () => {
  const set = setOf(10, Uint8Array.of(0, 0, 0, 0, 0, 1, 1, 1, 1, 1));
  const wrong: [DataSet, SplitDataOptions, string][] = [
    [set, { validation: 0.5, test: 0.5 }, "Of 10 rows, 5 to validate and 5 to test leave none to train on"],
    [set, { test: 10 }, "Of 10 rows, 0 to validate and 10 to test leave none to train on"],
    [set, { test: 0.01 }, "Of 10 rows a test part of 0.01 is none: give a number of rows from 1 on"],
    [
      set,
      { test: 1.5 },
      "The test part must be a share from 0 to below 1 or a whole number of rows, got 1.5",
    ],
    [
      set,
      { validation: -1 },
      "The validation part must be a share from 0 to below 1 or a whole number of rows, got -1",
    ],
    [
      set,
      { validation: NaN },
      "The validation part must be a share from 0 to below 1 or a whole number of rows, got NaN",
    ],
    [
      setOf(10, new Float32Array(10)),
      { test: 2, stratify: true },
      "stratify goes by class indices, but the targets are values: leave it out",
    ],
    [
      setOf(10, undefined),
      { test: 2, stratify: true },
      "stratify goes by class indices, but the targets are left out: leave it out",
    ],
    [
      setOf(10, new Uint8Array(9)),
      {},
      "The given set has 10 rows, but 9 targets: give each row one class index",
    ],
    [set, { seed: -1 }, "Seed must be a whole number from 0 to 2^53 - 1, got -1"],
  ];
  for (const [given, options, sentence] of wrong) {
    assertEquals(assertThrows(() => splitData(given, options), DescentError).message, sentence);
  }
});

Deno.test("takeRows() gives what is asked for, in that order, twice too, and refuses rows that are none", () => {
  const set = setOf(4, Uint8Array.of(3, 2, 1, 0));
  const { targets, weights } = takeRows(set, Uint32Array.of(2, 0, 2));
  assertEquals([[...targets!], [...weights!]], [[1, 3, 1], [2, 0, 2]]);
  assertEquals(countRows(takeRows(set, [])), 0);
  for (const row of [4, -1, 0.5, NaN]) {
    assertThrows(
      () => takeRows(set, [0, row]),
      DescentError,
      `There is no row ${row}: the set has 4 rows, counted from 0`,
    );
  }
});
