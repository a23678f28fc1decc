/** Every sentence of fromTorch() and toTorch(), for what does not fit and what no PyTorch module is. */
import { assert, assertRejects, assertThrows } from "@std/assert";
import {
  addValues,
  concat,
  conv2d,
  dense,
  DescentError,
  embedding,
  flatten,
  fromTorch,
  initializeWeights,
  input,
  type Layer,
  type Model,
  modelOf,
  type Part,
  reshape,
  sequential,
  type Shape,
  share,
  standardize,
  tiedDense,
  toTorch,
  transpose,
} from "descent";
import { encodeSafetensors } from "../../src/train/safetensors.ts";
import { distinct, linears, stateOf } from "./torch_files.ts";

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
    'Layer "dense_2" needs weight [2,3], bias [2], but no module of the state_dict is left (layers with ' +
    "parameters to find: 2, modules in the file: 1): change the layer",
  ],
  [
    "more modules than layers",
    sequential(4, [dense(3)]),
    linears({ "0": [4, 3], "2": [3, 2] }),
    {},
    'the state_dict has "2" with weight [2,3], bias [2], which is no layer\'s (layers with parameters to find: 1, ' +
    'modules in the file: 2): say which is whose by the option names, as in { names: { dense_1: "0" } } for every ' +
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
