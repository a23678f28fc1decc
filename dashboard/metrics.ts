/**
 * `metrics.jsonl` as columns of numbers, read on from where the last look ended: the file is only ever appended to.
 * Lines are untrusted; what is no number is a gap.
 */
import { thinPositions } from "../components/chart/thin_curve.ts";
import type { Appended, Curve, Stage, Stopping } from "../components/types.ts";
import { isJsonObject, type JsonObject, parseObject } from "../src/runs/json.ts";
import { METRICS_FILE } from "../src/runs/layout.ts";
import { numberOf, shorten } from "../src/runs/facts.ts";
import { findFile } from "./folder.ts";

const PIECE_BYTES = 2 ** 20, MAX_BYTES = 2 ** 30, MAX_LINE_BYTES = 2 ** 20;
const MAX_COLUMNS = 40, MAX_STAGES = 32, MAX_NAME = 60;
/** Members that are no curves of their own. */
const OTHER_MEMBERS: ReadonlySet<string> = new Set(["epoch", "step", "seconds", "samplesPerSecond"]);
/** Members that tell how far a training was. */
const CLOCKS = ["step", "seconds"] as const;

/** The lines of one training. */
class StageColumns {
  readonly name: string | null;
  readonly epochs: number[] = [];
  /** By member; what is missing at its end is null. */
  readonly columns = new Map<string, (number | null)[]>();
  /** How far it was at each epoch. */
  readonly clocks = { step: [] as (number | null)[], seconds: [] as (number | null)[] };
  stopping: Stopping | null = null;
  seconds: number | null = null;
  samplesPerSecond: number | null = null;
  #thinned: Stage | undefined;

  constructor(name: string | null) {
    this.name = name;
  }

  add(line: JsonObject): void {
    const { epoch, seconds, samplesPerSecond, stopping } = line;
    const at = this.epochs.length, before = this.epochs[at - 1] ?? 0;
    // Charts need an axis that rises, whatever the file says.
    this.epochs.push(typeof epoch === "number" && epoch > before ? epoch : before + 1);
    for (const clock of CLOCKS) this.clocks[clock].push(numberOf(line[clock]));
    if (typeof seconds === "number") this.seconds = seconds;
    if (typeof samplesPerSecond === "number") this.samplesPerSecond = samplesPerSecond;
    for (const member in line) {
      const value = line[member];
      // A loss that is no number is written as null: that is a gap, and no reason to have no curve.
      const isNumber = typeof value === "number" || value === null;
      if (isNumber && !OTHER_MEMBERS.has(member)) this.#put(member, at, value);
    }
    if (isJsonObject(stopping)) {
      const { best, bestEpoch, wait } = stopping;
      this.stopping = { best: numberOf(best), bestEpoch: numberOf(bestEpoch), wait: numberOf(wait) ?? 0 };
      this.#put("wait", at, this.stopping.wait);
    }
  }

  #put(member: string, at: number, value: number | null): void {
    let column = this.columns.get(member);
    if (column === undefined) {
      if (this.columns.size >= MAX_COLUMNS || member.length > MAX_NAME) return;
      this.columns.set(member, column = []);
    }
    // Earlier lines did not have it, or this one has it twice.
    while (column.length < at) column.push(null);
    if (column.length === at) column.push(numberOf(value ?? undefined));
  }

  get lastEpoch(): number | null {
    return this.epochs.at(-1) ?? null;
  }

  /** Its curves in as few points as show all. */
  thinned(): Stage {
    if (this.#thinned?.epochs !== this.epochs.length) this.#thinned = this.#thin();
    return this.#thinned;
  }

  #thin(): Stage {
    return { ...this.#head(), curves: [...this.columns].map(([key, values]) => this.#curve(key, values)) };
  }

  #curve(key: string, values: readonly (number | null)[]): Curve {
    const kept = thinPositions(this.epochs, values);
    return { key, x: kept.map((i) => this.epochs[i]!), y: kept.map((i) => rounded(values[i])) };
  }

  /** How far it was, in steps and in seconds, as far as the file tells. */
  clockCurves(): readonly Curve[] {
    return CLOCKS.filter((clock) => this.clocks[clock].some((value) => value !== null))
      .map((clock) => this.#curve(clock, this.clocks[clock]));
  }

  /** The last `count` lines. */
  tail(count: number): Appended {
    const from = this.epochs.length - count;
    const columns = [...this.columns].map(([key, values]) =>
      [key, this.epochs.slice(from).map((_, i) => rounded(values[from + i]))] as const
    );
    return {
      ...this.#head(),
      stage: this.name,
      x: this.epochs.slice(from),
      columns: Object.fromEntries(columns),
    };
  }

  #head() {
    const { name, epochs, lastEpoch, seconds, samplesPerSecond, stopping } = this;
    return { name, epochs: epochs.length, lastEpoch, seconds, samplesPerSecond, stopping };
  }
}

/** Six digits are more than a chart can show, and half the bytes. */
function rounded(value: number | null | undefined): number | null {
  return typeof value !== "number" ? null : Number(value.toPrecision(6));
}

