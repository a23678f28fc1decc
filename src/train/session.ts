/** A training session: a model and a data set compiled into one plan, loaded on one executor. */
import { require } from "../core/errors.ts";
import type { Step } from "../core/step.ts";
import type { TypedArray } from "../core/tensor.ts";
import type { Node } from "../ir/node.ts";
import type { Executor, Program } from "../exec/executor.ts";
import { batches, epochOrder } from "../data/order.ts";
import type { DataSet, Splits } from "../data/mnist.ts";
import { checkWeights, type Model, type Weights } from "../nn/model.ts";
import { COLUMN } from "./graph.ts";
import type { ConfusionMatrix } from "./metrics.ts";
import {
  evaluationBatch,
  planSession,
  type SessionOptions,
  type SessionPlan,
  sessionSizes,
} from "./session_plan.ts";

export { planSession, type SessionOptions, type SessionPlan, sessionSizes } from "./session_plan.ts";

export const SPLIT_NAMES = ["train", "validation", "test"] as const;
export type SplitName = typeof SPLIT_NAMES[number];

/** A run of steps lasts about this long, so that progress is shown and Ctrl-C is heard. */
const CHUNK_MS = 80;

/** Means over rows. */
export interface Means {
  readonly loss: number;
  readonly accuracy: number;
}

/** Steps of the current epoch that are done, of all. */
export type OnSteps = (done: number, all: number) => void;

/** What to do while an epoch runs. */
export interface EpochOptions {
  readonly onSteps?: OnSteps;
  /** Aborting it ends the epoch between two steps, by throwing its reason. */
  readonly signal?: AbortSignal;
}

/** Owns the loaded program of one training. Nothing is allocated on the device after it is opened. */
export class Session {
  readonly stepsPerEpoch: number;
  /** How long a step of each routine took last. */
  readonly #stepMs = new Map<string, number>();
  #step = 0;
  #pausedMs = performance.now();

  private constructor(
    readonly model: Model,
    readonly data: Splits,
    readonly program: Program,
    private readonly compiled: SessionPlan,
    private readonly options: SessionOptions,
  ) {
    this.stepsPerEpoch = batches(data.train.rows, options.batch).length;
  }

  /** Compiles, loads, and writes data and weights. Close it when done. */
  static async open(
    model: Model,
    data: Splits,
    { executor, weights, ...options }: SessionOptions & {
      readonly executor: Executor;
      readonly weights: Weights;
    },
  ): Promise<Session> {
    checkWeights(model, weights);
    const compiled = planSession(model, sessionSizes(data), { ...options, backend: executor.name });
    const program = await executor.load(compiled.plan);
    const { table, training, evaluation } = compiled;
    const sets = SPLIT_NAMES.map((name) => data[name]);
    program.write(table.images, concat(sets.map(({ images }) => images)));
    program.write(table.labels, concat(sets.map(({ labels }) => labels)));
    program.write(training.order, counting(data.train.rows));
    program.write(evaluation.order, counting(table.labels.type.shape[0]!));
    const session = new Session(model, data, program, compiled, options);
    session.setWeights(weights);
    return session;
  }

  /** Trains for one epoch, counted from 0; resolves to the means while training, that is before each update. */
  async trainEpoch(epoch: number, options: EpochOptions = {}): Promise<Means> {
    return await this.#means(this.compiled.training.metrics, await this.#train(epoch, options));
  }

  /**
   * As `trainEpoch`, and measures the validation set after it, if that holds images. Both are read together: on a GPU a
   * wait for a result is long.
   */
  async epoch(
    epoch: number,
    options: EpochOptions = {},
  ): Promise<{ readonly training: Means; readonly validation?: Means }> {
    const steps = await this.#train(epoch, options), { training, evaluation } = this.compiled;
    if (this.data.validation.rows === 0) return { training: await this.#means(training.metrics, steps) };
    const measured = this.#evaluationSteps("validation");
    await this.#run("validate", measured, {});
    const [trained, validation] = await Promise.all([
      this.#means(training.metrics, steps),
      this.#means(evaluation.metrics, measured),
    ]);
    return { training: trained, validation };
  }

  async #train(epoch: number, { onSteps, signal }: EpochOptions): Promise<readonly Step[]> {
    const { optimizer, seed, batch, shuffle = true } = this.options, { rows } = this.data.train;
    const { order } = this.compiled.training;
    if (this.stepsPerEpoch > 1) this.program.write(order, epochOrder(rows, { seed, epoch, shuffle }));
    const steps = batches(rows, batch).map(({ start, count }, slot): Step => {
      const step = this.#step + slot;
      return { start, count, slot, step, seed, scalars: optimizer.scalars(step) };
    });
    await this.#run("train", steps, { ...(onSteps && { onSteps }), ...(signal && { signal }) });
    this.#step += steps.length;
    return steps;
  }

