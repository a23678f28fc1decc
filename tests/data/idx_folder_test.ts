/** Folders of IDX files as their publishers name them. */
import { assertEquals, assertRejects } from "@std/assert";
import { join } from "node:path";
import { DescentError } from "../../src/core/errors.ts";
import type { Shape } from "../../src/core/tensor.ts";
import { fashionNames } from "../../src/data/class_names.ts";
import type { NumberArray } from "../../src/data/elements.ts";
import { type IdxFolderOptions, readIdxFolder } from "../../src/data/idx_folder.ts";
import { folderSet } from "../../src/data/source.ts";
import { encodeIdx, gzipBytes, withTempFolder, writeIdxFolder } from "../fixtures.ts";

async function messageOf(folder: string, options?: IdxFolderOptions): Promise<string> {
  return (await assertRejects(() => readIdxFolder(folder, options), DescentError)).message;
}

const write = (folder: string, name: string, shape: Shape, data: NumberArray) =>
  Deno.writeFile(join(folder, name), encodeIdx(shape, data));

/** Images of 2 × 3 that count their pixels up. */
const pixelsOf = (rows: number) => Uint8Array.from({ length: 6 * rows }, (_, i) => i);

async function writeSet(folder: string, prefix: string, train: number[], test: number[]): Promise<void> {
  for (const [part, labels] of [["train", train], ["test", test]] as const) {
    await write(folder, `${prefix}${part}-images-idx3-ubyte`, [labels.length, 2, 3], pixelsOf(labels.length));
    await write(folder, `${prefix}${part}-labels-idx1-ubyte`, [labels.length], Uint8Array.from(labels));
  }
}

Deno.test("readIdxFolder() reads MNIST's names in all their forms", () =>
  withTempFolder(async (folder) => {
    for (const [i, form] of [{}, { gzip: true }, { dotted: true }, { gzip: true, dotted: true }].entries()) {
      const path = join(folder, String(i));
      await Deno.mkdir(path);
      await writeIdxFolder(path, { train: 30, t10k: 20, size: 8, ...form });
      const { train, test } = await readIdxFolder(path);
      assertEquals([train.inputShape, train.inputs.length, test.inputs.length], [[8, 8], 30 * 64, 20 * 64]);
      assertEquals(train.targets?.subarray(0, 12), Uint8Array.of(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 0, 1));
      assertEquals(test.classNames, ["0", "1", "2", "3", "4", "5", "6", "7", "8", "9"]);
      assertEquals(train.inputs, (await folderSet(path)).train.images.data);
    }
  }));

Deno.test("readIdxFolder() turns EMNIST's images upright, and has letters count from 0", () =>
  withTempFolder(async (folder) => {
    await writeSet(folder, "emnist-letters-", [1, 26, 3], [2]);
    const { train, test } = await readIdxFolder(folder);
    // In the file a column of the image lies where a row does.
    assertEquals(train.inputShape, [3, 2]);
    assertEquals(train.inputs.subarray(0, 12), Uint8Array.of(0, 3, 1, 4, 2, 5, 6, 9, 7, 10, 8, 11));
    assertEquals([train.targets, test.targets], [Uint8Array.of(0, 25, 2), Uint8Array.of(1)]);
    assertEquals(train.classNames?.join(""), "ABCDEFGHIJKLMNOPQRSTUVWXYZ");
  }));

Deno.test("readIdxFolder() calls EMNIST's classes as its mapping file says", () =>
  withTempFolder(async (folder) => {
    await writeSet(folder, "emnist-balanced-", [36, 0], [46]);
    assertEquals((await readIdxFolder(folder)).test.classNames?.slice(34).join(""), "YZabdefghnqrt");
    await Deno.writeTextFile(join(folder, "emnist-balanced-mapping.txt"), "0 48\r\n36 97 65\r\n46 116\r\n");
    const { train, test } = await readIdxFolder(folder, { set: "emnist-balanced" });
    assertEquals([train.classNames, train.targets, test.targets], [
      ["0", "a", "t"],
      Uint8Array.of(1, 0),
      Uint8Array.of(2),
    ]);
    await Deno.writeTextFile(join(folder, "emnist-balanced-mapping.txt"), "0 48\nten 65\n");
    assertEquals(
      await messageOf(folder),
      `Line 2 of ${
        join(folder, "emnist-balanced-mapping.txt")
      } is "ten 65", but a label and the code of its ` +
        'character, such as "10 65", are expected',
    );
  }));