/** Bytes as text; a byte-order mark stays, as `parseObject` passes over it. */
function textOf(bytes: Uint8Array): string {
  return new TextDecoder("utf-8", { ignoreBOM: true }).decode(bytes);
}

function isLineEnd(byte: number): boolean {
  return byte === 10 || byte === 13;
}

/** The metrics of the run `id` below `root`. */
export class Metrics {
  readonly #root: string;
  readonly #names: readonly string[];
  #stages: StageColumns[] = [];
  /** Stage of each line. */
  #order: number[] = [];
  #offset = 0;
  #rest = new Uint8Array(0);
  #skipped = 0;
  /** In a line that is too long to be one, or that is counted already: until its end all is passed over. */
  #passing = false;
  /** A last line without its end is counted: what follows must be that end. */
  #ahead = false;
  #file: string | undefined;
  #reading: Promise<void> | undefined;

  constructor(root: string, id: string) {
    this.#root = root;
    this.#names = [id, METRICS_FILE];
  }

  /** Good lines so far. */
  get lines(): number {
    return this.#order.length;
  }

  get skippedLines(): number {
    return this.#skipped;
  }

  /** Reads what was appended since the last call. Another file, or one that has become shorter, is read anew. */
  refresh(): Promise<void> {
    return this.#reading ??= this.#read().finally(() => this.#reading = undefined);
  }

  async #read(): Promise<void> {
    const found = findFile(this.#root, this.#names);
    const named = found && `${found.inode} ${found.path}`;
    if (found === undefined || found.bytes < this.#offset || named !== this.#file) this.#reset();
    if (found === undefined || found.bytes === this.#offset) return;
    this.#file = named;
    using file = await Deno.open(found.path);
    await file.seek(this.#offset, Deno.SeekMode.Start);
    const end = Math.min(found.bytes, MAX_BYTES);
    while (this.#offset < end) {
      const piece = new Uint8Array(Math.min(PIECE_BYTES, end - this.#offset)), count = await file.read(piece);
      if (count === null) break;
      if (this.#ahead && !isLineEnd(piece[0]!)) {
        this.#reset();
        return await this.#read();
      }
      this.#ahead = false;
      this.#offset += count;
      this.#take(piece.subarray(0, count));
    }
    this.#takeLast();
  }

  #reset(): void {
    this.#stages = [];
    this.#order = [];
    this.#offset = 0;
    this.#rest = new Uint8Array(0);
    this.#skipped = 0;
    this.#passing = false;
    this.#ahead = false;
    this.#file = undefined;
  }

  #take(piece: Uint8Array): void {
    const bytes = new Uint8Array(this.#rest.length + piece.length);
    bytes.set(this.#rest);
    bytes.set(piece, this.#rest.length);
    const end = bytes.lastIndexOf(10) + 1;
    this.#rest = bytes.slice(end);
    if (end > 0) {
      const lines = textOf(bytes.subarray(0, end)).split("\n");
      lines.pop();
      if (this.#passing) lines.shift();
      this.#passing = false;
      for (const line of lines) this.#line(line);
    }
    if (this.#rest.length > MAX_LINE_BYTES) {
      if (!this.#passing) this.#skipped++;
      this.#passing = true;
      this.#rest = new Uint8Array(0);
    }
  }

  /**
   * A last line without its end is being written, or was when the run died, or an editor took its end. As `readRun` does,
   * it is counted where it is an object: no piece of one is.
   */
  #takeLast(): void {
    if (this.#passing || this.#rest.length === 0) return;
    const text = textOf(this.#rest);
    if (parseObject(text) === undefined) return;
    this.#line(text);
    this.#rest = new Uint8Array(0);
    this.#passing = this.#ahead = true;
  }

  #line(text: string): void {
    const line = parseObject(text), stage = line && this.#stageOf(line.stage);
    if (line === undefined || stage === undefined) {
      this.#skipped++;
      return;
    }
    this.#stages[stage]!.add(line);
    this.#order.push(stage);
  }

  #stageOf(value: unknown): number | undefined {
    const name = typeof value === "string" ? shorten(value, MAX_NAME) : null;
    const at = this.#stages.findLastIndex((stage) => stage.name === name);
    if (at >= 0) return at;
    return this.#stages.length < MAX_STAGES ? this.#stages.push(new StageColumns(name)) - 1 : undefined;
  }

  /** All trainings, thinned for the eye. */
  stages(): readonly Stage[] {
    return this.#stages.map((stage) => stage.thinned());
  }

  /** Of each training, how many steps and seconds it had taken at which epoch. */
  clocks(): readonly (readonly Curve[])[] {
    return this.#stages.map((stage) => stage.clockCurves());
  }

  /** What was appended after the first `lines`. */
  since(lines: number): readonly Appended[] {
    const counts = new Map<number, number>();
    for (const stage of this.#order.slice(lines)) counts.set(stage, (counts.get(stage) ?? 0) + 1);
    return [...counts].map(([stage, count]) => this.#stages[stage]!.tail(count));
  }
}
