/** ONNX files of others: what PyTorch wrote, what nodes come to, and what is refused. */
import { assert, assertEquals, assertThrows } from "@std/assert";
import { Buffer } from "node:buffer";
import {
  classify,
  decodeModel,
  DescentError,
  encodeModel,
  fit,
  layerOutputs,
  meanSquaredError,
  predict,
  type Trained,
} from "descent";
import { fromOnnx } from "descent/onnx";
import { sizeOf } from "../../src/core/tensor.ts";
import {
  ATTRIBUTE,
  ELEMENT,
  encodeOnnx,
  type OnnxFile,
  type OnnxNode,
  type OnnxTensor,
} from "../../src/onnx/messages.ts";
import { torchNetworks } from "./networks.ts";

const ROWS = 3;
const vectors = await torchNetworks();

/** The inputs of each row side by side. */
function rowsOf({ model }: Trained, inputs: readonly Float32Array[]): Float32Array {
  const sizes = model.inputs.map(({ shape }) => sizeOf(shape));
  return Float32Array.from(
    Array.from(
      { length: ROWS },
      (_, row) => inputs.flatMap((values, i) => [...values.subarray(row * sizes[i]!, (row + 1) * sizes[i]!)]),
    ).flat(),
  );
}

function checkClose(found: Float32Array, expected: Float32Array, title: string): void {
  assertEquals(found.length, expected.length, title);
  found.forEach((value, i) =>
    assert(Math.abs(value - expected[i]!) < 1e-5, `${title}: ${value}, not ${expected[i]} at ${i}`)
  );
}

Deno.test("networks that PyTorch exported give what they gave there, with images in its order", async () => {
  for (const { name, file, inputs, outputs } of vectors.filter(({ name }) => name !== "sequence")) {
    const trained = fromOnnx(file), { model } = trained, rows = rowsOf(trained, inputs);
    if (name === "classifier") {
      checkClose((await classify(trained, rows)).probabilities, outputs[0]!, name);
      assertEquals(model.gives, "logits");
      continue;
    }
    checkClose(await predict(trained, rows), outputs[0]!, name);
    if (model.outputs.length === 1) continue;
    const layers = await layerOutputs(trained, rows), { at } = model.outputs[1]!;
    checkClose(
      layers.get(model.layers[at - model.inputs.length]!.name)!,
      outputs[1]!,
      `${name}, second output`,
    );
  }
});

Deno.test("what came from PyTorch is of our layers, is saved, and trains on", async () => {
  // As Node reads a file: a part of a larger buffer.
  const file = Buffer.from(vectors.find(({ name }) => name === "residual")!.file.subarray());
  const trained = fromOnnx(file), { model } = trained;
  assertEquals(model.layers.map(({ layer }) => layer.kind), [
    ...["reshape", "conv2d", "conv2d", "conv2d", "elementwise", "conv2d", "conv2d", "elementwise"],
    ...["global_avg_pool2d", "dense"],
  ]);
  const inputs = Float32Array.from({ length: 8 * 36 }, (_, i) => Math.sin(i)),
    targets = new Float32Array(8 * 3).fill(2);
  const again = decodeModel(encodeModel(trained)), train = { inputs, inputShape: [1, 6, 6], targets };
  assertEquals(await predict(again, inputs), await predict(trained, inputs));
  const better = await fit(again.model, { train }, {
    weights: again.weights,
    loss: meanSquaredError(),
    epochs: 5,
    seed: 1,
  });
  assert(better.history.at(-1)!.loss < better.history[0]!.loss);
});

/** A file of nodes from `x` [batch, …row] to `y`. */
function fileOf(
  nodes: readonly OnnxNode[],
  { row = [4], tensors = [], element = ELEMENT.float, ...rest }: {
    readonly row?: readonly number[];
    readonly tensors?: readonly OnnxTensor[];
    readonly element?: number;
    readonly opset?: number;
    readonly outputs?: readonly string[];
  } = {},
): Uint8Array {
  const { opset = 17, outputs = ["y"] } = rest, sizes = [{ name: "batch" }, ...row.map((size) => ({ size }))];
  const file: OnnxFile = {
    irVersion: 8,
    graph: {
      nodes,
      tensors,
      inputs: [{ name: "x", type: { tensor: { element, shape: { sizes } } } }],
      outputs: outputs.map((name) => ({ name })),
    },
    opsets: [{ version: opset }],
  };
  return encodeOnnx(file);
}

