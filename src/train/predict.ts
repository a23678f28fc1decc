/** Using a trained model: probabilities for images, what its layers give, and its scores on a labelled set. */
import { require } from "../core/errors.ts";
import { checkOptions } from "../core/option_names.ts";
import { columnsOf, formatShape, sizeOf, type TypedArray } from "../core/tensor.ts";
import type { Node } from "../ir/node.ts";
import { compile } from "../ir/plan.ts";
import { chooseExecutor } from "../exec/choose.ts";
import type { Executor, Program } from "../exec/executor.ts";
import { checkImages, checkLabels, checkPixels } from "../data/check_set.ts";
import type { DataSet } from "../data/set.ts";
import type { Model } from "../nn/model.ts";
import { checkParts, checkTrained } from "./check_parts.ts";
import { checkClassifier, type ImageBatch, layerGraph, predictionGraph } from "./graph.ts";
import { answersReport, type ClassificationReport, likeliestClasses } from "./metrics.ts";
import type { Trained } from "./saved.ts";

export interface Prediction {
  /** Index of the likeliest class of each image: that of its largest logit, of equal ones the first, as `fit` counts. */
  readonly classes: Uint32Array;
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
 * Class probabilities of images given as bytes 0 … 255, row after row: the softmax of what a classifier gives.
 *
 * Throws when the images are no bytes or not a whole number of images of the model's input shape; and when the model is
 * no classifier, since a softmax of its values would mean nothing: `layerOutputs` gives them as they are. `fit` records
 * with the model what its loss made of it (`Model.gives`), and `saveModel` keeps that; a model of which nothing is
 * recorded is taken for a classifier where it gives a flat row.
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
  trained: Trained,
  images: Uint8Array,
  options: PredictOptions = {},
): Promise<Prediction> {
  checkOptions("predict", options, { executor: true });
  const { model, weights } = checkTrained(trained);
  checkParts(options);
  checkGivesLogits(model);
  checkBytes(model, images);
  const size = columnsOf(model.outputShape), rows = images.length / sizeOf(model.inputShape);
  const classes = new Uint32Array(rows), probabilities = new Float32Array(rows * size);
  await compute({ model, weights }, images, (batch) => {
    const graph = predictionGraph(model, batch);
    return { ...graph, outputs: [graph.logits, graph.probabilities] };
  }, ([logits, shares], first) => {
    classes.set(likeliestClasses(logits!, size), first);
    probabilities.set(shares!, first * size);
  }, options);
  return { classes, probabilities };
}

/** Refuses a model whose values are no logits of classes. */
function checkGivesLogits({ gives, layers, outputShape }: Model): void {
  const instead = `layerOutputs() gives the values of "${layers.at(-1)!.name}" as they are`;
  require(
    gives !== "values",
    () => `This model is no classifier, it was trained to give values: ${instead}`,
  );
  require(
    outputShape.length === 1,
    () =>
      `This model is no classifier, it gives ${
        formatShape(outputShape)
      } and not a row of classes: ${instead}`,
  );
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
  options: PredictOptions & { readonly layers?: readonly string[] } = {},
): Promise<ReadonlyMap<string, Float32Array>> {
  checkOptions("layerOutputs", options, { executor: true, layers: true });
  checkParts(options);
  checkTrained(trained);
  const { layers } = options;
  const known = trained.model.layers.map(({ name }) => name), names = [...new Set(layers ?? known)];
  const missing = names.find((name) => !known.includes(name));
  require(missing === undefined, () => `The model has no layer "${missing}": it has ${known.join(", ")}`);
  if (names.length === 0) return new Map();
  checkBytes(trained.model, images);
  const { layers: all, inputShape } = trained.model, rows = images.length / sizeOf(inputShape);
  const sizes = names.map((name) => sizeOf(all.find((layer) => layer.name === name)!.built.outputShape));
  const values = sizes.map((size) => new Float32Array(rows * size));
  await compute(
    trained,
    images,
    (batch) => {
      const graph = layerGraph(trained.model, batch);
      return { ...graph, outputs: names.map((name) => graph.layers.get(name)!) };
    },
    (parts, first) => parts.forEach((part, i) => values[i]!.set(part, first * sizes[i]!)),
    options,
  );
  return new Map(names.map((name, i) => [name, values[i]!]));
}

/** Refuses images that are no bytes, or not a whole number of images of the model's input shape. */
function checkBytes({ inputShape }: Model, images: Uint8Array): void {
  const pixels = sizeOf(inputShape);
  checkPixels(images, { of: "a prediction", pixels });
  require(
    images.length > 0 && images.length % pixels === 0,
    () => `Cannot predict from ${images.length} bytes: the model takes images of ${pixels} bytes each`,
  );
}

/** Runs a graph on all images, a batch after another, and hands on the dense values of its outputs for each batch. */
async function compute(
  { model, weights }: Trained,
  images: Uint8Array,
  graphOf: (batch: number) => ImageBatch & { readonly outputs: readonly Node[] },
  take: (values: readonly TypedArray[], first: number) => void,
  options: PredictOptions,
): Promise<void> {
  const pixels = sizeOf(model.inputShape), rows = images.length / pixels;
  const batch = Math.min(BATCH, rows), graph = graphOf(batch);
  const sizes = graph.outputs.map(({ type }) => sizeOf(type.shape) / batch);
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
      take(read.map((part, i) => part.subarray(0, count * sizes[i]!)), first);
    }
  } finally {
    program?.close();
    if (options.executor === undefined) executor.close();
  }
}

/**
 * Accuracy, precision, recall and F1 of a trained classifier on a labelled set.
 *
 * Throws when the model is no classifier or does not fit the images or the classes, a label is none of them, or the set
 * is empty.
 */
export async function evaluate(
  trained: Trained,
  data: DataSet,
  options: PredictOptions = {},
): Promise<ClassificationReport> {
  checkOptions("evaluate", options, { executor: true });
  checkTrained(trained);
  checkImages(data);
  checkClassifier(trained.model, sizeOf(data.imageShape), data.classes.length);
  require(data.rows > 0, () => `The ${data.name} set is empty: there is nothing to evaluate`);
  checkLabels(data, data.name);
  const { classes } = await predict(trained, data.images, options);
  return answersReport(data.classes, data.labels, classes);
}
