/** Training to the end: epochs, early stopping, and the evaluation after it. */
import { DescentError, require } from "../core/errors.ts";
import { chooseExecutor } from "../exec/choose.ts";
import type { Executor } from "../exec/executor.ts";
import type { Splits } from "../data/set.ts";
import { requireSeed } from "../data/order.ts";
import { type ClassifierLoss, crossEntropy, type Loss } from "../nn/losses.ts";
import { initializeWeights, type Model, type Weights } from "../nn/model.ts";
import { adam } from "../optim/adam.ts";
import type { Optimizer } from "../optim/optimizer.ts";
import type { ClassifierFitResult, EpochRecord, FitResult, SplitResult, StopReason } from "./fit_result.ts";
import { classificationReport } from "./metrics.ts";
import { type EpochMeans, filledSplits, type OnSteps, Session, type SplitName } from "./session.ts";
import type { HeldOut } from "./session_plan.ts";
import type { RewriteName } from "./rewrites.ts";
import type { Trained } from "./saved.ts";
import { type Monitor, observe, startStopping, type StopOptions, type StopState } from "./stop.ts";

export type { ClassifierFitResult, EpochRecord, FitResult, SplitResult, StopReason } from "./fit_result.ts";

export interface FitOptions {
  /** Default `adam()`. */
  readonly optimizer?: Optimizer;
  /** Rows of a batch; the last one of an epoch may be short. Default 32. */
  readonly batch?: number;
  /** Leave out the last batch of an epoch if it is short, as Theano's tutorials do. Default false. */
  readonly dropLast?: boolean;
  /** At most. Default 10. */
  readonly epochs?: number;
  /** Of the initial weights and the shuffles. Default 1. */
  readonly seed?: number;
  /** A new order of the training rows each epoch. Default true. */
  readonly shuffle?: boolean;
  /**
   * Default `crossEntropy()`. One without `correct`, such as `reconstructionError()`, compares the model's output with
   * what the model is given, and there are no accuracies.
   */
  readonly loss?: Loss;
  /**
   * A trained model that the images go through first, as at evaluation. It stays as it is: the model is trained on the
   * codes that it gives, and a loss that compares compares with them.
   */
  readonly encoder?: Trained;
  /** Names of layers whose parameters stay as they are, such as `dense_1`. Default none. */
  readonly frozen?: readonly string[];
  /** Measure the test set after every epoch too, for curves; nothing is decided by it. Default false. */
  readonly measureTest?: boolean;
  /** When to stop before the last epoch; not at all if left out. */
  readonly stopping?: StopOptions;
  /** Stop after the epoch in which this time runs out. */
  readonly maxSeconds?: number;
  /** Start from these instead of fresh ones. */
  readonly weights?: Weights;
  /** Rewrites of the plan to leave out: the numbers stay the same, the time does not. Default none. */
  readonly off?: readonly RewriteName[];
  /** What to run on; default: a GPU if there is one, else WASM. It is left open. */
  readonly executor?: Executor;
  /** Called after every epoch, in order, before the next. */
  readonly onEpoch?: (record: EpochRecord) => void | Promise<void>;
  /** Called several times within long epochs. */
  readonly onSteps?: OnSteps;
  /** Aborting it ends training after the current steps; what was learned is kept. */
  readonly signal?: AbortSignal;
}

/**
 * Trains a model on `data.train`, watches `data.validation`, and evaluates the result on all three sets; validation
 * and test may be empty.
 *
 * Throws when the model does not fit the data, an option is out of range, or the loss stops being a number.
 *
 * @example
 * ```ts
 * import { assert } from "@std/assert";
 * import { mnist } from "../data/mnist.ts";
 * import { dense } from "../nn/dense.ts";
 * import { sequential } from "../nn/model.ts";
 * import { fit } from "./fit.ts";
 * const data = await mnist({ digits: [0, 1], perClass: { train: 200, validation: 50, test: 50 } });
 * const model = sequential(784, [dense(16), dense(2, { activation: "identity" })]);
 * const { results } = await fit(model, data, { epochs: 3 });
 * assert(results.test!.accuracy > 0.9);
 * ```
 */
export function fit(
  model: Model,
  data: Splits,
  options?: FitOptions & { readonly loss?: ClassifierLoss },
): Promise<ClassifierFitResult>;
export function fit(model: Model, data: Splits, options: FitOptions): Promise<FitResult>;
export async function fit(model: Model, data: Splits, options: FitOptions = {}): Promise<FitResult> {
  const { optimizer = adam(), batch = 32, epochs = 10, seed = 1, maxSeconds = Infinity } = options;
  requireSeed(seed);
  require(
    Number.isSafeInteger(batch) && batch > 0,
    () => `The batch size must be a positive whole number, got ${batch}`,
  );
  require(
    Number.isSafeInteger(epochs) && epochs > 0,
    () => `The epochs must be a positive whole number, got ${epochs}`,
  );
  require(maxSeconds > 0, () => `The time limit must be a positive number of seconds, got ${maxSeconds}`);
  const stopping = options.stopping && startStopping(options.stopping);
  if (stopping !== undefined) checkMonitor(stopping.rule.monitor, data, options.loss);
  require(!options.measureTest || data.test.rows > 0, "measureTest is set, but the test set is empty");
  const executor = options.executor ?? (await chooseExecutor()).executor;
  let session: Session | undefined;
  try {
    session = await Session.open(model, data, {
      executor,
      weights: options.weights ?? initializeWeights(model, seed),
      optimizer,
      batch: Math.min(batch, data.train.rows),
      seed,
      ...(options.shuffle !== undefined && { shuffle: options.shuffle }),
      ...(options.dropLast !== undefined && { dropLast: options.dropLast }),
      ...(options.loss && { loss: options.loss }),
      ...(options.encoder && { encoder: options.encoder }),
      ...(options.frozen && { frozen: options.frozen }),
      ...(options.off && { off: options.off }),
    });
    return await train(session, { ...options, epochs, maxSeconds }, stopping);
  } finally {
    session?.close();
    if (options.executor === undefined) executor.close();
  }
}

