/** A trained model that answers: compiled and loaded once, for calls one after another. */
import { require } from "../core/errors.ts";
import { checkOptions } from "../core/option_names.ts";
import { columnsOf, formatShape, sizeOf } from "../core/tensor.ts";
import { checkPixels } from "../data/check_set.ts";
import type { Executor } from "../exec/executor.ts";
import { wasmExecutor } from "../exec/wasm.ts";
import type { Model } from "../nn/model.ts";
import { checkParts, checkTrained } from "./check_parts.ts";
import { predictionGraph } from "./graph.ts";
import { type ImageProgram, loadImageProgram } from "./image_program.ts";
import { likeliestClasses } from "./metrics.ts";
import type { Trained } from "./saved.ts";

/** What a classifier says of images. */
export interface Classification {
  /** Index of the likeliest class of each image: that of its largest logit, of equal ones the first, as `fit` counts. */
  readonly classes: Uint32Array;
  /** Dense [images, classes]. */
  readonly probabilities: Float32Array;
}

/** Close it when done: `using` does. Calls may overlap; they are answered in turn. */
export interface Predictor extends Disposable {
  /** As the function `predict`. */
  predict(images: Uint8Array): Promise<Float32Array>;
  /** As the function `classify`. */
  classify(images: Uint8Array): Promise<Classification>;
  close(): void;
}

export interface PredictorOptions {
  /** Rows of one run for calls of many. Default 256. */
  readonly batch?: number;
  /** What to run on; default WASM on one thread, which answers soonest. It is left open. */
  readonly executor?: Executor;
}

/** Up to so many rows are computed one by one, which is sooner than a batch that is mostly empty. */
const FEW_ROWS = 4;

/**
 * Compiles a model and keeps plan, memory and weights, so that a call only computes: a row of a small network takes some
 * hundredths of a millisecond.
 *
 * Throws when the weights are not the model's or not finite.
 *
 * @example
 * ```ts
 * import { assert } from "@std/assert";
 * import { dense } from "../nn/dense.ts";
 * import { initializeWeights, sequential } from "../nn/model.ts";
 * import { openPredictor } from "./predictor.ts";
 * const model = sequential(4, [dense(3, { activation: "identity" })]);
 * using predictor = await openPredictor({ model, weights: initializeWeights(model, 1) });
 * const { classes } = await predictor.classify(Uint8Array.of(0, 1, 2, 255));
 * assert(classes.length === 1);
 * ```
 */
export async function openPredictor(trained: Trained, options: PredictorOptions = {}): Promise<Predictor> {
  checkOptions("openPredictor", options, { batch: true, executor: true });
  const { model } = checkTrained(trained), { batch = 256 } = options;
  checkParts(options);
  require(
    Number.isSafeInteger(batch) && batch > 0,
    () => `The batch of a predictor must be a positive whole number, got ${batch}`,
  );
  const executor = options.executor ?? await wasmExecutor({ threads: 1 });
  const size = sizeOf(model.outputShape), pixels = sizeOf(model.inputShape);
  const load = (batch: number) =>
    loadImageProgram(trained, executor, {
      batch,
      routines(batch) {
        const { images, order, x, logits, probabilities } = predictionGraph(model, batch);
        const classify = probabilities && { classify: [logits, probabilities] };
        return { images, order, x, routines: { predict: [logits], ...classify } };
      },
    });
  const many = await load(batch);
  // Made when it is first asked for.
  let one: Promise<ImageProgram> | undefined;
  const programFor = (rows: number) => rows <= FEW_ROWS && batch > 1 ? one ??= load(1) : many;
  let last: Promise<unknown> = Promise.resolve(), isClosed = false;
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const turn = last.then(work, work);
    last = turn.catch(() => {});
    return turn;
  };
  const checkOpen = () => require(!isClosed, "This predictor is closed: open another");
  const predictor: Predictor = {
    async predict(images) {
      checkOpen();
      checkImageBytes(model, images);
      const rows = images.length / pixels, values = new Float32Array(rows * size);
      await inTurn(async () =>
        (await programFor(rows)).run("predict", images, ([part], first) => values.set(part!, first * size))
      );
      return values;
    },
    async classify(images) {
      checkOpen();
      checkGivesLogits(model);
      checkImageBytes(model, images);
      const rows = images.length / pixels, columns = columnsOf(model.outputShape);
      const classes = new Uint32Array(rows), probabilities = new Float32Array(rows * columns);
      await inTurn(async () =>
        (await programFor(rows)).run("classify", images, ([logits, shares], first) => {
          classes.set(likeliestClasses(logits!, columns), first);
          probabilities.set(shares!, first * columns);
        })
      );
      return { classes, probabilities };
    },
    close() {
      if (isClosed) return;
      isClosed = true;
      many.close();
      void one?.then((program) => program.close());
      if (options.executor === undefined) executor.close();
    },
    [Symbol.dispose]: () => predictor.close(),
  };
  return predictor;
}

/** Refuses images that are no bytes, or not a whole number of images of the model's input shape. */
export function checkImageBytes({ inputShape }: Model, images: Uint8Array): void {
  const pixels = sizeOf(inputShape);
  checkPixels(images, { of: "a prediction", pixels });
  require(
    images.length > 0 && images.length % pixels === 0,
    () => `Cannot predict from ${images.length} bytes: the model takes images of ${pixels} bytes each`,
  );
}

/** Refuses a model whose values are no logits of classes. */
function checkGivesLogits({ gives, outputShape }: Model): void {
  const instead = "predict() gives its values as they are";
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
