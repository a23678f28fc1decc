/** Graphs around a model: what one step of training and of evaluation computes. */
import { require } from "../core/errors.ts";
import { columnsOf } from "../core/tensor.ts";
import { gradients } from "../ir/gradients.ts";
import { arena, leaf } from "../ir/leaf.ts";
import type { Node } from "../ir/node.ts";
import type { ApplyOptions } from "../nn/layer.ts";
import type { Loss, LossInputs, Penalty } from "../nn/loss.ts";
import type { Model } from "../nn/model.ts";
import { add } from "../ops/add.ts";
import { assign } from "../ops/assign.ts";
import { confusion } from "../ops/confusion.ts";
import { map } from "../ops/map.ts";
import { record } from "../ops/record.ts";
import { rowWeights } from "../ops/row_weights.ts";
import { weighRows } from "../ops/weigh_rows.ts";
import type { Optimizer } from "../optim/optimizer.ts";
import { type ClipOptions, clipped } from "./clipping.ts";
import type { EncoderGraph } from "./encoder.ts";
import { penaltyGraph } from "./penalties.ts";
import { gatherBatch, type TableBatch, type TableLeaves } from "./table.ts";

/**
 * Columns of a metrics table: sums over the rows of one step; of penalties, their sum for the step. Where rows weigh
 * differently, losses and right answers count by their weights, whose sums stand beside them.
 */
export const COLUMN = { loss: 0, correct: 1, penalty: 2, divisor: 3, weight: 4 } as const;
/** The first ones are all that is recorded where all rows weigh the same. */
const PLAIN_COLUMNS = 4, ALL_COLUMNS = 8;
/** Most classes with a confusion matrix: a count for each two of 1,024 takes 4 MiB, of 65,536 it would take 16 GiB. */
export const MOST_PAIRED_CLASSES = 1024;

export interface TrainingGraph {
  readonly roots: readonly Node[];
  /** Rows of the table in the order of this epoch: u32 [rows]. */
  readonly order: Node;
  /** One row per step of an epoch: sums of losses and of correct answers, and the penalties. */
  readonly metrics: Node;
  /** Leaves that the host writes once, with their values. */
  readonly constants: ReadonlyMap<Node, ArrayLike<number>>;
  /** What the optimizer keeps, zero at the start. */
  readonly states: readonly Node[];
  /** Whether the loss has penalties. */
  readonly hasPenalties: boolean;
}

/**
 * One training step: gather a batch, forward, backward, clip where asked, update, record. Layers named in `frozen` keep
 * their parameters.
 */
export function trainingGraph(
  model: Model,
  table: TableLeaves,
  { rows, batch, steps, loss, optimizer, clip, encoder, frozen = [] }: {
    /** That it goes through in an epoch, the first of the table. */
    readonly rows: number;
    readonly batch: number;
    /** Where the rows of the table are other ones at each step: how many make up an epoch. */
    readonly steps?: number | undefined;
    readonly loss: Loss;
    readonly optimizer: Optimizer;
    readonly clip?: ClipOptions | undefined;
    readonly encoder?: EncoderGraph | undefined;
    readonly frozen?: readonly string[] | undefined;
  },
): TrainingGraph {
  const count = steps ?? Math.ceil(rows / batch), whole = steps === undefined && count === 1;
  // The whole set in one batch never changes: its order is constant data, so the planner gathers it once.
  const order = leaf(whole || steps !== undefined ? "data" : "input", "order", [rows], "u32");
  const options = { rows: Math.min(batch, rows), whole };
  const given = gatherBatch(model, { table, order, encoder }, options), { x, targets } = given;
  const updates = new Map<Node, Node>(), rowShares = rowWeights(options.rows);
  const applied = appliedModel(model, x, {
    training: true,
    rowShares,
    frozen,
    update: (state, value) => void updates.set(state, value),
  });
  const { layers } = applied, inputs = { ...applied.outputs, x, ...(targets && { targets }) };
  const losses = loss.rows(inputs), seed = sharesOf(given, rowShares);
  // A penalty weighs rows as the set does, not as classes do.
  const { weights } = given, counting = given.divisors === undefined ? seed : weighRows(weights!, weights!);
  const penalties = penaltyGraph([
    ...loss.penalties?.({ layers, rowWeights: counting }) ?? [],
    ...ownPenalties(model, frozen),
  ], counting);
  const members = trainedParameters(model, frozen);
  const grads = gradients([{ value: losses, seed }, ...penalties.objectives], members, add);
  const params = arena("params", members), dParams = arena("grads", grads);
  const states = optimizer.states.map((name) => leaf("state", name, params.type.shape));
  const metrics = metricsTable("train_metrics", count, given);
  return {
    roots: [
      ...records(loss, losses, { inputs, given, metrics }),
      ...(penalties.shares ? [record(penalties.shares, metrics, COLUMN.penalty)] : []),
      ...Array.from(updates, ([state, value]) => assign(state, value)),
      optimizer.update(params, clipped(dParams, clip), states),
    ],
    order,
    metrics,
    constants: new Map<Node, ArrayLike<number>>([...penalties.constants, ...loss.constants ?? []]),
    states,
    hasPenalties: penalties.shares !== undefined,
  };
}

