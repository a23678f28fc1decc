/** Training in the browser: the library's own session, some steps at a time, as the page wants to watch it. */
import { DescentError, DivergedError } from "../src/core/errors.ts";
import { countRows, type DataSet, type Splits } from "../src/data/data_set.ts";
import type { Executor } from "../src/exec/executor.ts";
import { initializeWeights, type Model, type Weights } from "../src/nn/model.ts";
import { encodeModel } from "../src/train/saved.ts";
import { Session } from "../src/train/session.ts";
import { divergedSentence } from "../components/playground/playground_advice.ts";
import { SIDE } from "../components/playground/playground_digit.ts";
import type { ImageSet, Progress } from "../components/playground/playground_messages.ts";
import type { PlaySettings } from "../components/playground/playground_settings.ts";
import { DIGITS, networkOf, optimizerOf } from "./playground_network.ts";
import type { Throttle } from "./playground_pace.ts";

/** At full speed progress goes out this often, and while much is learned in few steps more often. */
const REPORT_MS = 200, EARLY_MS = 40, EARLY_GROWTH = 1.2;
/** Nobody watches longer: some minutes at full speed. */
const MOST_STEPS = 1_000_000;

export interface TrainOptions {
  readonly executor: Executor;
  readonly signal: AbortSignal;
  readonly throttle: Throttle;
  /** When the kernels are compiled. */
  onStart(): void;
  /** Before the first step, and after it from time to time. */
  onProgress(
    record: Progress,
    more: { readonly confusion: readonly (readonly number[])[]; readonly model: Uint8Array<ArrayBuffer> },
  ): void;
}

/** What has been trained since progress was told. */
interface Since {
  readonly rows: number;
  readonly loss: number;
  readonly right: number;
  readonly milliseconds: number;
}

const NOTHING: Since = { rows: 0, loss: 0, right: 0, milliseconds: 0 };

/** Trains until the signal, or for a long time. Throws where the loss stops being a number. */
export async function trainInBrowser(
  settings: PlaySettings,
  sets: { readonly train: ImageSet; readonly validation: ImageSet },
  { executor, signal, throttle, onStart, onProgress }: TrainOptions,
): Promise<void> {
  const model = networkOf(settings), data = splitsOf(sets), rows = countRows(data.train);
  const batch = Math.min(settings.batch, rows);
  const session = await Session.open(model, data, {
    executor,
    weights: initializeWeights(model, settings.seed),
    optimizer: optimizerOf(settings),
    batch,
    seed: settings.seed,
    // The rate may be changed while it trains.
    schedule: { name: "playground", options: {}, rate: () => throttle.learningRate },
  });
  const { stepsPerEpoch } = session;
  const report = async (step: number, since: Since) => {
    const weights = Number.isFinite(since.loss) ? await weightsOf(session) : undefined;
    if (weights === undefined) {
      throw new DescentError(divergedSentence(step, { ...settings, learningRate: throttle.learningRate }));
    }
    const { loss, accuracy, confusion } = await session.evaluate("validation");
    const record: Progress = {
      step,
      epochs: step / stepsPerEpoch,
      loss: since.rows === 0 ? null : since.loss / since.rows,
      accuracy: since.rows === 0 ? null : since.right / since.rows,
      valLoss: loss,
      valAccuracy: accuracy!,
      imagesPerSecond: since.rows === 0 ? 0 : 1000 * since.rows / since.milliseconds,
    };
    onProgress(record, { confusion: confusion!.counts, model: fileOf(model, weights) });
  };
  try {
    onStart();
    await report(0, NOTHING);
    let sentMs = performance.now(), sentStep = 0, since = NOTHING;
    for (let epoch = 0; epoch * stepsPerEpoch < MOST_STEPS && !signal.aborted; epoch++) {
      let before = NOTHING;
      for (let done = 0; done < stepsPerEpoch;) {
        const steps = await throttle.next(stepsPerEpoch - done, signal), startMs = performance.now();
        if (steps === 0) return;
        const { training } = await session.epoch(epoch, { until: done + steps, measure: [], signal });
        done += steps;
        const milliseconds = performance.now() - startMs, seen = Math.min(rows, done * batch);
        throttle.took(steps, milliseconds);
        // The session's means are of the epoch so far.
        const sums = { rows: seen, loss: training.loss * seen, right: training.accuracy! * seen };
        since = {
          rows: since.rows + sums.rows - before.rows,
          loss: since.loss + sums.loss - before.loss,
          right: since.right + sums.right - before.right,
          milliseconds: since.milliseconds + milliseconds,
        };
        before = { ...sums, milliseconds: 0 };
        const step = epoch * stepsPerEpoch + done, waitedMs = performance.now() - sentMs;
        const isDue = throttle.isSlow || !Number.isFinite(since.loss) ||
          waitedMs >= (step >= EARLY_GROWTH * sentStep ? EARLY_MS : REPORT_MS);
        if (!isDue) continue;
        await report(step, since);
        sentMs = performance.now();
        sentStep = step;
        since = NOTHING;
      }
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    await session.close();
  }
}

/** Undefined where a weight is no number any more. */
async function weightsOf(session: Session): Promise<Weights | undefined> {
  try {
    return await session.weights();
  } catch (error) {
    if (error instanceof DivergedError) return undefined;
    throw error;
  }
}

function fileOf(model: Model, weights: Weights): Uint8Array<ArrayBuffer> {
  return new Uint8Array(encodeModel({ model, weights }, { experiment: "playground" }));
}

function splitsOf(
  { train, validation }: { readonly train: ImageSet; readonly validation: ImageSet },
): Splits {
  return { train: setOf(train), validation: setOf(validation) };
}

function setOf({ images, labels }: ImageSet): DataSet {
  return {
    inputs: images,
    targets: labels,
    inputShape: [SIDE, SIDE],
    classNames: Array.from({ length: DIGITS }, (_, digit) => String(digit)),
  };
}
