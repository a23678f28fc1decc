/**
 * Descent: small neural networks in TypeScript, on WebGPU and WebAssembly.
 *
 * Declare a model, train it, evaluate it, save it; or build graphs and plans of your own from the ops.
 * @module
 */
export { DescentError, UsageError } from "./core/errors.ts";
export type { DType, Shape, TensorType, TypedArray } from "./core/tensor.ts";
export { gradients } from "./ir/gradients.ts";
export { arena, leaf } from "./ir/leaf.ts";
export type { Node } from "./ir/node.ts";
export { compile, type Plan } from "./ir/plan.ts";
export { augmentation, type AugmentationOptions } from "./nn/augmentation.ts";
export { avgPool2d } from "./nn/avg_pool2d.ts";
export { conv1d, type Conv1dOptions } from "./nn/conv1d.ts";
export { conv2d } from "./nn/conv2d.ts";
export { conv2dTranspose, type Conv2dTransposeOptions } from "./nn/conv2d_transpose.ts";
export type { ConvolutionOptions } from "./nn/convolution.ts";
export { corruption, type CorruptionOptions } from "./nn/corruption.ts";
export { dense, type DenseOptions } from "./nn/dense.ts";
export { dropout } from "./nn/dropout.ts";
export { embedding, type EmbeddingOptions } from "./nn/embedding.ts";
export { flatten } from "./nn/flatten.ts";
export { globalAvgPool2d, globalMaxPool2d } from "./nn/global_pool.ts";
export type { Initializer } from "./nn/initializers.ts";
export { crossEntropy, type CrossEntropyOptions } from "./nn/cross_entropy.ts";
export type { ClassifierLoss, Loss, LossInputs, Penalty, PenaltyInputs } from "./nn/loss.ts";
export {
  binaryCrossEntropy,
  huber,
  type HuberOptions,
  meanAbsoluteError,
  meanSquaredError,
  reconstructionCrossEntropy,
  reconstructionError,
  sumOfLosses,
} from "./nn/losses.ts";
export { maxPool2d } from "./nn/max_pool2d.ts";
export { countParameters, initializeWeights, type Model, sequential, type Weights } from "./nn/model.ts";
export type { Padding, PaddingOption } from "./nn/padding.ts";
export type { Pair } from "./nn/pair.ts";
export type { AvgPoolOptions, MaxPoolOptions, PoolLayerOptions } from "./nn/pool.ts";
export { reshape } from "./nn/reshape.ts";
export { type SparsityOptions, withSparsity } from "./nn/sparsity.ts";
export { tiedDense, type TiedDenseOptions } from "./nn/tied_dense.ts";
export { upsample2d, type Upsample2dOptions, type UpsampleMode } from "./nn/upsample2d.ts";
export type { Activation } from "./ops/_activation.ts";
export type { Flip } from "./ops/augment.ts";
export {
  abs,
  constant,
  erf,
  exp,
  type Expr,
  log,
  log1p,
  maximum,
  minimum,
  type Operand,
  pow,
  sigmoid,
  sign,
  sqrt,
  tanh,
  where,
} from "./ops/expression/expression.ts";
export { map, type MapOptions } from "./ops/map.ts";
export { reduceMax, reduceMean, type ReduceOptions, reduceSum } from "./ops/reduce.ts";
export {
  adagrad,
  type AdagradOptions,
  adam,
  type AdamOptions,
  adamw,
  type DecayOptions,
  type Optimizer,
  rmsprop,
  type RmspropOptions,
  sgd,
  type SgdOptions,
} from "./optim/mod.ts";
export { type Backend, chooseExecutor } from "./exec/choose.ts";
export type { Executor, Program } from "./exec/executor.ts";
export {
  type ByteScaling,
  type ClassIndices,
  countRows,
  type DataSet,
  type SplitName,
  type Splits,
  takeRows,
} from "./data/data_set.ts";
export { type ImageSet, type ImageSplits, mnist, type MnistOptions } from "./data/mnist.ts";
export { splitData, type SplitDataOptions } from "./data/split_data.ts";
export type { DataBatch, StreamedSplits } from "./data/stream.ts";
export type { ClipOptions } from "./train/clipping.ts";
export { firstLayers, joinModels, sliceLayers } from "./train/compose.ts";
export {
  type ClassifierFitResult,
  type EpochControls,
  type EpochRecord,
  fit,
  type FitOptions,
  type FitResult,
  type SplitResult,
  type StopReason,
} from "./train/fit.ts";
export { type ClassificationReport, classificationReport, type ConfusionMatrix } from "./train/metrics.ts";
export { type Classification, classify, evaluate, layerOutputs, predict } from "./train/predict.ts";
export { openPredictor, type Predictor, type PredictorOptions } from "./train/predictor.ts";
export { type PlateauOptions, reduceOnPlateau } from "./train/plateau.ts";
export { type Pretrained, pretrainLayers, type PretrainOptions } from "./train/pretrain.ts";
export { loadModel, saveModel, type Trained } from "./train/saved.ts";
export {
  constantRate,
  type ConstantRateOptions,
  cosineDecay,
  type CosineDecayOptions,
  exponentialDecay,
  type ExponentialDecayOptions,
  type PerOption,
  type Schedule,
  type SchedulePer,
  type ScheduleState,
  stepDecay,
  type StepDecayOptions,
  type UpdateTime,
  warmUp,
  type WarmUpOptions,
} from "./train/schedule.ts";
export type { SessionPlace, SessionState, TrainingEnd } from "./train/session_state.ts";
export type { Monitor, StopMode, StopOptions } from "./train/stop.ts";
