/** Rows that come as they are trained on: a set that is larger than memory, or made on the way. */
import { DescentError, require } from "../core/errors.ts";
import { shown } from "../core/option_names.ts";
import { type Shape, sizeOf } from "../core/tensor.ts";
import { capital, checkSet, isObject } from "./check_set.ts";
import { checkLike } from "./check_splits.ts";
import { areValues, countRows, type DataSet, emptyLike, type Splits } from "./data_set.ts";

/** Some rows, as many as come at once; their shape may be left out where it is that of the model's inputs. */
export type DataBatch = Omit<DataSet, "inputShape"> & Partial<Pick<DataSet, "inputShape">>;

/** As `Splits`, with a train set that need not fit into memory. */
export interface StreamedSplits extends Omit<Splits, "train"> {
  /**
   * Gives the rows in the order in which they are trained on, in parts of any size: they are cut into batches, the last of
   * which is short if it must be. A part is read while the batch before it is trained on, and may fill the arrays of the
   * one before again. It is called again when the rows have ended, and when a training goes on from a checkpoint, which
   * reads over the rows that it has had.
   */
  readonly train: () => AsyncIterable<DataBatch> | Iterable<DataBatch>;
  /** Batches that make up an epoch; the next goes on where it ended. */
  readonly stepsPerEpoch: number;
}

export function isStreamed(data: Splits | StreamedSplits): data is StreamedSplits {
  return typeof data?.train === "function";
}

type Parts = AsyncIterator<DataBatch> | Iterator<DataBatch>;

/** How a stream is read. */
export interface BatchStreamOptions {
  readonly batch: number;
  /** Of parts that say none. */
  readonly inputShape: Shape;
  /** Pass over what is left of a pass when it is no whole batch. Default false. */
  readonly dropLast?: boolean | undefined;
  /** Throws where a part cannot be trained on; `of` is what it is called. */
  readonly check?: (part: DataSet, of: string) => void;
}

/** Owns the iterator. While a batch is trained on, the next is being read. */
export class BatchStream {
  /** The part that is being cut, and its first row that is not given out. */
  #part: DataSet;
  #at = 0;
  /** Parts of this pass. */
  #count = 1;
  #next: Promise<DataSet> | undefined;
  /** Whether the pass is, all of whose rows are given out. */
  #isOver = false;
  /** Whether a part has been asked for that is not there. */
  #isWaiting = false;

  private constructor(
    private readonly source: StreamedSplits["train"],
    /** The first part, which all others must be like. */
    readonly first: DataSet,
    private parts: Parts,
    private readonly options: BatchStreamOptions,
  ) {
    this.#part = first;
  }

  /** Reads the first part: what the rows are is told by it. Close it when done. */
  static async open(
    { train: source, stepsPerEpoch }: StreamedSplits,
    options: BatchStreamOptions,
  ): Promise<BatchStream> {
    require(
      Number.isSafeInteger(stepsPerEpoch) && stepsPerEpoch > 0,
      () =>
        `A stream has no end that an epoch could end with: give stepsPerEpoch, a positive whole number, got ${
          shown(stepsPerEpoch)
        }`,
    );
    const parts = iteratorOf(source), { done, value } = await parts.next();
    require(!done, "The stream of training rows gave none: there is nothing to train on");
    try {
      return new BatchStream(source, partOf(value as DataBatch, 1, options), parts, options);
    } catch (error) {
      await parts.return?.();
      throw error;
    }
  }

  /** The next batch; it is short where the rows end, before they begin anew. Its arrays may be views of a part. */
  next(): Promise<DataSet> {
    const next = this.#next ?? this.#read();
    this.#next = undefined;
    return next;
  }

