/** Using a trained model: what it gives for rows, what its layers give, and its scores on a set. */
import { drawnBy } from "../core/display.ts";
import { require } from "../core/errors.ts";
import { checkOptions } from "../core/option_names.ts";
import { columnsOf, sizeOf } from "../core/tensor.ts";
import { chooseExecutor } from "../exec/choose.ts";
import type { Executor } from "../exec/executor.ts";
import { openWasm } from "../exec/open.ts";
import { compile } from "../ir/plan.ts";
import { callFlops } from "../ir/print.ts";
import type { Model } from "../nn/model.ts";
import { checkClassNames, checkSet } from "../data/check_set.ts";
import { areValues, countRows, type DataSet } from "../data/data_set.ts";
import { checkParts, checkTrained } from "./check_parts.ts";
import { layerGraph, predictionGraph } from "./answer_graph.ts";
import { loadAnswers, type Rows } from "./answer_program.ts";
import { MOST_PAIRED_CLASSES } from "./graph.ts";
import { confusionOf } from "./measure_set.ts";
import { answersReport, type ClassificationReport, type ConfusionMatrix } from "./metrics.ts";
import { checkRows, type Classification, openPredictor, type Predictor, rowsKind } from "./predictor.ts";
import type { Trained } from "./saved.ts";
import { checkClassifier } from "./table.ts";

export type { Classification } from "./predictor.ts";

/** Settings of `predict`, `classify`, `layerOutputs` and `evaluate`. */
export interface PredictOptions {
  /**
   * What to run on; it is left open. Default: for up to 256 rows WASM on one thread, which answers soonest; for more WASM on
   * all, or a GPU if there is one and the work is worth opening it.
   */
  readonly executor?: Executor;
}

/** What `evaluate` gives: scores, and who was taken for whom. */
export interface Evaluation extends ClassificationReport {
  /** Of at most 1,024 classes: it holds a number for each two of them. */
  readonly confusion?: ConfusionMatrix;
}

/** Rows of one run of the plan. */
const BATCH = 256;

/**
 * What a trained model gives for rows, one after another: the values of its last layer, dense [rows, …its output shape].
 * Bytes mean what they meant in its training, pixels from 0 to 1 if nothing else was said; numbers are taken as they are.
 * Of a classifier these are logits; `classify` makes classes and probabilities of them.
 *
 * One call compiles, loads and computes. For many calls, `openPredictor` does the first two once.
 * Throws when the values are not a whole number of rows.
 *
 * @example
 * ```ts
 * import { dense, fit, meanSquaredError, predict, sequential } from "descent";
 * const train = { inputs: Float32Array.of(0, 1, 2, 3), inputShape: [1], targets: Float32Array.of(1, 3, 5, 7) };
 * const model = sequential(1, [dense(1)]);
 * const trained = await fit(model, { train }, { loss: meanSquaredError(), epochs: 2 });
 * const [first, second] = await predict(trained, Float32Array.of(4, 5)); // two rows of one number
 * ```
 */
export function predict(
  trained: Trained,
  rows: Rows,
  options: PredictOptions = {},
): Promise<Float32Array> {
  checkOptions("predict", options, { executor: true });
  return withPredictor(trained, rows, options, (predictor) => predictor.predict(rows));
}

/**
 * Classes and their probabilities for rows, bytes or numbers as `predict` takes them: the softmax of what a classifier
 * gives.
 *
 * Throws when the values are not a whole number of rows of the model's input shape; and when the model is
 * no classifier, since a softmax of its values would mean nothing: `predict` gives them as they are. `fit` records with the
 * model what its loss made of it (`Model.gives`), and `saveModel` keeps that; a model of which nothing is recorded is
 * taken for a classifier where it gives a flat row.
 *
 * @example
 * ```ts
 * import { classify, dense, fit, sequential } from "descent";
 * import { mnist } from "descent/mnist";
 * const data = await mnist({ train: 256, test: 64 });
 * const trained = await fit(sequential(784, [dense(10)]), data, { epochs: 1 });
 * const { classes, probabilities } = await classify(trained, data.test.inputs.subarray(0, 784)); // one image
 * const digit = classes[0], certainty = Math.max(...probabilities);
 * ```
 */
export function classify(
  trained: Trained,
  rows: Rows,
  options: PredictOptions = {},
): Promise<Classification> {
  checkOptions("classify", options, { executor: true });
  return withPredictor(trained, rows, options, (predictor) => predictor.classify(rows));
}

/** Operations that WASM has done, about, by the time that a GPU is open and its kernels are compiled. */
const FLOPS_OF_OPENING = 1e10;