Deno.test("readIdxFolder() takes the class from QMNIST's eight columns", () =>
  withTempFolder(async (folder) => {
    const labels = (rows: number[]) =>
      Int32Array.from(rows.flatMap((label) => [label, 1, 3600, 5, 6, 7, 8, 9]));
    for (const [part, rows] of [["train", [5, 0, 9]], ["test", [9, 5]]] as const) {
      const images = encodeIdx([rows.length, 2, 3], pixelsOf(rows.length));
      await Deno.writeFile(join(folder, `qmnist-${part}-images-idx3-ubyte.gz`), await gzipBytes(images));
      await write(folder, `qmnist-${part}-labels-idx2-int`, [rows.length, 8], labels([...rows]));
    }
    const { train, test } = await readIdxFolder(folder);
    assertEquals([train.targets, test.targets], [Uint8Array.of(1, 0, 2), Uint8Array.of(2, 1)]);
    assertEquals([train.classNames, train.inputShape], [["0", "5", "9"], [2, 3]]);
    await write(folder, "qmnist-test-labels-idx2-int", [2, 3], Int32Array.of(1, 2, 3, 4, 5, 6));
    assertEquals(
      await messageOf(folder),
      `${
        join(folder, "qmnist-test-labels-idx2-int")
      } is [2,3], but labels are one number a row, or eight as in ` +
        "QMNIST",
    );
  }));

Deno.test("readIdxFolder() names classes by classes.txt or by its option, whether labels begin at 0 or at 1", () =>
  withTempFolder(async (folder) => {
    await writeSet(folder, "", [1, 2, 3, 1], [3]);
    await Deno.writeTextFile(join(folder, "classes.txt"), "\ufeffcat\r\ndog\r\nowl\r\n\r\n");
    const { train, test } = await readIdxFolder(folder);
    assertEquals(train.classNames, ["cat", "dog", "owl"]);
    assertEquals([train.targets, test.targets], [Uint8Array.of(0, 1, 2, 0), Uint8Array.of(2)]);
    assertEquals(
      (await folderSet(folder).catch((error) => error.message)).startsWith("There are no t10k"),
      true,
    );
    const four = await readIdxFolder(folder, { classNames: ["none", "cat", "dog", "owl"] });
    assertEquals([four.train.targets, four.test.classNames?.[3]], [Uint8Array.of(1, 2, 3, 1), "owl"]);
    const labels = join(folder, "train-labels-idx1-ubyte");
    assertEquals(
      await messageOf(folder, { classNames: ["cat", "dog"] }),
      `${labels} has the label 2, but there are names for 2 classes, 0 to 1; name them all`,
    );
    await Deno.writeTextFile(join(folder, "classes.txt"), "cat\n\nowl\n");
    const names = join(folder, "classes.txt");
    assertEquals(await messageOf(folder), `Line 2 of ${names} is empty; give the name of class 1 there`);
    await Deno.writeTextFile(names, "cat\nowl\ncat\n");
    assertEquals(
      await messageOf(folder),
      `Line 3 of ${names} names the class "cat" a second time; give each class its own name`,
    );
    await Deno.writeTextFile(names, "");
    assertEquals(await messageOf(folder), `${names} is empty; give the name of a class on each line`);
  }));

Deno.test("folderSet() says what labels mean where classes.txt does", () =>
  withTempFolder(async (folder) => {
    await writeIdxFolder(folder, { train: 9, t10k: 3, size: 4, classes: [0, 1, 2] });
    assertEquals((await folderSet(folder)).labelNames, undefined);
    await Deno.writeTextFile(join(folder, "classes.txt"), "cat\ndog\nowl\n");
    assertEquals([...(await folderSet(folder)).labelNames!], [[0, "cat"], [1, "dog"], [2, "owl"]]);
  }));

