/**
 * What each thread of the WASM executor does with a plan: its share of every call, and a barrier where one
 * thread's results meet another. The main thread and the workers run the same code on one shared memory.
 */

/** A WASM kernel: begin, end, then pointers and numbers. */
type Kernel = (...args: number[]) => void;
type Kernels = Readonly<Record<string, Kernel>>;

/** One call, ready for any thread: `args` follow begin and end. */
export interface WasmCall {
  readonly name: string;
  /** The module that has the kernel, where it is not the library's. */
  readonly module?: WebAssembly.Module;
  readonly units: number;
  readonly args: readonly number[];
  /** Position in `args` of the pointer to the step row; -1 if the kernel does not read it. */
  readonly stepAt: number;
  /** Shared by all threads, or made by the first alone because it is too small to share. */
  readonly parallel: boolean;
}

/** Everything a worker needs to take part. */
export interface WasmJob {
  readonly module: WebAssembly.Module;
  readonly memory: WebAssembly.Memory;
  /** Lists of calls; a job runs one of them. */
  readonly lists: readonly (readonly WasmCall[])[];
  readonly threads: number;
  readonly thread: number;
  /** Pointer to this thread's scratch memory. */
  readonly scratch: number;
  /** Whether work is laid out for an engine that joins pairs of vectors. */
  readonly joinVectors: boolean;
}

/** Where things lie in the shared memory; the first page belongs to the module itself. */
export const CONTROL_AT = 65536;
export const STEPS_AT = CONTROL_AT + 256;
export const STEP_ROWS = 1024;

/** Words of the control block behind the three of the barrier: what the main thread asks of the workers. */
export const CONTROL = { sequence: 8, list: 9, steps: 10 } as const;
/** Value of `list` that ends a worker. */
export const LEAVE = -1;

/** Where thread `thread` of `threads` begins in a range of `units`. */
export function shareBegin(units: number, thread: number, threads: number): number {
  return Math.floor(units * thread / threads);
}

/** Instantiates the kernels for one thread and binds its share of every list. */
export async function bindThread(
  { module, memory, lists, threads, thread, scratch, joinVectors }: WasmJob,
  { mayWait }: { readonly mayWait: boolean },
): Promise<(list: number, steps: number) => void> {
  const env = { memory, abort: onAbort };
  const { exports } = await WebAssembly.instantiate(module, { env });
  const kernels = exports as Kernels;
  kernels.setScratch!(scratch);
  kernels.setJoins!(joinVectors ? 1 : 0);
  const own = new Map<WebAssembly.Module, Kernels>();
  for (const one of new Set(lists.flat().flatMap((call) => call.module ?? []))) {
    own.set(one, (await WebAssembly.instantiate(one, { env })).exports as Kernels);
  }
  const kernelOf = (call: WasmCall) => (call.module ? own.get(call.module)! : kernels)[call.name]!;
  const runners = lists.map((calls) => {
    const bound = calls.map((call) => ({ ...call, kernel: kernelOf(call) }));
    return bindList(kernels.barrier!, bound, threads, thread, mayWait);
  });
  return (list, steps) => runners[list]!(steps);
}

function onAbort(): never {
  throw new Error("A WASM kernel aborted");
}

function bindList(
  barrier: Kernel,
  calls: readonly (WasmCall & { readonly kernel: Kernel })[],
  threads: number,
  thread: number,
  mayWait: boolean,
): (steps: number) => void {
  const work: { kernel: Kernel; args: number[]; stepAt: number; barrierAfter: boolean; mine: boolean }[] = [];
  calls.forEach(({ kernel, units, args, stepAt, parallel }, i) => {
    const begin = parallel ? shareBegin(units, thread, threads) : 0;
    const end = parallel ? shareBegin(units, thread + 1, threads) : units;
    work.push({
      kernel,
      args: [begin, end, ...args],
      stepAt: stepAt < 0 ? -1 : stepAt + 2,
      // Between two calls of the first thread alone nothing has to meet; the list is a ring, step after step.
      barrierAfter: parallel || calls[(i + 1) % calls.length]!.parallel,
      mine: parallel || thread === 0,
    });
  });
  return (steps) => {
    for (let step = 0, row = STEPS_AT; step < steps; step++, row += 256) {
      for (const { kernel, args, stepAt, barrierAfter, mine } of work) {
        if (mine) {
          if (stepAt >= 0) args[stepAt] = row;
          invoke(kernel, args);
        }
        if (barrierAfter) barrier(CONTROL_AT, threads, mayWait ? 1 : 0);
      }
    }
  };
}

/** Calls with plain arguments: a spread costs three times as much, and a step of a tiny network is 20 calls. */
function invoke(f: Kernel, a: readonly number[]): void {
  switch (a.length) {
    case 4:
      return f(a[0]!, a[1]!, a[2]!, a[3]!);
    case 5:
      return f(a[0]!, a[1]!, a[2]!, a[3]!, a[4]!);
    case 6:
      return f(a[0]!, a[1]!, a[2]!, a[3]!, a[4]!, a[5]!);
    case 7:
      return f(a[0]!, a[1]!, a[2]!, a[3]!, a[4]!, a[5]!, a[6]!);
    case 8:
      return f(a[0]!, a[1]!, a[2]!, a[3]!, a[4]!, a[5]!, a[6]!, a[7]!);
    case 9:
      return f(a[0]!, a[1]!, a[2]!, a[3]!, a[4]!, a[5]!, a[6]!, a[7]!, a[8]!);
    case 10:
      return f(a[0]!, a[1]!, a[2]!, a[3]!, a[4]!, a[5]!, a[6]!, a[7]!, a[8]!, a[9]!);
    case 11:
      return f(a[0]!, a[1]!, a[2]!, a[3]!, a[4]!, a[5]!, a[6]!, a[7]!, a[8]!, a[9]!, a[10]!);
    case 12:
      return f(a[0]!, a[1]!, a[2]!, a[3]!, a[4]!, a[5]!, a[6]!, a[7]!, a[8]!, a[9]!, a[10]!, a[11]!);
    case 14:
      return f(
        a[0]!,
        a[1]!,
        a[2]!,
        a[3]!,
        a[4]!,
        a[5]!,
        a[6]!,
        a[7]!,
        a[8]!,
        a[9]!,
        a[10]!,
        a[11]!,
        a[12]!,
        a[13]!,
      );
    default:
      return f(...a);
  }
}
