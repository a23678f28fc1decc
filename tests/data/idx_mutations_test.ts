/** IDX files changed at random: each is refused in a sentence, or it says in its header what it holds. */
import { assert, assertEquals } from "@std/assert";
import { join } from "node:path";
import { sizeOf } from "../../src/core/tensor.ts";
import { parseIdx, readIdx } from "../../src/data/idx.ts";
import { encodeIdx, gzipBytes, longOr, withTempFolder } from "../fixtures.ts";
import { attempt, drawsOf, type Mutation, MUTATIONS, sameBytes } from "../mutations.ts";

const DATA = Uint8Array.from({ length: 6 * 5 * 4 }, (_, i) => i * i);
const WAYS: readonly (readonly [string, Mutation])[] = [
  ...Object.entries(MUTATIONS),
  ["sizes exchanged", (bytes, draw) => {
    const changed = bytes.slice(), a = 4 + 4 * draw(3), b = 4 + 4 * draw(3);
    changed.set(bytes.subarray(a, a + 4), b);
    changed.set(bytes.subarray(b, b + 4), a);
    return changed;
  }],
];

Deno.test("an IDX file that was changed is refused, or holds what its header and its bytes say", async () => {
  const wholes = [encodeIdx([6, 5, 4], DATA), encodeIdx([2, 3, 4], Float64Array.from(DATA.subarray(0, 24)))];
  const count = longOr(1000, 20_000);
  let refused = 0;
  for (let index = 0; index < count; index++) {
    const [name, mutate] = WAYS[index % WAYS.length]!, title = `mutation ${index}, ${name}`;
    const whole = wholes[index % 2]!, bytes = mutate(whole, drawsOf(index));
    const idx = await attempt(() => parseIdx(bytes, { path: "x", rank: 3 }), title);
    if (idx === undefined) {
      assert(!sameBytes(bytes, whole), title);
      refused++;
      continue;
    }
    // Without a hash a changed pixel cannot be told from a true one; but nothing is read from where it is not.
    assertEquals([idx.shape.length, idx.data.length], [3, sizeOf(idx.shape)], title);
    // A number that is none has many forms, and an engine may give it another.
    if (!idx.data.some(Number.isNaN)) assertEquals(encodeIdx(idx.shape, idx.data), bytes, title);
  }
  assert(refused > count / 4, `${refused} of ${count} were refused`);
});

Deno.test("a packed IDX file that was changed is refused, or holds what it held", () =>
  withTempFolder(async (folder) => {
    const file = encodeIdx([6, 5, 4], DATA), path = join(folder, "images.gz");
    const halves = [file.slice(0, 50), file.slice(50)];
    const packed = Uint8Array.from((await Promise.all(halves.map(gzipBytes))).flatMap((part) => [...part]));
    const count = longOr(300, 20_000), ways = Object.entries(MUTATIONS);
    let refused = 0;
    for (let index = 0; index < count; index++) {
      const [name, mutate] = ways[index % ways.length]!, title = `mutation ${index}, ${name}`;
      await Deno.writeFile(path, mutate(packed, drawsOf(index)));
      const idx = await attempt(() => readIdx(path, { rank: 3 }), title);
      // Names, times and flags in a member's head say nothing of what it holds; its CRC-32 says the rest.
      if (idx !== undefined) assertEquals(idx, { shape: [6, 5, 4], data: DATA }, title);
      else refused++;
    }
    assert(refused > count / 2, `${refused} of ${count} were refused`);
  }));
