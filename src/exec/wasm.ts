/**
 * The WASM executor: SIMD kernels compiled from AssemblyScript, on one or more threads that share one memory.
 * Every kernel computes a range of its units as if it were alone, so the result does not depend on the threads.
 */
import { require } from "../core/errors.ts";
import { encodeStep, type Step, STEP_BYTES, STEP_WORDS } from "../core/step.ts";
import { roundUp, storageOf, toDense, toPadded, type TypedArray } from "../core/tensor.ts";
import type { Call, Operand, Plan, PlanBuffer } from "../ir/plan.ts";
import { callBytes, callFlops, callTypes } from "../ir/print.ts";
import { joinsVectors } from "./engine.ts";
import {
  callAt,
  closedError,
  type Executor,
  feedsSetup,
  type LoadOptions,
  placeOf,
  type Program,
  routineOf,
  settle,
  SETUP_STEP,
} from "./executor.ts";
import { compileKernels, readKernels, startWorker } from "./wasm_load.ts";
import {
  bindThread,
  CONTROL,
  CONTROL_AT,
  LEAVE,
  STEP_ROWS,
  STEPS_AT,
  type WasmCall,
  type WasmJob,
} from "./wasm_runner.ts";

const PAGE = 65536;
const MAX_PAGES = 65536;
const ALIGN = 256;
const GUARD_BYTES = 256;
const GUARD = 0xa5;

export interface WasmOptions {
  /** Default: one per core, at most 8. */
  readonly threads?: number;
  /** Calls of fewer floating-point operations are made by one thread: a barrier costs about as much. Default 200,000. */
  readonly parallelFlops?: number;
  /** Calls of as many bytes are shared whatever their operations, but for updates of weights. Default 131,072. */
  readonly parallelBytes?: number;
  /**
   * Lays sums out in pairs for an engine that joins two 128-bit vectors into one of 256 bits. The numbers are the same
   * either way, bit for bit. Default: whether the engine was started with the best of `ENGINE_FLAGS`.
   */
  readonly joinVectors?: boolean;
  /** The compiled kernels; default: kernels/build/kernels.wasm beside the sources. */
  readonly kernels?: Uint8Array<ArrayBuffer>;
}

/**
 * The executor for machines without a GPU. Throws when the kernels are not compiled or the engine lacks
 * relaxed SIMD, and when `threads` is not a whole number from 1 to 64.
 *
 * @example
 * ```ts
 * import { assert } from "@std/assert";
 * import { wasmExecutor } from "./wasm.ts";
 * const executor = await wasmExecutor({ threads: 1 });
 * assert(executor.description === "WASM SIMD, 1 thread");
 * ```
 */
export async function wasmExecutor(options: WasmOptions = {}): Promise<Executor> {
  const {
    threads = Math.min(navigator.hardwareConcurrency, 8),
    parallelFlops = 200_000,
    parallelBytes = 131_072,
    joinVectors = joinsVectors(),
  } = options;
  require(
    Number.isInteger(threads) && threads >= 1 && threads <= 64,
    () => `The number of threads must be a whole number from 1 to 64, got ${threads}`,
  );
  const module = await compileKernels(options.kernels ?? await readKernels());
  return {
    name: "wasm",
    description: `WASM SIMD, ${threads} thread${threads === 1 ? "" : "s"}${joinVectors ? ", 256 bits" : ""}`,
    load: (plan, loadOptions) =>
      load(plan, module, { threads, parallelFlops, parallelBytes, joinVectors, ...loadOptions }),
    close() {},
  };
}

/** Where each buffer lies, and how many bytes all take. */
function layOut(buffers: readonly PlanBuffer[], from: number, guardBytes: number) {
  const pointers: number[] = [];
  let end = roundUp(from, ALIGN);
  for (const { bytes } of buffers) {
    pointers.push(end);
    end = roundUp(end + bytes + guardBytes, ALIGN);
  }
  return { pointers, end };
}

type Settings =
  & Required<Pick<WasmOptions, "threads" | "parallelFlops" | "parallelBytes" | "joinVectors">>
  & LoadOptions;

