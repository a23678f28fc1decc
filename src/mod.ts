/**
 * Descent: small neural networks in TypeScript, on WebGPU and WebAssembly.
 *
 * Declare a model, train it, evaluate it, save it; or build graphs and plans of your own from the ops.
 * @module
 */

// Data: sets of rows, streams. Readers of files are in `descent/data`, and MNIST in `descent/mnist`.
export {
  type ByteScaling,
  type ClassIndices,
  countRows,
  type DataSet,
  type SplitName,
  type Splits,
  takeRows,
} from "./data/data_set.ts";
export { dataSetOf, type DataSetOfOptions } from "./data/data_set_of.ts";
export type { NdArray, NumberArray } from "./data/elements.ts";
export { sideBySide, type SideBySideOptions } from "./data/side_by_side.ts";
export { splitData, type SplitDataOptions } from "./data/split_data.ts";
export type { DataBatch, StreamedSplits } from "./data/stream.ts";

// Layers: what a model is made of.
export { augmentation, type AugmentationOptions } from "./nn/augmentation.ts";
export { avgPool2d } from "./nn/avg_pool2d.ts";
export { activation, type ActivationName } from "./nn/activation.ts";
export { batchNorm, type BatchNormOptions } from "./nn/batch_norm.ts";
export { layerNorm, type LayerNormOptions } from "./nn/layer_norm.ts";
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
export type {
  ApplyOptions,
  BuiltLayer,
  Layer,
  LayerOptions,
  LayerState,
  NamedLayer,
  Parameter,
} from "./nn/layer.ts";
export { parameter } from "./nn/layer.ts";
export { maxPool2d } from "./nn/max_pool2d.ts";
export type { LayerMakers } from "./nn/registry.ts";
export type { Pair } from "./nn/pair.ts";
export type { Padding, PaddingOption } from "./nn/padding.ts";
export type { AvgPoolOptions, MaxPoolOptions, PoolLayerOptions } from "./nn/pool.ts";
export { reshape } from "./nn/reshape.ts";
export { standardize, type StandardizedRows } from "./nn/standardize.ts";
export type { WeightPenaltyOptions } from "./nn/weight_penalty.ts";
export { tiedDense, type TiedDenseOptions } from "./nn/tied_dense.ts";
export { upsample2d, type Upsample2dOptions, type UpsampleMode } from "./nn/upsample2d.ts";
export type { Activation } from "./ops/_activation.ts";
export type { Flip } from "./ops/augment.ts";
export type { Corruption } from "./ops/corrupt.ts";

// Models: layers put together, cut apart, and the weights that belong to them.
export { countParameters, initializeWeights, sequential, summary, type Weights } from "./nn/model.ts";
export { addValues, elementwise, residual, type ResidualOptions } from "./nn/elementwise.ts";
export {
  input,
  type Model,
  modelOf,
  type NamedShape,
  type Origin,
  type Part,
  share,
  through,
  type Value,
} from "./nn/network.ts";
export { concat, type ConcatOptions } from "./nn/concat.ts";
export { pad, type PadOptions, slice, type SliceOptions, transpose } from "./nn/rearrange.ts";
export { sampleNormal } from "./nn/sample_normal.ts";
export type { Gives, ModelScaling } from "./nn/recorded.ts";
export { firstLayers, joinModels, sliceLayers } from "./train/compose.ts";
export { type ExplainOptions, explainTraining } from "./train/explain.ts";
export { cutModel, type CutOptions } from "./train/cut_model.ts";

// Losses: what training lowers.
export type { NoOptions } from "./core/option_names.ts";
export { crossEntropy, type CrossEntropyOptions } from "./nn/cross_entropy.ts";
export type {
  ClassifierLoss,
  Loss,
  LossInputs,
  LossWithAccuracy,
  Penalty,
  PenaltyInputs,
} from "./nn/loss.ts";
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
export { lossesOf, type OutputLoss } from "./nn/losses_of_outputs.ts";
export { type SparsityOptions, withSparsity } from "./nn/sparsity.ts";

// Optimizers: how gradients become updates.
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
export type { ClipOptions } from "./train/clipping.ts";

