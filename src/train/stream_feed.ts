/** The data of a session as it is opened, and a stream of batches on its way to the device. */
import type { Step } from "../core/step.ts";
import { checkSplits } from "../data/check_set.ts";
import { countRows, type Splits } from "../data/data_set.ts";
import { BatchStream, isStreamed, type StreamedSplits } from "../data/stream.ts";
import type { Program } from "../exec/executor.ts";
import { crossEntropy } from "../nn/cross_entropy.ts";
import type { Model } from "../nn/model.ts";
import { checkClasses, writeTable } from "./session_data.ts";
import { type SessionOptions, type SessionPlan, type SessionSizes, sessionSizes } from "./session_plan.ts";

/** Owns a stream, writes its batches, and counts their rows. */
export class StreamFeed {
  #counts: number[] = [];

  constructor(
    private readonly stream: BatchStream,
    private readonly model: Model,
    private readonly options: Pick<SessionOptions, "loss">,
  ) {}

  /** Rows of the steps of the epoch under way. */
  get counts(): readonly number[] {
    return this.#counts;
  }

  /** An epoch begins. */
  begin(): void {
    this.#counts = [];
  }

  /** Reads over what earlier epochs have had, and so many steps of the one under way. */
  async readOver(updates: number, done: number): Promise<void> {
    this.#counts = [];
    for (let step = 0; step < updates + done; step++) {
      const rows = countRows(await this.stream.next());
      if (step >= updates) this.#counts.push(rows);
    }
  }

  /** Writes the next batch for a step, and begins to read the one after it while this one is trained on. */
  async write(program: Program, { table }: SessionPlan, step: Step): Promise<Step> {
    const { loss = crossEntropy() } = this.options, rows = await this.stream.next(), count = countRows(rows);
    checkClasses(this.model, rows, { loss, name: "train" });
    writeTable(program, table, [rows], loss);
    this.stream.readAhead();
    this.#counts.push(count);
    return { ...step, count };
  }

  close(): Promise<void> {
    return this.stream.close();
  }
}

/** Checks the data, and opens the stream where there is one: the kind of its rows is told by the first. */
export async function openData(
  model: Model,
  data: Splits | StreamedSplits,
  options: SessionOptions,
): Promise<{ readonly sets: Partial<Splits>; readonly sizes: SessionSizes; readonly feed?: StreamFeed }> {
  const { batch, encoder } = options;
  if (!isStreamed(data)) {
    checkSplits(data);
    return { sets: data, sizes: sessionSizes(data) };
  }
  const { train: _, stepsPerEpoch, ...sets } = data, { inputShape } = encoder?.model ?? model;
  const stream = await BatchStream.open(data, { batch, inputShape });
  checkSplits({ ...sets, train: stream.first });
  const { kind, heldOutRows } = sessionSizes({ ...sets, train: stream.first });
  return {
    sets: { ...(sets.validation && { validation: sets.validation }), ...(sets.test && { test: sets.test }) },
    sizes: { kind, heldOutRows, trainRows: stepsPerEpoch * batch, streamedSteps: stepsPerEpoch },
    feed: new StreamFeed(stream, model, options),
  };
}