function tensor(name: string, dims: readonly number[], floats: readonly number[]): OnnxTensor {
  return { name, dims, floats, type: ELEMENT.float };
}

const ints = (name: string, ints: readonly number[]) => ({ name, ints, type: ATTRIBUTE.ints });
const nodeOf = (
  operator: string,
  inputs: readonly string[],
  ...attributes: OnnxNode["attributes"] & object
) => ({ operator, inputs, outputs: ["y"], name: "it", attributes });

Deno.test("numbers beside rows are added and multiplied per value, per channel and per row", async () => {
  const cases = [
    { operator: "Add", inputs: ["x", "c"], dims: [4], expected: [11, 22, 33, 44] },
    { operator: "Sub", inputs: ["c", "x"], dims: [1, 4], expected: [9, 18, 27, 36] },
    { operator: "Div", inputs: ["x", "c"], dims: [4], expected: [0.1, 0.1, 0.1, 0.1] },
    { operator: "Mul", inputs: ["c", "x"], dims: [2, 1, 1], row: [2, 2, 1], expected: [10, 20, 60, 80] },
    { operator: "Mul", inputs: ["x", "c"], dims: [2], row: [2, 1, 2], expected: [10, 40, 30, 80] },
    { operator: "Add", inputs: ["x", "c"], dims: [2, 1], row: [2, 2], expected: [11, 12, 23, 24] },
    { operator: "Pow", inputs: ["x", "c"], dims: [1], expected: [1, 1024, 59049, 1048576] },
  ];
  for (const { operator, inputs, dims, row = [4], expected } of cases) {
    const values = [10, 20, 30, 40].slice(0, sizeOf(dims)),
      file = fileOf([nodeOf(operator, inputs)], { row, tensors: [tensor("c", dims, values)] });
    const found = await predict(fromOnnx(file), Float32Array.of(1, 2, 3, 4));
    found.forEach((value, i) =>
      assert(Math.abs(value / expected[i]! - 1) < 1e-5, `${operator} [${dims}]: ${found}`)
    );
  }
});

Deno.test("one tensor that two nodes use is one layer's, as a bias behind a product is its own", async () => {
  const tensors = [
    tensor("w", [4, 4], Array.from({ length: 16 }, (_, i) => i / 16)),
    tensor("b", [4], [1, 2, 3, 4]),
  ];
  const node = (operator: string, inputs: string[], output: string) => ({
    operator,
    inputs,
    outputs: [output],
  });
  const trained = fromOnnx(fileOf([
    node("MatMul", ["x", "w"], "a"),
    node("Add", ["b", "a"], "c"),
    node("Tanh", ["c"], "d"),
    node("MatMul", ["d", "w"], "e"),
    node("Add", ["e", "b"], "f"),
    node("Tanh", ["f"], "y"),
  ], { tensors }));
  assertEquals(trained.model.layers.map(({ name, sharedWith }) => [name, sharedWith]), [[
    "dense_1",
    undefined,
  ], ["dense_2", 0]]);
  assertEquals([...trained.weights.keys()], ["dense_1/weights", "dense_1/bias"]);
  const [first] = await predict(trained, Float32Array.of(1, 0, 0, 0));
  const hidden = [1, 2, 3, 4].map((bias, i) => Math.tanh(bias + i / 16));
  assert(Math.abs(first! - Math.tanh(1 + hidden.reduce((sum, value, i) => sum + value * i / 4, 0))) < 1e-6);
});

/** Sizes that are put behind themselves again and again. */
function doublings(count: number): readonly OnnxNode[] {
  const first = { operator: "Shape", inputs: ["x"], outputs: ["0"] };
  const twice = (i: number) => ({ operator: "Concat", inputs: [`${i}`, `${i}`], outputs: [`${i + 1}`] });
  return [first, ...Array.from({ length: count }, (_, i) => twice(i))];
}

