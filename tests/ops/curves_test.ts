/** tanh, sigmoid and exponentials of every magnitude against float64, in units in the last place of float32. */
import { assert, assertEquals } from "@std/assert";
import { leaf } from "../../src/ir/leaf.ts";
import { activate, type Activation } from "../../src/ops/_activation.ts";
import { binaryCrossEntropy } from "../../src/ops/binary_cross_entropy.ts";
import { linear } from "../../src/ops/linear.ts";
import { softmax } from "../../src/ops/softmax.ts";
import { softmaxCrossEntropyGrad } from "../../src/ops/softmax_cross_entropy_grad.ts";
import { everyExecutor, forward } from "./forward.ts";

const EXECUTORS = (await everyExecutor()).filter(({ name }) => name !== "reference");
type Executor = typeof EXECUTORS[number];

/** Least normal float32. */
const NORMAL = 2 ** -126;

/** Magnitudes from 1e-38 to 1e2, 64 to a decade and closer where curves saturate, subnormals and what overflows. */
const SIZES = [
  ...Array.from({ length: 40 * 64 + 1 }, (_, i) => 10 ** (i / 64 - 38)),
  ...Array.from({ length: 4001 }, (_, i) => i * 0.025),
  ...[2 ** -149, 3 * 2 ** -149, 2 ** -130, NORMAL - 2 ** -149, 87.33654, 88.73, 104, 1e3, 1e30, 3.4e38],
];
const NUMBERS = Float32Array.from(SIZES.flatMap((size) => [size, -size]));

/** Distance of a float32 from what is right, in units of the last place of the latter. */
function ulps(found: number, right: number): number {
  if (Object.is(found, right) || (found === 0 && right === 0)) return 0;
  const exponent = Math.max(-126, Math.floor(Math.log2(Math.abs(right))));
  return Math.abs(found - right) / 2 ** (exponent - 23);
}

/** The arguments at which an executor is off by more than `limit` units, the worst first. */
function offBy(
  limit: number,
  found: ArrayLike<number>,
  right: (x: number) => number,
  allowed: (x: number, found: number, right: number) => boolean = () => false,
): readonly string[] {
  const all = Array.from(NUMBERS, (x, i) => ({ x, found: found[i]!, ulps: ulps(found[i]!, right(x)) }));
  return all.filter((one) => !(one.ulps <= limit) && !allowed(one.x, one.found, right(one.x)))
    .sort((a, b) => b.ulps - a.ulps)
    .map((one) => `at ${one.x}: ${one.found}, off by ${one.ulps.toPrecision(3)} units`);
}

/** What a layer with one weight of 1 gives for each argument. */
async function activated(executor: Executor, activation: Activation, x: Float32Array): Promise<Float64Array> {
  const input = leaf("input", "x", [x.length, 1]);
  const weights = leaf("input", "w", [1, 1]), bias = leaf("input", "b", [1]);
  const [y] = await forward(executor, [linear(input, weights, bias, { activation })], [
    [input, x],
    [weights, [1]],
    [bias, [0]],
  ]);
  return y!;
}

/** Probabilities of classes with the logits 0 and x. */
async function ofTwoClasses(executor: Executor, x: Float32Array): Promise<Float64Array> {
  const logits = leaf("input", "logits", [x.length, 2]);
  const [p] = await forward(executor, [softmax(logits)], [
    [logits, Array.from(x).flatMap((value) => [0, value])],
  ]);
  return p!;
}

