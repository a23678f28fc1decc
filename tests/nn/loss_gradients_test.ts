/** Gradients of whole models by every loss: beside differences, on threads, and on each executor. */
import { assertAlmostEquals, assertEquals } from "@std/assert";
import { normal, STREAM } from "../../src/core/random.ts";
import { sizeOf } from "../../src/core/tensor.ts";
import type { DataSet } from "../../src/data/data_set.ts";
import type { Executor } from "../../src/exec/executor.ts";
import { wasmExecutor } from "../../src/exec/wasm.ts";
import { conv2d } from "../../src/nn/conv2d.ts";
import { crossEntropy } from "../../src/nn/cross_entropy.ts";
import { dense } from "../../src/nn/dense.ts";
import { flatten } from "../../src/nn/flatten.ts";
import type { Loss } from "../../src/nn/loss.ts";
import * as losses from "../../src/nn/losses.ts";
import { initializeWeights, type Model, sequential } from "../../src/nn/model.ts";
import { sgd } from "../../src/optim/sgd.ts";
import { fit } from "../../src/train/fit.ts";
import { everyExecutor } from "../ops/forward.ts";
import { lossStep } from "./loss_step.ts";

const EXECUTORS = await everyExecutor();
const [REFERENCE] = EXECUTORS;

/** Data for gradients that are compared with differences: no targets at kinks, rows and classes that weigh. */
const SMOOTH: readonly (readonly [Loss, Partial<DataSet>])[] = [
  [losses.meanSquaredError(), { targets: values(18) }],
  [losses.meanAbsoluteError(), { targets: values(18) }],
  [losses.huber({ delta: 0.4 }), { targets: values(18), weights: Float32Array.of(1, 2, 0, 0.5, 1, 3) }],
  [losses.binaryCrossEntropy(), { targets: values(18).map((value) => 1 / (1 + Math.exp(-value))) }],
  [crossEntropy(), { targets: Uint8Array.of(0, 1, 2, 2, 1, 0) }],
  [
    crossEntropy({ classWeights: [1, 0.25, 3], labelSmoothing: 0.2, ignore: 255 }),
    { targets: Uint8Array.of(0, 1, 255, 2, 1, 0), weights: Float32Array.of(1, 2, 0, 0.5, 1, 3) },
  ],
  [losses.reconstructionError(), {}],
  [losses.reconstructionCrossEntropy(), { weights: Float32Array.of(1, 2, 0, 0.5, 1, 3) }],
  [losses.sumOfLosses([[losses.meanSquaredError(), 1], [losses.huber(), 0.5]]), { targets: values(18) }],
];

function values(count: number): Float32Array {
  return Float32Array.from(normal(count, { seed: 4, stream: STREAM.test }));
}

/** Two layers behind a convolution, so that gradients go through shapes of every rank. */
function smoothModel(loss: Loss): Model {
  const outputs = loss.compares === "inputs" ? 8 : 3;
  const head = [flatten(), dense(7, { activation: "tanh" }), dense(outputs)];
  return sequential([2, 2, 2], [conv2d(3, 2, { padding: "same", activation: "tanh" }), ...head]);
}

function smoothSet(more: Partial<DataSet>): DataSet {
  const inputs = values(6 * 8).map((value) => 1 / (1 + Math.exp(-value)));
  return { inputs, inputShape: [2, 2, 2], ...more };
}

for (const [loss, more] of SMOOTH) {
  Deno.test(`the gradient of a model by the ${loss.name} agrees with central differences`, async () => {
    const model = smoothModel(loss), train = smoothSet(more), weights = initializeWeights(model, 3);
    const { gradients } = await lossStep(REFERENCE!, model, { train, loss, weights });
    const meanAt = async (name: string, at: number, by: number) => {
      const moved = new Map(weights).set(
        name,
        weights.get(name)!.map((value, i) => i === at ? value + by : value),
      );
      const exact = moved.get(name)![at]! - weights.get(name)![at]!;
      return { exact, mean: (await lossStep(REFERENCE!, model, { train, loss, weights: moved })).mean };
    };
    for (const [name, found] of gradients) {
      for (let at = 0; at < found.length; at += Math.ceil(found.length / 5)) {
        const above = await meanAt(name, at, 2 ** -12), below = await meanAt(name, at, -(2 ** -12));
        const slope = (above.mean - below.mean) / (above.exact - below.exact);
        assertAlmostEquals(found[at]!, slope, 2e-6, `${name} ${at}`);
      }
    }
  });
}

Deno.test("training by every loss has the same bits on 1 and 2 threads, and on each executor the reference's numbers", async () => {
  const threads = [await wasmExecutor({ threads: 1 }), await wasmExecutor({ threads: 2 })];
  try {
    for (const [loss, more] of SMOOTH) {
      const model = smoothModel(loss), train = smoothSet(more);
      const options = { loss, epochs: 3, batch: 4, optimizer: sgd({ learningRate: 0.1 }) };
      const trained = (executor: Executor) => fit(model, { train }, { ...options, executor });
      const expected = await trained(REFERENCE!);
      const [one, two] = [await trained(threads[0]!), await trained(threads[1]!)];
      assertEquals(one.weights, two.weights, loss.name);
      assertEquals(one.results, two.results, loss.name);
      for (const executor of EXECUTORS.slice(1)) {
        const { weights, results } = await trained(executor);
        assertAlmostEquals(results.train!.loss, expected.results.train!.loss, 1e-5, loss.name);
        for (const [name, kept] of weights) {
          const exact = expected.weights.get(name)!;
          assertEquals(
            kept.length,
            sizeOf(model.parameters.find(({ node }) => node.label === name)!.node.type.shape),
          );
          kept.forEach((value, i) =>
            assertAlmostEquals(value, exact[i]!, 1e-5, `${loss.name} ${executor.name}`)
          );
        }
      }
    }
  } finally {
    for (const executor of threads) executor.close();
  }
});

Deno.test("reconstructionError() compares outputs of rank 3 with inputs of rank 3, 2 and 1", async () => {
  const model = sequential([2, 2, 2], [conv2d(2, 1)]);
  const weights = new Map([["conv2d_1/weights", Float32Array.of(1, 0, 0, 1)], [
    "conv2d_1/bias",
    Float32Array.of(0.5, -1),
  ]]);
  const inputs = values(3 * 8);
  for (const inputShape of [[2, 2, 2], [8]]) {
    const train = { inputs, inputShape };
    const { mean } = await lossStep(REFERENCE!, model, {
      train,
      loss: losses.reconstructionError(),
      weights,
    });
    assertAlmostEquals(mean, (0.25 + 1) / 2, 1e-7);
  }
});
