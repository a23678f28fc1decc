/** sampleNormal(): draws, gradients with the noise held, and a variational autoencoder. */
import { assert, assertEquals, assertNotEquals } from "@std/assert";
import type { Step } from "../../src/core/step.ts";
import type { Executor } from "../../src/exec/executor.ts";
import { referenceExecutor } from "../../src/exec/reference.ts";
import { wasmExecutor } from "../../src/exec/wasm.ts";
import { gradients } from "../../src/ir/gradients.ts";
import { leaf } from "../../src/ir/leaf.ts";
import { compile } from "../../src/ir/plan.ts";
import { dense } from "../../src/nn/dense.ts";
import type { Loss } from "../../src/nn/loss.ts";
import { input, modelOf } from "../../src/nn/network.ts";
import { sampleNormal } from "../../src/nn/sample_normal.ts";
import { add } from "../../src/ops/add.ts";
import { map } from "../../src/ops/map.ts";
import { reduceSum } from "../../src/ops/reduce.ts";
import { adam } from "../../src/optim/mod.ts";
import { predict } from "../../src/train/predict.ts";
import { fit } from "../../src/train/fit.ts";
import { decodeModel, encodeModel } from "../../src/train/saved.ts";
import { webgpuOrSkip } from "../exec/adapter.ts";
import { assertNear } from "./layer_steps.ts";

const REFERENCE = referenceExecutor(), WASM = await wasmExecutor({ threads: 1 });
const TWO_THREADS = await wasmExecutor({ threads: 2, parallelFlops: 0 });
const WEBGPU = await webgpuOrSkip();
const ROWS = 257, COLUMNS = 7;

const step = (number: number): Step => ({
  start: 0,
  count: ROWS,
  slot: 0,
  step: number,
  seed: 4,
  scalars: [],
});
const valuesOf = (phase: number) =>
  Float32Array.from({ length: ROWS * COLUMNS }, (_, i) => Math.sin(0.37 * i + phase));

/** Draws of one network in step after step, and the gradients of their sum times `seed` by mean and log-variance. */
async function openDraws(executor: Executor) {
  const mean = input(COLUMNS), logVariance = input(COLUMNS);
  const model = modelOf({ mean, logVariance }, sampleNormal(mean, logVariance));
  const given = ["mean", "logVariance"].map((name) => leaf("input", name, [ROWS, COLUMNS]));
  const drawn = model.values(given, { training: true }).at(-1)!, plain = model.values(given).at(-1)!;
  const seed = leaf("input", "seed", [ROWS, COLUMNS]),
    grads = gradients([{ value: drawn, seed }], given, add);
  const program = await executor.load(compile({ run: [drawn, plain, ...grads] }));
  return async (values: readonly (Float32Array | Float64Array)[], weights: Float32Array, number: number) => {
    given.forEach((node, i) => program.write(node, values[i]!));
    program.write(seed, weights);
    await program.run("run", [step(number)]);
    const found = await Promise.all([drawn, plain, ...grads].map((node) => program.read(node)));
    return found.map((one) => Float64Array.from(one));
  };
}

const MEAN = valuesOf(0), LOG_VARIANCE = valuesOf(1), SEED = valuesOf(2);

Deno.test("sampleNormal() draws noise of mean 0 and variance 1, anew at each step and the same on every executor", async () => {
  const run = await openDraws(REFERENCE);
  const noiseOf = (drawn: Float64Array) =>
    drawn.map((z, i) => (z - MEAN[i]!) / Math.exp(LOG_VARIANCE[i]! / 2));
  const [first] = await run([MEAN, LOG_VARIANCE], SEED, 1),
    [second] = await run([MEAN, LOG_VARIANCE], SEED, 2);
  const noise = noiseOf(first!), count = noise.length;
  const average = noise.reduce((a, b) => a + b) / count,
    square = noise.reduce((a, b) => a + b * b, 0) / count;
  // Within four standard errors of 1,799 draws.
  assert(Math.abs(average) < 4 / Math.sqrt(count), `${average}`);
  assert(Math.abs(square - 1) < 4 * Math.sqrt(2 / count), `${square}`);
  assert(new Set(noise).size > 0.99 * count, "values repeat");
  assert(noiseOf(second!).every((value, i) => value !== noise[i]));
  for (const executor of [WASM, TWO_THREADS, ...(WEBGPU ? [WEBGPU] : [])]) {
    const found = await (await openDraws(executor))([MEAN, LOG_VARIANCE], SEED, 1);
    const expected = await run([MEAN, LOG_VARIANCE], SEED, 1);
    found.forEach((values, i) => assertNear(values, expected[i]!, 1e-5, `value ${i} on ${executor.name}`));
  }
});

