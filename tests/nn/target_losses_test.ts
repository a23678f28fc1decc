/** Losses that are trained with: their means and gradients beside PyTorch's, on every executor, through `fit`. */
import { assert, assertAlmostEquals, assertEquals, assertRejects, assertThrows } from "@std/assert";
import { DescentError } from "../../src/core/errors.ts";
import { sizeOf } from "../../src/core/tensor.ts";
import type { DataSet } from "../../src/data/data_set.ts";
import type { Executor } from "../../src/exec/executor.ts";
import { crossEntropy } from "../../src/nn/cross_entropy.ts";
import { dense } from "../../src/nn/dense.ts";
import { flatten } from "../../src/nn/flatten.ts";
import type { Loss } from "../../src/nn/loss.ts";
import * as losses from "../../src/nn/losses.ts";
import { type Model, sequential, type Weights } from "../../src/nn/model.ts";
import { fit } from "../../src/train/fit.ts";
import { everyExecutor } from "../ops/forward.ts";
import { LEARNING_RATE, lossStep } from "./loss_step.ts";

/** What vectors/make_losses.py writes. */
interface Vectors {
  readonly cases: readonly LossCase[];
}

interface LossCase {
  readonly loss: string;
  readonly options: Readonly<Record<string, never>>;
  readonly inputShape: readonly number[];
  readonly inputs: readonly number[];
  readonly weights: readonly number[];
  readonly bias: readonly number[];
  readonly classes?: readonly number[];
  readonly targets?: readonly number[];
  readonly rowWeights?: readonly number[];
  readonly mean: number;
  readonly dWeights: readonly number[];
  readonly dBias: readonly number[];
}

const { cases: CASES }: Vectors = JSON.parse(
  await Deno.readTextFile(new URL("../vectors/losses.json", import.meta.url)),
);

const { sumOfLosses, ...others } = losses;
const BUILD: Readonly<Record<string, (options: LossCase["options"]) => Loss>> = { ...others, crossEntropy };

const EXECUTORS = await everyExecutor();
const [REFERENCE] = EXECUTORS;
const ROWS = 5;
function setOf({ inputs, inputShape, classes, targets, rowWeights }: LossCase): DataSet {
  return {
    inputs: Float32Array.from(inputs),
    inputShape,
    ...(classes && { targets: Uint16Array.from(classes) }),
    ...(targets && { targets: Float32Array.from(targets) }),
    ...(rowWeights && { weights: Float32Array.from(rowWeights) }),
  };
}

function modelOf({ inputShape, bias }: LossCase): Model {
  const last = dense(bias.length);
  return sequential(inputShape, inputShape.length === 1 ? [last] : [flatten(), last]);
}

function weightsOf(model: Model, { weights, bias }: LossCase): Weights {
  const [first, second] = model.parameters.map(({ node }) => node.label);
  return new Map([[first!, Float32Array.from(weights)], [second!, Float32Array.from(bias)]]);
}

function labelOf({ loss, options, inputShape, rowWeights }: LossCase): string {
  return `${loss} ${JSON.stringify(options)} of [${inputShape}]${rowWeights ? ", rows weigh" : ""}`;
}

/** How far a number may be off: float32 rounds a step between weights of this size. */
function errorOf(executor: Executor, largest: number): number {
  return executor === REFERENCE ? 1e-12 * (1 + largest) : 2e-6 + 2e-7 * largest / LEARNING_RATE;
}

async function followsPytorch(executor: Executor, cases: readonly LossCase[]): Promise<void> {
  for (const one of cases) {
    const model = modelOf(one), weights = weightsOf(model, one);
    const loss = BUILD[one.loss]!(one.options);
    const { mean, gradients } = await lossStep(executor, model, { train: setOf(one), loss, weights });
    const relative = executor === REFERENCE ? 1e-12 : 1e-6;
    assertAlmostEquals(mean, one.mean, relative * Math.max(1, Math.abs(one.mean)), labelOf(one));
    const error = errorOf(executor, Math.max(...one.weights.map(Math.abs)));
    [...gradients.values()].forEach((found, i) => {
      const expected = [one.dWeights, one.dBias][i]!;
      assertEquals(found.length, expected.length);
      expected.forEach((value, at) => assertAlmostEquals(found[at]!, value, error, labelOf(one)));
    });
  }
}

