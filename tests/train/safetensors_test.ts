import { assert, assertEquals, assertThrows } from "@std/assert";
import { DescentError } from "../../src/core/errors.ts";
import { decodeSafetensors, encodeSafetensors, type SavedTensor } from "../../src/train/safetensors.ts";

/** A file from a header as it stands, with `dataBytes` bytes 0, 1, 2, … behind it. */
function fileOf(header: string | Uint8Array, dataBytes = 0, claimed?: bigint): Uint8Array {
  const text = typeof header === "string" ? new TextEncoder().encode(header) : header;
  const bytes = new Uint8Array(8 + text.length + dataBytes);
  new DataView(bytes.buffer).setBigUint64(0, claimed ?? BigInt(text.length), true);
  bytes.set(text, 8);
  for (let i = 0; i < dataBytes; i++) bytes[8 + text.length + i] = i;
  return bytes;
}

const MODEL: ReadonlyMap<string, SavedTensor> = new Map<string, SavedTensor>([
  ["z", { dtype: "u8", shape: [3], data: Uint8Array.of(1, 2, 255) }],
  ["10", { dtype: "f32", shape: [2, 2], data: Float32Array.of(1, -2.5, NaN, Infinity) }],
  ["2", { dtype: "f32", shape: [], data: Float32Array.of(7) }],
  ['é"\\', { dtype: "u32", shape: [2], data: Uint32Array.of(1, 4294967295) }],
  ["none", { dtype: "f32", shape: [0, 3], data: new Float32Array(0) }],
]);

Deno.test("encodeSafetensors() writes what the format's reference writer (0.8.0) writes", () => {
  // Header and data as `safetensors.numpy.save` wrote them for the same tensors.
  const header = '{"__metadata__":{"epoch":"25"},"10":{"dtype":"F32","shape":[2,2],"data_offsets":[0,16]},' +
    '"2":{"dtype":"F32","shape":[],"data_offsets":[16,20]},' +
    '"none":{"dtype":"F32","shape":[0,3],"data_offsets":[20,20]},' +
    '"é\\"\\\\":{"dtype":"U32","shape":[2],"data_offsets":[20,28]},' +
    '"z":{"dtype":"U8","shape":[3],"data_offsets":[28,31]}}    ';
  const data = "0000803f000020c00000c07f0000807f0000e04001000000ffffffff0102ff";
  const text = new TextEncoder().encode(header);
  const bytes = encodeSafetensors(MODEL, { epoch: "25" });
  assertEquals(new DataView(bytes.buffer).getBigUint64(0, true), BigInt(text.length));
  assertEquals(new TextDecoder().decode(bytes.subarray(8, 8 + text.length)), header);
  assertEquals(bytes.subarray(8 + text.length).toHex(), data);
});

Deno.test("decodeSafetensors() gives back what encodeSafetensors() was given, from any place in a buffer", () => {
  const bytes = encodeSafetensors(MODEL, { epoch: "25", "__proto__x": "é" });
  const shifted = new Uint8Array(bytes.length + 3);
  shifted.set(bytes, 3);
  const { tensors, metadata } = decodeSafetensors(shifted.subarray(3));
  assertEquals(new Map(tensors), new Map(MODEL));
  assertEquals(metadata, { epoch: "25", "__proto__x": "é" });
});

Deno.test("encodeSafetensors() does not depend on the order of the tensors", () => {
  const backwards = new Map([...MODEL].reverse());
  assertEquals(encodeSafetensors(backwards), encodeSafetensors(MODEL));
});

Deno.test("encodeSafetensors() writes the elements of a view, not of the buffer behind it", () => {
  const data = Float32Array.of(1, 2, 3, 4).subarray(1, 3);
  const { tensors } = decodeSafetensors(
    encodeSafetensors(new Map([["v", { dtype: "f32", shape: [2], data }]])),
  );
  assertEquals(tensors.get("v")!.data, Float32Array.of(2, 3));
});

Deno.test("encodeSafetensors() starts the data on a multiple of 8 for names of every length", () => {
  for (let length = 1; length <= 9; length++) {
    const name = "n".repeat(length);
    const bytes = encodeSafetensors(new Map([[name, { dtype: "u8", shape: [1], data: Uint8Array.of(9) }]]));
    assertEquals((bytes.length - 1) % 8, 0);
    assertEquals(decodeSafetensors(bytes).tensors.get(name)!.data, Uint8Array.of(9));
  }
});

