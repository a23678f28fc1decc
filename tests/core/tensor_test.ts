/** Types, the layout rule, the step row and errors. */
import { assert, assertEquals, assertThrows } from "@std/assert";
import { causeOf, DescentError, require, unreachable, UsageError } from "../../src/core/errors.ts";
import { encodeStep, MAX_SCALARS, type Step, STEP_BYTES, STEP_WORDS } from "../../src/core/step.ts";
import {
  bytesOf,
  bytesPerElement,
  columnsOf,
  formatShape,
  formatType,
  pitchOf,
  roundUp,
  rowsOf,
  sameShape,
  type Shape,
  sizeOf,
  storageOf,
  tensorType,
  toDense,
  toPadded,
} from "../../src/core/tensor.ts";

Deno.test("tensorType() refuses sizes that are not positive whole numbers, with the shape", () => {
  for (const shape of [[0], [3, -1], [2.5], [NaN, 2], [Infinity], [2 ** 53]]) {
    assertThrows(
      () => tensorType("f32", shape),
      DescentError,
      `Shape [${shape.join(",")}] is not possible: each size must be a positive whole number`,
    );
  }
  assertEquals(tensorType("u8", []), { dtype: "u8", shape: [] });
});

Deno.test("tensorType() keeps its own copy of the shape", () => {
  const shape = [2, 3], type = tensorType("f32", shape);
  shape[0] = 9;
  assertEquals(type.shape, [2, 3]);
});

Deno.test("rows are padded to four elements; a scalar and a vector have one row", () => {
  const expected: readonly (readonly [
    Shape,
    size: number,
    rows: number,
    columns: number,
    pitch: number,
    storage: number,
  ])[] = [
    [[], 1, 1, 1, 4, 4],
    [[1], 1, 1, 1, 4, 4],
    [[4], 4, 1, 4, 4, 4],
    [[5], 5, 1, 5, 8, 8],
    [[3, 1], 3, 3, 1, 4, 12],
    [[32, 784], 25088, 32, 784, 784, 25088],
    [[7, 13], 91, 7, 13, 16, 112],
    [[2, 3, 5], 30, 6, 5, 8, 48],
  ];
  for (const [shape, ...numbers] of expected) {
    const found = [sizeOf, rowsOf, columnsOf, pitchOf, storageOf].map((f) => f(shape));
    assertEquals(found, numbers, formatShape(shape));
  }
});

Deno.test("bytesOf() counts pads: four bytes an element, one of u8", () => {
  assertEquals(bytesOf(tensorType("f32", [7, 13])), 448);
  assertEquals(bytesOf(tensorType("u32", [5])), 32);
  assertEquals(bytesOf(tensorType("u8", [3, 10])), 36);
  assertEquals((["f32", "u32", "u8"] as const).map(bytesPerElement), [4, 4, 1]);
});

Deno.test("roundUp() leaves multiples and goes up from all else", () => {
  assertEquals([0, 1, 4, 5, 63, 64].map((value) => roundUp(value, 4)), [0, 4, 4, 8, 64, 64]);
});

Deno.test("toPadded() then toDense() gives back what was put in, for every kind of array", () => {
  for (const shape of [[1], [5], [4], [3, 4], [3, 5], [2, 3, 5], []] satisfies readonly Shape[]) {
    const count = sizeOf(shape);
    for (const kind of [Float64Array, Float32Array, Uint32Array, Uint8Array]) {
      const dense = kind.from(Array.from({ length: count }, (_, i) => i + 1)),
        padded = new kind(storageOf(shape)).fill(99);
      toPadded(shape, dense, padded);
      assertEquals(toDense(shape, padded), dense);
      const pads = [...padded.keys()].filter((at) => at % pitchOf(shape) >= columnsOf(shape));
      assert(pads.every((at) => padded[at] === 0), `pads of ${formatShape(shape)}`);
      assertEquals(pads.length, storageOf(shape) - count);
    }
  }
});

Deno.test("toPadded() puts the rows of a matrix at multiples of the pitch", () => {
  const padded = new Float32Array(8);
  toPadded([2, 3], [1, 2, 3, 4, 5, 6], padded);
  assertEquals([...padded], [1, 2, 3, 0, 4, 5, 6, 0]);
});

Deno.test("toPadded() refuses what would be another whole number, and takes all that fits", () => {
  for (const value of [256, -1, 0.5, NaN, Infinity]) {
    assertThrows(
      () => toPadded([3], [1, 2, value], new Uint8Array(4)),
      DescentError,
      `Cannot write ${value} at position 2: what is written there are whole numbers from 0 to 255`,
    );
  }
  assertThrows(() => toPadded([1], Int8Array.of(-1), new Uint32Array(4)), DescentError, "Cannot write -1");
  const labels = new Uint32Array(4);
  toPadded([3], Uint16Array.of(0, 255, 65535), labels);
  assertEquals([...labels], [0, 255, 65535, 0]);
});

