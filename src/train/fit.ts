/** Training to the end: epochs, early stopping, and the evaluation after it. */
import { require } from "../core/errors.ts";
import { checkOptions, shown } from "../core/option_names.ts";
import { chooseExecutor } from "../exec/choose.ts";
import { checkHeldOut, checkSplits } from "../data/check_splits.ts";
import { countRows, SPLIT_NAMES, type SplitName, type Splits } from "../data/data_set.ts";
import { isStreamed, type StreamedSplits } from "../data/stream.ts";
import { requireSeed } from "../core/random.ts";
import { crossEntropy } from "../nn/cross_entropy.ts";
import type { ClassifierLoss, Loss, LossWithAccuracy } from "../nn/loss.ts";
import { checkModelType, initializeWeights, type Model } from "../nn/model.ts";
import { adam } from "../optim/adam.ts";
import { checkParts, checkTrained, FIT_NAMES, OF_OTHERS } from "./check_parts.ts";
import { readCheckpoint } from "./checkpoint_file.ts";
import { fasterFor } from "./faster.ts";
import type { FitOptions } from "./fit_options.ts";
import type { ClassifierFitResult, FitResult, FitResultWithAccuracy } from "./fit_result.ts";
import { openKeeper } from "./keeper.ts";
import { train } from "./loop.ts";
import { Session } from "./session.ts";
import type { SessionOptions } from "./session_plan.ts";
import { type Monitor, startStopping } from "./stop.ts";
import { checkFrom, goOn } from "./training_end.ts";

export type { FitOptions } from "./fit_options.ts";
export type {
  ClassifierFitResult,
  EpochControls,
  EpochRecord,
  FitResult,
  FitResultWithAccuracy,
  SplitResult,
  StopReason,
} from "./fit_result.ts";

/**
 * Trains a model on `data.train`, watches `data.validation`, and evaluates the result on all sets that there are. The train
 * set may be a stream, `{ train: () => batches, stepsPerEpoch }`, which need not fit into memory.
 *
 * Throws when the model does not fit the data, an option is out of range, what it is to go on from is of another training,
 * the weights it starts from are not finite, the loss or a weight stops being a finite number, or a checkpoint cannot be
 * written or is of another training.
 *
 * @example
 * ```ts
 * import { assert } from "@std/assert";
 * import { dense, fit, sequential } from "descent";
 * import { mnist } from "descent/mnist";
 * const data = await mnist({ train: 1000, validation: 100, test: 200 });
 * const model = sequential(784, [dense(16, { activation: "relu" }), dense(10)]);
 * const { results } = await fit(model, data, { epochs: 3 });
 * assert(results.test!.accuracy > 0.6);
 * ```
 * @example Two epochs, and two more from there: the weights are those of four.
 * ```ts
 * import { assertEquals } from "@std/assert";
 * import { cosineDecay, dense, fit, sequential, warmUp } from "descent";
 * import { mnist } from "descent/mnist";
 * const data = await mnist({ train: 1000, validation: 100, test: 200 });
 * const model = sequential(784, [dense(16, { activation: "relu" }), dense(10)]);
 * const schedule = warmUp({ over: 5, per: "step", then: cosineDecay({ over: 4 }) });
 * const options = { schedule, clip: { norm: 1 }, epochs: 2 };
 * const first = await fit(model, data, options);
 * const { weights } = await fit(model, data, { ...options, from: first });
 * assertEquals(weights, (await fit(model, data, { ...options, epochs: 4 })).weights);
 * ```
 */
