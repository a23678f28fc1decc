/** The seam: what it gives on Node and in browsers, beside Deno, which has the parts of all three. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { platform } from "../../src/core/choose_platform.ts";
import { causeOf } from "../../src/core/errors.ts";
import { joinPath } from "../../src/core/paths.ts";
import { browserPlatform } from "../../src/core/platform_browser.ts";
import { denoPlatform } from "../../src/core/platform_deno.ts";
import { nodePlatform } from "../../src/core/platform_node.ts";
import { withTempFolder } from "../fixtures.ts";

const PLACES = { deno: denoPlatform(), node: nodePlatform(), browser: browserPlatform() };
const WITH_FILES = [PLACES.deno, PLACES.node];
const BYTES = Uint8Array.from({ length: 70_000 }, (_, i) => i * 7);

Deno.test("a place writes, lists, renames and removes files, and tells what is at a path", () =>
  withTempFolder(async (folder) => {
    for (const { files } of WITH_FILES) {
      const inner = join(folder, "a", "b"), path = join(inner, "x");
      await files.makeFolder(inner);
      await files.write(path, BYTES, { isNew: true });
      await assertRejects(() => files.write(path, BYTES, { isNew: true }));
      await files.write(path, BYTES.subarray(5), { isNew: false });
      await files.syncFolder(inner);
      assertEquals(await files.read(path), BYTES.slice(5));
      assertEquals(await files.readStart(path, 3), BYTES.slice(5, 8));
      await Deno.symlink("x", join(inner, "link"));
      assertEquals((await files.stat(join(inner, "link"))).size, BYTES.length - 5);
      assert((await files.lstat(join(inner, "link"))).isSymlink);
      assertEquals(await files.readLink(join(inner, "link")), "x");
      assertEquals((await files.list(join(folder, "a"))).map(({ isDirectory }) => isDirectory), [true]);
      await files.rename(path, join(inner, "y"));
      const gone = await files.stat(path).catch((error: unknown) => error);
      assert(files.isNotFound(gone));
      await files.remove(join(inner, "y"));
      assertEquals((await files.list(inner)).map(({ name, isSymlink }) => [name, isSymlink]), [[
        "link",
        true,
      ]]);
      await Deno.remove(join(folder, "a"), { recursive: true });
    }
  }));

Deno.test("a missing file has the same words in Node as in Deno", async () => {
  for (const { files } of WITH_FILES) {
    const error = await files.read("/no/such/file").catch((error: unknown) => error);
    assertEquals(causeOf(error), "no such file or directory");
  }
});

Deno.test("a browser says that it has no files, and what to do", async () => {
  const error = await assertRejects(() => PLACES.browser.files.read("model.safetensors"), Error);
  assertEquals(
    error.message,
    "a browser gives programs no files; read from an address (https://…), or use bytes, as encodeModel() and " +
      "decodeModel() do",
  );
});

Deno.test("hashes and check sums are the same everywhere", async () => {
  for (const bytes of [new Uint8Array(), BYTES]) {
    for (const place of Object.values(PLACES)) {
      assertEquals(await place.sha256(bytes), await PLACES.deno.sha256(bytes));
      assertEquals(place.crc32(bytes), PLACES.deno.crc32(bytes));
    }
  }
  // "check" of the catalogue of CRC algorithms.
  assertEquals(PLACES.browser.crc32(new TextEncoder().encode("123456789")), 0xcbf43926);
});

Deno.test("gzip is unpacked everywhere", async () => {
  for (const place of Object.values(PLACES)) {
    const { pieces, isWhole, stop } = place.gunzip(gzipSync(BYTES)), unpacked: number[] = [];
    for await (const piece of pieces) unpacked.push(...piece);
    stop();
    assert(isWhole());
    assertEquals(Uint8Array.from(unpacked), BYTES);
  }
});

Deno.test("the place is found out once, and an asset is read by its address", async () => {
  assertEquals(platform(), platform());
  const own = new URL(import.meta.url);
  for (const place of WITH_FILES) {
    assertEquals(await place.readAsset(own), await Deno.readFile(own));
    assertEquals(place.files.pathOf(own), import.meta.filename);
  }
});

Deno.test("joinPath() joins as node:path does", () => {
  for (const folder of ["a", "a/", "/a/b", ".", "./a", "", "../a", "/"]) {
    assertEquals(joinPath(folder, "x.png"), join(folder, "x.png"), folder);
  }
});
