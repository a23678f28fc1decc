/** Using a trained model: probabilities for images, what its layers give, and its scores on a labelled set. */
import { require } from "../core/errors.ts";
import { columnsOf, sizeOf } from "../core/tensor.ts";
import type { Node } from "../ir/node.ts";
import { compile } from "../ir/plan.ts";
import { chooseExecutor } from "../exec/choose.ts";
import type { Executor, Program } from "../exec/executor.ts";
import { checkLabels } from "../data/labels.ts";
import type { DataSet } from "../data/set.ts";
import { checkWeights } from "../nn/model.ts";
import { checkClassifier, type ImageBatch, layerGraph, predictionGraph } from "./graph.ts";
import { type ClassificationReport, classificationReport } from "./metrics.ts";
import type { Trained } from "./saved.ts";

export interface Prediction {
  /** Index of the likeliest class of each image. */
  readonly classes: Uint8Array;
  /** Dense [images, classes]. */
  readonly probabilities: Float32Array;
}

export interface PredictOptions {
  /** What to run on; default: a GPU if there is one, else WASM. It is left open. */
  readonly executor?: Executor;
}

/** Images of one run of the prediction plan. */
const BATCH = 256;

/**
 * Class probabilities of images given as bytes 0 … 255, row after row.
 *
 * Throws when the bytes are not a whole number of images of the model's input shape.
 *
 * @example
 * ```ts
 * import { assert } from "@std/assert";
 * import { dense } from "../nn/dense.ts";
 * import { initializeWeights, sequential } from "../nn/model.ts";
 * import { predict } from "./predict.ts";
 * const model = sequential(4, [dense(3, { activation: "identity" })]);
 * const { probabilities } = await predict({ model, weights: initializeWeights(model, 1) }, new Uint8Array(8));
 * assert(probabilities.length === 6);
 * ```
 */
export async function predict(
  { model, weights }: Trained,
  images: Uint8Array,
  options: PredictOptions = {},
): Promise<Prediction> {
  const classCount = columnsOf(model.outputShape);
  const [probabilities] = await compute({ model, weights }, images, (batch) => {
    const graph = predictionGraph(model, batch);
    return { ...graph, outputs: [graph.probabilities] };
  }, options);
  return {
    classes: Uint8Array.from(
      { length: probabilities!.length / classCount },
      (_, i) => likeliest(probabilities!, i, classCount),
    ),
    probabilities: probabilities!,
  };
}

/**
 * What layers of a trained model give for images, bytes 0 … 255, row after row: feature maps, codes.
 *
 * `layers` names the layers, as `model.layers` does (`conv2d_1`, `dense_5`); all if left out. The values of a layer are
 * dense [images, …its output shape]; they take four bytes each, so give many images in parts.
 * Throws when the bytes are not a whole number of images, or the model has no layer of a name.
 *
 * @example
 * ```ts
 * import { assert } from "@std/assert";
 * import { dense } from "../nn/dense.ts";
 * import { initializeWeights, sequential } from "../nn/model.ts";
 * import { layerOutputs } from "./predict.ts";
 * const model = sequential(4, [dense(3), dense(2)]), weights = initializeWeights(model, 1);
 * const outputs = await layerOutputs({ model, weights }, new Uint8Array(8), { layers: ["dense_1"] });
 * assert(outputs.size === 1 && outputs.get("dense_1")!.length === 6);
 * ```
 */
export async function layerOutputs(
  trained: Trained,
  images: Uint8Array,
  { layers, ...options }: PredictOptions & { readonly layers?: readonly string[] } = {},
): Promise<ReadonlyMap<string, Float32Array>> {
  const known = trained.model.layers.map(({ name }) => name), names = [...new Set(layers ?? known)];
  const missing = names.find((name) => !known.includes(name));
  require(missing === undefined, () => `The model has no layer "${missing}": it has ${known.join(", ")}`);
  if (names.length === 0) return new Map();
  const values = await compute(trained, images, (batch) => {
    const graph = layerGraph(trained.model, batch);
    return { ...graph, outputs: names.map((name) => graph.layers.get(name)!) };
  }, options);
  return new Map(names.map((name, i) => [name, values[i]!]));
}

/** Runs a graph on all images, a batch after another: the dense values of each of its outputs, image after image. */
async function compute(
  { model, weights }: Trained,
  images: Uint8Array,
  graphOf: (batch: number) => ImageBatch & { readonly outputs: readonly Node[] },
  options: PredictOptions,
): Promise<readonly Float32Array[]> {
  const pixels = sizeOf(model.inputShape), rows = images.length / pixels;
  require(
    Number.isInteger(rows) && rows > 0,
    () => `Cannot predict from ${images.length} bytes: the model takes images of ${pixels} bytes each`,
  );
  checkWeights(model, weights);
  const batch = Math.min(BATCH, rows), graph = graphOf(batch);
  const sizes = graph.outputs.map(({ type }) => sizeOf(type.shape) / batch);
  const values = sizes.map((size) => new Float32Array(rows * size));
  const executor = options.executor ?? (await chooseExecutor()).executor;
  let program: Program | undefined;
  try {
    program = await executor.load(compile({ predict: graph.outputs }));
    for (const { node } of model.parameters) {
      // Layers after the last one that was asked for are not in the plan.
      if (program.plan.place(node) !== undefined) program.write(node, weights.get(node.label)!);
    }
    program.write(graph.order, Uint32Array.from({ length: batch }, (_, i) => i));
    const padded = new Uint8Array(batch * pixels);
    for (let first = 0; first < rows; first += batch) {
      const count = Math.min(batch, rows - first);
      padded.set(images.subarray(first * pixels, (first + count) * pixels));
      program.write(graph.images, padded);
      await program.run("predict", [{ start: 0, count, slot: 0, step: first, seed: 0, scalars: [] }]);
      const read = await Promise.all(graph.outputs.map((output) => program!.read(output)));
      read.forEach((part, i) => values[i]!.set(part.subarray(0, count * sizes[i]!), first * sizes[i]!));
    }
  } finally {
    program?.close();
    if (options.executor === undefined) executor.close();
  }
  return values;
}

function likeliest(probabilities: Float32Array, row: number, classes: number): number {
  const values = probabilities.subarray(row * classes, (row + 1) * classes);
  return Math.max(0, values.indexOf(Math.max(...values))); // NaN is not found
}

/**
 * Accuracy, precision, recall and F1 of a trained classifier on a labelled set.
 *
 * Throws when the model does not fit the images or the classes, a label is none of them, or the set is empty.
 */
export async function evaluate(
  trained: Trained,
  data: DataSet,
  options: PredictOptions = {},
): Promise<ClassificationReport> {
  checkClassifier(trained.model, sizeOf(data.imageShape), data.classes.length);
  require(data.rows > 0, () => `The ${data.name} set is empty: there is nothing to evaluate`);
  checkLabels(data);
  const { classes } = await predict(trained, data.images, options);
  const counts = data.classes.map(() => data.classes.map(() => 0));
  data.labels.forEach((label, i) => counts[label]![classes[i]!]! += 1);
  return classificationReport({ classes: data.classes, counts });
}
