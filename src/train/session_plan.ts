/** The plan of a training session: what it is compiled from, before anything runs. */
import { require } from "../core/errors.ts";
import type { Step } from "../core/step.ts";
import { sizeOf } from "../core/tensor.ts";
import { batches } from "../data/order.ts";
import type { DataSet, Splits } from "../data/set.ts";
import type { BackendName } from "../exec/executor.ts";
import { compile, type Plan } from "../ir/plan.ts";
import { crossEntropy, type Loss } from "../nn/losses.ts";
import type { Model } from "../nn/model.ts";
import type { Optimizer } from "../optim/optimizer.ts";
import type { ClipOptions } from "./clipping.ts";
import { type EncoderGraph, encoderGraph } from "./encoder.ts";
import { checkModel, evaluationGraph, tableLeaves, trainingGraph } from "./graph.ts";
import { compileOptionsFor, type RewriteName } from "./rewrites.ts";
import type { Trained } from "./saved.ts";
import type { Schedule } from "./schedule.ts";

/** Rows of an evaluation step: enough to keep kernels busy, little memory. */
const EVALUATION_BATCH = 512;

export const SPLIT_NAMES = ["train", "validation", "test"] as const;
export type SplitName = typeof SPLIT_NAMES[number];
/** Sets that no step trains on. */
export type HeldOut = Exclude<SplitName, "train">;

export interface SessionOptions {
  readonly optimizer: Optimizer;
  /** How the learning rate changes. Default: it stays the optimizer's. */
  readonly schedule?: Schedule;
  /** How gradients are clipped. Default not at all. */
  readonly clip?: ClipOptions;
  readonly batch: number;
  readonly seed: number;
  /** Default true; a batch of the whole set is never shuffled. */
  readonly shuffle?: boolean;
  /** Leave out the last batch of an epoch if it is short. Default false. */
  readonly dropLast?: boolean;
  readonly loss?: Loss;
  /** What the images go through first; it stays as it is. */
  readonly encoder?: Trained;
  /** Names of layers whose parameters stay as they are. Default none. */
  readonly frozen?: readonly string[];
  /** Rewrites of the plan to leave out: the numbers stay the same, the time does not. Default none. */
  readonly off?: readonly RewriteName[];
}

/** Steps of the current epoch that are done, of all. Training waits for what it returns. */
export type OnSteps = (done: number, all: number) => void | Promise<void>;

/** What to do while an epoch runs, and after it. */
export interface EpochOptions {
  /** Sets to measure after the epoch, where they hold images. Default the validation set. */
  readonly measure?: readonly HeldOut[];
  readonly onSteps?: OnSteps;
  /** Aborting it ends the epoch between two steps, by throwing its reason. */
  readonly signal?: AbortSignal;
  /** Leave the epoch after so many of its steps. Default all. */
  readonly until?: number;
}

/** The plan of a session, with the leaves that the host writes and reads. */
export interface SessionPlan {
  readonly plan: Plan;
  readonly table: ReturnType<typeof tableLeaves>;
  readonly training: ReturnType<typeof trainingGraph>;
  readonly evaluation: ReturnType<typeof evaluationGraph>;
  /** Its constants are written once. */
  readonly encoder?: EncoderGraph;
}

/**
 * Compiles the routines `train`, `validate` (losses and accuracy) and `evaluate` (and the confusion matrix, where the
 * loss knows right from wrong), with the rewrites that pay on `backend` (default `reference`: the plain plan).
 */
export function planSession(
  model: Model,
  sizes: {
    readonly rows: number;
    readonly trainRows: number;
    readonly pixels: number;
    readonly classes: number;
  },
  { optimizer, clip, batch, loss = crossEntropy(), frozen, off, backend = "reference", ...options }:
    & SessionOptions
    & {
      readonly backend?: BackendName;
    },
): SessionPlan {
  checkModel(model, { ...sizes, encoder: options.encoder?.model }, loss);
  const encoder = options.encoder && encoderGraph(options.encoder);
  const table = tableLeaves(sizes.rows, sizes.pixels);
  const training = trainingGraph(model, table, {
    rows: sizes.trainRows,
    batch,
    loss,
    optimizer,
    clip,
    encoder,
    frozen,
  });
  const evaluation = evaluationGraph(model, table, { batch: evaluationBatch(table), loss, encoder });
  const plan = compile(
    { train: training.roots, validate: evaluation.roots, evaluate: evaluation.fullRoots },
    compileOptionsFor(backend, off),
  );
  return { plan, table, training, evaluation, ...(encoder && { encoder }) };
}

export function sessionSizes({ train, validation, test }: Splits) {
  return {
    rows: train.rows + validation.rows + test.rows,
    trainRows: train.rows,
    pixels: sizeOf(train.imageShape),
    classes: train.classes.length,
  };
}

/**
 * Steps that evaluate sets, each with a metrics row of its own. Noise that is drawn at evaluation too is drawn from where
 * a batch begins: other noise for each batch, the same for the set each time. Throws when a set is empty.
 */
export function evaluationSteps<N extends SplitName>(
  data: Splits,
  names: readonly N[],
  { batch, seed }: { readonly batch: number; readonly seed: number },
): readonly { readonly name: N; readonly steps: readonly Step[] }[] {
  let slot = 0;
  return names.map((name) => {
    const before = SPLIT_NAMES.slice(0, SPLIT_NAMES.indexOf(name)), { rows } = data[name];
    require(rows > 0, () => `The ${name} set is empty: there is nothing to evaluate`);
    const offset = before.reduce((sum, other) => sum + data[other].rows, 0);
    const steps = batches(rows, batch).map(({ start, count }) => ({
      start: offset + start,
      count,
      slot: slot++,
      step: offset + start,
      seed,
      scalars: [],
    }));
    return { name, steps };
  });
}

/** Rows of one step of evaluation. */
export function evaluationBatch({ labels }: SessionPlan["table"]): number {
  return Math.min(EVALUATION_BATCH, labels.type.shape[0]!);
}

/** Names of the sets that hold images. */
export function filledSplits(data: Splits): readonly SplitName[] {
  return SPLIT_NAMES.filter((name) => (data[name] satisfies DataSet).rows > 0);
}
