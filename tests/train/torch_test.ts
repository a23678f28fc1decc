/** Weights from PyTorch and for it: what models give, round trips, and every sentence for what cannot be. */
import { assert, assertEquals, assertRejects, assertThrows } from "@std/assert";
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
  initializeWeights,
  input,
  type Layer,
  layerNorm,
  maxPool2d,
  type Model,
  modelOf,
  type Part,
  predict,
  reshape,
  sequential,
  type Shape,
  share,
  standardize,
  tiedDense,
  toTorch,
  transpose,
  type Weights,
} from "descent";
import { decodeSafetensors, encodeSafetensors, type SavedTensor } from "../../src/train/safetensors.ts";
import { withTempFolder } from "../fixtures.ts";

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

/** Weights of which no two are alike. */
function distinct(model: Model): Weights {
  return new Map([...initializeWeights(model, 1)].map(([name, values], k) => [
    name,
    Float32Array.from(values, (_value, i) => Math.sin(i + 100 * k) + 1.5),
  ]));
}

/** A state_dict of zeros. */
function stateOf(shapes: Readonly<Record<string, Shape>>): Uint8Array {
  return encodeSafetensors(
    new Map(
      Object.entries(shapes).map(([name, shape]): [string, SavedTensor] => [
        name,
        { dtype: "f32", shape, data: new Float32Array(shape.reduce((a, b) => a * b, 1)) },
      ]),
    ),
  );
}

