/** Graphs around a model: what one step of training, of evaluation and of prediction computes. */
import { require } from "../core/errors.ts";
import { columnsOf, formatShape, sizeOf } from "../core/tensor.ts";
import { gradients } from "../ir/gradients.ts";
import { arena, leaf } from "../ir/leaf.ts";
import type { Node } from "../ir/node.ts";
import type { ApplyOptions } from "../nn/layer.ts";
import type { Loss, LossInputs } from "../nn/losses.ts";
import type { Model } from "../nn/model.ts";
import { add } from "../ops/add.ts";
import { confusion } from "../ops/confusion.ts";
import { gather, type GatherOptions } from "../ops/gather.ts";
import { gatherLabels } from "../ops/gather_labels.ts";
import { record } from "../ops/record.ts";
import { reshape } from "../ops/reshape.ts";
import { rowWeights } from "../ops/row_weights.ts";
import { softmax } from "../ops/softmax.ts";
import type { Optimizer } from "../optim/optimizer.ts";
import { type ClipOptions, clipped } from "./clipping.ts";
import { checkEncoder, type EncoderGraph } from "./encoder.ts";
import { penaltyGraph } from "./penalties.ts";

/** Columns of a metrics table: sums over the rows of one step; of penalties, their sum for the step. */
export const COLUMN = { loss: 0, correct: 1, penalty: 2 } as const;
const METRIC_COLUMNS = 4;
/** Most classes with a confusion matrix: a count for each two of 1,024 takes 4 MiB, of 65,536 it would take 16 GiB. */
export const MOST_PAIRED_CLASSES = 1024;

/** The data set as it lies on the device: pixels as bytes, scaled while a batch is gathered, and class indices. */
export interface TableLeaves {
  readonly images: Node;
  readonly labels: Node;
}

export function tableLeaves(rows: number, pixels: number): TableLeaves {
  return {
    images: leaf("data", "images", [rows, pixels], "u8"),
    labels: leaf("data", "labels", [rows], "u32"),
  };
}

export interface TrainingGraph {
  readonly roots: readonly Node[];
  /** Rows of the training set in the order of this epoch: u32 [rows]. */
  readonly order: Node;
  /** One row per step of an epoch: sums of losses and of correct answers, and the penalties. */
  readonly metrics: Node;
  /** Leaves that the host writes once, with their values. */
  readonly constants: ReadonlyMap<Node, Float64Array>;
  /** What the optimizer keeps, zero at the start. */
  readonly states: readonly Node[];
}

/**
 * One training step: gather a batch, forward, backward, clip where asked, update, record. Layers named in `frozen` keep their parameters.
 */
export function trainingGraph(
  model: Model,
  table: TableLeaves,
  { rows, batch, loss, optimizer, clip, encoder, frozen = [] }: {
    readonly rows: number;
    readonly batch: number;
    readonly loss: Loss;
    readonly optimizer: Optimizer;
    readonly clip?: ClipOptions | undefined;
    readonly encoder?: EncoderGraph | undefined;
    readonly frozen?: readonly string[] | undefined;
  },
): TrainingGraph {
  const steps = Math.ceil(rows / batch), whole = steps === 1;
  // The whole set in one batch never changes: its order is constant data, so the planner gathers it once.
  const order = leaf(whole ? "data" : "input", "order", [rows], "u32");
  const options = { rows: Math.min(batch, rows), whole };
  const x = gatherInputs(model, encoder, { table: table.images, order }, { ...options, label: "x" });
  const labels = gatherLabels(table.labels, order, { ...options, label: "y" });
  const layers = layersOf(model, x, { training: true }), output = layers.get(model.layers.at(-1)!.name)!;
  const inputs = { output, labels, x }, losses = loss.rows(inputs), seed = rowWeights(options.rows);
  const penalties = penaltyGraph(loss, { layers, rowWeights: seed });
  const members = trainedParameters(model, frozen);
  const grads = gradients([{ value: losses, seed }, ...penalties.objectives], members, add);
  const params = arena("params", members), dParams = arena("grads", grads);
  const states = optimizer.states.map((name) => leaf("state", name, params.type.shape));
  const metrics = metricsTable("train_metrics", steps);
  return {
    roots: [
      ...records(loss, losses, inputs, metrics),
      ...(penalties.shares ? [record(penalties.shares, metrics, COLUMN.penalty)] : []),
      optimizer.update(params, clipped(dParams, clip), states),
    ],
    order,
    metrics,
    constants: penalties.constants,
    states,
  };
}