Deno.test("toPadded() refuses a wrong number of values, with both numbers", () => {
  for (const count of [5, 7]) {
    assertThrows(
      () => toPadded([2, 3], new Float32Array(count), new Float32Array(8)),
      DescentError,
      `Cannot fill [2,3] with ${count} values: it takes 6`,
    );
  }
});

Deno.test("sameShape() compares number and sizes of axes", () => {
  assert(sameShape([], []) && sameShape([2, 3], [2, 3]));
  assert(!sameShape([2, 3], [3, 2]) && !sameShape([2], [2, 1]) && !sameShape([2, 1], [2]));
});

Deno.test("types print as f32[128,784] and scalars as u32[]", () => {
  assertEquals([formatType(tensorType("f32", [128, 784])), formatType(tensorType("u32", []))], [
    "f32[128,784]",
    "u32[]",
  ]);
});

Deno.test("encodeStep() writes each field at its word of the row, and only that row", () => {
  const bytes = new ArrayBuffer(3 * STEP_BYTES),
    words = new Uint32Array(bytes),
    floats = new Float32Array(bytes);
  words.fill(7);
  const step: Step = { start: 96, count: 32, slot: 3, step: 11, seed: 2 ** 40 + 5, scalars: [0.1, -2, 3] };
  encodeStep(step, words, floats, 1);
  const row = words.slice(STEP_WORDS, 2 * STEP_WORDS);
  assertEquals([...row.subarray(0, 6)], [96, 32, 3, 11, 5, 256]);
  assertEquals([...floats.subarray(STEP_WORDS + 8, STEP_WORDS + 11)], [0.1, -2, 3].map(Math.fround));
  assertEquals(floats[STEP_WORDS + 6], 1 / 32);
  assert(
    [0, 2].every((other) =>
      words.subarray(other * STEP_WORDS, (other + 1) * STEP_WORDS).every((word) => word === 7)
    ),
  );
  assertEquals(STEP_BYTES, 256);
});

Deno.test("encodeStep() refuses more scalars than the row holds", () => {
  const words = new Uint32Array(STEP_WORDS), floats = new Float32Array(words.buffer);
  const stepWith = (count: number): Step => ({
    start: 0,
    count: 1,
    slot: 0,
    step: 0,
    seed: 0,
    scalars: Array(count).fill(1),
  });
  encodeStep(stepWith(MAX_SCALARS), words, floats);
  assertEquals(floats[8 + MAX_SCALARS - 1], 1);
  assertThrows(
    () => encodeStep(stepWith(MAX_SCALARS + 1), words, floats),
    DescentError,
    "A step holds at most 16 scalars",
  );
});

Deno.test("a DescentError exits with 1 and a UsageError, which is one, with 2", () => {
  const errors = [new DescentError("a"), new UsageError("b")];
  assertEquals(errors.map(({ name, exitCode }) => [name, exitCode]), [["DescentError", 1], [
    "UsageError",
    2,
  ]]);
  assert(errors.every((error) => error instanceof DescentError));
});

Deno.test("require() throws its sentence when the condition does not hold, and makes it only then", () => {
  let made = 0;
  const sentence = () => {
    made++;
    return "What is wrong";
  };
  require(true, sentence);
  assertEquals(made, 0);
  assertThrows(() => require(0, sentence), DescentError, "What is wrong");
  assertThrows(() => require(undefined, "Other"), DescentError, "Other");
});

Deno.test("causeOf() says what failed without the system's numbers, and which permission is missing", () => {
  const cases = [
    ["No space left on device (os error 28): write", "no space left on device"],
    ["Permission denied (os error 13): open '/x'", "permission denied"],
    [
      'Requires read access to "/x/k.wasm", run again with the --allow-read flag',
      "this program has no read access to it; start Deno with --allow-read",
    ],
    [
      'Requires write access to "/x, y", run again with the --allow-write flag',
      "this program has no write access to it; start Deno with --allow-write",
    ],
    [
      'Requires all access to "/proc/x", run again with the --allow-all flag',
      "Deno keeps programs out of it",
    ],
  ] as const;
  for (const [message, cause] of cases) assertEquals(causeOf(new Error(message)), cause);
});

Deno.test("unreachable() throws with the value that the types did not foresee", () => {
  assertThrows(() => unreachable("new" as never), Error, 'Unreachable value "new"');
});