Deno.test("a file that is no network of known operators is refused in a sentence that names the node", () => {
  const w = tensor("w", [3, 4], new Array(12).fill(1)), of = (file: Uint8Array) => () => fromOnnx(file);
  const refusals: readonly (readonly [() => unknown, string])[] = [
    [
      of(vectors.find(({ name }) => name === "sequence")!.file),
      "is an operator that no layer here is: cut the network before it",
    ],
    [of(fileOf([nodeOf("LSTM", ["x"])])), 'node "it" (LSTM) is an operator that no layer here is'],
    [
      of(fileOf([{ ...nodeOf("Relu", ["x"]), domain: "com.example" }])),
      "(Relu) is an operator that no layer here is",
    ],
    [
      of(fileOf([nodeOf("Gemm", ["x", "w"])], { tensors: [w] })),
      "multiplies rows of 4 values by weights [3,4]",
    ],
    [of(fileOf([nodeOf("Gemm", ["x", "v"])])), 'takes "v", which nothing before it gives'],
    [of(fileOf([nodeOf("Gemm", ["x"])])), "lacks its input 2"],
    [of(fileOf([nodeOf("Relu", ["x"])], { outputs: ["z"] })), 'its output "z" is given by no node'],
    [of(fileOf([nodeOf("Relu", ["x"])], { outputs: ["y", "y"] })), "has no output, or two of one name"],
    [of(fileOf([nodeOf("Relu", ["x"])], { opset: 6 })), "is of opset 6: export it with 7 or later"],
    [of(fileOf([nodeOf("Relu", ["x"])], { row: [] })), "has rows of shape []: export it with a batch"],
    [of(fileOf([nodeOf("Relu", ["x"])], { row: [0] })), "has rows of shape [0]"],
    [
      of(fileOf([nodeOf("Relu", ["x"])], { element: 8 })),
      'The input "x" of this ONNX file is no tensor of numbers',
    ],
    [of(fileOf([nodeOf("Relu", ["x"]), nodeOf("Relu", ["x"])])), 'two of its nodes give "y"'],
    [
      of(
        fileOf([nodeOf("Softmax", ["x"]), { ...nodeOf("Relu", ["y"]), outputs: ["z"] }], { outputs: ["z"] }),
      ),
      "is not the end of a classifier",
    ],
    [
      of(fileOf([nodeOf("Transpose", ["x"], ints("perm", [1, 0]))])),
      "moves the batch to another axis, [1,0]",
    ],
    [of(fileOf([nodeOf("Reshape", ["x"], ints("shape", [4, -1]))])), "whose first axis is not the batch"],
    [
      of(fileOf([nodeOf("MaxPool", ["x"], ints("kernel_shape", [2, 2]))])),
      "takes rows of shape [4], and here images",
    ],
    [of(fileOf([nodeOf("ReduceMean", ["x"], ints("axes", [0]))])), "reduces axes [0] of rows of shape [4]"],
    [
      of(
        fileOf([nodeOf("Conv", ["x", "k"])], {
          row: [1, 2, 2],
          tensors: [tensor("k", [1, 1, 3, 3], new Array(9).fill(1))],
        }),
      ),
      "cannot take rows of shape [2,2,1]",
    ],
    [of(fileOf([nodeOf("Relu", ["w"])], { tensors: [w] })), "works on values that depend on no input"],
    [
      of(fileOf([nodeOf("Gemm", ["x", "w"])], { tensors: [{ ...w, dims: [4, 4] }] })),
      "holds 12 values, its shape [4,4] takes 16",
    ],
    [
      of(fileOf([nodeOf("Gemm", ["x", "w"])], { tensors: [{ ...w, location: 1 }] })),
      "lies in another file: save the model as one",
    ],
    [of(fileOf([nodeOf("Gemm", ["x", "w"])], { tensors: [{ ...w, type: 8 }] })), "has elements of type 8"],
    [
      of(fileOf([nodeOf("Gemm", ["x", "w"])], { tensors: [tensor("w", [4, 1], [NaN, 1, 1, 1])] })),
      "dense_1/weights",
    ],
    [
      of(fileOf([nodeOf("Add", ["x", "w"])], { row: [1e5, 3, 4], tensors: [w] })),
      "makes 1200000 values more of what the file holds, which are too many",
    ],
    [of(fileOf(doublings(60))), "values more of what the file holds, which are too many"],
    [of(new Uint8Array()), "These bytes are no ONNX file: they hold no graph"],
    [of(new TextEncoder().encode('{"a": 1}')), "These bytes are no whole ONNX file"],
    [
      () => fromOnnx("model.onnx" as unknown as Uint8Array),
      'fromOnnx() takes the bytes of an ONNX file as a Uint8Array, got "model.onnx"',
    ],
  ];
  for (const [read, sentence] of refusals) assertThrows(read, DescentError, sentence);
});