/** The share of each row in a mean over the batch. */
function sharesOf({ weights, divisors }: TableBatch, plain: Node): Node {
  return weights === undefined ? plain : weighRows(weights, divisors ?? weights);
}

/** What training lowers of the layers' parameters themselves, but for those that stay as they are. */
function ownPenalties({ layers }: Model, frozen: readonly string[]): readonly Penalty[] {
  const own = layers.filter(({ name, sharedWith }) => sharedWith === undefined && !frozen.includes(name));
  return own.flatMap(({ built }) => built.penalties?.() ?? []);
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
  /** What the model gives, [rows, classes]. Absent where nothing is compared with classes. */
  readonly logits?: Node;
  /** u32 [classes, classes], added to. Absent where there are no logits, or more than `MOST_PAIRED_CLASSES`, or rows that do not count. */
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
  const { rows } = table, classes = columnsOf(model.outputShape);
  const order = leaf("data", "evaluation_order", [rows], "u32");
  const given = gatherBatch(model, { table, order, encoder }, { rows: batch, label: "evaluation/" });
  const { x, targets } = given;
  // Three sets end in at most two more short batches than one would.
  const { outputs } = appliedModel(model, x), { output } = outputs;
  const metrics = metricsTable("evaluation_metrics", Math.ceil(rows / batch) + 2, given);
  const inputs = { ...outputs, x, ...(targets && { targets }) };
  const roots = records(loss, loss.rows(inputs), { inputs, given, metrics });
  if (loss.compares !== "classes") return { roots, fullRoots: roots, order, metrics };
  if (classes > MOST_PAIRED_CLASSES || loss.ignore !== undefined) {
    return { roots, fullRoots: roots, order, metrics, logits: output };
  }
  const counts = leaf("input", "confusion", [classes, classes], "u32"), logits = output;
  return {
    roots,
    fullRoots: [...roots, confusion(logits, targets!, counts)],
    order,
    metrics,
    logits,
    counts,
  };
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
function records(
  loss: Loss,
  losses: Node,
  { inputs, given: { weights, divisors }, metrics }: {
    readonly inputs: LossInputs;
    readonly given: TableBatch;
    readonly metrics: Node;
  },
): readonly Node[] {
  const correct = loss.correct?.(inputs);
  const weighed = (value: Node) =>
    weights === undefined
      ? value
      : map([value, weights], (v, w) => v.mul(w), { label: `${value.label}/weighed` });
  return [
    record(weighed(losses), metrics, COLUMN.loss),
    ...(correct === undefined ? [] : [record(weighed(correct), metrics, COLUMN.correct)]),
    ...(weights === undefined
      ? []
      : [record(divisors ?? weights, metrics, COLUMN.divisor), record(weights, metrics, COLUMN.weight)]),
  ];
}

/** What a model gives for `x`: its outputs, and what each layer gives by the layer's name. */
export function appliedModel(model: Model, x: Node, options: Partial<ApplyOptions> = {}) {
  const values = model.values([x], options);
  const outputs = Object.fromEntries(model.outputs.map(({ name, at }) => [name, values[at]!]));
  return {
    outputs: { output: values[model.outputs[0]!.at]!, outputs },
    layers: new Map(model.layers.map(({ name }, i) => [name, values[model.inputs.length + i]!])),
  };
}

function metricsTable(label: string, steps: number, { weights }: TableBatch): Node {
  return leaf("state", label, [steps, weights === undefined ? PLAIN_COLUMNS : ALL_COLUMNS]);
}
