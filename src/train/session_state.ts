/** Where a session stands, whole enough to be taken up bit for bit. The random numbers need no saving: they are counted. */
import { DivergedError } from "../core/errors.ts";
import type { TypedArray } from "../core/tensor.ts";
import type { Program } from "../exec/executor.ts";
import type { Node } from "../ir/node.ts";
import { findNotFinite, type Model, modelLeaves, type Weights } from "../nn/model.ts";
import type { ScheduleState } from "./schedule.ts";
import type { SessionPlan } from "./session_plan.ts";

/** How far training is. */
export interface SessionPlace {
  /** The epoch under way, from 0; as many are over. */
  readonly epoch: number;
  /** Steps of that epoch that are done. */
  readonly done: number;
  /** Updates made before that epoch. */
  readonly updates: number;
}

/** Where a session stands: how far it is, and its numbers. */
export interface SessionState extends SessionPlace {
  /**
   * By name: `parameters/dense_1/weights`; `optimizer/m`, what the optimizer keeps; within an epoch `metrics` too, the
   * sums of its steps so far. Float64 on the reference executor.
   */
  readonly tensors: ReadonlyMap<string, TypedArray>;
  /** What the schedule of the learning rate remembers; absent where it remembers nothing. */
  readonly schedule?: ScheduleState;
}

/**
 * What a training goes on with beside its weights. It holds what the optimizer keeps: with `adam` twice as much memory as
 * the weights, with plain `sgd` none; on the reference executor the weights too, in float64.
 */
export interface TrainingEnd {
  /** Without the weights where the result has them to the bit. */
  readonly state: SessionState;
  /** Parameters that were trained. */
  readonly trained: readonly string[];
  /** Rows of the training set, which matter where training was interrupted within an epoch. */
  readonly rows: number;
  /** Rows of a batch, which matter there too. */
  readonly batch: number;
  /** Whose state is remembered. */
  readonly schedule?: string;
}

/** Reads the state from the device. */
export async function readState(
  program: Program,
  nodes: ReadonlyMap<string, Node>,
  place: SessionPlace,
): Promise<SessionState> {
  const read = Array.from(nodes, async ([name, node]) => [name, await program.read(node)] as const);
  return { ...place, tensors: new Map(await Promise.all(read)) };
}

/**
 * The trained values as they are now.
 *
 * @throws DivergedError when one is NaN or infinite: a loss need not show it, as kernels pass over weights of zeros.
 */
export async function readWeights(
  program: Program,
  model: Model,
  { updates, done }: SessionPlace,
): Promise<Weights> {
  const weights = new Map<string, Float32Array>(), nodes = modelLeaves(model);
  const read = await Promise.all(nodes.map((node) => program.read(node)));
  for (const [i, { label, type }] of nodes.entries()) {
    const values = new Float32Array(read[i]!);
    const wrong = findNotFinite(values, type.shape);
    if (wrong !== undefined) {
      throw new DivergedError(
        `"${label}" is ${wrong} after ${
          updates + done
        } steps: the steps are too large; try a tenth of the learning rate`,
      );
    }
    weights.set(label, values);
  }
  return weights;
}

/** Writes it back. */
export function writeState(
  program: Program,
  nodes: ReadonlyMap<string, Node>,
  { tensors }: SessionState,
): void {
  for (const [name, node] of nodes) program.write(node, tensors.get(name)!);
}

/** What makes up the state: all that one step leaves to the next. */
export function stateNodes(
  model: Model,
  { training }: SessionPlan,
  { withMetrics }: { readonly withMetrics: boolean },
): ReadonlyMap<string, Node> {
  return new Map([
    ...modelLeaves(model).map((node) => [`parameters/${node.label}`, node] as const),
    ...training.states.map((node) => [`optimizer/${node.label}`, node] as const),
    ...(withMetrics ? [["metrics", training.metrics] as const] : []),
  ]);
}
