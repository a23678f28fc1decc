/** What `corrupt` does to its input: rates, values, masks that are the same everywhere, gradients. */
import { assert, assertAlmostEquals, assertEquals, assertThrows } from "@std/assert";
import { DescentError } from "../../src/core/errors.ts";
import { normal, randomWords, STREAM } from "../../src/core/random.ts";
import { type Shape, sizeOf } from "../../src/core/tensor.ts";
import { gradients } from "../../src/ir/gradients.ts";
import { leaf } from "../../src/ir/leaf.ts";
import type { Node } from "../../src/ir/node.ts";
import { compile } from "../../src/ir/plan.ts";
import { add } from "../../src/ops/add.ts";
import { corrupt, CORRUPTIONS, type CorruptOptions } from "../../src/ops/corrupt.ts";
import { dropout } from "../../src/ops/dropout.ts";
import { everyExecutor, forward } from "./forward.ts";

const EXECUTORS = await everyExecutor();
const [reference] = EXECUTORS;

type Noise = Omit<CorruptOptions, "lane"> & { readonly lane?: number };

/** Element of the inputs here: it is neither 0 nor 1 nor likely after Gaussian noise. */
const PLAIN = 0.25;

/** What a constant matrix becomes. */
async function corrupted(
  noise: Noise,
  { shape = [200, 51], executor = reference!, step = 0 }: {
    shape?: Shape;
    executor?: typeof EXECUTORS[number];
    step?: number;
  } = {},
): Promise<Float64Array> {
  const x = leaf("input", "x", shape), y = corrupt(x, { lane: 0, ...noise });
  const values = new Float32Array(sizeOf(shape)).fill(PLAIN);
  return (await forward(executor, [y], [[x, values]], { step }))[0]!;
}

const isHit = (value: number) => value !== PLAIN;
const maskOf = (values: Float64Array) => Array.from(values, isHit);

function mean(values: ArrayLike<number>): number {
  return Array.from(values).reduce((sum, value) => sum + value, 0) / values.length;
}

/** Refuses a share that lies more than four standard errors from what was asked for. */
function assertShare(share: number, expected: number, count: number): void {
  assertAlmostEquals(share, expected, 4 * Math.sqrt(expected * (1 - expected) / count));
}

for (const rate of [0.1, 0.4]) {
  Deno.test(`masking at a rate of ${rate} makes as many elements 0 and leaves the others`, async () => {
    const values = await corrupted({ kind: "masking", rate }), hit = values.filter(isHit);
    assertShare(hit.length / values.length, rate, values.length);
    assert(hit.every((value) => value === 0));
  });

  Deno.test(`salt and pepper at a rate of ${rate} makes as many elements 0 or 1, as often the one as the other`, async () => {
    const values = await corrupted({ kind: "salt_and_pepper", rate }), hit = values.filter(isHit);
    assertShare(hit.length / values.length, rate, values.length);
    assertShare(mean(hit), 0.5, hit.length);
    assert(hit.every((value) => value === 0 || value === 1));
  });

  Deno.test(`Gaussian noise at a rate of ${rate} adds normal numbers to as many elements, and is not clipped`, async () => {
    const values = await corrupted({ kind: "gaussian", rate, deviation: 0.5 }), hit = values.filter(isHit);
    assertShare(hit.length / values.length, rate, values.length);
    const noise = Float64Array.from(hit, (value) => (value - PLAIN) / 0.5);
    const error = 1 / Math.sqrt(noise.length);
    assertAlmostEquals(mean(noise), 0, 4 * error);
    assertAlmostEquals(mean(noise.map((value) => value ** 2)), 1, 4 * Math.sqrt(2) * error);
    assertAlmostEquals(mean(noise.map((value) => value ** 4)), 3, 4 * Math.sqrt(96) * error);
    assert(hit.some((value) => value < 0) && hit.some((value) => value > 1));
  });
}

