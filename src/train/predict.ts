/** Using a trained classifier: probabilities for images, and its scores on a labelled set. */
import { require } from "../core/errors.ts";
import { columnsOf, sizeOf } from "../core/tensor.ts";
import { compile } from "../ir/plan.ts";
import { chooseExecutor } from "../exec/choose.ts";
import type { Executor, Program } from "../exec/executor.ts";
import type { DataSet } from "../data/mnist.ts";
import { checkWeights } from "../nn/model.ts";
import { checkClassifier, predictionGraph } from "./graph.ts";
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
  const pixels = sizeOf(model.inputShape),
    classCount = columnsOf(model.outputShape),
    rows = images.length / pixels;
  require(
    Number.isInteger(rows) && rows > 0,
    () => `Cannot predict from ${images.length} bytes: the model takes images of ${pixels} bytes each`,
  );
  checkWeights(model, weights);
  const batch = Math.min(BATCH, rows), graph = predictionGraph(model, batch);
  const executor = options.executor ?? (await chooseExecutor()).executor;
  const probabilities = new Float32Array(rows * classCount);
  let program: Program | undefined;
  try {
    program = await executor.load(compile({ predict: [graph.probabilities] }));
    for (const { node } of model.parameters) program.write(node, weights.get(node.label)!);
    program.write(graph.order, Uint32Array.from({ length: batch }, (_, i) => i));
    const padded = new Uint8Array(batch * pixels);
    for (let first = 0; first < rows; first += batch) {
      const count = Math.min(batch, rows - first);
      padded.set(images.subarray(first * pixels, (first + count) * pixels));
      program.write(graph.images, padded);
      await program.run("predict", [{ start: 0, count, slot: 0, step: 0, seed: 0, scalars: [] }]);
      const values = await program.read(graph.probabilities);
      probabilities.set(values.subarray(0, count * classCount), first * classCount);
    }
  } finally {
    program?.close();
    if (options.executor === undefined) executor.close();
  }
  return {
    classes: Uint8Array.from({ length: rows }, (_, i) => likeliest(probabilities, i, classCount)),
    probabilities,
  };
}

function likeliest(probabilities: Float32Array, row: number, classes: number): number {
  const values = probabilities.subarray(row * classes, (row + 1) * classes);
  return Math.max(0, values.indexOf(Math.max(...values))); // NaN is not found
}

/**
 * Accuracy, precision, recall and F1 of a trained classifier on a labelled set.
 *
 * Throws when the model does not fit the images or the classes, or the set is empty.
 */
export async function evaluate(
  trained: Trained,
  data: DataSet,
  options: PredictOptions = {},
): Promise<ClassificationReport> {
  checkClassifier(trained.model, sizeOf(data.imageShape), data.classes.length);
  require(data.rows > 0, () => `The ${data.name} set is empty: there is nothing to evaluate`);
  const { classes } = await predict(trained, data.images, options);
  const counts = data.classes.map(() => data.classes.map(() => 0));
  data.labels.forEach((label, i) => counts[label]![classes[i]!]! += 1);
  return classificationReport({ classes: data.classes, counts });
}
