/** .npy and .npz files changed at random: each is refused in a sentence, or holds what its bytes say. */
import { assert, assertEquals } from "@std/assert";
import { zipSync } from "fflate";
import { join } from "node:path";
import { sizeOf } from "../../src/core/tensor.ts";
import { parseNpy } from "../../src/data/npy.ts";
import { readNpz } from "../../src/data/npz.ts";
import { longOr, withTempFolder } from "../fixtures.ts";
import { attempt, drawsOf, MUTATIONS, sameBytes } from "../mutations.ts";
import { encodeNpy } from "../npy_fixtures.ts";

const LONGS = BigInt64Array.from({ length: 24 }, (_, i) => BigInt(i * i - 50));
const BYTES = Uint8Array.from({ length: 120 }, (_, i) => i * i);
const FILES = [
  encodeNpy([2, 3, 4], LONGS, { descr: ">i8", isByColumns: true }),
  encodeNpy([6, 5, 4], BYTES, { descr: "|u1", version: 2 }),
];
const WAYS = Object.entries(MUTATIONS);

Deno.test("an .npy file that was changed is refused, or holds as many numbers as its shape says", async () => {
  const count = longOr(1000, 20_000);
  let refused = 0;
  for (let index = 0; index < count; index++) {
    const [name, mutate] = WAYS[index % WAYS.length]!, title = `mutation ${index}, ${name}`;
    const whole = FILES[index % 2]!, bytes = mutate(whole, drawsOf(index)), before = bytes.slice();
    const array = await attempt(() => parseNpy(bytes, { path: "x" }), title);
    assertEquals(bytes, before, title);
    if (array !== undefined) assertEquals(array.data.length, sizeOf(array.shape), title);
    else {
      assert(!sameBytes(bytes, whole), title);
      refused++;
    }
  }
  assert(refused > count / 4, `${refused} of ${count} were refused`);
});

Deno.test("an .npz file that was changed is refused, or each array holds what it held", () =>
  withTempFolder(async (folder) => {
    const path = join(folder, "x.npz"), count = longOr(600, 20_000);
    const [y, x] = FILES.map((bytes) => parseNpy(bytes, { path: "x" }));
    const archives = ([0, 6] as const).map((level) =>
      zipSync({ "y.npy": FILES[0]!, "x.npy": FILES[1]! }, { level })
    );
    let refused = 0;
    for (let index = 0; index < count; index++) {
      const [name, mutate] = WAYS[index % WAYS.length]!, title = `mutation ${index}, ${name}`;
      await Deno.writeFile(path, mutate(archives[Math.floor(index / WAYS.length) % 2]!, drawsOf(index)));
      const arrays = await attempt(() => readNpz(path), title);
      if (arrays === undefined) {
        refused++;
        continue;
      }
      // Names and times are in no checksum; and an entry whose name does not end with .npy is passed over.
      const found = Object.values(arrays);
      const expected = found.map((array) => array.shape.length === 3 && array.shape[0] === 2 ? y : x);
      assertEquals(found, expected, title);
    }
    assert(refused > count / 3, `${refused} of ${count} were refused`);
  }));