Deno.test("encodeSafetensors() writes a file without tensors that can be read", () => {
  const { tensors, metadata } = decodeSafetensors(encodeSafetensors(new Map()));
  assertEquals(tensors.size, 0);
  assertEquals(metadata, {});
});

Deno.test("encodeSafetensors() refuses data that does not fit its shape or dtype, and reserved names", () => {
  const data = Float32Array.of(1, 2, 3);
  const mistakes: [string, SavedTensor, string][] = [
    ["w", { dtype: "f32", shape: [2, 2], data }, 'Cannot save 3 elements as tensor "w" of f32[2,2]'],
    ["w", { dtype: "u8", shape: [3], data } as unknown as SavedTensor, 'tensor "w" of u8[3]'],
    ["w", { dtype: "f32", shape: [-3, -1], data }, 'tensor "w" of f32[-3,-1]'],
    ["__metadata__", { dtype: "f32", shape: [3], data }, 'Cannot save a tensor named "__metadata__"'],
    ["\ud800", { dtype: "f32", shape: [3], data }, 'Cannot save a tensor named "\\ud800"'],
  ];
  for (const [name, tensor, message] of mistakes) {
    assertThrows(() => encodeSafetensors(new Map([[name, tensor]])), DescentError, message);
  }
});

Deno.test("decodeSafetensors() reads tensors in any order of the header, ignoring unknown members", () => {
  const header = '{"b":{"dtype":"U8","shape":[2],"data_offsets":[4,6]},\n' +
    ' "a":{"data_offsets":[0,4],"shape":[1],"dtype":"U32","note":{"a":1}},' +
    '"s":{"dtype":"U8","shape":[],"data_offsets":[6,7]}}';
  const { tensors } = decodeSafetensors(fileOf(header, 7));
  assertEquals(tensors.get("a"), { dtype: "u32", shape: [1], data: Uint32Array.of(0x03020100) });
  assertEquals(tensors.get("b"), { dtype: "u8", shape: [2], data: Uint8Array.of(4, 5) });
  assertEquals(tensors.get("s"), { dtype: "u8", shape: [], data: Uint8Array.of(6) });
});

Deno.test("decodeSafetensors() treats names that objects know as plain names", () => {
  const header =
    '{"__metadata__":{"__proto__":"x"},"__proto__":{"dtype":"U8","shape":[1],"data_offsets":[0,1]}}';
  const { tensors, metadata } = decodeSafetensors(fileOf(header, 1));
  assertEquals([...tensors.keys()], ["__proto__"]);
  assertEquals(Object.entries(metadata), [["__proto__", "x"]]);
});

