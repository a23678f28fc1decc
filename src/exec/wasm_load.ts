/** Preparing a plan for WASM: the kernels, the memory, lists of calls, and a thread for each share of them. */
import { platform } from "../core/choose_platform.ts";
import { causeOf, DescentError } from "../core/errors.ts";
import type { PlatformWorker } from "../core/platform.ts";
import type { WasmDispatch } from "../ir/op.ts";
import type { Plan, PlanCall } from "../ir/plan.ts";
import { callBytes, callFlops, callTypes } from "../ir/print.ts";
import { allocateMemory, pointerTo, type WasmMemory } from "./wasm_memory.ts";
import { bindThread, type WasmCall, type WasmJob } from "./wasm_runner.ts";

/** How a plan is shared out among threads; see `WasmOptions`. */
export interface PrepareOptions {
  readonly threads: number;
  readonly parallelFlops: number;
  readonly parallelBytes: number;
  readonly joinVectors: boolean;
  readonly guards: boolean;
}

/** A plan with everything that running it takes. */
export interface Prepared {
  readonly plan: Plan;
  readonly memory: WasmMemory;
  readonly workers: readonly PlatformWorker[];
  /** By list: whether the workers have a share in it. */
  readonly isShared: readonly boolean[];
  /** Makes the main thread's share of a list, once per step. */
  readonly runThread: (list: number, steps: number) => void;
  /** The list of a routine, or of the plan's setup under "setup". */
  readonly listOf: (routine: string) => number;
  /** The list that holds this call alone. */
  readonly listOfCall: (call: PlanCall) => number;
}

/** The kernels as the build task has left them. */
export async function readKernels(): Promise<Uint8Array<ArrayBuffer>> {
  const path = new URL("../../kernels/build/kernels.wasm", import.meta.url);
  try {
    return await platform().readAsset(path);
  } catch (error) {
    if (!platform().files.isNotFound(error)) {
      throw new DescentError(`Cannot read the WASM kernels, ${path.pathname}: ${causeOf(error)}`);
    }
    throw new DescentError(`The WASM kernels are not compiled (no ${path.pathname}): run deno task setup`);
  }
}

/** Throws a sentence where the engine lacks what the kernels use. */
export async function compileKernels(bytes: Uint8Array<ArrayBuffer>): Promise<WebAssembly.Module> {
  platform().prepareEngine();
  try {
    return await WebAssembly.compile(bytes);
  } catch (error) {
    throw new DescentError(
      `This engine cannot run the WASM kernels, which need relaxed SIMD and threads (${
        (error as Error).message
      }): ` +
        "use Deno 2.9.6 or later, or the reference backend",
    );
  }
}

/** Allocates the plan's buffers and starts its threads. Throws a sentence where the plan is too large, or a worker fails. */
export async function preparePlan(
  module: WebAssembly.Module,
  plan: Plan,
  options: PrepareOptions,
): Promise<Prepared> {
  const { threads, joinVectors, guards } = options;
  const routines = { setup: plan.setup, ...plan.routines };
  const names = Object.keys(routines), calls = Object.values(routines).flat();
  const dispatches = new Map(calls.map((call) => [call, call.op.wasm(callTypes(call))]));
  const scratchBytes = Math.max(0, ...[...dispatches.values()].map((one) => one.scratchBytes ?? 0));
  const memory = allocateMemory(plan.buffers, { threads, scratchBytes, guards });
  const modules = await ownModules([...dispatches.entries()]);
  const ready = (call: PlanCall) =>
    prepareCall(call, dispatches.get(call)!, modules.get(call), memory, options);
  // Lists 0 … are the routines; after them comes one list per call, for `runCall`.
  const lists = [
    ...Object.values(routines).map((list) => list.map(ready)),
    ...calls.map((call) => [ready(call)]),
  ];
  const isShared = lists.map((list) => list.some(({ parallel }) => parallel));
  const jobs = memory.scratch.map((scratch, thread): WasmJob => (
    { module, memory: memory.memory, lists, threads, thread, scratch, joinVectors }
  ));
  const [own, ...others] = jobs;
  const workers = isShared.includes(true) ? await Promise.all(others.map(startWorker)) : [];
  return {
    plan,
    memory,
    workers,
    isShared,
    // A browser's main thread may not sleep: it spins.
    runThread: await bindThread(own!, { mayWait: !("document" in globalThis) }),
    listOf: (routine) => names.indexOf(routine),
    listOfCall: (call) => names.length + calls.indexOf(call),
  };
}

/** Modules that ops have brought, compiled once for as long as their bytes are kept. */
const compiled = new WeakMap<Uint8Array, Promise<WebAssembly.Module>>();

/** The modules of calls whose kernel is not among the library's. Throws a sentence where one is none. */
async function ownModules(
  dispatches: readonly (readonly [PlanCall, WasmDispatch])[],
): Promise<ReadonlyMap<PlanCall, WebAssembly.Module>> {
  const modules = new Map<PlanCall, WebAssembly.Module>();
  for (const [call, { code }] of dispatches) {
    if (code === undefined) continue;
    const made = compiled.get(code) ?? WebAssembly.compile(code);
    compiled.set(code, made);
    const module = await made.catch((error) => {
      throw new DescentError(
        `Cannot compile the kernel of ${call.op.name} "${call.label}": ${causeOf(error)}`,
      );
    });
    modules.set(call, module);
  }
  return modules;
}

/** A call with its pointers, as every thread makes it. */
function prepareCall(
  call: PlanCall,
  { kernel = call.op.name, units, args }: WasmDispatch,
  module: WebAssembly.Module | undefined,
  memory: WasmMemory,
  options: PrepareOptions,
): WasmCall {
  const pointers = call.operands.map((operand) => pointerTo(memory, operand));
  return {
    name: kernel,
    ...(module && { module }),
    units,
    args: [...pointers, ...(call.op.step ? [0] : []), ...args],
    stepAt: call.op.step ? pointers.length : -1,
    parallel: options.threads > 1 && units > 1 && isLarge(call, options),
  };
}

/** Whether a call is worth a barrier. Of weights that are updated most may stay untouched: their bytes do not count. */
function isLarge(call: PlanCall, { parallelFlops, parallelBytes }: PrepareOptions): boolean {
  if (callFlops(call) >= parallelFlops) return true;
  return call.op.updates === undefined && callBytes(call) >= parallelBytes;
}

/** Starts a worker and waits until it has bound its share. */
function startWorker(job: WasmJob): Promise<PlatformWorker> {
  const { Worker } = platform();
  const worker = new Worker(new URL("./wasm_worker.ts", import.meta.url), { type: "module" });
  return new Promise((resolve, reject) => {
    worker.onmessage = () => resolve(worker);
    worker.onerror = (event) => {
      event.preventDefault();
      reject(new DescentError(`A WASM worker did not start (${event.message}): run with one thread`));
    };
    worker.postMessage(job);
  });
}
