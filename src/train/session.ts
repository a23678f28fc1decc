/** A training session: a model and a data set compiled into one plan, loaded on one executor. */
import type { Step } from "../core/step.ts";
import { sizeOf } from "../core/tensor.ts";
import type { Executor, Program } from "../exec/executor.ts";
import type { Node } from "../ir/node.ts";
import { checkSplits } from "../data/check_set.ts";
import { type Batch, batches, epochOrder } from "../data/order.ts";
import type { Splits } from "../data/set.ts";
import { checkWeights, type Model, type Weights } from "../nn/model.ts";
import {
  type EpochMeans,
  firstBadStep,
  type Means,
  meansOf,
  penaltyOf,
  type ReadTable,
  rowsOf,
} from "./means.ts";
import type { SplitResult } from "./fit_result.ts";
import { answersReport, classificationReport, likeliestClasses } from "./metrics.ts";
import {
  type EpochOptions,
  evaluationBatch,
  evaluationSteps,
  type OnSteps,
  planSession,
  type SessionOptions,
  type SessionPlan,
  sessionSizes,
  type SplitName,
} from "./session_plan.ts";

import { observeEpoch, rateAt } from "./rates.ts";
import type { ScheduleState, UpdateTime } from "./schedule.ts";
import { checkLabelsRead, writeData } from "./session_data.ts";
import {
  readState,
  readWeights,
  type SessionPlace,
  type SessionState,
  stateNodes,
  writeState,
} from "./session_state.ts";

export type { EpochMeans, Means } from "./means.ts";
export type { EpochOptions, OnSteps } from "./session_plan.ts";
export {
  filledSplits,
  planSession,
  type SessionOptions,
  type SessionPlan,
  sessionSizes,
  SPLIT_NAMES,
  type SplitName,
} from "./session_plan.ts";

/** A run of steps lasts about this long, so that progress is shown and Ctrl-C is heard. */
const CHUNK_MS = 80;

/** Owns the loaded program of one training. Nothing is allocated on the device after it is opened. */
export class Session {
  /** The batches of an epoch. */
  readonly #epoch: readonly Batch[];
  /** How long a step of each routine took last. */
  readonly #stepMs = new Map<string, number>();
  #place: SessionPlace = { epoch: 0, done: 0, updates: 0 };
  #scheduled: ScheduleState | undefined;
  #pausedMs = performance.now();

  private constructor(
    readonly model: Model,
    readonly data: Splits,
    readonly program: Program,
    private readonly compiled: SessionPlan,
    private readonly options: SessionOptions,
  ) {
    const all = batches(data.train.rows, options.batch);
    this.#epoch = options.dropLast ? all.filter(({ count }) => count === options.batch) : all;
  }

  get stepsPerEpoch(): number {
    return this.#epoch.length;
  }

