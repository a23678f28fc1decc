/** What the losses of autoencoders mean: binary cross-entropy from logits, and the penalty of sparsity. */
import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { DescentError } from "../../src/core/errors.ts";
import { normal, STREAM, uniform } from "../../src/core/random.ts";
import { sizeOf } from "../../src/core/tensor.ts";
import { gradients } from "../../src/ir/gradients.ts";
import { leaf } from "../../src/ir/leaf.ts";
import type { Node } from "../../src/ir/node.ts";
import { add } from "../../src/ops/add.ts";
import { binaryCrossEntropy } from "../../src/ops/binary_cross_entropy.ts";
import { corrupt } from "../../src/ops/corrupt.ts";
import { klSparsity } from "../../src/ops/kl_sparsity.ts";
import { linear } from "../../src/ops/linear.ts";
import { rowWeights } from "../../src/ops/row_weights.ts";
import { weightedSumRows } from "../../src/ops/weighted_sum_rows.ts";
import { everyExecutor, forward } from "../ops/forward.ts";

const EXECUTORS = await everyExecutor();
const [reference] = EXECUTORS;

/** Refuses values that are off by more than `error` relative to the expected ones, or to 1 if those are smaller. */
function assertClose(
  found: ArrayLike<number>,
  expected: readonly number[],
  error: number,
  where: string,
): void {
  assertEquals(found.length, expected.length);
  expected.forEach((value, i) =>
    assertAlmostEquals(found[i]!, value, error * Math.max(1, Math.abs(value)), `${where}: element ${i}`)
  );
}

/** Losses of the rows, and their gradients where each row weighs 1. */
async function entropyOf(executor: typeof EXECUTORS[number], z: readonly number[][], x: readonly number[][]) {
  const shape = [z.length, z[0]!.length];
  const logits = leaf("input", "logits", shape), targets = leaf("input", "targets", shape);
  const rows = binaryCrossEntropy(logits, targets), seed = leaf("input", "seed", [z.length]);
  const [dLogits] = gradients([{ value: rows, seed }], [logits], add);
  const values = [[logits, z.flat()], [targets, x.flat()], [seed, z.map(() => 1)]] as const;
  return await forward(executor, [rows, dLogits!], values);
}

Deno.test("binaryCrossEntropy() sums the known answers of a row, in nats", async () => {
  const ln3 = Math.log(3); // σ(ln 3) = 3/4
  for (const executor of EXECUTORS) {
    const [rows, dLogits] = await entropyOf(executor, [[0, 0, 0], [ln3, -ln3, ln3]], [[0, 1, 0.3], [
      1,
      1,
      0.5,
    ]]);
    const [one, other] = [-Math.log(0.75), -Math.log(0.25)];
    assertClose(rows!, [3 * Math.LN2, one + other + (one + other) / 2], 1e-6, executor.name);
    assertClose(dLogits!, [0.5, -0.5, 0.2, -0.25, -0.75, 0.25], 1e-6, executor.name);
  }
});

Deno.test("binaryCrossEntropy() of logits of ±10,000 is finite and exact", async () => {
  const z = [1e4, 1e4, 1e4, -1e4, -1e4, -1e4], x = [1, 0.5, 0, 1, 0.5, 0];
  for (const executor of EXECUTORS) {
    const [rows, dLogits] = await entropyOf(executor, z.map((one) => [one]), x.map((one) => [one]));
    assertClose(rows!, [0, 5e3, 1e4, 1e4, 5e3, 0], 1e-7, executor.name);
    assertClose(dLogits!, [0, 0.5, 1, -1, -0.5, 0], 1e-7, executor.name);
  }
});

Deno.test("binaryCrossEntropy() keeps the digits of losses that are almost 0", async () => {
  for (const executor of EXECUTORS) {
    const [rows] = await entropyOf(executor, [[20], [-30]], [[1], [0]]);
    [Math.log1p(Math.exp(-20)), Math.log1p(Math.exp(-30))].forEach((expected, i) =>
      assertAlmostEquals(rows![i]! / expected, 1, 1e-5, executor.name)
    );
  }
});