Deno.test("decodeSafetensors() finds every damage and names the file", () => {
  const entry = (dtype: string, shape: string, offsets: string) =>
    `{"w":{"dtype":"${dtype}","shape":${shape},"data_offsets":${offsets}}}`;
  const two = (first: string, second: string) =>
    `{"a":{"dtype":"U8","shape":[4],"data_offsets":${first}},"b":{"dtype":"U8","shape":[4],"data_offsets":${second}}}`;
  const damaged: [string, Uint8Array, string][] = [
    ["empty file", new Uint8Array(0), "at least 8 bytes, this one has 0"],
    ["seven bytes", new Uint8Array(7), "at least 8 bytes, this one has 7"],
    ["no header", fileOf(""), 'does not start with "{"'],
    ["header too long", fileOf("{}", 0, 100_000_001n), "claims 100000001 bytes, more than the 100000000"],
    ["absurd length", fileOf("{}", 0, 2n ** 64n - 1n), "claims 18446744073709551615 bytes"],
    ["header cut off", fileOf("{}", 0, 3n), "claims 3 bytes, but only 2 follow"],
    ["not an object", fileOf("[]"), 'does not start with "{"'],
    ["leading space", fileOf(" {}"), 'does not start with "{"'],
    ["byte order mark", fileOf("\ufeff{}"), 'does not start with "{"'],
    ["not JSON", fileOf("{,}"), "not JSON in UTF-8"],
    ["two values", fileOf("{}{}"), "not JSON in UTF-8"],
    ["not UTF-8", fileOf(Uint8Array.of(0x7b, 0x22, 0xff, 0x22, 0x3a, 0x31, 0x7d)), "not JSON in UTF-8"],
    ["name twice", fileOf('{"w":{},"w":{}}'), 'has "w" twice'],
    ["name twice, escaped", fileOf('{"w":{},"\\u0077" :{}}'), 'has "w" twice'],
    ["member twice", fileOf('{"w":{"dtype":"U8","dtype":"F32"}}'), 'has "dtype" twice'],
    ["metadata no object", fileOf('{"__metadata__":["a"]}'), "__metadata__ is not an object of strings"],
    ["metadata no text", fileOf('{"__metadata__":{"a":1}}'), '__metadata__ has no string for "a"'],
    ["entry null", fileOf('{"w":null}'), 'entry "w" is not an object'],
    ["entry list", fileOf('{"w":[]}'), 'entry "w" is not an object'],
    [
      "dtype unknown",
      fileOf(entry("I64", "[1]", "[0,8]"), 8),
      'dtype of tensor "w" is "I64", expected F32, F16, BF16, F64, U32 or U8',
    ],
    ["dtype lower case", fileOf(entry("f32", "[1]", "[0,4]"), 4), 'is "f32", expected F32'],
    ["dtype missing", fileOf('{"w":{"shape":[],"data_offsets":[0,1]}}', 1), "is missing, expected F32"],
    ["shape no list", fileOf(entry("U8", "4", "[0,4]"), 4), 'shape of tensor "w" is not a list of sizes'],
    ["size negative", fileOf(entry("U8", "[-4,-1]", "[0,4]"), 4), "not a list of sizes"],
    ["size fraction", fileOf(entry("U8", "[0.5]", "[0,4]"), 4), "not a list of sizes"],
    ["size beyond 2^53", fileOf(entry("U8", "[9007199254740993]", "[0,4]"), 4), "not a list of sizes"],
    ["product overflows", fileOf(entry("F32", "[4294967296,4294967296]", "[0,0]"), 0), "bytes, got 0"],
    ["one offset", fileOf(entry("U8", "[4]", "[0]"), 4), "not two byte positions"],
    ["offset text", fileOf(entry("U8", "[4]", '[0,"4"]'), 4), "not two byte positions"],
    ["offset negative", fileOf(entry("U8", "[4]", "[-4,0]"), 4), "not two byte positions"],
    ["offsets reversed", fileOf(entry("U8", "[4]", "[4,0]"), 4), "takes 4 bytes, got -4"],
    ["too few bytes", fileOf(entry("F32", "[4]", "[0,4]"), 4), "of f32[4] takes 16 bytes, got 4"],
    ["too few bytes of halves", fileOf(entry("F16", "[4]", "[0,4]"), 4), "of f16[4] takes 8 bytes, got 4"],
    ["too many bytes of BF16", fileOf(entry("BF16", "[1]", "[0,4]"), 4), "of bf16[1] takes 2 bytes, got 4"],
    ["too few bytes of F64", fileOf(entry("F64", "[1]", "[0,4]"), 4), "of f64[1] takes 8 bytes, got 4"],
    ["dtype of an object's own", fileOf(entry("toString", "[1]", "[0,4]"), 4), 'is "toString", expected F32'],
    ["beyond the file", fileOf(entry("U8", "[5]", "[0,5]"), 4), "take 5 bytes, but 4 follow"],
    ["bytes left over", fileOf(entry("U8", "[4]", "[0,4]"), 5), "take 4 bytes, but 5 follow"],
    ["gap at the start", fileOf(entry("U8", "[4]", "[1,5]"), 5), "starts at byte 1 of the data, expected 0"],
    ["overlap", fileOf(two("[0,4]", "[2,6]"), 6), 'tensor "b" starts at byte 2 of the data, expected 4'],
    ["same bytes", fileOf(two("[0,4]", "[0,4]"), 4), "starts at byte 0 of the data, expected 4"],
    ["gap", fileOf(two("[0,4]", "[5,9]"), 9), 'tensor "b" starts at byte 5 of the data, expected 4'],
  ];
  for (const [title, bytes, message] of damaged) {
    const error = assertThrows(
      () => decodeSafetensors(bytes, { path: "runs/x/model.safetensors" }),
      DescentError,
      message,
      title,
    );
    assert(error.message.startsWith("Cannot read runs/x/model.safetensors: "), title);
  }
});