/** The state_dict of dense layers [inputs,units] under names. */
function linears(sizes: Readonly<Record<string, readonly [number, number]>>): Uint8Array {
  return stateOf(Object.fromEntries(
    Object.entries(sizes).flatMap(([name, [inputs, units]]): [string, Shape][] => [
      [`${name}.weight`, [units, inputs]],
      [`${name}.bias`, [units]],
    ]),
  ));
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

const REFUSED: readonly (readonly [string, Model, Uint8Array, Readonly<Record<string, string>>, string])[] = [
  [
    "a layer of other shapes",
    sequential(4, [dense(3), dense(2)]),
    linears({ "0": [4, 3], "2": [5, 2] }),
    {},
    'Layer "dense_2" needs weight [2,3], bias [2], but "2" of the state_dict has weight [2,5], bias [2]: change the ' +
    'layer, or say which is whose by the option names, as in { names: { dense_2: "2" } }',
  ],
  [
    "a module without a bias",
    sequential(4, [dense(3)]),
    stateOf({ "fc.weight": [3, 4] }),
    {},
    'Layer "dense_1" needs weight [3,4], bias [3], but "fc" of the state_dict has weight [3,4]: change the layer',
  ],
  [
    "fewer modules than layers",
    sequential(4, [dense(3), dense(2)]),
    linears({ "0": [4, 3] }),
    {},
    'Layer "dense_2" needs weight [2,3], bias [2], but no module of the state_dict is left (the model has 2 layers ' +
    "with parameters to find, the file 1 modules): change the layer",
  ],
  [
    "more modules than layers",
    sequential(4, [dense(3)]),
    linears({ "0": [4, 3], "2": [3, 2] }),
    {},
    'the state_dict has "2" with weight [2,3], bias [2], which is no layer\'s (the model has 1 layers with parameters ' +
    'to find, the file 2 modules): say which is whose by the option names, as in { names: { dense_1: "0" } } for every ' +
    "layer, and others are passed over",
  ],
  [
    "names without an order",
    sequential(4, [dense(4), dense(4)]),
    linears({ encoder: [4, 4], decoder: [4, 4] }),
    {},
    'Layer "dense_1" needs weight [4,4], bias [4], and both "encoder" and "decoder" of the state_dict have them, whose ' +
    'names have no order: say which is whose by the option names, as in { names: { dense_1: "decoder" } }',
  ],
  [
    "a name of no module",
    sequential(4, [dense(3)]),
    linears({ fc1: [4, 3] }),
    { dense_1: "fc" },
    'the state_dict has no module "fc" for layer "dense_1": choose from "fc1"',
  ],
  [
    "a module of other shapes by its name",
    sequential(4, [dense(3)]),
    linears({ fc1: [4, 2] }),
    { dense_1: "fc1" },
    'Layer "dense_1" needs weight [3,4], bias [3], but "fc1" of the state_dict has weight [2,4], bias [2]: change the layer',
  ],
  [
    "one module for two layers",
    sequential(4, [dense(4), dense(4)]),
    linears({ "0": [4, 4], "1": [4, 4] }),
    { dense_1: "0", dense_2: "0" },
    'Layers "dense_1" and "dense_2" both have the name "0": a module is one layer\'s',
  ],
  [
    "a name for a layer that is none",
    sequential(4, [dense(3)]),
    linears({ fc1: [4, 3] }),
    { dense_2: "fc1" },
    'The names of fromTorch() have "dense_2", which is no layer with parameters: choose from dense_1',
  ],
  [
    "whole numbers",
    sequential(1, [dense(1, { bias: false })]),
    encodeSafetensors(new Map([["weight", { dtype: "u8", shape: [1, 1], data: Uint8Array.of(1) }]])),
    {},
    'the state_dict: "weight" is u8 and no floating-point numbers',
  ],
  [
    "a weight that is NaN",
    sequential(1, [dense(1, { bias: false })]),
    encodeSafetensors(new Map([["weight", { dtype: "f32", shape: [1, 1], data: Float32Array.of(NaN) }]])),
    {},
    'the state_dict: "dense_1/weights" is NaN at [0,0] and no finite number',
  ],
  [
    "what is no safetensors file",
    sequential(1, [dense(1)]),
    new Uint8Array(3),
    {},
    "Cannot read the state_dict: ",
  ],
];

Deno.test("fromTorch() says what does not fit, and the way out", async () => {
  for (const [title, model, bytes, names, message] of REFUSED) {
    const { message: found } = await assertRejects(() => fromTorch(bytes, model, { names }), DescentError);
    assert(found.startsWith(message), `${title}: ${found}`);
    assert(!found.includes("--"), title);
  }
});

Deno.test("fromTorch() and toTorch() refuse what is no source, model, option or name", async () => {
  const model = sequential(1, [dense(1)]), trained = { model, weights: distinct(model) };
  const rejected: readonly (readonly [unknown, unknown, unknown, string])[] = [
    [7, model, {}, "fromTorch() takes the path of a safetensors file, or its bytes as a Uint8Array, got 7"],
    ["a", [], {}, "The model must be what sequential() gives, got []"],
    ["a", model, { name: {} }, 'fromTorch() has no option "name": did you mean names?'],
    [
      "a",
      model,
      { names: ["fc1"] },
      'The names of fromTorch() are modules by layers, as in { dense_1: "fc1" }, got ["fc1"]',
    ],
    [
      "a",
      model,
      { names: { dense_1: 3 } },
      'The name of "dense_1" must be that of a PyTorch module, such as "fc1", got 3',
    ],
  ];
  for (const [source, of, options, message] of rejected) {
    await assertRejects(
      () => fromTorch(source as Uint8Array, of as Model, options as { names: Record<string, string> }),
      DescentError,
      message,
    );
  }
  assertThrows(
    () => toTorch(trained, JSON.parse('{ "nmes": {} }')),
    DescentError,
    'toTorch() has no option "nmes": did you mean names?',
  );
  assertThrows(
    () => toTorch({ model, weights: new Map() }),
    DescentError,
    'The weights have no "dense_1/weights"',
  );
  const two = sequential(1, [dense(1), dense(1)]);
  assertThrows(
    () => toTorch({ model: two, weights: distinct(two) }, { names: { dense_2: "0" } }),
    DescentError,
    'Layer "dense_2" and one before it are both named "0": give it another by the option names',
  );
});

/** A layer of one's own that has a parameter. */
const OWN: Layer = { ...dense(2), kind: "own" };
const CHANNELS = "channels, which come first in PyTorch and last here, and";
const IMPOSSIBLE: readonly (readonly [Shape, readonly Part[], string])[] = [
  [
    [4],
    [dense(2), tiedDense("dense_1")],
    'Layer "tied_dense_2" (tied_dense) has the weights of "dense_1" transposed, which no PyTorch module does: put ' +
    "dense() in its place",
  ],
  [
    [2],
    [standardize({ inputs: Float32Array.of(1, 2, 3, 4), inputShape: [2] }), dense(1)],
    'Layer "standardize_1" (standardize) is no PyTorch module that has its values',
  ],
  [[2], [OWN], 'Layer "own_1" (own) is no PyTorch module that has its values'],
  [
    [4, 4, 4],
    [reshape([8, 2, 4]), conv2d(1, 1), reshape([2, 8, 1]), conv2d(4, 1), reshape([2, 4, 8]), conv2d(2, 1)],
    `Layer "conv2d_6" (conv2d) has rows of images of 4 ${CHANNELS} takes them as [2,4,8]: reshape them to as many channels`,
  ],
  [
    [4, 4, 3],
    [conv2d(4, 3), (x) => transpose(x, [2, 0, 1]), flatten(), dense(2)],
    `Layer "transpose_2" (transpose) has rows of images of 4 ${CHANNELS} puts their values in other places`,
  ],
  [
    [4, 4, 3],
    [flatten(), (x) => concat([x, x.pipe(dense(2))]), dense(2)],
    `Layer "concat_3" (concat) has rows of images of 3 ${CHANNELS} puts their values in other places`,
  ],
  [
    [4, 4, 3],
    [flatten(), (x) => addValues([x, x.pipe(dense(48))]), dense(2)],
    `Layer "elementwise_3" (elementwise) has rows of images of 3 ${CHANNELS} joins rows of several orders`,
  ],
  [
    [8],
    [embedding(5, 4), flatten(), reshape([4, 4, 2]), conv2d(1, 1)],
    `Layer "flatten_2" (flatten) has rows of images of 2 ${CHANNELS} they come from what has no such order`,
  ],
];

Deno.test("fromTorch() and toTorch() say which layers are no module of PyTorch, and where orders cannot agree", async () => {
  for (const [shape, layers, message] of IMPOSSIBLE) {
    const model = sequential(shape, layers), trained = { model, weights: initializeWeights(model, 1) };
    assertThrows(() => toTorch(trained), DescentError, message);
    await assertRejects(() => fromTorch(linears({ "0": [1, 1] }), model), DescentError, message);
  }
});

Deno.test("fromTorch() and toTorch() refuse a dense layer that is shared by rows of two orders", () => {
  const x = input([4, 4, 2]), y = input([32]), same = share(dense(3));
  const model = modelOf({ x, y }, addValues([same(x.pipe(flatten())), same(y)]));
  assertThrows(
    () => toTorch({ model, weights: initializeWeights(model, 1) }),
    DescentError,
    'Layer "dense_3" shares the weights of "dense_2" for rows that PyTorch holds in another order: use a layer of its own',
  );
});