Deno.test("binaryCrossEntropy() of soft targets is least where the probability is the target: their entropy", async () => {
  const x = [0.05, 0.3, 0.9], z = x.map((one) => Math.log(one / (1 - one)));
  const entropies = x.map((one) => -one * Math.log(one) - (1 - one) * Math.log(1 - one));
  for (const executor of EXECUTORS) {
    const [rows, dLogits] = await entropyOf(executor, z.map((one) => [one]), x.map((one) => [one]));
    assertClose(rows!, entropies, 1e-6, executor.name);
    assertClose(dLogits!, [0, 0, 0], 1e-6, executor.name);
  }
});

Deno.test("binaryCrossEntropy() refuses targets of another shape", () => {
  assertThrows(
    () => binaryCrossEntropy(leaf("input", "z", [3, 5]), leaf("input", "x", [3, 4])),
    DescentError,
    "Cannot take the binary cross-entropy of f32[3,5] and f32[3,4]: shapes differ",
  );
});

Deno.test("weightedSumRows() with the weights of a short batch is the mean over its real rows", async () => {
  const y = leaf("input", "y", [4, 3]), mean = weightedSumRows(y, rowWeights(4));
  const rows = [1, 2, 3, 4, 5, 6, 9, 9, 9, 9, 9, 9];
  for (const executor of EXECUTORS) {
    assertEquals([...(await forward(executor, [mean], [[y, rows]], { count: 2 }))[0]!], [2.5, 3.5, 4.5]);
  }
});

Deno.test("weightedSumRows() refuses weights that are not one per row", () => {
  assertThrows(
    () => weightedSumRows(leaf("input", "y", [4, 3]), leaf("input", "weights", [3])),
    DescentError,
    "Cannot weigh f32[4,3] and f32[3]: the weights must be f32[4]",
  );
});

Deno.test("klSparsity() is 0 at rho with no slope, and finite for units that are always off or always on", async () => {
  const rho = 0.05, epsilon = 1e-6;
  const mean = leaf("input", "mean", [4]), seed = leaf("input", "seed", [4]), p = klSparsity(mean, { rho });
  const [dMean] = gradients([{ value: p, seed }], [mean], add);
  const off = rho * Math.log(rho / epsilon) + (1 - rho) * Math.log(1 - rho);
  const on = rho * Math.log(rho) + (1 - rho) * Math.log((1 - rho) / epsilon);
  const half = rho * Math.log(2 * rho) + (1 - rho) * Math.log(2 * (1 - rho));
  for (const executor of EXECUTORS) {
    const [values, slopes] = await forward(executor, [p, dMean!], [[mean, [rho, 0, 1, 0.5]], [seed, [
      1,
      1,
      1,
      1,
    ]]]);
    assertClose(values!, [0, off, on, half], 3e-6, executor.name);
    assertClose(slopes!, [0, (1 - rho) - rho / epsilon, (1 - rho) / epsilon - rho, 1.8], 3e-5, executor.name);
  }
});

Deno.test("klSparsity() refuses a matrix and a rho that no sigmoid unit can have", () => {
  const mean = leaf("input", "mean", [3]);
  for (const rho of [0, 1, -0.1, NaN]) {
    assertThrows(
      () => klSparsity(mean, { rho }),
      DescentError,
      `The wanted mean activation rho must lie between 0 and 1, got ${rho}`,
    );
  }
  assertThrows(
    () => klSparsity(leaf("input", "codes", [2, 3]), { rho: 0.05 }),
    DescentError,
    "it must be a vector",
  );
});

const ROWS = 5, REAL = 3, PIXELS = 6, UNITS = 4, BETA = 0.5;

