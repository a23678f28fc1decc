/** ONNX files as models here. */
import { DescentError, require } from "../core/errors.ts";
import { shown } from "../core/option_names.ts";
import { formatShape, type Shape } from "../core/tensor.ts";
import { checkWeights, type Model, modelLeaves } from "../nn/model.ts";
import { input, modelOf, type Value } from "../nn/network.ts";
import type { Trained } from "../train/saved.ts";
import {
  decodeOnnx,
  ELEMENT,
  type OnnxFile,
  type OnnxGraph,
  type OnnxNode,
  type OnnxValue,
} from "./messages.ts";
import { ELEMENTWISE_READERS } from "./read_elementwise.ts";
import { LAYER_READERS } from "./read_layers.ts";
import { SHAPE_READERS } from "./read_shapes.ts";
import { WINDOW_READERS } from "./read_windows.ts";
import { type LayerValues, openReader, type ReadNode } from "./reader.ts";
import { asMade, isMade, plain, type Rows, rowsOf } from "./rows.ts";
import { refuseNode } from "./tensors.ts";

/** The later ones where two tables have an operator. */
const READERS: ReadonlyMap<string, ReadNode> = new Map(
  Object.entries({ ...ELEMENTWISE_READERS, ...LAYER_READERS, ...WINDOW_READERS, ...SHAPE_READERS }),
);

/** From here on operators fit shapes as NumPy does. */
const LEAST_OPSET = 7;
const MOST_ROW_AXES = 3;

/**
 * The model that an ONNX file holds, of layers here: it predicts, trains on, is cut and saved like others.
 *
 * It takes the rows that the file takes and gives what the file gives, in its order: images [channels,height,width] stay so,
 * and a `transpose` in front puts their channels last; weights are put into the order of the layers. Alone a softmax at the
 * end is left off, as losses take logits: `predict` gives these, `classify` the probabilities. A file that takes bytes makes
 * a model whose bytes mean themselves. Two uses of one tensor with the same settings share it, as `share` does.
 *
 * Known are the operators that exporters write for dense, convolutional and residual networks, autoencoders and embeddings:
 * Gemm, MatMul, Conv, ConvTranspose, BatchNormalization, LayerNormalization, pools, Resize, Gather, what changes shapes, and
 * whatever is elementwise. Throws a sentence that names the node on others, such as LSTM; and where the file is damaged.
 *
 * @example
 * ```ts
 * import { dense, initializeWeights, predict, sequential } from "descent";
 * import { fromOnnx, toOnnx } from "descent/onnx";
 * const model = sequential(4, [dense(8, { activation: "relu" }), dense(3)]);
 * const bytes = toOnnx({ model, weights: initializeWeights(model, 1) }); // or await Deno.readFile("model.onnx")
 * const trained = fromOnnx(bytes);
 * console.log(await predict(trained, Float32Array.of(5.1, 3.5, 1.4, 0.2))); // three logits
 * ```
 */
export function fromOnnx(bytes: Uint8Array): Trained {
  require(
    bytes instanceof Uint8Array,
    () => `fromOnnx() takes the bytes of an ONNX file as a Uint8Array, got ${shown(bytes)}`,
  );
  const file = decodeOnnx(bytes);
  try {
    return modelIn(file, bytes.length);
  } catch (error) {
    if (error instanceof DescentError) throw new DescentError(shortened(error.message));
    throw new DescentError(
      "Cannot make a model of this ONNX file: a setting of a node is none that it can have",
      { cause: error },
    );
  }
}

/** A sentence with names and lists from a file, which may hold anything and be of any length. */
function shortened(message: string): string {
  const line = message.replace(/\p{Cc}+/gu, "?"), most = 500;
  return line.length <= most ? line : `${line.slice(0, most - 150)} … ${line.slice(-140)}`;
}