for (const executor of EXECUTORS) {
  const where = executor.name === "wasm" ? "WASM" : "WebGPU";
  // WebGPU may take a subnormal argument, or one that its product makes of it, for 0; WASM does not.
  const mayFlush = (x: number, found: number) =>
    executor.name === "webgpu" && Math.abs(x) < 2 * NORMAL && found === 0;

  Deno.test(`tanh on ${where} is within 4 units in the last place, at every magnitude`, async () => {
    const found = await activated(executor, "tanh", NUMBERS);
    assertEquals(offBy(4, found, Math.tanh, mayFlush), []);
  });

  Deno.test(`sigmoid on ${where} is within 4 units in the last place where it is a normal number, and 0 below`, async () => {
    const found = await activated(executor, "sigmoid", NUMBERS);
    const right = (x: number) => activate("sigmoid", x);
    assertEquals(offBy(4, found, right, (_x, value, wanted) => value === 0 && wanted < NORMAL), []);
    assertEquals(found.filter((value) => value > 0 && value < NORMAL), new Float64Array());
  });

  Deno.test(`curves on ${where} at ±∞ are their limits, and at NaN they are NaN`, async () => {
    const ends = Float32Array.of(-Infinity, Infinity, NaN, 0, -0);
    const of = async (activation: Activation) => Array.from(await activated(executor, activation, ends));
    assertEquals((await of("tanh")).map((value) => value + 0), [-1, 1, NaN, 0, 0]);
    assertEquals(await of("sigmoid"), [0, 1, NaN, 0.5, 0.5]);
    assertEquals((await of("relu")).map((value) => value + 0), [0, Infinity, NaN, 0, 0]);
  });

  Deno.test(`softmax of two classes on ${where} is within 4 units in the last place where it is a normal number, and 0 below`, async () => {
    const found = (await ofTwoClasses(executor, NUMBERS)).filter((_, i) => i % 2 === 1);
    const right = (x: number) => activate("sigmoid", x);
    assertEquals(offBy(4, found, right, (_x, value, wanted) => value === 0 && wanted < NORMAL), []);
    assertEquals(found.filter((value) => value > 0 && value < NORMAL), new Float64Array());
  });

  Deno.test(`softmax on ${where} gives exactly 0 to a logit of -∞ or far below the largest, and NaN to all beside a NaN`, async () => {
    const found = await ofTwoClasses(executor, Float32Array.of(-Infinity, -88, -1e30, NaN));
    assertEquals(Array.from(found), [1, 0, 1, 0, 1, 0, NaN, NaN]);
  });

  Deno.test(`the gradient of saturated logits on ${where} is exactly 0 for the other classes`, async () => {
    const logits = leaf("input", "logits", [3, 3]), labels = leaf("input", "labels", [3], "u32");
    const dLosses = leaf("input", "dLosses", [3]);
    const [dLogits] = await forward(executor, [softmaxCrossEntropyGrad(logits, labels, dLosses)], [
      [logits, [0, -90, -1e4, -200, 0, -89, -Infinity, -88, 0]],
      [labels, [0, 1, 2]],
      [dLosses, [1, 1, 1]],
    ]);
    assertEquals(Array.from(dLogits!, (value) => value + 0), Array(9).fill(0));
  });

  Deno.test(`the binary cross-entropy of one value on ${where} is within 6 units in the last place where it is a normal number`, async () => {
    const logits = leaf("input", "logits", [NUMBERS.length, 1]);
    const targets = leaf("input", "targets", [NUMBERS.length, 1]);
    const [losses] = await forward(executor, [binaryCrossEntropy(logits, targets)], [
      [logits, NUMBERS],
      // A right answer that is sure: nothing but the logarithm is left.
      [targets, NUMBERS.map((x) => x > 0 ? 1 : 0)],
    ]);
    const right = (x: number) => Math.log1p(Math.exp(-Math.abs(x)));
    assertEquals(offBy(6, losses!, right, (_x, value, wanted) => value === 0 && wanted < NORMAL), []);
  });
}

Deno.test("ulps() counts units in the last place, of subnormals as well, and NaN is never near a number", () => {
  assertEquals(ulps(1 + 2 ** -23, 1), 1);
  assertEquals(ulps(0.5 - 2 ** -25, 0.5), 0.5);
  assertEquals(ulps(2 ** -149, 0), 1);
  assertEquals(ulps(NaN, NaN), 0);
  assert(Number.isNaN(ulps(NaN, 1)));
});
