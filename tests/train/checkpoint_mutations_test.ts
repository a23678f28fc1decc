/** Checkpoints changed at random: none is ever gone on from, and the one before is there in its place. */
import { assert, assertEquals } from "@std/assert";
import { join } from "node:path";
import type { TypedArray } from "../../src/core/tensor.ts";
import type { EpochRecord } from "../../src/train/fit_result.ts";
import { type Checkpoint, decodeCheckpoint, encodeCheckpoint } from "../../src/train/checkpoint.ts";
import { previousOf, readCheckpoint, writeCheckpoint } from "../../src/train/checkpoint_file.ts";
import { longOr, withTempFolder } from "../fixtures.ts";
import { attempt, drawsOf, type Mutation, MUTATIONS, sameBytes, splice } from "../mutations.ts";

/** A checkpoint as a training writes it, so many epochs on. */
function checkpointAfter(epoch: number): Checkpoint {
  const values = (seed: number, count: number) =>
    Float32Array.from({ length: count }, (_, i) => Math.sin(seed + i + epoch));
  const record: EpochRecord = {
    epoch,
    loss: 1 / epoch,
    accuracy: 0.5,
    valLoss: 2 / epoch,
    valAccuracy: 0.5,
    seconds: 0.1,
    samplesPerSecond: 1000,
  };
  return {
    state: {
      epoch,
      done: 3,
      updates: 10 * epoch + 3,
      tensors: new Map<string, TypedArray>([
        ["dense_1/weights", values(1, 96)],
        ["dense_1/bias", values(2, 8)],
        ["means", Float64Array.from(values(3, 8))],
      ]),
    },
    backend: "wasm",
    training: { model: "[]", seed: "1" },
    seconds: 1.5,
    history: Array.from({ length: epoch }, () => record),
    best: new Map([["dense_1/weights", values(4, 96)], ["dense_1/bias", values(5, 8)]]),
  };
}

const [BEFORE, NEWEST] = [checkpointAfter(1), checkpointAfter(2)];
const [BYTES_BEFORE, BYTES] = [await encodeCheckpoint(BEFORE), await encodeCheckpoint(NEWEST)];
const HASH_AT = new TextDecoder("latin1").decode(BYTES).indexOf('"sha256":"') + '"sha256":"'.length;

const WAYS: readonly (readonly [string, Mutation])[] = [
  ...Object.entries(MUTATIONS),
  ["another hash", (bytes, draw) => {
    const digit = "0123456789abcdefABCDEF".charCodeAt(draw(22)), at = HASH_AT + draw(64);
    return splice(bytes, at, at + 1, Uint8Array.of(digit));
  }],
  [
    "the hash of the one before",
    (bytes) => splice(bytes, HASH_AT, HASH_AT + 64, BYTES_BEFORE.subarray(HASH_AT, HASH_AT + 64)),
  ],
  ["half of the one before", (bytes, draw) => {
    const at = draw(bytes.length);
    return splice(bytes, at, bytes.length, BYTES_BEFORE.subarray(Math.min(at, BYTES_BEFORE.length)));
  }],
];

Deno.test("a checkpoint that was changed is refused, and what is not is the one that was written", async () => {
  const count = longOr(500, 20_000);
  let refused = 0;
  for (let index = 0; index < count; index++) {
    const [name, mutate] = WAYS[index % WAYS.length]!, title = `mutation ${index}, ${name}`;
    const bytes = mutate(BYTES, drawsOf(index));
    const read = await attempt(() => decodeCheckpoint(bytes, "x"), title);
    if (read === undefined) refused++;
    // Wholly the one before, it is a checkpoint that was written.
    else if (sameBytes(bytes, BYTES_BEFORE)) assertEquals(read, BEFORE, title);
    else assertEquals([sameBytes(bytes, BYTES), read], [true, NEWEST], title);
  }
  assert(refused > 0.9 * count, `${refused} of ${count} were refused`);
});

Deno.test("the one before is read where a checkpoint was changed, and a sentence where both were", () =>
  withTempFolder(async (folder) => {
    const path = join(folder, "checkpoint"), count = longOr(300, 20_000);
    await writeCheckpoint(path, BEFORE);
    await writeCheckpoint(path, NEWEST);
    assertEquals([await readCheckpoint(path)], [NEWEST]);
    for (let index = 0; index < count; index++) {
      const [name, mutate] = WAYS[index % WAYS.length]!, title = `mutation ${index}, ${name}`;
      const draw = drawsOf(index), bytes = mutate(BYTES, draw), isBoth = index % 2 === 1;
      const older = isBoth ? mutate(BYTES_BEFORE, draw) : BYTES_BEFORE;
      await Deno.writeFile(path, bytes);
      await Deno.writeFile(previousOf(path), older);
      const expected = [bytes, older].map((file) =>
        sameBytes(file, BYTES) ? NEWEST : sameBytes(file, BYTES_BEFORE) ? BEFORE : undefined
      );
      const read = await attempt(() => readCheckpoint(path), title);
      assertEquals(read, expected.find((one) => one !== undefined), title);
    }
  }));