function modelIn(file: OnnxFile & { readonly graph: OnnxGraph }, bytes: number): Trained {
  const { graph } = file,
    opset = file.opsets?.find(({ domain = "" }) => domain === "" || domain === "ai.onnx")?.version ?? 0;
  require(
    opset >= LEAST_OPSET,
    () => `This ONNX file is of opset ${opset}: export it with ${LEAST_OPSET} or later, such as 17`,
  );
  const tensors = new Set((graph.tensors ?? []).map(({ name }) => name));
  const inputs = (graph.inputs ?? []).filter(({ name }) => !tensors.has(name)).map(inputOf);
  require(inputs.length > 0, "This ONNX file is no network that answers for rows: it has no input");
  const batch = inputs.find((one) => one.batch !== undefined)?.batch;
  const rows = new Map(inputs.map(({ name, rows }) => [name, rows]));
  const { reader, weights, bind, doneBy, output } = openReader(graph, { inputs: rows, batch, opset, bytes });
  for (const node of graph.nodes ?? []) {
    const known = doneBy(node) ?? readerOf(node)(node, reader);
    // What is used several times is computed once.
    const isUsed = reader.usesOf(node.outputs?.[0] ?? "") > 1;
    bind(node, isUsed && known.kind === "rows" && !isMade(known) ? asMade(known) : known);
  }
  const names = (graph.outputs ?? []).map(({ name = "" }) => name);
  require(
    names.length > 0 && new Set(names).size === names.length,
    "This ONNX file has no output, or two of one name",
  );
  const model = modelOf(
    Object.fromEntries(inputs.map(({ name, value }) => [name, value])),
    Object.fromEntries(names.map((name): [string, Value] => [name, plain(output(name)).value])),
  );
  const isBytes = inputs.some((one) => one.element === ELEMENT.uint8);
  const trained = {
    model: { ...model, ...recordedIn(file, isBytes, endsInLogits(graph)) },
    weights: weightsOf(model, weights),
  };
  checkWeights(trained.model, trained.weights);
  return trained;
}

function readerOf(node: OnnxNode): ReadNode {
  const { operator = "", domain = "" } = node, found = READERS.get(operator);
  if (found !== undefined && (domain === "" || domain === "ai.onnx")) return found;
  return refuseNode(
    node,
    "is an operator that no layer here is: cut the network before it when you export it",
  );
}

const ELEMENTS: readonly number[] = [
  ELEMENT.float,
  ELEMENT.double,
  ELEMENT.float16,
  ELEMENT.uint8,
  ELEMENT.int64,
  ELEMENT.int32,
];

/** An input of the model: the first axis of the file's is the batch. */
function inputOf({ name = "", type }: OnnxValue) {
  const { element = 0, shape } = type?.tensor ?? {}, [first, ...row] = shape?.sizes ?? [];
  const title = `The input "${name}" of this ONNX file`;
  require(ELEMENTS.includes(element), () => `${title} is no tensor of numbers (its type is ${element})`);
  const sizes: Shape = row.map(({ size = 0 }) => size);
  require(
    sizes.length > 0 && sizes.length <= MOST_ROW_AXES &&
      sizes.every((size) => Number.isSafeInteger(size) && size > 0),
    () =>
      `${title} has rows of shape ${
        formatShape(sizes)
      }: export it with a batch and one to ${MOST_ROW_AXES} axes of fixed sizes`,
  );
  const value = input(sizes), rows: Rows = rowsOf({ value, lies: sizes });
  return { name, element, value, rows, batch: first?.size };
}

/** Whether the first output is what a softmax was given. */
function endsInLogits({ nodes = [], outputs = [] }: OnnxGraph): boolean {
  const last = nodes.find((node) => node.outputs?.[0] === outputs[0]?.name);
  return last?.operator === "Softmax" || last?.operator === "LogSoftmax";
}

/** Values by the names of the model's leaves. */
function weightsOf(
  model: Model,
  values: ReadonlyMap<unknown, LayerValues>,
): ReadonlyMap<string, Float32Array> {
  const found = new Map<string, Float32Array>();
  for (const { layer, built, sharedWith } of model.layers) {
    if (sharedWith !== undefined) continue;
    for (const { node: { label } } of [...built.parameters, ...(built.states ?? [])]) {
      const own = values.get(layer)?.[label.slice(label.lastIndexOf("/") + 1)];
      if (own !== undefined) found.set(label, own);
    }
  }
  return new Map(modelLeaves(model).map(({ label }) => [label, found.get(label)!]));
}

/** What a model of ours had recorded, where it is that. */
function recordedIn({ metadata = [] }: OnnxFile, isBytes: boolean, isLogits: boolean): Partial<Model> {
  const values = new Map(metadata.map(({ key = "", value = "" }) => [key, value]));
  const gives = isLogits ? "logits" : values.get("gives"), names = parsed(values.get("class_names"));
  const scaling = isBytes ? { scale: 1, offset: 0 } : parsed(values.get("scaling")) as Model["scaling"];
  return {
    ...((gives === "logits" || gives === "values") && { gives }),
    ...(scaling && [scaling.scale, scaling.offset].every(Number.isFinite) && { scaling }),
    ...(Array.isArray(names) && names.every((name) => typeof name === "string") && { classNames: names }),
  };
}

function parsed(text: string | undefined): unknown {
  try {
    return JSON.parse(text ?? "null");
  } catch {
    return undefined;
  }
}
