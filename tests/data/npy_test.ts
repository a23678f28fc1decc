/** .npy and .npz files, and sets of their arrays. */
import { assertEquals, assertRejects, assertStrictEquals, assertThrows } from "@std/assert";
import { zipSync } from "fflate";
import { join } from "node:path";
import { DescentError } from "../../src/core/errors.ts";
import { dataSetOf, type DataSetOfOptions } from "../../src/data/data_set_of.ts";
import type { NdArray, NumberArray } from "../../src/data/elements.ts";
import { parseNpy, readNpy } from "../../src/data/npy.ts";
import { type NpzOptions, readNpz } from "../../src/data/npz.ts";
import { gzipBytes, withTempFolder } from "../fixtures.ts";
import { encodeNpy } from "../npy_fixtures.ts";

/** Name in the header, elements as they lie, elements as they come out, and what NumPy called them. */
const KINDS: readonly (readonly [
  string,
  ArrayBufferView & { readonly BYTES_PER_ELEMENT: number },
  NumberArray,
  NdArray["heldAs"]?,
])[] = [
  ["u1", Uint8Array.of(0, 1, 2, 128, 254, 255), Uint8Array.of(0, 1, 2, 128, 254, 255)],
  ["i1", Int8Array.of(0, 1, -1, 127, -128, 7), Int8Array.of(0, 1, -1, 127, -128, 7)],
  ["u2", Uint16Array.of(0, 1, 256, 65535, 7, 8), Uint16Array.of(0, 1, 256, 65535, 7, 8)],
  ["i2", Int16Array.of(0, 1, -2, 32767, -32768, 8), Int16Array.of(0, 1, -2, 32767, -32768, 8)],
  ["u4", Uint32Array.of(0, 1, 2 ** 32 - 1, 3, 4, 5), Uint32Array.of(0, 1, 2 ** 32 - 1, 3, 4, 5)],
  [
    "i4",
    Int32Array.of(0, -1, 2 ** 31 - 1, -(2 ** 31), 4, 5),
    Int32Array.of(0, -1, 2 ** 31 - 1, -(2 ** 31), 4, 5),
  ],
  [
    "f4",
    Float32Array.of(0.1, -2, NaN, Infinity, 1e-40, 5),
    Float32Array.of(0.1, -2, NaN, Infinity, 1e-40, 5),
  ],
  [
    "f8",
    Float64Array.of(0.1, -2, NaN, -Infinity, 1e300, 5),
    Float64Array.of(0.1, -2, NaN, -Infinity, 1e300, 5),
  ],
  ["b1", Uint8Array.of(0, 1, 1, 0, 1, 0), Uint8Array.of(0, 1, 1, 0, 1, 0), "bool"],
  [
    "f2",
    Uint16Array.of(0, 0x3c00, 0xc000, 0x7c00, 1, 0x7bff),
    Float32Array.of(0, 1, -2, Infinity, 2 ** -24, 65504),
    "float16",
  ],
  [
    "i8",
    BigInt64Array.of(0n, 1n, -1n, 2n ** 53n - 1n, 1n - 2n ** 53n, 7n),
    Float64Array.of(0, 1, -1, 2 ** 53 - 1, 1 - 2 ** 53, 7),
    "int64",
  ],
  [
    "u8",
    BigUint64Array.of(0n, 1n, 2n ** 53n - 1n, 3n, 4n, 5n),
    Float64Array.of(0, 1, 2 ** 53 - 1, 3, 4, 5),
    "uint64",
  ],
];

/** Rows of two columns, as their three rows lie in a file by columns. */
const byColumns = <T>(values: ArrayLike<T>) => [0, 2, 4, 1, 3, 5].map((at) => values[at]!);

