/** The plan of a training session: what it is compiled from, before anything runs. */
import { require } from "../core/errors.ts";
import type { Step } from "../core/step.ts";
import { countRows, type HeldOut, SPLIT_NAMES, type SplitName, type Splits } from "../data/data_set.ts";
import { batches } from "../data/order.ts";
import type { BackendName } from "../exec/executor.ts";
import { compile, type Plan } from "../ir/plan.ts";
import { crossEntropy } from "../nn/cross_entropy.ts";
import type { Loss } from "../nn/loss.ts";
import type { Model } from "../nn/model.ts";
import type { Optimizer } from "../optim/optimizer.ts";
import type { ClipOptions } from "./clipping.ts";
import { type EncoderGraph, encoderGraph } from "./encoder.ts";
import { type EvaluationGraph, evaluationGraph, type TrainingGraph, trainingGraph } from "./graph.ts";
import { compileOptionsFor, type RewriteName } from "./rewrites.ts";
import type { Trained } from "./saved.ts";
import type { Schedule } from "./schedule.ts";
import { checkModel, type DataKind, dataKind, type TableLeaves, tableLeaves } from "./table.ts";

/** Rows of an evaluation step: enough to keep kernels busy, little memory. */
const EVALUATION_BATCH = 512;

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
  /** What the inputs go through first; it stays as it is. */
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
  /** Sets to measure after the epoch, where they hold rows. Default the validation set. */
  readonly measure?: readonly HeldOut[];
  /** It is the last of all: measure them as `evaluate` does, and ask for no more rows. Default false. */
  readonly whole?: boolean;
  readonly onSteps?: OnSteps;
  /** Aborting it ends the epoch between two steps, by throwing its reason. */
  readonly signal?: AbortSignal;
  /** Leave the epoch after so many of its steps. Default all. */
  readonly until?: number;
}

/** The plan of a session, with the leaves that the host writes and reads. */
export interface SessionPlan {
  readonly plan: Plan;
  /** Rows that an epoch trains on. */
  readonly trainRows: number;
  /** What training gathers from: all sets one after another, or the batch of a stream that is being trained on. */
  readonly table: TableLeaves;
  readonly training: TrainingGraph;
  /** What evaluation gathers from: the same, or beside a stream the sets that are no stream. Absent where there are none. */
  readonly evaluationTable?: TableLeaves;
  readonly evaluation?: EvaluationGraph;
  /** Its constants are written once. */
  readonly encoder?: EncoderGraph;
}

/** What a plan is made for. */
export interface SessionSizes {
  readonly kind: DataKind;
  /** Of the train set; of a stream, those of an epoch. */
  readonly trainRows: number;
  /** Of the validation and the test set. */
  readonly heldOutRows: number;
  /** Where the train set is a stream: batches of an epoch. */
  readonly streamedSteps?: number;
}

/**
 * Compiles the routines `train`, `validate` (losses and accuracy) and `evaluate` (and the confusion matrix, where the
 * loss compares with classes), with the rewrites that pay on `backend` (default `reference`: the plain plan).
 */
export function planSession(
  model: Model,
  { kind, trainRows, heldOutRows, streamedSteps }: SessionSizes,
  { optimizer, clip, batch, loss = crossEntropy(), frozen, off, backend = "reference", ...options }:
    & SessionOptions
    & {
      readonly backend?: BackendName;
    },
): SessionPlan {
  checkModel(model, kind, { loss, encoder: options.encoder?.model });
  const encoder = options.encoder && encoderGraph(options.encoder), isStream = streamedSteps !== undefined;
  const table = isStream
    ? tableLeaves(batch, kind, { loss, role: "input", label: "stream_" })
    : tableLeaves(trainRows + heldOutRows, kind, { loss });
  const training = trainingGraph(model, table, {
    rows: isStream ? batch : trainRows,
    batch,
    steps: streamedSteps,
    loss,
    optimizer,
    clip,
    encoder,
    frozen,
  });
  const evaluationTable = !isStream
    ? table
    : heldOutRows > 0
    ? tableLeaves(heldOutRows, kind, { loss })
    : undefined;
  const evaluation = evaluationTable &&
    evaluationGraph(model, evaluationTable, { batch: evaluationBatch(evaluationTable), loss, encoder });
  const plan = compile(
    {
      train: training.roots,
      ...(evaluation && { validate: evaluation.roots, evaluate: evaluation.fullRoots }),
    },
    compileOptionsFor(backend, off),
  );
  return {
    plan,
    trainRows,
    table,
    training,
    ...(evaluation && { evaluationTable: evaluationTable!, evaluation }),
    ...(encoder && { encoder }),
  };
}

/** What a plan for sets in memory is made for. */
export function sessionSizes({ train, validation, test }: Splits): SessionSizes {
  const sets = [train, validation, test];
  return {
    kind: dataKind(train, { weighted: sets.some((set) => set?.weights !== undefined) }),
    trainRows: countRows(train),
    heldOutRows: countRows(validation) + countRows(test),
  };
}

/**
 * Steps that evaluate sets, each with a metrics row of its own. Noise that is drawn at evaluation too is drawn from where
 * a batch begins: other noise for each batch, the same for the set each time. Throws when a set is empty.
 */
export function evaluationSteps<N extends SplitName>(
  data: Partial<Splits>,
  names: readonly N[],
  { batch, seed }: { readonly batch: number; readonly seed: number },
): readonly { readonly name: N; readonly steps: readonly Step[] }[] {
  let slot = 0;
  return names.map((name) => {
    const before = SPLIT_NAMES.slice(0, SPLIT_NAMES.indexOf(name)), rows = countRows(data[name]);
    require(rows > 0, () => `The ${name} set is empty: there is nothing to evaluate`);
    const offset = before.reduce((sum, other) => sum + countRows(data[other]), 0);
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
export function evaluationBatch({ rows }: TableLeaves): number {
  return Math.min(EVALUATION_BATCH, rows);
}
