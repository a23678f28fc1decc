/** The random generator against the known answers of its authors, and its distributions. */
import { assert, assertAlmostEquals, assertEquals } from "@std/assert";
import {
  normal,
  permutation,
  philox4x32,
  type RandomPlace,
  randomWords,
  seedKey,
  STREAM,
  uniform,
  unitInterval,
} from "../../src/core/random.ts";

const PLACE: RandomPlace = { seed: 1, stream: STREAM.test };

const hexOf = (words: Iterable<number>) =>
  Array.from(words, (word) => word.toString(16).padStart(8, "0")).join(" ");

Deno.test("philox4x32() gives the known answers of Random123 for philox4x32-10", () => {
  const ones = 0xffffffff;
  assertEquals(hexOf(philox4x32([0, 0, 0, 0], [0, 0])), "6627e8d5 e169c58d bc57ac4c 9b00dbd8");
  assertEquals(
    hexOf(philox4x32([ones, ones, ones, ones], [ones, ones])),
    "408f276d 41c83b0e a20bc7c6 6d5451fd",
  );
  assertEquals(
    hexOf(philox4x32([0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344], [0xa4093822, 0x299f31d0])),
    "d16cfe09 94fdcceb 5001e420 24126ea1",
  );
});

Deno.test("randomWords() takes word i from block i/4 of the counter [block, step, lane, stream]", () => {
  const place = { seed: 7, stream: 9, step: 11, lane: 13 };
  const blocks = [0, 1, 2].flatMap((block) => philox4x32([block, 11, 13, 9], [7, 0]));
  assertEquals([...randomWords(10, place)], blocks.slice(0, 10));
});

Deno.test("randomWords() of fewer words are the first of those of more", () => {
  const many = randomWords(1000, PLACE);
  for (const count of [0, 1, 2, 3, 4, 5, 999]) assertEquals(randomWords(count, PLACE), many.slice(0, count));
});

Deno.test("seedKey() uses all 53 bits of a seed", () => {
  assertEquals(seedKey(0), [0, 0]);
  assertEquals(seedKey(2 ** 32 + 5), [5, 1]);
  assertEquals(seedKey(2 ** 53 - 1), [0xffffffff, 0x1fffff]);
});

Deno.test("unitInterval() covers 0 to just below 1 in steps that float32 holds", () => {
  assertEquals([unitInterval(0), unitInterval(0xffffffff)], [0, 1 - 2 ** -24]);
  for (const value of uniform(1000, PLACE)) assertEquals(Math.fround(value), value);
});

function momentsOf(
  values: Float64Array,
): { mean: number; variance: number; skewness: number; kurtosis: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const central = (power: number) =>
    values.reduce((sum, value) => sum + (value - mean) ** power, 0) / values.length;
  const variance = central(2);
  return { mean, variance, skewness: central(3) / variance ** 1.5, kurtosis: central(4) / variance ** 2 };
}

/** Largest distance between the share of values below x and what it should be (Kolmogorov and Smirnov), times √n. */
function distanceFrom(distribution: (x: number) => number, values: Float64Array): number {
  const sorted = values.toSorted(), { length } = sorted;
  let largest = 0;
  sorted.forEach((value, i) => {
    const expected = distribution(value);
    largest = Math.max(largest, Math.abs(expected - i / length), Math.abs(expected - (i + 1) / length));
  });
  return largest * Math.sqrt(length);
}

/** The normal distribution, by Simpson's rule on its density. */
function normalBelow(x: number): number {
  const steps = Math.max(1, Math.ceil(Math.abs(x) * 50)), width = x / steps;
  let sum = 0;
  for (let i = 0; i < steps; i++) {
    const a = i * width, density = (at: number) => Math.exp(-at * at / 2);
    sum += (density(a) + 4 * density(a + width / 2) + density(a + width)) * width / 6;
  }
  return 0.5 + sum / Math.sqrt(2 * Math.PI);
}

// A distance of 1.63 or more has a chance of 1 in 100, 1.95 one of 1 in 1000; the seeds are fixed.
const LARGEST_DISTANCE = 1.63;
const COUNT = 20_000;

Deno.test("uniform() has the moments and the distribution of [0, 1)", () => {
  const values = uniform(COUNT, PLACE), { mean, variance } = momentsOf(values);
  assert(values.every((value) => value >= 0 && value < 1));
  assertAlmostEquals(mean, 1 / 2, 4 * Math.sqrt(1 / 12 / COUNT));
  assertAlmostEquals(variance, 1 / 12, 4 * Math.sqrt(1 / 180 / COUNT));
  const distance = distanceFrom((x) => x, values);
  assert(distance < LARGEST_DISTANCE, `distance ${distance}`);
});

