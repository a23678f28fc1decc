/** A trained model that answers: compiled and loaded once, for calls one after another. */
import { require } from "../core/errors.ts";
import { checkOptions } from "../core/option_names.ts";
import { columnsOf, formatShape, sizeOf } from "../core/tensor.ts";
import { checkInputs } from "../data/check_set.ts";
import { PIXEL_SCALING } from "../data/data_set.ts";
import type { Executor } from "../exec/executor.ts";
import { openWasm } from "../exec/open.ts";
import type { Model } from "../nn/model.ts";
import { checkIndices } from "./check_indices.ts";
import { checkParts, checkTrained } from "./check_parts.ts";
import { predictionGraph } from "./answer_graph.ts";
import { type AnswerProgram, loadAnswers, type Rows } from "./answer_program.ts";
import { likeliestClasses } from "./metrics.ts";
import type { Trained } from "./saved.ts";
import type { InputKind } from "./table.ts";

/** What a classifier says of rows. */
export interface Classification {
  /** Index of the likeliest class of each row: that of its largest logit, of equal ones the first, as `fit` counts. */
  readonly classes: Uint32Array;
  /** Dense [rows, classes]. */
  readonly probabilities: Float32Array;
}

/** A model that is loaded and answers. Close it when done: `using` does. Calls may overlap; they are answered in turn. */
export interface Predictor extends Disposable {
  /** As the function `predict`. */
  predict(rows: Rows): Promise<Float32Array>;
  /** As the function `classify`. */
  classify(rows: Rows): Promise<Classification>;
  /** Lets go of its memory. */
  close(): void;
}

/** Settings of `openPredictor`. */
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
 * import { dense, initializeWeights, openPredictor, sequential } from "descent";
 * const model = sequential(4, [dense(3)]);
 * using predictor = await openPredictor({ model, weights: initializeWeights(model, 1) });
 * for (const row of [Float32Array.of(0, 1, 2, 3.5), Float32Array.of(4, 3, 2, 1)]) {
 *   const { classes } = await predictor.classify(row); // one class index
 * }
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
  const executor = options.executor ?? await openWasm({ threads: 1 });
  const size = sizeOf(model.outputShape), inputs = sizeOf(model.inputShape);
  const load = (batch: number, kind: InputKind) =>
    loadAnswers(trained, executor, {
      batch,
      routines(batch) {
        const { rows, order, x, logits, probabilities } = predictionGraph(model, batch, kind);
        const classify = probabilities && { classify: [logits, probabilities] };
        return { rows, order, x, routines: { predict: [logits], ...classify } };
      },
    });
  // Each is made when it is first asked for: for few rows and for many, of bytes and of numbers.
  const programs = new Map<string, Promise<AnswerProgram>>();
  const programFor = (given: Rows) => {
    const rows = given.length / inputs <= FEW_ROWS ? 1 : batch, kind = rowsKind(model, given);
    const key = `${kind.kind} ${rows}`, known = programs.get(key) ?? load(rows, kind);
    programs.set(key, known);
    return known;
  };
  // What is likeliest to be asked for is there when this resolves, and what is wrong with a model is told here.
  await programFor(model.inputShape.length > 1 ? new Uint8Array(inputs) : new Float32Array(inputs));
  let last: Promise<unknown> = Promise.resolve(), isClosed = false;
  const inTurn = <T>(work: () => Promise<T>): Promise<T> => {
    const turn = last.then(work, work);
    last = turn.catch(() => {});
    return turn;
  };
  const checkOpen = () => require(!isClosed, "This predictor is closed: open another");
  const predictor: Predictor = {
    async predict(rows) {
      checkOpen();
      checkRows(model, rows);
      const values = new Float32Array(rows.length / inputs * size);
      await inTurn(async () =>
        (await programFor(rows)).run("predict", rows, ([part], first) => values.set(part!, first * size))
      );
      return values;
    },
    async classify(rows) {
      checkOpen();
      checkGivesLogits(model);
      checkRows(model, rows);
      const count = rows.length / inputs, columns = columnsOf(model.outputShape);
      const classes = new Uint32Array(count), probabilities = new Float32Array(count * columns);
      await inTurn(async () =>
        (await programFor(rows)).run("classify", rows, ([logits, shares], first) => {
          classes.set(likeliestClasses(logits!, columns), first);
          probabilities.set(shares!, first * columns);
        })
      );
      return { classes, probabilities };
    },
    close() {
      if (isClosed) return;
      isClosed = true;
      for (const program of programs.values()) void program.then(({ close }) => close(), () => {});
      if (options.executor === undefined) executor.close();
    },
    [Symbol.dispose]: () => predictor.close(),
  };
  return predictor;
}

/** What rows of this type mean to a model: bytes what they meant when it was trained, numbers what they are. */
export function rowsKind({ scaling = PIXEL_SCALING }: Model, rows: Rows): InputKind {
  return rows instanceof Uint8Array ? { kind: "bytes", scaling } : { kind: "numbers" };
}

/** Refuses rows that are neither bytes nor finite numbers, or not a whole number of rows of the model's input shape. */
export function checkRows(model: Model, rows: Rows): void {
  const { inputShape } = model, columns = sizeOf(inputShape);
  checkInputs(rows, { of: "a prediction", columns });
  require(
    rows.length > 0 && rows.length % columns === 0,
    () =>
      `Cannot predict from ${rows.length} values: the model takes rows of shape ${
        formatShape(inputShape)
      }, ${columns} ` +
      "values each",
  );
  checkIndices(model, rows, { kind: rowsKind(model, rows), of: "a prediction" });
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
