/** Rows that count differently: by weights of their own, by their class, or not at all. */
import { assert, assertAlmostEquals, assertEquals, assertNotEquals } from "@std/assert";
import { normal, STREAM } from "../../src/core/random.ts";
import { countRows, type DataSet, takeRows } from "../../src/data/data_set.ts";
import type { Executor } from "../../src/exec/executor.ts";
import { crossEntropy } from "../../src/nn/cross_entropy.ts";
import { dense } from "../../src/nn/dense.ts";
import type { Loss } from "../../src/nn/loss.ts";
import { binaryCrossEntropy, meanSquaredError, reconstructionError } from "../../src/nn/losses.ts";
import { initializeWeights, sequential, type Weights } from "../../src/nn/model.ts";
import { withSparsity } from "../../src/nn/sparsity.ts";
import { sgd } from "../../src/optim/sgd.ts";
import { fit, type FitOptions } from "../../src/train/fit.ts";
import { predict } from "../../src/train/predict.ts";
import { everyExecutor } from "../ops/forward.ts";

const EXECUTORS = await everyExecutor();
const [REFERENCE] = EXECUTORS;
const COLUMNS = 4, CLASSES = 3;
const MODEL = sequential(COLUMNS, [
  dense(6, { activation: "tanh" }),
  dense(CLASSES),
]);
const OPTIONS = { batch: 1000, epochs: 3, optimizer: sgd({ learningRate: 0.2 }) } satisfies FitOptions;

/** Rows of three classes that lie apart, with some noise. */
function classSet(rows: number, seed = 1): DataSet & { readonly targets: Uint8Array } {
  const noise = normal(rows * COLUMNS, { seed, stream: STREAM.test });
  const targets = Uint8Array.from({ length: rows }, (_, row) => (row * 7 + (row >> 2)) % CLASSES);
  const inputs = Float32Array.from(
    noise,
    (value, i) => value + (i % COLUMNS === targets[Math.floor(i / COLUMNS)] ? 1 : 0),
  );
  return { inputs, inputShape: [COLUMNS], targets };
}

/** The same rows with values as targets. */
function valueSet(rows: number): DataSet & { readonly targets: Float32Array } {
  const { inputs, inputShape } = classSet(rows),
    spread = normal(rows * CLASSES, { seed: 9, stream: STREAM.test });
  return { inputs, inputShape, targets: Float32Array.from(spread, (value) => value > 0 ? 1 : 0) };
}

const LOSSES: readonly (readonly [Loss, DataSet])[] = [
  [crossEntropy(), classSet(11)],
  [crossEntropy({ classWeights: [1, 3, 0.25], labelSmoothing: 0.1 }), classSet(11)],
  [meanSquaredError(), valueSet(11)],
  [binaryCrossEntropy(), valueSet(11)],
];

function assertClose(found: Weights, expected: Weights, error: number, where: string): void {
  for (const [name, values] of expected) {
    values.forEach((value, i) =>
      assertAlmostEquals(found.get(name)![i]!, value, error, `${where}: ${name} ${i}`)
    );
  }
}

/** Rows 0, 1, 2 … as often as these counts say. */
function repeated(counts: readonly number[]): readonly number[] {
  return counts.flatMap((count, row) => new Array<number>(count).fill(row));
}

Deno.test("a row of weight 2 is the row twice, and one of weight 0 none: the same means and gradients", async () => {
  const counts = [1, 2, 0, 3, 1, 0, 1, 2, 1, 1, 4];
  for (const executor of EXECUTORS) {
    for (const [loss, set] of executor.name === "webgpu" ? LOSSES.slice(1, 3) : LOSSES) {
      const options = { ...OPTIONS, loss, executor };
      const weighed = await fit(MODEL, { train: { ...set, weights: Float32Array.from(counts) } }, options);
      const twice = await fit(MODEL, { train: takeRows(set, repeated(counts)) }, options);
      const error = executor === REFERENCE ? 1e-7 : 2e-6;
      assertClose(weighed.weights, twice.weights, error, `${loss.name} on ${executor.name}`);
      for (const [i, { loss: mean, accuracy }] of twice.history.entries()) {
        assertAlmostEquals(weighed.history[i]!.loss, mean, error);
        assertEquals(accuracy === undefined, loss.correct === undefined);
        assertAlmostEquals(weighed.history[i]!.accuracy ?? 0, accuracy ?? 0, 1e-7);
      }
      assertAlmostEquals(weighed.results.train!.loss, twice.results.train!.loss, error);
      if (executor !== REFERENCE) continue;
      assertNotEquals(twice.weights, (await fit(MODEL, { train: set }, options)).weights);
    }
  }
});

Deno.test("weights of 1 are no weights", async () => {
  for (const [loss, set] of LOSSES) {
    const options = { ...OPTIONS, batch: 4, loss, executor: REFERENCE! };
    const ones = await fit(MODEL, { train: { ...set, weights: new Float32Array(11).fill(1) } }, options);
    const none = await fit(MODEL, { train: set }, options);
    assertClose(ones.weights, none.weights, 1e-7, loss.name);
    assertAlmostEquals(ones.history[2]!.loss, none.history[2]!.loss, 1e-12);
  }
});

