/** A training session: a model and its data compiled into one plan, loaded on one executor. */
import type { Step } from "../core/step.ts";
import { sizeOf } from "../core/tensor.ts";
import type { Executor, Program } from "../exec/executor.ts";
import type { Node } from "../ir/node.ts";
import { countRows, filledSplits, SPLIT_NAMES, type SplitName, type Splits } from "../data/data_set.ts";
import { type Batch, batches, epochOrder } from "../data/order.ts";
import type { StreamedSplits } from "../data/stream.ts";
import { crossEntropy } from "../nn/cross_entropy.ts";
import { checkWeights, type Model, modelLeaves, type Weights } from "../nn/model.ts";
import {
  type EpochMeans,
  firstBadStep,
  type Means,
  meansOf,
  penaltyOf,
  type ReadTable,
  rowsOf,
} from "./means.ts";
import { measureSet } from "./measure_set.ts";
import type { SplitResult } from "./fit_result.ts";
import { observeEpoch, rateAt } from "./rates.ts";
import { loadOptionsFor } from "./rewrites.ts";
import type { ScheduleState, UpdateTime } from "./schedule.ts";
import { checkCompared, writeConstants, writeTable } from "./session_data.ts";
import {
  type EpochOptions,
  evaluationBatch,
  evaluationSteps,
  planSession,
  type SessionOptions,
  type SessionPlan,
} from "./session_plan.ts";
import {
  readState,
  readWeights,
  type SessionPlace,
  type SessionState,
  stateNodes,
  writeState,
} from "./session_state.ts";

import { Pace } from "./pace.ts";
import { openData, type StreamFeed } from "./stream_feed.ts";
import type { DataKind } from "./table.ts";

/** Owns the loaded program of one training. Nothing is allocated on the device after it is opened. */
export class Session {
  /** The batches of an epoch. */
  readonly #epoch: readonly Batch[];
  readonly #pace = new Pace();
  #place: SessionPlace = { epoch: 0, done: 0, updates: 0 };
  #scheduled: ScheduleState | undefined;

  private constructor(
    readonly model: Model,
    /** Sets in memory. */
    readonly data: Partial<Splits>,
    readonly program: Program,
    private readonly compiled: SessionPlan,
    private readonly options: SessionOptions,
    private readonly feed: StreamFeed | undefined,
  ) {
    const all = batches(compiled.trainRows, options.batch);
    this.#epoch = options.dropLast ? all.filter(({ count }) => count === options.batch) : all;
  }

  get stepsPerEpoch(): number {
    return this.#epoch.length;
  }

