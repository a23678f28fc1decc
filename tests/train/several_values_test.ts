/** Networks of several inputs and outputs, trained on rows in which their values lie side by side. */
import { assert, assertAlmostEquals, assertEquals, assertRejects } from "@std/assert";
import { DescentError } from "../../src/core/errors.ts";
import { sideBySide } from "../../src/data/side_by_side.ts";
import { crossEntropy } from "../../src/nn/cross_entropy.ts";
import { dense } from "../../src/nn/dense.ts";
import { lossesOf } from "../../src/nn/losses_of_outputs.ts";
import { meanSquaredError } from "../../src/nn/losses.ts";
import { initializeWeights } from "../../src/nn/model.ts";
import { input, modelOf } from "../../src/nn/network.ts";
import { concat } from "../../src/nn/concat.ts";
import { adam } from "../../src/optim/mod.ts";
import { fit } from "../../src/train/fit.ts";
import { layerOutputs, predict } from "../../src/train/predict.ts";
import { decodeModel, encodeModel } from "../../src/train/saved.ts";
import { everyExecutor } from "../ops/forward.ts";

const ROWS = 64;
const LEFT = Float32Array.from({ length: 3 * ROWS }, (_, i) => Math.sin(7 * i));
const RIGHT = Float32Array.from({ length: 2 * ROWS }, (_, i) => Math.cos(3 * i));
const CLASSES = Uint8Array.from(
  { length: ROWS },
  (_, row) => LEFT[3 * row]! > 0 ? 2 : RIGHT[2 * row]! > 0 ? 1 : 0,
);
const SUMS = Float32Array.from({ length: ROWS }, (_, row) => LEFT[3 * row]! + RIGHT[2 * row]!);

function network() {
  const left = input(3),
    right = input([2]),
    both = concat([left, right.pipe(dense(4, { activation: "tanh" }))]);
  const hidden = both.pipe(dense(16, { activation: "tanh" }));
  return modelOf({ left, right }, { kind: hidden.pipe(dense(3)), sum: hidden.pipe(dense(1)) });
}

const INPUTS = sideBySide([LEFT, RIGHT], { rows: ROWS });
const TRAIN = { inputs: INPUTS, inputShape: [5], targets: sideBySide([CLASSES, SUMS], { rows: ROWS }) };
const LOSS = lossesOf({ kind: crossEntropy(), sum: [meanSquaredError(), 0.5] });

Deno.test("a network of two inputs and two outputs is trained by a loss for each, on every executor alike", async () => {
  const model = network(), weights = initializeWeights(model, 1), losses: number[] = [];
  assertEquals([model.inputShape, model.inputs.map(({ name }) => name)], [[5], ["left", "right"]]);
  for (const executor of await everyExecutor()) {
    const options = { executor, loss: LOSS, weights, optimizer: adam({ learningRate: 0.02 }), epochs: 30 };
    const { history, results } = await fit(model, { train: TRAIN, test: TRAIN }, options);
    assert(history.at(-1)!.loss < 0.5 * history[0]!.loss, executor.name);
    losses.push(results.test!.loss);
    executor.close();
  }
  for (const loss of losses) assertAlmostEquals(loss, losses[0]!, 2e-3);
});

Deno.test("the loss of several outputs is the weighted sum of what each gives alone", async () => {
  const model = network(), weights = initializeWeights(model, 3), trained = { model, weights };
  const [executor] = await everyExecutor(), layers = model.layers.slice(-2).map(({ name }) => name);
  const outputs = await layerOutputs(trained, INPUTS, { executor: executor!, layers });
  const [kind, sum] = layers.map((name) => outputs.get(name)!);
  let expected = 0;
  for (let row = 0; row < ROWS; row++) {
    const logits = kind!.slice(3 * row, 3 * row + 3), all = logits.reduce((a, z) => a + Math.exp(z), 0);
    expected += (Math.log(all) - logits[CLASSES[row]!]! + 0.5 * (sum![row]! - SUMS[row]!) ** 2) / ROWS;
  }
  const { history } = await fit(model, { train: TRAIN }, {
    executor: executor!,
    loss: LOSS,
    weights,
    epochs: 1,
    batch: ROWS,
  });
  assertAlmostEquals(history[0]!.loss, expected, 1e-6);
});

Deno.test("a network of several inputs is saved and loaded, and predicts from rows side by side", async () => {
  const model = network(), trained = { model, weights: initializeWeights(model, 1) };
  const again = decodeModel(encodeModel(trained));
  assertEquals([again.model.inputs, again.model.outputs], [model.inputs, model.outputs]);
  const [executor] = await everyExecutor(), options = { executor: executor! };
  assertEquals(await predict(again, INPUTS, options), await predict(trained, INPUTS, options));
});

Deno.test("losses of outputs that there are not, or of other targets, are refused in a sentence", async () => {
  const model = network(), [executor] = await everyExecutor(), options = { executor: executor!, epochs: 1 };
  const cases = [
    [
      lossesOf({ kind: crossEntropy(), total: meanSquaredError() }),
      'There is a loss of "total", but the model gives kind, sum',
    ],
    [
      lossesOf({ kind: meanSquaredError(), sum: meanSquaredError() }),
      "The losses of kind, sum compare with 4 targets a row, but there are 2",
    ],
  ] as const;
  for (const [loss, sentence] of cases) {
    const found = await assertRejects(() => fit(model, { train: TRAIN }, { ...options, loss }), DescentError);
    assertEquals(found.message, sentence);
  }
});