Deno.test("all weights times a number change nothing", async () => {
  const set = classSet(11), weights = Float32Array.from({ length: 11 }, (_, row) => 1 + row % 3);
  const trained = (times: number) => {
    const train = { ...set, weights: weights.map((weight) => weight * times) };
    return fit(MODEL, { train }, { ...OPTIONS, batch: 4, executor: REFERENCE! });
  };
  const [one, other] = [await trained(1), await trained(1024)];
  assertEquals(one.weights, other.weights);
  assertAlmostEquals(one.history[0]!.loss, other.history[0]!.loss, 1e-12);
});

/** Weighted means over a set by what the model gives, in float64. */
async function meansBy(
  weights: Weights,
  { targets, weights: rowWeights, ...set }: DataSet & { readonly targets: Uint8Array },
  { classWeights = [1, 1, 1], ignore = -1 } = {},
) {
  const logits = await predict({ model: MODEL, weights }, set.inputs, { executor: REFERENCE! });
  const sums = { loss: 0, divisor: 0, right: 0, weight: 0 };
  for (const [row, target] of targets.entries()) {
    if (target === ignore) continue;
    const z = Array.from(logits.subarray(row * CLASSES, (row + 1) * CLASSES)),
      weight = rowWeights?.[row] ?? 1;
    const loss = Math.log(z.reduce((sum, value) => sum + Math.exp(value), 0)) - z[target]!;
    sums.loss += weight * classWeights[target]! * loss;
    sums.divisor += weight * classWeights[target]!;
    sums.right += weight * Number(z.indexOf(Math.max(...z)) === target);
    sums.weight += weight;
  }
  return { loss: sums.loss / sums.divisor, accuracy: sums.right / sums.weight };
}

/** Nothing is learned, so that the epoch's means are those of one model. */
const STILL = sgd({ learningRate: 1e-30 });

Deno.test("means of an epoch are weighted over all its rows, whatever the batches, short ones too", async () => {
  const set = {
    ...classSet(29),
    weights: Float32Array.from({ length: 29 }, (_, row) => row % 5 === 0 ? 0 : row % 7),
  };
  const weights = initializeWeights(MODEL, 1);
  const cases = [{}, { classWeights: [0.5, 2, 5] }, { ignore: 1 }, { classWeights: [0.5, 2, 5], ignore: 0 }];
  for (const executor of EXECUTORS) {
    for (const settings of cases) {
      const expected = await meansBy(weights, set, settings);
      for (const batch of executor.name === "webgpu" ? [8] : [1, 8, 29]) {
        const { history, results } = await fit(MODEL, { train: set, test: set, validation: set }, {
          ...{ loss: crossEntropy(settings), batch, executor, weights },
          ...{ epochs: 1, optimizer: STILL, measureTest: true },
        });
        const [{ loss, accuracy, valLoss, valAccuracy, testLoss, testAccuracy }] = history as [
          typeof history[0],
        ];
        for (const [mean, right] of [[loss, accuracy], [valLoss, valAccuracy], [testLoss, testAccuracy]]) {
          assertAlmostEquals(mean!, expected.loss, 1e-6, `batch ${batch}`);
          assertAlmostEquals(right!, expected.accuracy, 1e-6, `batch ${batch}`);
        }
        assertAlmostEquals(results.train!.loss, expected.loss, 1e-6);
        assertAlmostEquals(results.train!.accuracy, expected.accuracy, 1e-6);
      }
    }
  }
});

Deno.test("dropLast leaves a short batch out of the means, too", async () => {
  const set = { ...classSet(29), weights: Float32Array.from({ length: 29 }, (_, row) => 1 + row % 7) };
  const weights = initializeWeights(MODEL, 1);
  const { history } = await fit(MODEL, { train: set }, {
    ...{ batch: 8, dropLast: true, shuffle: false, executor: REFERENCE! },
    ...{ epochs: 1, optimizer: STILL, weights, evaluate: [] },
  });
  const rows = Array.from({ length: 24 }, (_, row) => row);
  const first = { ...takeRows(set, rows), targets: set.targets.subarray(0, 24) };
  const expected = await meansBy(weights, first);
  assertAlmostEquals(history[0]!.loss, expected.loss, 1e-6);
  assertAlmostEquals(history[0]!.accuracy, expected.accuracy, 1e-6);
});

Deno.test("of sets with and without weights each is measured by its own; rows without weigh 1", async () => {
  const weighed = { ...classSet(13), weights: Float32Array.from({ length: 13 }, (_, row) => row % 4) };
  const plain = classSet(10, 2), weights = initializeWeights(MODEL, 1);
  const options = { executor: REFERENCE!, weights, epochs: 1, optimizer: STILL };
  for (const [train, test] of [[weighed, plain], [plain, weighed]] as const) {
    const { results, history } = await fit(MODEL, { train, test }, options);
    for (
      const [set, found] of [[train, results.train!], [test, results.test!], [train, history[0]!]] as const
    ) {
      const expected = await meansBy(weights, set);
      assertAlmostEquals(found.loss, expected.loss, 1e-6);
      assertAlmostEquals(found.accuracy, expected.accuracy, 1e-6);
    }
  }
});

