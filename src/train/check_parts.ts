/** What a training is put together from, checked before its first member is read. */
import { require } from "../core/errors.ts";
import { shown } from "../core/option_names.ts";
import type { Executor } from "../exec/executor.ts";
import type { Loss } from "../nn/loss.ts";
import { checkModelType, checkWeights } from "../nn/model.ts";
import type { Optimizer } from "../optim/optimizer.ts";
import { checkClip, type ClipOptions } from "./clipping.ts";
import type { Trained } from "./saved.ts";
import { checkSchedule, type Schedule } from "./schedule.ts";

/** Names of the options of `fit`, whose type sees to it that none is forgotten. */
export const FIT_NAMES = {
  optimizer: true,
  schedule: true,
  clip: true,
  batch: true,
  dropLast: true,
  epochs: true,
  seed: true,
  shuffle: true,
  loss: true,
  encoder: true,
  frozen: true,
  measureTest: true,
  evaluate: true,
  stopping: true,
  maxSeconds: true,
  weights: true,
  from: true,
  off: true,
  executor: true,
  onEpoch: true,
  onSteps: true,
  signal: true,
  checkpoint: true,
  resume: true,
} as const;

const {
  loss: _loss,
  encoder: _encoder,
  frozen: _frozen,
  weights: _weights,
  from: _from,
  checkpoint: _checkpoint,
  resume: _resume,
  ...COMMON_NAMES
} = FIT_NAMES;
/** Names of the options of `pretrainLayers`. */
export const PRETRAIN_NAMES = {
  ...COMMON_NAMES,
  noise: true,
  decoder: true,
  sparsity: true,
  onEpoch: true,
} as const;

const OPTIMIZER_HAS_IT =
  "the optimizer has it, as in fit(model, data, { optimizer: adam({ learningRate: 0.001 }) })";

/** Names that are asked of a training and belong to its parts. */
export const OF_OTHERS: Readonly<Record<string, string>> = {
  learningRate: OPTIMIZER_HAS_IT,
  lr: OPTIMIZER_HAS_IT,
  momentum: OPTIMIZER_HAS_IT,
  weightDecay: OPTIMIZER_HAS_IT,
  clipnorm: "it is clip, as in { clip: { norm: 1 } }",
  clipvalue: "it is clip, as in { clip: { value: 0.5 } }",
  scheduler: "it is schedule, as in { schedule: cosineDecay({ over: 10 }) }",
  patience: "it is one of stopping, as in { stopping: { patience: 5 } }",
};

/** Throws when one of them is another thing, such as its name, or the function that makes it. */
export function checkParts(
  { optimizer, schedule, clip, loss, executor }: {
    readonly optimizer?: Optimizer | undefined;
    readonly schedule?: Schedule | undefined;
    readonly clip?: ClipOptions | undefined;
    readonly loss?: Loss | undefined;
    readonly executor?: Executor | undefined;
  },
): void {
  require(
    optimizer === undefined || typeof optimizer?.update === "function",
    () => `The optimizer must be what adam(), sgd() or rmsprop() gives, got ${shown(optimizer)}`,
  );
  if (schedule !== undefined) checkSchedule(schedule);
  if (clip !== undefined) checkClip(clip);
  require(
    loss === undefined || typeof loss?.rows === "function",
    () => `The loss must be what crossEntropy() or meanSquaredError() gives, got ${shown(loss)}`,
  );
  require(
    loss === undefined || ["classes", "values", "inputs"].includes(loss.compares),
    () =>
      `The loss must say what it compares with, "classes", "values" or "inputs", got ${
        shown(loss!.compares)
      }`,
  );
  require(
    executor === undefined || typeof executor?.load === "function",
    () =>
      `The executor must be the one of (await chooseExecutor()).executor, got ${
        shown(executor)
      }: leave it out ` +
      "to have one chosen",
  );
}

/** Throws when it is no model with its weights; returns it. */
export function checkTrained(trained: Trained): Trained {
  require(
    typeof trained === "object" && trained !== null,
    () => `A trained model, { model, weights }, is needed, got ${shown(trained)}`,
  );
  checkModelType(trained.model);
  checkWeights(trained.model, trained.weights);
  return trained;
}