Deno.test("parseNpy() reads every kind of number, order of bytes, order of axes and version", () => {
  for (const [kind, file, data, heldAs] of KINDS) {
    for (const mark of kind.endsWith("1") ? ["|"] : ["<", ">", "="]) {
      for (const version of [1, 2, 3] as const) {
        const descr = mark + kind, held = heldAs === undefined ? {} : { heldAs };
        for (const shape of [[6], [3, 2], [1, 2, 3], [1, 1, 6, 1, 1]]) {
          const bytes = encodeNpy(shape, file, { descr, version }), before = bytes.slice();
          assertEquals(parseNpy(bytes, { path: "x" }), { shape, data, ...held }, descr);
          assertEquals(bytes, before);
        }
        const sheared = new (data.constructor as new (values: number[]) => NumberArray)(byColumns(data));
        const array = parseNpy(encodeNpy([2, 3], file, { descr, version, isByColumns: true }), { path: "x" });
        assertEquals(array, { shape: [2, 3], data: sheared, ...held }, descr);
      }
    }
  }
});

Deno.test("parseNpy() turns arrays by columns of any rank, and leaves those of one axis", () => {
  const data = Float32Array.from({ length: 24 }, (_, i) => i), options = { descr: "<f4", isByColumns: true };
  const turned = parseNpy(encodeNpy([2, 3, 4], data, options), { path: "x" }).data;
  for (let i = 0; i < 2; i++) {
    for (let j = 0; j < 3; j++) {
      for (let k = 0; k < 4; k++) assertEquals(turned[(i * 3 + j) * 4 + k], i + 2 * j + 6 * k);
    }
  }
  assertEquals(parseNpy(encodeNpy([24], data, options), { path: "x" }).data, data);
});

Deno.test("parseNpy() reads a single number, an empty array, and sizes as Python 2 wrote them", () => {
  assertEquals(parseNpy(encodeNpy([], Float32Array.of(3.5), { descr: "<f4" }), { path: "x" }), {
    shape: [],
    data: Float32Array.of(3.5),
  });
  assertEquals(parseNpy(encodeNpy([0, 3], new Float32Array(), { descr: "<f4" }), { path: "x" }).shape, [
    0,
    3,
  ]);
  const old = encodeNpy([2], Uint8Array.of(7, 4), { descr: "|u1" });
  old.set(new TextEncoder().encode("(2L,), }"), new TextDecoder("latin1").decode(old).indexOf("(2,), }"));
  assertEquals(parseNpy(old, { path: "x" }).data, Uint8Array.of(7, 4));
});

Deno.test("readNpy() makes no second copy, plain, packed and from any start", () =>
  withTempFolder(async (folder) => {
    const path = join(folder, "x.npy");
    for (const [kind, file, data] of KINDS) {
      for (const mark of ["<", ">"]) {
        const bytes = encodeNpy([6], file, { descr: mark + kind });
        await Deno.writeFile(path, bytes);
        const array = await readNpy(path);
        assertEquals(array.data, data);
        if (kind !== "f2") assertStrictEquals(array.data.buffer.byteLength, bytes.length);
        await Deno.writeFile(path, await gzipBytes(bytes));
        assertEquals((await readNpy(path)).data, data);
      }
    }
  }));

