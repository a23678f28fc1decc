/** What a training may be told. */
import type { SplitName } from "../data/data_set.ts";
import type { Executor } from "../exec/executor.ts";
import type { Loss } from "../nn/loss.ts";
import type { Weights } from "../nn/model.ts";
import type { Optimizer } from "../optim/optimizer.ts";
import type { CheckpointOptions } from "./checkpoint.ts";
import type { ClipOptions } from "./clipping.ts";
import type { EpochControls, EpochRecord, FitResult } from "./fit_result.ts";
import type { RewriteName } from "./rewrites.ts";
import type { Trained } from "./saved.ts";
import type { Schedule } from "./schedule.ts";
import type { OnSteps } from "./session_plan.ts";
import type { StopOptions } from "./stop.ts";

/** Settings of `fit`. */
export interface FitOptions {
  /** What makes updates of gradients. Default `adam()`. */
  readonly optimizer?: Optimizer;
  /**
   * How the learning rate changes, such as `cosineDecay({ over: 10 })` or `warmUp({ over: 500, per: "step" })`. The rate
   * that it starts from is the optimizer's. Default: that rate for ever.
   */
  readonly schedule?: Schedule;
  /** Gradients are held to a norm or to a value before the update, such as `{ norm: 1 }`. Default: as they are. */
  readonly clip?: ClipOptions;
  /** Rows of a batch; the last one of an epoch may be short. Default 32. */
  readonly batch?: number;
  /** Leave out the last batch of the training rows if it is short, as Theano's tutorials do. Default false. */
  readonly dropLast?: boolean;
  /** Passes over the training rows, at most. Default 10. */
  readonly epochs?: number;
  /** Of the initial weights, the shuffles, and what layers draw: a whole number from 0. Default 1. */
  readonly seed?: number;
  /** A new order of the training rows each epoch; a stream keeps its own. Default true. */
  readonly shuffle?: boolean;
  /**
   * What is lowered. Default `crossEntropy()`, which compares with class indices. Others compare with values, such as `meanSquaredError()`,
   * or with what the model is given, such as `reconstructionError()`.
   */
  readonly loss?: Loss;
  /**
   * A trained model that the inputs go through first, as at evaluation. It stays as it is: the model is trained on the
   * codes that it gives, and a loss that compares compares with them.
   */
  readonly encoder?: Trained;
  /** Names of layers whose parameters stay as they are, such as `dense_1`. Default none. */
  readonly frozen?: readonly string[];
  /** Measure the test set after every epoch too, for curves; nothing is decided by it. Default false. */
  readonly measureTest?: boolean;
  /**
   * Sets to evaluate after training. Default all that are in memory; `[]` leaves it out. What the last epoch has measured is
   * not measured again.
   */
  readonly evaluate?: readonly SplitName[];
  /** When to stop before the last epoch; not at all if left out. */
  readonly stopping?: StopOptions;
  /** Stop after the epoch in which this time runs out. Default never. */
  readonly maxSeconds?: number;
  /** Start a new training from these instead of fresh ones: with an optimizer that knows nothing, and in epoch 1. */
  readonly weights?: Weights;
  /**
   * Go on from what an earlier `fit` gave: its weights, what its optimizer kept, its count of updates and epochs, by which
   * shuffles, masks and schedules go on, and its records, to which this training's are added. `epochs` and `maxSeconds` are
   * of this call alone. On the same executor and with the other options as they were the bits are those of one training that did not end in
   * between; data, batch, learning rate and schedule may be others. Early stopping begins anew, and where it had put back
   * the weights of the best epoch, training goes on from those. A stream of training rows begins anew, with the epoch that
   * was under way.
   */
  readonly from?: FitResult;
  /** Rewrites of the plan to leave out: the numbers stay the same, the time does not. Default none. */
  readonly off?: readonly RewriteName[];
  /**
   * What to run on, which is left open. Default: WASM, or a GPU where there is one on which a few steps of this training were
   * faster; what goes on from a checkpoint takes what that was of.
   */
  readonly executor?: Executor;
  /** Called after every epoch, in order, before the next, which waits for what it returns. It can end the training. */
  readonly onEpoch?: (record: EpochRecord, controls: EpochControls) => void | Promise<void>;
  /** Called several times within long epochs. */
  readonly onSteps?: OnSteps;
  /** Aborting it ends training after the current steps; what was learned is kept, and no set is evaluated. */
  readonly signal?: AbortSignal;
  /** Keep what a crash must not take: every half minute by default, at the end, and when the signal aborts. */
  readonly checkpoint?: CheckpointOptions;
  /**
   * Go on from the checkpoint that an earlier call kept at this path, to the same bits as if it had not ended there. All
   * that the weights depend on must be as it was: of the options, `epochs` and `maxSeconds` may differ, and they are of
   * the whole training. `onEpoch` is called for the epochs that were not over. It is for what was cut off; `from` is for
   * what is to be trained further.
   */
  readonly resume?: string;
}
