/** Trained models as ONNX files, which other libraries run. */
import { checkOptions, shown } from "../core/option_names.ts";
import { require } from "../core/errors.ts";
import { sizeOf } from "../core/tensor.ts";
import { PIXEL_SCALING } from "../data/data_set.ts";
import { leaf } from "../ir/leaf.ts";
import { type Node, reachable } from "../ir/node.ts";
import { checkWeights, type Model } from "../nn/model.ts";
import { checkTrained } from "../train/check_parts.ts";
import type { Trained } from "../train/saved.ts";
import { type GraphWriter, openGraph } from "./graph_writer.ts";
import { ELEMENT } from "./messages.ts";
import { openTranslation, type WriteOp } from "./translation.ts";
import { writeMap } from "./write_map.ts";
import { PRODUCT_OPS } from "./write_products.ts";
import { WINDOW_OPS } from "./write_windows.ts";

/** Settings of `toOnnx`. */
export interface ToOnnxOptions {
  /**
   * What the file takes: `numbers`, float32 as the network takes them, such as pixels from 0 to 1; or `bytes`, uint8, which
   * it scales itself by what bytes meant in training. Default `numbers`.
   */
  readonly inputs?: "numbers" | "bytes";
}

const OPS: ReadonlyMap<string, WriteOp> = new Map([["map", writeMap], ...PRODUCT_OPS, ...WINDOW_OPS]);

/** Primes, of which the first that divides no size of a model stands for its batch. */
const BATCHES = [7919, 7927, 7933, 7937, 7949];

/**
 * The bytes of an ONNX file with the network as it answers after training: batch normalization by its running statistics,
 * without dropout and noise. Opset 17, IR version 8; ONNX Runtime, PyTorch's and TensorFlow's tools and others read it.
 *
 * It takes each input by its name (`x` of a `sequential` model), float32 [batch, …shape of a row], images channels last as
 * here, for any batch; and gives each output by its name (`output`), what `predict` gives: of a classifier logits, of which
 * a softmax makes probabilities. What was recorded in training is in the file's metadata: `class_names` (a list in JSON),
 * `gives`, and `scaling`.
 *
 * Throws when the weights are not the model's or not finite, and where a layer does what ONNX has no operator for, such as
 * noise that stays on.
 *
 * @example
 * ```ts
 * import { conv2d, dense, flatten, initializeWeights, maxPool2d, sequential } from "descent";
 * import { toOnnx } from "descent/onnx";
 * const model = sequential([28, 28], [conv2d(8, 3, { activation: "relu" }), maxPool2d(), flatten(), dense(10)]);
 * const bytes = toOnnx({ model, weights: initializeWeights(model, 1) });
 * await Deno.writeFile(await Deno.makeTempFile({ suffix: ".onnx" }), bytes);
 * // In Python: onnxruntime.InferenceSession("digits.onnx").run(None, { "x": images })[0], [batch,28,28] to [batch,10]
 * ```
 */
export function toOnnx(trained: Trained, options: ToOnnxOptions = {}): Uint8Array<ArrayBuffer> {
  checkOptions("toOnnx", options, { inputs: true });
  const { model, weights } = checkTrained(trained), { inputs = "numbers" } = options;
  checkWeights(model, weights);
  require(
    inputs === "numbers" || inputs === "bytes",
    () => `The inputs of toOnnx() are "numbers" or "bytes", got ${shown(inputs)}`,
  );
  const batch = batchFor(model), graph = openGraph(namesOf(model));
  const leaves = model.inputs.map(({ name, shape }) => leaf("input", name, [batch, ...shape]));
  const values = model.values(leaves);
  const given = new Map(
    leaves.map((one) => [one, inputs === "bytes" ? scaled(graph, model, one) : one.label]),
  );
  const to = openTranslation({ graph, batch, given, weights, ops: OPS, layerOf: layerFinder(model, values) });
  // Layer after layer: a deep network is no reason to run out of stack.
  for (const value of values) to.isFirst(value);
  return graph.finish({
    inputs: model.inputs.map(({ name, shape }) => ({
      name,
      shape,
      element: inputs === "bytes" ? ELEMENT.uint8 : ELEMENT.float,
    })),
    outputs: model.outputs.map(({ name, shape, at }) => ({ name, shape, from: to.last(values[at]!) })),
    metadata: metadataOf(model),
  });
}

/** Names of inputs and outputs, which are the file's own. Throws where an output is called as an input. */
function namesOf({ inputs, outputs }: Model): readonly string[] {
  const names = inputs.map(({ name }) => name), both = outputs.find(({ name }) => names.includes(name));
  require(
    both === undefined,
    () =>
      `In ONNX no output is called as an input, and both are "${
        both!.name
      }": give the output another name in modelOf()`,
  );
  return [...names, ...outputs.map(({ name }) => name)];
}

function batchFor({ inputs, layers, parameters, states }: Model): number {
  const shapes = [
    ...inputs.map(({ shape }) => shape),
    ...layers.map(({ built }) => built.outputShape),
    ...[...parameters, ...states].map(({ node }) => node.type.shape),
  ];
  return BATCHES.find((one) => shapes.every((shape) => sizeOf(shape) % one !== 0)) ?? BATCHES[0]!;
}

/** Bytes as the numbers that they meant in training. */
function scaled(graph: GraphWriter, { scaling = PIXEL_SCALING }: Model, { label }: Node): string {
  const numbers = graph.add("Cast", [label], `${label}/numbers`, { to: ELEMENT.float });
  const product = graph.add("Mul", [numbers, graph.number(scaling.scale)], `${label}/scaled`);
  return scaling.offset === 0
    ? product
    : graph.add("Add", [product, graph.number(scaling.offset)], `${label}/moved`);
}

/** The first layer that needs a node. */
function layerFinder({ inputs, layers }: Model, values: readonly Node[]): (node: Node) => string | undefined {
  return (node) => layers.find((_layer, i) => reachable([values[inputs.length + i]!]).includes(node))?.name;
}

function metadataOf({ gives, scaling, classNames }: Model): Readonly<Record<string, string>> {
  return {
    ...(gives !== undefined && { gives }),
    ...(scaling !== undefined && { scaling: JSON.stringify(scaling) }),
    ...(classNames !== undefined && { class_names: JSON.stringify(classNames) }),
  };
}