for (const executor of EXECUTORS) {
  for (const loss of new Set(CASES.map(({ loss }) => loss))) {
    Deno.test(`${loss}() and its gradient are PyTorch's with every option, on ${executor.name}`, async () => {
      const cases = CASES.filter((one) => one.loss === loss);
      assert(cases.length >= 4, loss);
      // A plan takes the software adapter long: one of those with the same kernels is enough.
      const kinds = new Map(cases.map((one) => [kernelsOf(one), one]));
      await followsPytorch(executor, executor.name === "webgpu" ? [...kinds.values()] : cases);
    });
  }
}

/** What makes another plan, and numbers of another size. */
function kernelsOf({ options, bias, weights, rowWeights }: LossCase): string {
  const size = Math.ceil(Math.log10(Math.max(...weights)));
  return [Object.keys(options), bias.length, rowWeights !== undefined, size].join();
}

Deno.test("sumOfLosses() is the sum of means and of gradients, of as many losses as there are", async () => {
  const one = (name: string) => CASES.find(({ loss, bias }) => loss === name && bias.length === 3)!;
  const names = ["meanSquaredError", "meanAbsoluteError", "huber"], found = names.map(one);
  const shares = [0.7, 0.2, -1.5, 0.5, 0.25, 2, 1, 0.125, 3];
  const parts = shares.map((share, i) => [BUILD[names[i % 3]!]!(found[i % 3]!.options), share] as const);
  const loss = sumOfLosses(parts), train = setOf(found[0]!), model = modelOf(found[0]!);
  const of = (pick: (one: LossCase) => number) =>
    shares.reduce((sum, share, i) => sum + share * pick(found[i % 3]!), 0);
  for (const executor of EXECUTORS) {
    const weights = weightsOf(model, found[0]!),
      step = await lossStep(executor, model, { train, loss, weights });
    assertAlmostEquals(step.mean, of(({ mean }) => mean), 1e-5);
    const dWeights = step.gradients.get("dense_1/weights")!;
    dWeights.forEach((value, at) => assertAlmostEquals(value, of((one) => one.dWeights[at]!), 1e-5));
  }
});

Deno.test("sumOfLosses() of one loss is that loss, class weights and all", async () => {
  const [one] = CASES.filter(({ options, rowWeights }) => "classWeights" in options && rowWeights);
  const loss = sumOfLosses([[crossEntropy(one!.options), 3]]), model = modelOf(one!);
  const found = await lossStep(REFERENCE!, model, {
    train: setOf(one!),
    loss,
    weights: weightsOf(model, one!),
  });
  assertAlmostEquals(found.mean, 3 * one!.mean, 1e-12);
  found.gradients.get("dense_1/bias")!.forEach((value, i) =>
    assertAlmostEquals(value, 3 * one!.dBias[i]!, 1e-12)
  );
});

Deno.test("sumOfLosses() refuses what cannot be added up, with what can be done", () => {
  const { meanSquaredError, reconstructionError } = losses;
  const wrong: [() => unknown, string][] = [
    [
      () => sumOfLosses([]),
      "A sum of losses is of pairs, as [[meanSquaredError(), 1], [meanAbsoluteError(), 0.1]], got []",
    ],
    [
      () => sumOfLosses([[meanSquaredError(), NaN]]),
      "The mean squared error of a sum weighs NaN: give a finite number",
    ],
    [
      () => sumOfLosses([[crossEntropy(), 1], [meanSquaredError(), 1]]),
      "The softmax cross-entropy compares with classes, the mean squared error with values: a set has targets of one kind",
    ],
    [
      () => sumOfLosses([[crossEntropy({ classWeights: [1, 2] }), 1], [reconstructionError(), 1]]),
      "A sum of losses cannot divide by the classWeights of one of them: give the rows weights instead",
    ],
    [
      () => sumOfLosses([[crossEntropy({ ignore: 1 }), 1], [crossEntropy({ ignore: 2 }), 1]]),
      "One loss of a sum ignores class 1, another class 2: rows count in all, or in none",
    ],
  ];
  for (const [make, sentence] of wrong) assertEquals(assertThrows(make, DescentError).message, sentence);
});

