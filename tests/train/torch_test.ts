/** Weights from PyTorch and for it: what models give with them, round trips, and how modules are found. */
import { assert, assertEquals, assertRejects } from "@std/assert";
import { join } from "node:path";
import {
  activation,
  addValues,
  avgPool2d,
  batchNorm,
  concat,
  conv1d,
  conv2d,
  conv2dTranspose,
  dense,
  DescentError,
  dropout,
  embedding,
  flatten,
  fromTorch,
  globalAvgPool2d,
  input,
  layerNorm,
  maxPool2d,
  type Model,
  modelOf,
  predict,
  reshape,
  sequential,
  share,
  toTorch,
} from "descent";
import { decodeSafetensors, encodeSafetensors } from "../../src/train/safetensors.ts";
import { withTempFolder } from "../fixtures.ts";
import { distinct, linears } from "./torch_files.ts";

/** What vectors/make_torch_models.py writes; arrays of numbers are texts, files base64. */
interface Vectors {
  readonly rows: number;
  readonly models: readonly {
    readonly name: string;
    readonly file: string;
    readonly x: string;
    readonly y: string;
  }[];
}

const vectors: Vectors = JSON.parse(
  await Deno.readTextFile(new URL("../vectors/torch_models.json", import.meta.url)),
);

function smallCnn(flipKernel = false): Model {
  return sequential([6, 8, 2], [
    conv2d(4, 3, { activation: "relu", flipKernel }),
    avgPool2d(),
    flatten(),
    dropout(0.1),
    dense(3),
  ]);
}

const MODELS: Readonly<Record<string, Model>> = {
  "mlp": sequential(6, [dense(8, { activation: "relu" }), dense(5, { activation: "tanh" }), dense(3)]),
  "pair": sequential(4, [dense(4, { activation: "relu" }), dense(4)]),
  "cnn": sequential([8, 10, 2], [
    conv2d(4, 3, { padding: 1, bias: false }),
    batchNorm(),
    activation("relu"),
    maxPool2d(),
    conv2d(6, [3, 2], { activation: "relu" }),
    flatten(),
    dense(12, { activation: "relu" }),
    dense(5),
  ]),
  "depthwise": sequential([5, 4, 4], [
    conv2d(8, 3, { groups: 4, padding: 1, activation: "relu" }),
    conv2d(6, 1, { groups: 2, activation: "gelu" }),
    globalAvgPool2d(),
    dense(4),
  ]),
  "decoder": sequential(3, [
    dense(24),
    batchNorm(),
    activation("relu"),
    reshape([3, 2, 4]),
    conv2dTranspose(6, 3, { stride: 2, padding: 1, outputPadding: 1, groups: 2 }),
    batchNorm(),
    activation("tanh"),
    conv2dTranspose(3, 2),
  ]),
  "words": sequential(5, [embedding(11, 6), layerNorm(), flatten(), dense(4)]),
  "sequence": sequential([9, 3], [
    conv1d(4, 3, { activation: "relu" }),
    batchNorm(),
    layerNorm(),
    flatten(),
    layerNorm(),
    batchNorm(),
    dense(2),
  ]),
  "flat images": sequential([4, 2, 3], [layerNorm(), flatten(), dense(3)]),
  "float16": smallCnn(),
  "bfloat16": smallCnn(),
  "float64": smallCnn(),
};

/** Names that a model needs. */
const NAMES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  pair: { dense_1: "encoder", dense_2: "decoder" },
};

const numbersOf = (text: string) => Float32Array.from(text.split(" "), Number);
const vectorOf = (name: string) => vectors.models.find((one) => one.name === name)!;
const fileOf = (name: string) => Uint8Array.fromBase64(vectorOf(name).file);
const namesFor = (name: string) => NAMES[name] && { names: NAMES[name] };

/** How far what a model gives is from what PyTorch's gave, at most. */
async function errorOf(name: string, model: Model): Promise<number> {
  const { x, y } = vectorOf(name), expected = numbersOf(y);
  const found = await predict(await fromTorch(fileOf(name), model, namesFor(name)), numbersOf(x));
  assertEquals(found.length, expected.length);
  return Math.max(...expected.map((value, i) => Math.abs(value - found[i]!)));
}

Deno.test("fromTorch() has a case for each of PyTorch's models", () => {
  assertEquals(vectors.models.map(({ name }) => name), Object.keys(MODELS));
});

for (const [name, model] of Object.entries(MODELS)) {
  Deno.test(`fromTorch() gives the model "${name}" PyTorch's weights: it gives what PyTorch gave`, async () => {
    const error = await errorOf(name, model);
    assert(error <= 1e-6, `off by ${error}`);
  });

  Deno.test(`toTorch() writes the tensors of the model "${name}" as PyTorch has them, and they come back bit for bit`, async () => {
    const trained = await fromTorch(fileOf(name), model, namesFor(name));
    const bytes = toTorch(trained, namesFor(name));
    assertEquals((await fromTorch(bytes, model, namesFor(name))).weights, trained.weights);
    const skips = (one: string) => one.endsWith("num_batches_tracked");
    const shapesIn = (file: Uint8Array) =>
      [...decodeSafetensors(file, { skips }).tensors].map(([one, { shape }]) =>
        `${one.slice(one.lastIndexOf(".") + 1)} ${shape}`
      ).sort();
    assertEquals(shapesIn(bytes), shapesIn(fileOf(name)));
    const weights = distinct(model), again = toTorch({ model, weights }, namesFor(name));
    assertEquals((await fromTorch(again, model, namesFor(name))).weights, weights);
  });
}