export interface EvaluationGraph {
  /** Losses and correct answers alone: for every epoch. */
  readonly roots: readonly Node[];
  /** The same and the confusion matrix, where there is one: for the end. */
  readonly fullRoots: readonly Node[];
  /** Positions 0 … rows-1: evaluation goes through the table as it lies. */
  readonly order: Node;
  /** A row for each batch of the three sets, one set after another. */
  readonly metrics: Node;
  /** What the model gives, [rows, classes]. Absent where the loss knows no right or wrong. */
  readonly logits?: Node;
  /** u32 [classes, classes], added to. Absent where there are no logits, or more than `MOST_PAIRED_CLASSES`. */
  readonly counts?: Node;
}

/** One step of evaluation: a batch of the table, forward, record. */
export function evaluationGraph(
  model: Model,
  table: TableLeaves,
  { batch, loss, encoder }: {
    readonly batch: number;
    readonly loss: Loss;
    readonly encoder?: EncoderGraph | undefined;
  },
): EvaluationGraph {
  const rows = table.labels.type.shape[0]!, classes = columnsOf(model.outputShape);
  const order = leaf("data", "evaluation_order", [rows], "u32");
  const given = { table: table.images, order };
  const x = gatherInputs(model, encoder, given, { rows: batch, label: "evaluation/x" });
  const labels = gatherLabels(table.labels, order, { rows: batch, label: "evaluation/y" });
  // Three sets end in at most two more short batches than one would.
  const output = model.apply(x), metrics = metricsTable("evaluation_metrics", Math.ceil(rows / batch) + 2);
  const inputs = { output, labels, x };
  const roots = records(loss, loss.rows(inputs), inputs, metrics);
  if (loss.correct === undefined) return { roots, fullRoots: roots, order, metrics };
  if (classes > MOST_PAIRED_CLASSES) return { roots, fullRoots: roots, order, metrics, logits: output };
  const counts = leaf("input", "confusion", [classes, classes], "u32"), logits = output;
  return { roots, fullRoots: [...roots, confusion(logits, labels, counts)], order, metrics, logits, counts };
}

/** A batch of rows of the table as numbers, in the shape that the model takes. */
function gatherImages(model: Model, table: Node, order: Node, options: GatherOptions): Node {
  const x = gather(table, order, options);
  return reshape(x, model.inputShape, x.label);
}

/** What the model is given: a batch of images, or their codes. */
function gatherInputs(
  model: Model,
  encoder: EncoderGraph | undefined,
  { table, order }: { readonly table: Node; readonly order: Node },
  options: GatherOptions,
): Node {
  const images = gatherImages(encoder?.model ?? model, table, order, options);
  return encoder === undefined ? images : reshape(encoder.apply(images), model.inputShape, "code");
}

/** The parameters that training changes: all but those of frozen layers. Throws on an unknown name, and when none is left. */
export function trainedParameters({ layers }: Model, frozen: readonly string[]): readonly Node[] {
  const unknown = frozen.find((name) => layers.every((layer) => layer.name !== name));
  require(
    unknown === undefined,
    () =>
      `Cannot freeze layer "${unknown}": the model has no such layer, it has ${
        layers.map(({ name }) => name).join(", ")
      }`,
  );
  const members = layers.filter(({ name }) => !frozen.includes(name)).flatMap(({ built }) =>
    built.parameters
  );
  require(
    members.length > 0,
    () =>
      frozen.length === 0
        ? "The model has no parameters to train"
        : `All layers with parameters are frozen: leave one of ${frozen.join(", ")} out`,
  );
  return members.map(({ node }) => node);
}