Deno.test("losses refuse settings that are out of range, with the value", () => {
  const wrong: [() => unknown, string][] = [
    [() => losses.huber({ delta: 0 }), "The delta of huber() must be a positive number, got 0"],
    [() => losses.huber({ delta: Infinity }), "The delta of huber() must be a positive number, got Infinity"],
    [
      () => crossEntropy({ labelSmoothing: 1 }),
      "The labelSmoothing must be 0 or more and below 1, got 1",
    ],
    [
      () => crossEntropy({ classWeights: [1, -1] }),
      "The classWeights must be a list of numbers of 0 or more, one for each class, got [1,-1]",
    ],
    [
      () => crossEntropy({ classWeights: [0, 0] }),
      "The classWeights are all 0, got [0,0]: give one that counts a number above 0",
    ],
    [
      () => crossEntropy({ ignore: -100 }),
      "The class to ignore must be an index, a whole number of 0 or more, got -100",
    ],
  ];
  for (const [make, sentence] of wrong) assertEquals(assertThrows(make, DescentError).message, sentence);
});

Deno.test("rows are as many as the vectors say", () => {
  assert(CASES.every(({ inputs, inputShape }) => inputs.length === ROWS * sizeOf(inputShape)));
});

Deno.test("binary cross-entropies refuse numbers that are no probabilities, with set and row", async () => {
  const model = sequential(2, [dense(2)]), executor = REFERENCE!;
  const inputs = Float32Array.of(0, 1, 1, -0.5), targets = Float32Array.of(0, 1, 1, 2), inputShape = [2];
  const bytes = { inputs: Uint8Array.of(0, 128, 255, 0), scaling: { scale: 1 / 128 } };
  const cases: readonly (readonly [Loss, string, Partial<DataSet>?])[] = [
    [
      losses.binaryCrossEntropy(),
      "The binary cross-entropy compares with numbers from 0 to 1, but the targets of the train set hold 2 in row 1: " +
      "scale them, or take another loss",
    ],
    [
      sumOfLosses([[losses.reconstructionCrossEntropy(), 1]]),
      "The reconstruction cross-entropy compares with numbers from 0 to 1, but the inputs of the train set hold -0.5 in " +
      "row 1: scale them, or take another loss",
    ],
    [
      losses.reconstructionCrossEntropy(),
      "The reconstruction cross-entropy compares with numbers from 0 to 1, but the inputs of the train set hold " +
      "1.9921875 in row 1: scale them, or take another loss",
      bytes,
    ],
  ];
  for (const [loss, sentence, more] of cases) {
    const train = { inputs, targets, inputShape, ...more };
    const error = await assertRejects(() => fit(model, { train }, { loss, executor }), DescentError);
    assertEquals(error.message, sentence);
  }
});

Deno.test("a sum of losses refuses a model whose output one of them cannot compare", async () => {
  const model = sequential(2, [dense(1)]), executor = REFERENCE!;
  const train = { inputs: Float32Array.of(0, 1, 1, 0), targets: Float32Array.of(0, 1), inputShape: [2] };
  const loss = losses.sumOfLosses([[losses.meanSquaredError(), 1], [losses.reconstructionError(), 1]]);
  await assertRejects(
    () => fit(model, { train }, { loss, executor }),
    DescentError,
    "The model gives [1], the inputs have 2 values a row: the mean squared reconstruction error compares each with one value",
  );
});