for (const kind of CORRUPTIONS) {
  const noise = { kind, rate: 0.3, deviation: kind === "gaussian" ? 0.5 : 0 };

  Deno.test(`${kind} noise is the same on every executor`, async () => {
    const expected = await corrupted(noise, { step: 3 });
    // Box and Muller's transform in float32 is off by less than this, in deviations.
    const bound = kind === "gaussian" ? 6e-6 * 0.5 : 0;
    for (const executor of EXECUTORS.slice(1)) {
      const found = await corrupted(noise, { step: 3, executor });
      assertEquals(maskOf(found), maskOf(expected), executor.name);
      const worst = expected.reduce((most, value, at) => Math.max(most, Math.abs(value - found[at]!)), 0);
      assert(worst <= bound, `${executor.name} is off by ${worst}`);
    }
  });

  Deno.test(`${kind} noise at a rate of 0 changes nothing, and at a rate of 1 hits everything`, async () => {
    for (const executor of EXECUTORS) {
      const none = await corrupted({ ...noise, rate: 0 }, { shape: [9, 13], executor });
      const all = await corrupted({ ...noise, rate: 1 }, { shape: [9, 13], executor });
      assert(!none.some(isHit) && all.every(isHit), executor.name);
    }
  });

  Deno.test(`${kind} noise is drawn anew at each step and for each lane, and again for the same`, async () => {
    const first = await corrupted(noise);
    assertEquals(await corrupted(noise), first);
    for (const other of [await corrupted(noise, { step: 1 }), await corrupted({ ...noise, lane: 1 })]) {
      const both = first.filter((value, at) => isHit(value) && isHit(other[at]!)).length;
      assertShare(both / first.length, 0.09, first.length);
    }
  });

  Deno.test(`the gradient of ${kind} noise is that of what is left of its input`, async () => {
    const x = leaf("input", "x", [9, 13]), seed = leaf("input", "seed", [9, 13]);
    const y = corrupt(x, { ...noise, lane: 2 });
    const [dX] = gradients([{ value: y, seed }], [x], add);
    const values = new Float32Array(9 * 13).fill(PLAIN),
      seeds = normal(9 * 13, { seed: 1, stream: STREAM.test });
    for (const executor of EXECUTORS) {
      const [out, gradient] = await forward(executor, [y, dX!], [[x, values], [seed, seeds]]);
      const expected = Float32Array.from(
        seeds,
        (value, at) => kind === "gaussian" || !isHit(out![at]!) ? value : 0,
      );
      assertEquals(Float32Array.from(gradient!), expected, executor.name);
    }
  });
}

Deno.test("an element is hit when the upper 24 bits of its word are below the rate, word after word of the padded layout", async () => {
  const words = randomWords(9 * 8, { seed: 1, stream: STREAM.corruption, step: 4, lane: 5 });
  const values = await corrupted({ kind: "salt_and_pepper", rate: 0.5, lane: 5 }, { shape: [9, 5], step: 4 });
  const expected = Array.from(values, (_, at) => {
    const word = words[Math.floor(at / 5) * 8 + at % 5]!;
    return (word >>> 8) / 2 ** 24 < 0.5 ? word & 1 : PLAIN;
  });
  assertEquals([...values], expected);
  assert(expected.includes(0) && expected.includes(1) && expected.includes(PLAIN));
});

Deno.test("Gaussian noise is normal() at its own stream, whatever the mask", async () => {
  const place = { seed: 1, stream: STREAM.noise, step: 6, lane: 0 };
  const found = await corrupted({ kind: "gaussian", rate: 1, deviation: 2 }, { shape: [3, 8], step: 6 });
  assertEquals([...found], [...normal(24, place)].map((value) => PLAIN + 2 * value));
});

Deno.test("masking and dropout of one step and lane have nothing to do with each other", async () => {
  const x = leaf("input", "x", [200, 51]);
  const masked = corrupt(x, { kind: "masking", rate: 0.5, lane: 0 }),
    dropped = dropout(x, { rate: 0.5, lane: 0 });
  const [a, b] = await forward(reference!, [masked, dropped], [[x, new Float32Array(200 * 51).fill(1)]]);
  const both = a!.filter((value, at) => value === 0 && b![at] === 0).length;
  assertShare(both / a!.length, 0.25, a!.length);
});

Deno.test("noise at a rate of 0 on constant data is made once, other noise at each step", () => {
  const x = leaf("data", "x", [3, 5]);
  const setupOf = (y: Node) => compile({ forward: [y] }).setup.map(({ op }) => op.name);
  assertEquals(setupOf(corrupt(x, { kind: "masking", rate: 0, lane: 0 })), ["corrupt"]);
  assertEquals(setupOf(corrupt(x, { kind: "masking", rate: 0.1, lane: 0 })), []);
});

Deno.test("corrupt() refuses rates and deviations out of range", () => {
  const x = leaf("input", "x", [3, 5]);
  const refusal = (noise: Noise, message: string) =>
    assertThrows(() => corrupt(x, { lane: 0, ...noise }), DescentError, message);
  for (const rate of [-0.1, 1.1, NaN]) {
    refusal({ kind: "masking", rate }, `The corruption rate must be from 0 to 1, got ${rate}`);
  }
  for (const deviation of [-1, NaN, Infinity]) {
    refusal(
      { kind: "gaussian", rate: 0.1, deviation },
      `The deviation of gaussian noise must be 0 or more, got ${deviation}`,
    );
  }
  refusal({ kind: "masking", rate: 0.1, deviation: 1 }, "The deviation of masking noise must be 0, got 1");
});