Deno.test("decodeSafetensors() reads F16, BF16 and F64 as float32: subnormals, infinities and NaN too", () => {
  const read = (dtype: string, width: number, values: ArrayBufferView) => {
    const data = new Uint8Array(values.buffer), count = data.length / width;
    const file = fileOf(
      `{"w":{"dtype":"${dtype}","shape":[${count}],"data_offsets":[0,${data.length}]}}`,
      data.length,
    );
    file.set(data, file.length - data.length);
    const tensor = decodeSafetensors(file).tensors.get("w")!;
    assertEquals([tensor.dtype, tensor.shape], ["f32", [count]]);
    return [...tensor.data];
  };
  const halves = Uint16Array.of(
    0,
    0x8000,
    0x3c00,
    0xc000,
    0x3555,
    1,
    0x83ff,
    0x0400,
    0x7bff,
    0x7c00,
    0xfc00,
    0x7e01,
  );
  assertEquals(read("F16", 2, halves), [
    0,
    -0,
    1,
    -2,
    0.333251953125,
    2 ** -24,
    -1023 * 2 ** -24,
    2 ** -14,
    65504,
    Infinity,
    -Infinity,
    NaN,
  ]);
  const brains = Uint16Array.of(0, 0x8000, 0x3f80, 0xc049, 1, 0x807f, 0x7f7f, 0x7f80, 0xff80, 0x7fc0);
  assertEquals(read("BF16", 2, brains), [
    0,
    -0,
    1,
    -3.140625,
    2 ** -133,
    -127 * 2 ** -133,
    255 * 2 ** 120,
    Infinity,
    -Infinity,
    NaN,
  ]);
  const doubles = Float64Array.of(
    -0,
    0.1,
    1 + 2 ** -24,
    1 + 3 * 2 ** -24,
    2 ** -149,
    2 ** -151,
    1e300,
    -Infinity,
    NaN,
  );
  assertEquals(read("F64", 8, doubles), [
    -0,
    13421773 * 2 ** -27,
    1,
    1 + 2 ** -22,
    2 ** -149,
    0,
    Infinity,
    -Infinity,
    NaN,
  ]);
});

Deno.test("decodeSafetensors() gives every half its value, as the platform's Float16Array does", () => {
  const bits = Uint16Array.from({ length: 65536 }, (_, i) => i), data = new Uint8Array(bits.buffer);
  const file = fileOf('{"w":{"dtype":"F16","shape":[65536],"data_offsets":[0,131072]}}', data.length);
  file.set(data, file.length - data.length);
  assertEquals(
    decodeSafetensors(file).tensors.get("w")!.data,
    Float32Array.from(new Float16Array(bits.buffer)),
  );
});

Deno.test("decodeSafetensors() passes over tensors that are not wanted, and checks their sizes", () => {
  const file = (end: number) =>
    fileOf(
      `{"n":{"dtype":"I64","shape":[],"data_offsets":[0,${end}]},"w":{"dtype":"U8","shape":[1],"data_offsets":[${end},${
        end + 1
      }]}}`,
      end + 1,
    );
  const skips = (name: string) => name === "n";
  assertEquals([...decodeSafetensors(file(8), { skips }).tensors.keys()], ["w"]);
  assertThrows(
    () => decodeSafetensors(file(7), { skips }),
    DescentError,
    'tensor "n" of i64[] takes 8 bytes, got 7',
  );
});

Deno.test("decodeSafetensors() refuses every shorter piece of a file", () => {
  const bytes = encodeSafetensors(MODEL, { epoch: "25" });
  for (let length = 0; length < bytes.length; length++) {
    assertThrows(() => decodeSafetensors(bytes.subarray(0, length)), DescentError);
  }
});

Deno.test("decodeSafetensors() keeps its message short and in one line, whatever the names", () => {
  const file = fileOf(JSON.stringify({ ["a\n".repeat(1000)]: 1 }));
  const error = assertThrows(() => decodeSafetensors(file), DescentError, "Cannot read safetensors data: ");
  assert(error.message.length < 400 && !error.message.includes("\n"), error.message);
});