  /** Mean loss and accuracy on one of the three sets. */
  async validate(name: SplitName): Promise<Means> {
    const steps = this.#evaluationSteps(name);
    await this.#run("validate", steps, {});
    return await this.#means(this.compiled.evaluation.metrics, steps);
  }

  /** Mean loss, accuracy and confusion matrix on one of the three sets. */
  async evaluate(name: SplitName): Promise<Means & { readonly confusion: ConfusionMatrix }> {
    const { counts, metrics } = this.compiled.evaluation, { classes } = this.data[name];
    const steps = this.#evaluationSteps(name), size = classes.length;
    this.program.write(counts, new Uint32Array(size * size));
    await this.#run("evaluate", steps, {});
    const means = await this.#means(metrics, steps), flat = await this.program.read(counts);
    const rows = classes.map((_, row) => Array.from(flat.subarray(row * size, (row + 1) * size)));
    return { ...means, confusion: { classes, counts: rows } };
  }

  /** The trained values as they are now. */
  async weights(): Promise<Weights> {
    const entries: [string, Float32Array][] = [];
    for (const { node } of this.model.parameters) {
      entries.push([node.label, Float32Array.from(await this.program.read(node))]);
    }
    return new Map(entries);
  }

  setWeights(weights: Weights): void {
    for (const { node } of this.model.parameters) this.program.write(node, weights.get(node.label)!);
  }

  close(): void {
    this.program.close();
  }

  #evaluationSteps(name: SplitName): readonly Step[] {
    const before = SPLIT_NAMES.slice(0, SPLIT_NAMES.indexOf(name));
    const offset = before.reduce((sum, other) => sum + this.data[other].rows, 0), { rows } = this.data[name];
    require(rows > 0, () => `The ${name} set is empty: there is nothing to evaluate`);
    return batches(rows, evaluationBatch(this.compiled.table)).map(({ start, count }, slot) => ({
      start: offset + start,
      count,
      slot,
      step: 0,
      seed: this.options.seed,
      scalars: [],
    }));
  }

  /** Runs the steps in pieces of about `CHUNK_MS`; throws the signal's reason when it aborts. */
  async #run(
    routine: string,
    steps: readonly Step[],
    { onSteps, signal }: { onSteps?: OnSteps; signal?: AbortSignal },
  ) {
    for (let done = 0; done < steps.length;) {
      signal?.throwIfAborted();
      const count = Math.max(1, Math.floor(CHUNK_MS / (this.#stepMs.get(routine) ?? CHUNK_MS)));
      const piece = steps.slice(done, done + count), before = performance.now();
      await this.program.run(routine, piece);
      this.#stepMs.set(routine, Math.max(1e-3, (performance.now() - before) / piece.length));
      done += piece.length;
      onSteps?.(done, steps.length);
      await this.#letOthersRun();
    }
  }

  /** The kernels block this thread: now and then timers, signals and output must have their turn. */
  async #letOthersRun(): Promise<void> {
    if (performance.now() - this.#pausedMs < CHUNK_MS) return;
    await new Promise((resolve) => setTimeout(resolve, 0));
    this.#pausedMs = performance.now();
  }

  async #means(metrics: Node, steps: readonly Step[]): Promise<Means> {
    const table = await this.program.read(metrics), columns = metrics.type.shape[1]!;
    const rows = steps.reduce((sum, { count }) => sum + count, 0);
    const mean = (column: number) => sumColumn(table, column, columns, steps.length) / rows;
    return { loss: mean(COLUMN.loss), accuracy: mean(COLUMN.correct) };
  }
}

function sumColumn(table: TypedArray, column: number, columns: number, rows: number): number {
  let sum = 0;
  for (let row = 0; row < rows; row++) sum += table[row * columns + column]!;
  return sum;
}

function counting(count: number): Uint32Array {
  return Uint32Array.from({ length: count }, (_, i) => i);
}

function concat(parts: readonly Uint8Array[]): Uint8Array {
  const whole = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** Names of the sets that hold images. */
export function filledSplits(data: Splits): readonly SplitName[] {
  return SPLIT_NAMES.filter((name) => (data[name] satisfies DataSet).rows > 0);
}
