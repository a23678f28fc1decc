/** ONNX files changed at random: each is read as a network with finite weights, or refused in a sentence. */
import { assert } from "@std/assert";
import {
  batchNorm,
  conv2d,
  dense,
  flatten,
  initializeWeights,
  layerNorm,
  maxPool2d,
  residual,
  sequential,
} from "descent";
import { fromOnnx, toOnnx } from "descent/onnx";
import { longOr } from "../fixtures.ts";
import { attempt, drawsOf, type Mutation, MUTATIONS, sameBytes } from "../mutations.ts";
import { torchNetworks } from "./networks.ts";

const MODEL = sequential([6, 6, 2], [
  conv2d(3, 3, { activation: "relu", padding: 1 }),
  residual([batchNorm(), conv2d(3, 3, { padding: "same" })]),
  layerNorm(),
  maxPool2d(),
  flatten(),
  dense(4, { activation: "gelu" }),
]);

const FILES = [
  toOnnx({ model: MODEL, weights: initializeWeights(MODEL, 1) }),
  ...(await torchNetworks()).filter(({ name }) => ["autoencoder", "gated", "words"].includes(name)).map((
    { file },
  ) => file),
];

/** A byte of what is no weight: names, sizes and settings are within short stretches of text and small numbers. */
const small: Mutation = (bytes, draw) => {
  const changed = bytes.slice();
  for (let tries = 0; tries < 1000; tries++) {
    const at = draw(bytes.length);
    if (bytes[at]! > 64 || bytes[at - 1]! > 64) continue;
    changed[at] = draw(64);
    return changed;
  }
  return changed;
};

const WAYS = Object.entries({ ...MUTATIONS, "a small number": small, "another small number": small });

Deno.test("an ONNX file that was changed is refused, or is a network with finite weights of its layers' shapes", async () => {
  const count = longOr(600, 40_000);
  let refused = 0, slowest = 0;
  for (let index = 0; index < count; index++) {
    const [name, mutate] = WAYS[index % WAYS.length]!,
      file = FILES[index % FILES.length]!,
      title = `mutation ${index}, ${name}`;
    const bytes = mutate(file, drawsOf(index)), start = performance.now();
    const trained = await attempt(() => fromOnnx(bytes), title);
    slowest = Math.max(slowest, performance.now() - start);
    if (trained === undefined) {
      assert(!sameBytes(bytes, file), title);
      refused++;
    } else assert([...trained.weights.values()].every((values) => values.every(Number.isFinite)), title);
  }
  assert(refused > count / 4, `${refused} of ${count} were refused`);
  assert(slowest < 5000, `one took ${slowest} ms`);
});