Deno.test("parseNpy() says in one sentence what is wrong with a file", () => {
  const whole = encodeNpy([2, 2], Float32Array.of(1, 2, 3, 4), { descr: "<f4" });
  const withHeader = (from: string, to: string) => {
    const bytes = whole.slice(), text = new TextDecoder("latin1").decode(bytes);
    bytes.set(new TextEncoder().encode(to.padEnd(from.length)), text.indexOf(from));
    return bytes;
  };
  const convert = 'but arrays of numbers and booleans are read; convert it, such as by astype("float32")';
  const cases: readonly (readonly [Uint8Array, string])[] = [
    [new Uint8Array(), "x is no .npy file: it is empty"],
    [
      Uint8Array.of(0xff, 0xd8, 0xff, 0xe0),
      "x is no .npy file: it begins with ff d8 ff e0, as a JPEG image does",
    ],
    [
      zipSync({ a: whole }),
      "x is no .npy file: it begins with 50 4b 03 04, as a zip archive (.npz and .xlsx are such) does; .npz files " +
      "are read by readNpz()",
    ],
    [whole.slice(0, 9), "x is truncated: it ends within its header; copy or download it again"],
    [whole.slice(0, 100), "x is truncated: it ends within its header; copy or download it again"],
    [
      whole.slice(0, -1),
      "x is truncated: its header says [2,2], which takes 144 bytes, but it has 143; copy or download it again",
    ],
    [
      Uint8Array.from([...whole, 0]),
      "x is longer than its header says: [2,2] takes 144 bytes, but it has 145; copy or download it again",
    ],
    [
      whole.with(6, 9),
      "x is of version 9 of the .npy format, but versions 1 to 3 are read; save it with NumPy",
    ],
    [withHeader("'<f4'", "'|O'"), `x holds Python objects, ${convert}`],
    [withHeader("'<f4'", "'<U9'"), `x holds text, ${convert}`],
    [withHeader("'<f4'", "'<c8'"), `x holds complex numbers, ${convert}`],
    [withHeader("'<f4'", "'<f9'"), `x holds elements of the type "<f9", ${convert}`],
    [
      withHeader("'<f4',", "[('a',"),
      "x holds records of several fields, and no plain array; save each field by itself",
    ],
    [
      withHeader("'descr'", "'type'"),
      "x has a header that describes no array, \"{'type' : '<f4', 'fortran_order': False, 'shape': (2, 2), }\"; copy or " +
      "download it again",
    ],
    [
      encodeNpy([2], BigInt64Array.of(7n, 2n ** 60n + 1n), { descr: "<i8" }),
      "x holds 1152921504606846977 at position 1, which float64 does not hold exactly; convert it, such as by " +
      'astype("float64")',
    ],
    [
      encodeNpy([2], Uint8Array.of(1, 2), { descr: "|b1" }),
      "x holds 2 among booleans, at position 1; copy or download it again",
    ],
  ];
  for (const [bytes, message] of cases) {
    assertEquals(assertThrows(() => parseNpy(bytes, { path: "x" }), DescentError).message, message);
  }
});

const ARRAYS = {
  x: encodeNpy([2, 3], Uint8Array.of(1, 2, 3, 4, 5, 6), { descr: "|u1" }),
  y: encodeNpy([2], BigInt64Array.of(1n, 0n), { descr: ">i8" }),
  z: encodeNpy([3], Float64Array.of(0.5, 1, 2), { descr: "<f8" }),
};
const archive = (level: 0 | 6) =>
  zipSync(Object.fromEntries(Object.entries(ARRAYS).map(([name, bytes]) => [`${name}.npy`, bytes])), {
    level,
  });

Deno.test("readNpz() reads stored and deflated arrays by their names", () =>
  withTempFolder(async (folder) => {
    const path = join(folder, "x.npz");
    for (const level of [0, 6] as const) {
      await Deno.writeFile(path, archive(level));
      const arrays = await readNpz(path);
      assertEquals(arrays, {
        x: { shape: [2, 3], data: Uint8Array.of(1, 2, 3, 4, 5, 6) },
        y: { shape: [2], data: Float64Array.of(1, 0), heldAs: "int64" },
        z: { shape: [3], data: Float64Array.of(0.5, 1, 2) },
      });
      if (level === 0) assertStrictEquals(arrays.z?.data.buffer, arrays.x?.data.buffer);
      assertEquals(Object.keys(await readNpz(path, { only: ["z"] })), ["z"]);
    }
  }));