async function train(
  session: Session,
  options: FitOptions & { readonly epochs: number; readonly maxSeconds: number },
  stopping: StopState | undefined,
): Promise<FitResult> {
  const { data, model } = session, started = performance.now();
  const elapsed = () => (performance.now() - started) / 1000;
  const history: EpochRecord[] = [], measure = measuredSets(options);
  let stopped: StopReason = "last epoch", state = stopping, best: Weights | undefined;
  for (let epoch = 0; epoch < options.epochs; epoch++) {
    const before = elapsed();
    const { onSteps, signal } = options;
    const measured = await unlessAborted(
      signal,
      () => session.epoch(epoch, { measure, ...(onSteps && { onSteps }), ...(signal && { signal }) }),
    );
    if (measured === undefined) {
      stopped = "interrupted";
      break;
    }
    const { training: means, validation, test } = measured;
    const values = {
      loss: means.loss,
      accuracy: means.accuracy,
      val_loss: validation?.loss,
      val_accuracy: validation?.accuracy,
    };
    if (state !== undefined) state = observe(state, epoch, values[state.rule.monitor]);
    const record: EpochRecord = {
      epoch: epoch + 1,
      ...means,
      ...heldOut(measured),
      seconds: elapsed(),
      samplesPerSecond: session.rowsPerEpoch / (elapsed() - before),
      ...(state && { stopping: traceOf(state) }),
    };
    history.push(record);
    await options.onEpoch?.(record);
    requireFinite("loss", means.loss, epoch);
    requireFinite("validation loss", validation?.loss ?? 0, epoch);
    requireFinite("test loss", test?.loss ?? 0, epoch);
    if (state?.restore) best = await session.weights();
    if (state?.stop) stopped = "early stopping";
    else if (elapsed() >= options.maxSeconds) stopped = "time";
    else if (signal?.aborted) stopped = "interrupted";
    else continue;
    break;
  }
  const seconds = elapsed();
  if (best !== undefined) session.setWeights(best);
  const results: Partial<Record<SplitName, SplitResult>> = {};
  for (const name of filledSplits(data)) {
    const measured = await session.evaluate(name), { confusion } = measured;
    // The last update may have gone wrong where no validation looked after it.
    requireFinite(`loss on the ${name} set`, measured.loss, Math.max(0, history.length - 1));
    results[name] = { ...measured, ...(confusion && { report: classificationReport(confusion) }) };
  }
  const restoredEpoch = best && state?.bestEpoch !== undefined ? state.bestEpoch + 1 : undefined;
  return {
    model,
    weights: await session.weights(),
    history,
    stopped,
    ...(restoredEpoch !== undefined && { restoredEpoch }),
    seconds,
    results,
  };
}

function measuredSets({ measureTest = false }: FitOptions): readonly HeldOut[] {
  return measureTest ? ["validation", "test"] : ["validation"];
}

/** What was measured after an epoch, as members of its record. */
function heldOut({ validation, test }: EpochMeans): Partial<EpochRecord> {
  return {
    ...(validation && { valLoss: validation.loss }),
    ...(validation?.accuracy !== undefined && { valAccuracy: validation.accuracy }),
    ...(test && { testLoss: test.loss }),
    ...(test?.accuracy !== undefined && { testAccuracy: test.accuracy }),
  };
}

/** Refuses to watch what is never measured. */
function checkMonitor(monitor: Monitor, { validation }: Splits, loss: Loss = crossEntropy()): void {
  require(
    !monitor.startsWith("val_") || validation.rows > 0,
    () => `Early stopping watches ${monitor}, but the validation set is empty`,
  );
  require(
    !monitor.endsWith("accuracy") || loss.correct !== undefined,
    () => `Early stopping watches ${monitor}, but the ${loss.name} knows no right or wrong: watch a loss`,
  );
}

/** What `work` gives, or `undefined` when the signal aborted it. */
async function unlessAborted<T>(
  signal: AbortSignal | undefined,
  work: () => Promise<T>,
): Promise<T | undefined> {
  try {
    return await work();
  } catch (error) {
    if (signal?.aborted) return undefined;
    throw error;
  }
}

function traceOf({ best, bestEpoch, wait }: StopState): NonNullable<EpochRecord["stopping"]> {
  return {
    ...(best !== undefined && { best }),
    ...(bestEpoch !== undefined && { bestEpoch: bestEpoch + 1 }),
    wait,
  };
}

function requireFinite(name: string, loss: number, epoch: number): void {
  if (Number.isFinite(loss)) return;
  throw new DescentError(
    `The ${name} became ${loss} in epoch ${
      epoch + 1
    }: the steps are too large; try a tenth of the learning rate`,
  );
}
