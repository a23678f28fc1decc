/** Packed images. */
import { assert, assertEquals, assertThrows } from "@std/assert";
import { decodePixels, encodePixels } from "../../experiments/images/pixel_coder.ts";
import { DescentError } from "../../src/core/errors.ts";
import { randomWords, STREAM } from "../../src/core/random.ts";

const SIZE = { width: 28, height: 28 } as const, PIXELS = 28 * 28;

/** Strokes on black with every grey level at their edges, and noise, which no model foretells. */
function pictures(count: number): Uint8Array {
  const words = randomWords(count * PIXELS, { seed: 1, stream: STREAM.test });
  return Uint8Array.from(words, (word, i) => {
    const image = Math.floor(i / PIXELS), x = i % 28, y = Math.floor(i / 28) % 28;
    if (image === 0) return word;
    const far = Math.abs(x - 14 + image % 5 - (y - 14) / 3);
    return y < 4 || y > 23 || far > 3 ? 0 : far < 1.5 ? 253 : word % 252;
  });
}

Deno.test("packed images are what they were, whatever their pixels", () => {
  for (const pixels of [pictures(40), new Uint8Array(PIXELS), new Uint8Array(2 * PIXELS).fill(255)]) {
    assertEquals(decodePixels(encodePixels(pixels, SIZE), pixels.length / PIXELS, SIZE), pixels);
  }
});

Deno.test("black images take next to nothing, and noise hardly more than it is", () => {
  assert(encodePixels(new Uint8Array(500 * PIXELS), SIZE).length < 200);
  assert(encodePixels(pictures(1), SIZE).length < 1.5 * PIXELS);
});

Deno.test("packed images that are cut short, or followed by more, are refused", () => {
  const packed = encodePixels(pictures(3), SIZE), longer = new Uint8Array(packed.length + 1);
  longer.set(packed);
  for (const damaged of [packed.subarray(0, -40), longer]) {
    assertThrows(() => decodePixels(damaged, 3, SIZE), DescentError, "The packed images are damaged");
  }
});