Deno.test("readNpz() says what is wrong with an archive, and in which array", () =>
  withTempFolder(async (folder) => {
    const path = join(folder, "x.npz");
    const messageOf = async (bytes: Uint8Array, options?: NpzOptions) => {
      await Deno.writeFile(path, bytes);
      return (await assertRejects(() => readNpz(path, options), DescentError)).message;
    };
    const again = "is damaged: it cannot be unpacked; copy or download it again";
    assertEquals(
      await messageOf(ARRAYS.x),
      `${path} is no .npz file: it begins with 93 4e 55 4d, as an .npy file does; .npy files are read by readNpy()`,
    );
    assertEquals(
      await messageOf(zipSync({ "a.txt": ARRAYS.x })),
      `${path} holds no arrays; save them by np.savez`,
    );
    assertEquals(await messageOf(zipSync({})), `${path} holds no arrays; save them by np.savez`);
    assertEquals(
      await messageOf(archive(6), { only: ["x", "w"] }),
      `${path} holds no array "w": it holds x, y, z`,
    );
    assertEquals(await messageOf(archive(6).slice(0, -30)), `${path} ${again}`);
    const altered = archive(0),
      at = new TextDecoder("latin1").decode(altered).indexOf("\x01\x02\x03\x04\x05\x06");
    altered[at]! ^= 1;
    assertEquals(await messageOf(altered), `x.npy in ${path} ${again}`);
    assertEquals(
      await messageOf(zipSync({ "w.npy": Uint8Array.of(1, 2, 3) })),
      `w.npy in ${path} is no .npy file: it begins with 01 02 03`,
    );
  }));

// --- Sets ---

const x: NdArray = { shape: [2, 2, 1], data: Uint8Array.of(1, 2, 3, 4) };
const ones = Int32Array.of(1, 0);

Deno.test("dataSetOf() keeps bytes, turns booleans to 0 and 1, and all else to float32", () => {
  const inputsOf = (array: NdArray) => dataSetOf({ array }, { inputs: "array" });
  assertStrictEquals(inputsOf(x).inputs, x.data);
  assertEquals(
    inputsOf({ ...x, data: Uint8Array.of(0, 1, 1, 0), heldAs: "bool" }).inputs,
    Float32Array.of(0, 1, 1, 0),
  );
  assertEquals(inputsOf({ ...x, data: Int16Array.of(-1, 2, 3, 4) }).inputs, Float32Array.of(-1, 2, 3, 4));
  assertEquals(inputsOf({ ...x, data: Float64Array.of(0.1, 2, 3, 4) }).inputs, Float32Array.of(0.1, 2, 3, 4));
  assertEquals("targets" in inputsOf(x), false);
});

Deno.test("dataSetOf() takes the shape of a row from the array, without a single channel, or as it is told", () => {
  const shapeOf = (shape: number[], inputShape?: number[]) => {
    const data = new Float32Array(shape.reduce((a, b) => a * b, 1));
    return dataSetOf({ x: { shape, data } }, { inputs: "x", ...(inputShape && { inputShape }) }).inputShape;
  };
  assertEquals(shapeOf([5]), [1]);
  assertEquals(shapeOf([5, 3]), [3]);
  assertEquals(shapeOf([5, 3, 1]), [3, 1]);
  assertEquals(shapeOf([5, 4, 3, 1]), [4, 3]);
  assertEquals(shapeOf([5, 4, 3, 2]), [4, 3, 2]);
  assertEquals(shapeOf([5, 12], [4, 3, 1]), [4, 3, 1]);
  assertEquals(shapeOf([5, 2, 2, 2, 3], [4, 6]), [4, 6]);
});

Deno.test("dataSetOf() makes classes of whole numbers, one a row, and values of all else", () => {
  const targetsOf = (y: NdArray, options: Partial<DataSetOfOptions> = {}) =>
    dataSetOf({ x, y }, { inputs: "x", targets: "y", ...options }).targets;
  assertEquals(targetsOf({ shape: [2], data: ones }), Uint8Array.of(1, 0));
  assertEquals(targetsOf({ shape: [2, 1], data: Int32Array.of(300, 0) }), Uint16Array.of(300, 0));
  assertEquals(targetsOf({ shape: [2], data: Float64Array.of(1, 0), heldAs: "int64" }), Uint8Array.of(1, 0));
  assertEquals(targetsOf({ shape: [2], data: Float64Array.of(1, 0) }), Float32Array.of(1, 0));
  assertEquals(
    targetsOf({ shape: [2], data: Float32Array.of(1, 0), heldAs: "float16" }),
    Float32Array.of(1, 0),
  );
  assertEquals(targetsOf({ shape: [2, 2], data: Uint8Array.of(1, 0, 0, 1) }), Float32Array.of(1, 0, 0, 1));
  assertEquals(targetsOf({ shape: [2], data: ones }, { targetsAre: "values" }), Float32Array.of(1, 0));
  assertEquals(
    targetsOf({ shape: [2], data: Float64Array.of(2, 0) }, { targetsAre: "classes" }),
    Uint8Array.of(2, 0),
  );
});

