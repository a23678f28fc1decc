/** Graphs around a model: what one step of training, of evaluation and of prediction computes. */
import { require } from "../core/errors.ts";
import { columnsOf, formatShape, sizeOf } from "../core/tensor.ts";
import { gradients } from "../ir/gradients.ts";
import { arena, leaf } from "../ir/leaf.ts";
import type { Node } from "../ir/node.ts";
import type { Loss, LossInputs } from "../nn/losses.ts";
import type { Model } from "../nn/model.ts";
import { add } from "../ops/add.ts";
import { confusion } from "../ops/confusion.ts";
import { gather } from "../ops/gather.ts";
import { gatherLabels } from "../ops/gather_labels.ts";
import { record } from "../ops/record.ts";
import { rowWeights } from "../ops/row_weights.ts";
import { softmax } from "../ops/softmax.ts";
import type { Optimizer } from "../optim/optimizer.ts";

/** Columns of a metrics table: sums over the rows of one step. */
export const COLUMN = { loss: 0, correct: 1 } as const;
const METRIC_COLUMNS = 4;

/** The data set as it lies on the device: bytes, scaled while a batch is gathered. */
export interface TableLeaves {
  readonly images: Node;
  readonly labels: Node;
}

export function tableLeaves(rows: number, pixels: number): TableLeaves {
  return {
    images: leaf("data", "images", [rows, pixels], "u8"),
    labels: leaf("data", "labels", [rows], "u8"),
  };
}

export interface TrainingGraph {
  readonly roots: readonly Node[];
  /** Rows of the training set in the order of this epoch: u32 [rows]. */
  readonly order: Node;
  /** One row per step of an epoch: sums of losses and of correct answers. */
  readonly metrics: Node;
  /** What the optimizer keeps, zero at the start. */
  readonly states: readonly Node[];
}

/** One training step: gather a batch, forward, backward, update, record. */
export function trainingGraph(
  model: Model,
  table: TableLeaves,
  { rows, batch, loss, optimizer }: {
    readonly rows: number;
    readonly batch: number;
    readonly loss: Loss;
    readonly optimizer: Optimizer;
  },
): TrainingGraph {
  const steps = Math.ceil(rows / batch), whole = steps === 1;
  // The whole set in one batch never changes: its order is constant data, so the planner gathers it once.
  const order = leaf(whole ? "data" : "input", "order", [rows], "u32");
  const options = { rows: Math.min(batch, rows), whole };
  const x = gather(table.images, order, { ...options, label: "x" });
  const labels = gatherLabels(table.labels, order, { ...options, label: "y" });
  const output = model.apply(x, { training: true }), losses = loss.rows({ output, labels, x });
  const members = model.parameters.map(({ node }) => node);
  const grads = gradients([{ value: losses, seed: rowWeights(options.rows) }], members, add);
  const params = arena("params", members), dParams = arena("grads", grads);
  const states = optimizer.states.map((name) => leaf("state", name, params.type.shape));
  const metrics = metricsTable("train_metrics", steps);
  return {
    roots: [
      ...records(loss, losses, { output, labels, x }, metrics),
      optimizer.update(params, dParams, states),
    ],
    order,
    metrics,
    states,
  };
}

export interface EvaluationGraph {
  /** Losses and correct answers alone: for every epoch. */
  readonly roots: readonly Node[];
  /** The same and the confusion matrix: for the end. */
  readonly fullRoots: readonly Node[];
  /** Positions 0 … rows-1: evaluation goes through the table as it lies. */
  readonly order: Node;
  readonly metrics: Node;
  /** u32 [classes, classes], added to. */
  readonly counts: Node;
}

/** One step of evaluation: a batch of the table, forward, record. */
export function evaluationGraph(
  model: Model,
  table: TableLeaves,
  { batch, loss }: { readonly batch: number; readonly loss: Loss },
): EvaluationGraph {
  const rows = table.labels.type.shape[0]!, classes = columnsOf(model.outputShape);
  const order = leaf("data", "evaluation_order", [rows], "u32");
  const x = gather(table.images, order, { rows: batch, label: "evaluation/x" });
  const labels = gatherLabels(table.labels, order, { rows: batch, label: "evaluation/y" });
  const output = model.apply(x), metrics = metricsTable("evaluation_metrics", Math.ceil(rows / batch));
  const counts = leaf("input", "confusion", [classes, classes], "u32");
  const inputs = { output, labels, x };
  const roots = records(loss, loss.rows(inputs), inputs, metrics);
  return { roots, fullRoots: [...roots, confusion(output, labels, counts)], order, metrics, counts };
}

/** Writes what a step shows: its losses, and its right answers where the loss knows them. */
function records(loss: Loss, losses: Node, inputs: LossInputs, metrics: Node): readonly Node[] {
  const correct = loss.correct?.(inputs);
  return [
    record(losses, metrics, COLUMN.loss),
    ...(correct === undefined ? [] : [record(correct, metrics, COLUMN.correct)]),
  ];
}

/** Class probabilities of a batch of images given as bytes. */
export function predictionGraph(model: Model, batch: number) {
  const images = leaf("input", "images", [batch, sizeOf(model.inputShape)], "u8");
  const order = leaf("data", "order", [batch], "u32");
  const x = gather(images, order, { rows: batch });
  return { images, order, probabilities: softmax(model.apply(x)) };
}

/** Refuses a classifier whose input or output does not fit the images or the classes. */
export function checkClassifier(model: Model, pixels: number, classes: number): void {
  require(
    sizeOf(model.inputShape) === pixels,
    () => `The model takes rows of shape ${formatShape(model.inputShape)}, the images have ${pixels} pixels`,
  );
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