  /** Rows that an epoch trains on: all but those of a short batch that is left out; of a stream, those that it gave last. */
  get rowsPerEpoch(): number {
    return this.feed?.counts.reduce((sum, count) => sum + count, 0) || rowsOf(this.#epoch);
  }

  /** Of the train set; of a stream, as many as full batches of an epoch hold. */
  get trainRows(): number {
    return this.compiled.trainRows;
  }

  /** Of the rows. */
  get kind(): DataKind {
    return this.compiled.table.kind;
  }

  /** Compiles, loads, and writes data and weights. Close it when done. */
  static async open(
    model: Model,
    data: Splits | StreamedSplits,
    { executor, weights, ...options }: SessionOptions & {
      readonly executor: Executor;
      readonly weights: Weights;
    },
  ): Promise<Session> {
    checkWeights(model, weights);
    const { sets, sizes, feed } = await openData(model, data, options), { loss = crossEntropy() } = options;
    let program: Program | undefined;
    try {
      const compiled = planSession(model, sizes, { ...options, backend: executor.name });
      for (const name of filledSplits(sets)) {
        checkCompared(model, sets[name]!, { loss, of: `the ${name} set`, encoder: options.encoder });
      }
      program = await executor.load(compiled.plan, loadOptionsFor(options.off));
      const { evaluationTable } = compiled;
      const written = SPLIT_NAMES.flatMap((name) => sets[name] ?? []);
      if (evaluationTable) writeTable(program, evaluationTable, written, loss);
      writeConstants(program, compiled, { encoder: options.encoder });
      const session = new Session(model, sets, program, compiled, options, feed);
      session.setWeights(weights);
      return session;
    } catch (error) {
      program?.close();
      await feed?.close();
      throw error;
    }
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

  /**
   * Goes on from such a state, of a session with the same plan and backend: the next bits are the same. A stream is first
   * read over as far as the state has had it; with `rewind` it begins anew with the epoch under way.
   */
  async restore(state: SessionState, { rewind = false } = {}): Promise<void> {
    const { metrics } = this.compiled.training;
    // Sums of later steps, from before this call, are none of the epoch's.
    this.program.write(metrics, new Float32Array(sizeOf(metrics.type.shape)));
    writeState(this.program, this.#stateNodes(state), state);
    const { epoch, done, updates, schedule } = state;
    this.#place = { epoch, done, updates };
    this.#scheduled = schedule;
    await this.feed?.readOver(rewind ? 0 : updates, done);
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
    const { measure = ["validation"], whole = false } = options, { training, evaluation } = this.compiled;
    const sets = measure.filter((name) => countRows(this.data[name]) > 0);
    const trained = await this.#train(epoch, options), measured = whole ? [] : this.#stepsOn(sets);
    await this.#pace.run(this.program, "validate", measured.flatMap(({ steps }) => steps));
    const tables = [training.metrics, ...(measured.length > 0 ? [evaluation!.metrics] : [])];
    const [during, after] = await Promise.all(tables.map((table) => this.#read(table)));
    const means: { -readonly [K in keyof EpochMeans]: EpochMeans[K] } = {
      training: { ...this.#meansOf(during!, trained), ...this.#penaltyIn(during!, trained) },
    };
    for (const { name, steps } of measured) means[name] = this.#meansOf(after!, steps);
    if (whole) { for (const name of sets) means[name] = await this.evaluate(name); }
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

  async #train(
    epoch: number,
    { onSteps, signal, until = Infinity, whole = false }: EpochOptions,
  ): Promise<readonly Step[]> {
    const { updates } = this.#place, before = this.#place.epoch === epoch ? this.#place.done : 0;
    const steps = this.#stepsOf(epoch);
    if (before === 0) this.feed?.begin();
    await this.#pace.run(this.program, "train", steps.slice(before, until), {
      ...(this.feed && {
        write: (step) => {
          const isLast = whole && step.slot === steps.length - 1;
          return this.feed!.write(this.program, this.compiled, { step, signal, isLast });
        },
      }),
      ...(signal && { signal }),
      onSteps: (done) => {
        this.#place = { epoch, done: before + done, updates };
        return onSteps?.(before + done, steps.length);
      },
    });
    const done = steps.slice(0, until).map((step, i) => ({
      ...step,
      count: this.feed?.counts[i] ?? step.count,
    }));
    if (until < steps.length) return done;
    this.#place = { epoch: epoch + 1, done: 0, updates: updates + steps.length };
    return done;
  }

  /** The steps of an epoch, whose order of rows is put in its place. */
  #stepsOf(epoch: number): readonly Step[] {
    const { optimizer, seed, batch, shuffle = true } = this.options, { trainRows: rows } = this;
    const { order } = this.compiled.training, { updates } = this.#place, isStream = this.feed !== undefined;
    if (batch < rows && !isStream) this.program.write(order, epochOrder(rows, { seed, epoch, shuffle }));
    return this.#epoch.map(({ start: first, count }, slot): Step => {
      const start = isStream ? 0 : first;
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

  /** Mean loss, and accuracy if there is one, on one of the sets. */
  async validate(name: SplitName): Promise<Means> {
    const { steps } = this.#stepsOn([name])[0]!;
    await this.#pace.run(this.program, "validate", steps);
    return this.#meansOf(await this.#read(this.compiled.evaluation!.metrics), steps);
  }

  /**
   * The same, and what is known of each class where the loss knows right from wrong; of at most `MOST_PAIRED_CLASSES`,
   * the confusion matrix too.
   */
  async evaluate(name: SplitName): Promise<SplitResult> {
    const { steps } = this.#stepsOn([name])[0]!, { program, options: { loss = crossEntropy() } } = this;
    const means = async () => this.#meansOf(await this.#read(this.compiled.evaluation!.metrics), steps);
    const run = (some: readonly Step[]) => this.#pace.run(this.program, "evaluate", some);
    return await measureSet(this.data[name]!, {
      program,
      graph: this.compiled.evaluation!,
      loss,
      steps,
      run,
      means,
    });
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
    for (const node of modelLeaves(this.model)) {
      if (this.program.plan.place(node) !== undefined) this.program.write(node, weights.get(node.label)!);
    }
  }

  async close(): Promise<void> {
    this.program.close();
    await this.feed?.close();
  }

  #stepsOn<N extends SplitName>(names: readonly N[]) {
    const { evaluationTable } = this.compiled;
    const batch = evaluationTable === undefined ? 1 : evaluationBatch(evaluationTable);
    return evaluationSteps(this.data, names, { batch, seed: this.options.seed });
  }

  async #read(node: Node): Promise<ReadTable> {
    return { node, values: await this.program.read(node) };
  }

  #meansOf(table: ReadTable, steps: readonly Step[]): Means {
    const { loss = crossEntropy() } = this.options;
    return meansOf(table, steps, { hasAccuracy: loss.correct !== undefined });
  }

  #penaltyIn(table: ReadTable, steps: readonly Step[]): Pick<Means, "penalty"> {
    return this.compiled.training.hasPenalties ? { penalty: penaltyOf(table, steps) } : {};
  }
}
