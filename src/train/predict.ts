/** Using a trained model: probabilities for images, what its layers give, and its scores on a labelled set. */
import { require } from "../core/errors.ts";
import { checkOptions } from "../core/option_names.ts";
import { sizeOf } from "../core/tensor.ts";
import { chooseExecutor } from "../exec/choose.ts";
import type { Executor } from "../exec/executor.ts";
import { wasmExecutor } from "../exec/wasm.ts";
import { checkImages, checkLabels } from "../data/check_set.ts";
import type { DataSet } from "../data/set.ts";
import { checkParts, checkTrained } from "./check_parts.ts";
import { checkClassifier, layerGraph } from "./graph.ts";
import { loadImageProgram } from "./image_program.ts";
import { answersReport, type ClassificationReport } from "./metrics.ts";
import { checkImageBytes, type Classification, openPredictor, type Predictor } from "./predictor.ts";
import type { Trained } from "./saved.ts";

export type { Classification } from "./predictor.ts";

export interface PredictOptions {
  /**
   * What to run on; it is left open. Default: for up to 256 images WASM on one thread, which answers soonest; for more a GPU
   * if there is one, else WASM.
   */
  readonly executor?: Executor;
}

/** Images of one run of the plan. */
const BATCH = 256;

/**
 * What a trained model gives for images, bytes 0 … 255, row after row: the values of its last layer, dense
 * [images, …its output shape]. Of a classifier these are logits; `classify` makes classes and probabilities of them.
 *
 * One call compiles, loads and computes. For many calls, `openPredictor` does the first two once.
 * Throws when the bytes are not a whole number of images.
 *
 * @example
 * ```ts
 * import { assert } from "@std/assert";
 * import { dense } from "../nn/dense.ts";
 * import { initializeWeights, sequential } from "../nn/model.ts";
 * import { predict } from "./predict.ts";
 * const model = sequential(4, [dense(3, { activation: "identity" })]);
 * const values = await predict({ model, weights: initializeWeights(model, 1) }, new Uint8Array(8));
 * assert(values.length === 6);
 * ```
 */
export function predict(
  trained: Trained,
  images: Uint8Array,
  options: PredictOptions = {},
): Promise<Float32Array> {
  checkOptions("predict", options, { executor: true });
  return withPredictor(trained, images, options, (predictor) => predictor.predict(images));
}

/**
 * Classes and their probabilities for images given as bytes 0 … 255, row after row: the softmax of what a classifier
 * gives.
 *
 * Throws when the images are no bytes or not a whole number of images of the model's input shape; and when the model is
 * no classifier, since a softmax of its values would mean nothing: `predict` gives them as they are. `fit` records with the
 * model what its loss made of it (`Model.gives`), and `saveModel` keeps that; a model of which nothing is recorded is
 * taken for a classifier where it gives a flat row.
 *
 * @example
 * ```ts
 * import { assert } from "@std/assert";
 * import { dense } from "../nn/dense.ts";
 * import { initializeWeights, sequential } from "../nn/model.ts";
 * import { classify } from "./predict.ts";
 * const model = sequential(4, [dense(3, { activation: "identity" })]);
 * const { probabilities } = await classify({ model, weights: initializeWeights(model, 1) }, new Uint8Array(8));
 * assert(probabilities.length === 6);
 * ```
 */
export function classify(
  trained: Trained,
  images: Uint8Array,
  options: PredictOptions = {},
): Promise<Classification> {
  checkOptions("classify", options, { executor: true });
  return withPredictor(trained, images, options, (predictor) => predictor.classify(images));
}

async function executorFor(rows: number): Promise<Executor> {
  return rows <= BATCH ? await wasmExecutor({ threads: 1 }) : (await chooseExecutor()).executor;
}

async function withPredictor<T>(
  trained: Trained,
  images: Uint8Array,
  options: PredictOptions,
  use: (predictor: Predictor) => Promise<T>,
): Promise<T> {
  const { model } = checkTrained(trained);
  checkParts(options);
  checkImageBytes(model, images);
  const rows = images.length / sizeOf(model.inputShape), batch = Math.min(BATCH, rows);
  const executor = options.executor ?? await executorFor(rows);
  try {
    const predictor = await openPredictor(trained, { executor, batch });
    try {
      return await use(predictor);
    } finally {
      predictor.close();
    }
  } finally {
    if (options.executor === undefined) executor.close();
  }
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
  checkImageBytes(trained.model, images);
  const { layers: all, inputShape } = trained.model, rows = images.length / sizeOf(inputShape);
  const sizes = names.map((name) => sizeOf(all.find((layer) => layer.name === name)!.built.outputShape));
  const values = sizes.map((size) => new Float32Array(rows * size));
  const executor = options.executor ?? await executorFor(rows);
  try {
    const program = await loadImageProgram(trained, executor, {
      batch: Math.min(BATCH, rows),
      routines: (batch) => {
        const graph = layerGraph(trained.model, batch);
        return { ...graph, routines: { layers: names.map((name) => graph.layers.get(name)!) } };
      },
    });
    try {
      await program.run(
        "layers",
        images,
        (parts, first) => parts.forEach((part, i) => values[i]!.set(part, first * sizes[i]!)),
      );
    } finally {
      program.close();
    }
  } finally {
    if (options.executor === undefined) executor.close();
  }
  return new Map(names.map((name, i) => [name, values[i]!]));
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
  const { classes } = await classify(trained, data.images, options);
  return answersReport(data.classes, data.labels, classes);
}
