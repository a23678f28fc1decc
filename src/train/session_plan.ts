/** The plan of a training session: what it is compiled from, before anything runs. */
import { sizeOf } from "../core/tensor.ts";
import type { Splits } from "../data/mnist.ts";
import type { BackendName } from "../exec/executor.ts";
import { compile, type Plan } from "../ir/plan.ts";
import { crossEntropy, type Loss } from "../nn/losses.ts";
import type { Model } from "../nn/model.ts";
import type { Optimizer } from "../optim/optimizer.ts";
import { checkClassifier, evaluationGraph, tableLeaves, trainingGraph } from "./graph.ts";
import { compileOptionsFor, type RewriteName } from "./rewrites.ts";

/** Rows of an evaluation step: enough to keep kernels busy, little memory. */
const EVALUATION_BATCH = 512;
export interface SessionOptions {
  readonly optimizer: Optimizer;
  readonly batch: number;
  readonly seed: number;
  /** Default true; a batch of the whole set is never shuffled. */
  readonly shuffle?: boolean;
  readonly loss?: Loss;
  /** Rewrites of the plan to leave out: the numbers stay the same, the time does not. Default none. */
  readonly off?: readonly RewriteName[];
}

/** The plan of a session, with the leaves that the host writes and reads. */
export interface SessionPlan {
  readonly plan: Plan;
  readonly table: ReturnType<typeof tableLeaves>;
  readonly training: ReturnType<typeof trainingGraph>;
  readonly evaluation: ReturnType<typeof evaluationGraph>;
}

/**
 * Compiles the routines `train`, `validate` (losses and accuracy) and `evaluate` (and the confusion matrix), with the
 * rewrites that pay on `backend` (default `reference`: the plain plan).
 */
export function planSession(
  model: Model,
  sizes: {
    readonly rows: number;
    readonly trainRows: number;
    readonly pixels: number;
    readonly classes: number;
  },
  { optimizer, batch, loss = crossEntropy(), off, backend = "reference" }: SessionOptions & {
    readonly backend?: BackendName;
  },
): SessionPlan {
  checkClassifier(model, sizes.pixels, sizes.classes);
  const table = tableLeaves(sizes.rows, sizes.pixels);
  const training = trainingGraph(model, table, { rows: sizes.trainRows, batch, loss, optimizer });
  const evaluation = evaluationGraph(model, table, { batch: evaluationBatch(table), loss });
  const plan = compile(
    { train: training.roots, validate: evaluation.roots, evaluate: evaluation.fullRoots },
    compileOptionsFor(backend, off),
  );
  return { plan, table, training, evaluation };
}

export function sessionSizes({ train, validation, test }: Splits) {
  return {
    rows: train.rows + validation.rows + test.rows,
    trainRows: train.rows,
    pixels: sizeOf(train.imageShape),
    classes: train.classes.length,
  };
}

/** Rows of one step of evaluation. */
export function evaluationBatch({ labels }: SessionPlan["table"]): number {
  return Math.min(EVALUATION_BATCH, labels.type.shape[0]!);
}
