/** The layers of autoencoders: corruption of the inputs, and decoders that share their encoder's weights. */
import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { DescentError } from "../../src/core/errors.ts";
import { referenceExecutor } from "../../src/exec/reference.ts";
import { gradients } from "../../src/ir/gradients.ts";
import { leaf } from "../../src/ir/leaf.ts";
import { compile } from "../../src/ir/plan.ts";
import { corruption } from "../../src/nn/corruption.ts";
import { dense } from "../../src/nn/dense.ts";
import { countParameters, initializeWeights, sequential } from "../../src/nn/model.ts";
import { modelConfig, modelFromConfig } from "../../src/nn/registry.ts";
import { tiedDense } from "../../src/nn/tied_dense.ts";
import { add } from "../../src/ops/add.ts";
import { binaryCrossEntropy } from "../../src/ops/binary_cross_entropy.ts";

const STEP = { start: 0, count: 2, slot: 0, step: 0, seed: 1, scalars: [] } as const;

Deno.test("tiedDense() multiplies by the transpose of the named layer's weights, and owns a bias alone", async () => {
  const model = sequential(3, [dense(2), tiedDense("dense_1")]);
  assertEquals(model.outputShape, [3]);
  assertEquals(model.parameters.map(({ node }) => node.label), [
    "dense_1/weights",
    "dense_1/bias",
    "tied_dense_2/bias",
  ]);
  assertEquals(countParameters(model), 3 * 2 + 2 + 3);
  const x = leaf("input", "x", [1, 3]), y = model.apply(x);
  const program = await referenceExecutor().load(compile({ run: [y] }));
  program.write(x, [1, 2, 3]);
  program.write(model.parameters[0]!.node, [1, 2, 3, 4, 5, 6]);
  program.write(model.parameters[1]!.node, [10, 20]);
  program.write(model.parameters[2]!.node, [0.5, 0.25, 0.125]);
  await program.run("run", [STEP]);
  // The code is [22 + 10, 28 + 20]; the rows of W are [1,2], [3,4], [5,6].
  assertEquals([...await program.read(y)], [32 + 96 + 0.5, 96 + 192 + 0.25, 160 + 288 + 0.125]);
});

Deno.test("the gradient of tied weights is that by the encoder plus that by the decoder", async () => {
  const model = sequential(5, [dense(3, { activation: "sigmoid" }), tiedDense("dense_1")]);
  const x = leaf("input", "x", [2, 5]), seed = leaf("input", "seed", [2]);
  const losses = binaryCrossEntropy(model.apply(x), x), weights = model.parameters[0]!.node;
  const [dWeights] = gradients([{ value: losses, seed }], [weights], add);
  const program = await referenceExecutor().load(compile({ forward: [losses], backward: [dWeights!] }));
  program.write(x, [0, 1, 0.5, 0.25, 1, 1, 0, 0, 0.75, 0.5]);
  program.write(seed, [0.5, 0.5]);
  const initial = initializeWeights(model, 3);
  for (const { node } of model.parameters) program.write(node, initial.get(node.label)!);
  await program.run("backward", [STEP]);
  const analytic = await program.read(dWeights!), values = Float64Array.from(initial.get(weights.label)!);
  const objective = async () => {
    program.write(weights, values);
    await program.run("forward", [STEP]);
    const rows = await program.read(losses);
    return 0.5 * (rows[0]! + rows[1]!);
  };
  for (const [i, value] of [...values].entries()) {
    values[i] = value + 1e-5;
    const high = await objective();
    values[i] = value - 1e-5;
    const low = await objective();
    values[i] = value;
    assertAlmostEquals(analytic[i]!, (high - low) / 2e-5, 1e-7);
  }
});

Deno.test("tiedDense() refuses a layer that is not there, and rows that are not that layer's units", () => {
  assertThrows(
    () => sequential(4, [dense(3, { activation: "relu" }), tiedDense("dense_2")]),
    DescentError,
    'Layer "tied_dense_2" (tied_dense) is tied to "dense_2", which is no dense layer before it: choose from dense_1',
  );
  assertThrows(
    () => sequential(4, [tiedDense("dense_1")]),
    DescentError,
    "no dense layer before it: there is none",
  );
  assertThrows(
    () =>
      sequential(4, [
        dense(3, { activation: "relu" }),
        dense(2, { activation: "relu" }),
        tiedDense("dense_1"),
      ]),
    DescentError,
    'Layer "tied_dense_3" (tied_dense) cannot take rows of shape [2]: it needs rows of shape [3], the output of "dense_1"',
  );
});

Deno.test("corruption() draws other noise at each step of training, and none while evaluating", async () => {
  const layer = corruption(0.5), model = sequential(400, [layer]);
  const x = leaf("input", "x", [1, 400]);
  const training = model.apply(x, { training: true });
  assert(model.apply(x) === x);
  const program = await referenceExecutor().load(compile({ run: [training] }));
  program.write(x, new Float32Array(400).fill(1));
  const masks: string[] = [];
  for (const step of [0, 1, 0]) {
    await program.run("run", [{ ...STEP, step }]);
    masks.push((await program.read(training)).join(""));
  }
  assert(masks[0] !== masks[1]);
  assertEquals(masks[0], masks[2]);
  const kept = masks[0]!.replaceAll("0", "").length;
  assert(kept > 150 && kept < 250, `${kept} of 400 kept`);
});

Deno.test("corruption() with always also corrupts while evaluating, and a rate of 0 is no layer at all", () => {
  const x = leaf("input", "x", [1, 8]);
  assertEquals(sequential(8, [corruption(0.1, { always: true })]).apply(x).op.name, "corrupt");
  assert(sequential(8, [corruption(0, { always: true })]).apply(x, { training: true }) === x);
});

Deno.test("corruption() refuses a rate, a kind and a deviation that cannot be", () => {
  assertThrows(() => corruption(1.5), DescentError, "must be from 0 to 1, got 1.5");
  assertThrows(
    () => corruption(0.1, { kind: "salt" as "masking" }),
    DescentError,
    'Unknown corruption "salt": choose from masking, salt_and_pepper, gaussian',
  );
  assertThrows(
    () => corruption(0.1, { kind: "gaussian", deviation: -1 }),
    DescentError,
    "must be a number of 0 or more, got -1",
  );
});

Deno.test("a denoising autoencoder with tied weights is rebuilt from its description", () => {
  const model = sequential(6, [
    corruption(0.25, { kind: "gaussian", deviation: 0.75, always: true }),
    dense(4, { activation: "sigmoid" }),
    tiedDense("dense_2", { activation: "sigmoid" }),
  ]);
  const rebuilt = modelFromConfig(JSON.parse(JSON.stringify(modelConfig(model))));
  assertEquals(modelConfig(rebuilt), modelConfig(model));
  assertEquals(countParameters(rebuilt), countParameters(model));
});