// Schedules: learning rates that change while training goes on.
export { type PlateauOptions, reduceOnPlateau } from "./train/plateau.ts";
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

// Training: to the end, further, or layer by layer.
export type { CheckpointOptions } from "./train/checkpoint.ts";
export {
  type ClassifierFitResult,
  type EpochControls,
  type EpochRecord,
  fit,
  type FitOptions,
  type FitResult,
  type FitResultWithAccuracy,
  type SplitResult,
  type StopReason,
} from "./train/fit.ts";
export { type Pretrained, pretrainLayers, type PretrainOptions } from "./train/pretrain.ts";
export type { RewriteName } from "./train/rewrites.ts";
export type { OnSteps } from "./train/session_plan.ts";
export type { SessionPlace, SessionState, TrainingEnd } from "./train/session_state.ts";
export type { Monitor, StopMode, StopOptions } from "./train/stop.ts";

// Using: what a trained model answers, and how well.
export type { Rows } from "./train/answer_program.ts";
export {
  type Averaging,
  type ClassificationReport,
  classificationReport,
  type ClassScores,
  type ConfusionMatrix,
  type Scores,
} from "./train/metrics.ts";
export {
  classify,
  evaluate,
  type Evaluation,
  layerOutputs,
  predict,
  type PredictOptions,
} from "./train/predict.ts";
export {
  type Classification,
  openPredictor,
  type Predictor,
  type PredictorOptions,
} from "./train/predictor.ts";

// Saving: trained models as files, or as their bytes.
export {
  decodeModel,
  type DecodeModelOptions,
  encodeModel,
  loadModel,
  type LoadModelOptions,
  saveModel,
  type Trained,
} from "./train/saved.ts";
export { fromTorch, type TorchOptions, toTorch } from "./train/torch.ts";

// Executors: what all of it runs on.
export { type Backend, type Choice, chooseExecutor, type ChooseOptions } from "./exec/choose.ts";
export { tuneEngine } from "./exec/engine.ts";
export type { GpuProvider } from "./exec/webgpu_adapter.ts";
export type { BackendName, Executor, LoadOptions, Program } from "./exec/executor.ts";

// Graphs and ops of one's own: values, elementwise maths, gradients, plans.
export type { Step } from "./core/step.ts";
export type { DType, Shape, TensorType, TypedArray } from "./core/tensor.ts";
export { gradients, type Objective } from "./ir/gradients.ts";
export { arena, leaf, type LeafRole } from "./ir/leaf.ts";
export type {
  Attr,
  Attrs,
  CallTypes,
  CaseInput,
  Fill,
  Node,
  Op,
  OpCase,
  ReferenceCall,
  SecondDispatch,
  View,
  WasmDispatch,
  WgslDispatch,
} from "./ir/op.ts";
export {
  type BufferRole,
  compile,
  type CompileOptions,
  type Plan,
  type PlanBuffer,
  type PlanCall,
  type PlanOperand,
} from "./ir/plan.ts";
export type { Rewrite, Roots } from "./ir/rewrite.ts";
export { atan, cos, sin } from "./ops/expression/angles.ts";
export {
  abs,
  ceil,
  constant,
  erf,
  exp,
  type Expr,
  type ExprKind,
  type ExprLike,
  floor,
  log,
  log1p,
  maximum,
  minimum,
  pow,
  round,
  sigmoid,
  sign,
  sqrt,
  tanh,
  where,
} from "./ops/expression/expression.ts";
export type { BinaryKind, Comparison, UnaryKind } from "./ops/expression/meaning.ts";
export { argmax } from "./ops/argmax.ts";
export { map, type MapOptions } from "./ops/map.ts";
export { reduceMax, reduceMean, reduceMin, type ReduceOptions, reduceSum } from "./ops/reduce.ts";
/** Functions that make the nodes of the library's ops, for layers, losses and ops of one's own. */
export * as ops from "./ops/nodes.ts";
export { type OwnOp, ownOp } from "./ops/own_op.ts";
export { take } from "./ops/take.ts";

export { node } from "./ir/node.ts";

// What any of it throws.
export { DescentError } from "./core/errors.ts";