Deno.test("Fashion-MNIST is known by both of its label files", () => {
  const train = "bad3541b69d912435c50bb6ba87bec294ff4f6a2e1246121d8633921760443d9";
  const test = "0402a96d92fd2663957122ceb108a494c5af83dab82d92729df917d7dec38c34";
  assertEquals(fashionNames([train, test])?.[9], "Ankle boot");
  assertEquals(
    [fashionNames([train]), fashionNames([train, train]), fashionNames([])],
    Array(3).fill(undefined),
  );
});

Deno.test("readIdxFolder() reads numbers that are no bytes, and any rank from 2 to 4", () =>
  withTempFolder(async (folder) => {
    for (const part of ["train", "test"]) {
      await write(folder, `${part}-images-idx4-double`, [2, 1, 1, 3], Float64Array.of(0.5, 1, -2, 3, 4, 5));
      await write(folder, `${part}-labels-idx1-short`, [2], Int16Array.of(300, -7));
    }
    const { train } = await readIdxFolder(folder);
    assertEquals([train.inputs, train.inputShape], [Float32Array.of(0.5, 1, -2, 3, 4, 5), [1, 1, 3]]);
    assertEquals([train.targets, train.classNames], [Uint8Array.of(1, 0), ["-7", "300"]]);
    await write(folder, "train-labels-idx1-short", [2], Float32Array.of(1, 2));
    assertEquals(
      await messageOf(folder),
      `${
        join(folder, "train-labels-idx1-short")
      } holds labels that are no whole numbers; convert them to bytes`,
    );
  }));

Deno.test("readIdxFolder() says which set, file or class is missing", () =>
  withTempFolder(async (folder) => {
    assertEquals(
      await messageOf(join(folder, "a")),
      `There is no folder "${join(folder, "a")}"; check the path`,
    );
    assertEquals(
      await messageOf(folder),
      `The folder "${folder}" holds no IDX files by the names of MNIST, EMNIST or QMNIST, such as ` +
        "train-images-idx3-ubyte or emnist-balanced-train-images-idx3-ubyte.gz",
    );
    await writeSet(folder, "emnist-letters-", [1], [2]);
    await writeSet(folder, "emnist-digits-", [1], [2]);
    assertEquals(
      await messageOf(folder),
      `The folder "${folder}" holds the sets digits, letters; choose one: { set: "digits" }`,
    );
    assertEquals(
      await messageOf(folder, { set: "leters" }),
      `The folder "${folder}" holds no set "leters": did you mean letters?`,
    );
    assertEquals(
      await messageOf(folder, { set: "qmnist" }),
      `The folder "${folder}" holds no set "qmnist": it holds digits, letters`,
    );
    await Deno.remove(join(folder, "emnist-digits-test-labels-idx1-ubyte"));
    assertEquals(
      await messageOf(folder, { set: "digits" }),
      `There are no labels to test with in the folder "${folder}", which holds ` +
        "emnist-digits-test-images-idx3-ubyte, emnist-digits-train-images-idx3-ubyte, " +
        "emnist-digits-train-labels-idx1-ubyte",
    );
    await write(folder, "emnist-letters-test-labels-idx1-ubyte", [1], Uint8Array.of(27));
    assertEquals(
      (await messageOf(folder, { set: "letters" })).startsWith(
        `Row 0 of ${
          join(folder, "emnist-letters-test-labels-idx1-ubyte")
        } has label 27, but the classes have the ` +
          "labels 1, 2, 3",
      ),
      true,
    );
  }));

Deno.test("readIdxFolder() refuses files that do not fit together", () =>
  withTempFolder(async (folder) => {
    await writeSet(folder, "", [1, 2], [2]);
    await write(folder, "test-labels-idx1-ubyte", [2], Uint8Array.of(1, 2));
    const at = (name: string) => join(folder, name);
    assertEquals(
      await messageOf(folder),
      `${at("test-images-idx3-ubyte")} holds 1 images, but ${
        at("test-labels-idx1-ubyte")
      } holds 2 labels; every ` +
        "image needs one label",
    );
    await write(folder, "train-images-idx3-ubyte", [2], Uint8Array.of(1, 2));
    assertEquals(
      await messageOf(folder),
      `${
        at("train-images-idx3-ubyte")
      } is a labels file, but images are expected; check that files are not mixed up`,
    );
  }));
