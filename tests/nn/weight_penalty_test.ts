/** Penalties on a layer's own weights: what they add to the loss, and how they move the weights. */
import { assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { DescentError } from "../../src/core/errors.ts";
import { conv2d } from "../../src/nn/conv2d.ts";
import { dense } from "../../src/nn/dense.ts";
import { flatten } from "../../src/nn/flatten.ts";
import { meanSquaredError } from "../../src/nn/losses.ts";
import { initializeWeights, sequential } from "../../src/nn/model.ts";
import { modelConfig, modelFromConfig } from "../../src/nn/registry.ts";
import { sgd } from "../../src/optim/mod.ts";
import { fit } from "../../src/train/fit.ts";
import { everyExecutor } from "../ops/forward.ts";

/** Inputs and targets of zeros: no gradient but the penalty's reaches a weight. */
const TRAIN = { inputs: new Float32Array(4 * 25), inputShape: [5, 5], targets: new Float32Array(4 * 2) };
const LAYERS = [conv2d(3, 3, { l2: 0.5 }), flatten(), dense(2, { l1: 0.25, l2: 0.125 })];

Deno.test("l1 and l2 draw the weights of their layers to 0, leave biases alone, and are told beside the loss", async () => {
  const model = sequential([5, 5], LAYERS), weights = initializeWeights(model, 3);
  const loss = meanSquaredError(), optimizer = sgd({ learningRate: 0.1 });
  for (const executor of await everyExecutor()) {
    const result = await fit(model, { train: TRAIN }, {
      executor,
      loss,
      optimizer,
      weights,
      epochs: 1,
      batch: 4,
    });
    const [kernel, other] = ["conv2d_1/weights", "dense_3/weights"].map((name) => weights.get(name)!);
    const [newKernel, newOther] = ["conv2d_1/weights", "dense_3/weights"].map((name) =>
      result.weights.get(name)!
    );
    kernel!.forEach((w, i) => assertAlmostEquals(newKernel![i]!, w - 0.1 * 2 * 0.5 * w, 1e-6));
    other!.forEach((w, i) => {
      assertAlmostEquals(newOther![i]!, w - 0.1 * (0.25 * Math.sign(w) + 2 * 0.125 * w), 1e-6);
    });
    assertEquals([...result.weights.get("dense_3/bias")!], [0, 0]);
    const sum = (values: Float32Array, of: (w: number) => number) =>
      values.reduce((all, w) => all + of(w), 0);
    const penalty = sum(kernel!, (w) => 0.5 * w * w) + sum(other!, (w) => 0.25 * Math.abs(w) + 0.125 * w * w);
    assertAlmostEquals(result.history[0]!.penalty!, penalty, 1e-5);
    assertEquals(result.history[0]!.loss, 0);
    executor.close();
  }
});

Deno.test("a frozen layer has no penalty, and penalties are saved with the model", async () => {
  const model = sequential([5, 5], LAYERS), [executor] = await everyExecutor();
  const options = {
    executor: executor!,
    loss: meanSquaredError(),
    epochs: 1,
    frozen: ["conv2d_1", "dense_3"],
  };
  const head = sequential([5, 5], [...LAYERS, dense(2)]);
  const { history } = await fit(head, { train: TRAIN }, options);
  assertEquals(history[0]!.penalty, undefined);
  assertEquals(modelConfig(modelFromConfig(modelConfig(model))), modelConfig(model));
  assertEquals(model.layers[0]!.layer.config.l2, 0.5);
});

Deno.test("a penalty is a number of 0 or more", () => {
  assertThrows(
    () => dense(2, { l2: -1 }),
    DescentError,
    "The l2 of a layer must be a number of 0 or more, such as 1e-4, got -1",
  );
  assertThrows(() => conv2d(2, 3, { l1: NaN }), DescentError, "got NaN");
});
