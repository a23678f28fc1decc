/** What is measured of convolutional networks: dead kernels, when they converge, and how their maps move. */
import { assertAlmostEquals, assertEquals } from "@std/assert";
import { cnnModel } from "../../experiments/cnn.ts";
import { loadImages } from "../../experiments/lab/load_images.ts";
import {
  inactive,
  inactiveMaps,
  largestAnswers,
  shiftChanges,
  shownInputs,
} from "../../experiments/measures/feature_maps.ts";
import { epochsToTarget, kernelFindings } from "../../experiments/measures/kernel_findings.ts";
import type { ImageSet } from "../../src/data/mnist.ts";
import { initializeWeights } from "../../src/nn/model.ts";
import type { FitResult } from "../../src/train/fit.ts";
import type { Trained } from "../../src/train/saved.ts";
import { type TestPlace, withRunPlace } from "./run_place.ts";

function withImages(use: (place: TestPlace) => Promise<void>): Promise<void> {
  return withRunPlace({ train: 140, t10k: 30, size: 28 }, use);
}

async function testImages({ data }: TestPlace): Promise<ImageSet> {
  return (await loadImages({ first: { train: 140, test: 30 } }, { seed: 1, data })).test;
}

/** A network with kernels 3 and 15 of C1 dead, and kernel 1 of C2: their biases are far below zero. */
function withDeadKernels(): Trained {
  const model = cnnModel([28, 28], 10);
  const weights = new Map(initializeWeights(model, 2));
  for (const [name, dead] of [["conv2d_1/bias", [2, 14]], ["conv2d_3/bias", [0]]] as const) {
    const alive = name === "conv2d_1/bias" ? 1 : 1000;
    weights.set(name, weights.get(name)!.map((_, i) => dead.some((one) => one === i) ? -1000 : alive));
  }
  return { model, weights };
}

Deno.test("a kernel is dead when nothing that it answers is above zero, on the set or on an image", () =>
  withImages(async (place) => {
    const trained = withDeadKernels();
    const test = await testImages(place);
    const { executor } = place.choice;
    const answers = await largestAnswers(trained, test, executor);
    assertEquals(answers.map(({ name, largest }) => [name, inactive(largest)]), [["C1", [3, 15]], ["C2", [
      1,
    ]]]);
    const [input, ...others] = await shownInputs(trained, test, { count: 1, executor });
    assertEquals(others.length, 0);
    assertEquals(input!.layers.map((layer) => [layer.name, inactiveMaps(layer)]), [
      ["C1", [3, 15]],
      ["S1", [3, 15]],
      ["C2", [1]],
      ["S2", [1]],
    ]);
  }));

Deno.test("kernelFindings() counts what is dead, and averages the last ten epochs alone", () =>
  withImages(async (place) => {
    const history = Array.from({ length: 12 }, (_, i) => ({
      epoch: i + 1,
      loss: 1,
      accuracy: 1,
      testAccuracy: i < 2 ? 0 : 0.9 + 0.01 * (i % 2),
      seconds: 1,
      samplesPerSecond: 1,
    }));
    const result: FitResult = {
      ...withDeadKernels(),
      history,
      stopped: "last epoch",
      seconds: 1,
      end: { state: { epoch: 6, done: 0, updates: 6, tensors: new Map() }, trained: [], rows: 1, batch: 1 },
      results: {},
    };
    const { summary } = await kernelFindings(result, await testImages(place), place.choice.executor);
    assertEquals(summary.dead, { C1: 2, C2: 1 });
    assertEquals(summary.inactiveMaps, { C1: 2, C2: 1 });
    assertEquals(summary.epochsTo96, null);
    assertAlmostEquals(Number(summary.levelAccuracy), 0.905, 1e-12);
  }));

Deno.test("shiftChanges() measures how much maps change when the images move a pixel to the right", () =>
  withImages(async ({ choice: { executor } }) => {
    const model = cnnModel([28, 28], 10);
    const weights = new Map(Array.from(initializeWeights(model, 1), ([name, values]) => [
      name,
      // One kernel of C1 passes on the pixel at the top left of its window, all others answer nothing.
      name === "conv2d_1/weights" ? values.map((_, i) => i === 0 ? 1 : 0) : values.map(() => 0),
    ]));
    /** One image of a single pixel at row 4 and this column. */
    const dot = (column: number): ImageSet => ({
      inputs: Uint8Array.from({ length: 784 }, (_, at) => at === 4 * 28 + column ? 255 : 0),
      targets: Uint8Array.of(0),
      rows: 1,
      inputShape: [28, 28],
      classNames: ["0"],
    });
    // At column 4 it stays in its window of pooling, at column 5 it moves into the next; C2 answers nothing at all.
    for (const [column, pooled] of [[4, 0], [5, Math.SQRT2]] as const) {
      const { C1, S1, C2, S2 } = await shiftChanges({ model, weights }, dot(column), executor);
      assertAlmostEquals(C1!, Math.SQRT2, 1e-6);
      assertAlmostEquals(S1!, pooled, 1e-6);
      assertEquals([C2, S2], [null, null]);
    }
    // A pixel that leaves at the right edge of the image is gone: it does not come back on the left.
    const edge = await shiftChanges({ model, weights }, dot(19), executor);
    assertAlmostEquals(edge.C1!, 1, 1e-6);
  }));

Deno.test("epochsToTarget() is the first epoch with 0.96 on the test set", () => {
  const history = [0.9, 0.9599, 0.96, 0.95, 0.97].map((testAccuracy, i) => ({ epoch: i + 1, testAccuracy }));
  assertEquals(epochsToTarget(history), 3);
  assertEquals(epochsToTarget(history.slice(0, 2)), undefined);
});