async function load(
  plan: Plan,
  module: WebAssembly.Module,
  { threads, parallelFlops, parallelBytes, joinVectors, guards = false }: Settings,
): Promise<Program> {
  const routines = { setup: plan.setup, ...plan.routines };
  const names = Object.keys(routines), calls = Object.values(routines).flat();
  const dispatches = new Map(calls.map((call) => [call, call.op.wasm(callTypes(call))]));
  const scratchBytes = roundUp(
    Math.max(0, ...[...dispatches.values()].map((d) => d.scratchBytes ?? 0)),
    ALIGN,
  );
  const scratchAt = STEPS_AT + STEP_ROWS * STEP_BYTES;
  const { pointers, end } = layOut(
    plan.buffers,
    scratchAt + threads * scratchBytes,
    guards ? GUARD_BYTES : 0,
  );
  const pages = Math.ceil(end / PAGE);
  require(
    pages <= MAX_PAGES,
    () =>
      `The plan takes ${(end / 2 ** 30).toFixed(1)} GiB, WebAssembly has 4: use a smaller batch or data set`,
  );
  const memory = new WebAssembly.Memory({ initial: pages, maximum: pages, shared: true });
  const bytes = new Uint8Array(memory.buffer);
  const words = new Uint32Array(memory.buffer, STEPS_AT, STEP_ROWS * STEP_WORDS);
  const floats = new Float32Array(memory.buffer, STEPS_AT, STEP_ROWS * STEP_WORDS);
  const control = new Int32Array(memory.buffer, CONTROL_AT, 16);
  const guardOf = (i: number) =>
    bytes.subarray(pointers[i]! + plan.buffers[i]!.bytes).subarray(0, GUARD_BYTES);
  if (guards) plan.buffers.forEach((_, i) => guardOf(i).fill(GUARD));

  // Of weights that are updated most may stay untouched: their bytes do not count.
  const isLarge = (call: Call) =>
    callFlops(call) >= parallelFlops || (call.op.updates === undefined && callBytes(call) >= parallelBytes);
  const toWasmCall = (call: Call): WasmCall => {
    const { units, args } = dispatches.get(call)!;
    const at = call.operands.map(({ buffer, offset, type }) =>
      pointers[buffer]! + offset * (type.dtype === "u8" ? 1 : 4)
    );
    return {
      name: call.op.name,
      units,
      args: [...at, ...(call.op.step ? [0] : []), ...args],
      stepAt: call.op.step ? at.length : -1,
      parallel: threads > 1 && units > 1 && isLarge(call),
    };
  };
  // Lists 0 … are the routines; after them comes one list per call, for `runCall`.
  const lists = [
    ...Object.values(routines).map((list) => list.map(toWasmCall)),
    ...calls.map((call) => [toWasmCall(call)]),
  ];
  const job: WasmJob = { module, memory, lists, threads, thread: 0, scratch: scratchAt, joinVectors };
  const isShared = lists.map((list) => list.some(({ parallel }) => parallel));
  const workers = isShared.includes(true)
    ? await Promise.all(
      Array.from({ length: threads - 1 }, (_, i) =>
        startWorker({ ...job, thread: i + 1, scratch: scratchAt + (i + 1) * scratchBytes })),
    )
    : [];
  // A browser's main thread may not sleep: it spins.
  const runThread = await bindThread(job, { mayWait: !("document" in globalThis) });

  const post = (list: number, steps: number) => {
    Atomics.store(control, CONTROL.list, list);
    Atomics.store(control, CONTROL.steps, steps);
    Atomics.add(control, CONTROL.sequence, 1);
    Atomics.notify(control, CONTROL.sequence);
  };
  const runList = (list: number, steps: readonly Step[]) => {
    for (let first = 0; first < steps.length; first += STEP_ROWS) {
      const count = Math.min(STEP_ROWS, steps.length - first);
      for (let i = 0; i < count; i++) encodeStep(steps[first + i]!, words, floats, i);
      if (isShared[list]) post(list, count);
      runThread(list, count);
    }
  };
  let isSetUp = plan.setup.length === 0;
  const setUp = () => {
    if (!isSetUp) runList(0, [SETUP_STEP]);
    isSetUp = true;
  };
  const view = ({ buffer, offset, type: { dtype, shape } }: Operand): TypedArray => {
    const at = pointers[buffer]!, size = storageOf(shape);
    if (dtype === "u8") return new Uint8Array(memory.buffer, at + offset, size);
    return dtype === "u32"
      ? new Uint32Array(memory.buffer, at + 4 * offset, size)
      : new Float32Array(memory.buffer, at + 4 * offset, size);
  };
  let isClosed = false;
  const check = () => {
    if (isClosed) throw closedError();
  };
  return {
    plan,
    write(value, dense) {
      check();
      const place = placeOf(plan, value);
      toPadded(place.type.shape, dense, view(place));
      if (feedsSetup(plan, place)) isSetUp = false;
    },
    read: (value) =>
      settle(() => {
        check();
        const place = placeOf(plan, value);
        return toDense(place.type.shape, view(place).slice());
      }),
    readPadded: (place) => settle(() => view(place).slice()),
    run: (routine, steps) =>
      settle(() => {
        check();
        routineOf(plan, routine);
        setUp();
        runList(names.indexOf(routine), steps);
      }),
    runCall: (routine, index, step, times = 1) =>
      settle(() => {
        check();
        const call = callAt(plan, routine, index);
        if (routine !== "setup") setUp();
        runList(names.length + calls.indexOf(call), Array.from({ length: times }, () => step));
      }),
    checkGuards: () =>
      Promise.resolve(
        guards
          ? plan.buffers.filter((_, i) => guardOf(i).some((byte) => byte !== GUARD)).map(({ name }) => name)
          : [],
      ),
    close() {
      if (workers.length > 0 && !isClosed) post(LEAVE, 0);
      isClosed = true;
    },
  };
}