/** Writes what a step shows: its losses, and its right answers where the loss knows them. */
function records(loss: Loss, losses: Node, inputs: LossInputs, metrics: Node): readonly Node[] {
  const correct = loss.correct?.(inputs);
  return [
    record(losses, metrics, COLUMN.loss),
    ...(correct === undefined ? [] : [record(correct, metrics, COLUMN.correct)]),
  ];
}

/** A batch of images given as bytes, in the order in which they lie. */
export interface ImageBatch {
  readonly images: Node;
  readonly order: Node;
  readonly x: Node;
}

function imageBatch(model: Model, batch: number): ImageBatch {
  const images = leaf("input", "images", [batch, sizeOf(model.inputShape)], "u8");
  const order = leaf("data", "order", [batch], "u32");
  return { images, order, x: gatherImages(model, images, order, { rows: batch }) };
}

/** What a model gives for a batch of images, and where that is a flat row, the probabilities that it means as logits. */
export function predictionGraph(
  model: Model,
  batch: number,
): ImageBatch & { readonly logits: Node; readonly probabilities?: Node } {
  const given = imageBatch(model, batch), logits = model.apply(given.x);
  return { ...given, logits, ...(model.outputShape.length === 1 && { probabilities: softmax(logits) }) };
}

/** What each layer gives for a batch of images, by the layer's name. */
export function layerGraph(
  model: Model,
  batch: number,
): ImageBatch & { readonly layers: ReadonlyMap<string, Node> } {
  const given = imageBatch(model, batch);
  return { ...given, layers: layersOf(model, given.x, { training: false }) };
}

function layersOf(model: Model, x: Node, options: ApplyOptions): ReadonlyMap<string, Node> {
  const layers = new Map<string, Node>();
  let value = x;
  for (const { name, built } of model.layers) {
    value = built.apply(value, options);
    layers.set(name, value);
  }
  return layers;
}

/**
 * Refuses a model whose input does not fit the images, or the codes that an encoder gives of them, or whose output the
 * loss cannot compare with those or with the classes.
 */
export function checkModel(
  model: Model,
  { pixels, classes, encoder }: {
    readonly pixels: number;
    readonly classes: number;
    readonly encoder?: Model | undefined;
  },
  loss: Loss,
): void {
  if (encoder !== undefined) checkEncoder(encoder, model, pixels);
  const given = encoder === undefined ? pixels : sizeOf(encoder.outputShape);
  if (loss.correct !== undefined) return checkClassifier(model, given, classes);
  checkInput(model, given);
  require(
    sizeOf(model.outputShape) === given,
    () =>
      `The model gives ${formatShape(model.outputShape)}, the ${
        encoder === undefined ? `images have ${given} pixels` : `codes have ${given} values`
      }: the ${loss.name} compares each with one value`,
  );
}

function checkInput(model: Model, pixels: number): void {
  require(
    sizeOf(model.inputShape) === pixels,
    () => `The model takes rows of shape ${formatShape(model.inputShape)}, the images have ${pixels} pixels`,
  );
}

/** Refuses a classifier whose input or output does not fit the images or the classes. */
export function checkClassifier(model: Model, pixels: number, classes: number): void {
  checkInput(model, pixels);
  require(
    model.outputShape.length === 1 && model.outputShape[0] === classes,
    () =>
      `The model gives ${
        formatShape(model.outputShape)
      }, the data has ${classes} classes: end it with dense(${classes})`,
  );
}

function metricsTable(label: string, steps: number): Node {
  return leaf("state", label, [steps, METRIC_COLUMNS]);
}
