/** Models on disk: which files are written and read, and what is refused. */
import { assert, assertEquals, assertMatch, assertRejects, assertThrows } from "@std/assert";
import { join } from "node:path";
import { DescentError } from "../../src/core/errors.ts";
import { sha256 } from "../../src/core/sha256.ts";
import type { Shape } from "../../src/core/tensor.ts";
import { dense } from "../../src/nn/dense.ts";
import { initializeWeights, sequential } from "../../src/nn/model.ts";
import { modelFromConfig } from "../../src/nn/registry.ts";
import { tiedDense } from "../../src/nn/tied_dense.ts";
import { decodeSafetensors, encodeSafetensors } from "../../src/train/safetensors.ts";
import { decodeModel, encodeModel, loadModel, saveModel } from "../../src/train/saved.ts";
import { withTempFolder } from "../fixtures.ts";

const MODEL = sequential(8, [dense(12, { activation: "relu" }), dense(3)]);
const TRAINED = { model: MODEL, weights: initializeWeights(MODEL, 1) };

async function sentenceOf(work: () => Promise<unknown>): Promise<string> {
  return (await assertRejects(work, DescentError)).message;
}

Deno.test("saveModel() writes the same bytes for equal weights, and nothing else into the folder", () =>
  withTempFolder(async (folder) => {
    for (const name of ["a", "b"]) await saveModel(join(folder, name), TRAINED);
    assertEquals(await Deno.readFile(join(folder, "a")), await Deno.readFile(join(folder, "b")));
    assertEquals((await Array.fromAsync(Deno.readDir(folder))).map(({ name }) => name).sort(), ["a", "b"]);
  }));

Deno.test("saveModel() replaces the file behind symbolic links and leaves the links", () =>
  withTempFolder(async (folder) => {
    const far = join(folder, "far"), path = join(folder, "link");
    await Deno.mkdir(far);
    await Deno.writeTextFile(join(far, "model"), "an older one");
    await Deno.symlink(join(far, "model"), join(far, "second"));
    await Deno.symlink("far/second", path);
    await saveModel(path, TRAINED);
    assert((await Deno.lstat(path)).isSymlink && (await Deno.lstat(join(far, "second"))).isSymlink);
    assert((await Deno.lstat(join(far, "model"))).isFile);
    assertEquals((await loadModel(path)).weights, TRAINED.weights);
    // A link to a file that is not there yet.
    await Deno.symlink("far/new", join(folder, "dangling"));
    await saveModel(join(folder, "dangling"), TRAINED);
    assertEquals((await loadModel(join(far, "new"))).weights, TRAINED.weights);
  }));

Deno.test({
  name: "saveModel() and loadModel() refuse what is no regular file, at once and in a sentence",
  ignore: Deno.build.os === "windows",
  fn: () =>
    withTempFolder(async (folder) => {
      const pipe = join(folder, "pipe"), circle = join(folder, "circle");
      const made = await new Deno.Command("mkfifo", { args: [pipe] }).output();
      assert(made.success);
      await Deno.symlink("circle", circle);
      const places = [
        [folder, "it is a folder"],
        [pipe, "it is no regular file"],
        ["/dev/null", "it is no regular file"],
        [circle, "its symbolic links go round in a circle"],
      ] as const;
      for (const [path, why] of places) {
        assertEquals(
          await sentenceOf(() => saveModel(path, TRAINED)),
          `Cannot write the model to ${path}: ${why}`,
        );
        assertEquals(await sentenceOf(() => loadModel(path)), `Cannot read the model ${path}: ${why}`);
      }
      assertEquals((await Array.fromAsync(Deno.readDir(folder))).length, 2);
    }),
});

Deno.test("saveModel() and loadModel() say why a file cannot be used without the system's numbers", () =>
  withTempFolder(async (folder) => {
    await Deno.writeTextFile(join(folder, "file"), "");
    assertEquals(
      await sentenceOf(() => loadModel(join(folder, "gone"))),
      `Cannot read the model ${join(folder, "gone")}: no such file or directory`,
    );
    assertEquals(
      await sentenceOf(() => saveModel(join(folder, "gone", "m"), TRAINED)),
      `Cannot write the model to ${join(folder, "gone", "m")}: no such file or directory`,
    );
    assertEquals(
      await sentenceOf(() => saveModel(join(folder, "file", "m"), TRAINED)),
      `Cannot write the model to ${join(folder, "file", "m")}: not a directory`,
    );
  }));

Deno.test("saveModel() keeps metadata, and refuses the keys that the file uses itself", async () => {
  for (const key of ["format", "model"]) {
    const error = await assertRejects(
      () => saveModel("never written", TRAINED, { [key]: "pt" }),
      DescentError,
    );
    assertMatch(error.message, new RegExp(`metadata of the key "${key}": the file uses it itself`));
  }
  const { metadata } = decodeSafetensors(encodeModel(TRAINED, { note: "of mine", toString: "too" }));
  assertEquals([metadata.note, metadata.toString], ["of mine", "too"] as unknown[]);
});

