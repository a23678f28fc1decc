/** IDX files of every kind of number. */
import { assert, assertEquals, assertRejects, assertStrictEquals } from "@std/assert";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { DescentError } from "../../src/core/errors.ts";
import type { NumberArray } from "../../src/data/elements.ts";
import { parseIdx, readIdx } from "../../src/data/idx.ts";
import { encodeIdx, gzipBytes, withTempFolder } from "../fixtures.ts";

const ARRAYS: readonly NumberArray[] = [
  Uint8Array.of(0, 1, 127, 128, 255, 7),
  Int8Array.of(0, 1, 127, -128, -1, 7),
  Int16Array.of(0, 1, 32767, -32768, -2, 300),
  Int32Array.of(0, 1, 2 ** 31 - 1, -(2 ** 31), -3, 70_000),
  Float32Array.of(0, 0.5, -1.25, 3e38, -Infinity, NaN),
  Float64Array.of(0, 0.1, -1 / 3, 1e300, -Infinity, NaN),
];
const SHAPES = [[6], [3, 2], [1, 2, 3], [1, 3, 1, 2]];

Deno.test("parseIdx() reads every kind of number at every rank, and leaves the bytes as they were", () => {
  for (const data of ARRAYS) {
    for (const shape of SHAPES) {
      const file = encodeIdx(shape, data), before = file.slice();
      assertEquals(parseIdx(file, { path: "x", rank: shape.length }), { shape, data });
      assertEquals(file, before);
    }
  }
});

Deno.test("parseIdx() reads every kind of number from the middle of a buffer", () => {
  for (const data of ARRAYS) {
    for (let aside = 0; aside < 8; aside++) {
      const file = encodeIdx([6], data), padded = new Uint8Array(file.length + 9);
      padded.set(file, aside);
      assertEquals(parseIdx(padded.subarray(aside, aside + file.length), { path: "x" }).data, data);
    }
  }
});

Deno.test("readIdx() reads every kind of number, plain and packed, without a second copy", () =>
  withTempFolder(async (folder) => {
    for (const data of ARRAYS) {
      for (const shape of SHAPES) {
        const file = encodeIdx(shape, data), path = join(folder, "x");
        await Deno.writeFile(path, file);
        const read = await readIdx(path);
        assertEquals(read, { shape, data });
        assertStrictEquals(read.data.buffer.byteLength, file.length);
        await Deno.writeFile(path, await gzipBytes(file));
        assertEquals(await readIdx(pathToFileURL(path)), { shape, data });
      }
    }
  }));

Deno.test("readIdx() reads from a web address, and says what a server answers", async () => {
  const file = encodeIdx([2], Uint8Array.of(7, 4));
  await using server = Deno.serve(
    { port: 0, hostname: "127.0.0.1", onListen: () => {} },
    ({ url }) => url.endsWith("/x") ? new Response(file) : new Response("", { status: 404 }),
  );
  const address = `http://127.0.0.1:${server.addr.port}/`;
  assertEquals((await readIdx(new URL("x", address))).data, Uint8Array.of(7, 4));
  const { message } = await assertRejects(() => readIdx(`${address}y`), DescentError);
  assertEquals(message, `Cannot read ${address}y: the server answers 404 Not Found; check the address`);
  await server.shutdown();
  const error = await assertRejects(() => readIdx(`${address}x`), DescentError);
  assertEquals(error.message, `Cannot read ${address}x: the server cannot be reached; check the address`);
});

Deno.test("parseIdx() counts the bytes that each kind of number takes", async () => {
  const file = encodeIdx([2, 2], Int16Array.of(1, 2, 3, 4));
  const messageOf = async (bytes: Uint8Array, rank?: number) =>
    (await assertRejects(async () => await parseIdx(bytes, { path: "x", rank }), DescentError)).message;
  assertEquals(
    await messageOf(file.subarray(0, -1)),
    "x is truncated: its header says [2,2], which takes 20 bytes, but it has 19; copy or download it again",
  );
  assertEquals(
    await messageOf(file, 1),
    "x is a file of 2 axes (magic 0x00000b02), but a labels file (magic 0x00000b01) is expected; check that files " +
      "are not mixed up",
  );
  assert((await messageOf(Uint8Array.of(0, 0, 0x0a, 1, 0, 0, 0, 1, 5))).startsWith("x is not an IDX file: "));
});