  /** Begins to read the batch that `next` will give. The one before must be written: its arrays may be filled again. */
  readAhead(): void {
    if (this.#next !== undefined) return;
    this.#next = this.#read();
    // Who asks for it is told.
    this.#next.catch(() => {});
  }

  /** Tells who gives the rows that no more are asked for; it does not wait for a part that nobody waits for any more. */
  async close(): Promise<void> {
    await this.#next?.catch(() => {});
    const ended = this.parts.return?.();
    if (this.#isWaiting) Promise.resolve(ended).catch(() => {});
    else await ended;
  }

  async #read(): Promise<DataSet> {
    const { batch, dropLast = false } = this.options;
    let pieces: DataSet[] = [], missing = batch, passes = 0;
    while (missing > 0) {
      if (this.#isOver) await this.#beginAnew();
      const rows = countRows(this.#part), count = Math.min(missing, rows - this.#at);
      const rest = piece(this.#part, this.#at, this.#at + count);
      this.#at += count;
      missing -= count;
      // Who gives the parts may fill the same arrays again.
      if (count > 0) pieces.push(missing === 0 ? rest : joined([rest]));
      if (missing === 0 || await this.#nextPart()) continue;
      if (pieces.length > 0 && !dropLast) break;
      require(
        ++passes < 2,
        () =>
          `The stream of training rows ends before it has given the ${batch} rows of a batch, and dropLast is set`,
      );
      [pieces, missing] = [[], batch];
    }
    return pieces.length === 1 ? pieces[0]! : joined(pieces);
  }

  /** Whether there is one in this pass; else the pass is over. */
  async #nextPart(): Promise<boolean> {
    const { done, value } = await this.#ask();
    this.#isOver = done === true;
    if (!done) this.#take(value);
    return !done;
  }

  async #beginAnew(): Promise<void> {
    this.parts = iteratorOf(this.source);
    this.#count = 0;
    if (!await this.#nextPart()) {
      throw new DescentError("The stream of training rows gave none when it began anew");
    }
  }

  async #ask(): Promise<IteratorResult<DataBatch>> {
    this.#isWaiting = true;
    try {
      return await this.parts.next();
    } finally {
      this.#isWaiting = false;
    }
  }

  #take(given: DataBatch): void {
    const inputShape = this.first.inputShape,
      part = partOf(given, ++this.#count, { ...this.options, inputShape });
    checkLike(part, this.first, nameOf(this.#count), { other: "part 1", all: "all parts" });
    const [weighs, first] = [part, this.first].map(({ weights }) => weights ? "weights" : "no weights");
    require(
      weighs === first,
      () => `${capital(nameOf(this.#count))} has ${weighs}, part 1 ${first}: give all parts weights, or none`,
    );
    this.#part = part;
    this.#at = 0;
  }
}

function iteratorOf(source: StreamedSplits["train"]): AsyncIterator<DataBatch> | Iterator<DataBatch> {
  const parts = source();
  if (typeof parts === "object" && parts !== null) {
    if (Symbol.asyncIterator in parts) return parts[Symbol.asyncIterator]();
    if (Symbol.iterator in parts) return parts[Symbol.iterator]();
  }
  throw new DescentError(
    `train() must give batches one after another, as an async function* does, got ${shown(parts)}`,
  );
}

function partOf(
  part: DataBatch,
  count: number,
  { inputShape, check }: Pick<BatchStreamOptions, "inputShape" | "check">,
): DataSet {
  const of = nameOf(count);
  const isWhole = !isObject(part) || Array.isArray(part) || part.inputShape !== undefined;
  const set = isWhole ? part as DataSet : { ...part, inputShape };
  checkSet(set, of);
  require(countRows(set) > 0, () => `${capital(of)} holds no rows: leave it out`);
  check?.(set, of);
  return set;
}

function nameOf(count: number): string {
  return `part ${count} of the stream`;
}

/** Rows [start, end) of a set; its arrays are shared. */
function piece(set: DataSet, start: number, end: number): DataSet {
  const { inputs, inputShape, targets, weights, ...rest } = set;
  const columns = areValues(targets) ? targets.length / countRows(set) : 1, size = sizeOf(inputShape);
  return {
    ...rest,
    inputShape,
    inputs: inputs.subarray(start * size, end * size),
    ...(targets && { targets: targets.subarray(start * columns, end * columns) }),
    ...(weights && { weights: weights.subarray(start, end) }),
  };
}

function joined(pieces: readonly DataSet[]): DataSet {
  const [first] = pieces, has = (name: "targets" | "weights") => first![name] !== undefined;
  return {
    ...first!,
    inputs: concat(pieces.map(({ inputs }) => inputs)),
    ...(has("targets") && { targets: concat(pieces.map(({ targets }) => targets!)) }),
    ...(has("weights") && { weights: concat(pieces.map(({ weights }) => weights!)) }),
  };
}

function concat<T extends NonNullable<DataSet["targets"]>>(parts: readonly T[]): T {
  // Class indices may have 8 bits in one part and 32 in another.
  const widest = parts.reduce((a, b) => b.BYTES_PER_ELEMENT > a.BYTES_PER_ELEMENT ? b : a);
  const whole = emptyLike(widest, parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}
