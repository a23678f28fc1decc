/** The epochs of a training, one after another, until something ends it; and the evaluation after them. */
import { drawnBy } from "../core/display.ts";
import { DescentError, DivergedError } from "../core/errors.ts";
import { countRows, filledSplits, type HeldOut, PIXEL_SCALING, type SplitName } from "../data/data_set.ts";
import { crossEntropy } from "../nn/cross_entropy.ts";
import type { Model, ModelScaling, Weights } from "../nn/model.ts";
import { withKnown } from "../nn/network.ts";
import type { Checkpoint } from "./checkpoint.ts";
import type { FitOptions } from "./fit_options.ts";
import type { EpochRecord, FitResult, SplitResult, StopReason } from "./fit_result.ts";
import type { Keeper } from "./keeper.ts";
import { type EpochMeans, monitored } from "./means.ts";
import type { Session } from "./session.ts";
import { observe, type StopState } from "./stop.ts";
import { trainingEnd } from "./training_end.ts";

/** Where training begins, and what keeps it. */
export interface LoopStart {
  readonly stopping: StopState | undefined;
  /** What it goes on from. The session is there already. */
  readonly before: Pick<Checkpoint, "history" | "seconds" | "stopping" | "best"> | undefined;
  readonly keeper: Keeper | undefined;
}

/** Trains an open session to the end. */
export async function train(
  session: Session,
  options: FitOptions & { readonly batch: number; readonly epochs: number; readonly maxSeconds: number },
  { stopping, before, keeper }: LoopStart,
): Promise<FitResult> {
  const model = recordedModel(session, options);
  const { epochs, maxSeconds, signal } = options, measure = measuredSets(options);
  const finals = options.evaluate ?? filledSplits(session.data);
  const started = performance.now() - 1000 * (before?.seconds ?? 0);
  const elapsed = () => (performance.now() - started) / 1000;
  const look = lookNowAndThen(session);
  const history: EpochRecord[] = [...before?.history ?? []];
  /** What the epoch before has measured, if that is all that there is to measure. */
  let measuredLast: EpochMeans | undefined;
  let asked = false;
  let state = before?.stopping ?? stopping, best: Weights | undefined = before?.best;
  const kept = () => ({ history, stopping: state, best, seconds: elapsed() });
  const onSteps = async (done: number, all: number) => {
    await options.onSteps?.(done, all);
    await keeper?.saveIfDue(kept());
  };
  const reasonToStop = (): StopReason | undefined => {
    if (state?.stop) return "early stopping";
    if (history.length >= epochs) return "last epoch";
    if (history.length > 0 && elapsed() >= maxSeconds) return "time";
    return undefined;
  };
  let stopped = reasonToStop();
  while (stopped === undefined) {
    const epoch = history.length, begun = elapsed(), first = session.place.done;
    const measured = await unlessAborted(
      signal,
      () =>
        session.epoch(epoch, { measure, onSteps, whole: epoch + 1 === epochs, ...(signal && { signal }) }),
    );
    if (measured === undefined) {
      stopped = "interrupted";
      break;
    }
    measuredLast = epoch + 1 === epochs || !hasReport(options) ? measured : undefined;
    const { training: means, validation, test, learningRate } = measured;
    if (state !== undefined) state = observe(state, epoch, monitored(measured)[state.rule.monitor]);
    const record: EpochRecord = {
      epoch: epoch + 1,
      ...means,
      ...heldOut(measured),
      ...(learningRate !== undefined && { learningRate }),
      seconds: elapsed(),
      samplesPerSecond: session.rowsPerEpoch * (1 - first / session.stepsPerEpoch) / (elapsed() - begun),
      ...(state && { stopping: traceOf(state) }),
    };
    history.push(record);
    await tell(record);
    await requireFinite("loss", means.loss, epoch, session);
    await requireFinite("validation loss", validation?.loss ?? 0, epoch);
    await requireFinite("test loss", test?.loss ?? 0, epoch);
    if (state?.restore) best = await session.weights();
    else await look();
    stopped = asked ? "asked" : reasonToStop() ?? (signal?.aborted ? "interrupted" : undefined);
    if (stopped === undefined) await keeper?.saveIfDue(kept());
  }
  await keeper?.save(kept());
  const seconds = elapsed();
  // Read before others are restored: it throws where the last steps went wrong and no loss shows it.
  const last = await session.weights(), weights = best ?? last;
  if (best !== undefined) session.setWeights(best);
  const end = await trainingEnd(session, options);
  const ended = { model, weights, history, stopped, end, ...restored(), seconds };
  if (stopped === "interrupted") return drawnBy("showTraining", { ...ended, results: {} });
  const results: Partial<Record<SplitName, SplitResult>> = {};
  const isLast = best === undefined || state?.bestEpoch === history.length - 1;
  for (const name of finals) {
    if (countRows(session.data[name]) === 0) continue;
    const known = isLast && name !== "train" ? measuredLast?.[name] : undefined;
    const measured: SplitResult = known ?? await session.evaluate(name);
    // The last update may have gone wrong where no validation looked after it.
    await requireFinite(`loss on the ${name} set`, measured.loss, Math.max(0, history.length - 1));
    results[name] = drawnBy("showEvaluation", measured);
  }
  return drawnBy("showTraining", { ...ended, results });

  async function tell(record: EpochRecord): Promise<void> {
    let isOver = false;
    const weights = () => isOver ? Promise.reject(tooLate(record)) : session.weights();
    try {
      await options.onEpoch?.(record, { weights, stop: () => void (asked = true) });
    } finally {
      isOver = true;
    }
  }

  function restored(): Pick<FitResult, "restoredEpoch"> {
    const epoch = best && state?.bestEpoch;
    return epoch === undefined ? {} : { restoredEpoch: epoch + 1 };
  }
}

