/** Training in the browser: the library's own session, one epoch after another. */
import { DescentError, unreachable } from "../src/core/errors.ts";
import { countRows, type DataSet, type Splits } from "../src/data/data_set.ts";
import type { Executor } from "../src/exec/executor.ts";
import { conv2d } from "../src/nn/conv2d.ts";
import { dense } from "../src/nn/dense.ts";
import { flatten } from "../src/nn/flatten.ts";
import { maxPool2d } from "../src/nn/max_pool2d.ts";
import { initializeWeights, type Model, sequential } from "../src/nn/model.ts";
import { adam } from "../src/optim/adam.ts";
import type { Optimizer } from "../src/optim/optimizer.ts";
import { rmsprop } from "../src/optim/rmsprop.ts";
import { sgd } from "../src/optim/sgd.ts";
import { encodeModel } from "../src/train/saved.ts";
import { Session } from "../src/train/session.ts";
import { SIDE } from "../components/playground/playground_digit.ts";
import type {
  ImageSet,
  Preset,
  TrainedEpoch,
  TrainSettings,
} from "../components/playground/playground_messages.ts";

const DIGITS = 10, LOGITS = dense(DIGITS);
/** How often the model goes out while it is trained. */
const MODEL_MS = 300;

function presetModel(preset: Preset): Model {
  const pixels = SIDE * SIDE;
  switch (preset) {
    case "small":
      return sequential(pixels, [
        dense(30, { activation: "relu" }),
        dense(20, { activation: "relu" }),
        LOGITS,
      ]);
    case "none":
      return sequential(pixels, [LOGITS]);
    case "wide":
      return sequential(pixels, [dense(128, { activation: "relu" }), LOGITS]);
    case "deep":
      return sequential(pixels, [
        dense(128, { activation: "relu" }),
        dense(64, { activation: "relu" }),
        dense(32, { activation: "relu" }),
        LOGITS,
      ]);
    case "cnn":
      return sequential([SIDE, SIDE], [
        conv2d(8, 5, { activation: "relu" }),
        maxPool2d(),
        conv2d(16, 5, { activation: "relu" }),
        maxPool2d(),
        flatten(),
        dense(64, { activation: "relu" }),
        LOGITS,
      ]);
    default:
      return unreachable(preset);
  }
}

function optimizerOf({ optimizer, learningRate }: TrainSettings): Optimizer {
  switch (optimizer) {
    case "sgd":
      return sgd({ learningRate });
    case "momentum":
      return sgd({ learningRate, momentum: 0.9 });
    case "nesterov":
      return sgd({ learningRate, momentum: 0.9, nesterov: true });
    case "rmsprop":
      return rmsprop({ learningRate });
    case "adam":
      return adam({ learningRate });
    default:
      return unreachable(optimizer);
  }
}

export interface TrainOptions {
  readonly executor: Executor;
  readonly signal: AbortSignal;
  /** When the kernels are compiled. */
  onStart(): void;
  /** After every epoch; from time to time and at the end with the model as a file. */
  onEpoch(record: TrainedEpoch, model: Uint8Array<ArrayBuffer> | undefined): void;
}

/** Trains until the last epoch or the signal. Throws where the loss stops being a number. */
export async function trainInBrowser(
  settings: TrainSettings,
  sets: { readonly train: ImageSet; readonly validation: ImageSet },
  { executor, signal, onStart, onEpoch }: TrainOptions,
): Promise<void> {
  const model = presetModel(settings.preset), data = splitsOf(sets), rows = countRows(data.train);
  const session = await Session.open(model, data, {
    executor,
    weights: initializeWeights(model, settings.seed),
    optimizer: optimizerOf(settings),
    batch: Math.min(settings.batch, rows),
    seed: settings.seed,
  });
  try {
    onStart();
    let sentMs = -Infinity;
    for (let epoch = 0; epoch < settings.epochs && !signal.aborted; epoch++) {
      const before = performance.now();
      const { training, validation } = await session.epoch(epoch, { signal });
      const record: TrainedEpoch = {
        epoch: epoch + 1,
        loss: training.loss,
        accuracy: training.accuracy!,
        valLoss: validation!.loss,
        valAccuracy: validation!.accuracy!,
        imagesPerSecond: 1000 * rows / (performance.now() - before),
      };
      if (!Number.isFinite(record.loss) || !Number.isFinite(record.valLoss)) {
        throw new DescentError(
          `The loss became ${record.loss} in epoch ${record.epoch}: try a tenth of the learning rate`,
        );
      }
      const isDue = performance.now() - sentMs >= MODEL_MS || epoch + 1 === settings.epochs;
      if (isDue) sentMs = performance.now();
      onEpoch(record, isDue ? fileOf(model, await session.weights()) : undefined);
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    await session.close();
  }
}

function fileOf(model: Model, weights: ReadonlyMap<string, Float32Array>): Uint8Array<ArrayBuffer> {
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