/** A sparse denoising autoencoder: mean cross-entropy over the real rows, plus BETA times the divergences. */
function sparseAutoencoder() {
  const x = leaf("input", "x", [ROWS, PIXELS]),
    beta = leaf("input", "beta", [UNITS]),
    weights = rowWeights(ROWS);
  const parameters = [[PIXELS, UNITS], [UNITS], [UNITS, PIXELS], [PIXELS]].map((shape, i) =>
    leaf("parameter", `p${i}`, shape)
  );
  const [w, b, v, c] = parameters;
  const noisy = corrupt(x, { kind: "salt_and_pepper", rate: 0.3, lane: 0 });
  const codes = linear(noisy, w!, b!, { activation: "sigmoid" });
  const losses = binaryCrossEntropy(linear(codes, v!, c!), x);
  const penalty = klSparsity(weightedSumRows(codes, weights), { rho: 0.05 });
  const objectives = [{ value: losses, seed: weights }, { value: penalty, seed: beta }];
  return { x, beta, parameters, objectives };
}

/** Values for the leaves: `changed` replaces some of them. */
function valuesOf(
  { x, beta, parameters }: ReturnType<typeof sparseAutoencoder>,
  changed?: [Node, ArrayLike<number>],
) {
  const values: [Node, ArrayLike<number>][] = [
    [x, uniform(ROWS * PIXELS, { seed: 3, stream: STREAM.test })],
    [beta, new Float64Array(UNITS).fill(BETA)],
    ...parameters.map((one, lane): [Node, ArrayLike<number>] => [
      one,
      normal(sizeOf(one.type.shape), { seed: 5, stream: STREAM.test, lane }),
    ]),
  ];
  return changed ? [...values, changed] : values;
}

function dot(a: Float64Array, b: Float64Array): number {
  return a.reduce((sum, value, i) => sum + value * b[i]!, 0);
}

const SHORT = { count: REAL, step: 2, seed: 9 };

Deno.test("gradients of a sparse denoising autoencoder with a short batch agree with central differences", async () => {
  const net = sparseAutoencoder(), grads = gradients(net.objectives, net.parameters, add);
  const analytic = await forward(reference!, grads, valuesOf(net), SHORT);
  const objective = async (changed: [Node, ArrayLike<number>]) => {
    const roots = net.objectives.flatMap(({ value, seed }) => [value, seed]);
    const [losses, weights, penalty, beta] = await forward(reference!, roots, valuesOf(net, changed), SHORT);
    return dot(losses!, weights!) + dot(penalty!, beta!);
  };
  for (const [i, parameter] of net.parameters.entries()) {
    const kept = Float64Array.from(valuesOf(net)[2 + i]![1]);
    for (const at of kept.keys()) {
      const moved = (by: number): [Node, ArrayLike<number>] => [
        parameter,
        kept.map((value, j) => j === at ? value + by : value),
      ];
      const slope = (await objective(moved(1e-5)) - await objective(moved(-1e-5))) / 2e-5;
      assertAlmostEquals(analytic[i]![at]!, slope, 1e-8);
    }
  }
});

Deno.test("the gradient of sparsity by the activations is dP·r·slope, and 0 in rows that weigh nothing", async () => {
  const y = leaf("input", "y", [ROWS, UNITS]),
    beta = leaf("input", "beta", [UNITS]),
    weights = rowWeights(ROWS);
  const value = klSparsity(weightedSumRows(y, weights), { rho: 0.05 });
  const [dY] = gradients([{ value, seed: beta }], [y], add);
  const activations = uniform(ROWS * UNITS, { seed: 4, stream: STREAM.test });
  const expected = Array.from(activations, (_, at) => {
    const column = at % UNITS,
      real = Array.from({ length: REAL }, (_, b) => activations[b * UNITS + column]!);
    const mean = real.reduce((sum, one) => sum + one, 0) / REAL;
    const slope = -0.05 / (mean + 1e-6) + 0.95 / (1 - mean + 1e-6);
    return at < REAL * UNITS ? BETA * slope / REAL : 0;
  });
  for (const executor of EXECUTORS) {
    const values = [[y, activations], [beta, new Float32Array(UNITS).fill(BETA)]] as const;
    const [found] = await forward(executor, [dY!], values, SHORT);
    assertClose(found!, expected, 1e-6, executor.name);
    assert(found!.slice(REAL * UNITS).every((one) => one === 0));
  }
});