Deno.test("normal() has the moments and the distribution of the standard normal", () => {
  const values = normal(COUNT, PLACE), { mean, variance, skewness, kurtosis } = momentsOf(values);
  assertAlmostEquals(mean, 0, 4 / Math.sqrt(COUNT));
  assertAlmostEquals(variance, 1, 4 * Math.sqrt(2 / COUNT));
  assertAlmostEquals(skewness, 0, 4 * Math.sqrt(6 / COUNT));
  assertAlmostEquals(kurtosis, 3, 4 * Math.sqrt(24 / COUNT));
  const distance = distanceFrom(normalBelow, values);
  assert(distance < LARGEST_DISTANCE, `distance ${distance}`);
});

Deno.test("normal() of an odd count is the start of the even one, and its pairs do not correlate", () => {
  const values = normal(COUNT, PLACE);
  assertEquals(normal(COUNT - 1, PLACE), values.slice(0, -1));
  let product = 0;
  for (let i = 0; i < COUNT; i += 2) product += values[i]! * values[i + 1]!;
  assertAlmostEquals(product / (COUNT / 2), 0, 4 / Math.sqrt(COUNT / 2));
});

Deno.test("distanceFrom() rejects a distribution that is off by three hundredths", () => {
  assert(distanceFrom((x) => x, uniform(COUNT, PLACE).map((value) => value ** 1.06)) > LARGEST_DISTANCE);
  assert(distanceFrom(normalBelow, normal(COUNT, PLACE).map((value) => value + 0.03)) > LARGEST_DISTANCE);
});

Deno.test("permutation() holds each of 0 to count - 1 once, for every small count and a large one", () => {
  for (const count of [0, 1, 2, 3, 4, 5, 17, 64, 11385]) {
    const order = permutation(count, PLACE);
    assertEquals(order.toSorted(), Uint32Array.from({ length: count }, (_, i) => i));
  }
  assert(permutation(11385, PLACE).some((value, i) => value !== i));
});

Deno.test("permutation() gives each order of four things equally often", () => {
  const counts = new Map<string, number>(), trials = 12_000;
  for (let step = 0; step < trials; step++) {
    const key = permutation(4, { ...PLACE, step }).join("");
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  assertEquals(counts.size, 24);
  const expected = trials / 24;
  const chiSquare = [...counts.values()].reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
  // 23 degrees of freedom: above 41.6 with a chance of 1 in 100.
  assert(chiSquare < 41.6, `chi-square ${chiSquare}`);
});

Deno.test("permutation() puts each of ten things equally often in each place", () => {
  const counts = Array.from({ length: 100 }, () => 0), trials = 5000;
  for (let step = 0; step < trials; step++) {
    permutation(10, { ...PLACE, lane: 1, step }).forEach((value, place) => counts[10 * place + value]! += 1);
  }
  const expected = trials / 10;
  const chiSquare = counts.reduce((sum, count) => sum + (count - expected) ** 2 / expected, 0);
  // 81 degrees of freedom: above 113.5 with a chance of 1 in 100.
  assert(chiSquare < 113.5, `chi-square ${chiSquare}`);
});

Deno.test("words of another seed, stream, step or lane are others, and do not correlate", () => {
  const places: readonly RandomPlace[] = [
    PLACE,
    { ...PLACE, seed: 2 },
    { ...PLACE, seed: 1 + 2 ** 32 },
    { ...PLACE, step: 1 },
    { ...PLACE, lane: 1 },
    ...Object.values(STREAM).filter((stream) => stream !== PLACE.stream).map((stream) => ({
      ...PLACE,
      stream,
    })),
  ];
  const sequences = places.map((place) => uniform(4000, place));
  for (const [i, a] of sequences.entries()) {
    for (const b of sequences.slice(i + 1)) {
      const equal = a.filter((value, at) => value === b[at]).length;
      assert(equal <= 2, `${equal} of 4000 words are the same`);
      const covariance = a.reduce((sum, value, at) => sum + (value - 0.5) * (b[at]! - 0.5), 0) / 4000;
      assertAlmostEquals(covariance * 12, 0, 4 / Math.sqrt(4000));
    }
  }
});

Deno.test("each purpose has a stream of its own", () => {
  const streams = Object.values(STREAM);
  assertEquals(new Set(streams).size, streams.length);
});