Deno.test("dataSetOf() passes on names, weights and scaling", () => {
  const w: NdArray = { shape: [2, 1], data: Float64Array.of(0.5, 2) };
  const set = dataSetOf({ x, y: { shape: [2], data: ones }, w }, {
    inputs: "x",
    targets: "y",
    weights: "w",
    classNames: ["a", "b"],
    scaling: { scale: 2, offset: -1 },
  });
  assertEquals([set.weights, set.classNames, set.scaling], [
    Float32Array.of(0.5, 2),
    ["a", "b"],
    { scale: 2, offset: -1 },
  ]);
});

Deno.test("dataSetOf() says which array or row is wrong", () => {
  const y: NdArray = { shape: [2], data: ones };
  const cases: readonly (readonly [Record<string, NdArray>, DataSetOfOptions, string])[] = [
    [{ x_train: x }, { inputs: "x_trian" }, 'There is no array "x_trian": did you mean x_train?'],
    [{ x, y }, { inputs: "images" }, 'There is no array "images": there are x, y'],
    [{ x, y }, { inputs: "toString" }, 'There is no array "toString": there are x, y'],
    [
      { x, y: { shape: [3], data: Uint8Array.of(1, 2, 3) } },
      { inputs: "x", targets: "y" },
      'The array "x" has 2 rows, but "y" is [3]; each row of inputs needs one',
    ],
    [
      { x: { shape: [], data: Uint8Array.of(1) } },
      { inputs: "x" },
      'The inputs are rows, but the array "x" is [], which holds none',
    ],
    [
      { x: { shape: [0, 3], data: new Float32Array() } },
      { inputs: "x" },
      'The inputs are rows, but the array "x" is [0,3], which holds none',
    ],
    [
      { x: { shape: [2, 3], data: new Float32Array(5) } },
      { inputs: "x" },
      'The array "x" has the shape [2,3], but holds 5 numbers; give it another shape',
    ],
    [
      { x, y: { shape: [2], data: Int32Array.of(1, -1) } },
      { inputs: "x", targets: "y" },
      'Row 1 of "y" is -1, but a class is a whole number from 0 to 65535; values are { targetsAre: "values" }',
    ],
    [
      { x, y: { shape: [2], data: Float32Array.of(0.5, 1) } },
      { inputs: "x", targets: "y", targetsAre: "classes" },
      'Row 0 of "y" is 0.5, but a class is a whole number from 0 to 65535; values are { targetsAre: "values" }',
    ],
    [
      { x, y },
      { inputs: "x", targets: "y", classNames: ["cat"] },
      'Row 0 of "y" is 1, but there are names for the classes 0 to 0',
    ],
    [
      { x, y: { shape: [2, 2], data: new Uint8Array(4) } },
      { inputs: "x", targets: "y", targetsAre: "classes" },
      'The array "y" is [2,2], but one number a row is needed',
    ],
    [
      { x, y },
      { inputs: "x", inputShape: [3] },
      'A row of "x" is [2,1], 2 numbers, which are no [3]',
    ],
    [
      { x: { shape: [1, 1, 1, 1, 1], data: Uint8Array.of(1) } },
      { inputs: "x" },
      'A row of "x" is [1,1,1,1], but rows have at most 3 axes; say another inputShape',
    ],
  ];
  for (const [arrays, options, message] of cases) {
    assertEquals(assertThrows(() => dataSetOf(arrays, options), DescentError).message, message);
  }
});