/** The file with the shapes of its tensors replaced; the bytes stay. */
function withShapes(change: (name: string, shape: Shape) => Shape): Uint8Array {
  const { tensors, metadata } = decodeSafetensors(encodeModel(TRAINED));
  return encodeSafetensors(
    new Map([...tensors].map(([name, tensor]) => [name, { ...tensor, shape: change(name, tensor.shape) }])),
    metadata,
  );
}

Deno.test("loading compares the shapes of weights, not only how many values they have", () => {
  const swapped: readonly (readonly [string, Shape, string])[] = [
    ["dense_1/weights", [12, 8], "[12,8], the model needs [8,12]"],
    ["dense_1/weights", [96], "[96], the model needs [8,12]"],
    ["dense_1/weights", [1, 8, 12], "[1,8,12], the model needs [8,12]"],
    ["dense_2/bias", [3, 1], "[3,1], the model needs [3]"],
  ];
  for (const [wanted, shape, message] of swapped) {
    const bytes = withShapes((name, old) => name === wanted ? shape : old);
    const error = assertThrows(() => decodeModel(bytes, { path: "m" }), DescentError);
    assertEquals(error.message, `m: "${wanted}" is ${message}`);
  }
  assertEquals(decodeModel(withShapes((_, shape) => shape)).weights, TRAINED.weights);
});

Deno.test("loadModel() with a SHA-256 takes that very file and no other", () =>
  withTempFolder(async (folder) => {
    const path = join(folder, "model"), bytes = new Uint8Array(encodeModel(TRAINED));
    const hash = await sha256(bytes);
    assertMatch(hash, /^[0-9a-f]{64}$/);
    await Deno.writeFile(path, bytes);
    for (const known of [hash, hash.toUpperCase()]) {
      assertEquals((await loadModel(path, { sha256: known })).weights, TRAINED.weights);
    }
    // The lowest bit of a weight: a model as good as the other, but not the one that was saved.
    bytes[bytes.length - 4]! ^= 1;
    await Deno.writeFile(path, bytes);
    await loadModel(path);
    const message = await sentenceOf(() => loadModel(path, { sha256: hash }));
    assertMatch(
      message,
      /is not the file that was saved: its SHA-256 is [0-9a-f]{64}, expected [0-9a-f]{64}$/,
    );
    assert(message.startsWith(path) && message.endsWith(hash));
  }));

Deno.test("a description that names a layer by what objects know, or none, is refused in a sentence", () => {
  for (const kind of ["constructor", "toString", "__proto__", "hasOwnProperty", null, 7, ["dense"]]) {
    const description = { inputShape: [8], layers: [{ kind, config: { units: 3 } }] };
    const error = assertThrows(() => modelFromConfig(description as never), DescentError);
    assert(
      error.message.startsWith(
        `Layer 1 of the model is of the kind ${JSON.stringify(kind)}, which is not known here: `,
      ),
    );
  }
  for (const layer of [null, 7, "dense", {}, { kind: "dense" }, { kind: "dense", config: null }]) {
    assertThrows(
      () => modelFromConfig({ inputShape: [8], layers: [layer] } as never),
      DescentError,
      "Layer 1 of the model description has no kind and config",
    );
  }
  for (const nothing of [null, 7, [], { layers: [] }]) {
    assertThrows(() => modelFromConfig(nothing as never), DescentError, "needs inputShape and layers");
  }
});

Deno.test("a damaged description never shows what the engine says of it", () => {
  const { tensors } = decodeSafetensors(encodeModel(TRAINED));
  const layer = (config: unknown) => JSON.stringify({ inputShape: [8], layers: [{ kind: "dense", config }] });
  const damaged = [
    ["{", "it is not JSON"],
    [
      layer({ units: 3, activation: { toString: 1 } }),
      "Unknown activation an object: choose from identity, relu, sigmoid, tanh, leakyRelu, elu, selu, gelu, silu, softplus",
    ],
    [layer({ units: "3" }), 'A layer needs a positive whole number of units, got "3"'],
  ] as const;
  for (const [model, why] of damaged) {
    const bytes = encodeSafetensors(tensors, { format: "descent-1", model });
    const error = assertThrows(() => decodeModel(bytes, { path: "m" }), DescentError);
    assertEquals(error.message, `m has a damaged model description: ${why}`);
  }
});

Deno.test("building and reading a model take time in proportion to its layers", () => {
  const secondsFor = (count: number) => {
    const before = performance.now();
    const layers = Array.from(
      { length: count },
      (_, i) => i === 0 || i % 2 === 1 ? dense(4, { activation: "relu" }) : tiedDense("dense_1"),
    );
    const model = sequential(4, layers);
    const again = decodeModel(encodeModel({ model, weights: initializeWeights(model, 1) })).model;
    assertEquals(again.layers.length, count);
    return (performance.now() - before) / 1000;
  };
  secondsFor(500);
  // Four times the layers took 16 times as long; the bound leaves room for a busy machine.
  const few = Math.min(secondsFor(2000), secondsFor(2000)),
    many = Math.min(secondsFor(16_000), secondsFor(16_000));
  assert(many < 20 * few + 1, `2,000 layers took ${few} s, 16,000 took ${many} s`);
});
