/** Files changed at random, the same for the same seed: what tests of readers feed them. */
import { assert } from "@std/assert";
import { DescentError } from "../src/core/errors.ts";
import { randomWords, STREAM } from "../src/core/random.ts";

/** Whole numbers from 0 to below a bound, drawn one after another. */
export type Draw = (bound: number) => number;

/** Draws of the mutation `index`. */
export function drawsOf(index: number): Draw {
  let words = randomWords(64, { seed: 1, stream: STREAM.test, step: index }), at = 0, block = 0;
  return (bound) => {
    if (at === words.length) {
      words = randomWords(64, { seed: 1, stream: STREAM.test, step: index, lane: ++block });
      at = 0;
    }
    return Math.floor(words[at++]! / 2 ** 32 * bound);
  };
}

/** A way to change bytes; what it gives may be the same by chance. */
export type Mutation = (bytes: Uint8Array, draw: Draw) => Uint8Array;

const flipBit: Mutation = (bytes, draw) => {
  const changed = bytes.slice(), at = draw(bytes.length);
  changed[at]! ^= 1 << draw(8);
  return changed;
};

/** Bytes `from` to `to` replaced. */
export function splice(bytes: Uint8Array, from: number, to: number, middle: Uint8Array): Uint8Array {
  const changed = new Uint8Array(bytes.length - (to - from) + middle.length);
  changed.set(bytes.subarray(0, from));
  changed.set(middle, from);
  changed.set(bytes.subarray(to), from + middle.length);
  return changed;
}

/** Changes that need to know nothing of what the bytes mean. */
export const MUTATIONS = {
  "a flipped bit": flipBit,
  "some flipped bits": (bytes, draw) => {
    let changed = bytes;
    for (let left = 2 + draw(8); left > 0; left--) changed = flipBit(changed, draw);
    return changed;
  },
  "another byte": (bytes, draw) => {
    const changed = bytes.slice();
    changed[draw(bytes.length)] = draw(256);
    return changed;
  },
  "cut off": (bytes, draw) => bytes.slice(0, draw(bytes.length)),
  "bytes taken out": (bytes, draw) => {
    const from = draw(bytes.length);
    return splice(bytes, from, Math.min(bytes.length, from + 1 + draw(16)), new Uint8Array());
  },
  "bytes put in": (bytes, draw) => {
    const at = draw(bytes.length + 1);
    return splice(bytes, at, at, Uint8Array.from({ length: 1 + draw(16) }, () => draw(256)));
  },
  "a stretch repeated": (bytes, draw) => {
    const from = draw(bytes.length), to = Math.min(bytes.length, from + 1 + draw(64));
    return splice(bytes, to, to, bytes.slice(from, to));
  },
  "a stretch of zeros": (bytes, draw) => {
    const changed = bytes.slice(), from = draw(bytes.length);
    return changed.fill(0, from, from + 1 + draw(64));
  },
  "a stretch moved": (bytes, draw) => {
    const changed = bytes.slice(), from = draw(bytes.length);
    changed.copyWithin(draw(bytes.length), from, from + 1 + draw(64));
    return changed;
  },
} as const satisfies Readonly<Record<string, Mutation>>;

/** Whether two files are the same. */
export function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && a.every((byte, i) => byte === b[i]);
}

/** What `read` gives; undefined where it refuses in a sentence of a line. Whatever else it throws ends the test. */
export async function attempt<T>(read: () => T | Promise<T>, title: string): Promise<T | undefined> {
  try {
    return await read();
  } catch (error) {
    if (!(error instanceof DescentError)) throw new Error(`${title}: ${error}`, { cause: error });
    assert(error.message.length < 600 && !error.message.includes("\n"), `${title}: ${error.message}`);
    return undefined;
  }
}
