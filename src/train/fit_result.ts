/** What training tells: a record per epoch while it runs, and how it ended. */
import type { Model, Weights } from "../nn/model.ts";
import type { ClassificationReport, ConfusionMatrix } from "./metrics.ts";
import type { SplitName } from "../data/data_set.ts";
import type { TrainingEnd } from "./session_state.ts";

/**
 * What is known after an epoch; one line of a run's metrics. Accuracies are absent where the loss knows no right or
 * wrong.
 */
export interface EpochRecord {
  /** Counts from 1. */
  readonly epoch: number;
  /** Mean over the epoch while training: each batch is measured before its update. */
  readonly loss: number;
  /** Share of right answers over the epoch, measured alike. */
  readonly accuracy?: number;
  /** What the loss's penalties add to it, in the mean over the epoch; absent where it has none. */
  readonly penalty?: number;
  /** On the validation set, after the epoch. Absent when that set is empty. */
  readonly valLoss?: number;
  /** Share of right answers there. */
  readonly valAccuracy?: number;
  /** On the test set, after the epoch. Absent without `measureTest`. */
  readonly testLoss?: number;
  /** Share of right answers there. */
  readonly testAccuracy?: number;
  /** Of the epoch's last update. Absent without a schedule. */
  readonly learningRate?: number;
  /** Since training began. */
  readonly seconds: number;
  /** Of the training set, the measuring of other sets included in the time. */
  readonly samplesPerSecond: number;
  /** Early stopping after this epoch; absent without it. */
  readonly stopping?: { readonly best?: number; readonly bestEpoch?: number; readonly wait: number };
}

/** How well the model does on one set. Without right or wrong there is a loss alone. */
export interface SplitResult {
  /** Mean over the set. */
  readonly loss: number;
  /** Share of right answers. */
  readonly accuracy?: number;
  /** Precision, recall and F1 of each class, where the loss compares with classes; every row that counts, counts once. */
  readonly report?: ClassificationReport;
  /** Of at most 1,024 classes: it holds a number for each two of them. */
  readonly confusion?: ConfusionMatrix;
}

/** What `onEpoch` can do after an epoch. */
export interface EpochControls {
  /**
   * The weights as they are after this epoch: they are read when asked for, a copy. To be awaited within `onEpoch`; it
   * rejects later, when training has gone on, and where a weight is no finite number.
   */
  weights(): Promise<Weights>;
  /** Ends training after this epoch, or where it is called later, after the one under way; what follows a training follows. */
  stop(): void;
}

/** Why training ended; `asked`: `onEpoch` called `stop()`. */
export type StopReason = "last epoch" | "early stopping" | "time" | "interrupted" | "asked";

/** What `fit` gives: a trained model, to predict with or to save, and how its training went. */
export interface FitResult {
  /** The model that was trained, with what was recorded of its data and loss. */
  readonly model: Model;
  /** After the last epoch, or the best one where early stopping restores it. */
  readonly weights: Weights;
  /** Of all epochs, those before a training that went on included. */
  readonly history: readonly EpochRecord[];
  /** Why it ended. */
  readonly stopped: StopReason;
  /**
   * What `fit(model, data, { from })` goes on with: it holds what the optimizer keeps, with `adam` twice as much memory as
   * the weights. Who keeps many results and goes on from none keeps `{ model, weights }` of them.
   */
  readonly end: TrainingEnd;
  /** Epoch (from 1) whose weights these are, where early stopping restored them. */
  readonly restoredEpoch?: number;
  /** Training and what is measured after each epoch, without the evaluation at the end. */
  readonly seconds: number;
  /** On each set that was to be evaluated and holds rows, after training. */
  readonly results: Readonly<Partial<Record<SplitName, SplitResult>>>;
}

/** Where the loss knows right from wrong, every accuracy is there. */
export interface FitResultWithAccuracy extends FitResult {
  /** Of all epochs, with the accuracy of each. */
  readonly history: readonly (EpochRecord & { readonly accuracy: number })[];
  /** On each set that was evaluated, with accuracy. */
  readonly results: Readonly<Partial<Record<SplitName, SplitResult & { readonly accuracy: number }>>>;
}

/** Where it compares with classes, every report too. */
export interface ClassifierFitResult extends FitResultWithAccuracy {
  /** On each set that was evaluated, with accuracy and report. */
  readonly results: Readonly<
    Partial<Record<SplitName, Required<Omit<SplitResult, "confusion">> & SplitResult>>
  >;
}