export function fit(
  model: Model,
  data: Splits | StreamedSplits,
  options?: FitOptions & { readonly loss?: ClassifierLoss },
): Promise<ClassifierFitResult>;
/** The same with a loss that knows how many answers are right, but compares with no classes. */
export function fit(
  model: Model,
  data: Splits | StreamedSplits,
  options: FitOptions & { readonly loss: LossWithAccuracy },
): Promise<FitResultWithAccuracy>;
/** The same with a loss that knows no right from wrong: accuracies and reports may be absent. */
export function fit(model: Model, data: Splits | StreamedSplits, options: FitOptions): Promise<FitResult>;
export async function fit(
  model: Model,
  data: Splits | StreamedSplits,
  options: FitOptions = {},
): Promise<FitResult> {
  const { optimizer = adam(), batch = 32, epochs = 10, seed = 1, maxSeconds = Infinity } = options;
  checkOptions("fit", options, FIT_NAMES, OF_OTHERS);
  checkParts(options);
  checkModelType(model);
  if (isStreamed(data)) checkHeldOut(data, undefined, options.loss);
  else checkSplits(data, options.loss);
  if (options.encoder !== undefined) checkTrained(options.encoder);
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
  const { from, resume } = options;
  checkStart(options);
  const stopping = options.stopping && startStopping(options.stopping);
  if (stopping !== undefined) checkMonitor("Early stopping", stopping.rule.monitor, data, options.loss);
  const { watch } = options.schedule ?? {};
  if (watch !== undefined) checkMonitor("The schedule", watch.monitor, data, options.loss);
  require(
    !options.measureTest || countRows(data.test) > 0,
    "measureTest is set, but there is no test set: give one, or leave it out",
  );
  checkEvaluate(options.evaluate, data);
  const before = resume === undefined ? undefined : await readCheckpoint(resume);
  const rows = isStreamed(data) ? batch : Math.min(batch, countRows(data.train));
  const weights = from?.weights ?? options.weights ?? initializeWeights(model, seed);
  const ofSession: SessionOptions = {
    optimizer,
    ...(options.schedule && { schedule: options.schedule }),
    ...(options.clip && { clip: options.clip }),
    batch: rows,
    seed,
    ...(options.shuffle !== undefined && { shuffle: options.shuffle }),
    ...(options.dropLast !== undefined && { dropLast: options.dropLast }),
    ...(options.loss && { loss: options.loss }),
    ...(options.encoder && { encoder: options.encoder }),
    ...(options.frozen && { frozen: options.frozen }),
    ...(options.off && { off: options.off }),
  };
  const chosen = options.executor ? undefined : await chooseExecutor(before && { backend: before.backend });
  let session: Session | undefined;
  try {
    const executor = options.executor ??
      (before ? chosen! : await fasterFor(chosen!, { model, data, options: ofSession, weights, epochs }))
        .executor;
    session = await Session.open(model, data, { ...ofSession, executor, weights });
    const keeper = options.checkpoint || before
      ? await openKeeper(options.checkpoint, {
        session,
        executor,
        stopping,
        options: { ...options, optimizer },
      })
      : undefined;
    if (before !== undefined) await keeper!.restore(before, resume!);
    if (from !== undefined) await goOn(session, from, { ...options, batch: rows });
    const all = {
      epochs: epochs + (from?.history.length ?? 0),
      maxSeconds: maxSeconds + (from?.seconds ?? 0),
    };
    return await train(session, { ...options, batch: rows, ...all }, {
      stopping,
      before: before ?? (from && { history: from.history, seconds: from.seconds }),
      keeper,
    });
  } finally {
    try {
      await session?.close();
    } finally {
      chosen?.executor.close();
    }
  }
}

/** Refuses to start from two places. */
function checkStart({ weights, from, resume }: FitOptions): void {
  if (from === undefined) return;
  require(
    weights === undefined && resume === undefined,
    () =>
      weights === undefined
        ? "resume goes on from a file, and from from a result: give one of them"
        : "from goes on from a result, and weights start a new training: give one of them",
  );
  checkFrom(from);
}

/** Refuses to evaluate what is not there. */
function checkEvaluate(names: FitOptions["evaluate"], data: Splits | StreamedSplits): void {
  if (names === undefined) return;
  require(
    Array.isArray(names) && names.every((name) => SPLIT_NAMES.includes(name)),
    () => `evaluate lists sets to measure after training, such as ["test"], got ${shown(names)}`,
  );
  const missing = names.find((name: SplitName) =>
    name === "train" && isStreamed(data) || data[name] === undefined
  );
  require(
    missing === undefined,
    () =>
      missing === "train"
        ? "evaluate names the train set, but that is a stream: what of it is to be measured, give as the test set"
        : `evaluate names the ${missing} set, but there is none: give one, or leave it out`,
  );
}

/** Refuses to watch what is never measured. */
function checkMonitor(
  who: string,
  monitor: Monitor,
  { validation }: Splits | StreamedSplits,
  loss: Loss = crossEntropy(),
): void {
  require(
    !monitor.startsWith("val_") || countRows(validation) > 0,
    () => `${who} watches ${monitor}, but there is no validation set: give one, or watch ${monitor.slice(4)}`,
  );
  require(
    !monitor.endsWith("accuracy") || loss.correct !== undefined,
    () => `${who} watches ${monitor}, but the ${loss.name} knows no right or wrong: watch a loss`,
  );
}
