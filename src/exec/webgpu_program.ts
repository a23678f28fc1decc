/** A loaded plan on a WebGPU device: many steps a submit, nothing allocated per step. */
import { DescentError } from "../core/errors.ts";
import { encodeStep, type Step, STEP_BYTES, STEP_WORDS } from "../core/step.ts";
import { type DType, formatType, toDense, toPadded, type TypedArray } from "../core/tensor.ts";
import type { Node } from "../ir/node.ts";
import type { Plan, PlanOperand } from "../ir/plan.ts";
import { callAt, closedError, feedsSetup, placeOf, type Program, routineOf, SETUP_STEP } from "./executor.ts";
import { GUARD_BYTES, guardOf, type Prepared, type ReadyDispatch, spanOf } from "./webgpu_load.ts";
import { describeCall } from "./webgpu_pipelines.ts";
import { Staging } from "./webgpu_staging.ts";

/** Most floating-point operations of a submit: below a second on a small GPU, whose driver resets it after two. */
const SUBMIT_FLOPS = 5e10;
/** Most dispatches of a submit: the GPU begins when they are encoded, some 2 ms after the first. */
const SUBMIT_DISPATCHES = 2000;

/**
 * Owns the plan's buffers. In every method all that the device is told is told before the first `await`, so that
 * it hears of writes, runs and reads in the order in which they were asked for.
 */
export class WebgpuProgram implements Program {
  readonly plan: Plan;
  readonly #prepared: Prepared;
  readonly #staging: Staging;
  /** The host's copy of the step table, and where each of its rows starts. */
  readonly #words: Uint32Array<ArrayBuffer>;
  readonly #floats: Float32Array;
  readonly #offsets: Uint32Array;
  /** What has been submitted without an error before. */
  readonly #tried = new Set<string>();
  /** The dispatches of single calls, by routine and index. */
  readonly #alone = new Map<string, readonly ReadyDispatch[]>();
  #isSetUp: boolean;
  #failure: DescentError | undefined;

  constructor(prepared: Prepared) {
    const { plan, tableRows } = this.#prepared = prepared;
    this.plan = plan;
    this.#staging = new Staging(prepared.gpu);
    this.#words = new Uint32Array(tableRows * STEP_WORDS);
    this.#floats = new Float32Array(this.#words.buffer);
    this.#offsets = Uint32Array.from({ length: tableRows }, (_, row) => row * STEP_BYTES);
    this.#isSetUp = plan.setup.length === 0;
  }