async function executorFor(model: Model, rows: number): Promise<Executor> {
  if (rows <= BATCH) return await openWasm({ threads: 1 });
  const { logits } = predictionGraph(model, 1, { kind: "numbers" });
  const { row } = compile({ row: [logits] }).routines;
  const flops = rows * row!.reduce((sum, call) => sum + callFlops(call), 0);
  return flops < FLOPS_OF_OPENING ? await openWasm() : (await chooseExecutor()).executor;
}

async function withPredictor<T>(
  trained: Trained,
  rows: Rows,
  options: PredictOptions,
  use: (predictor: Predictor) => Promise<T>,
): Promise<T> {
  const { model } = checkTrained(trained);
  checkParts(options);
  checkRows(model, rows);
  const count = rows.length / sizeOf(model.inputShape), batch = Math.min(BATCH, count);
  const executor = options.executor ?? await executorFor(model, count);
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
 * What layers of a trained model give for rows, bytes or numbers as `predict` takes them: feature maps, codes.
 *
 * `layers` names the layers, as `model.layers` does (`conv2d_1`, `dense_5`); all if left out. The values of a layer are
 * dense [rows, …its output shape]; they take four bytes each, so give many rows in parts.
 * Throws when the values are not a whole number of rows, or the model has no layer of a name.
 *
 * @example
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { dense, initializeWeights, layerOutputs, sequential } from "descent";
 * const model = sequential(4, [dense(3), dense(2)]), weights = initializeWeights(model, 1);
 * const rows = Float32Array.of(1, 2, 3, 4, 5, 6, 7, 8);
 * const outputs = await layerOutputs({ model, weights }, rows, { layers: ["dense_1"] });
 * assertEquals(outputs.get("dense_1")!.length, 2 * 3); // two rows of three units
 * ```
 */
export async function layerOutputs(
  trained: Trained,
  rows: Rows,
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
  checkRows(trained.model, rows);
  const { layers: all, inputShape } = trained.model, count = rows.length / sizeOf(inputShape);
  const sizes = names.map((name) => sizeOf(all.find((layer) => layer.name === name)!.built.outputShape));
  const values = sizes.map((size) => new Float32Array(count * size));
  const executor = options.executor ?? await executorFor(trained.model, count);
  try {
    const program = await loadAnswers(trained, executor, {
      batch: Math.min(BATCH, count),
      routines: (batch) => {
        const graph = layerGraph(trained.model, batch, rowsKind(trained.model, rows));
        return { ...graph, routines: { layers: names.map((name) => graph.layers.get(name)!) } };
      },
    });
    try {
      await program.run(
        "layers",
        rows,
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
 * Accuracy, precision, recall and F1 of a trained classifier on a set, of whose rows each counts once, and its confusion
 * matrix.
 *
 * Throws when the model is no classifier or does not fit the inputs or the classes, the set has no class indices, or it is
 * empty.
 *
 * @example
 * ```ts
 * import { dense, evaluate, fit, sequential } from "descent";
 * import { mnist } from "descent/mnist";
 * const data = await mnist({ train: 256, test: 64 });
 * const model = sequential(784, [dense(10)]);
 * const trained = await fit(model, data, { epochs: 1, evaluate: [] });
 * const { accuracy, classes } = await evaluate(trained, data.test);
 * const hardest = classes.toSorted((a, b) => a.f1 - b.f1)[0]!.name; // the digit with the lowest F1
 * ```
 */
export async function evaluate(
  trained: Trained,
  data: DataSet,
  options: PredictOptions = {},
): Promise<Evaluation> {
  checkOptions("evaluate", options, { executor: true });
  const { model } = checkTrained(trained);
  checkSet(data);
  checkClassNames(data);
  const { inputs, inputShape, scaling, targets, classNames } = data;
  checkClassifier(model, sizeOf(inputShape), classNames?.length);
  require(countRows(data) > 0, "The set is empty: there is nothing to evaluate");
  require(
    targets !== undefined && !areValues(targets),
    () =>
      `evaluate() compares with class indices, but the set's targets are ${targets ? "values" : "left out"}`,
  );
  const columns = columnsOf(model.outputShape), wrong = targets.findIndex((index) => index >= columns);
  require(
    wrong < 0,
    () =>
      `Row ${wrong} is of class ${targets[wrong]}, but the model tells ${columns} classes apart: ` +
      "leave such rows out, by takeRows()",
  );
  const meant = scaling === undefined
    ? trained
    : { ...trained, model: { ...model, scaling: { offset: 0, ...scaling } } };
  const { classes } = await classify(meant, inputs, options);
  const names = classNames ?? model.classNames ??
    Array.from({ length: columns }, (_, index) => String(index));
  const report = answersReport(names, targets, classes);
  return drawnBy("showEvaluation", {
    ...report,
    ...(names.length <= MOST_PAIRED_CLASSES && { confusion: confusionOf(names, targets, classes) }),
  });
}
