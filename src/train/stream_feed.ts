/** The data of a session as it is opened, and a stream of batches on its way to the device. */
import { require } from "../core/errors.ts";
import type { Step } from "../core/step.ts";
import { formatShape, type Shape, sizeOf } from "../core/tensor.ts";
import { checkClassNames } from "../data/check_set.ts";
import { checkHeldOut, checkSplits, holdsAlike } from "../data/check_splits.ts";
import { countRows, type DataSet, type Splits } from "../data/data_set.ts";
import { BatchStream, isStreamed, type StreamedSplits } from "../data/stream.ts";
import type { Program } from "../exec/executor.ts";
import { crossEntropy } from "../nn/cross_entropy.ts";
import type { Loss } from "../nn/loss.ts";
import type { Model } from "../nn/model.ts";
import { checkCompared, writeTable } from "./session_data.ts";
import { type SessionOptions, type SessionPlan, type SessionSizes, sessionSizes } from "./session_plan.ts";

/** Owns a stream, writes its batches, and counts their rows. */
export class StreamFeed {
  #counts: number[] = [];

  constructor(private readonly stream: BatchStream, private readonly loss: Loss) {}

  /** Rows of the steps of the epoch under way. */
  get counts(): readonly number[] {
    return this.#counts;
  }

  /** An epoch begins. */
  begin(): void {
    this.#counts = [];
  }

  /** Reads over what earlier epochs have had, so many steps, and so many of the one under way. */
  async readOver(before: number, done: number): Promise<void> {
    this.#counts = [];
    for (let step = 0; step < before + done; step++) {
      const rows = countRows(await this.stream.next());
      if (step >= before) this.#counts.push(rows);
    }
  }

  /**
   * Writes the next batch for a step, and begins to read the one after it while this one is trained on. Who gives the rows
   * may take long: it throws the signal's reason when that aborts before they are there.
   */
  async write(
    program: Program,
    { table }: SessionPlan,
    { step, signal, isLast = false }: {
      readonly step: Step;
      readonly signal?: AbortSignal | undefined;
      /** No more will be asked for. */
      readonly isLast?: boolean;
    },
  ): Promise<Step> {
    const rows = await unlessAborted(this.stream.next(), signal), count = countRows(rows);
    writeTable(program, table, [rows], this.loss);
    if (!isLast) this.stream.readAhead();
    this.#counts.push(count);
    return { ...step, count };
  }

  close(): Promise<void> {
    return this.stream.close();
  }
}

/** What it comes to, unless the signal aborts before. */
function unlessAborted<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return work;
  return new Promise((resolve, reject) => {
    const abort = () => reject(signal.reason);
    signal.addEventListener("abort", abort, { once: true });
    const done = () => signal.removeEventListener("abort", abort);
    work.then(resolve, reject).finally(done);
  });
}

/** Checks the data, and opens the stream where there is one: the kind of its rows is told by the first. */
export async function openData(
  model: Model,
  data: Splits | StreamedSplits,
  { batch, encoder, dropLast, loss = crossEntropy() }: SessionOptions,
): Promise<{ readonly sets: Partial<Splits>; readonly sizes: SessionSizes; readonly feed?: StreamFeed }> {
  const { inputShape } = encoder?.model ?? model;
  if (!isStreamed(data)) {
    checkSplits(data, loss);
    checkShape(data.train, inputShape);
    return { sets: data, sizes: sessionSizes(data) };
  }
  const { stepsPerEpoch, validation, test } = data,
    sets = { ...(validation && { validation }), ...(test && { test }) };
  const stream = await BatchStream.open(data, {
    batch,
    inputShape,
    dropLast,
    check(part, of) {
      checkClassNames(part, of, loss);
      checkCompared(model, part, { loss, of, encoder });
    },
  });
  try {
    checkHeldOut(sets, stream.first, loss);
    checkShape(stream.first, inputShape);
    const { kind, heldOutRows } = sessionSizes({ ...sets, train: stream.first });
    return {
      sets,
      sizes: { kind, heldOutRows, trainRows: stepsPerEpoch * batch, streamedSteps: stepsPerEpoch },
      feed: new StreamFeed(stream, loss),
    };
  } catch (error) {
    await stream.close();
    throw error;
  }
}

/** Refuses axes in another order than the model's, such as channels first: as many values, and not the same ones. */
function checkShape({ inputShape: given }: DataSet, takes: Shape): void {
  require(
    sizeOf(given) !== sizeOf(takes) || holdsAlike(given, takes),
    () =>
      `The model takes rows of shape ${formatShape(takes)}, the inputs have ${formatShape(given)}: ` +
      "as many values in another order",
  );
}