  write(value: Node, dense: ArrayLike<number>): void {
    this.#check();
    const place = placeOf(this.plan, value), { shape, dtype } = place.type;
    const { buffer, offset, size } = spanOf(this.#prepared.buffers, place);
    const bytes = new ArrayBuffer(size);
    toPadded(shape, dense, arrayOf(dtype, bytes));
    this.#prepared.gpu.device.queue.writeBuffer(buffer, offset, bytes);
    if (feedsSetup(this.plan, place)) this.#isSetUp = false;
  }

  async read(value: Node): Promise<TypedArray> {
    const place = placeOf(this.plan, value);
    return toDense(place.type.shape, await this.readPadded(place));
  }

  async readPadded(place: PlanOperand): Promise<TypedArray> {
    this.#check();
    const what = `everything up to the reading of ${formatType(place.type)} "${place.label}"`;
    const bytes = await this.#staging.read([spanOf(this.#prepared.buffers, place)], what);
    // An error that WebGPU reported meanwhile may have spoilt what was read.
    this.#check();
    return arrayOf(place.type.dtype, bytes);
  }

  async run(routine: string, steps: readonly Step[]): Promise<void> {
    this.#check();
    const dispatches = this.#dispatchesOf(routine), checks = this.#setUp();
    const flops = dispatches.reduce((sum, one) => sum + one.flops, 0);
    const most = Math.min(SUBMIT_FLOPS / flops, SUBMIT_DISPATCHES / dispatches.length);
    const rows = Math.max(1, Math.min(this.#prepared.tableRows, Math.floor(most)));
    for (let first = 0; first < steps.length; first += rows) {
      checks.push(this.#submit(routine, dispatches, steps.slice(first, first + rows)));
    }
    await Promise.all(checks);
    this.#check();
  }

  async runCall(routine: string, index: number, step: Step, times = 1): Promise<void> {
    this.#check();
    const call = callAt(this.plan, routine, index), name = `${routine} ${index}`;
    // A call that is a part of a dispatch is prepared by itself when it is first asked for.
    const alone = this.#alone.get(name) ?? await this.#prepared.dispatchesOf(routine, index);
    this.#alone.set(name, alone);
    const checks = routine === "setup" ? [] : this.#setUp();
    for (let left = times; left > 0; left -= this.#prepared.tableRows) {
      const steps = Array.from({ length: Math.min(left, this.#prepared.tableRows) }, () => step);
      checks.push(this.#submit(name, alone, steps));
    }
    const written = spanOf(this.#prepared.buffers, call.operands[call.writes[0]!]!);
    // Reading a word of the result is the wait: it comes after the call, and mapping is what WebGPU waits by.
    const done = this.#staging.read([{ ...written, size: 4 }], describeCall(call));
    await Promise.all([...checks, done]);
    this.#check();
  }

  async checkGuards(): Promise<readonly string[]> {
    this.#check();
    if (!this.#prepared.guards) return [];
    const { storage } = this.#prepared;
    const spans = storage.map(({ buffer, bytes }) => ({ buffer, offset: bytes, size: GUARD_BYTES }));
    const bytes = await this.#staging.read(spans, "the check of the guards");
    return storage.filter((_buffer, i) => {
      const found = new Uint32Array(bytes, i * GUARD_BYTES, GUARD_BYTES / 4);
      return guardOf(i).some((word, at) => word !== found[at]);
    }).map(({ name }) => name);
  }

  close(): void {
    this.#failure ??= closedError();
    this.#staging.close();
    for (const { buffer } of this.#prepared.storage) buffer.destroy();
    this.#prepared.table.destroy();
  }

  #check(): void {
    this.#prepared.gpu.check();
    if (this.#failure !== undefined) throw this.#failure;
  }

  #dispatchesOf(routine: string): readonly ReadyDispatch[] {
    routineOf(this.plan, routine);
    return this.#prepared.dispatches.get(routine)!;
  }

  #setUp(): Promise<void>[] {
    if (this.#isSetUp) return [];
    this.#isSetUp = true;
    return [this.#submit("setup", this.#dispatchesOf("setup"), [SETUP_STEP])];
  }

  /** Makes the dispatches once per step; at the first time of a name, waits for what the device says about it. */
  async #submit(name: string, dispatches: readonly ReadyDispatch[], steps: readonly Step[]): Promise<void> {
    if (this.#tried.has(name)) return this.#encode(dispatches, steps);
    this.#tried.add(name);
    const error = await this.#prepared.gpu.scoped(() => this.#encode(dispatches, steps));
    if (error === undefined) return;
    this.#failure = await this.#blame(dispatches, steps, error);
    throw this.#failure;
  }

  #encode(dispatches: readonly ReadyDispatch[], steps: readonly Step[]): void {
    const { gpu: { device }, table } = this.#prepared;
    steps.forEach((step, row) => encodeStep(step, this.#words, this.#floats, row));
    device.queue.writeBuffer(table, 0, this.#words.subarray(0, steps.length * STEP_WORDS));
    const encoder = device.createCommandEncoder(), pass = encoder.beginComputePass();
    for (let row = 0; row < steps.length; row++) {
      for (const { pipeline, group, readsStep, workgroups } of dispatches) {
        pass.setPipeline(pipeline);
        if (readsStep) pass.setBindGroup(0, group, this.#offsets, row, 1);
        else pass.setBindGroup(0, group);
        pass.dispatchWorkgroups(...workgroups);
      }
    }
    pass.end();
    device.queue.submit([encoder.finish()]);
  }

  /** A submit fails as a whole: finds the dispatch to blame by making each alone. The program is of no use after this. */
  async #blame(
    dispatches: readonly ReadyDispatch[],
    steps: readonly Step[],
    error: string,
  ): Promise<DescentError> {
    const named = (one: ReadyDispatch) => one.calls.map(describeCall).join(", ");
    for (const one of dispatches) {
      const own = await this.#prepared.gpu.scoped(() => this.#encode([one], steps.slice(0, 1)));
      if (own !== undefined) return new DescentError(`Cannot run ${named(one)}: ${own}`);
    }
    return new DescentError(`Cannot run ${dispatches.map(named).join(", ")}: ${error}`);
  }
}

function arrayOf(dtype: DType, bytes: ArrayBuffer): Float32Array | Uint32Array | Uint8Array {
  if (dtype === "f32") return new Float32Array(bytes);
  return dtype === "u32" ? new Uint32Array(bytes) : new Uint8Array(bytes);
}