  /** Rows that an epoch trains on: all but those of a short batch that is left out. */
  get rowsPerEpoch(): number {
    return rowsOf(this.#epoch);
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
    checkSplits(data);
    checkWeights(model, weights);
    const compiled = planSession(model, sessionSizes(data), { ...options, backend: executor.name });
    checkLabelsRead(compiled, data);
    const program = await executor.load(compiled.plan);
    writeData(program, compiled, { data, encoder: options.encoder });
    const session = new Session(model, data, program, compiled, options);
    session.setWeights(weights);
    return session;
  }

  /** How far training is. */
  get place(): SessionPlace {
    return this.#place;
  }

  /** All that the next step depends on, as it is now. */
  async state(): Promise<SessionState> {
    const state = await readState(this.program, this.#stateNodes(this.#place), this.#place);
    return { ...state, ...(this.#scheduled && { schedule: this.#scheduled }) };
  }

  /** Goes on from such a state, of a session with the same plan and backend: the next bits are the same. */
  restore(state: SessionState): void {
    const { metrics } = this.compiled.training;
    // Sums of later steps, from before this call, are none of the epoch's.
    this.program.write(metrics, new Float32Array(sizeOf(metrics.type.shape)));
    writeState(this.program, this.#stateNodes(state), state);
    const { epoch, done, updates, schedule } = state;
    this.#place = { epoch, done, updates };
    this.#scheduled = schedule;
  }

  #stateNodes({ done }: SessionPlace) {
    return stateNodes(this.model, this.compiled, { withMetrics: done > 0 });
  }

  /** Trains for one epoch, counted from 0; resolves to the means while training, that is before each update. */
  async trainEpoch(epoch: number, options: EpochOptions = {}): Promise<Means> {
    return (await this.epoch(epoch, { ...options, measure: [] })).training;
  }

  /**
   * As `trainEpoch`, and measures sets after it, the validation set by default. All is read together: on a GPU a wait
   * for a result is long. An epoch that was left within, by a signal or a restored state, goes on there. What a schedule
   * watches it is told at the epoch's end.
   */
  async epoch(epoch: number, options: EpochOptions = {}): Promise<EpochMeans> {
    const { measure = ["validation"] } = options, { training, evaluation } = this.compiled;
    const sets = measure.filter((name) => this.data[name].rows > 0);
    const trained = await this.#train(epoch, options), measured = this.#stepsOn(sets);
    await this.#run("validate", measured.flatMap(({ steps }) => steps), {});
    const tables = [training.metrics, ...(sets.length > 0 ? [evaluation.metrics] : [])];
    const [during, after] = await Promise.all(tables.map((table) => this.#read(table)));
    const means: { -readonly [K in keyof EpochMeans]: EpochMeans[K] } = {
      training: { ...this.#meansOf(during!, trained), ...this.#penaltyIn(during!, trained) },
    };
    for (const { name, steps } of measured) means[name] = this.#meansOf(after!, steps);
    const { schedule } = this.options;
    if (schedule === undefined || this.#place.epoch === epoch) return means;
    const time = this.#timeOf(epoch, this.#place.updates - 1);
    const learningRate = rateAt(this.options, time, this.#scheduled)!;
    this.#scheduled = observeEpoch(this.options, means, { time, state: this.#scheduled });
    return { ...means, learningRate };
  }

  #timeOf(epoch: number, update: number): UpdateTime {
    return { update, epoch, stepsPerEpoch: this.#epoch.length };
  }

  async #train(epoch: number, { onSteps, signal, until = Infinity }: EpochOptions): Promise<readonly Step[]> {
    const { updates } = this.#place, before = this.#place.epoch === epoch ? this.#place.done : 0;
    const steps = this.#stepsOf(epoch);
    await this.#run("train", steps.slice(before, until), {
      ...(signal && { signal }),
      onSteps: (done) => {
        this.#place = { epoch, done: before + done, updates };
        return onSteps?.(before + done, steps.length);
      },
    });
    if (until < steps.length) return steps.slice(0, until);
    this.#place = { epoch: epoch + 1, done: 0, updates: updates + steps.length };
    return steps;
  }

  /** The steps of an epoch, whose order of rows is put in its place. */
  #stepsOf(epoch: number): readonly Step[] {
    const { optimizer, seed, batch, shuffle = true } = this.options, { rows } = this.data.train;
    const { order } = this.compiled.training, { updates } = this.#place;
    if (batch < rows) this.program.write(order, epochOrder(rows, { seed, epoch, shuffle }));
    return this.#epoch.map(({ start, count }, slot): Step => {
      const step = updates + slot, rate = rateAt(this.options, this.#timeOf(epoch, step), this.#scheduled);
      return { start, count, slot, step, seed, scalars: optimizer.scalars(step, rate) };
    });
  }

  /** The step that comes next, for making its calls one by one. */
  nextStep(): Step {
    return this.#stepsOf(this.#place.epoch)[this.#place.done]!;
  }

  /** The first step of the last epoch, from 0, whose loss was no number. */
  async firstBadStep(): Promise<number | undefined> {
    return firstBadStep(await this.#read(this.compiled.training.metrics), this.#epoch.length);
  }

  /** Mean loss, and accuracy if there is one, on one of the three sets. */
  async validate(name: SplitName): Promise<Means> {
    const { steps } = this.#stepsOn([name])[0]!;
    await this.#run("validate", steps, {});
    return this.#meansOf(await this.#read(this.compiled.evaluation.metrics), steps);
  }

  /**
   * The same, and what is known of each class where the loss knows right from wrong; of at most `MOST_PAIRED_CLASSES`,
   * the confusion matrix too.
   */
  async evaluate(name: SplitName): Promise<SplitResult> {
    const { counts, logits, metrics } = this.compiled.evaluation, { classes, labels } = this.data[name];
    const { steps } = this.#stepsOn([name])[0]!, size = classes.length;
    if (counts === undefined && logits !== undefined) {
      const predicted: number[] = [];
      for (const step of steps) {
        await this.#run("evaluate", [step], {});
        predicted.push(...likeliestClasses(await this.program.read(logits), size).slice(0, step.count));
      }
      const means = this.#meansOf(await this.#read(metrics), steps);
      return { ...means, report: answersReport(classes, labels, predicted) };
    }
    if (counts) this.program.write(counts, new Uint32Array(size * size));
    await this.#run("evaluate", steps, {});
    const means = this.#meansOf(await this.#read(metrics), steps);
    if (counts === undefined) return means;
    const flat = await this.program.read(counts);
    const rows = classes.map((_, row) => Array.from(flat.subarray(row * size, (row + 1) * size)));
    const confusion = { classes, counts: rows };
    return { ...means, confusion, report: classificationReport(confusion) };
  }

  /**
   * The trained values as they are now.
   *
   * @throws DescentError when one is NaN or infinite: a loss need not show it, as kernels pass over weights of zeros.
   */
  weights(): Promise<Weights> {
    return readWeights(this.program, this.model, this.#place);
  }

  setWeights(weights: Weights): void {
    for (const { node } of this.model.parameters) this.program.write(node, weights.get(node.label)!);
  }

  close(): void {
    this.program.close();
  }

  #stepsOn<N extends SplitName>(names: readonly N[]) {
    const batch = evaluationBatch(this.compiled.table);
    return evaluationSteps(this.data, names, { batch, seed: this.options.seed });
  }

  async #read(node: Node): Promise<ReadTable> {
    return { node, values: await this.program.read(node) };
  }

  #meansOf(table: ReadTable, steps: readonly Step[]): Means {
    return meansOf(table, steps, { hasAccuracy: this.compiled.evaluation.logits !== undefined });
  }

  #penaltyIn(table: ReadTable, steps: readonly Step[]): Pick<Means, "penalty"> {
    return this.compiled.training.constants.size === 0 ? {} : { penalty: penaltyOf(table, steps) };
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
      await onSteps?.(done, steps.length);
      await this.#letOthersRun();
    }
  }

  /** The kernels block this thread: now and then timers, signals and output must have their turn. */
  async #letOthersRun(): Promise<void> {
    if (performance.now() - this.#pausedMs < CHUNK_MS) return;
    await new Promise((resolve) => setTimeout(resolve, 0));
    this.#pausedMs = performance.now();
  }
}