Deno.test("sampleNormal() gives the mean where nothing is trained", async () => {
  const [, plain] = await (await openDraws(WASM))([MEAN, LOG_VARIANCE], SEED, 1);
  assertEquals(Float32Array.from(plain!), MEAN);
});

Deno.test("sampleNormal() has the gradients by mean and log-variance that differences show with the noise held", async () => {
  const run = await openDraws(REFERENCE), [, , ...grads] = await run([MEAN, LOG_VARIANCE], SEED, 3);
  assertNear(grads[0]!, SEED, 1e-12, "dMean");
  const width = 1e-5;
  const at = async (by: number) =>
    (await run([MEAN, Float64Array.from(LOG_VARIANCE, (v) => v + by)], SEED, 3))[0]!;
  const high = await at(width), low = await at(-width);
  // Each value depends on its own log-variance alone: one difference shows all slopes.
  const slopes = high.map((value, i) => (value - low[i]!) / (2 * width) * SEED[i]!);
  assertNear(grads[1]!, slopes, 1e-8, "dLogVariance");
});

Deno.test("two draws in one network are of different noise", async () => {
  const mean = input(COLUMNS), other = input(COLUMNS);
  const model = modelOf({ mean, other }, { a: sampleNormal(mean, other), b: sampleNormal(mean, other) });
  const given = [leaf("input", "mean", [ROWS, COLUMNS]), leaf("input", "other", [ROWS, COLUMNS])];
  const values = model.values(given, { training: true }), roots = model.outputs.map(({ at }) => values[at]!);
  const program = await REFERENCE.load(compile({ run: roots }));
  given.forEach((node) => program.write(node, MEAN));
  await program.run("run", [step(1)]);
  const [a, b] = await Promise.all(roots.map(async (root) => (await program.read(root)).slice()));
  assert(a!.every((value, i) => value !== b![i]));
});

/** Of a variational autoencoder: squared differences and the divergence from N(0,1), per row. */
const VAE_LOSS: Loss = {
  name: "evidence lower bound",
  compares: "inputs",
  rows({ x, outputs: { output, mean, logVariance } }) {
    const distance = reduceSum(map([output!, x], (y, t) => y.sub(t).square()), { axes: [1] });
    const divergence = map(
      [mean!, logVariance!],
      (m, v) => m.square().add(v.exp()).sub(v).sub(1).mul(0.5),
    );
    return map([distance, reduceSum(divergence, { axes: [1] })], (a, b) => a.add(b.mul(0.1)));
  },
};

Deno.test("a variational autoencoder trains with a loss of one's own over its outputs, and is saved", async () => {
  const x = input(6),
    hidden = x.pipe(dense(12, { activation: "tanh" })),
    linear = (units: number) => dense(units, { activation: "identity" });
  const mean = hidden.pipe(linear(2)), logVariance = hidden.pipe(linear(2));
  const output = sampleNormal(mean, logVariance).pipe(dense(12, { activation: "tanh" }), linear(6));
  const model = modelOf({ x }, { output, mean, logVariance });
  // Rows on a curve: two numbers say which.
  const inputs = Float32Array.from({ length: 64 * 6 }, (_, i) => Math.sin(Math.floor(i / 6) * 0.7 + i % 6));
  const data = {
    train: { inputs, inputShape: [6] },
    validation: { inputs: inputs.slice(0, 60), inputShape: [6] },
  };
  const options = {
    loss: VAE_LOSS,
    optimizer: adam({ learningRate: 0.02 }),
    batch: 24,
    epochs: 60,
    executor: WASM,
  };
  const trained = await fit(model, data, options), { history, weights } = trained;
  assert(history.at(-1)!.loss < 0.6 * history[0]!.loss, `${history[0]!.loss} to ${history.at(-1)!.loss}`);
  assertEquals((await fit(model, data, { ...options, executor: TWO_THREADS })).weights, weights);
  assertNotEquals((await fit(model, data, { ...options, seed: 2 })).weights, weights);
  const loaded = decodeModel(encodeModel(trained));
  assertEquals(loaded.model.outputs.map(({ name }) => name), ["output", "mean", "logVariance"]);
  assertEquals(await predict(loaded, inputs), await predict(trained, inputs));
});
