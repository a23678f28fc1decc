/**
 * The one random generator: Philox4x32-10, counter-based and integer only, so that a word depends on nothing
 * but (seed, stream, step, lane, index) and is the same in TypeScript, WebAssembly and WGSL.
 *
 * Source: Salmon, Moraes, Dror, Shaw: "Parallel random numbers: as easy as 1, 2, 3" (SC 2011); the known
 * answers in the tests are those of the authors' Random123 library.
 */
import { require } from "./errors.ts";
import { shown } from "./option_names.ts";

/** What random words are drawn for: each purpose has its own stream, so that none disturbs another. */
export const STREAM = {
  weights: 1,
  shuffle: 2,
  split: 3,
  mask: 4,
  test: 5,
  corruption: 6,
  noise: 7,
  augmentation: 8,
} as const;

export type Words4 = readonly [number, number, number, number];

const MULTIPLIER_0 = 0xd2511f53, MULTIPLIER_1 = 0xcd9e8d57;
const WEYL_0 = 0x9e3779b9, WEYL_1 = 0xbb67ae85;
const ROUNDS = 10;

/** High 32 bits of the product of two u32. */
export function multiplyHigh(a: number, b: number): number {
  const aLow = a & 0xffff, aHigh = a >>> 16, bLow = b & 0xffff, bHigh = b >>> 16;
  const low = aLow * bLow;
  const middle1 = aHigh * bLow + (low >>> 16); // below 2^32, so exact
  const middle2 = aLow * bHigh + (middle1 & 0xffff);
  return (aHigh * bHigh + Math.floor(middle1 / 65536) + Math.floor(middle2 / 65536)) >>> 0;
}

/**
 * One block of Philox4x32-10: four u32 words from a counter of four and a key of two.
 *
 * @example
 * ```ts
 * import { assert } from "@std/assert";
 * import { philox4x32 } from "./random.ts";
 * assert(philox4x32([0, 0, 0, 0], [0, 0])[0] === 0x6627e8d5);
 * ```
 */
export function philox4x32(counter: Words4, key: readonly [number, number]): Words4 {
  let [c0, c1, c2, c3] = counter;
  let [k0, k1] = key;
  for (let round = 0; round < ROUNDS; round++) {
    const high0 = multiplyHigh(MULTIPLIER_0, c0), low0 = Math.imul(MULTIPLIER_0, c0) >>> 0;
    const high1 = multiplyHigh(MULTIPLIER_1, c2), low1 = Math.imul(MULTIPLIER_1, c2) >>> 0;
    c0 = (high1 ^ c1 ^ k0) >>> 0;
    c1 = low1;
    c2 = (high0 ^ c3 ^ k1) >>> 0;
    c3 = low0;
    k0 = (k0 + WEYL_0) >>> 0;
    k1 = (k1 + WEYL_1) >>> 0;
  }
  return [c0, c1, c2, c3];
}

/** Where in the generator a sequence starts. `seed` is a whole number from 0 to 2^53 - 1. */
export interface RandomPlace {
  readonly seed: number;
  readonly stream: number;
  /** Training step, epoch or class: whatever asks for fresh words. */
  readonly step?: number;
  /** Which tensor or layer, where several draw in one step. */
  readonly lane?: number;
}

/** The two words of a seed, as the key of the generator. */
export function seedKey(seed: number): readonly [number, number] {
  return [seed >>> 0, Math.floor(seed / 4294967296) >>> 0];
}

/** `count` random u32 words; word i is word i % 4 of the block with counter [⌊i/4⌋, step, lane, stream]. */
export function randomWords(count: number, place: RandomPlace): Uint32Array {
  const words = new Uint32Array(count), key = seedKey(place.seed);
  for (let i = 0; i < count; i += 4) {
    const block = philox4x32([i >>> 2, place.step ?? 0, place.lane ?? 0, place.stream], key);
    for (let w = 0; w < 4 && i + w < count; w++) words[i + w] = block[w]!;
  }
  return words;
}

/** A random word as a number in [0, 1) with 24 bits, which float32 holds exactly. */
export function unitInterval(word: number): number {
  return (word >>> 8) * 2 ** -24;
}

/** `count` uniform numbers in [0, 1). */
export function uniform(count: number, place: RandomPlace): Float64Array {
  const words = randomWords(count, place), out = new Float64Array(count);
  for (let i = 0; i < count; i++) out[i] = unitInterval(words[i]!);
  return out;
}

/** `count` standard normal numbers, by Box and Muller's transform of pairs of words. */
export function normal(count: number, place: RandomPlace): Float64Array {
  const words = randomWords(count + (count & 1), place), out = new Float64Array(count);
  for (let i = 0; i < count; i += 2) {
    const radius = Math.sqrt(-2 * Math.log(1 - unitInterval(words[i]!)));
    const angle = 2 * Math.PI * unitInterval(words[i + 1]!);
    out[i] = radius * Math.cos(angle);
    if (i + 1 < count) out[i + 1] = radius * Math.sin(angle);
  }
  return out;
}

/**
 * A random order of 0 … count-1 (Fisher and Yates). The bound is applied by the high word of a 64-bit product;
 * its bias, under count / 2^32, is far below anything that a training run could show.
 *
 * @example
 * ```ts
 * import { assert } from "@std/assert";
 * import { permutation, STREAM } from "./random.ts";
 * const order = permutation(10, { seed: 1, stream: STREAM.shuffle });
 * assert([...order].sort((a, b) => a - b).every((value, i) => value === i));
 * ```
 */
export function permutation(count: number, place: RandomPlace): Uint32Array {
  const order = Uint32Array.from({ length: count }, (_, i) => i);
  const words = randomWords(Math.max(count - 1, 0), place);
  for (let last = count - 1; last > 0; last--) {
    const other = multiplyHigh(words[count - 1 - last]!, last + 1);
    const kept = order[last]!;
    order[last] = order[other]!;
    order[other] = kept;
  }
  return order;
}

/** Throws `DescentError` unless `seed` is a whole number from 0 to 2^53 - 1. */
export function requireSeed(seed: number): void {
  require(
    Number.isSafeInteger(seed) && seed >= 0,
    () => `Seed must be a whole number from 0 to 2^53 - 1, got ${shown(seed)}`,
  );
}