/** Whether an evaluation gives more than means. */
function hasReport({ loss = crossEntropy() }: FitOptions): boolean {
  return loss.compares === "classes";
}

/**
 * The model with what is known of it now: what its values are, by what they were compared with, and its inputs and
 * classes. What an earlier training knew stays where this one had no bytes, or no names.
 */
function recordedModel({ model, kind }: Session, options: FitOptions): Model {
  const { scaling: scalingBefore, classNames: namesBefore } = model, { inputs, targets } = kind;
  const classes = hasReport(options),
    scaling = options.encoder !== undefined
      ? undefined
      : inputs.kind === "numbers"
      ? scalingBefore
      : isPixels(inputs.scaling)
      ? undefined
      : inputs.scaling;
  const classNames = classes ? (targets.kind === "classes" && targets.names) || namesBefore : undefined;
  return withKnown(model, { gives: classes ? "logits" : "values", scaling, classNames });
}

function isPixels({ scale, offset }: ModelScaling): boolean {
  return scale === PIXEL_SCALING.scale && offset === PIXEL_SCALING.offset;
}

function tooLate({ epoch }: EpochRecord): DescentError {
  return new DescentError(
    `weights() gives those of epoch ${epoch}, which onEpoch has returned from: await them within it`,
  );
}

/** Looking at the weights after epochs may take this share of the time. */
const LOOK_SHARE = 0.002;

/** Reads the weights, which throws where one is no number, unless the last look was so recent that it would cost something. */
function lookNowAndThen(session: Session): () => Promise<void> {
  let lookedMs = -Infinity, lookMs = 0;
  return async () => {
    const before = performance.now();
    if (lookMs > LOOK_SHARE * (before - lookedMs)) return;
    await session.weights();
    lookedMs = performance.now();
    lookMs = lookedMs - before;
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

/** Throws where a loss is no number; of training, with the step at which it first was none. */
async function requireFinite(name: string, loss: number, epoch: number, session?: Session): Promise<void> {
  if (Number.isFinite(loss)) return;
  const step = await session?.firstBadStep();
  throw new DivergedError(
    `The ${name} became ${loss} in epoch ${epoch + 1}${
      step === undefined ? "" : `, at step ${step + 1} of ${session!.stepsPerEpoch}`
    }: the steps are too large; try a tenth of the learning rate`,
  );
}