Deno.test("toTorch() names modules as nn.Sequential numbers them: PyTorch's own file comes back, tensor by tensor", async () => {
  for (const name of ["decoder", "words", "sequence", "depthwise", "float16"]) {
    const skips = (one: string) => one.endsWith("num_batches_tracked"), file = fileOf(name);
    const found = decodeSafetensors(toTorch(await fromTorch(file, MODELS[name]!)));
    assertEquals(new Map(found.tensors), new Map(decodeSafetensors(file, { skips }).tensors), name);
    assertEquals(found.metadata, { format: "pt" });
  }
});

Deno.test("fromTorch() turns the windows of a true convolution round", async () => {
  assert(await errorOf("float64", smallCnn(true)) <= 1e-6);
});

Deno.test("fromTorch() reads a file by its path, and names it where something is wrong", () =>
  withTempFolder(async (folder) => {
    const path = join(folder, "model.safetensors"), model = MODELS.cnn!;
    await Deno.writeFile(path, fileOf("cnn"));
    assertEquals((await fromTorch(path, model)).weights, (await fromTorch(fileOf("cnn"), model)).weights);
    await Deno.truncate(path, 100);
    await assertRejects(() => fromTorch(path, model), DescentError, `Cannot read ${path}: its header claims`);
    const missing = join(folder, "none");
    await assertRejects(
      () => fromTorch(missing, model),
      DescentError,
      `Cannot read the weights ${missing}: no such file or directory`,
    );
  }));

Deno.test("fromTorch() goes by the numbers in names, not by their letters", async () => {
  const model = sequential(2, Array.from({ length: 12 }, () => dense(2))), weights = distinct(model);
  const found = await fromTorch(toTorch({ model, weights }), model);
  assertEquals(found.weights, weights);
  const names = Object.fromEntries(model.layers.map(({ name }, i) => [name, `blocks.${i * 3}.fc`]));
  assertEquals((await fromTorch(toTorch({ model, weights }, { names }), model)).weights, weights);
});

Deno.test("fromTorch() reads the state_dict of a single module, and passes over others where all layers have names", async () => {
  const model = sequential(3, [dense(2)]), weights = distinct(model);
  const single = toTorch({ model, weights }, { names: { dense_1: "" } });
  assertEquals([...decodeSafetensors(single).tensors.keys()].sort(), ["bias", "weight"]);
  assertEquals((await fromTorch(single, model)).weights, weights);
  const { tensors } = decodeSafetensors(toTorch({ model, weights }, { names: { dense_1: "head" } }));
  const others = decodeSafetensors(linears({ aux: [3, 2], "0": [7, 7] })).tensors;
  const file = encodeSafetensors(new Map([...others, ...tensors]));
  assertEquals((await fromTorch(file, model, { names: { dense_1: "head" } })).weights, weights);
});

Deno.test("names and order go together: what has no name takes what is left", async () => {
  const model = sequential(4, [dense(4), dense(4), dense(4)]), weights = distinct(model);
  const file = toTorch({ model, weights }, { names: { dense_1: "2", dense_2: "stem", dense_3: "0" } });
  const { weights: found } = await fromTorch(file, model, { names: { dense_1: "2", dense_2: "stem" } });
  assertEquals(found, weights);
});

Deno.test("weights of shared layers and of layers in a graph stand once, and rows that are joined keep their order", async () => {
  const x = input([4, 4, 3]), y = input([4, 4, 3]);
  const same = share(conv2d(4, 3, { padding: "same" }));
  const both = concat([same(x), same(y)]).pipe(batchNorm(), flatten());
  const wide = addValues([both.pipe(dense(8)), x.pipe(flatten(), dense(8))]);
  const model = modelOf({ x, y }, wide), weights = distinct(model);
  const { tensors } = decodeSafetensors(toTorch({ model, weights }));
  assertEquals(tensors.size, 2 + 4 + 2 + 2);
  assertEquals((await fromTorch(toTorch({ model, weights }), model)).weights, weights);
  // Channel 1 of pixel 0 of the 8 channels is value 16 of a row there, and value 1 here.
  const [name] = [...tensors.keys()].filter((one) => tensors.get(one)!.shape[1] === 128);
  const layer = model.layers.find(({ built }) => built.parameters[0]?.node.type.shape[0] === 128)!;
  assertEquals(tensors.get(name!)!.data[16], weights.get(`${layer.name}/weights`)![8]);
});

Deno.test("images of one channel that layers reshape are joined by channels, as PyTorch joins them", () => {
  const maps = [globalAvgPool2d(), reshape([2, 2, 1])], x = input([3, 3, 4]);
  const model = modelOf({ x }, concat([x.pipe(...maps), x.pipe(...maps)]).pipe(flatten(), dense(1)));
  const { tensors } = decodeSafetensors(toTorch({ model, weights: distinct(model) }));
  const [, values] = [...distinct(model)].find(([name]) => name.endsWith("/weights"))!;
  const [weight] = [...tensors.values()].filter(({ shape }) => shape.length === 2);
  assertEquals(weight!.data, Float32Array.of(...[0, 2, 4, 6, 1, 3, 5, 7].map((at) => values[at]!)));
});