Deno.test("a batch whose rows weigh nothing changes nothing and makes no NaN; a set of such rows has the loss 0", async () => {
  const set = classSet(8), weights = initializeWeights(MODEL, 1);
  const losses: Loss[] = [crossEntropy(), crossEntropy({ labelSmoothing: 0.2, classWeights: [1, 2, 3] })];
  for (const executor of EXECUTORS) {
    for (const loss of losses) {
      const train = { ...set, weights: new Float32Array(8) };
      const options = { ...OPTIONS, loss, executor, weights };
      const nothing = await fit(MODEL, { train }, { ...options, batch: 4 });
      assertEquals(nothing.weights, weights);
      assertEquals([nothing.history[2]!.loss, nothing.history[2]!.accuracy, nothing.results.train!.loss], [
        0,
        0,
        0,
      ]);
      // The second batch weighs nothing: what is learned is what the first alone teaches.
      const half = { ...set, weights: Float32Array.of(1, 2, 1, 1, 0, 0, 0, 0) };
      const two = await fit(MODEL, { train: half }, { ...options, batch: 4, shuffle: false });
      const first = { ...takeRows(set, [0, 1, 2, 3]), weights: half.weights.subarray(0, 4) };
      const one = await fit(MODEL, { train: first }, { ...options, batch: 4, shuffle: false });
      assertEquals(two.weights, one.weights);
      assertEquals(two.history.map(({ loss }) => loss), one.history.map(({ loss }) => loss));
    }
  }
});

Deno.test("rows of a class that is ignored count in no loss, accuracy or report, and may be of a class that is none", async () => {
  const set = classSet(24), kept = [...set.targets.keys()].filter((row) => row % 5 !== 0);
  const marked = { ...set, targets: set.targets.map((index, row) => row % 5 === 0 ? 255 : index) };
  const classNames = ["a", "b", "c"];
  for (const executor of EXECUTORS) {
    for (const names of executor === REFERENCE ? [{}, { classNames }] : [{ classNames }]) {
      const options = { ...OPTIONS, executor };
      const all = { ...marked, ...names },
        ignoring = await fit(
          MODEL,
          { train: all, validation: all, test: all },
          { ...options, loss: crossEntropy({ ignore: 255 }) },
        );
      const some = { ...takeRows(set, kept), ...names };
      const without = await fit(MODEL, { train: some, validation: some, test: some }, options);
      assertClose(ignoring.weights, without.weights, executor === REFERENCE ? 1e-7 : 2e-6, executor.name);
      for (const name of ["train", "validation", "test"] as const) {
        const [found, expected] = [ignoring.results[name]!, without.results[name]!];
        assertAlmostEquals(found.loss, expected.loss, 2e-6);
        assertAlmostEquals(found.accuracy, expected.accuracy, 1e-7);
        assertEquals(found.report, expected.report);
        assertEquals(found.confusion, expected.confusion);
        assertEquals(found.report.classes.reduce((sum, { support }) => sum + support, 0), kept.length);
      }
      assertAlmostEquals(ignoring.history[2]!.valAccuracy!, without.history[2]!.valAccuracy!, 1e-7);
    }
  }
});

Deno.test("a penalty looks at activations in the mean of the rows' weights, whatever their classes weigh", async () => {
  const set = classSet(10), weights = initializeWeights(MODEL, 1), executor = REFERENCE!;
  const model = sequential(COLUMNS, [
    dense(6, { activation: "sigmoid" }),
    dense(CLASSES),
  ]);
  const penaltyOf = async (loss: Loss) => {
    const named = withSparsity(loss, { layers: ["dense_1"], rho: 0.1, beta: 1 });
    const options = { ...OPTIONS, epochs: 1, loss: named, executor, weights };
    return (await fit(model, { train: set }, options)).history[0]!.penalty!;
  };
  const plain = await penaltyOf(crossEntropy());
  assert(plain > 0.1);
  assertAlmostEquals(await penaltyOf(crossEntropy({ classWeights: [7, 7, 7] })), plain, 1e-12);
  assertAlmostEquals(await penaltyOf(crossEntropy({ classWeights: [1, 20, 300] })), plain, 1e-12);
});

Deno.test("an autoencoder's rows may weigh, too", async () => {
  const { targets: _, ...set } = classSet(6), weights = Float32Array.of(1, 0, 2, 1, 0, 1);
  const model = sequential(COLUMNS, [
    dense(2, { activation: "tanh" }),
    dense(COLUMNS),
  ]);
  const trained = (train: DataSet, executor: Executor) =>
    fit(model, { train }, { ...OPTIONS, loss: reconstructionError(), executor });
  for (const executor of EXECUTORS) {
    const weighed = await trained({ ...set, weights }, executor);
    const twice = await trained(takeRows(set, [0, 2, 2, 3, 5]), executor);
    assertClose(weighed.weights, twice.weights, 1e-6, executor.name);
    assertEquals(countRows(set), 6);
  }
});
